"""A linear head on frozen sentence vectors: a cheap second view of texts and labels (scikit-learn)."""

import numpy as np

from labelfns.checks import Ints

from .arrays import Probs
from .class_balance import Floats


def head_probs(features: Floats, labels: Ints, k: int, on: Floats) -> Probs:
    """Return what a head fitted on some texts makes of others, [r, k].

    Logistic regression with scikit-learn's defaults and classes that weigh the same: how frequent a label is among the
    texts that it is fitted on says nothing of the others.

    Parameters
    ----------
    features
        One vector per text, [n, d]; those of all texts are scaled to length 1.
    labels
        Class ids [n] in 0..k-1; a class that none has gets probability 0.
    k
        The number of classes.
    on
        The vectors of the other texts, [r, d].
    """
    from sklearn.linear_model import LogisticRegression

    found, probs = np.unique(labels), np.zeros((len(on), k))
    if len(found) == 1:
        probs[:, found] = 1
    else:
        head = LogisticRegression(class_weight="balanced", max_iter=1000).fit(_unit(features), labels)
        probs[:, found] = head.predict_proba(_unit(on))
    return probs


def out_of_fold_probs(features: Floats, labels: Ints, k: int, folds: int = 5) -> Probs:
    """Return what heads make of the texts that they were not fitted on, [n, k]; rows are dealt to the folds at random.

    Parameters
    ----------
    features, labels, k
        As in `head_probs`.
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


def _unit(features: Floats) -> Floats:
    """Return the vectors at length 1, as numbers that scikit-learn fits to the last digit."""
    return np.asarray(features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-12), dtype=np.float64)
