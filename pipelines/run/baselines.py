"""What a label model does on its own: its labels, its confidences, and its figures as if it were the classifier."""

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from labelfns.checks import Ints
from labelfns.errors import InputError
from labelfns.models.arrays import decide
from labelfns.models.evaluation.coverage import accuracy_against_coverage, reliability
from labelfns.models.evaluation.metrics import Scores, score
from labelfns.models.label_models.base import BaseLabelModel
from labelfns.models.label_models.label_model import LabelModel
from labelfns.votes import Probs, Votes

CONFIDENCE_EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Edges of the bins in which confidences are counted; the last bin includes 1."""


@dataclass(frozen=True)
class Baseline:
    """A label model used as the classifier.

    Parameters
    ----------
    covered
        Figures on the covered rows; a tie is an abstain and counts as wrong. None where no row is covered.
    all_rows
        Figures on all rows, where an uncovered or tied row gets the label that the model gives most often.
    """

    covered: Scores | None
    all_rows: Scores | None


def baseline(probs: Probs, votes: Votes, gold: Ints, most_common: int) -> Baseline:
    """Score a label model on a labeled set.

    Parameters
    ----------
    probs
        Its probabilities, [n, k].
    votes
        The votes that they came from.
    gold
        Class ids [n], -1 where unknown.
    most_common
        The class id that the model gives most often on the pool.
    """
    predicted, gold = decide(probs, votes.covered), np.asarray(gold)
    return Baseline(
        covered=score(np.where(votes.covered, gold, -1), predicted, votes.n_labels),
        all_rows=score(gold, np.where(predicted < 0, most_common, predicted), votes.n_labels),
    )


def most_common_label(probs: Probs, votes: Votes) -> int:
    """Return the class id that is most often the answer, from probabilities [n, k] and the votes they came from."""
    predicted = decide(probs, votes.covered)
    return int(np.bincount(predicted[predicted >= 0], minlength=votes.n_labels).argmax())


@dataclass(frozen=True)
class LabelCoverage:
    """How much of the data a label model covers, in rows.

    Parameters
    ----------
    by_label
        Rows by the label given; ``"(tie)"`` and ``"(uncovered)"`` stand for rows that get none.
    by_confidence
        Covered rows by the probability of their most likely class, in the bins of `CONFIDENCE_EDGES`.
    """

    by_label: dict[str, int]
    by_confidence: dict[str, int]

    @classmethod
    def of(cls, probs: Probs, votes: Votes) -> "LabelCoverage":
        """Count over probabilities [n, k] and the votes they came from."""
        covered = votes.covered
        answers = decide(probs, covered)
        counts = np.bincount(answers[answers >= 0], minlength=votes.n_labels).tolist()
        without = {"(tie)": int((covered & (answers < 0)).sum()), "(uncovered)": int((~covered).sum())}
        by_label = dict(zip(votes.labels, counts, strict=True))
        by_label |= {key: n for key, n in without.items() if key not in by_label}
        counts, _ = np.histogram(probs[covered].max(axis=1), CONFIDENCE_EDGES)
        bins = [f"{low:.1f}-{high:.1f}" for low, high in pairwise(CONFIDENCE_EDGES)]
        return cls(by_label, dict(zip(bins, counts.tolist(), strict=True)))


def label_quality(model: BaseLabelModel, probs: Probs, votes: Votes, gold: Ints | None) -> dict[str, Any]:
    """Return accuracy against coverage, calibration (with gold) and the model's notes, as JSON takes them."""
    calibration = None if gold is None else reliability(probs, votes, gold)
    return {
        "accuracy_against_coverage": [asdict(point) for point in accuracy_against_coverage(probs, votes, gold)],
        "calibration": None if calibration is None else asdict(calibration),
        "notes": list(model.notes_),
    }


def reasons(model: BaseLabelModel, votes: Votes, row: int) -> dict[str, Any]:
    """Return why a row gets its label, as JSON takes it.

    Raises
    ------
    InputError
        If there is no such row, or the label model cannot explain.
    """
    if not isinstance(model, LabelModel):
        raise InputError(f"a {type(model).__name__} explains no row; a LabelModel does")
    return asdict(model.explain(votes, row))
