"""The class balance, each class's share of the rows: what labels, answers and the weights of rows are brought to.

Sources: iterated scaling, Sinkhorn 1967; class mass normalization, Zhu, Ghahramani and Lafferty 2003.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from labelfns.models.arrays import softmax
from labelfns.votes import Probs

Floats = npt.NDArray[np.floating[Any]]


def alignment_shift(class_balance: Floats, probs: Probs, steps: int = 50) -> Floats:
    """Return the shift [k] of log-probabilities that brings the mean of rows [n, k] to the class balance [k].

    By iterated scaling: in turn each column is multiplied by its class's share over its mean, each row normalized.
    """
    shift = np.zeros(len(class_balance))
    for _ in range(steps):
        shift += _log_ratio(class_balance, shifted(probs, shift).mean(axis=0), len(probs))
    return shift


def balancing_shift(class_balance: Floats, probs: Probs) -> Floats:
    """Return the shift [k] of log-probabilities that takes a model's answers a step towards the class balance [k].

    Class mass normalization, on answers: each class is multiplied by its share in the balance over its share in
    `predicted_balance`. Of this step the part is taken, in tenths, that brings the answers nearest to the balance:
    probabilities that lie close together would be carried past it. The step is not repeated until the balance is
    met, which would follow it where it is wrong.

    Examples
    --------
    The balance is half and half, three rows in four are given to the first class; the least sure of them goes over:

    >>> probs = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.3, 0.7]])
    >>> shifted(probs, balancing_shift(np.array([0.5, 0.5]), probs)).argmax(axis=1).tolist()
    [0, 0, 1, 1]
    """
    step = _log_ratio(class_balance, predicted_balance(probs), len(probs))
    parts = np.linspace(0, 1, 11)
    distances = [abs(predicted_balance(shifted(probs, part * step)) - class_balance).sum() for part in parts]
    return np.asarray(parts[np.round(distances, 9).argmin()] * step)


def predicted_balance(probs: Probs) -> Floats:
    """Return the share [k] of the rows [n, k] that each class is the most probable of; tied classes share a row.

    Examples
    --------
    >>> predicted_balance(np.array([[0.9, 0.1], [0.5, 0.5]])).tolist()
    [0.75, 0.25]
    """
    top = probs == np.max(probs, axis=1, keepdims=True)
    return np.asarray((top / top.sum(axis=1, keepdims=True)).mean(axis=0))


def shifted(probs: Probs, shift: Floats) -> Probs:
    """Add a shift [k] to the log-probabilities of rows [n, k], and normalize."""
    return softmax(np.log(np.maximum(np.asarray(probs, dtype=float), 1e-12)) + shift)


def reweighted(weights: Floats, labels: npt.NDArray[Any], class_balance: Floats) -> Floats:
    """Scale row weights [n] so that each class has its share [k] of their sum; classes without rows stay without."""
    sums = np.bincount(labels, weights=weights, minlength=len(class_balance))
    present = sums > 0
    targets = class_balance * present / max((class_balance * present).sum(), 1e-12) * sums.sum()
    factors = np.divide(targets, sums, out=np.zeros(len(class_balance)), where=present)
    return np.asarray(weights * factors[labels])


def _log_ratio(target: Floats, current: Floats, n: int) -> Floats:
    """Return the log of target over current shares of n rows; a share of less than half a row counts as that."""
    least = 1 / (2 * n)
    return np.asarray(np.log(np.maximum(target, least) / np.maximum(current, least)))
