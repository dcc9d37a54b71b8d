"""What a fit is given beside texts: label probabilities or labels, weights, cues; checked."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from labelfns.checks import check_gold, check_labels, one_per_text
from labelfns.errors import InputError, first_line, number_of, raise_all, some
from labelfns.votes import Probs

Floats = npt.NDArray[np.floating[Any]]


def targets_of(probs: npt.ArrayLike, n: int, labels: Sequence[str] | None) -> tuple[Probs, tuple[str, ...]]:
    """Return label probabilities [n, k], and the k label names.

    Parameters
    ----------
    probs
        Probabilities [n, k], rows sum to 1; or n labels, class ids or names.
    n
        How many texts there are.
    labels
        The k label names; by default the names among the labels, sorted, or ``LABEL_0`` and so on.

    Raises
    ------
    InputError
        If they are not right; the rows are named.
    """
    if labels is not None:
        check_labels(labels)
    try:
        values = np.asarray(probs)
    except ValueError as error:  # rows of different lengths
        raise InputError(f"probs must have shape ({n}, k), one row per text: {first_line(error)}") from error
    if values.ndim == 1:
        values, labels = _one_hot(values, n, labels)
    if values.ndim != 2 or values.shape[0] != n or values.shape[1] < 2:
        raise InputError(f"probs must have shape ({n}, k), one row per text, k at least 2; got {values.shape}")
    names = tuple(labels if labels is not None else (f"LABEL_{c}" for c in range(values.shape[1])))
    if len(names) != values.shape[1]:
        raise InputError(
            f"probs has {number_of(values.shape[1], 'column')} for {number_of(len(names), 'label')}: {some(names)}"
        )
    if not np.issubdtype(values.dtype, np.number):
        raise InputError(f"probs must be numbers in [0, 1]; got an array of {values.dtype}")
    bad = np.flatnonzero(~((values >= 0).all(axis=1) & (abs(values.sum(axis=1) - 1) < 1e-3)))
    if len(bad):
        raise InputError(f"probs of row {some(bad.tolist())} are not in [0, 1] with sum 1; got {values[bad[0]]}")
    return values, names


def check_weights(weights: npt.ArrayLike | None, n: int) -> Floats:
    """Return row weights [n], scaled to mean 1; all 1 where there are none.

    Raises
    ------
    InputError
        If there are not n of them, or they are not finite numbers of at least 0 with one above it.
    """
    if weights is None:
        return np.ones(n)
    try:
        values = np.asarray(one_per_text(weights, n, "weights"), dtype=float)
    except (TypeError, ValueError) as error:
        raise InputError(f"weights must be {number_of(n, 'number')}, one per text: {first_line(error)}") from error
    if values.shape != (n,):
        raise InputError(f"weights must have shape ({n},), one per text; got {values.shape}")
    bad = np.flatnonzero(~(np.isfinite(values) & (values >= 0)))
    raise_all(
        InputError,
        [f"weights of row {some(bad.tolist())} are not numbers of at least 0"] * bool(len(bad))
        or ["all weights are 0: there is nothing to learn from"] * bool(values.sum() == 0),
    )
    return np.asarray(values / values.mean())


def check_labels_agree(first: Sequence[str], second: Sequence[str]) -> None:
    """Check that labels that are given twice are the same, in the same order.

    Raises
    ------
    InputError
        If they are not.
    """
    if tuple(first) != tuple(second):
        raise InputError(
            f"labels are given twice, and differ: ({', '.join(first)}) and ({', '.join(second)}); give them once"
        )


def _one_hot(values: npt.NDArray[Any], n: int, labels: Sequence[str] | None) -> tuple[Probs, tuple[str, ...]]:
    """Return the probabilities [n, k] of labels that are sure, and the k names."""
    entries = values.tolist()
    if labels is None:
        named = all(isinstance(entry, str) for entry in entries)
        if not named and not np.issubdtype(values.dtype, np.integer):
            raise InputError(
                f"probs must have shape ({n}, k), one row per text, or be n class ids or names; got {values.shape} of "
                f"{values.dtype}"
            )
        labels = sorted(set(entries)) if named else [f"LABEL_{c}" for c in range(max(entries, default=0) + 1)]
    names = tuple(labels)
    ids = check_gold(entries, n, names)
    if unknown := np.flatnonzero(ids < 0).tolist():
        raise InputError(f"row {some(unknown)} has no label; leave such rows out, or give probabilities")
    return np.eye(len(names))[ids], names
