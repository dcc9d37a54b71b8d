import numpy as np

from labelfns.analysis.pairs import one_hot
from labelfns.models.label_models import distinct_rows as distinct
from labelfns.models.label_models.distinct_rows import collapse, spread


def matrix():
    return np.random.default_rng(0).integers(-1, 2, (500, 4)).astype(np.int8)


def test_the_way_back():
    found = collapse(matrix())
    np.testing.assert_array_equal(found.rows[found.inverse], matrix())
    np.testing.assert_array_equal(np.bincount(found.inverse), found.counts)
    assert len(found.rows) == len(np.unique(matrix(), axis=0))
    np.testing.assert_array_equal(spread(found.rows[:, :1].astype(float), found)[:, 0], matrix()[:, 0])


def test_the_order_of_rows_does_not_matter():
    one, other = collapse(matrix()), collapse(matrix()[::-1])
    np.testing.assert_array_equal(one.rows, other.rows)
    np.testing.assert_array_equal(one.counts, other.counts)


def test_hashes_that_collide_are_told_apart(monkeypatch):
    monkeypatch.setattr(distinct, "_hashes", lambda rows: np.zeros(len(rows), dtype=np.uint64))
    found = collapse(matrix())
    np.testing.assert_array_equal(found.rows[found.inverse], matrix())


def test_one_hot_by_hand():
    hot = one_hot(np.array([[0, -1], [1, 1]], dtype=np.int8), 2).toarray()
    np.testing.assert_array_equal(hot, [[1, 0, 0, 0], [0, 1, 0, 1]])
