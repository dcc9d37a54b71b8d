import random

import numpy as np
import pytest
import torch
from snorkel.labeling.model import LabelModel as SnorkelsOwn

from labelfns import Votes
from labelfns.errors import InputError, SettingsError
from labelfns.models import LabelModel, MajorityVote, SnorkelLabelModel

LABELS = ["a", "b", "c"]


@pytest.fixture(scope="module")
def votes():
    """Four hundred rows with a known truth, five LFs right 80% of the time and voting on 60%, last row empty."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 400)
    matrix = np.where(rng.random((400, 5)) < 0.8, truth[:, None], rng.integers(0, 3, (400, 5)))
    matrix[rng.random((400, 5)) > 0.6] = -1
    matrix[-1] = -1
    return Votes(matrix, labels=LABELS)


def both():
    return [MajorityVote(), SnorkelLabelModel(n_epochs=20), LabelModel()]


@pytest.mark.parametrize("model", both(), ids=lambda model: type(model).__name__)
def test_one_interface(model, votes):
    probs = model.fit(votes).predict_proba(votes)
    assert probs.shape == (400, 3)
    np.testing.assert_allclose(probs.sum(axis=1), 1)
    np.testing.assert_allclose(probs[-1], 1 / 3)
    predicted = model.predict(votes)
    assert predicted[-1] == -1
    assert model.classes_ == tuple(LABELS)


@pytest.mark.parametrize("model", both(), ids=lambda model: type(model).__name__)
def test_misuse(model, votes):
    with pytest.raises(InputError, match="not fitted"):
        type(model)().predict_proba(votes)
    with pytest.raises(InputError, match="no row is covered"):
        model.fit(Votes(np.full((3, 4), -1), labels=LABELS))
    with pytest.raises(InputError, match="2 gold labels for 400 rows"):
        model.fit(votes, gold=[0, 1])
    with pytest.raises(InputError, match="wrap a matrix"):
        model.fit(votes.matrix)
    model.fit(votes)
    with pytest.raises(InputError, match="was fitted on"):
        model.predict_proba(Votes(votes.matrix, labels=LABELS, lf_names=list("vwxyz")))


def test_majority_vote_by_hand():
    votes = Votes([[0, 0, 1], [1, 2, -1], [2, -1, -1]], labels=LABELS)
    model = MajorityVote().fit(votes)
    np.testing.assert_allclose(model.predict_proba(votes), [[2 / 3, 1 / 3, 0], [0, 0.5, 0.5], [0, 0, 1]])
    assert model.predict(votes).tolist() == [0, -1, 2]


def test_snorkel_gives_snorkels_own_probabilities(votes):
    own = SnorkelsOwn(cardinality=3, verbose=False)
    own.fit(votes.matrix.astype(int), n_epochs=20, seed=7, progress_bar=False)
    ours = SnorkelLabelModel(seed=7, n_epochs=20).fit(votes)
    np.testing.assert_allclose(ours.mu_, own.mu.detach().numpy(), atol=1e-6, rtol=0)
    ours.fits_ = own.mu.detach().numpy()[None]
    probs = ours.predict_proba(votes)
    np.testing.assert_array_equal(probs[votes.covered], own.predict_proba(votes.matrix.astype(int))[votes.covered])


def test_snorkel_leaves_global_generators_alone(votes):
    before = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # noqa: NPY002
    SnorkelLabelModel(seed=3, n_epochs=2).fit(votes)
    after = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()  # noqa: NPY002
    assert before == after


def test_snorkel_does_not_depend_on_what_was_drawn_before(votes):
    first = SnorkelLabelModel(n_epochs=5).fit(votes).predict_proba(votes)
    np.random.random(3)  # noqa: NPY002
    torch.rand(3)
    np.testing.assert_array_equal(SnorkelLabelModel(n_epochs=5).fit(votes).predict_proba(votes), first)


def test_uneven_balance_does_not_label_empty_rows(votes):
    model = SnorkelLabelModel(n_epochs=5, class_balance=(0.8, 0.1, 0.1)).fit(votes)
    assert model.predict(votes)[-1] == -1


def test_unknown_gold_is_no_class(votes):
    gold = np.full(400, -1)
    gold[:6] = [0, 0, 0, 0, 1, 2]
    model = SnorkelLabelModel(n_epochs=5).fit(votes, gold)
    np.testing.assert_allclose(model.class_balance_, [4 / 6, 1 / 6, 1 / 6], rtol=1e-6)


def test_underflow_is_no_nan():
    votes = Votes(np.tile([[0], [1]], (1, 120)).repeat(3, axis=0), labels=["a", "b"])
    probs = SnorkelLabelModel(n_epochs=5).fit(votes).predict_proba(votes)
    assert np.isfinite(probs).all()
    np.testing.assert_allclose(probs.sum(axis=1), 1)


@pytest.mark.parametrize("options", [{"l2": 0.1}, {"lr": 0.05, "prec_init": 0.9}, {"class_balance": (0.5, 0.3, 0.2)}])
def test_snorkels_options_do_what_snorkels_do(votes, options):
    own = SnorkelsOwn(cardinality=3, verbose=False)
    own.fit(votes.matrix.astype(int), n_epochs=30, seed=1, progress_bar=False, **options)
    ours = SnorkelLabelModel(seed=1, n_epochs=30, **options).fit(votes)
    np.testing.assert_allclose(ours.mu_, own.mu.detach().numpy(), atol=1e-6, rtol=0)


def test_snorkel_on_one_row(votes):
    own = SnorkelsOwn(cardinality=3, verbose=False)
    own.fit(votes.matrix.astype(int), n_epochs=5, seed=1, progress_bar=False)
    ours = SnorkelLabelModel(seed=1, n_epochs=5).fit(votes)
    one = votes.rows([0])
    np.testing.assert_allclose(ours.predict_proba(one), own.predict_proba(one.matrix.astype(int)), atol=1e-6)


@pytest.mark.slow
def test_snorkels_notes():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 2000)
    matrix = np.where(rng.random((2000, 6)) < 0.8, truth[:, None], 1 - truth[:, None])
    sparse, dense = matrix.copy(), matrix.copy()
    sparse[rng.random((2000, 6)) > 0.02] = -1
    dense[rng.random((2000, 6)) > 0.9] = -1
    sparse, dense = Votes(sparse, labels=["a", "b"]), Votes(dense, labels=["a", "b"])
    assert "depend on the seed" in SnorkelLabelModel(seed=0).fit(sparse).notes_[0]
    assert not SnorkelLabelModel(seed=0, n_epochs=2000).fit(dense).notes_
    short = SnorkelLabelModel(seed=0, n_epochs=2).fit(dense).notes_
    assert any("has not converged after 2 steps" in note for note in short)
    assert SnorkelLabelModel().fit(sparse).notes_ == ()


@pytest.mark.slow
def test_without_a_seed_the_mean_over_all_seeds():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 800)
    matrix = np.where(rng.random((800, 6)) < 0.8, truth[:, None], 1 - truth[:, None])
    matrix[rng.random((800, 6)) > 0.1] = -1
    votes = Votes(matrix, labels=["a", "b"])
    model = SnorkelLabelModel().fit(votes)
    by_seed = [SnorkelLabelModel(seed=seed).fit(votes).predict_proba(votes) for seed in range(40)]
    spread = np.std(by_seed, axis=0)
    assert spread.max() > 0.02, "seeds must differ for this to show anything"
    difference = np.abs(model.predict_proba(votes) - np.mean(by_seed, axis=0))
    assert (difference <= 4 * spread / np.sqrt(40) + 2e-3).all()
    assert model.mu_.shape == model.fits_.shape[1:] == (12, 2)
    np.testing.assert_array_equal(SnorkelLabelModel().fit(votes).fits_, model.fits_)


def test_snorkel_on_too_many_lfs():
    with pytest.raises(InputError, match="limit of 6000"):
        SnorkelLabelModel().fit(Votes(np.zeros((2, 5000), dtype=int), labels=["a", "b"]))


@pytest.mark.parametrize("model", [MajorityVote(), SnorkelLabelModel(seed=2, n_epochs=5)], ids=["majority", "snorkel"])
def test_save_and_load(model, votes, tmp_path):
    model.fit(votes).save(tmp_path / "model.json")
    again = type(model).load(tmp_path / "model.json")
    np.testing.assert_array_equal(again.predict_proba(votes), model.predict_proba(votes))
    assert again.notes_ == model.notes_


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_epochs": 0, "lr": 0.0}, "2 problems"),
        ({"class_balance": (0.5, 0.2)}, "sum to 1"),
        ({"prec_init": 1.0}, "prec_init must be between 0 and 1"),
    ],
)
def test_snorkel_settings_are_checked(options, message):
    with pytest.raises(SettingsError, match=message):
        SnorkelLabelModel(**options)


def test_snorkel_on_too_few_lfs_or_another_balance(votes):
    with pytest.raises(InputError, match="at least 3 LFs"):
        SnorkelLabelModel().fit(Votes(votes.matrix[:, :2], labels=LABELS))
    with pytest.raises(SettingsError, match="3 shares"):
        SnorkelLabelModel(class_balance=(0.5, 0.5)).fit(votes)
