import numpy as np
import pytest

from labelfns.analysis import pairs


def by_hand(matrix, counts, k):
    hot = np.stack([matrix == c for c in range(k)], axis=2).reshape(len(matrix), -1).astype(int)
    return hot.T @ (hot * counts[:, None])


@pytest.mark.parametrize("share", [0.02, 0.5, 1.0])
@pytest.mark.parametrize("k", [2, 5])
def test_sparse_and_dense_counts_are_those_by_hand(share, k, monkeypatch):
    rng = np.random.default_rng(0)
    matrix = np.where(rng.random((200, 6)) < share, rng.integers(0, k, (200, 6)), -1).astype(np.int8)
    counts = rng.integers(1, 9, 200)
    monkeypatch.setattr(pairs, "_CELLS", 100)  # several blocks
    hot = pairs.one_hot(matrix, k)
    np.testing.assert_array_equal(pairs.vote_pairs(hot, counts, k).toarray(), by_hand(matrix, counts, k))
    both, same = pairs.lf_pairs(pairs.vote_pairs(hot, counts, k), k)
    voted = (matrix >= 0).astype(int)
    np.testing.assert_array_equal(both.toarray(), voted.T @ (voted * counts[:, None]))
    agree = ((matrix[:, :, None] == matrix[:, None]) & (matrix >= 0)[:, None]) * counts[:, None, None]
    np.testing.assert_array_equal(same.toarray(), agree.sum(axis=0))


def test_soft_votes():
    hot = pairs.one_hot(np.array([[0, 1]], dtype=np.int8), 2, np.array([[0.5, 0.25]]))
    table = pairs.vote_pairs(hot, np.array([2]), 2).toarray()
    np.testing.assert_allclose(table[[0, 0, 3], [0, 3, 3]], [0.5, 0.25, 0.125])
