"""Equal vote rows are one row with a count: the one form in which label models see votes.

A million rows of sparse votes hold some ten thousand distinct ones, and nothing that a label model computes depends
on more than those and their counts. They stand in an order of their content alone, so that votes and any other rows
and counts that come to the same, on one machine or many, give the same sums to the last bit.
"""

from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from labelfns.checks import Ints
from labelfns.counted import Counts, check_counts
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
        An [r, m] int8 array, no two rows alike (but for their strengths); their order depends on their content alone.
    counts
        An [r] array: how many rows of the matrix are like each.
    inverse
        An [n] array: which distinct row each row of the matrix is, so that ``rows[inverse]`` is the matrix.
    strength
        An [r, m] array in [0, 1]: how much of a vote each vote is; None where all are whole.
    """

    rows: Matrix
    counts: Counts
    inverse: npt.NDArray[np.intp]
    strength: Floats | None = None

    @property
    def voters(self) -> npt.NDArray[np.int64]:
        """An [r] array: how many LFs vote in each distinct row."""
        return np.asarray((self.rows != ABSTAIN).sum(axis=1))


@dataclass(frozen=True, eq=False)
class GoldRows:
    """Rows with a known gold label: those with equal votes and label are one, in an order of their content alone.

    Parameters
    ----------
    at
        A [g] array: which distinct row each is.
    labels
        Their class ids, [g].
    counts
        How many rows each is, [g], at least 1.
    weights
        How many rows one of each stands for where they were not drawn evenly, [g], above 0, and each is a row of its
        own; None where as many each.
    """

    at: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    counts: Counts
    weights: Floats | None = None

    def rows(self, keep: npt.NDArray[np.bool_]) -> "GoldRows":
        """Return those of a mask [g]."""
        weights = None if self.weights is None else self.weights[keep]
        return GoldRows(self.at[keep], self.labels[keep], self.counts[keep], weights)


def collapse(matrix: Matrix, counts: Counts | None = None, strength: Floats | None = None) -> Distinct:
    """Return the distinct rows of an [n, m] int8 matrix, with counts and the way back.

    Parameters
    ----------
    matrix
        The votes.
    counts
        How often each row stands there, [n]; by default once.
    strength
        How much of a vote each vote is, [n, m], 0 where there is none; rows are then alike where it is too.

    Examples
    --------
    >>> distinct = collapse(np.array([[0, -1], [1, 1], [0, -1]], dtype=np.int8))
    >>> sorted(distinct.counts.tolist()), distinct.rows[distinct.inverse].tolist()
    ([1, 2], [[0, -1], [1, 1], [0, -1]])
    """
    parts: list[npt.NDArray[Any]] = [matrix] if strength is None else [matrix, strength]
    keys = _hashes(*parts)
    _, first, inverse, n_rows = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    if not all(_same(part, part[first], inverse) for part in parts):  # two different rows with one hash: compare bytes
        side = np.hstack([np.ascontiguousarray(part).view(np.uint8).reshape(len(part), -1) for part in parts])
        wide = np.ascontiguousarray(side).view(np.dtype((np.void, max(side.shape[1], 1)))).ravel()
        _, first, inverse, n_rows = np.unique(wide, return_index=True, return_inverse=True, return_counts=True)
    if counts is not None:
        n_rows = np.zeros(len(first), dtype=np.int64)
        np.add.at(n_rows, inverse, counts)
    return Distinct(matrix[first], n_rows, inverse, None if strength is None else strength[first])


def distinct_rows(votes: Votes) -> Distinct:
    """Return the distinct rows of `votes`; they are kept as long as the votes are, which never change."""
    if votes not in _KEPT:
        _KEPT[votes] = collapse(votes.matrix)
    return _KEPT[votes]


def rows_to_fit(
    votes: Votes, gold: npt.NDArray[np.int64] | None, counts: Ints | None, strength: Strength | None
) -> tuple[Distinct, GoldRows | None]:
    """Return the distinct rows of votes that stand there at least once, and of those with gold.

    Parameters
    ----------
    votes
        The label matrix, [n, m].
    gold
        Class ids [n], -1 where unknown.
    counts
        How often each row stands there, [n]; by default once.
    strength
        How much of a vote each vote is, [n, m]; by default a whole one.

    Raises
    ------
    InputError
        If counts or strengths do not fit the votes.
    """
    n_times = check_counts(counts, len(votes))
    matrix, soft = votes.matrix, None
    if strength is not None:
        matrix, soft = check_strength(votes, strength)
    if counts is None:
        distinct = distinct_rows(votes) if soft is None else collapse(matrix, strength=soft)
    else:
        there = n_times > 0
        n_times, gold = n_times[there], None if gold is None else gold[there]
        distinct = collapse(matrix[there], n_times, None if soft is None else soft[there])
    if gold is None:
        return distinct, None
    known, k = gold >= 0, votes.n_labels
    pairs, inverse = np.unique(distinct.inverse[known].astype(np.int64) * k + gold[known], return_inverse=True)
    of_pairs = np.zeros(len(pairs), dtype=np.int64)
    np.add.at(of_pairs, inverse, n_times[known])
    return distinct, GoldRows(pairs // k, pairs % k, of_pairs)


def soft_rows(votes: Votes, strength: Strength) -> Distinct:
    """Return the distinct rows of `votes` with their votes' strengths; errors as in `check_strength`."""
    matrix, soft = check_strength(votes, strength)
    return collapse(matrix, strength=soft)


