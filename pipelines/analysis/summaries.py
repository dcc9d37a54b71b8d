"""What is said of one LF, and of a label model, on a set of texts."""

from dataclasses import dataclass

from labelfns.checks import Gold, Ints
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
    """

    lf: str
    polarity: tuple[str, ...]
    coverage: float
    overlaps: float
    conflicts: float
    failed: int
    correct: int | None = None
    incorrect: int | None = None

    @property
    def accuracy(self) -> float | None:
        """The share of its votes that are right, in [0, 1]; None where none meets gold."""
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


def lf_summaries(votes: Votes, gold: Gold | None = None, counts: Ints | None = None) -> tuple[LFSummary, ...]:
    """Return what each LF does; gold labels [n] by id or name, -1 or None where unknown; counts as in `summary`."""
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
        )
        for row in votes.summary(gold, counts=counts).to_dicts()
    )
