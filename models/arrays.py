"""Arrays of numbers per class: their types, softmax, and one rule for ties (a leaf: numpy)."""

from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from labelfns.checks import Bools, Ints
from labelfns.errors import InputError, first_line
from labelfns.lfs.base import ABSTAIN

Floats = npt.NDArray[np.float64]
Probs = npt.NDArray[np.floating[Any]]
"""An [n, k] array of probabilities in [0, 1], rows sum to 1."""

TIE = 1e-9
"""Probabilities this close are equal: sums of the same numbers in another order differ by some 1e-16."""


def rows_of_numbers(table: Any, argument: str) -> Probs:
    """Return a table [n, d] of numbers, a list of rows or a frame, as an array of floats, by position.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        values = np.asarray(table)
        values = values if np.issubdtype(values.dtype, np.floating) else values.astype(np.float64)
    except (TypeError, ValueError) as error:  # rows of different lengths, or no numbers
        raise InputError(f"{argument} must be rows of numbers: {first_line(error)}") from error
    if values.ndim != 2:
        raise InputError(f"{argument} must have a row per text, [n, k]; got shape {values.shape}")
    return values


def softmax(scores: Floats) -> Floats:
    """Return rows of probabilities [n, k] from rows of log scores [n, k], without under- or overflow."""
    top = reduce(np.maximum, scores.T)  # classes are few: column by column is many times faster than max(axis=1)
    shifted = np.exp(scores - top[:, None])
    return np.asarray(shifted / reduce(np.add, shifted.T)[:, None])


def most_likely(probs: Probs) -> Bools:
    """Return an [n, k] mask of each row's most likely class; of several where they tie (see `TIE`).

    Examples
    --------
    >>> most_likely(np.array([[0.7, 0.3], [0.5, 0.5]])).tolist()
    [[True, False], [True, True]]
    """
    return np.asarray(probs >= probs.max(axis=1, keepdims=True) - TIE)


def decide(probs: Probs, covered: Bools | None = None) -> npt.NDArray[np.int64]:
    """Return each row's most likely class [n]; `ABSTAIN` where classes tie or `covered` [n] is false."""
    clear = most_likely(probs).sum(axis=1) == 1
    if covered is not None:
        clear &= covered
    return np.where(clear, probs.argmax(axis=1), ABSTAIN)


def credit(probs: Probs, gold: Ints) -> Floats:
    """Return for each row 1 where its most likely class is gold [n], 0 where not, 1/t where t classes tie.

    A tie is worth what a fair draw among the tied classes is right on average.
    """
    best = most_likely(probs)
    return np.asarray(best[np.arange(len(gold)), gold] / best.sum(axis=1))


def as_counts(weights: npt.ArrayLike) -> Floats:
    """Scale weights [n], above 0, to the sum of how many rows of equal weight say as much (Kish 1965).

    Examples
    --------
    >>> as_counts([3.0, 3.0]).tolist(), as_counts([1.0, 3.0]).round(2).tolist()
    ([1.0, 1.0], [0.4, 1.2])
    """
    values: Floats = np.asarray(weights, dtype=np.float64)
    return np.asarray(values * (values.sum() / (values**2).sum()))


def check_weights(weights: npt.ArrayLike, gold: Ints) -> Floats:
    """Return the weights of rows [n], checked where gold [n] is known, and 0 elsewhere.

    Raises
    ------
    InputError
        If there are not n of them, or one of a row with gold is no finite number above 0.
    """
    try:
        values: Floats = np.array(weights, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"weights must be numbers, one per row: {first_line(error)}") from error
    if values.shape != gold.shape:
        raise InputError(f"weights must have one entry per row, {len(gold)}; got shape {values.shape}")
    known = gold >= 0
    wrong = np.flatnonzero(known & ~((values > 0) & np.isfinite(values)))
    if len(wrong):
        raise InputError(
            f"the weight of a row with gold must be a number above 0; row {wrong[0]} has {values[wrong[0]]:g}"
            + (f", and {len(wrong) - 1} more" if len(wrong) > 1 else "")
        )
    return np.where(known, values, 0.0)
