"""Each row of the table in docs/words.md is what happens, by every way to ask."""

import ast
import re
import warnings
from pathlib import Path

import pytest

import labelfns
from labelfns import LFSet
from labelfns.analysis.terms import already_in, terms
from labelfns.errors import LabelFnsWarning

PAGE = Path(__file__).parents[3] / "docs" / "words.md"
ROW = re.compile(
    r"\| (?P<what>.+) \| `(?P<lf>\w+\(.*\))` \| `(?P<text>\".*\")` \| (?P<votes>yes|no)(?P<warns>, warns)? \|"
)
LINES = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")][1:]
ROWS = [match for line in LINES if (match := ROW.fullmatch(line))]


def test_every_row_is_read():
    assert [line for line in LINES if not ROW.fullmatch(line)] == []
    assert len(ROWS) > 50


@pytest.mark.parametrize("row", ROWS, ids=[row["what"] for row in ROWS])
def test_the_table_is_what_happens(row, tmp_path):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        lf = eval(row["lf"], vars(labelfns).copy())
    assert [one.category for one in warned] == [LabelFnsWarning] * bool(row["warns"])
    assert all("regex(label" in str(one.message) and one.filename == "<string>" for one in warned)
    text, fires = ast.literal_eval(row["text"]), row["votes"] == "yes"
    lfs = LFSet(["x", "y"], [lf])
    texts = [text, f"plain {text}", f"{text} plain", text.upper() if text.isascii() else text]
    for options in ({}, {"engine": "plain"}, {"cache": tmp_path}):
        votes = lfs.apply(texts, cues=True, **options)
        assert votes.matrix[0, 0] == (0 if fires else -1)
        assert bool(votes.cues[0]) is fires
    offered = [term for term in terms(text) if already_in([lf], term)]
    assert fires or lf.where is not None or offered == []
