"""A linear head on frozen sentence vectors: a cheap second view of texts and labels (scikit-learn)."""

from dataclasses import dataclass

import numpy as np

from labelfns.checks import Ints

from .arrays import Probs, softmax
from .class_balance import Floats


@dataclass(frozen=True, eq=False)
class LinearHead:
    """Logistic regression on vectors of length 1.

    Parameters
    ----------
    coefficients
        One row per class, [k, d].
    intercepts
        One per class, [k]; minus infinity for a class that is never given.
    """

    coefficients: Floats
    intercepts: Floats

    @classmethod
    def fit(cls, features: Floats, labels: Ints, k: int, weights: Floats | None = None) -> "LinearHead":
        """Fit with scikit-learn's defaults and classes that weigh the same.

        How frequent a label is among the texts that it is fitted on says nothing of others.

        Parameters
        ----------
        features
            One vector per text, [n, d]; they are scaled to length 1.
        labels
            Class ids [n] in 0..k-1; a class that none has gets probability 0.
        k
            The number of classes.
        weights
            How much each text counts, [n], above 0; by default as much each.
        """
        from sklearn.linear_model import LogisticRegression

        found = np.unique(labels)
        coefficients, intercepts = np.zeros((k, features.shape[1])), np.full(k, -np.inf)
        intercepts[found] = 0
        if len(found) > 1:
            head = LogisticRegression(class_weight="balanced", max_iter=1000)
            head.fit(unit(features), labels, sample_weight=weights)
            told = found if len(found) > 2 else found[1:]  # of two classes scikit-learn keeps the odds of the second
            coefficients[told], intercepts[told] = head.coef_, head.intercept_
        return cls(coefficients, intercepts)

    def predict_proba(self, features: Floats) -> Probs:
        """Return probabilities [r, k] of vectors [r, d], which are scaled to length 1."""
        return softmax(unit(features) @ self.coefficients.T + self.intercepts)


def head_probs(features: Floats, labels: Ints, k: int, on: Floats) -> Probs:
    """Return what a head fitted on some texts (see `LinearHead.fit`) makes of others, whose vectors are `on` [r, d]."""
    return LinearHead.fit(features, labels, k).predict_proba(on)


def out_of_fold_probs(features: Floats, labels: Ints, k: int, folds: int = 5) -> Probs:
    """Return what heads make of the texts that they were not fitted on, [n, k]; rows are dealt to the folds at random.

    Parameters
    ----------
    features, labels, k
        As in `LinearHead.fit`.
    folds
        How many heads are fitted, at least 2, each on the rows of the other folds; the same folds at each call.
    """
    n = len(labels)
    fold = np.random.default_rng(0).permutation(n) % min(folds, n)
    probs = np.full((n, k), 1 / k)
    if n > 1:
        for f in range(fold.max() + 1):
            probs[fold == f] = head_probs(features[fold != f], labels[fold != f], k, features[fold == f])
    return probs


def unit(features: Floats) -> Floats:
    """Return the vectors at length 1, as numbers that scikit-learn fits to the last digit."""
    return np.asarray(features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12), dtype=np.float64)
