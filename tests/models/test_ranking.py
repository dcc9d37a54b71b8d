import numpy as np
import pytest

from labelfns.models import Selection
from labelfns.models.ranking import cut_statistic, margins, surest


def test_the_cut_statistic_finds_the_row_whose_neighbours_disagree():
    rng = np.random.default_rng(0)
    features = np.concatenate([rng.normal([5, 0], 0.5, (30, 2)), rng.normal([0, 5], 0.5, (30, 2))])
    labels = np.repeat([0, 1], 30)
    labels[[3, 40]] = [1, 0]  # wrong
    z = cut_statistic(features, labels, neighbors=10)
    assert set(np.argsort(-z)[:2].tolist()) == {3, 40}
    weights = Selection("cut_statistic", keep=0.9, neighbors=10)(np.eye(2)[labels], features=features)
    assert weights[[3, 40]].tolist() == [0, 0]
    assert weights.sum() == 54


def test_a_margin_is_low_where_a_head_that_has_not_seen_the_row_says_otherwise():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 100)
    features = rng.normal(0, 0.3, (100, 2)) + np.eye(2)[labels]
    wrong = labels.copy()
    wrong[:5] = 1 - wrong[:5]
    found = margins(features, wrong, 3)  # a class that no row has changes nothing
    assert np.array_equal(found, margins(features, wrong, 2))
    assert found[:5].max() < 0 < np.median(found)
    assert np.abs(found).max() <= 1
    assert margins(np.ones((1, 2)), np.array([0]), 2).tolist() == [0]


def test_the_cut_statistic_by_hand():
    # on a circle at 0, 0, 90 degrees: of the first row the neighbours are at 0 and at sqrt 2
    features, labels = np.array([[1.0, 0], [2.0, 0], [0, 1.0]]), np.array([0, 0, 1])
    w = np.array([1, 1 / (1 + 2**0.5)])
    expected = (w[1] - w.sum() / 3) / np.sqrt(2 / 9 * (w**2).sum())
    assert cut_statistic(features, labels, neighbors=2)[0] == pytest.approx(expected)


def test_nothing_is_cut_with_one_label_or_one_row():
    assert cut_statistic(np.ones((4, 2)), np.zeros(4, dtype=int)).tolist() == [0] * 4
    assert cut_statistic(np.ones((1, 2)), np.array([1])).tolist() == [0]


def test_ties_go_to_the_earlier_row():
    assert surest(np.array([0.7, 0.7, 0.7]), np.array([1, 1, 1]), 0.4).tolist() == [1, 1, 0]


def test_of_many_rows_the_same_few_are_asked(monkeypatch):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 400)
    features = rng.normal(0, 0.3, (400, 5)) + np.eye(5)[labels]
    wrong = labels.copy()
    wrong[:20] = 1 - wrong[:20]
    every = cut_statistic(features, wrong, neighbors=10)
    monkeypatch.setattr("labelfns.models.ranking.MAX_NEIGHBOR_ROWS", 100)
    some = cut_statistic(features, wrong, neighbors=10)
    assert np.array_equal(some, cut_statistic(features, wrong, neighbors=10))
    assert np.corrcoef(every, some)[0, 1] > 0.8
    assert every[:20].min() > np.median(every)
    assert some[:20].mean() > some[20:].mean() + 2


def test_a_row_is_not_its_own_neighbour_even_among_copies():
    labels = np.array([0, 1, 1, 1, 0, 0])
    z = cut_statistic(np.ones((6, 2)), labels, neighbors=5)
    assert z[labels == 0] == pytest.approx(z[0])
    assert z[0] > 0  # of the five others three have another label, half of them by chance
