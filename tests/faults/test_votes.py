"""Whatever the votes are, every label model gives probabilities or one clear error, in seconds."""

from importlib import import_module
from importlib.util import find_spec

import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import LabelFnsError
from labelfns.models import MACE, DawidSkene, LabelModel, MajorityVote, SnorkelLabelModel
from labelfns.models.evaluation.leave_one_out import leave_one_out

from .campaign import try_all

needs_crowd = pytest.mark.skipif(find_spec("crowdkit") is None, reason="needs the extra crowd")
MODELS = {
    "majority": lambda rng, k: MajorityVote(),
    "default": lambda rng, k: LabelModel(),
    "balanced": lambda rng, k: LabelModel(
        class_balance=rng.choice(["uniform", balance_of(rng, k)]),
        accuracy=rng.choice([1e-9, 0.3, 0.999999]),
        floor="off",
    ),
    "snorkel": lambda rng, k: SnorkelLabelModel(n_epochs=rng.choice([1, 20]), seed=rng.randrange(2**32)),
    "snorkel, balanced": lambda rng, k: SnorkelLabelModel(
        n_epochs=5,
        class_balance=balance_of(rng, k),
        lr=rng.choice([1e-9, 0.01, 10.0, 1e6]),
        l2=rng.choice([0.0, 1.0, 1e6]),
    ),
    "dawid_skene": lambda rng, k: DawidSkene(n_iter=3, algorithm=rng.choice(["dawid-skene", "one-coin"])),
    "mace": lambda rng, k: MACE(n_iter=2),
}


def balance_of(rng, k):
    shares = [rng.random() ** rng.choice([1, 30]) + 1e-12 for _ in range(k)]
    return tuple(share / sum(shares) for share in shares)


def constant(matrix, rng, k):
    matrix[:] = [rng.randrange(-1, k) for _ in range(matrix.shape[1])]


def one_vote(matrix, rng, k):
    matrix[:] = -1
    if matrix.size:
        matrix[rng.randrange(len(matrix)), rng.randrange(matrix.shape[1])] = rng.randrange(k)


def twins(matrix, rng, k):
    matrix[:, rng.randrange(matrix.shape[1]) :] = matrix[:, :1]


def opposite(matrix, rng, k):
    matrix[:, -1] = np.where(matrix[:, 0] < 0, -1, (matrix[:, 0] + 1) % k)


TWISTS = {
    "as drawn": lambda matrix, rng, k: None,
    "no votes": lambda matrix, rng, k: matrix.fill(-1),
    "all equal": lambda matrix, rng, k: matrix.fill(rng.randrange(k)),
    "constant LFs": constant,
    "one vote": one_vote,
    "unanimous": lambda matrix, rng, k: np.copyto(matrix, np.where(matrix < 0, -1, matrix.max(axis=1, keepdims=True))),
    "one label voted for": lambda matrix, rng, k: np.copyto(matrix, np.where(matrix < 0, -1, k - 1)),
    "one label per LF": lambda matrix, rng, k: np.copyto(
        matrix, np.where(matrix < 0, -1, np.arange(matrix.shape[1]) % k)
    ),
    "one row": lambda matrix, rng, k: np.copyto(matrix, matrix[:1]) if len(matrix) else None,
    "twins": twins,
    "opposite": opposite,
    "silent LFs": lambda matrix, rng, k: matrix[:, : matrix.shape[1] // 2].fill(-1),
}


def odd_votes(rng):
    """Draw votes, and gold or none."""
    n, m = rng.choice([0, 1, 2, 3, 20, 200, 1000]), rng.choice([1, 2, 3, 4, 8, 20])
    k = rng.choice([2, 2, 3, 5, 10])
    if rng.random() < 0.02:
        n, m, k = rng.choice([(300, 300, 2), (300, 5, 64), (50, 300, 3), (100, 20, 64), (20_000, 4, 2), (2, 3, 127)])
    numbers = np.random.default_rng(rng.randrange(2**32))
    matrix = numbers.integers(0, k, (n, m))
    truth = numbers.integers(0, k, n)
    right = numbers.random((n, m)) < numbers.choice([0.1, 0.5, 0.9, 1.0], m)
    matrix = np.where(right, truth[:, None], matrix)
    matrix[numbers.random((n, m)) > numbers.choice([0.02, 0.3, 0.9, 1.0])] = -1
    twist = rng.choice(list(TWISTS))
    TWISTS[twist](matrix, rng, k)
    gold = rng.choice([None, None, np.full(n, -1), truth, numbers.integers(-1, k, n), np.full(n, k - 1)])
    return twist, Votes(matrix, labels=[f"label {c}" for c in range(k)]), gold


def assert_probabilities(probs, votes):
    assert probs.shape == (len(votes), votes.n_labels)
    assert np.isfinite(probs).all()
    assert (probs >= 0).all()
    np.testing.assert_allclose(probs.sum(axis=1), 1)
    np.testing.assert_array_equal(probs[~votes.covered], 1 / votes.n_labels)


def refusal(work, *arguments):
    """Return the message of one of our errors, empty where there is none."""
    try:
        work(*arguments)
    except LabelFnsError as error:
        return str(error)
    return ""


def check(name):
    def try_one(number, rng):
        twist, votes, gold = odd_votes(rng)
        model = MODELS[name](rng, votes.n_labels)
        message = refusal(model.fit, votes, gold)
        too_few = name.startswith("snorkel") and len(votes.lf_names) < 3
        assert bool(message) == (too_few or not votes.covered.any()) or "lr" in message, (twist, message)
        assert len(message) < 2000
        if not message:
            others = Votes(odd_matrix(rng, votes), labels=votes.labels, lf_names=votes.lf_names)
            for some in (votes, others):
                assert_probabilities(model.predict_proba(some), some)
                decided = model.predict(some)
                assert ((decided >= -1) & (decided < votes.n_labels)).all()
                assert (decided[~some.covered] == -1).all()

    return try_one


def odd_matrix(rng, votes):
    """Draw votes of the same LFs that the model has not seen."""
    numbers = np.random.default_rng(rng.randrange(2**32))
    return numbers.integers(-1, votes.n_labels, (rng.choice([0, 1, 50]), len(votes.lf_names)))


@pytest.mark.slow
@pytest.mark.parametrize("name", list(MODELS)[:5])
def test_any_votes(name):
    import_module("labelfns.models.label_models.snorkel_fit")  # which takes longer than any input may
    try_all(60, check(name))


@needs_crowd
@pytest.mark.slow
@pytest.mark.parametrize("name", list(MODELS)[5:])
def test_any_votes_for_crowd_models(name):
    try_all(30, check(name))


@pytest.mark.slow
def test_any_votes_left_out_in_turn():
    def try_one(number, rng):
        _, votes, gold = odd_votes(rng)
        if len(votes.lf_names) <= 8 and gold is not None:
            assert len(refusal(leave_one_out, LabelModel(), votes, gold)) < 2000

    try_all(20, try_one)
