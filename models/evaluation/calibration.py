"""Calibration error by bins of equal mass, debiased, beside what a calibrated model would show on as many rows."""

from dataclasses import dataclass

import numpy as np

from labelfns.checks import Bools, Ints
from labelfns.models.arrays import Floats

from .metrics import DRAWS, wilson
from .steps import Steps

MOST_BINS, LEAST_ROWS = 15, 10
"""Bins: at most so many, and so few that each has about this many rows."""


@dataclass(frozen=True)
class CalibrationBin:
    """Rows of like confidence.

    Parameters
    ----------
    rows
        How many rows are in it, at least 1.
    confidence, accuracy, interval
        Their mean confidence, the share of them that is right, and its 95% interval (Wilson), all in [0, 1].
    """

    rows: int
    confidence: float
    accuracy: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class CalibrationError:
    """How far confidences are from the share of right answers.

    Parameters
    ----------
    error
        The mean over rows, in [0, 1], of how far their bin's confidence and accuracy are apart. It is never 0 on few
        rows, however good the confidences.
    debiased
        The error less what it is too high by, at least 0: by how much it rises when the rows are drawn again from the
        accuracies found (Kumar et al. 2019).
    calibrated, calibrated_at_most
        The error that a calibrated model of these confidences would show on as many rows: its mean, and what it stays
        under in 95% of draws (Broecker and Smith 2007). An error above the latter is no accident.
    too_sure
        Mean confidence less accuracy, in [-1, 1].
    bins
        The bins, of about as many rows each, surest first; rows of one confidence are in one bin.
    """

    error: float
    debiased: float
    calibrated: float
    calibrated_at_most: float
    too_sure: float
    bins: tuple[CalibrationBin, ...]


def calibration_error(confidence: Floats, right: Bools) -> CalibrationError | None:
    """Return the calibration error of answers.

    Parameters
    ----------
    confidence, right
        How sure each answer is, in [0, 1], and whether it is right, [n].

    Returns
    -------
    CalibrationError | None
        None where there is no answer.

    Examples
    --------
    >>> found = calibration_error(np.repeat([0.9, 0.6], 50), np.arange(100) % 10 < 6)
    >>> round(found.error, 3), round(found.calibrated, 3)
    (0.15, 0.045)
    """
    steps = Steps.of(confidence, right)
    if not len(steps.rows):
        return None
    n = int(steps.rows.sum())
    most = int(np.clip(n // LEAST_ROWS, 1, MOST_BINS))
    middle = (np.cumsum(steps.rows) - steps.rows / 2) / n  # of each step, as a share of the rows
    place = np.unique((middle * most).astype(int), return_inverse=True)[1]
    rows = np.bincount(place, weights=steps.rows).astype(np.int64)
    sure = np.bincount(place, weights=steps.rows * steps.confidence) / rows
    correct = rows - np.bincount(place, weights=steps.wrong).astype(np.int64)
    rng = np.random.default_rng(0)

    def drawn(accuracy: Floats) -> Floats:
        return _error(rng.binomial(rows, np.minimum(accuracy, 1.0), size=(DRAWS, len(rows))), rows, sure)

    found, null = float(_error(correct, rows, sure)), drawn(sure)
    return CalibrationError(
        error=found,
        debiased=max(0.0, 2 * found - float(drawn(correct / rows).mean())),
        calibrated=float(null.mean()),
        calibrated_at_most=float(np.quantile(null, 0.95)),
        too_sure=float((rows * sure - correct).sum() / n),
        bins=tuple(
            CalibrationBin(r, s, c / r, wilson(c, r))
            for r, s, c in zip(rows.tolist(), sure.tolist(), correct.tolist(), strict=True)
        ),
    )


def _error(correct: Ints, rows: Ints, sure: Floats) -> Floats:
    """Return the error, [...], of right rows by bin, [..., b]."""
    return np.asarray((rows * abs(sure - correct / rows)).sum(axis=-1) / rows.sum())
