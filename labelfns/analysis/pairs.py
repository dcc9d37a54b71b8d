"""How often pairs of LFs vote on the same rows, and vote the same."""

from typing import Any

import numpy as np
import numpy.typing as npt

from labelfns.lfs.base import ABSTAIN

SPARSE = 0.2
"""Below this share of votes among all entries, sparse products are faster than dense ones."""
_CELLS = 1 << 22
"""Entries that are turned into floats together, to keep memory small."""


def pair_counts(
    matrix: npt.NDArray[np.int8], n_labels: int, counts: npt.NDArray[np.integer[Any]] | None = None
) -> tuple[Any, Any]:
    """Count the rows on which both LFs of each pair vote, and on which they give the same vote.

    Parameters
    ----------
    matrix
        An [r, m] array of votes in {-1, 0, ..., k-1}.
    n_labels
        The number of classes, k.
    counts
        How many rows each row of the matrix stands for, [r]; by default 1.

    Returns
    -------
    tuple
        Two sparse [m, m] arrays of whole numbers, symmetric; on the diagonal is how often each LF votes.

    Examples
    --------
    >>> both, same = pair_counts(np.array([[0, 0], [1, 0], [-1, 1]], dtype=np.int8), 2)
    >>> both.toarray().astype(int).tolist(), same.toarray().astype(int).tolist()
    ([[2, 2], [2, 3]], [[2, 1], [1, 3]])
    """
    from scipy import sparse

    m = matrix.shape[1]
    weights = np.ones(len(matrix)) if counts is None else counts.astype(float)
    if len(matrix) and (matrix != ABSTAIN).mean() >= SPARSE:
        both, same = _dense(matrix, n_labels, weights)
        return sparse.csr_array(both), sparse.csr_array(same)
    row, lf = np.nonzero(matrix != ABSTAIN)
    vote = matrix[row, lf]

    def products(chosen: Any) -> Any:
        voted = sparse.csr_array((np.ones(chosen.sum()), (row[chosen], lf[chosen])), shape=matrix.shape)
        weighted = sparse.csr_array((weights[row[chosen]], (row[chosen], lf[chosen])), shape=matrix.shape)
        return (voted.T @ weighted).tocsr()

    same = sum((products(vote == c) for c in np.unique(vote)), start=sparse.csr_array((m, m)))
    return products(np.ones(len(vote), dtype=bool)), same


def _dense(
    matrix: npt.NDArray[np.int8], n_labels: int, weights: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    m = matrix.shape[1]
    both, same = np.zeros((m, m)), np.zeros((m, m))
    block = max(_CELLS // m, 1)
    for start in range(0, len(matrix), block):
        part, weight = matrix[start : start + block], weights[start : start + block, None]
        voted = (part != ABSTAIN).astype(np.float64)
        both += voted.T @ (voted * weight)
        for c in range(n_labels):
            mine = (part == c).astype(np.float64)
            same += mine.T @ (mine * weight)
    return both, same
