"""How far a label model reaches, and how right it is there: accuracy against coverage, and calibration.

With gold the accuracies are measured, with intervals; without it they are what the model believes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labelfns.checks import Bools, Gold, Ints, check_gold
from labelfns.counted import Counts, check_counts, tally, written_out
from labelfns.errors import InputError
from labelfns.lfs.base import ABSTAIN
from labelfns.models.arrays import Floats, Probs, check_weights, credit, decide, rows_of_numbers
from labelfns.votes import Votes

from .metrics import weighted_share, wilson

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
        A 95% Wilson interval of the measured accuracy; None where nothing was measured.
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
    counts: Ints | None = None,
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
    counts
        How often each row stands there, [n] whole numbers of at least 0; by default once.
    weights
        How many rows each row stands for, [n], above 0 where gold is known; by default as many each.

    Raises
    ------
    InputError
        If the probabilities, gold, counts or weights do not fit the votes.

    Examples
    --------
    >>> votes = Votes([[0], [1], [-1]], labels=["no", "yes"])
    >>> points = accuracy_against_coverage(np.array([[0.9, 0.1], [0.4, 0.6], [0.5, 0.5]]), votes, thresholds=(0.0, 0.8))
    >>> [(point.rows, round(point.accuracy, 2)) for point in points]
    [(2, 0.75), (1, 0.9)]
    """
    probs = rows_of_numbers(probs, "probs")
    labels, times = _labels(probs, votes, gold), check_counts(counts, len(votes))
    weights = None if weights is None else check_weights(weights, labels)
    decided, confidence = decide(probs, votes.covered), probs.max(axis=1)
    points, all_rows = [], int(times.sum())
    for threshold in thresholds:
        kept = (decided != ABSTAIN) & (confidence >= threshold)
        measured = kept & (labels >= 0)
        n, rows = int(tally(measured, times)), int(tally(kept, times))
        right, interval = _share_right(decided == labels, measured, times, weights) if n else (None, None)
        believed = float(np.average(confidence[kept], weights=times[kept])) if rows else None
        points.append(
            CoveragePoint(
                threshold=threshold,
                rows=rows,
                coverage=rows / all_rows if all_rows else 0.0,
                accuracy=right if n else believed,
                interval=interval,
                known=n,
            )
        )
    return tuple(points)


def _share_right(
    right: Bools, measured: Bools, times: Counts, weights: Floats | None
) -> tuple[float, tuple[float, float]]:
    """Return the share of right rows [n] among those of a mask [n], at least one, and its interval."""
    if weights is None:
        n, correct = int(tally(measured, times)), int(tally(measured & right, times))
        return correct / n, wilson(correct, n)
    rows = written_out(measured, times)
    return weighted_share(right[rows], weights[rows])


def reliability(probs: Probs, votes: Votes, gold: Gold, *, counts: Ints | None = None) -> Reliability | None:
    """Return the calibration on covered rows with gold; None where there is none.

    Parameters
    ----------
    probs
        Probabilities [n, k] of a label model. A tie is right as often as a fair draw among the tied classes.
    votes
        The votes they came from.
    gold
        Labels [n], by id or name; -1 or None where unknown.
    counts
        How often each row stands there, [n] whole numbers of at least 0; by default once.

    Raises
    ------
    InputError
        If the probabilities, gold or counts do not fit the votes, or the rows with gold are too many.
    """
    probs = rows_of_numbers(probs, "probs")
    labels = _labels(probs, votes, gold)
    rows = written_out((labels >= 0) & votes.covered, check_counts(counts, len(votes)))
    if not len(rows):
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
    error = sum(part.rows * abs(part.confidence - part.accuracy) for part in curve) / len(rows)
    return Reliability(float(error), curve)


def _labels(probs: Probs, votes: Votes, gold: Gold | None) -> npt.NDArray[np.int64]:
    """Return gold as class ids [n], -1 where unknown."""
    if probs.shape != (len(votes), votes.n_labels):
        raise InputError(f"probabilities must be of shape {(len(votes), votes.n_labels)}; got {probs.shape}")
    return np.full(len(votes), -1) if gold is None else check_gold(gold, len(votes), votes.labels)
