"""Calibration of probabilities on gold rows (Guo et al. 2017), and figures over rows of unequal weight."""

import numpy as np
import numpy.typing as npt

from labelfns.checks import Ints
from labelfns.votes import Probs

PRIOR = 0.7
"""The standard deviation of the logarithm of a temperature, before any row is seen: a factor of two either way."""


def temperature(probs: Probs, gold: Ints | Probs, weights: npt.NDArray[np.floating] | None = None) -> float:
    """Return the number above 0 by which logits are divided: for the least cross-entropy, near 1 while rows are few.

    Parameters
    ----------
    probs
        Probabilities [n, k].
    gold
        Class ids [n], or what is believed of them, probabilities [n, k].
    weights
        The weights of the rows [n], not all 0; by default equal.

    Returns
    -------
    float
        In [0.1, 10].
    """
    from scipy.optimize import minimize_scalar

    share = np.full(len(gold), 1 / len(gold)) if weights is None else weights / weights.sum()
    rows = 1 / (share**2).sum()  # how many rows of equal weight say as much (Kish 1965)
    least = minimize_scalar(
        lambda log_t: share @ losses(cooled(probs, float(np.exp(log_t))), gold) + (log_t / PRIOR) ** 2 / 2 / rows,
        bounds=(np.log(0.1), np.log(10)),
        method="bounded",
    )
    return float(np.exp(least.x))


def cooled(probs: Probs, divisor: float) -> Probs:
    """Return the probabilities [n, k] of logits that are divided by a number above 0."""
    powers = np.maximum(np.asarray(probs, dtype=float), 1e-12) ** (1 / divisor)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def losses(probs: Probs, gold: Ints | Probs) -> npt.NDArray[np.float64]:
    """Return the cross-entropy of each row [n], in nats, of probabilities [n, k] against class ids [n] or others."""
    logs = -np.log(np.maximum(probs, 1e-12))
    return np.asarray(logs[np.arange(len(gold)), gold] if gold.ndim == 1 else (gold * logs).sum(axis=1))


def weighted_mean(values: npt.NDArray[np.floating], weights: npt.NDArray[np.floating]) -> tuple[float, float]:
    """Return the mean of values [n] by weights [n], at least two of them above 0, and its standard error.

    Examples
    --------
    With equal weights it is the usual one, the standard deviation over the root of n:

    >>> weighted_mean(np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    (2.0, 1.0)
    """
    share = weights / weights.sum()
    mean = share @ values
    rows = 1 / (share**2).sum()  # how many rows of equal weight say as much (Kish 1965)
    return float(mean), float(np.sqrt(share**2 @ (values - mean) ** 2 * rows / (rows - 1)))
