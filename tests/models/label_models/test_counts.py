"""A fit on counted rows is, to the last bit, the fit on these rows one by one."""

import importlib.util
import json
import pickle

import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import InputError
from labelfns.models import MACE, DawidSkene, LabelModel, MajorityVote, SnorkelLabelModel
from labelfns.models.label_models import crowd
from labelfns.models.label_models import distinct_rows as distinct
from labelfns.models.label_models.base import plain
from labelfns.models.label_models.distinct_rows import rows_to_fit

LABELS = ["a", "b", "c"]
NEEDS_TORCH = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="snorkel's model needs torch")
MODELS = [
    LabelModel(),
    LabelModel(class_balance=(0.2, 0.3, 0.5), floor="off"),
    MajorityVote(),
    pytest.param(SnorkelLabelModel(n_epochs=5), marks=NEEDS_TORCH),
    pytest.param(SnorkelLabelModel(n_epochs=5, seed=1), marks=NEEDS_TORCH),
    pytest.param(DawidSkene(n_iter=5), marks=pytest.mark.slow),
    pytest.param(MACE(n_iter=5), marks=pytest.mark.slow),
]


def drawn(seed=0, n=150, m=6, rate=0.4):
    """Votes of LFs that are right 7 times of 10, in which rows repeat and some stand there never; gold on a third."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 3, n)
    matrix = np.where(rng.random((n, m)) < 0.7, truth[:, None], rng.integers(0, 3, (n, m)))
    matrix[rng.random((n, m)) > rate] = -1
    votes, counts = Votes(matrix, labels=LABELS), rng.integers(0, 5, n)
    return votes, counts, np.where(rng.random(n) < 0.3, truth, -1)


def one_by_one(votes, counts, seed=0):
    """Return the rows each as often as it stands there, in an order drawn by chance."""
    return np.random.default_rng(seed).permutation(np.repeat(np.arange(len(votes)), counts))


def learned(model):
    """Return all that a model learned, bit by bit."""
    return json.dumps(plain([model._state(), model.notes_])), pickle.dumps(plain(model._state()))


@pytest.mark.parametrize("with_gold", [False, True], ids=["no gold", "gold"])
@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_bit_equal(model, with_gold):
    if isinstance(model, crowd.CrowdModel):
        pytest.importorskip("crowdkit")
    for seed in range(3):
        votes, counts, gold = drawn(seed)
        rows = one_by_one(votes, counts, seed)
        counted = model.fit(votes, gold if with_gold else None, counts=counts)
        of_counts, probs = learned(counted), counted.predict_proba(votes)
        of_rows = learned(model.fit(votes.rows(rows), gold[rows] if with_gold else None))
        assert of_counts == of_rows
        np.testing.assert_array_equal(model.predict_proba(votes), probs)


@pytest.mark.parametrize("seed", range(3))
def test_bit_equal_with_strengths(seed):
    votes, counts, gold = drawn(seed)
    strength = np.random.default_rng(seed).choice([0.0, 0.25, 0.7, 1.0], votes.matrix.shape)
    rows = one_by_one(votes, counts, seed)
    of_counts = learned(LabelModel().fit(votes, gold, strength=strength, counts=counts))
    assert of_counts == learned(LabelModel().fit(votes.rows(rows), gold[rows], strength=strength[rows]))


def test_whole_strengths_are_no_strengths():
    votes, counts, gold = drawn()
    soft = LabelModel().fit(votes, gold, strength=np.ones(votes.matrix.shape), counts=counts)
    np.testing.assert_allclose(
        soft.predict_proba(votes), LabelModel().fit(votes, gold, counts=counts).predict_proba(votes), atol=1e-8
    )


def test_bit_equal_where_hashes_collide(monkeypatch):
    monkeypatch.setattr(distinct, "_hashes", lambda rows, *_: np.zeros(len(rows), dtype=np.uint64))
    test_bit_equal(LabelModel(), True)
    test_bit_equal_with_strengths(0)


def test_rows_are_in_an_order_of_their_content():
    votes, counts, gold = drawn()
    rows = one_by_one(votes, counts)
    found, of_gold = rows_to_fit(votes, gold, counts, None)
    other, other_gold = rows_to_fit(votes.rows(rows), gold[rows], None, None)
    for name in ("rows", "counts"):
        np.testing.assert_array_equal(getattr(found, name), getattr(other, name))
    for name in ("at", "labels", "counts"):
        np.testing.assert_array_equal(getattr(of_gold, name), getattr(other_gold, name))
    assert (found.counts > 0).all()
    assert of_gold.counts.sum() == (gold[rows] >= 0).sum()


@pytest.mark.parametrize(
    "model", [LabelModel(), MajorityVote(), pytest.param(SnorkelLabelModel(n_epochs=5), marks=NEEDS_TORCH)], ids=repr
)
def test_ten_billion_rows(model):
    votes, counts, _ = drawn()
    few = model.fit(votes, counts=counts).predict_proba(votes)
    total = 10**10
    many = model.fit(votes, counts=counts * (total // counts.sum()))
    probs = many.predict_proba(votes)
    assert np.isfinite(probs).all()
    if not isinstance(model, LabelModel):  # whose prior is worth some rows
        np.testing.assert_allclose(probs, few, atol=1e-6)
    if isinstance(model, MajorityVote):
        covered = (counts * (total // counts.sum()))[votes.covered].sum()
        assert many.notes_[0].endswith(f"of {covered} covered rows")


def test_a_million_gold_rows_by_counts():
    votes, counts, gold = drawn()
    model = LabelModel().fit(votes, gold, counts=counts * 10_000)
    assert model.fitted_.gold_votes.sum() == 10_000 * (counts * (gold >= 0)) @ (votes.matrix >= 0).sum(axis=1)


@pytest.mark.parametrize("model", MODELS[:4], ids=repr)
def test_no_row_stands_there(model):
    votes, counts, _ = drawn()
    with pytest.raises(InputError, match="no row is covered: none of the 6 LFs votes on any of the 0 rows"):
        model.fit(votes, counts=counts * 0)
    with pytest.raises(InputError, match="there are 2 counts for 150 rows"):
        model.fit(votes, counts=[1, 2])


def test_votes_that_crowd_kit_cannot_take(monkeypatch):
    votes, counts, _ = drawn()
    monkeypatch.setattr(crowd, "MOST_ANSWERS", 100)
    with pytest.raises(InputError, match=r"DawidSkene reads votes one by one, .*random sample.*LabelModel\(\)"):
        DawidSkene().fit(votes, counts=counts)
