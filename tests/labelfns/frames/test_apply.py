"""LFs over frames: what one process says of a row, an engine says of it, whatever becomes of its order."""

import os
from collections import Counter

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from labelfns import (
    Context,
    LFSet,
    column,
    count,
    emoji,
    hashtags,
    keywords,
    labeling_function,
    lexicon,
    model,
    regex,
    row_function,
)
from labelfns.errors import InputError, LFError

LABELS = ["no", "yes"]
LOUD = {"LATE", "AWFUL"}


def shouts(text):
    return bool(LOUD & set(text.split()))


@labeling_function
def loud(text):
    return "no" if shouts(text) else None


@row_function
def liked(row):
    return "yes" if row["likes"] is not None and row["likes"] > 20 else None


class Long:
    classes_ = ("no", "yes")

    def predict_proba(self, texts):
        sure = np.array([len(text) > 18 for text in texts])
        return np.stack([np.where(sure, 0.1, 0.5), np.where(sure, 0.9, 0.5)], axis=1)


ALL_KINDS = LFSet(
    LABELS,
    [
        keywords("yes", ["good", "so happy"]),
        keywords("yes", ["good"], where=Context(not_negated=True), name="good.really"),
        hashtags("no", ["fail"]),
        emoji("yes", ["🎉"]),
        regex("no", r"del+ay\w*"),
        regex("no", r"(\w)\1 late", name="back reference"),
        lexicon("yes", {"good": 1.5, "awful": -2}, threshold=1),
        count("no", "exclamations", at_least=2),
        loud,
        liked,
        column("no", pl.col("likes").fill_null(0) < 3, name="few"),
        model(Long(), at_least=0.8, name="long"),
    ],
)
WORDS = ["good", "not good", "so happy", "#fail", "🎉", "delay", "see late", "AWFUL", "!!", "café", "lunch", " ", None]


