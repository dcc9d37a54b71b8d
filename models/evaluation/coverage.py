"""How far a label model reaches, and how right it is there: coverage, accuracy, calibration.

With gold the accuracies are measured, with intervals; without it they are what the model believes, and say so.
"""

import copy
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import norm

from labelfns.checks import Ints, check_gold
from labelfns.lfs.base import ABSTAIN
from labelfns.models.label_models.base import BaseLabelModel, decide
from labelfns.progress import Progress, silent
from labelfns.votes import Probs, Votes

THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
BINS = 15


@dataclass(frozen=True)
class Point:
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
class Bin:
    """Rows of like confidence: how many have gold, their mean confidence and the share that is right."""

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
    curve: tuple[Bin, ...]


@dataclass(frozen=True)
class Left:
    """What one LF adds: the model fitted without it, against the whole.

    Parameters
    ----------
    lf
        The LF left out.
    coverage
        The share of all rows that only this LF covers, in [0, 1].
    changed
        The share of the rows still covered whose verdict changes, in [0, 1].
    accuracy
        By how much the accuracy on covered rows, with gold, is higher with this LF; None without gold.
    """

    lf: str
    coverage: float
    changed: float
    accuracy: float | None


def accuracy_against_coverage(
    probs: Probs, votes: Votes, gold: Ints | None = None, thresholds: tuple[float, ...] = THRESHOLDS
) -> tuple[Point, ...]:
    """Return what is kept, and how right it is, as the threshold moves.

    Parameters
    ----------
    probs
        Probabilities [n, k] of a label model.
    votes
        The votes they came from.
    gold
        Integer labels [n], -1 where unknown.
    thresholds
        The least confidences, in [0, 1].

    Examples
    --------
    >>> votes = Votes([[0], [1], [-1]], labels=["no", "yes"])
    >>> points = accuracy_against_coverage(np.array([[0.9, 0.1], [0.4, 0.6], [0.5, 0.5]]), votes, thresholds=(0.0, 0.8))
    >>> [(point.rows, round(point.accuracy, 2)) for point in points]
    [(2, 0.75), (1, 0.9)]
    """
    decided = decide(probs, votes.covered)
    known = _known(gold, votes)
    sure = probs.max(axis=1)
    points = []
    for threshold in thresholds:
        kept = (decided != ABSTAIN) & (sure >= threshold)
        measured = kept & (known >= 0)
        n, right = int(measured.sum()), int((decided == known)[measured].sum())
        believed = float(sure[kept].mean()) if kept.any() else None
        points.append(
            Point(
                threshold,
                int(kept.sum()),
                float(kept.mean()) if len(kept) else 0.0,
                right / n if n else believed,
                wilson(right, n) if n else None,
                n,
            )
        )
    return tuple(points)


def reliability(probs: Probs, votes: Votes, gold: Ints) -> Reliability | None:
    """Return the calibration on covered rows with gold; None where there is none."""
    known = _known(gold, votes)
    rows = (known >= 0) & votes.covered
    if not rows.any():
        return None
    sure, shown = probs[rows].max(axis=1), known[rows]
    top = probs[rows] >= sure[:, None] - 1e-9
    right = top[np.arange(len(shown)), shown] / top.sum(axis=1)  # a tie is right as often as a fair draw
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    curve = tuple(
        Bin(b / BINS, (b + 1) / BINS, int(inside.sum()), float(sure[inside].mean()), float(right[inside].mean()))
        for b in range(BINS)
        if (inside := place == b).any()
    )
    error = sum(found.rows * abs(found.confidence - found.accuracy) for found in curve) / len(shown)
    return Reliability(float(error), curve)


def leave_one_out(
    model: BaseLabelModel, votes: Votes, gold: Ints | None = None, *, progress: Progress = silent
) -> tuple[Left, ...]:
    """Return what each LF adds: a copy of the model is fitted without it, and the verdicts are compared.

    Parameters
    ----------
    model
        A label model; it is not changed, and need not be fitted.
    votes
        The votes, [n, m]; one fit an LF and one for all.
    gold
        Labels [n], by id or name, -1 or None where unknown; used to measure, not to fit.
    progress
        Called after each fit.
    """
    known = _known(gold, votes)

    def fitted(lfs: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        names = tuple(name for name, kept in zip(votes.lf_names, lfs, strict=True) if kept)
        some = Votes(votes.matrix[:, lfs], labels=votes.labels, lf_names=names)
        if not some.covered.any():
            return np.full(len(votes), ABSTAIN), some.covered
        return copy.copy(model).fit(some).predict(some), some.covered

    def accuracy(decided: npt.NDArray[np.int64], rows: npt.NDArray[np.bool_]) -> float:
        measured = rows & (known >= 0)
        return float((decided == known)[measured].mean()) if measured.any() else float("nan")

    everything = np.ones(len(votes.lf_names), dtype=bool)
    whole, covered = fitted(everything)
    found = []
    for j, name in enumerate(votes.lf_names):
        kept = everything.copy()
        kept[j] = False
        decided, still = fitted(kept)
        gain = accuracy(whole, covered) - accuracy(decided, still)
        found.append(
            Left(
                name,
                float((covered & ~still).mean()),
                float((whole != decided)[still].mean()) if still.any() else 0.0,
                None if np.isnan(gain) else gain,
            )
        )
        progress("Fitting without each LF", j + 1, len(votes.lf_names))
    return tuple(found)


def wilson(right: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's interval of a share, `right` of `n` rows, n at least 1."""
    z = float(norm.ppf(0.5 + level / 2))
    middle = (right + z * z / 2) / (n + z * z)
    half = z * np.sqrt(right * (n - right) / n + z * z / 4) / (n + z * z)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def _known(gold: Ints | None, votes: Votes) -> npt.NDArray[np.int64]:
    return np.full(len(votes), -1) if gold is None else check_gold(gold, len(votes), votes.labels)
