"""Which rows and labels the next round trains on: combining, aligning and selecting (a leaf: numpy)."""

import numpy as np
import numpy.typing as npt

from labelfns.votes import Bools, Probs


def combine(first: Probs, second: Probs) -> Probs:
    """Return the normalised product of two [n, k] probabilities: two independent voters on the same row."""
    product = np.asarray(first, dtype=float) * second + 1e-12
    return np.asarray(product / product.sum(axis=1, keepdims=True))


def align(probs: Probs, shares: npt.NDArray[np.floating], steps: int = 50) -> Probs:
    """Scale [n, k] probabilities until their mean agrees with the class shares [k], which sum to 1.

    Iterated scaling (Sinkhorn 1967): each column is multiplied by wanted over found, each row normalised, in turn.
    Keeps a round from fading out the classes that its teacher is shy of.
    """
    scaled = np.asarray(probs, dtype=float) + 1e-12
    for _ in range(steps):
        scaled = scaled * (shares / scaled.mean(axis=0))
        scaled /= scaled.sum(axis=1, keepdims=True)
    return scaled


def surest(probs: Probs, share: float, min_confidence: float = 0.0) -> Bools:
    """Return a mask [n] of the surest `share` of each class, rows under `min_confidence` left out.

    A row belongs to the class of its largest probability, which is its confidence. Of a class with c rows
    the ``ceil(share * c)`` surest are kept, so no class that has rows fades; ties go to the earlier row.

    Examples
    --------
    >>> surest(np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8]]), share=0.5).tolist()
    [True, False, True]
    """
    labels, confidence = probs.argmax(axis=1), probs.max(axis=1)
    keep = np.zeros(len(probs), dtype=bool)
    for c in range(probs.shape[1]):
        rows = np.flatnonzero(labels == c)
        order = np.argsort(-confidence[rows], kind="stable")
        keep[rows[order[: int(np.ceil(share * len(rows)))]]] = True
    return np.asarray(keep & (confidence >= min_confidence))
