"""How far a label model reaches, and how right it is there: accuracy against coverage, and calibration.

With gold the accuracies are measured, with intervals; without it they are what the model believes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labelfns.checks import Gold, check_gold
from labelfns.errors import InputError
from labelfns.lfs.base import ABSTAIN
from labelfns.models.arrays import Floats, Probs, credit, decide, rows_of_numbers
from labelfns.votes import Votes

from .metrics import share_right

THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
BINS = 15
"""Bins of equal width for the calibration error, as in Guo et al. 2017."""


@dataclass(frozen=True)
class CoveragePoint:
    """What is kept at one confidence threshold.

    Parameters
    ----------
    threshold
        The least confidence kept, in [0, 1].
    rows, coverage
        How many rows are kept, and their share of all rows, in [0, 1]; rows without a vote or with a tie never are.
    accuracy
        The share of kept rows that are right, in [0, 1]: measured where `known` rows have gold, else the model's mean
        confidence; None where no row is kept.
    interval
        A 95 % Wilson interval of the measured accuracy; None where nothing was measured.
    known
        How many of the kept rows have gold.
    """

    threshold: float
    rows: int
    coverage: float
    accuracy: float | None
    interval: tuple[float, float] | None
    known: int


@dataclass(frozen=True)
class ReliabilityBin:
    """Rows whose confidence is between `low` and `high`, in [0, 1].

    Parameters
    ----------
    low, high
        The ends of the bin.
    rows
        How many rows with gold are in it, at least 1.
    confidence, accuracy
        Their mean confidence, and the share of them that is right, both in [0, 1].
    """

    low: float
    high: float
    rows: int
    confidence: float
    accuracy: float


@dataclass(frozen=True)
class Reliability:
    """Whether confidences mean what they say.

    Parameters
    ----------
    error
        The expected calibration error, in [0, 1]: the mean over rows of how far their bin's confidence and accuracy
        are apart, 15 bins of equal width.
    curve
        The bins that have rows, lowest first.
    """

    error: float
    curve: tuple[ReliabilityBin, ...]


def accuracy_against_coverage(
    probs: Probs,
    votes: Votes,
    gold: Gold | None = None,
    thresholds: Sequence[float] = THRESHOLDS,
    *,
    weights: Floats | None = None,
) -> tuple[CoveragePoint, ...]:
    """Return what is kept, and how right it is, as the threshold moves.

    Parameters
    ----------
    probs
        Probabilities [n, k] of a label model.
    votes
        The votes they came from.
    gold
        Labels [n], by id or name; -1 or None where unknown.
    thresholds
        The least confidences, in [0, 1].
    weights
        How many rows each row stands for, [n], above 0 where gold is known; by default as many each.

    Raises
    ------
    InputError
        If the probabilities or gold do not fit the votes.

    Examples
    --------
    >>> votes = Votes([[0], [1], [-1]], labels=["no", "yes"])
    >>> points = accuracy_against_coverage(np.array([[0.9, 0.1], [0.4, 0.6], [0.5, 0.5]]), votes, thresholds=(0.0, 0.8))
    >>> [(point.rows, round(point.accuracy, 2)) for point in points]
    [(2, 0.75), (1, 0.9)]
    """
    probs = rows_of_numbers(probs, "probs")
    labels = _labels(probs, votes, gold)
    decided, confidence = decide(probs, votes.covered), probs.max(axis=1)
    points = []
    for threshold in thresholds:
        kept = (decided != ABSTAIN) & (confidence >= threshold)
        measured = kept & (labels >= 0)
        n = int(measured.sum())
        counted = None if weights is None else weights[measured]
        right, interval = share_right((decided == labels)[measured], counted) if n else (None, None)
        believed = float(confidence[kept].mean()) if kept.any() else None
        points.append(
            CoveragePoint(
                threshold=threshold,
                rows=int(kept.sum()),
                coverage=float(kept.mean()) if len(kept) else 0.0,
                accuracy=right if n else believed,
                interval=interval,
                known=n,
            )
        )
    return tuple(points)


def reliability(probs: Probs, votes: Votes, gold: Gold) -> Reliability | None:
    """Return the calibration on covered rows with gold; None where there is none.

    Parameters
    ----------
    probs
        Probabilities [n, k] of a label model. A tie is right as often as a fair draw among the tied classes.
    votes
        The votes they came from.
    gold
        Labels [n], by id or name; -1 or None where unknown.

    Raises
    ------
    InputError
        If the probabilities or gold do not fit the votes.
    """
    probs = rows_of_numbers(probs, "probs")
    labels = _labels(probs, votes, gold)
    rows = (labels >= 0) & votes.covered
    if not rows.any():
        return None
    confidence, right = probs[rows].max(axis=1), credit(probs[rows], labels[rows])
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    curve = tuple(
        ReliabilityBin(
            low=b / BINS,
            high=(b + 1) / BINS,
            rows=int(inside.sum()),
            confidence=float(confidence[inside].mean()),
            accuracy=float(right[inside].mean()),
        )
        for b in range(BINS)
        if (inside := place == b).any()
    )
    error = sum(part.rows * abs(part.confidence - part.accuracy) for part in curve) / int(rows.sum())
    return Reliability(float(error), curve)


def _labels(probs: Probs, votes: Votes, gold: Gold | None) -> npt.NDArray[np.int64]:
    """Return gold as class ids [n], -1 where unknown."""
    if probs.shape != (len(votes), votes.n_labels):
        raise InputError(f"probabilities must be of shape {(len(votes), votes.n_labels)}; got {probs.shape}")
    return np.full(len(votes), -1) if gold is None else check_gold(gold, len(votes), votes.labels)
