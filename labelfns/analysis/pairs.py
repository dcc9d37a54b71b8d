"""How often pairs of votes, and pairs of LFs, stand on the same rows: what near-copies and label models count."""

from typing import Any

import numpy as np
import numpy.typing as npt

from labelfns.lfs.base import ABSTAIN

DENSE = 15
"""A dense product is faster where (votes per entry) times this is over the number of classes; measured."""
_ROWS = 50_000
_CELLS = 1 << 22
"""Entries that are turned into dense floats together, to keep memory small."""


def one_hot(matrix: npt.NDArray[np.int8], k: int, strength: npt.NDArray[np.float64] | None = None) -> Any:
    """Return a sparse [r, m * k] float64 array: 1 where LF j votes for class c, in column ``j * k + c``.

    With `strength`, [r, m], a vote's strength stands in place of the 1.
    """
    from scipy import sparse

    row, lf = np.nonzero(matrix != ABSTAIN)
    columns = lf * k + matrix[row, lf]
    values = np.ones(len(row)) if strength is None else strength[row, lf]
    return sparse.csr_array((values, (row, columns)), shape=(len(matrix), matrix.shape[1] * k))


def vote_pairs(hot: Any, counts: npt.NDArray[np.integer[Any]], k: int) -> Any:
    """Count on how many rows each pair of votes stands together.

    Parameters
    ----------
    hot
        One-hot votes, sparse [r, m * k].
    counts
        How many rows each of these stands for, [r].
    k
        The number of classes.

    Returns
    -------
    csr_array
        A symmetric sparse [m * k, m * k] array of float64; on the diagonal is how often each vote was cast. With soft
        votes, the sums of the products of both strengths.

    Examples
    --------
    >>> hot = one_hot(np.array([[0, 0], [1, 0]], dtype=np.int8), 2)
    >>> vote_pairs(hot, np.array([5, 1]), 2).toarray().astype(int).tolist()
    [[5, 0, 5, 0], [0, 1, 1, 0], [5, 1, 6, 0], [0, 0, 0, 0]]
    """
    from scipy import sparse

    r, width = hot.shape
    # Sums of whole numbers do not depend on their order; sums of strengths do.
    if hot.nnz * DENSE > r * width and (hot.data == 1).all():
        total, block = np.zeros((width, width)), max(_CELLS // width, 1)
        for start in range(0, r, block):
            part = hot[start : start + block].toarray()
            total += part.T @ (part * counts[start : start + block, None])
        return sparse.csr_array(total)
    weights = sparse.dia_array((counts[None, :].astype(float), [0]), shape=(r, r))
    return (hot.T @ weights @ hot).tocsr()


def all_pairs(matrix: npt.NDArray[np.int8], k: int, counts: npt.NDArray[np.int64]) -> Any:
    """Return what `vote_pairs` counts on a label matrix [n, m], block by block to keep memory small."""
    blocks = (slice(start, start + _ROWS) for start in range(0, max(len(matrix), 1), _ROWS))
    return sum(vote_pairs(one_hot(matrix[block], k), counts[block], k) for block in blocks)


def lf_pairs(pairs: Any, k: int) -> tuple[Any, Any]:
    """Return on how many rows both LFs of a pair vote, and vote the same, from the counts of pairs of votes.

    Both are symmetric sparse [m, m] arrays; on the diagonal is how often each LF votes.

    Examples
    --------
    >>> hot = one_hot(np.array([[0, 0], [1, 0], [-1, 1]], dtype=np.int8), 2)
    >>> both, same = lf_pairs(vote_pairs(hot, np.ones(3, dtype=int), 2), 2)
    >>> both.toarray().astype(int).tolist(), same.toarray().astype(int).tolist()
    ([[2, 2], [2, 3]], [[2, 1], [1, 3]])
    """
    from scipy import sparse

    pairs, shape = pairs.tocoo(), (pairs.shape[0] // k,) * 2
    equal = pairs.row % k == pairs.col % k
    both = sparse.csr_array((pairs.data, (pairs.row // k, pairs.col // k)), shape=shape)
    same = sparse.csr_array((pairs.data[equal], (pairs.row[equal] // k, pairs.col[equal] // k)), shape=shape)
    return both, same
