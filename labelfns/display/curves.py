"""Accuracy against coverage, and reliability."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .numbers import percent
from .plots import lengths
from .style import COLORS, GRAY, dress, in_percent, legend, new_axes, with_room

if TYPE_CHECKING:
    from matplotlib.axes import Axes


Floats = npt.NDArray[np.floating[Any]]
Counts = npt.NDArray[np.integer[Any]]
_DOTTED = 25  # points up to which each is marked


@with_room
def coverage_curve(
    coverage: Floats,
    accuracy: Floats,
    intervals: Floats,
    oracle: Floats,
    promises: Sequence[tuple[float, float | None, float | None]],
    *,
    title: str,
    ax: "Axes | None",
) -> "Axes":
    """Draw accuracy against coverage, surest rows first.

    Parameters
    ----------
    coverage, accuracy, intervals, oracle
        Of p points, in [0, 1]: [p], [p], [p, 2], [p].
    promises
        Each precision that was asked for with the coverage up to which, and the least confidence from which on it can
        be promised, all in [0, 1]; None where it cannot.
    title
        What is drawn.
    ax
        The Axes; None for new ones.
    """
    ax = new_axes(ax)
    marker = "o" if len(coverage) <= _DOTTED else ""
    (line,) = ax.plot(coverage, accuracy, color=COLORS[0], marker=marker, markersize=4, linewidth=2)
    band = ax.fill_between(coverage, intervals[:, 0], intervals[:, 1], color=COLORS[0], alpha=0.18, linewidth=0)
    (best,) = ax.plot(coverage, oracle, color=COLORS[2], linestyle="--", linewidth=1.5)
    (chance,) = ax.plot([0, coverage[-1]], [accuracy[-1]] * 2, color=GRAY, linestyle=":", linewidth=1.8)
    handles: list[Any] = [line, band, best, chance]
    said = ["as measured", "95% interval of each point", "oracle: right answers first", "chance: any order"]
    for (precision, reached, threshold), sign in zip(promises, ("v", "s", "^", "D", "P"), strict=False):
        if reached is None or threshold is None:
            place, fill, what = np.nan, "none", "cannot be promised"
        else:
            place, fill, what = reached, "full", f"promised up to {percent(reached, 0)}, from {threshold:.2f} on"
        handles += ax.plot(
            [place], [precision], sign, color=COLORS[5], markersize=8, clip_on=False, fillstyle=fill, linestyle="none"
        )
        said.append(f"{100 * precision:g}% right: {what}")
    lowest = min([float(accuracy.min()), *(precision for precision, reached, _ in promises if reached is not None)])
    dress(ax, title, "coverage: share of the texts that get an answer", "share of these that is right", "both")
    ax.set_xlim(0, 1)
    ax.set_ylim(max(0.0, np.floor(10 * lowest - 0.5) / 10), 1.005)
    for axis in (ax.xaxis, ax.yaxis):
        in_percent(axis)
    legend(ax, handles, said)
    return ax


@with_room
def reliability_dots(
    confidence: Floats, accuracy: Floats, intervals: Floats, rows: Counts, *, title: str, ax: "Axes | None"
) -> "Axes":
    """Draw how often answers of like confidence are right, beside the line on which confidence means what it says.

    Parameters
    ----------
    confidence, accuracy, intervals, rows
        Of b bins: mean confidence and share right, in [0, 1], [b]; its interval, [b, 2]; how many rows, [b].
    title
        What is drawn.
    ax
        The Axes; None for new ones.
    """
    ax = new_axes(ax, 5.2, 4.2)
    low = max(0.0, np.floor(10 * min(confidence.min(), intervals.min())) / 10)
    ax.plot([low, 1], [low, 1], color=GRAY, linestyle="--", linewidth=1.5)
    ax.errorbar(
        confidence,
        accuracy,
        yerr=lengths(accuracy, intervals),
        fmt="o",
        markersize=0,
        linewidth=1.5,
        color=COLORS[0],
        alpha=0.6,
    )
    ax.scatter(confidence, accuracy, s=20 + 80 * rows / rows.max(), color=COLORS[0], zorder=3)
    dress(ax, title, "confidence", "share that is right, with 95% intervals", "both")
    ax.set_xlim(low, 1.01)
    ax.set_ylim(low, 1.01)
    for axis in (ax.xaxis, ax.yaxis):
        in_percent(axis)
    return ax
