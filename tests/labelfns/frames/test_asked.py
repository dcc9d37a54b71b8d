"""Faults, counts and label models over frames of votes."""

import inspect

import numpy as np
import pyarrow as pa
import pytest

from labelfns import LFSet, Votes, keywords, labeling_function
from labelfns.errors import InputError
from labelfns.frames import counted_votes, faults_of, probabilities
from labelfns.models import LabelModel, MajorityVote

LABELS = ["no", "yes"]


@labeling_function
def fragile(text):
    if "boom" in text:
        raise ValueError("cannot read this")
    return {"good": "yes", "bad": "no"}[text.split()[0]]


LFS = LFSet(LABELS, [keywords("yes", ["good"], name="good"), keywords("no", ["bad", "so"], name="count"), fragile])
TEXTS = ["good", "bad", "odd", "good so", "good boom", "bad", "good", "odd two", "boom", "bad so"] * 5


def table(texts=TEXTS):
    return pa.table({"id": pa.array([None if i == 2 else i for i in range(len(texts))]), "text": texts})


@pytest.mark.slow
def test_a_poisoned_row_is_a_fault_and_no_dead_job(engine):
    applied = LFS.apply(engine.frame(table()), keys=["id"])
    found = engine.table(applied)
    assert len(found) == 50
    by_id = {row["id"]: row for row in found.to_pylist()}
    assert by_id[0]["faults"] is None
    assert [(fault["lf"], fault["error"]) for fault in by_id[8]["faults"]] == [
        ("fragile", "ValueError: cannot read this")
    ]
    assert (by_id[8]["fragile"], by_id[4]["fragile"], by_id[4]["good"]) == (-1, -1, 1)

    faults = faults_of(applied, keys=["id"])
    assert faults.select("lf", "type", "rows").rows() == [("fragile", "KeyError", 10), ("fragile", "ValueError", 10)]
    first = dict(zip(faults["type"], faults.rows(named=True), strict=True))
    assert first["ValueError"]["error"] == "ValueError: cannot read this"
    assert 'raise ValueError("cannot read this")' in first["ValueError"]["traceback"]
    assert TEXTS[first["ValueError"]["key"]["id"]].endswith("boom")
    assert first["KeyError"]["key"]["id"] in (None, 7, 12, 17)
    assert faults_of(applied, limit=1).select("type", "rows").rows() == [("KeyError", 10)]
    none = LFSet(LABELS, [LFS.lfs[0]]).apply(engine.frame(table()), keys=["id"])
    assert faults_of(none, keys=["id"]).rows() == []


@pytest.mark.slow
def test_counts_are_those_of_one_machine_to_the_last_bit(engine):
    applied = LFS.apply(engine.frame(table(), 4), keys=["id"])
    votes, counts = counted_votes(applied, LFS)
    with pytest.warns(UserWarning, match="fragile raised"):
        whole = LFS.apply(TEXTS)
    rows, n = np.unique(whole.matrix, axis=0, return_counts=True)
    assert votes.matrix.tolist() == rows.tolist()
    assert (counts.tolist(), counts.dtype) == (n.tolist(), np.int64)
    assert (votes.labels, votes.lf_names) == (whole.labels, whole.lf_names)

    here = LabelModel().fit(whole)
    if "counts" in inspect.signature(LabelModel.fit).parameters:
        there = LabelModel().fit(votes, counts=counts)
    else:
        there = LabelModel().fit(Votes(np.repeat(votes.matrix, counts, axis=0), labels=LABELS, lf_names=LFS.names))
    assert there.precision_.tobytes() == here.precision_.tobytes()
    assert there.predict_proba(whole).tobytes() == here.predict_proba(whole).tobytes()

    answered = engine.table(probabilities(there, applied, keys=["id"]))
    assert answered.column_names == ["id", "label", "p_no", "p_yes"]
    ids = [-1 if i is None else i for i in answered["id"].to_pylist()]
    expected, labels = here.predict_proba(whole), here.predict(whole)
    at = [2 if i == -1 else i for i in ids]
    assert answered["p_yes"].to_numpy().tobytes() == expected[at, 1].tobytes()
    assert answered["label"].to_pylist() == [None if labels[i] < 0 else LABELS[labels[i]] for i in at]
    with pytest.raises(InputError, match="more than 3 distinct rows of votes"):
        counted_votes(applied, LFS, most=3)


@pytest.mark.slow
def test_what_is_asked_of_no_frame_of_votes_is_one_message(engine):
    bare = engine.frame(table())
    with pytest.raises(InputError, match=r"no column 'faults'"):
        faults_of(bare)
    with pytest.raises(InputError, match=r"no column 'good'(.|\n)*'count'"):
        counted_votes(bare, LFS)
    with pytest.raises(InputError, match="not fitted"):
        probabilities(LabelModel(), bare)
    with pytest.raises(InputError, match="frame has no rows"):
        counted_votes(LFS.apply(engine.frame(table()[:0], 1)), LFS)
    holes = engine.frame(pa.table({name: pa.array([1, None], pa.int8()) for name in LFS.names}), 1)
    with pytest.raises(InputError, match="votes of LF 'good' have nulls; they are -1"):
        counted_votes(holes, LFS)


def test_what_takes_frames_takes_no_others():
    model = MajorityVote().fit(Votes([[0, 1]], labels=LABELS))
    for ask in (faults_of, lambda frame: counted_votes(frame, LFS), lambda frame: probabilities(model, frame)):
        with pytest.raises(InputError, match="a Spark or a Dask DataFrame; got a list"):
            ask([1])
    with pytest.raises(InputError, match="limit must be a whole number"):
        faults_of([1], limit=0)


@pytest.mark.slow
def test_a_spark_session_that_is_gone_is_one_message(spark):
    frame = LFS.apply(spark.frame(table()), keys=["id"])

    class Gone:
        sparkSession = type("Session", (), {"_sc": type("Context", (), {"_jsc": None})})

    Gone.__module__, Gone.__name__ = type(frame).__module__, "DataFrame"
    with pytest.raises(InputError, match="the Spark session of this frame was stopped"):
        faults_of(Gone())
