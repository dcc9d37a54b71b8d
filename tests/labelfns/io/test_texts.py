"""Texts from every container, by position, checked once."""

import pickle

import datasets
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labelfns.errors import InputError, LabelFnsWarning
from labelfns.io.texts import Texts, as_texts

LABELS = ["no", "yes"]
WORDS = ["so good", "late again", "at 8:15"]


def shuffled(values):
    """A pandas series whose index is neither ordered nor from 0."""
    return pd.Series(values, index=[7, 5, 6][: len(values)])


COLUMNS = {
    "list": list,
    "tuple": tuple,
    "numpy": np.array,
    "numpy objects": lambda values: np.array(values, dtype=object),
    "pandas": pd.Series,
    "pandas with an index": shuffled,
    "pandas categories": lambda values: pd.Series(values, dtype="category"),
    "polars": pl.Series,
    "pyarrow": pa.array,
    "pyarrow chunks": lambda values: pa.chunked_array([values[:1], values[1:]]),
    "datasets": lambda values: datasets.Dataset.from_dict({"text": values})["text"],
}
FRAMES = {
    "dict": dict,
    "pandas": pd.DataFrame,
    "pandas with an index": lambda data: pd.DataFrame(data, index=[7, 5, 6]),
    "polars": pl.DataFrame,
    "pyarrow": pa.table,
    "datasets": datasets.Dataset.from_dict,
}


@pytest.mark.parametrize("make", COLUMNS.values(), ids=COLUMNS)
def test_every_column_is_read_by_position(make):
    texts = as_texts(make(WORDS), gold=make(["yes", "no", "yes"]), labels=LABELS)
    assert texts.texts == WORDS
    assert set(map(type, texts.texts)) == {str}
    assert texts.gold.tolist() == [1, 0, 1]


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)
def test_every_frame_is_read_by_position_and_keeps_its_other_columns(make):
    frame = make({"id": [3, 1, 2], "tweet": WORDS, "label": ["yes", None, "no"]})
    texts = as_texts(frame, "tweet", gold="label", labels=LABELS)
    assert (texts.texts, texts.gold.tolist()) == (WORDS, [1, -1, 0])
    assert {name: list(values) for name, values in texts.fields.items()} == {"id": [3, 1, 2]}
    assert list(as_texts(frame, "tweet").fields) == ["id", "label"]
    with pytest.raises(InputError, match=r"no column 'twet'; its columns are id, tweet and label; did you mean"):
        as_texts(frame, "twet")
    assert as_texts(frame, text="tweet").texts == texts.texts
    with pytest.warns(LabelFnsWarning, match=r"as_texts\(column=\) is now as_texts\(text=\)"):
        assert as_texts(frame, column="tweet").texts == texts.texts


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=40)
@given(st.permutations(range(6)), st.permutations(range(100, 106)))
def test_the_index_of_a_series_plays_no_part(rows, index):
    words = [f"word {i}" for i in rows]
    frame = pd.DataFrame({"text": words, "n": rows}, index=index)
    texts = as_texts(frame, gold=pd.Series([i % 2 for i in rows], index=index[::-1]), labels=LABELS)
    assert texts.texts == words == as_texts(frame["text"]).texts
    assert texts.gold.tolist() == [i % 2 for i in rows]
    part = texts.take([4, 0])
    assert (list(part), list(part.fields["n"]), part.gold.tolist()) == (
        [words[4], words[0]],
        [rows[4], rows[0]],
        [rows[4] % 2, rows[0] % 2],
    )
    assert list(Texts(words, fields={"n": frame["n"]})[2:4].fields["n"]) == list(rows[2:4])


def test_fields_are_the_objects_as_they_are():
    users = [{"lang": "en"}, {"place": "Rome"}, None]
    texts = as_texts({"text": WORDS, "user": users, "any": [1, "a", [2, [3]]]})
    assert list(texts.fields["user"]) == users
    assert list(texts[1:].fields["any"]) == ["a", [2, [3]]]


def test_texts_are_returned_as_they_are():
    texts = Texts(WORDS, fields={"label": ["yes", None, "no"]})
    assert as_texts(texts) is texts
    assert as_texts(texts, gold=["yes", "yes", None], labels=LABELS).gold.tolist() == [1, 1, -1]
    assert as_texts(texts, gold="label", labels=LABELS).gold.tolist() == [1, -1, 0]
    with pytest.raises(InputError, match="no column 'gold'"):
        as_texts(texts, gold="gold", labels=LABELS)


