"""Coverage analysis: what each LF does, and how much of the data the set reaches.

Definitions follow Ratner et al. 2017 (Snorkel) and `snorkel.labeling.LFAnalysis`, save that accuracy counts only
rows whose gold label is known.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from labelfns.checks import Gold, check_gold
from labelfns.lfs.base import ABSTAIN
from labelfns.votes import Votes

if TYPE_CHECKING:
    import polars as pl


def summary(votes: Votes, gold: Gold | None = None) -> "pl.DataFrame":
    """Return one row an LF.

    Parameters
    ----------
    votes
        The label matrix, [n, m].
    gold
        Labels [n], by id or name; -1 or None where unknown.

    Returns
    -------
    pl.DataFrame
        Columns ``lf``; ``polarity``, the labels it votes for; ``coverage``, the share of rows it votes on;
        ``overlaps``, the share on which another LF votes too; ``conflicts``, the share on which another LF votes
        for another label. With gold also ``correct`` and ``incorrect``, counts over rows with a vote and a known
        label, and ``accuracy``, their share (null where there is no such row).

    Raises
    ------
    InputError
        If gold does not fit the votes.
    """
    import polars as pl

    matrix, n = votes.matrix, max(len(votes), 1)
    voted = matrix != ABSTAIN
    n_votes = voted.sum(axis=1, keepdims=True)
    overlaps = voted & (n_votes > 1)
    same = np.take_along_axis(np.pad(votes.counts, ((0, 0), (0, 1))), matrix.astype(np.int64), axis=1)
    conflicts = voted & (same < n_votes)
    columns: dict[str, object] = {
        "lf": list(votes.lf_names),
        "polarity": [[votes.labels[c] for c in np.unique(column[column >= 0])] for column in matrix.T],
        "coverage": voted.sum(axis=0) / n,
        "overlaps": overlaps.sum(axis=0) / n,
        "conflicts": conflicts.sum(axis=0) / n,
    }
    schema = {"polarity": pl.List(pl.String)}
    if gold is not None:
        known = check_gold(gold, len(votes), votes.labels)[:, None]
        correct = (voted & (matrix == known) & (known >= 0)).sum(axis=0)
        total = (voted & (known >= 0)).sum(axis=0)
        columns |= {
            "correct": correct,
            "incorrect": total - correct,
            "accuracy": [c / t if t else None for c, t in zip(correct, total, strict=True)],
        }
        schema |= {"accuracy": pl.Float64()}  # type: ignore[dict-item]
    return pl.DataFrame(columns, schema_overrides=schema)


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
    def of(cls, votes: Votes) -> "Coverage":
        """Count over `votes`."""
        by_label = (votes.counts > 0).sum(axis=0)
        return cls(
            rows=len(votes),
            covered=int(votes.covered.sum()),
            overlapping=int(((votes.matrix != ABSTAIN).sum(axis=1) > 1).sum()),
            conflicting=int(votes.conflicting.sum()),
            votes_by_label=dict(zip(votes.labels, by_label.tolist(), strict=True)),
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
