"""Equal vote rows are one row with a count: sparse votes hold few distinct rows.

A million rows of sparse votes hold some ten thousand distinct ones, and nothing that a label model computes depends
on more than those and their counts.
"""

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from labelfns.lfs.base import ABSTAIN
from labelfns.models.arrays import Floats, Probs
from labelfns.vote_tables import checked_strength
from labelfns.votes import Votes

Matrix = npt.NDArray[np.int8]
Strength = npt.NDArray[np.floating[Any]]
"""An [n, m] array in [0, 1]: how much of a vote each vote is, 1 a whole vote and 0 none."""
BLOCK = 1 << 13
"""Rows that are turned into dense floats together, to keep memory small."""
_KEPT: "WeakKeyDictionary[Votes, Distinct]" = WeakKeyDictionary()


@dataclass(frozen=True, eq=False)
class Distinct:
    """The distinct rows of a label matrix.

    Parameters
    ----------
    rows
        An [r, m] int8 array, no two rows alike; their order depends on their content alone.
    counts
        An [r] array: how many rows of the matrix are like each.
    inverse
        An [n] array: which distinct row each row of the matrix is, so that ``rows[inverse]`` is the matrix.
    strength
        An [r, m] array in [0, 1]: how much of a vote each vote is; None where all are whole.
    """

    rows: Matrix
    counts: npt.NDArray[np.int64]
    inverse: npt.NDArray[np.intp]
    strength: Floats | None = None

    @property
    def voters(self) -> npt.NDArray[np.int64]:
        """An [r] array: how many LFs vote in each distinct row."""
        return np.asarray((self.rows != ABSTAIN).sum(axis=1))


def collapse(matrix: Matrix) -> Distinct:
    """Return the distinct rows of an [n, m] int8 matrix, with counts and the way back.

    Examples
    --------
    >>> distinct = collapse(np.array([[0, -1], [1, 1], [0, -1]], dtype=np.int8))
    >>> sorted(distinct.counts.tolist()), distinct.rows[distinct.inverse].tolist()
    ([1, 2], [[0, -1], [1, 1], [0, -1]])
    """
    keys = _hashes(matrix)
    _, first, inverse, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    rows = matrix[first]
    if not _same(matrix, rows, inverse):  # two different rows with one hash: compare all bytes instead
        wide = np.ascontiguousarray(matrix).view(np.dtype((np.void, max(matrix.shape[1], 1)))).ravel()
        _, first, inverse, counts = np.unique(wide, return_index=True, return_inverse=True, return_counts=True)
        rows = matrix[first]
    return Distinct(rows, counts, inverse)


def distinct_rows(votes: Votes) -> Distinct:
    """Return the distinct rows of `votes`; they are kept as long as the votes are, which never change."""
    if votes not in _KEPT:
        _KEPT[votes] = collapse(votes.matrix)
    return _KEPT[votes]


def soft_rows(votes: Votes, strength: Strength) -> Distinct:
    """Return every row of `votes` as distinct, with its votes' strengths; votes of strength 0 are abstains.

    Raises
    ------
    InputError
        If the strengths are of another shape than the votes, or not all in [0, 1]; the first such vote is named.
    """
    values = checked_strength(strength, votes.matrix, votes.lf_names).astype(float)
    rows = np.where(values > 0, votes.matrix, np.int8(ABSTAIN))
    return Distinct(rows, np.ones(len(votes), dtype=np.int64), np.arange(len(votes)), values)


def dense_one_hot(rows: npt.NDArray[np.integer[Any]], k: int) -> Floats:
    """Return a dense [r, m * k] matrix: 1 where LF j votes for class c, in column ``j * k + c``."""
    hot: Floats = (rows[:, :, None] == np.arange(k)).astype(np.float64)
    return hot.reshape(len(rows), -1)


def spread(probs: Probs, distinct: Distinct) -> Probs:
    """Return the [n, k] probabilities of all rows from the [r, k] ones of the distinct rows."""
    return np.asarray(np.take(probs, distinct.inverse, axis=0))


def _hashes(matrix: Matrix) -> npt.NDArray[np.uint64]:
    """Return a 64-bit key per row; sorting numbers is many times faster than sorting rows of bytes."""
    # Any fixed odd multipliers would do; a generator of its own makes as many as there are LFs.
    factors: list[int] = (np.random.default_rng(0).integers(0, 2**62, (matrix.shape[1],)) * 2 + 1).tolist()
    keys = np.zeros(len(matrix), dtype=np.uint64)
    for j, factor in enumerate(factors):
        keys += (matrix[:, j] + np.int8(1)).astype(np.uint64) * np.uint64(factor)
    return np.asarray(keys)


def _same(matrix: Matrix, rows: Matrix, inverse: npt.NDArray[np.intp], block: int = 1 << 16) -> bool:
    """Whether ``rows[inverse]`` is the matrix, looked at in blocks to keep memory small."""
    starts = range(0, len(matrix), block)
    return all(np.array_equal(rows[inverse[i : i + block]], matrix[i : i + block]) for i in starts)
