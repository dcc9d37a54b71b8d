"""A few gold rows in a label model: posterior counts, and calibration held out within."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from labelfns.counted import Counts
from labelfns.models.arrays import Floats, Probs, most_likely

SPREAD = 0.5
"""Prior standard deviation of the calibration's shift and log slope, in log-odds: gold must outvote it."""
CERTAIN = 1e-9
"""Confidences are kept this far from 0 and 1, where log-odds end; a surer one is left as it is."""
FIT_CERTAIN = 1e-6
"""The same in the fit: a single wrong row at a confidence of 1 must not decide it."""
LEAD = 1e-6
"""The least lead, as a share, of the most likely class after the map: it stays the most likely."""


def posterior(precision: Floats, counts: Floats, trust: float) -> Floats:
    """Add gold counts to learned precisions.

    Parameters
    ----------
    precision
        An [m * k, k] array of learned precisions, rows sum to 1.
    counts
        An [m * k, k] array: how many gold rows of class y have that vote.
    trust
        How many gold rows what was learned without gold is worth, above 0.
    """
    return np.asarray((trust * precision + counts) / (trust + counts.sum(axis=1, keepdims=True)), dtype=np.float64)


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
        """Return probabilities [n, k] with the most likely class's changed and the others' in proportion.

        It stays the most likely; rows where the most likely classes tie stay as they are.
        """
        if (self.shift, self.slope) == (0.0, 1.0):
            return probs
        order = np.sort(probs, axis=1)
        top, second = order[:, -1], order[:, -2]
        new = self._map(np.clip(top, CERTAIN, 1 - CERTAIN))
        new = np.maximum(new, second / np.maximum(1 - top + second, 1e-12) + LEAD)
        rest = order[:, :-1].sum(axis=1)  # more exact than 1 - top where that is near 0
        changed = probs * ((1 - new) / np.maximum(rest, 1e-12))[:, None]
        changed[np.arange(len(probs)), probs.argmax(axis=1)] = new
        unchanged = (most_likely(probs).sum(axis=1) > 1) | (top > 1 - CERTAIN)
        return np.where(unchanged[:, None], probs, changed)

    def _map(self, confidence: Floats) -> Floats:
        middle = logit(self.center)
        return np.asarray(expit(self.shift + middle + self.slope * (logit(confidence) - middle)))

    @classmethod
    def fit(cls, probs: Probs, gold: npt.NDArray[np.int64], rows: Floats, center: float) -> "Calibration":
        """Fit to probabilities [g, k] that were made without each row's own gold label, each as many `rows` [g]."""
        from scipy.optimize import minimize  # 0.2 s that only gold needs

        top = np.clip(probs.max(axis=1), FIT_CERTAIN, 1 - FIT_CERTAIN)
        right = probs.argmax(axis=1) == gold
        offset = logit(top) - logit(center)

        def loss(x: Floats) -> float:
            odds = x[0] + logit(center) + np.exp(x[1]) * offset
            losses = np.logaddexp(0, np.where(right, -odds, odds)) * rows
            return float(losses.sum() + (x**2).sum() / 2 / SPREAD**2)

        shift, log_slope = minimize(loss, np.zeros(2)).x
        return cls(float(shift), float(np.exp(log_slope)), center)


def gold_counts(hot: Any, gold: npt.NDArray[np.int64], rows: Floats, k: int) -> Floats:
    """Return how many gold rows of each class have each vote, [m * k, k], from their one-hot votes [g, m * k].

    Each counts as many rows [g].
    """
    return np.asarray(hot.T @ (np.eye(k)[gold] * rows[:, None]))


def better(credit: Floats, other: Floats, counts: Counts, weights: Floats, errors: float) -> bool:
    """Whether `credit` [g] is higher than `other` [g] on the same rows, by more than `errors` standard errors.

    Each stands there `counts` [g] times, and one of these counts as much as its weight [g].
    """
    gap = (credit - other) * weights
    return bool((gap * counts).sum() > errors * np.sqrt(max(float((gap**2 * counts).sum()), 1.0)))
