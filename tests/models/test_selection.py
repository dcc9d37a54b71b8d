import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelfns.models.selection import align, combine, surest

PROBS = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.3, 0.7], [0.45, 0.55]])


@pytest.mark.parametrize(
    ("share", "min_confidence", "expected"),
    [
        (1.0, 0.0, [True] * 5),
        (0.5, 0.0, [True, True, False, True, False]),  # 2 of 3 and 1 of 2
        (1.0, 0.65, [True, True, False, True, False]),
        (0.01, 0.0, [True, False, False, True, False]),  # the surest of each class stays
    ],
)
def test_surest(share, min_confidence, expected):
    assert surest(PROBS, share, min_confidence).tolist() == expected


def test_combine_by_hand():
    # (0.6 * 0.5, 0.4 * 0.5) leaves 0.6; (0.9 * 0.2, 0.1 * 0.8) = (0.18, 0.08)
    found = combine(np.array([[0.6, 0.4], [0.9, 0.1]]), np.array([[0.5, 0.5], [0.2, 0.8]]))
    np.testing.assert_allclose(found, [[0.6, 0.4], [18 / 26, 8 / 26]], atol=1e-9)


@given(st.integers(2, 5), st.integers(10, 60), st.integers(0, 10_000))
def test_align_reaches_the_shares_and_keeps_the_order_within_a_class(k, n, seed):
    rng = np.random.default_rng(seed)
    probs, shares = rng.dirichlet(np.ones(k), n), rng.dirichlet(np.full(k, 5.0))
    aligned = align(probs, shares, steps=500)
    np.testing.assert_allclose(aligned.sum(axis=1), 1)
    np.testing.assert_allclose(aligned.mean(axis=0), shares, atol=0.02)
    # odds between two classes are scaled by one factor for all rows
    ratio = (aligned[:, 0] / aligned[:, 1]) / (probs[:, 0] / probs[:, 1])
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-3)
