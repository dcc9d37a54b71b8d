"""Bars, dots and lines, of plain arrays and names; `labelfns.votes`, evaluations and runs say what is drawn.

Each plot draws on the Axes given, or on new ones, and returns them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .style import (
    COLORS,
    GRAY,
    MOST_NAMED,
    as_text,
    dress,
    in_percent,
    legend,
    name_rows,
    new_axes,
    room,
    row_axes,
    with_room,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Dots:
    """A series of r shares with intervals; None where one is not known.

    Parameters
    ----------
    name
        What they are of.
    shares, intervals
        The shares and their 95% intervals, in [0, 1].
    """

    name: str
    shares: Sequence[float | None]
    intervals: Sequence[tuple[float, float] | None]


@with_room
def stacked_bars(
    names: Sequence[str],
    labels: Sequence[str],
    shares: Floats,
    conflicts: Floats,
    *,
    title: str,
    x: str,
    key: bool = True,
    ax: "Axes | None",
) -> "Axes":
    """Draw a bar per LF, split by the labels that it votes for; a dark line in it is its conflicts.

    Parameters
    ----------
    names, labels
        The r LFs and the k classes.
    shares
        Of the rows, in [0, 1], by LF and class, [r, k].
    conflicts
        Of the rows, in [0, 1], [r].
    title, x
        What is drawn, and what the axis is of.
    key
        Whether the legend names the classes.
    ax
        The Axes; None for new ones.
    """
    ax = row_axes(ax, len(names))
    named = np.sort(np.argsort(-shares.sum(axis=0), kind="stable")[:MOST_NAMED])
    others = np.setdiff1d(np.arange(len(labels)), named)
    parts = [(labels[c], shares[:, c], COLORS[i]) for i, c in enumerate(named.tolist())]
    if len(others):
        parts.append((f"{len(others)} other labels", shares[:, others].sum(axis=1), GRAY))
    rows, left, handles = np.arange(len(names)), np.zeros(len(names)), []
    for _, widths, color in parts:
        handles.append(ax.barh(rows, widths, left=left, height=0.72, color=color))
        left = left + widths
    said = [name for name, _, _ in parts]
    if not key:
        handles, said = [], []
    if conflicts.any():
        handles.append(ax.barh(rows, conflicts, height=0.16, color="black"))
        said.append("in conflict with another LF")
    for row in np.flatnonzero(left == 0).tolist():
        ax.text(0, row, " never votes", va="center", fontsize=room(ax, len(names)), color=GRAY, style="italic")
    dress(ax, title, x, grid="x")
    name_rows(ax, names)
    ax.set_xlim(0, 1.04 * left.max() or 1)
    in_percent(ax.xaxis)
    legend(ax, handles, said)
    return ax


@with_room
def dots(names: Sequence[str], series: Sequence[Dots], *, title: str, x: str, ax: "Axes | None") -> "Axes":
    """Draw shares with their intervals, a row per name; a row has as many dots as there are series.

    Parameters
    ----------
    names
        The names of the rows.
    series
        The shares, a series each.
    title, x
        What is drawn, and what the axis is of.
    ax
        The Axes; None for new ones.
    """
    ax = row_axes(ax, round(len(names) * (1 + 0.35 * (len(series) - 1))))
    handles = []
    for i, one in enumerate(series):
        rows, middle, ends = _known(one)
        rows = rows + 0.24 * (i - (len(series) - 1) / 2)
        handles.append(ax.errorbar(middle, rows, xerr=lengths(middle, ends), **_marker(i)))
    dress(ax, title, x, grid="x")
    name_rows(ax, names)
    ax.set_xlim(-0.02, 1.02)
    in_percent(ax.xaxis)
    if len(series) > 1:
        legend(ax, handles, [one.name for one in series])
    return ax


@with_room
def lines(places: Sequence[str], series: Sequence[Dots], *, title: str, y: str, ax: "Axes | None") -> "Axes":
    """Draw shares with their intervals from place to place, a line per series.

    Parameters
    ----------
    places
        The names of the places.
    series
        The shares, a series each.
    title, y
        What is drawn, and what the axis is of.
    ax
        The Axes; None for new ones.
    """
    ax = new_axes(ax, 3.4 + 1.1 * len(places), 3.8)
    handles = []
    for i, one in enumerate(series):
        x, middle, ends = _known(one)
        x = x + 0.06 * (i - (len(series) - 1) / 2)
        handles.append(ax.errorbar(x, middle, yerr=lengths(middle, ends), linestyle="-", **_marker(i)))
    dress(ax, title, "", y, "y")
    ax.set_xticks(range(len(places)), labels=[as_text(place) for place in places])
    ax.margins(x=0.15)
    in_percent(ax.yaxis)
    legend(ax, handles, [one.name for one in series])
    return ax


@with_room
def round_bars(
    rounds: Sequence[str], changes: Sequence[tuple[str, Sequence[int]]], dropped: Sequence[int], *, ax: "Axes | None"
) -> "Axes":
    """Draw how many rows each round trained on, by what became of them, and below how many it dropped.

    Parameters
    ----------
    rounds
        The r rounds.
    changes
        By name, how many rows of each round, [r].
    dropped
        How many rows of the round before each does without, [r].
    ax
        The Axes; None for new ones.
    """
    ax = new_axes(ax, 2.6 + 1.1 * len(rounds), 3.8)
    places, floor, handles = np.arange(len(rounds)), np.zeros(len(rounds)), []
    for (_, counts), color in zip(changes, COLORS, strict=False):
        handles.append(ax.bar(places, counts, bottom=floor, width=0.6, color=color))
        floor = floor + np.array(counts)
    lost = np.array(dropped)
    handles.append(ax.bar(places, -lost, width=0.6, color=GRAY, hatch="//", edgecolor="white"))
    for place, count in zip(places.tolist(), floor.tolist(), strict=True):
        ax.text(place, count, f"{count:,.0f}", ha="center", va="bottom", fontsize=9)
    dress(ax, "What each round trained on", "", "rows; dropped ones below", "y")
    ax.axhline(0, color=GRAY, linewidth=0.8)
    ax.set_xticks(places, labels=[as_text(name) for name in rounds])
    ax.yaxis.set_major_formatter(lambda count, _: f"{abs(count):,.0f}")
    ax.margins(y=0.12)
    legend(ax, handles, [*(name for name, _ in changes), "dropped"])
    return ax


def lengths(middle: Floats, ends: Floats) -> Floats:
    """Return how far the ends of intervals [r, 2] are from their middle, [2, r]."""
    ends = ends.reshape(-1, 2)
    return np.maximum(np.stack([middle - ends[:, 0], ends[:, 1] - middle]), 0)


def _known(one: Dots) -> tuple[Floats, Floats, Floats]:
    """Return the places of a series' known shares, the shares, [s], and the ends of their intervals, [s, 2]."""
    places = [place for place, share in enumerate(one.shares) if share is not None]
    middle = np.array([one.shares[place] for place in places], dtype=float)
    ends = np.array([one.intervals[place] or (middle[at],) * 2 for at, place in enumerate(places)], dtype=float)
    return np.array(places, dtype=float), middle, ends


def _marker(i: int) -> dict[str, Any]:
    """Return how the dots of the series at a place look."""
    return {"fmt": "osD^v"[i % 5], "markersize": 5, "linewidth": 1.5, "color": COLORS[i % len(COLORS)]}
