"""A few gold rows in a label model: posterior counts, and calibration held out within."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logit

from labelfns.votes import Probs

from .mixture import Floats

CALIBRATION_SPREAD = 0.5
"""Prior standard deviation of the calibration's shift and log slope, in log-odds: gold must outvote it."""


def posterior(precision: Floats, known: Floats, confidence: float) -> Floats:
    """Add gold counts to learned precisions.

    Parameters
    ----------
    precision
        An [m * k, k] array of learned precisions, rows sum to 1.
    known
        An [m * k, k] array of counts: how many gold rows of class y have that vote.
    confidence
        How many gold rows what was learned without gold is worth, above 0.
    """
    return np.asarray(
        (confidence * precision + known) / (confidence + known.sum(axis=1, keepdims=True)), dtype=np.float64
    )


@dataclass(frozen=True)
class Calibration:
    """A map of confidences: log-odds around those of `center` are stretched by `slope` and moved by `shift`.

    Parameters
    ----------
    shift, slope
        The map; 0 and 1 leave confidences alone.
    center
        A confidence in (0, 1).
    """

    shift: float = 0.0
    slope: float = 1.0
    center: float = 0.8

    def __call__(self, probs: Probs) -> Probs:
        """Return probabilities [n, k] with the surest class's changed and the others' in proportion.

        The surest class stays the surest; rows where the surest classes tie stay as they are.
        """
        if (self.shift, self.slope) == (0.0, 1.0):
            return probs
        order = np.sort(probs, axis=1)
        top, second = order[:, -1], order[:, -2]
        new = self._map(np.clip(top, 1e-9, 1 - 1e-9))
        new = np.maximum(new, second / np.maximum(1 - top + second, 1e-12) + 1e-6)
        changed = probs * ((1 - new) / np.maximum(1 - top, 1e-12))[:, None]
        changed[np.arange(len(probs)), probs.argmax(axis=1)] = new
        still = (top - second < 1e-9) | (top > 1 - 1e-9)
        return np.where(still[:, None], probs, changed)

    def _map(self, confidence: Floats) -> Floats:
        middle = logit(self.center)
        return np.asarray(expit(self.shift + middle + self.slope * (logit(confidence) - middle)))

    @classmethod
    def fit(cls, probs: Probs, gold: npt.NDArray[np.int64], center: float) -> "Calibration":
        """Fit to probabilities [g, k] that were made without each row's own gold label."""
        top = np.clip(probs.max(axis=1), 1e-6, 1 - 1e-6)
        right = probs.argmax(axis=1) == gold
        offset = logit(top) - logit(center)

        def loss(x: Floats) -> float:
            odds = x[0] + logit(center) + np.exp(x[1]) * offset
            return float(np.logaddexp(0, np.where(right, -odds, odds)).sum() + (x**2).sum() / 2 / CALIBRATION_SPREAD**2)

        shift, log_slope = minimize(loss, np.zeros(2)).x
        return cls(float(shift), float(np.exp(log_slope)), center)


def gold_counts(hot: Any, gold: npt.NDArray[np.int64], k: int) -> Floats:
    """Return how many gold rows of each class have each vote, [m * k, k], from their one-hot votes [g, m * k]."""
    return np.asarray(hot.T @ np.eye(k)[gold])


def better(credit: Floats, other: Floats, errors: float) -> bool:
    """Whether `credit` [g] is higher than `other` [g], row by row, by more than so many standard errors."""
    gap = credit - other
    return bool(gap.sum() > errors * np.sqrt(max(float((gap**2).sum()), 1.0)))
