"""What an LF raised, as its author reads it."""

import traceback

import polars as pl
import pytest

from labelfns import LFSet, column, keywords, labeling_function, row_function
from labelfns.errors import LabelFnsWarning


@labeling_function
def of_a_text(text):
    return int(text)


@labeling_function
def in_a_helper(text):
    try:
        return _helped(text)
    except ValueError as error:
        raise RuntimeError("no\nnumber\tat all") from error


def _helped(text):
    return int(text)


@row_function
def of_a_row(row):
    return row["stars"]


LFS = [
    of_a_text,
    in_a_helper,
    of_a_row,
    column("a", lambda frame: frame > 99),
    column("a", pl.col("text") > 99, name="e"),
]


@pytest.mark.parametrize("lf", LFS, ids=lambda lf: lf.name)
def test_the_traceback_has_the_authors_lines_and_none_of_ours(lf):
    with pytest.warns(LabelFnsWarning, match="raised"):
        (fault,) = LFSet(["a", "b"], [lf, keywords("b", ["b"])]).apply(["one", "two"]).faults
    files = [line for line in fault.traceback.splitlines() if line.strip().startswith("File ")]
    assert not [line for line in files if "calling.py" in line or "columns.py" in line]
    assert any("test_raised.py" in line for line in files) == (lf.name != "e")
    assert "\n" not in fault.error
    assert "\\n" not in fault.error
    assert "\t" not in fault.error
    if lf.name == "in_a_helper":
        assert "ValueError" in fault.traceback
        assert "_helped" in fault.traceback
    if lf.name == "column_a":
        assert "gets the frame of all columns" in fault.traceback


def test_the_error_itself_stays_as_it_is():
    errors = []

    @labeling_function
    def kept(text):
        errors.append(ValueError("x"))
        raise errors[-1]

    with pytest.warns(LabelFnsWarning, match="raised"):
        LFSet(["a", "b"], [kept]).apply(["one"])
    assert traceback.extract_tb(errors[-1].__traceback__)
