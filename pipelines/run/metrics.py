"""What a sceptic asks beside the model's own figures: baselines, coverage, warnings."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from labelfns.checks import Ints
from labelfns.errors import InputError
from labelfns.models import BaseLabelModel, LabelModel
from labelfns.models.arrays import decide
from labelfns.models.evaluation.coverage import accuracy_against_coverage, reliability
from labelfns.models.evaluation.metrics import Scores, score
from labelfns.pipelines.self_training.ledger import Round
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


def baseline(model: BaseLabelModel, votes: Votes, gold: Ints, most_common: int) -> Baseline:
    """Score a fitted label model on a labelled set; `most_common` is its most frequent label on the pool."""
    predicted = model.predict(votes)
    gold = np.asarray(gold)
    return Baseline(
        covered=score(np.where(votes.covered, gold, -1), predicted, votes.n_labels),
        all_rows=score(gold, np.where(predicted < 0, most_common, predicted), votes.n_labels),
    )


def most_common_label(model: BaseLabelModel, votes: Votes) -> int:
    """Return the class id that a fitted label model gives most often."""
    predicted = model.predict(votes)
    return int(np.bincount(predicted[predicted >= 0], minlength=votes.n_labels).argmax())


@dataclass(frozen=True)
class LabelCoverage:
    """How much of the data a label model covers, in rows.

    Parameters
    ----------
    by_label
        Rows by the label given; ``"(tie)"`` and ``"(uncovered)"`` stand for rows that get none.
    by_confidence
        Covered rows by the probability of their surest class, in the bins of `CONFIDENCE_EDGES`.
    """

    by_label: dict[str, int]
    by_confidence: dict[str, int]

    @classmethod
    def of(cls, probs: Probs, votes: Votes) -> "LabelCoverage":
        """Count over probabilities [n, k] and the votes they came from."""
        covered = votes.covered
        decided = decide(probs, covered)
        counts = np.bincount(decided[decided >= 0], minlength=votes.n_labels).tolist()
        by_label = dict(zip(votes.labels, counts, strict=True))
        by_label["(tie)"] = int((covered & (decided < 0)).sum())
        by_label["(uncovered)"] = int((~covered).sum())
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
        raise InputError(f"a {type(model).__name__} explains no row; add --set label_model.kind=default")
    return asdict(model.explain(votes, row))


def warnings(
    votes: Mapping[str, Votes],
    rounds: Sequence[Round],
    best: Round,
    baselines: dict[str, dict[str, Baseline]],
) -> list[str]:
    """Return what a user should know before relying on a run, a sentence each.

    Parameters
    ----------
    votes
        The votes on each set, ``pool`` among them.
    rounds, best
        All rounds, and the chosen one.
    baselines
        Baselines by name, then by labelled set.
    """
    pool = votes["pool"]
    found = [f"{name}: {fault}" for name, given in votes.items() for fault in given.faults]
    found += [
        f"LF {name} never votes on the pool"
        for j, name in enumerate(pool.lf_names)
        if not (pool.matrix[:, j] >= 0).any()
    ]
    for done in rounds:
        for name in done.ledger.collapsed:
            found.append(
                f"class collapse in round {done.ledger.round}: it gives {name!r} to only "
                f"{done.ledger.predicted_shares[name]:.1%} of the pool"
            )
    majority = baselines["majority_vote"]
    for name, found_baseline in baselines["label_model"].items():
        ours, theirs = found_baseline.covered, majority[name].covered
        if ours and theirs and ours.accuracy < theirs.accuracy:
            found.append(
                f"the label model is worse than majority vote on the covered rows of {name}: "
                f'accuracy {ours.accuracy:.3f} against {theirs.accuracy:.3f}; consider label_model.kind = "majority"'
            )
    for name, scores in best.ledger.scores.items():
        theirs = majority[name].all_rows
        if theirs and scores.macro_f1 < theirs.macro_f1:
            found.append(
                f"the best round is worse than majority vote on {name}: "
                f"macro F1 {scores.macro_f1:.3f} against {theirs.macro_f1:.3f}"
            )
    return found
