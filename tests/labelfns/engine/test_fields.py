"""What LFs get of the rows' other fields: the objects that were given, by position."""

import datetime

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from labelfns import LFSet, column, keywords, row_function
from labelfns.errors import InputError

LABELS = ["no", "yes"]
NOON = datetime.datetime(2024, 5, 1, 12, 30)
OBJECT = object()
GIVEN = [
    [{"lang": "en"}, {"place": "Rome"}],
    [{"a": {"b": [1]}}, None],
    [1, "one"],
    [OBJECT, 1.5],
    [NOON, NOON.date()],
    [[1, [2]], []],
    [{1, 2}, (3,)],
    [10**30, -1],
    [float("inf"), True],
]


def rows_of(texts, **how):
    """Return the rows as an LF gets them."""
    rows = []
    lf = row_function(lambda row: rows.append(row), name="watch")
    LFSet(LABELS, [lf]).apply(texts, **how)
    return rows


def kinds(values):
    """Return a name for values: not what they are shown as, which is another in each process."""
    return " ".join(type(value).__name__ for value in values)


@pytest.mark.parametrize("values", GIVEN, ids=kinds)
@pytest.mark.parametrize(
    "hold", [list, tuple, lambda v: pd.Series(v, index=[9, 3], dtype=object)], ids=["list", "tuple", "series"]
)
def test_objects_are_those_given(values, hold):
    rows = rows_of(["a", "b"], fields={"u": hold(values)})
    assert rows == [{"text": "a", "u": values[0]}, {"text": "b", "u": values[1]}]
    assert all(row["u"] is value for row, value in zip(rows, values, strict=True))


@pytest.mark.parametrize("values", GIVEN, ids=kinds)
def test_columns_take_any_objects_too(values):
    lf = column("yes", lambda frame: np.array([value == values[0] for value in frame["u"].to_list()]), name="first")
    assert LFSet(LABELS, [lf]).apply(["a", "b"], fields={"u": values}).matrix[:, 0].tolist() == [1, -1]


@pytest.mark.parametrize(
    "hold",
    [
        np.array,
        pd.Series,
        pl.Series,
        pa.array,
        lambda v: pa.chunked_array([v[:1], v[1:]]),
        lambda v: pd.Series(v, index=[5, 0]),
    ],
    ids=["numpy", "pandas", "polars", "arrow", "chunked", "index"],
)
def test_columns_of_other_libraries_become_python_objects(hold):
    rows = rows_of(["a", "b"], fields={"n": hold([1, 2]), "at": hold([NOON, NOON]), "w": hold(["x", "y"])})
    assert [(row["n"], row["w"]) for row in rows] == [(1, "x"), (2, "y")]
    assert all(type(row["n"]) is int and row["at"] == NOON for row in rows)
    nanoseconds = np.array([NOON, NOON], dtype="datetime64[ns]")
    assert rows_of(["a", "b"], fields={"at": nanoseconds})[0]["at"] == NOON


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pa.table], ids=["pandas", "polars", "arrow"])
def test_the_other_columns_of_a_frame_are_fields(frame):
    data = frame({"tweet": ["a", "b"], "likes": [3, 30], "who": ["x", "y"]})
    liked = row_function(lambda row: "yes" if row["likes"] > 10 else None, name="liked")
    many = column("no", pl.col("likes") > 2, name="many")
    lfs = LFSet(LABELS, [liked, many, keywords("yes", ["a"])])
    assert lfs.apply(data, text="tweet").matrix.tolist() == [[-1, 0, 1], [1, 0, -1]]
    assert lfs.apply(data, text="tweet", fields={"likes": [0, 11]}).matrix.tolist() == [[-1, -1, 1], [1, 0, -1]]
    assert lfs.cues(data, text="tweet") == [[(0, 1)], []]
    with pytest.raises(InputError, match=r"no column 'text'.*tweet"):
        lfs.apply(data)
    other = frame({"text": ["x", "y"], "tweet": ["a", "b"], "likes": [3, 30]})
    assert lfs.apply(other, text="tweet").matrix.tolist() == [[-1, 0, 1], [1, 0, -1]]


def test_fields_of_another_length_or_name_are_all_named():
    lfs = LFSet(LABELS, [keywords("no", ["a"])])
    with pytest.raises(InputError) as caught:
        lfs.apply(["a", "b"], fields={"u": [1], "v": [1, 2], "w": [1, 2, 3], "text": [1, 2]})
    for part in ("'u' has length 1", "'w' has length 3", "there are 2 texts", "'text'"):
        assert part in str(caught.value)
    assert "'v'" not in str(caught.value)
    with pytest.raises(InputError, match="fields must be a mapping"):
        lfs.apply(["a"], fields=[1])
