import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelfns.models.class_balance import alignment_shift, balancing_shift, reweighted, shifted


@pytest.mark.slow
@given(st.integers(2, 5), st.integers(10, 60), st.integers(0, 10_000))
def test_aligning_reaches_the_shares_and_keeps_the_order_within_a_class(k, n, seed):
    rng = np.random.default_rng(seed)
    probs, shares = rng.dirichlet(np.ones(k), n), rng.dirichlet(np.full(k, 5.0))
    aligned = shifted(probs, alignment_shift(shares, probs, steps=500))
    np.testing.assert_allclose(aligned.sum(axis=1), 1)
    np.testing.assert_allclose(aligned.mean(axis=0), shares, atol=0.02)
    # odds between two classes are scaled by one factor for all rows
    ratio = (aligned[:, 0] / aligned[:, 1]) / (probs[:, 0] / probs[:, 1])
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-3)


def test_balancing_by_hand():
    probs = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.3, 0.7]])
    # answers are 3 of 4 and 1 of 4, wanted are 2 and 2: odds times 3, of which 0.6 to 0.4 needs more than a half
    step = np.log([2 / 3, 2])
    shift = balancing_shift(np.array([0.5, 0.5]), probs)
    part = shift[0] / step[0]
    np.testing.assert_allclose(shift, part * step)
    assert part == pytest.approx(0.4)  # 3 ** 0.4 = 1.55 is the first tenth above 1.5
    assert balancing_shift(np.array([0.75, 0.25]), probs).tolist() == [0, 0]


def test_balancing_does_not_carry_flat_probabilities_past_the_shares():
    probs = np.array([[0.51, 0.49]] * 19 + [[0.505, 0.495]])
    # a whole step would be odds times 19 and give all rows to the second class; no step is nearer to 9 in 10
    assert balancing_shift(np.array([0.9, 0.1]), probs).tolist() == [0, 0]


@given(st.integers(2, 5), st.integers(5, 60), st.integers(0, 10_000))
def test_balancing_brings_the_answers_no_further_from_the_shares(k, n, seed):
    rng = np.random.default_rng(seed)
    probs, shares = rng.dirichlet(np.ones(k), n), rng.dirichlet(np.full(k, 5.0))

    def far(probs):
        return abs(np.bincount(probs.argmax(axis=1), minlength=k) / n - shares).sum()

    assert far(shifted(probs, balancing_shift(shares, probs))) <= far(probs) + 1e-9


def test_a_shift_multiplies_the_odds():
    assert shifted(np.array([[0.5, 0.5]]), np.log([3, 1])).tolist() == [[pytest.approx(0.75), pytest.approx(0.25)]]
    np.testing.assert_allclose(shifted(np.array([[1.0, 0.0]]), np.array([0.0, 0.0])), [[1, 0]], atol=1e-9)


def test_reweighted_by_hand():
    found = reweighted(np.array([1.0, 1.0, 1.0, 0.0]), np.array([0, 0, 1, 1]), np.array([0.25, 0.5, 0.25]))
    np.testing.assert_allclose(found, [0.5, 0.5, 2.0, 0.0])  # no row of the third class: 1 to 2 of what is left
