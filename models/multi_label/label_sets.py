"""Sets of labels: read as a table of yes and no, and written as names."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from labelfns.checks import Bools, Ints
from labelfns.errors import InputError, did_you_mean, raise_all, some


def label_table(sets: Any, n: int, labels: Sequence[str], argument: str = "gold") -> Ints:
    """Return which labels each text carries, [n, k]: 1 there, 0 not there, -1 in rows of which nothing is known.

    Parameters
    ----------
    sets
        For each of n texts the names of its labels, an empty list for a text that has none, None where unknown; or a
        table [n, k] of 0 and 1, or -1 all through a row.
    n
        How many texts there are.
    labels
        The k labels.
    argument
        What messages call `sets`.

    Raises
    ------
    InputError
        If there are not n of them, or a row is neither; rows are named, all at once.

    Examples
    --------
    >>> label_table([["joy", "fear"], [], None], 3, ["joy", "fear"]).tolist()
    [[1, 1], [0, 0], [-1, -1]]
    """
    rows = sets.tolist() if isinstance(sets, np.ndarray) else list(sets)
    if len(rows) != n:
        raise InputError(f"{argument} has {len(rows)} rows for {n} texts")
    if isinstance(sets, np.ndarray) and sets.dtype != object:
        return _checked(sets, n, labels, argument)
    table, problems = np.full((n, len(labels)), -1), []
    for i, row in enumerate(rows):
        if row is None:
            continue
        if isinstance(row, str) or not isinstance(row, Iterable):
            problems.append(f"{argument} of row {i} must be a list of labels, or None where unknown; got {row!r}")
            continue
        named = list(row)
        unknown = [name for name in named if name not in labels]
        if unknown:
            hint = did_you_mean(str(unknown[0]), labels)
            problems.append(f"{argument} of row {i} names {unknown[0]!r}, which is not one of {some(labels)}{hint}")
        table[i] = [label in named for label in labels]
    raise_all(InputError, problems)
    return table


def label_names(table: Bools, labels: Sequence[str]) -> list[tuple[str, ...]]:
    """Return the names of the labels of each text, from a mask [n, k].

    Examples
    --------
    >>> label_names(np.array([[True, True], [False, False]]), ["joy", "fear"])
    [('joy', 'fear'), ()]
    """
    return [tuple(label for label, there in zip(labels, row, strict=True) if there) for row in table.tolist()]


def _checked(table: npt.NDArray[Any], n: int, labels: Sequence[str], argument: str) -> Ints:
    if table.shape != (n, len(labels)):
        raise InputError(f"{argument} must have shape ({n}, {len(labels)}), a column per label; got {table.shape}")
    unknown = (table == -1).all(axis=1)
    bad = np.flatnonzero(~(unknown | np.isin(table, (0, 1)).all(axis=1)))
    if len(bad):
        raise InputError(
            f"{argument} of row {some(bad.tolist())} must be 0 and 1, or -1 in all columns where nothing is known; "
            f"got {table[bad[0]].tolist()}"
        )
    return table.astype(np.int64)
