"""Near-copies among LFs: those that fire on the same rows and say the same."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError
from labelfns.lfs.base import ABSTAIN
from labelfns.votes import Votes

_ROWS = 50_000
Counts = npt.NDArray[np.float64]
"""An [m, m] array of numbers of rows, by pair of LFs."""


@dataclass(frozen=True)
class NearCopies:
    """LFs that are linked, each to another of the group.

    Parameters
    ----------
    lfs
        Their names, in the order of the votes; at least 2.
    overlap
        The least overlap of a linked pair, in [0, 1]: rows on which both vote over rows on which either does.
    agreement
        The least agreement of a linked pair, in [0, 1]: rows with the same vote over rows on which both vote.
    """

    lfs: tuple[str, ...]
    overlap: float
    agreement: float

    def __str__(self) -> str:
        return f"{', '.join(self.lfs)}: overlap {self.overlap:.2f}, agreement {self.agreement:.2f}"


def near_copies(votes: Votes, *, overlap: float = 0.7, agreement: float = 0.9) -> list[NearCopies]:
    """Group LFs that add little to each other: their numbers of rows are those of `pairs`.

    Parameters
    ----------
    votes
        The label matrix, [n, m].
    overlap, agreement
        From where on a pair is linked, both in [0, 1].

    Raises
    ------
    InputError
        If a limit is out of range.

    Examples
    --------
    >>> votes = Votes([[0, 0, -1], [1, 1, -1], [-1, -1, 0]], labels=["no", "yes"], lf_names=["a", "b", "c"])
    >>> print(near_copies(votes)[0])
    a, b: overlap 1.00, agreement 1.00
    """
    if not (0 <= overlap <= 1 and 0 <= agreement <= 1):
        raise InputError(f"overlap and agreement must be in [0, 1]; got {overlap}, {agreement}")
    both, same, either = pairs(votes.matrix, votes.n_labels)
    shares, agree = both / np.maximum(either, 1), same / np.maximum(both, 1)
    linked = (both > 0) & (shares >= overlap) & (agree >= agreement)
    np.fill_diagonal(linked, False)
    groups = []
    for group in _components(linked):
        inside = linked[np.ix_(group, group)]
        at = np.ix_(group, group)
        names = tuple(votes.lf_names[j] for j in group)
        groups.append(NearCopies(names, float(shares[at][inside].min()), float(agree[at][inside].min())))
    return groups


def pairs(matrix: npt.NDArray[np.int8], k: int, times: npt.NDArray[np.integer] | None = None) -> tuple[Counts, ...]:
    """Return on how many rows both LFs of each pair vote, give the same vote, and at least one of them votes.

    Parameters
    ----------
    matrix
        The votes, [n, m], values in {-1, 0, ..., k-1}.
    k
        The number of classes.
    times
        How often each row counts, [n]; once by default.

    Returns
    -------
    tuple
        Three [m, m] arrays of counts; the diagonal of each is on how many rows an LF votes.
    """
    m = matrix.shape[1]
    both, same = np.zeros((m, m)), np.zeros((m, m))
    for start in range(0, len(matrix), _ROWS):
        part = matrix[start : start + _ROWS]
        weight = 1 if times is None else times[start : start + _ROWS, None]
        voted = (part != ABSTAIN).astype(np.float32)
        both += (voted * weight).T @ voted
        for c in range(k):
            mine = (part == c).astype(np.float32)
            same += (mine * weight).T @ mine
    voted_rows = np.diag(both)
    return both, same, voted_rows[:, None] + voted_rows[None, :] - both


def _components(linked: npt.NDArray[np.bool_]) -> list[list[int]]:
    left, groups = set(range(len(linked))), []
    while left:
        group, reach = set(), {min(left)}
        while reach:
            group |= reach
            reach = {int(k) for j in reach for k in np.flatnonzero(linked[j])} - group
        left -= group
        if len(group) > 1:
            groups.append(sorted(group))
    return groups
