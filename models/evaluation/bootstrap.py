"""The bootstrap: how far a figure would move on other rows of the same kind, and whether two models differ.

Rows that are alike in all that a figure looks at are one cell: a draw is then a few counts, not n rows.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labelfns.checks import Ints
from labelfns.errors import InputError, number_of
from labelfns.models.arrays import Floats

from .metrics import DRAWS

BLOCK = 1_000_000
"""Counts that are held at once."""


@dataclass(frozen=True)
class Difference:
    """By how much one model is better than another on the same rows.

    Parameters
    ----------
    difference
        The mean over rows of first minus second.
    error
        Its standard error.
    interval
        Its 95% interval; both by the paired bootstrap, 1,000 draws.
    rows, groups
        How many rows were compared, and how many groups of rows were drawn.
    """

    difference: float
    error: float
    interval: tuple[float, float]
    rows: int
    groups: int

    @property
    def is_none(self) -> bool:
        """Whether both are equally good on each group of rows, so that no draw has a difference."""
        return self.difference == self.error == 0

    def __str__(self) -> str:
        if self.is_none:
            return f"no difference on any of the {number_of(self.rows, 'text')}"
        low, high = (100 * end for end in self.interval)
        return f"{100 * self.difference:+.1f} points ({low:+.1f} to {high:+.1f})"


def paired_difference(
    first: Floats, second: Floats, groups: Ints | None = None, weights: Floats | None = None
) -> Difference:
    """Compare two models row by row, by the paired bootstrap: the same rows are drawn for both.

    Parameters
    ----------
    first, second
        A number per row and model, [n], of the same n rows in the same order: 1 where it is right, its loss, ...
    groups
        The group of each row, [n]; rows of one group, copies of one text for instance, are drawn together. By default
        each row is a group of its own.
    weights
        How many rows each row stands for, [n], above 0; by default as many each.

    Raises
    ------
    InputError
        If there is no row, or first, second and groups are not of one length.

    Examples
    --------
    >>> found = paired_difference([1, 1, 1, 0], [1, 0, 0, 0])
    >>> found.difference, found.interval
    (0.5, (0.0, 1.0))
    """
    first, second = (np.asarray(values, dtype=np.float64) for values in (first, second))
    n = len(first)
    if not n:
        raise InputError("there is no row to compare")
    of_row = np.arange(n) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    for name, values in (("second", second), ("groups", of_row)):
        if len(values) != n:
            raise InputError(f"{name} must have one entry per row, {n}; got {len(values)}")
    counted = np.ones(n) if weights is None else weights
    sums, sizes = np.bincount(of_row, weights=counted * (first - second)), np.bincount(of_row, weights=counted)
    cells, counts = np.unique(np.stack([sums, sizes]), axis=1, return_counts=True)
    drawn = resampled(lambda counts: (counts @ cells[0]) / (counts @ cells[1]), counts)
    return Difference(
        difference=float(np.average(first - second, weights=weights)),
        error=float(drawn.std()),
        interval=interval(drawn),
        rows=n,
        groups=len(sizes),
    )


def resampled(figure: Callable[[Ints], Floats], counts: Ints) -> Floats:
    """Return a figure on each of 1,000 draws with replacement, always the same draws.

    Parameters
    ----------
    figure
        Takes counts [b, c], one draw a row, and returns the figures [b].
    counts
        How many of the rows are in each of the c cells, [c].
    """
    rng, size = np.random.default_rng(0), max(1, BLOCK // len(counts))
    n = int(counts.sum())
    blocks = [min(size, DRAWS - done) for done in range(0, DRAWS, size)]
    return np.concatenate([figure(rng.multinomial(n, counts / n, size=block)) for block in blocks])


def interval(drawn: npt.NDArray[np.floating]) -> tuple[float, float]:
    """Return the middle 95% of the draws."""
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(low), float(high)
