"""What is said of one LF, and of a label model, on a set of texts."""

from dataclasses import dataclass

import numpy as np

from labelfns.checks import Ints
from labelfns.counted import check_counts
from labelfns.lfs.base import ABSTAIN
from labelfns.models.arrays import Floats
from labelfns.pipelines.run.baselines import Baseline
from labelfns.votes import Votes


@dataclass(frozen=True)
class LFSummary:
    """What one LF does.

    Parameters
    ----------
    lf
        Its name.
    polarity
        The labels it votes for.
    coverage, overlaps, conflicts
        The shares of rows, in [0, 1], on which it votes, another LF votes too, and another votes for another label.
    failed
        On how many rows it raised; it abstains there.
    correct, incorrect
        How many of its votes are right and wrong where gold is known; None where there is no gold at all.
    weighted
        The share of its votes that are right, in [0, 1], where each gold row stands for as many rows as its weight
        says; None where rows have no weights.
    """

    lf: str
    polarity: tuple[str, ...]
    coverage: float
    overlaps: float
    conflicts: float
    failed: int
    correct: int | None = None
    incorrect: int | None = None
    weighted: float | None = None

    @property
    def accuracy(self) -> float | None:
        """The share of its votes that are right, in [0, 1]; None where none meets gold."""
        if self.weighted is not None:
            return self.weighted
        known = (self.correct or 0) + (self.incorrect or 0)
        return (self.correct or 0) / known if known else None


@dataclass(frozen=True)
class LabelModelSummary:
    """What a label model makes of the votes.

    Parameters
    ----------
    model
        The name of its class.
    by_label
        Rows by the label given; ``"(tie)"`` and ``"(uncovered)"`` stand for rows that get none.
    by_confidence
        Covered rows by the probability of their most likely class, in bins.
    notes
        What to know before trusting its confidences, one sentence each.
    scores
        Its figures as if it were the classifier; None where there is no gold.
    """

    model: str
    by_label: dict[str, int]
    by_confidence: dict[str, int]
    notes: tuple[str, ...]
    scores: Baseline | None


def lf_summaries(
    votes: Votes, gold: Ints | None = None, counts: Ints | None = None, weights: Floats | None = None
) -> tuple[LFSummary, ...]:
    """Return what each LF does; gold ids [n], -1 where unknown; counts as in `Votes.summary`, weights in `evaluate`."""
    times = check_counts(counts, len(votes))
    failed = {fault.lf: len(fault.rows) for fault in votes.faults}
    return tuple(
        LFSummary(
            row["lf"],
            tuple(row["polarity"]),
            row["coverage"],
            row["overlaps"],
            row["conflicts"],
            failed.get(row["lf"], 0),
            row.get("correct"),
            row.get("incorrect"),
            None if gold is None or weights is None else _weighted(votes.matrix[:, j], gold, times * weights),
        )
        for j, row in enumerate(votes.summary(gold, counts=counts).to_dicts())
    )


def _weighted(column: Ints, gold: Ints, weights: Floats) -> float | None:
    """Return the weighted share of right votes of an LF, [n]; None where none meets gold."""
    judged = (column != ABSTAIN) & (gold >= 0)
    return float(np.average((column == gold)[judged], weights=weights[judged])) if weights[judged].any() else None
