"""Rows with counts: how often each row of a table stands there (a leaf: numpy and errors).

A billion rows of votes are some ten thousand distinct ones with their counts. Whatever counts rows takes an array
`counts` beside them; without one each row stands there once. `Votes` does not carry it: its rows are those of texts,
of gold and of probabilities, and what knows nothing of counts must not be given any.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError

Counts = npt.NDArray[np.int64]
"""An [n] array, at least 0: how often each row stands there."""

EXACT = 1 << 53
"""Whole numbers up to here are exact as floats, whatever the order in which they are added."""
MOST_ROWS = 100_000_000
"""What looks at rows one by one, gold rows for instance, refuses to write out more of them."""


def check_counts(counts: Any, n: int) -> Counts:
    """Return how often each of n rows stands there, [n]; once each where `counts` is None.

    Raises
    ------
    InputError
        If there are not n whole numbers of at least 0, or they add up to 2**53 rows or more.

    Examples
    --------
    >>> check_counts([3, 0], 2).tolist(), check_counts(None, 2).tolist()
    ([3, 0], [1, 1])
    """
    if counts is None:
        return np.broadcast_to(np.int64(1), (n,))
    values = np.asarray(counts)
    if values.ndim != 1 or not (np.issubdtype(values.dtype, np.integer) or (n == 0 and not values.size)):
        raise InputError(
            f"counts must be whole numbers, how often each of the {n} rows stands there; got {values.dtype} of shape "
            f"{values.shape}: pass one integer a row"
        )
    if len(values) != n:
        raise InputError(f"there are {len(values)} counts for {n} rows of votes; give one per row, in their order")
    below = np.flatnonzero(values < 0)
    if len(below):
        raise InputError(
            f"counts must be at least 0; row {below[0]} has {values[below[0]]}"
            + (f", and {len(below) - 1} more rows are below 0" if len(below) > 1 else "")
        )
    if values.sum(dtype=np.float64) >= EXACT:
        raise InputError(f"counts add up to {values.sum(dtype=np.float64):.3g} rows; they must be below 2**53")
    return values.astype(np.int64)


def tally(mask: npt.NDArray[np.bool_], counts: Counts) -> Any:
    """Return how many rows a mask [n] holds, or each column of a mask [n, m], as int64.

    Examples
    --------
    >>> tally(np.array([[True, False], [True, True]]), np.array([3, 10**10])).tolist()
    [10000000003, 10000000000]
    """
    return np.einsum("i,i...->...", counts, mask)


def written_out(mask: npt.NDArray[np.bool_], counts: Counts) -> npt.NDArray[np.intp]:
    """Return the positions of the rows of a mask [n], each as often as it stands there: what looks at rows one by one.

    Raises
    ------
    InputError
        If these are more than `MOST_ROWS`.
    """
    rows = int(tally(mask, counts))
    if rows > MOST_ROWS:
        raise InputError(
            f"{rows:,} rows would have to be looked at one by one, and at most {MOST_ROWS:,} can be: "
            "give fewer of them, a random sample for instance"
        )
    return np.repeat(np.flatnonzero(mask), counts[mask])
