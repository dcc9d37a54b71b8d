"""Which rows and labels the next round trains on: combining, sharpening, selecting.

Sources: quotas by class, Zou et al. 2018 (CBST); ``flexmatch``, Zhang et al. 2021; ``freematch``, Wang et al. 2023;
``softmatch``, Chen et al. 2023; ``entropy``, Yu et al. 2021 (COSINE); ``cut_statistic``, Lang et al. 2022 after
Muhlenbach et al. 2004; margins out of fold, Northcutt et al. 2021; sharpened targets, Xie et al. 2016.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError
from labelfns.settings import check
from labelfns.votes import Probs

from .arrays import rows_of_numbers
from .class_balance import Floats, reweighted
from .linear_head import out_of_fold_probs
from .ranges import choices, numbers, only_with

Rule = Literal[
    "cut_statistic", "cut_and_margin", "threshold", "quota", "precision", "flexmatch", "freematch", "softmatch",
    "entropy",
]  # fmt: skip

MAX_NEIGHBOR_ROWS = 20_000
"""Neighbors are searched among at most this many rows, drawn once, so that time grows with n, not n^2."""


def combine(first: Probs, second: Probs) -> Probs:
    """Return the normalized product of two [n, k] probabilities: two independent voters on the same row."""
    product = rows_of_numbers(first, "first").astype(float) * rows_of_numbers(second, "second") + 1e-12
    return np.asarray(product / product.sum(axis=1, keepdims=True))


def sharpen(probs: Probs) -> Probs:
    """Return p^2 / f, normalized by row, of [n, k] probabilities; f is a class's sum of p over all n rows.

    Sure rows become surer, frequent classes weigh less.
    """
    p = rows_of_numbers(probs, "probs").astype(float)
    q = p**2 / np.maximum(p.sum(axis=0), 1e-12)
    return np.asarray(q / q.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class Selection:
    """Which rows are trained on, and with what weight.

    A row belongs to the class of its largest probability, which is its confidence.

    Parameters
    ----------
    rule
        - ``"cut_statistic"``, the default: of each class the `keep` whose neighbors in the features share its label
          most, by a test against chance. It needs features.
        - ``"cut_and_margin"``: the same, ranked half by that test, half by the margin of the row's label over the next
          in a linear head on the features that has not seen the row.
        - ``"threshold"``: the rows of at least `min_confidence`.
        - ``"quota"``: the surest `keep` of each class.
        - ``"precision"``: of each class the largest share, surest first, whose mean confidence, which estimates its
          precision, is at least `precision`. As good as the confidences are.
        - ``"flexmatch"``: `min_confidence`, lowered for classes that have few rows above it.
        - ``"freematch"``: a threshold that is the mean confidence, lowered for classes of low mean probability.
        - ``"softmatch"``: all rows; those under the mean confidence with a weight that falls as a Gaussian.
        - ``"entropy"``: all rows, with weight 1 - H(p) / ln k.
    min_confidence
        Rows under it, in [0, 1], are left out by every rule but ``"flexmatch"``, which starts from it.
    keep
        A share in (0, 1], for ``"quota"`` and the two that cut; at least one row of each class is kept.
    precision
        In (0, 1], for ``"precision"``.
    neighbors
        How many neighbors of a row are looked at by those that cut, at least 1.
    keep_class_balance
        Whether the weights are scaled so that each class has its share of their sum in the class balance handed in.

    Raises
    ------
    SettingsError
        If settings are out of range or unknown words; all at once.
    """

    rule: Rule = "cut_statistic"
    min_confidence: float = 0.0
    keep: float = 0.8
    precision: float = 0.9
    neighbors: int = 20
    keep_class_balance: bool = False

    def __post_init__(self) -> None:
        check(
            *numbers(self, "[0, 1]", "min_confidence"),
            *numbers(self, "(0, 1]", "keep", "precision"),
            *numbers(self, "[1, inf)", "neighbors", whole=True),
            *choices(self),
            *only_with(self, self.rule == "quota" or self.needs_features, f'rule = "quota" or {_CUTS}', "keep"),
            *only_with(self, self.rule == "precision", 'rule = "precision"', "precision"),
            *only_with(self, self.needs_features, f"rule = {_CUTS}", "neighbors"),
        )

    @property
    def needs_features(self) -> bool:
        """Whether the rule looks at features."""
        return self.rule in ("cut_statistic", "cut_and_margin")

    def __call__(self, probs: Probs, *, features: Floats | None = None, class_balance: Floats | None = None) -> Floats:
        """Return the rows' weights [n], at least 0; rows of weight 0 are not trained on.

        Parameters
        ----------
        probs
            Label probabilities [n, k] of the candidates.
        features
            One vector per row, [n, d], for rules that need them.
        class_balance
            Each class's share [k], which sum to 1, for `keep_class_balance`.

        Raises
        ------
        InputError
            If the rule needs features, or `keep_class_balance` the class balance, and there are none.
        """
        probs = rows_of_numbers(probs, "probs").astype(float)
        features = None if features is None else rows_of_numbers(features, "features")
        class_balance = None if class_balance is None else np.asarray(class_balance)
        labels, confidence = probs.argmax(axis=1), probs.max(axis=1)
        weights = self._weights(probs, labels, confidence, features)
        if self.rule != "flexmatch":
            weights = weights * (confidence >= self.min_confidence)
        if self.keep_class_balance:
            if class_balance is None:
                raise InputError("keep_class_balance needs the class balance: hand in class_balance, [k], summing to 1")
            weights = reweighted(weights, labels, class_balance)
        return weights

    def _weights(self, probs: Probs, labels: npt.NDArray[Any], confidence: Floats, features: Floats | None) -> Floats:
        n, k = probs.shape
        match self.rule:
            case "threshold":
                return np.ones(n)
            case "quota":
                return surest(confidence, labels, self.keep)
            case "precision":
                return precise(confidence, labels, self.precision)
            case "flexmatch":
                sure = np.bincount(labels[confidence > self.min_confidence], minlength=k)
                learned = sure / max(sure.max(initial=0), n - sure.sum(), 1)
                return np.where(confidence >= self.min_confidence * (learned / (2 - learned))[labels], 1.0, 0.0)
            case "freematch":
                mean = probs.mean(axis=0)
                return np.where(confidence >= confidence.mean() * (mean / mean.max())[labels], 1.0, 0.0)
            case "softmatch":
                under = np.minimum(confidence - confidence.mean(), 0)
                return np.asarray(np.exp(-(under**2) / (2 * confidence.var() + 1e-12)))
            case "entropy":
                return np.asarray(1 + (probs * np.log(np.maximum(probs, 1e-12))).sum(axis=1) / np.log(k)).clip(0)
            case "cut_statistic" | "cut_and_margin":
                if features is None:
                    raise InputError(f'the rule "{self.rule}" needs features, [n, d]: hand in frozen_features(texts)')
                scores = -cut_statistic(features, labels, self.neighbors)
                if self.rule == "cut_and_margin":
                    scores = _ranks(scores, labels) + _ranks(margins(features, labels, k), labels)
                return surest(scores, labels, self.keep)


_CUTS = '"cut_statistic" or "cut_and_margin"'


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


def _ranks(scores: Floats, labels: npt.NDArray[Any]) -> Floats:
    """Return each row's rank among the rows of its label, low scores first, equal ones alike."""
    from scipy.stats import rankdata

    ranks = np.zeros(len(scores))
    for c in np.unique(labels):
        ranks[labels == c] = rankdata(scores[labels == c])
    return ranks