def test_paths_and_plain_strings(tmp_path):
    (tmp_path / "t.csv").write_text("text,y\na,yes\n")
    for path in (tmp_path / "t.csv", str(tmp_path / "t.csv")):
        assert as_texts(path, gold="y", labels=LABELS).gold.tolist() == [1]
        assert as_texts(path).fields.keys() == {"y"}
    with pytest.raises(InputError, match=r"got one string, which is no file name.*put it in a list"):
        as_texts("so good")
    with pytest.raises(InputError, match="no such file"):
        as_texts("none.csv")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"a", "b"}, "got a set, which has no order"),
        ((text for text in "ab"), "got a generator: pass a list"),
        ({"txt": ["a"]}, r"no column 'text'; its columns are txt; did you mean 'txt'\?"),
        ({f"c{i}": ["a"] for i in range(20_000)}, "c9 and 19,990 more"),
        ({"text": "abc"}, "got one string"),
        (b"abc", "got one string"),
        (7, "got a int"),
        (None, "got a NoneType"),
        ([], "there are no texts"),
        (Texts(["a"])[1:], "there are no texts"),
        (np.array([["a", "b"]]), r"one dimension; got a ndarray of shape \(1, 2\)"),
        (pl.LazyFrame({"text": ["a"]}), r"got a polars LazyFrame.*\.collect\(\)"),
        (pd.DataFrame([["a", "b"]], columns=["text", "text"]), "pandas DataFrame cannot be read"),
        (datasets.Dataset.from_dict({"text": ["a"]}).to_iterable_dataset(), "got a IterableDataset"),
        ({"text": ["a"], "n": {1, 2}}, "got a set"),
        (
            ["a", None, " ", 3, float("nan"), pd.NA, pd.NaT],
            r"(?s)null in rows 1, 4, 5 and 6 .*empty in row 2 .*string in row 3 ",
        ),
        (pd.Series(["a", None, "b"], index=[2, 1, 0]), r"null in row 1 \(the first row is 0\); fix or remove it"),
        ([3] * 5000, "rows 0, 1, 2, 3, 4 and 4,995 more"),
        (["a", "\x1b[2J", "\t"], "empty in row 2"),
    ],
)
def test_what_is_no_texts_is_one_clear_message(data, message):
    with pytest.raises(InputError, match=message) as caught:
        as_texts(data)
    assert len(str(caught.value).splitlines()) <= 12


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"gold": [1]}, "gold has 1 value for 3 texts"),
        ({"gold": np.array([1, 0, 1, 0])}, "gold has 4 values for 3 texts"),
        ({"row_numbers": np.arange(2)}, "row_numbers has 2 values for 3 texts"),
        ({"fields": {"n": [1], "m": [1, 2]}}, r"(?s)2 problems.*fields\['n'\] has 1 value.*fields\['m'\] has 2"),
        ({"gold": ["yes", "no", "yes"]}, "gold must be integers"),
        ({"gold": np.array([0, 1, -7])}, "gold must be ids"),
    ],
)
def test_parts_of_another_length_are_named_with_both_lengths(arguments, message):
    with pytest.raises(InputError, match=message):
        Texts(WORDS, **arguments)


def test_gold_and_columns_of_another_length_by_name():
    with pytest.raises(InputError, match="2 gold labels for 3 rows"):
        as_texts(WORDS, gold=["yes", "no"], labels=LABELS)
    with pytest.raises(InputError, match=r"fields\['n'\] has 2 values for 3 texts"):
        as_texts({"text": WORDS, "n": [1, 2]})
    with pytest.raises(InputError, match="names a column, but the texts are a list"):
        as_texts(WORDS, gold="label", labels=LABELS)
    with pytest.raises(InputError, match="pass labels="):
        as_texts(WORDS, gold=[1, 0, 1])


def test_a_part_keeps_gold_row_numbers_and_fields():
    texts = Texts(WORDS, np.array([1, 0, -1]), "t.csv", np.array([2, 4, 5]), {"n": [10, 20, 30]}, "line")
    for part in (texts[1:], texts[[1, 2]], texts[np.array([False, True, True])], texts.take(np.array([1, 2]))):
        assert list(part) == WORDS[1:]
        assert (part.gold.tolist(), part.row_numbers.tolist(), list(part.fields["n"])) == ([0, -1], [4, 5], [20, 30])
        assert (part.name, part.where([0, 1])) == ("t.csv", "lines 4 and 5")
    assert (texts[-1], texts[np.int64(0)]) == (WORDS[2], WORDS[0])
    assert len(texts[[]]) == 0
    assert Texts(WORDS)[::-1].row_numbers.tolist() == [2, 1, 0]
    assert Texts(WORDS).where([1]) == "row 1 (the first row is 0)"
    assert WORDS[1] in texts
    with pytest.raises(IndexError):
        texts[[3]]
    with pytest.raises(IndexError):
        texts[np.array([True, False])]


def test_texts_travel_to_other_processes():
    texts = as_texts({"text": WORDS, "n": pl.Series([1, 2, 3])})[1:]
    copy = pickle.loads(pickle.dumps(texts))
    assert (list(copy), list(copy.fields["n"])) == (WORDS[1:], [2, 3])


def test_texts_say_what_they_are():
    texts = as_texts({"text": WORDS, "y": ["yes", None, None], "n": [1, 2, 3]}, gold="y", labels=LABELS, name="pool")
    assert repr(texts) == "Texts(3 from pool, 1 with gold, fields n)"
