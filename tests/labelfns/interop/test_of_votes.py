"""Votes in frames of other libraries and in sparse matrices come back as they were."""

from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns import Votes
from labelfns.errors import InputError

FORMS = ["to_arrow", "to_pandas", "to_polars", "to_dataset"]
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
LABELS = st.lists(NAMES.filter(str.strip), min_size=2, max_size=127, unique=True)


@st.composite
def some_votes(draw, *, least=1):
    lfs = draw(st.lists(NAMES | st.sampled_from(["a", "a (strength)", "a (strength')"]), max_size=4, unique=True))
    lfs = lfs or ["a"] * least
    labels, n = draw(LABELS), draw(st.integers(0, 5))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    matrix = rng.integers(-1, len(labels), (n, len(lfs)))
    strength = rng.random((n, len(lfs))).astype(np.float32) if draw(st.booleans()) else None
    return Votes(matrix, labels=labels, lf_names=lfs, strength=strength)


def check_same(back, votes):
    assert (back.labels, back.lf_names) == (votes.labels, votes.lf_names)
    assert back.matrix.shape == votes.matrix.shape
    assert (back.matrix == votes.matrix).all()
    assert (back.strength is None) == (votes.strength is None)
    assert back.strength is None or (back.strength == votes.strength).all()


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40, deadline=None)
@given(votes=some_votes())
def test_votes_come_back_as_they_were(form, votes):
    if form == "to_dataset" and any("\0" in name for name in votes.lf_names):
        with pytest.raises(InputError, match="NUL"):
            votes.to_dataset()
        return
    frame = getattr(votes, form)()
    check_same(Votes.from_frame(frame, None if form == "to_dataset" else votes.labels), votes)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS[:-1])
@settings(max_examples=40, deadline=None)
@given(votes=some_votes())
def test_votes_by_name_come_back_as_they_were(form, votes):
    check_same(Votes.from_frame(getattr(votes, form)(names=True), votes.labels), votes)


@settings(max_examples=25, deadline=None)
@given(votes=some_votes(least=0))
def test_sparse_votes_come_back_as_they_were(votes):
    if votes.strength is not None:
        with pytest.raises(InputError, match="cannot hold strengths"):
            votes.to_sparse()
        votes = replace(votes, strength=None)
    check_same(Votes.from_sparse(votes.to_sparse(), votes.labels, votes.lf_names), votes)


def test_frames_are_of_their_libraries_and_have_the_strengths_behind_the_votes():
    votes = Votes([[0, -1], [0, 1]], labels=["no", "yes"], lf_names=["a", "b"], strength=[[0.5, 0], [1, 0.25]])
    names = ["a", "b", "a (strength)", "b (strength)"]
    assert isinstance(votes.to_arrow(), pa.Table)
    assert isinstance(votes.to_pandas(), pd.DataFrame)
    assert list(votes.to_pandas().columns) == votes.to_polars().columns == votes.to_arrow().column_names == names
    assert votes.to_polars().row(1) == (0, 1, 1, 0.25)
    data = votes.to_dataset()
    assert data.features["b"].names == ["no", "yes"]
    assert data[1] == {"a": 0, "b": 1, "a (strength)": 1, "b (strength)": 0.25}


def test_a_data_set_keeps_label_names_and_votes_on_the_disk(tmp_path):
    import datasets

    votes = Votes([[0, -1], [0, 1]], labels=["no", "yes"], lf_names=["a", "b"], strength=[[0.5, 0], [1, 0.25]])
    votes.to_dataset().save_to_disk(str(tmp_path / "votes"))
    check_same(Votes.from_frame(datasets.load_from_disk(str(tmp_path / "votes"))), votes)


@pytest.mark.parametrize(
    ("frame", "labels", "message"),
    [
        (pl.DataFrame({"a": [0]}), None, "pass labels"),
        ([1, 2], ["no", "yes"], "got a list"),
        (pl.DataFrame({"a": [0, None]}), ["no", "yes"], "null in the votes of 'a'; write -1"),
        (pd.DataFrame({"a": [0, None]}), ["no", "yes"], r"'LF \(strength\)'.*fit: 'a'.*fillna"),
        (pl.DataFrame({"a": [0], "b": [1], "a (strength)": [0.5]}), ["no", "yes"], r"fit: 'b \(strength\)'"),
        (
            pl.DataFrame({"a": ["no", "maybe"]}),
            ["no", "yes"],
            "row 1, LF 'a': 'maybe' is none of the labels no, yes.*LFs alone",
        ),
        (pl.DataFrame({"a": [0, 2]}), ["no", "yes"], "row 1, LF 'a': vote 2"),
        (Votes([[0]], labels=["no", "yes"]).to_dataset(), ["yes", "no"], "same order"),
    ],
)
def test_what_holds_no_votes_is_refused(frame, labels, message):
    with pytest.raises(InputError, match=message):
        Votes.from_frame(frame, labels)


def test_votes_of_no_lf_have_no_frame():
    with pytest.raises(InputError, match="no LF"):
        Votes(np.empty((3, 0), dtype=int), labels=["no", "yes"]).to_pandas()


def test_a_sparse_matrix_of_floats_is_refused():
    from scipy import sparse

    with pytest.raises(InputError, match="whole numbers"):
        Votes.from_sparse(sparse.csr_array([[0.5]]), ["no", "yes"])


def test_long_form_has_one_row_per_vote():
    votes = Votes([[0, -1], [1, 0]], labels=["no", "yes"], lf_names=["a", "b"])
    long = votes.to_long()
    assert long.columns == ["task", "worker", "label"]
    assert long.rows() == [(0, "a", "no"), (1, "a", "yes"), (1, "b", "no")]
    assert Votes([[-1]], labels=["no", "yes"]).to_long().rows() == []
    assert replace(votes, strength=[[0.5, 0], [1, 0.25]]).to_long()["strength"].to_list() == [0.5, 1, 0.25]


def test_an_lf_that_never_votes_comes_back_from_csv(tmp_path):
    votes = Votes([[0, -1], [-1, -1], [1, -1]], labels=["no", "yes"], lf_names=["some", "none"])
    votes.to_pandas(names=True).to_csv(tmp_path / "votes.csv", index=False)
    again = Votes.from_frame(pd.read_csv(tmp_path / "votes.csv"), labels=votes.labels)
    assert again.matrix.tolist() == votes.matrix.tolist()
