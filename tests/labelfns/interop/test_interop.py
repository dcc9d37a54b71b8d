"""Round trips of votes and answers, and Label Studio's files."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns import Votes
from labelfns.errors import InputError
from labelfns.interop import (
    Answers,
    read_label_studio,
    votes_from,
    votes_from_sparse,
    votes_to,
    votes_to_sparse,
    write_label_studio,
)

FORMATS = ["pyarrow", "pandas", "polars", "datasets"]
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@st.composite
def some_votes(draw):
    lfs = draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    n = draw(st.integers(0, 5))
    cells = draw(st.lists(st.integers(-1, 2), min_size=n * len(lfs), max_size=n * len(lfs)))
    matrix = np.array(cells, dtype=np.int8).reshape(n, len(lfs))
    return Votes(matrix, labels=['no, "never"', "y\u00e9s\U0001f600", "one:two"], lf_names=lfs)


def same(votes, back):
    assert (back.labels, back.lf_names) == (votes.labels, votes.lf_names)
    assert back.matrix.shape == votes.matrix.shape
    assert np.array_equal(back.matrix, votes.matrix)


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=25, deadline=None)
@given(votes=some_votes())
def test_votes_come_back_as_they_were(format, votes):
    if format == "datasets" and any("\0" in name for name in votes.lf_names):
        with pytest.raises(InputError, match="NUL"):
            votes_to(votes, format)
        return
    same(votes, votes_from(votes_to(votes, format), None if format == "datasets" else votes.labels))


@settings(max_examples=25, deadline=None)
@given(votes=some_votes())
def test_sparse_votes_come_back_as_they_were(votes):
    same(votes, votes_from_sparse(votes_to_sparse(votes), votes.labels, votes.lf_names))


@pytest.mark.slow
@pytest.mark.parametrize("format", FORMATS)
@settings(max_examples=25, deadline=None)
@given(texts=st.lists(NAMES, max_size=4), seed=st.integers(0, 99))
def test_answers_come_back_as_they_were(format, texts, seed):
    rng = np.random.default_rng(seed)
    probs = rng.dirichlet([1, 1], len(texts)).astype(np.float32).reshape(len(texts), 2)
    answers = Answers(texts, rng.integers(-1, 2, len(texts)), probs, ["a", "b,\n"])
    back = Answers.of(answers.to(format), None if format == "datasets" else answers.labels)
    assert (back.texts, back.labels) == (answers.texts, answers.labels)
    assert np.array_equal(back.ids, answers.ids)
    assert np.array_equal(back.probs, answers.probs)


def test_a_frame_without_label_names_is_refused():
    votes = Votes([[0]], labels=["a", "b"])
    with pytest.raises(InputError, match="pass labels"):
        votes_from(votes_to(votes, "polars"))


def test_label_studio_gets_the_least_sure_first(tmp_path):
    answers = Answers(["x", "y", "z"], [0, 1, -1], [[0.9, 0.1], [0.4, 0.6], [0.5, 0.5]], ["a", "b"])
    write_label_studio(answers, tmp_path / "tasks.json")
    tasks = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    assert [task["data"]["text"] for task in tasks] == ["z", "y", "x"]
    assert "predictions" not in tasks[0]
    assert tasks[1]["predictions"][0]["result"][0]["value"] == {"choices": ["b"]}


def annotation(label, at, **more):
    result = {"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": [label]}}
    return {"result": [result], "updated_at": at, "was_cancelled": False, "ground_truth": False} | more


def test_of_label_studio_annotations_the_last_that_counts_is_read(tmp_path):
    of_first = [
        annotation("new", "2026-02-01T00:00:00Z"),
        annotation("old", "2026-01-01T00:00:00Z"),
        annotation("cancelled", "2026-03-01T00:00:00Z", was_cancelled=True),
        annotation("truth", "2026-04-01T00:00:00Z", ground_truth=True),
    ]
    tasks = [{"data": {"text": "x"}, "annotations": of_first}, {"data": {"text": "y"}, "annotations": []}]
    file = tmp_path / "export.json"
    file.write_text(json.dumps(tasks), encoding="utf-8")
    assert read_label_studio(file) == [{"text": "x", "label": "new"}, {"text": "y", "label": None}]
    assert read_label_studio(file, ground_truth=True)[0]["label"] == "truth"


def test_long_form_has_one_row_per_vote():
    long = Votes([[0, -1], [1, 0]], labels=["no", "yes"], lf_names=["a", "b"]).to_long()
    assert long.rows() == [(0, "a", "no"), (1, "a", "yes"), (1, "b", "no")]
    assert long.columns == ["task", "worker", "label"]
    assert Votes([[-1]], labels=["no", "yes"]).to_long().rows() == []


def test_label_studio_without_dates_takes_the_last_and_a_single_task(tmp_path):
    old, new = annotation("old", ""), annotation("new", "")
    for one in (old, new):
        del one["updated_at"], one["was_cancelled"]
    file = tmp_path / "export.json"
    file.write_text(json.dumps({"data": {"text": "x"}, "annotations": [old, new]}), encoding="utf-8")
    assert read_label_studio(file) == [{"text": "x", "label": "new"}]


def test_label_studio_names_every_task_that_cannot_be_read(tmp_path):
    two = annotation("a", "")
    two["result"][0]["value"]["choices"] = ["a", "b"]
    file = tmp_path / "export.json"
    file.write_text(json.dumps([{"data": {}}, {"data": {"text": "x"}, "annotations": [two]}]), encoding="utf-8")
    with pytest.raises(InputError, match=r"(?s)task 0: its data.*task 1: 2 choices"):
        read_label_studio(file)
