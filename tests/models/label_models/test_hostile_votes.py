"""Whatever the votes are, a label model gives probabilities or one clear error."""

import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import InputError, SettingsError
from labelfns.models import LabelModel, MajorityVote, SnorkelLabelModel
from labelfns.models.label_models.calibration import Calibration


def all_abstain(matrix, rng, k):
    matrix[:] = -1


def silent_lfs(matrix, rng, k):
    matrix[:, : max(matrix.shape[1] // 2, 1)] = -1


def one_row_again_and_again(matrix, rng, k):
    matrix[:] = matrix[:1]


def constant_lfs(matrix, rng, k):
    matrix[:] = rng.integers(0, k, matrix.shape[1])


def one_lf_again_and_again(matrix, rng, k):
    matrix[:] = matrix[:, :1]


def one_class(matrix, rng, k):
    matrix[matrix >= 0] = k - 1


def one_label_each(matrix, rng, k):
    matrix[:] = np.where(matrix >= 0, np.arange(matrix.shape[1]) % k, -1)


def as_drawn(matrix, rng, k):
    pass


TWISTS = [
    all_abstain,
    silent_lfs,
    one_row_again_and_again,
    constant_lfs,
    one_lf_again_and_again,
    one_class,
    one_label_each,
    as_drawn,
]


def draw(seed, twist):
    """Return votes, gold (none, all unknown, random, or one class alone) and a class balance."""
    rng = np.random.default_rng(seed)
    n, m, k = (int(rng.choice(sizes)) for sizes in ((1, 2, 3, 30, 300), (1, 2, 3, 5, 12), (2, 3, 6)))
    n, m, k = {0: (2, 4, 127), 1: (5000, 2, 2), 2: (40, 60, 2)}.get(seed, (n, m, k))
    matrix = rng.integers(0, k, (n, m))
    matrix[rng.random((n, m)) > rng.choice([0.02, 0.3, 0.9, 1.0])] = -1
    twist(matrix, rng, k)
    gold = [None, np.full(n, -1), rng.integers(-1, k, n), np.full(n, k - 1)][seed % 4]
    balance = rng.random(k) + 1e-3
    return Votes(matrix, labels=[f"label {c}" for c in range(k)]), gold, tuple((balance / balance.sum()).tolist())


def answers(model, votes, gold):
    too_few = isinstance(model, SnorkelLabelModel) and len(votes.lf_names) < 3
    if too_few or not votes.covered.any():
        with pytest.raises(InputError, match="at least 3 LFs" if votes.covered.any() else "no row is covered"):
            model.fit(votes, gold)
        return
    probs = model.fit(votes, gold).predict_proba(votes)
    assert np.isfinite(probs).all()
    assert (probs >= 0).all()
    np.testing.assert_allclose(probs.sum(axis=1), 1)
    np.testing.assert_array_equal(probs[~votes.covered], 1 / votes.n_labels)


@pytest.mark.slow
@pytest.mark.parametrize("twist", TWISTS, ids=lambda twist: twist.__name__)
def test_probabilities_or_one_clear_error(twist):
    for seed in range(25):
        votes, gold, balance = draw(seed, twist)
        kinds = [MajorityVote(), LabelModel(), LabelModel(class_balance=balance, accuracy=0.01, floor="off")]
        for model in kinds[: 2 if seed % 3 else 3]:
            answers(model, votes, gold)
        if seed % 5 == 0:
            answers(SnorkelLabelModel(n_epochs=3, class_balance=balance), votes, gold)


@pytest.mark.parametrize("twist", TWISTS[1:], ids=lambda twist: twist.__name__)
def test_soft_votes_and_reasons_too(twist):
    for seed in range(4, 9):
        votes, gold, _ = draw(seed, twist)
        if votes.covered.any():
            strength = np.random.default_rng(seed).random(votes.matrix.shape)
            model = LabelModel().fit(votes, gold, strength=strength)
            probs = model.predict_proba(votes, strength=strength)
            assert np.isfinite(probs).all()
            np.testing.assert_allclose(probs.sum(axis=1), 1)
            assert 0 <= model.explain(votes, 0).confidence <= 1


def test_near_certain_rows_stay_probabilities_when_calibrated():
    probs = np.array([[1 - 1e-12, 1e-12 / 3, 2e-12 / 3], [1 - 1e-9, 1e-9, 0.0], [0.6, 0.3, 0.1]])
    for calibration in (Calibration(-15.0, 0.1, 1 - 1e-6), Calibration(1.0, 2.0), Calibration(-3.0, 0.5)):
        np.testing.assert_allclose(calibration(probs).sum(axis=1), 1, rtol=1e-12)


def test_a_fit_of_snorkels_that_ends_at_nan_is_one_error():
    pytest.importorskip("torch")
    votes = Votes(np.zeros((200, 3), dtype=int), labels=["a", "b", "c"])
    with pytest.raises(SettingsError, match="ran away with lr 1e-09 and l2 1000000"):
        SnorkelLabelModel(lr=1e-9, l2=1e6, n_epochs=5, seed=0).fit(votes)
