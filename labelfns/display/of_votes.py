"""What a label matrix shows of itself: plots, and HTML in a notebook."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError, number_of

from .numbers import cell_percent
from .style import CONFLICTS, MOST_ROWS, OVERLAPS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Matrix = npt.NDArray[np.int8]
Counts = npt.NDArray[np.float64]
_BLOCK = 50_000  # rows that are counted at once


class ShownVotes:
    """The part of `labelfns.Votes` that shows it."""

    matrix: Matrix
    labels: tuple[str, ...]
    lf_names: tuple[str, ...]

    def plot_coverage(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the share of rows on which each LF votes, by the labels that it votes for, and its conflicts.

        Of more than 60 LFs the 60 that vote most are drawn.

        Parameters
        ----------
        ax
            The matplotlib Axes to draw on; by default new ones.

        Returns
        -------
        Axes
            The Axes.

        Raises
        ------
        InputError
            If there is no row, or no LF.
        """
        from .plots import stacked_bars

        self._check("the coverage of LFs")
        lfs = most_voting(self.matrix, MOST_ROWS)
        columns = self.matrix[:, lfs]
        shares = np.stack([(columns == c).mean(axis=0) for c in range(len(self.labels))], axis=1)
        conflicts = ((columns >= 0) & self._contested[:, None]).mean(axis=0)
        names, what = [self.lf_names[j] for j in lfs], self._lfs(lfs)
        return stacked_bars(names, self.labels, shares, conflicts, title=f"Coverage of {what}", x=self._of_rows, ax=ax)

    def plot_coverage_by_class(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw on which share of the rows some LF votes for each label, and how much of that is contested.

        Parameters, errors and what is returned are those of `plot_coverage`. Which share of each class has an answer is
        known with gold labels alone: see `plot_coverage_by_class` of `labelfns.pipelines.Analysis`.
        """
        from .plots import stacked_bars

        self._check("coverage by class")
        there = np.stack([(self.matrix == c).any(axis=1) for c in range(len(self.labels))], axis=1)
        contested = (there & self._contested[:, None]).mean(axis=0)
        shares = np.diag(there.mean(axis=0))
        title = "Texts with a vote for each label"
        return stacked_bars(self.labels, self.labels, shares, contested, title=title, x=self._of_rows, key=False, ax=ax)

    def plot_overlaps(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw on which share of one LF's votes another LF votes too, LFs against LFs.

        Parameters, errors and what is returned are those of `plot_coverage`; at least two LFs must vote.
        """
        return self._pair_map("overlaps", ax)

    def plot_conflicts(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw on which share of one LF's votes another LF votes for another label, LFs against LFs.

        Parameters, errors and what is returned are those of `plot_coverage`; at least two LFs must vote.
        """
        return self._pair_map("conflicts", ax)

    def _pair_map(self, kind: Literal["overlaps", "conflicts"], ax: "Axes | None") -> "Axes":
        from .maps import heat_map

        self._check(f"{kind} of LFs")
        lfs, both, same = pairs_of_most(self.matrix, MOST_ROWS)
        if len(lfs) < 2:
            raise InputError(
                f"{kind} are of two LFs that vote; of these {number_of(len(self.lf_names), 'LF')} "
                f"{number_of(len(lfs), 'votes', 'vote')}"
            )
        shares = (both if kind == "overlaps" else both - same) / np.diag(both)[:, None]
        np.fill_diagonal(shares, np.nan)
        what = {"overlaps": "votes too", "conflicts": "votes for another label"}[kind]
        return heat_map(
            shares,
            [[cell_percent(share) for share in row] for row in shares.tolist()],
            [self.lf_names[j] for j in lfs],
            [str(i + 1) for i in range(len(lfs))],
            title=f"{kind.title()} of {self._lfs(lfs)}",
            x=f"% of the votes of the LF on the left where this LF {what}",
            colors=OVERLAPS if kind == "overlaps" else CONFLICTS,
            numbered=True,
            ax=ax,
        )

    def _check(self, what: str) -> None:
        if not self.matrix.size:
            n, m = self.matrix.shape
            raise InputError(
                f"{what} cannot be drawn: there are {number_of(n, 'row')} and {number_of(m, 'LF')}; apply LFs to "
                "some texts first"
            )

    def _lfs(self, drawn: Sequence[int]) -> str:
        m = len(self.lf_names)
        return (
            f"{number_of(m, 'LF')}" if len(drawn) == m else f"the {number_of(len(drawn), 'LF')}, of {m}, that vote most"
        )

    @property
    def _of_rows(self) -> str:
        return f"share of the {number_of(len(self.matrix), 'text')}"

    @property
    def _contested(self) -> npt.NDArray[np.bool_]:
        labels = np.stack([(self.matrix == c).any(axis=1) for c in range(len(self.labels))])
        return np.asarray(labels.sum(axis=0) > 1)


class PlotsOfVotes(ABC):
    """The part of what holds a label matrix that draws this matrix."""

    @property
    @abstractmethod
    def _drawn_votes(self) -> ShownVotes:
        """The label matrix."""

    def plot_coverage(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the coverage of each LF; see `labelfns.Votes.plot_coverage`."""
        return self._drawn_votes.plot_coverage(ax=ax)

    def plot_overlaps(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the overlaps of LFs; see `labelfns.Votes.plot_overlaps`."""
        return self._drawn_votes.plot_overlaps(ax=ax)

    def plot_conflicts(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the conflicts of LFs; see `labelfns.Votes.plot_conflicts`."""
        return self._drawn_votes.plot_conflicts(ax=ax)


def most_voting(matrix: Matrix, most: int) -> list[int]:
    """Return at most so many LFs, by position, in their order: those with most votes in a matrix [n, m]."""
    fired = (matrix >= 0).sum(axis=0)
    return sorted(np.argsort(-fired, kind="stable")[:most].tolist())


def pairs_of_most(matrix: Matrix, most: int) -> tuple[list[int], Counts, Counts]:
    """Return on how many rows both of two LFs vote, and vote the same, of the LFs that vote most.

    Parameters
    ----------
    matrix
        The votes, [n, m].
    most
        How many LFs at most; those that never vote are left out.

    Returns
    -------
    tuple
        The LFs, by position, in order, and the two symmetric [r, r] tables of counts; on the diagonal is how often each
        LF votes.

    Examples
    --------
    >>> lfs, both, same = pairs_of_most(np.array([[0, 0, -1], [1, 0, -1]], dtype=np.int8), 9)
    >>> lfs, both.tolist(), same.tolist()
    ([0, 1], [[2.0, 2.0], [2.0, 2.0]], [[2.0, 1.0], [1.0, 2.0]])
    """
    lfs = [j for j in most_voting(matrix, most) if (matrix[:, j] >= 0).any()]
    both, same = np.zeros((2, len(lfs), len(lfs)))
    for start in range(0, len(matrix), _BLOCK):
        block = matrix[start : start + _BLOCK, lfs]
        voted = (block >= 0).astype(np.float32)
        both += voted.T @ voted
        for c in np.unique(block[block >= 0]).tolist():
            said = (block == c).astype(np.float32)
            same += said.T @ said
    return lfs, both, same
