"""How the rows of a class are ranked, and which are the surest: by confidence, by neighbors, by a head out of fold."""

from typing import Any

import numpy as np
import numpy.typing as npt

from .class_balance import Floats
from .linear_head import out_of_fold_probs

MAX_NEIGHBOR_ROWS = 20_000
"""Neighbors are searched among at most this many rows, drawn once, so that time grows with n, not n^2."""


def surest(scores: Floats, labels: npt.NDArray[Any], keep: float) -> Floats:
    """Return weight 1 for the share `keep`, in (0, 1], of each class with the highest scores, else 0, [n].

    Of a class of c rows, ``ceil(keep * c)`` are kept, so no class that has rows fades; ties go to the earlier row.

    Examples
    --------
    >>> surest(np.array([0.9, 0.6, 0.8]), np.array([0, 0, 1]), keep=0.5).tolist()
    [1.0, 0.0, 1.0]
    """
    weights = np.zeros(len(scores))
    for c in np.unique(labels):
        rows = np.flatnonzero(labels == c)
        best = rows[np.argsort(-scores[rows], kind="stable")]
        weights[best[: int(np.ceil(keep * len(rows)))]] = 1
    return weights


def precise(confidence: Floats, labels: npt.NDArray[Any], precision: float) -> Floats:
    """Return weight 1 for each class's largest set of surest rows with a mean confidence of `precision`, else 0."""
    weights = np.zeros(len(confidence))
    for c in np.unique(labels):
        rows = np.flatnonzero(labels == c)
        best = rows[np.argsort(-confidence[rows], kind="stable")]
        mean = np.cumsum(confidence[best]) / np.arange(1, len(best) + 1)  # falls from row to row
        weights[best[: int((mean >= precision).sum())]] = 1
    return weights


def cut_statistic(features: Floats, labels: npt.NDArray[Any], neighbors: int = 20) -> Floats:
    """Return how much more often than by chance a row's neighbors have another label: z-scores [n], low is good.

    Parameters
    ----------
    features
        One vector per row, [n, d]; distances are Euclidean on vectors of length 1.
    labels
        Class ids [n].
    neighbors
        How many neighbors of a row are looked at, itself left out; at most the n - 1 there are. Of more than
        `MAX_NEIGHBOR_ROWS` rows the nearest among so many of them are taken, the same at each call.

    Notes
    -----
    With weights w = 1 / (1 + distance), J the weights of neighbors with another label and p the share of the row's
    own label, z = (J - (1 - p) sum w) / sqrt(p (1 - p) sum w^2).
    """
    from sklearn.neighbors import NearestNeighbors

    n, ids = len(labels), np.unique(labels, return_inverse=True)[1]
    neighbors = min(neighbors, n - 1)
    if neighbors < 1 or ids.max(initial=0) == 0:
        return np.zeros(n)  # with one row or one label nothing is cut
    unit = features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12)
    limit = MAX_NEIGHBOR_ROWS
    rows = np.arange(n) if n <= limit else np.random.default_rng(0).choice(n, limit, replace=False)
    search = NearestNeighbors(n_neighbors=neighbors + 1, algorithm="brute").fit(unit[rows])
    distances, nearest = search.kneighbors(unit)
    own = rows[nearest] == np.arange(n)[:, None]
    own[~own.any(axis=1), -1] = True  # a row that is not among its neighbors has one too many
    distances, nearest = distances[~own].reshape(n, neighbors), rows[nearest][~own].reshape(n, neighbors)
    w = 1 / (1 + distances)
    p = (np.bincount(ids) / n)[ids]
    cut = (w * (ids[nearest] != ids[:, None])).sum(axis=1)
    return np.asarray((cut - (1 - p) * w.sum(axis=1)) / np.sqrt(p * (1 - p) * (w**2).sum(axis=1)))


def margins(features: Floats, labels: npt.NDArray[Any], k: int) -> Floats:
    """Return how far a row's label is above the next best, by a head fitted without the row, [n] in [-1, 1].

    Parameters
    ----------
    features
        One vector per row, [n, d].
    labels
        Class ids [n].
    k
        The number of classes.
    """
    probs, each = out_of_fold_probs(features, labels, k), np.arange(len(labels))
    own = probs[each, labels]
    probs[each, labels] = -1
    return np.asarray(own - probs.max(axis=1))


def ranks(scores: Floats, labels: npt.NDArray[Any]) -> Floats:
    """Return each row's rank among the rows of its label, low scores first, equal ones alike."""
    from scipy.stats import rankdata

    found = np.zeros(len(scores))
    for c in np.unique(labels):
        found[labels == c] = rankdata(scores[labels == c])
    return found