def check_strength(votes: Votes, strength: Strength) -> tuple[Matrix, Floats]:
    """Return votes [n, m] and their strengths [n, m]: votes of strength 0 are abstains, and an abstain's strength is 0.

    Raises
    ------
    InputError
        If the strengths are of another shape than the votes, or not all in [0, 1]; the first such vote is named.
    """
    values = checked_strength(strength, votes.matrix, votes.lf_names).astype(float)
    return np.where(values > 0, votes.matrix, np.int8(ABSTAIN)), values


def dense_one_hot(rows: npt.NDArray[np.integer[Any]], k: int) -> Floats:
    """Return a dense [r, m * k] matrix: 1 where LF j votes for class c, in column ``j * k + c``."""
    hot: Floats = (rows[:, :, None] == np.arange(k)).astype(np.float64)
    return hot.reshape(len(rows), -1)


def spread(probs: Probs, distinct: Distinct) -> Probs:
    """Return the [n, k] probabilities of all rows from the [r, k] ones of the distinct rows."""
    return np.asarray(np.take(probs, distinct.inverse, axis=0))


def _hashes(matrix: Matrix, strength: Floats | None = None) -> npt.NDArray[np.uint64]:
    """Return a 64-bit key per row; sorting numbers is many times faster than sorting rows of bytes."""
    # Any fixed odd multipliers would do; a generator of its own makes as many as there are columns.
    m = matrix.shape[1]
    width = m if strength is None else 2 * m
    factors: list[int] = (np.random.default_rng(0).integers(0, 2**62, (width,)) * 2 + 1).tolist()
    keys = np.zeros(len(matrix), dtype=np.uint64)
    for j, factor in enumerate(factors[:m]):
        keys += (matrix[:, j] + np.int8(1)).astype(np.uint64) * np.uint64(factor)
    if strength is not None:
        for j, factor in enumerate(factors[m:]):
            # The last bits of .5 and .25 are all 0: fold the first bits into them.
            bits = np.ascontiguousarray(strength[:, j]).view(np.uint64)
            keys += (bits ^ (bits >> np.uint64(32))) * np.uint64(factor)
    return np.asarray(keys)


def _same(
    matrix: npt.NDArray[Any], rows: npt.NDArray[Any], inverse: npt.NDArray[np.intp], block: int = 1 << 16
) -> bool:
    """Whether ``rows[inverse]`` is the matrix, looked at in blocks to keep memory small."""
    starts = range(0, len(matrix), block)
    return all(np.array_equal(rows[inverse[i : i + block]], matrix[i : i + block]) for i in starts)