def rows(n=240, seed=0):
    """Rows with duplicate and null keys in no order, among them some without a text."""
    draw = np.random.default_rng(seed)
    texts = [[WORDS[w] for w in draw.integers(0, len(WORDS) - 2, 3)] for _ in range(n)]
    return pa.table(
        {
            "id": pa.array([None if i % 7 == 0 else int(i) for i in draw.integers(0, n // 3, n)], pa.int32()),
            "day": pa.array([None if i % 5 == 0 else f"d{i}" for i in draw.integers(0, 9, n)]),
            "tweet": pa.array(
                [None if i % 11 == 0 else " " if i % 13 == 0 else " ".join(t) for i, t in enumerate(texts)]
            ),
            "likes": pa.array([None if i % 6 == 0 else int(i) for i in draw.integers(0, 40, n)], pa.int16()),
        }
    )


def in_one_process(lfs, table, text="tweet"):
    """The votes of a table's rows; none where there is no text."""
    frame = pl.DataFrame(table)
    has_text = [bool(one and one.strip()) for one in frame[text]]
    votes = np.full((len(frame), len(lfs)), -1)
    votes[has_text] = lfs.apply(frame.filter(has_text), text=text).matrix
    return votes


def by_key(table, keys, votes):
    return Counter(
        zip(zip(*(table[key].to_pylist() for key in keys), strict=True), map(tuple, votes.tolist()), strict=True)
    )


def votes_in(table, lfs):
    return np.stack([table[name].to_numpy() for name in lfs.names], axis=1)


@pytest.mark.slow
@pytest.mark.parametrize("partitions", [1, 5])
def test_votes_are_those_of_one_process_row_by_row(engine, partitions):
    table = rows()
    found = engine.table(ALL_KINDS.apply(engine.frame(table, partitions), text="tweet", keys=["day", "id"]))
    assert found.column_names == ["day", "id", *ALL_KINDS.names, "faults"]
    assert {found.schema.field(name).type for name in ALL_KINDS.names} == {pa.int8()}
    assert found["faults"].null_count == len(table)
    expected = in_one_process(ALL_KINDS, table)
    assert (expected != -1).any(axis=0).all()
    assert by_key(found, ["day", "id"], votes_in(found, ALL_KINDS)) == by_key(table, ["day", "id"], expected)


@pytest.mark.slow
def test_without_keys_all_columns_stay(engine):
    lfs, table = LFSet(LABELS, [keywords("yes", ["good"], name="good")]), rows(60)
    found = engine.table(lfs.apply(engine.frame(table), text="tweet"))
    assert found.column_names == [*table.column_names, "good", "faults"]
    names = table.column_names
    assert by_key(found, names, votes_in(found, lfs)) == by_key(table, names, in_one_process(lfs, table))


@pytest.mark.slow
def test_partitions_without_rows_or_texts(engine):
    lfs = LFSet(LABELS, [keywords("yes", ["good"], name="good"), loud])
    table = pa.table({"id": [1, 2], "text": pa.array([None, "so good"])})
    found = engine.table(lfs.apply(engine.frame(table, 6), keys=["id"]))
    assert sorted(found.select(["id", "good", "loud"]).to_pylist(), key=str) == [
        {"id": 1, "good": -1, "loud": -1},
        {"id": 2, "good": 1, "loud": -1},
    ]
    assert len(engine.table(lfs.apply(engine.frame(table[:0], 2), keys=["id"]))) == 0


def test_dask_keeps_index_and_types(dask):
    import dask.dataframe as dd
    import pandas as pd

    frame = pd.DataFrame(
        {"text": ["good", "bad", "good"], "kind": pd.Categorical(["a", "b", "a"]), "odd": pd.array([1, None, 3])},
        index=[7, 7, 3],
    )
    lfs = LFSet(LABELS, [keywords("yes", ["good"], name="good")])
    applied = lfs.apply(dd.from_map(lambda i: frame[i : i + 2], [0, 2], meta=frame[:0]))
    found = applied.compute()
    assert found.index.tolist() == [7, 7, 3]
    assert found["good"].tolist() == [1, -1, 1]
    assert found["odd"].dtype == pd.Int64Dtype()
    assert (found.dtypes == applied.dtypes).all()
    assert found["good"].dtype == np.int8
    assert isinstance(found["kind"].dtype, pd.CategoricalDtype)


@pytest.mark.slow
def test_nothing_runs_before_rows_are_asked_for(engine, tmp_path):
    seen = tmp_path / "seen"

    @labeling_function
    def noisy(text):
        seen.write_text(text)

    applied = LFSet(LABELS, [noisy]).apply(engine.frame(pa.table({"text": ["a"]}), 1))
    assert not seen.exists()
    engine.table(applied)
    assert seen.read_text() == "a"


@pytest.mark.slow
def test_a_worker_makes_lfs_ready_once(spark, tmp_path):
    class Opened:
        def __setstate__(self, state):
            self.__dict__ = state
            with (tmp_path / "opened").open("a") as file:
                file.write(f"{os.getpid()}\n")

        def __init__(self):
            self.word = "good"

        def __call__(self, text):
            return "yes" if self.word in text else None

    lfs = LFSet(LABELS, [labeling_function(name="opened")(Opened())])
    found = spark.table(lfs.apply(spark.frame(pa.table({"text": ["good"] * 40}), 20)))
    assert found["opened"].to_pylist() == [1] * 40
    processes = (tmp_path / "opened").read_text().split()
    assert len(processes) == len(set(processes)) <= 2


@pytest.mark.slow
def test_lf_files_travel_with_what_they_import_and_read(engine, tmp_path):
    (tmp_path / "helper.py").write_text(
        "from words_of import WORDS\ndef bad(text):\n    return any(w in text for w in WORDS)\n"
    )
    (tmp_path / "words_of.py").write_text(
        "from pathlib import Path\nWORDS = (Path(__file__).parent / 'w.txt').read_text().split()\n"
    )
    (tmp_path / "w.txt").write_text("awful bad")
    (tmp_path / "lfs.py").write_text(
        "import helper\nfrom labelfns import keywords, labeling_function, row_function\n"
        "good = keywords('yes', ['good'])\n"
        "@labeling_function\ndef bad(text):\n    return 'no' if helper.bad(text) else None\n"
        "@row_function\ndef many(row):\n    return 'yes' if row['n'] > 1 else None\n"
    )
    lfs = LFSet.from_file(tmp_path / "lfs.py", LABELS)
    for file in tmp_path.glob("*"):
        file.unlink() if file.is_file() else None
    frame = engine.frame(pa.table({"text": ["so bad", "good"], "n": [1, 2]}), 2)
    found = engine.table(lfs.apply(frame, keys=["n"]))
    assert sorted(map(tuple, votes_in(found, lfs).tolist())) == [(-1, 0, -1), (1, -1, 1)]


def test_an_import_inside_a_function_is_refused(dask, tmp_path):
    (tmp_path / "helper.py").write_text("X = 1")
    (tmp_path / "lfs.py").write_text(
        "from labelfns import labeling_function\n"
        "@labeling_function\ndef late(text):\n    import re, helper\n    return None\n"
    )
    lfs = LFSet.from_file(tmp_path / "lfs.py", LABELS)
    with pytest.raises(LFError, match=r"late\(\) imports helper when it is called.* at the top of lfs\.py"):
        lfs.apply(dask.frame(pa.table({"text": ["a"]})))


def test_what_cannot_travel_is_named(dask):
    import threading

    lock = threading.Lock()
    locked = labeling_function(name="locked")(lambda text: lock.locked() and None)
    with pytest.raises(LFError, match=r"'LF locked' cannot be sent to the workers .*inside the function"):
        LFSet(LABELS, [loud, locked]).apply(dask.frame(pa.table({"text": ["a"]})))


FINE = LFSet(LABELS, [keywords("yes", ["good"], name="good")])
TABLE = pa.table({"text": ["a"], "id": [1], "good": ["x"]})
WRONG = {
    "no text column": ({"text": "tweet"}, r"the \w+ frame has no column 'tweet'; its columns are text, id and good"),
    "no key": ({"keys": ["key"]}, "has no column 'key'"),
    "keys as a string": ({"keys": "id"}, r"keys must be a list of columns; got 'id': write keys=\['id'\]"),
    "not texts": (
        {"text": "id", "keys": ["id"]},
        r"column 'id' of the \w+ frame holds (big)?int(64\[pyarrow\])?, not texts",
    ),
    "the name of an LF": ({"keys": ["id", "good"]}, "columns that stay have the names of answers, good: rename them"),
    "all columns": ({}, "have the names of answers, good"),
    "a key twice": ({"keys": ["id", "id"]}, "keys have one name for"),
    "fields": ({"keys": ["id"], "fields": {"a": [1]}}, "fields= is not for Spark and Dask frames"),
    "cues": ({"keys": ["id"], "cues": True}, "cues= is not"),
    "all at once": (
        {"workers": 2, "cache": "x", "progress": print},
        "3 problems(.|\n)*workers=(.|\n)*cache=(.|\n)*progress=",
    ),
    "workers": ({"workers": 0}, "workers must be"),
}


@pytest.mark.slow
@pytest.mark.parametrize(("options", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_is_one_message(engine, options, message):
    with pytest.raises(InputError, match=message):
        FINE.apply(engine.frame(TABLE, 1), **options)


def test_keys_are_for_engines():
    with pytest.raises(InputError, match="keys are for Spark and Dask frames"):
        FINE.apply(["a"], keys=["id"])


@pytest.mark.slow
def test_spark_takes_names_for_one_that_differ_in_case(spark):
    two = LFSet(LABELS, [keywords("yes", ["good"], name="good"), keywords("no", ["bad"], name="Good")])
    with pytest.raises(InputError, match="answers, LFs or labels, have one name for Spark: good and Good"):
        two.apply(spark.frame(pa.table({"text": ["a"]}), 1))


@pytest.mark.parametrize(
    "condition",
    [
        pl.col("likes") > pl.col("likes").mean(),
        pl.col("likes").rank() > 20,
        lambda frame: frame["likes"] == frame["likes"].max(),
    ],
    ids=["mean", "rank", "function"],
)
def test_a_condition_over_all_rows_is_refused(dask, condition):
    applied = LFSet(LABELS, [column("yes", condition, name="above")]).apply(dask.frame(rows()), text="tweet")
    with pytest.raises(LFError, match="above: a condition over all rows, as with a mean"):
        applied.compute()


@pytest.mark.slow
@pytest.mark.filterwarnings("error")
def test_spark_warns_of_nothing(spark):
    found = FINE.apply(spark.session.sql("select 'so good' as text, 1 as id"), keys=["id"]).collect()
    assert [row.asDict() for row in found] == [{"id": 1, "good": 1, "faults": None}]


@pytest.mark.slow
def test_on_error_raise_ends_the_job_with_one_message(engine):
    boom = labeling_function(name="boom")(lambda text: 1 / 0)
    applied = LFSet(LABELS, [boom]).apply(engine.frame(TABLE, 1), on_error="raise")
    with pytest.raises(Exception, match="LF 'boom' raised ZeroDivisionError"):
        engine.table(applied)


@pytest.mark.slow
@pytest.mark.parametrize("cluster", ["spark", "dask_cluster"])
def test_a_worker_that_is_killed_is_made_good(cluster, request, tmp_path):
    lfs, table, engine = killing(tmp_path), rows(200), request.getfixturevalue(cluster)
    found = engine.table(lfs.apply(engine.frame(table, 8), text="tweet", keys=["id"]))
    assert (tmp_path / "died").exists()
    assert by_key(found, ["id"], votes_in(found, lfs)) == by_key(table, ["id"], in_one_process(lfs, table))


def killing(folder):
    """LFs of which one ends the first process that has come half way."""
    died, seen = folder / "died", []

    @labeling_function
    def deadly(text):
        seen.append(text)
        if len(seen) > 10 and not died.exists():
            died.touch()
            os._exit(1)
        return "yes" if "happy" in text else None

    return LFSet(LABELS, [keywords("yes", ["good"]), deadly])
