"""Near-copies among LFs: those that fire on the same rows and say the same."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labelfns.checks import Ints
from labelfns.counted import check_counts
from labelfns.errors import InputError
from labelfns.votes import Votes

from .pairs import all_pairs, lf_pairs

OVERLAP = 0.7
"""From where on LFs, and words worth an LF, stand on nearly the same rows: rows of both over rows of either."""


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


def near_copies(
    votes: Votes, *, overlap: float = OVERLAP, agreement: float = 0.9, counts: Ints | None = None
) -> list[NearCopies]:
    """Group LFs that add little to each other.

    Parameters
    ----------
    votes
        The label matrix, [n, m].
    overlap, agreement
        From where on a pair is linked, both in [0, 1].
    counts
        How often each row stands there, [n] whole numbers of at least 0; by default once.

    Raises
    ------
    InputError
        If a limit is out of range, or counts do not fit the votes.

    Examples
    --------
    >>> votes = Votes([[0, 0, -1], [1, 1, -1], [-1, -1, 0]], labels=["no", "yes"], lf_names=["a", "b", "c"])
    >>> print(near_copies(votes)[0])
    a, b: overlap 1.00, agreement 1.00
    """
    if not (0 <= overlap <= 1 and 0 <= agreement <= 1):
        raise InputError(f"overlap and agreement must be in [0, 1]; got {overlap}, {agreement}")
    k = votes.n_labels
    pairs = all_pairs(votes.matrix, k, check_counts(counts, len(votes)))
    both, same = (table.toarray() for table in lf_pairs(pairs, k))
    fired = np.diag(both)
    either = np.maximum(fired[:, None] + fired[None, :] - both, 1)
    shares, agree = both / either, same / np.maximum(both, 1)
    linked = (both > 0) & (shares >= overlap) & (agree >= agreement)
    np.fill_diagonal(linked, False)
    groups = []
    for group in _groups(linked):
        inside = linked[np.ix_(group, group)]
        at = np.ix_(group, group)
        names = tuple(votes.lf_names[j] for j in group)
        groups.append(NearCopies(names, float(shares[at][inside].min()), float(agree[at][inside].min())))
    return groups


def _groups(linked: npt.NDArray[np.bool_]) -> list[list[int]]:
    """Return the connected components of at least two LFs, in the order of their first LF."""
    from scipy.sparse.csgraph import connected_components

    n, component = connected_components(linked, directed=False)
    groups = [np.flatnonzero(component == i).tolist() for i in range(n)]
    return sorted(group for group in groups if len(group) > 1)
