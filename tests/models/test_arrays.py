import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax as scipy_softmax

from labelfns.models.arrays import credit, decide, most_likely, softmax

SCORES = st.lists(st.lists(st.floats(-800, 800), min_size=3, max_size=3), min_size=1, max_size=5)


@given(SCORES)
def test_softmax_is_scipys(scores):
    np.testing.assert_allclose(softmax(np.array(scores)), scipy_softmax(np.array(scores), axis=1), atol=1e-12)


@given(SCORES, st.data())
def test_one_rule_for_ties(scores, data):
    probs = softmax(np.array(scores))
    gold = np.array([data.draw(st.integers(0, 2)) for _ in probs])
    best, decided = most_likely(probs), decide(probs)
    np.testing.assert_array_equal(decided == -1, best.sum(axis=1) > 1)
    np.testing.assert_array_equal(credit(probs, gold) == 1, decided == gold)
    np.testing.assert_array_equal(credit(probs, gold) == 0, ~best[np.arange(len(gold)), gold])


def test_a_tie_by_rounding():
    probs = np.array([[0.1 + 0.2, 0.3, 0.4 - 1e-17], [0.35, 0.35, 0.3], [0.2, 0.5, 0.3]])
    assert decide(probs).tolist() == [2, -1, 1]
    assert decide(probs, np.array([True, True, False])).tolist() == [2, -1, -1]
    assert credit(probs, np.array([2, 0, 1])).tolist() == [1, 0.5, 1]
