"""Class shares, and what is held to them: labels, a model's answers, the weights of rows.

Sources: iterated scaling, Sinkhorn 1967; class mass normalization, Zhu, Ghahramani and Lafferty 2003.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from labelfns.models.arrays import softmax
from labelfns.votes import Probs

Floats = npt.NDArray[np.floating[Any]]


def aligning(shares: Floats, probs: Probs, steps: int = 50) -> Floats:
    """Return the shift [k] of log-probabilities with which rows [n, k] have a mean of the class shares [k].

    By iterated scaling: each column is multiplied by wanted over found, each row normalised, in turn.
    """
    shift = np.zeros(len(shares))
    for _ in range(steps):
        shift += _ratio(shares, shifted(probs, shift).mean(axis=0), len(probs))
    return shift


def balancing(shares: Floats, probs: Probs) -> Floats:
    """Return the shift [k] of log-probabilities that takes a model's answers a step towards the class shares [k].

    Class mass normalization, on answers: each class is multiplied by its wanted share over the share of the rows [n, k]
    whose surest class it is. Of that step as much is taken, in tenths, as brings the answers nearest to the shares:
    probabilities that lie close together would be carried past them. Steps are not repeated until the shares are met,
    as that would follow them where they are wrong.

    Examples
    --------
    Half and half are wanted, three rows in four are said to be of the first class; the least sure of them goes over:

    >>> probs = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.3, 0.7]])
    >>> shifted(probs, balancing(np.array([0.5, 0.5]), probs)).argmax(axis=1).tolist()
    [0, 0, 1, 1]
    """
    found = answer_shares(probs)
    step = _ratio(shares, found, len(probs))
    parts = np.linspace(0, 1, 11)
    far = [abs(answer_shares(shifted(probs, part * step)) - shares).sum() for part in parts]
    return np.asarray(parts[np.round(far, 9).argmin()] * step)


def answer_shares(probs: Probs) -> Floats:
    """Return each class's share [k] of the rows [n, k] whose surest class it is; a row's tied classes share it.

    Examples
    --------
    >>> answer_shares(np.array([[0.9, 0.1], [0.5, 0.5]])).tolist()
    [0.75, 0.25]
    """
    surest = probs == np.max(probs, axis=1, keepdims=True)
    return np.asarray((surest / surest.sum(axis=1, keepdims=True)).mean(axis=0))


def shifted(probs: Probs, shift: Floats) -> Probs:
    """Add a shift [k] to the log-probabilities of rows [n, k], and normalise."""
    return softmax(np.log(np.maximum(np.asarray(probs, dtype=float), 1e-12)) + shift)


def held(weights: Floats, labels: npt.NDArray[Any], shares: Floats) -> Floats:
    """Scale weights [n] so that each class's sum to its share [k] of the whole; classes without rows stay without."""
    sums = np.bincount(labels, weights=weights, minlength=len(shares))
    present = sums > 0
    wanted = shares * present / max((shares * present).sum(), 1e-12) * sums.sum()
    return np.asarray(weights * np.divide(wanted, sums, out=np.zeros(len(shares)), where=present)[labels])


def _ratio(wanted: Floats, found: Floats, n: int) -> Floats:
    """Return the log of wanted over found shares of n rows; a share of less than half a row counts as that."""
    least = 1 / (2 * n)
    return np.asarray(np.log(np.maximum(wanted, least) / np.maximum(found, least)))
