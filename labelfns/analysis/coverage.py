"""How much of the data a set of LFs reaches."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from labelfns.checks import Gold, Ints
from labelfns.counted import check_counts, tally
from labelfns.votes import Votes

if TYPE_CHECKING:
    import polars as pl


def summary(votes: Votes, gold: Gold | None = None) -> "pl.DataFrame":
    """Return one row per LF; see `Votes.summary`."""
    return votes.summary(gold)


@dataclass(frozen=True)
class Coverage:
    """How much of the data a set of LFs reaches.

    Parameters
    ----------
    rows, covered, overlapping, conflicting
        Counts of rows: all; with a vote; with two or more votes; with votes for two or more labels.
    votes_by_label
        For each label, on how many rows at least one LF votes for it.
    """

    rows: int
    covered: int
    overlapping: int
    conflicting: int
    votes_by_label: dict[str, int]

    @classmethod
    def of(cls, votes: Votes, counts: Ints | None = None) -> "Coverage":
        """Count over `votes`, each row as often as `counts` [n] says it stands there; by default once."""
        by_label, times = votes.counts, check_counts(counts, len(votes))
        labels = (by_label > 0).sum(axis=1)
        return cls(
            rows=int(times.sum()),
            covered=int(tally(labels > 0, times)),
            overlapping=int(tally(by_label.sum(axis=1) > 1, times)),
            conflicting=int(tally(labels > 1, times)),
            votes_by_label=dict(zip(votes.labels, tally(by_label > 0, times).tolist(), strict=True)),
        )

    def __add__(self, other: "Coverage") -> "Coverage":
        """Return the counts over both of two sets of rows, with the same labels."""
        by_label = {label: n + other.votes_by_label[label] for label, n in self.votes_by_label.items()}
        return Coverage(
            self.rows + other.rows,
            self.covered + other.covered,
            self.overlapping + other.overlapping,
            self.conflicting + other.conflicting,
            by_label,
        )

    @property
    def share(self) -> float:
        """The covered share of the rows, in [0, 1]; 0 where there is no row."""
        return self.covered / self.rows if self.rows else 0.0
