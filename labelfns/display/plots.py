"""The plots, of plain arrays and names; `labelfns.votes`, evaluations and runs say what is drawn.

Each draws on the Axes given, or on new ones, and returns them.
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
    OVERLAPS,
    as_text,
    dress,
    in_percent,
    legend,
    name_rows,
    new_axes,
    room,
    row_axes,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Floats = npt.NDArray[np.floating[Any]]
Counts = npt.NDArray[np.integer[Any]]
_LETTER = 0.085  # inches
_IN_CELLS = 25
"""Rows of a map up to which its cells have numbers."""


@dataclass(frozen=True)
class Dots:
    """A series of r shares with intervals; None where one is not known.

    Parameters
    ----------
    name
        What they are of.
    shares, intervals
        The shares and their 95 % intervals, in [0, 1].
    """

    name: str
    shares: Sequence[float | None]
    intervals: Sequence[tuple[float, float] | None]


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


def heat_map(
    shares: Floats,
    said: Sequence[Sequence[str]],
    names: Sequence[str],
    columns: Sequence[str],
    *,
    title: str,
    x: str,
    y: str = "",
    colors: str,
    most: float | None = None,
    numbered: bool = False,
    ax: "Axes | None",
) -> "Axes":
    """Draw shares in [0, 1], [r, c], as colors, with what is said of each cell in it where there is room.

    Parameters
    ----------
    shares
        The shares, [r, c]; NaN where there is none.
    said
        What stands in the cells, [r][c].
    names, columns
        The names of rows and columns.
    title, x, y
        What is drawn, and what columns and rows are.
    colors
        The map of colors.
    most
        The share that gets the darkest color; by default the largest.
    numbered
        Whether rows have numbers, 1, 2, ..., beside their names.
    ax
        The Axes; None for new ones.
    """
    import matplotlib as mpl

    r, c = shares.shape
    many, longest = max(r, c) > _IN_CELLS, _LETTER * min(max(map(len, columns)), 32)
    cell = 0.17 if many else min(max(0.3, longest + 0.1), 1.2)
    ax = new_axes(ax, 3.2 + max(cell * c, 2.0), 1.4 + max((0.17 if many else 0.28) * r, 1.2))
    most = max(float(np.nanmax(shares, initial=0.0)), 0.25) if most is None else most
    known = mpl.colormaps[colors].with_extremes(bad="#D9D9D9")
    image = ax.imshow(np.ma.masked_invalid(shares), cmap=known, vmin=0, vmax=most, aspect="auto")
    dress(ax, title, x, y)
    name_rows(ax, names)
    ax.set_xticks(range(c), labels=[as_text(name) for name in columns])
    for text in ax.get_xticklabels():
        text.set_fontsize(6.5 if many else 9.0)
        text.set_rotation(90 if many or longest > cell else 0)
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)
    if numbered:
        ax.tick_params(axis="y", pad=20)
        for row in range(r):
            ax.text(
                0, row, f"{row + 1}  ", ha="right", va="center", fontsize=room(ax, r),
                transform=ax.get_yaxis_transform(),
            )  # fmt: skip
    if not many:
        size = min(room(ax, r), 8.0)
        for row in range(r):
            for column in range(c):
                dark = np.isfinite(shares[row, column]) and shares[row, column] > 0.55 * most
                ax.text(
                    column, row, said[row][column], ha="center", va="center", fontsize=size,
                    color="white" if dark else "black",
                )  # fmt: skip
    else:
        bar = ax.figure.colorbar(image, ax=ax, shrink=0.6)
        bar.outline.set_visible(False)
        bar.ax.tick_params(labelsize=8)
        in_percent(bar.ax.yaxis)
    return ax


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
        known = [row for row, share in enumerate(one.shares) if share is not None]
        middle = np.array([one.shares[row] for row in known], dtype=float)
        ends = np.array([one.intervals[row] or (middle[at],) * 2 for at, row in enumerate(known)], dtype=float)
        rows = np.array(known) + 0.24 * (i - (len(series) - 1) / 2)
        handles.append(
            ax.errorbar(
                middle, rows, xerr=_lengths(middle, ends), fmt="osD^v"[i % 5], markersize=5, linewidth=1.5,
                color=COLORS[i % len(COLORS)],
            )
        )  # fmt: skip
    dress(ax, title, x, grid="x")
    name_rows(ax, names)
    ax.set_xlim(-0.02, 1.02)
    in_percent(ax.xaxis)
    if len(series) > 1:
        legend(ax, handles, [one.name for one in series])
    return ax


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
    marker = "o" if len(coverage) <= _IN_CELLS else ""
    (line,) = ax.plot(coverage, accuracy, color=COLORS[0], marker=marker, markersize=4, linewidth=2)
    band = ax.fill_between(coverage, intervals[:, 0], intervals[:, 1], color=COLORS[0], alpha=0.18, linewidth=0)
    (best,) = ax.plot(coverage, oracle, color=COLORS[2], linestyle="--", linewidth=1.5)
    (chance,) = ax.plot([0, coverage[-1]], [accuracy[-1]] * 2, color=GRAY, linestyle=":", linewidth=1.8)
    handles: list[Any] = [line, band, best, chance]
    said = ["as measured", "95 % interval of each point", "oracle: right answers first", "chance: any order"]
    for (precision, reached, threshold), sign in zip(promises, ("v", "s", "^", "D", "P"), strict=False):
        if reached is None or threshold is None:
            place, fill, what = np.nan, "none", "cannot be promised"
        else:
            place, fill, what = reached, "full", f"promised up to {100 * reached:.0f} %, from {threshold:.2f} on"
        handles += ax.plot(
            [place], [precision], sign, color=COLORS[5], markersize=8, clip_on=False, fillstyle=fill, linestyle="none"
        )
        said.append(f"{100 * precision:g} % right: {what}")
    lowest = min([float(accuracy.min()), *(precision for precision, reached, _ in promises if reached is not None)])
    dress(ax, title, "coverage: share of the texts that get an answer", "share of these that is right", "both")
    ax.set_xlim(0, 1)
    ax.set_ylim(max(0.0, np.floor(10 * lowest - 0.5) / 10), 1.005)
    for axis in (ax.xaxis, ax.yaxis):
        in_percent(axis)
    legend(ax, handles, said)
    return ax


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
        yerr=_lengths(accuracy, intervals),
        fmt="o",
        markersize=0,
        linewidth=1.5,
        color=COLORS[0],
        alpha=0.6,
    )
    ax.scatter(confidence, accuracy, s=20 + 80 * rows / rows.max(), color=COLORS[0], zorder=3)
    dress(ax, title, "confidence", "share that is right, with 95 % intervals", "both")
    ax.set_xlim(low, 1.01)
    ax.set_ylim(low, 1.01)
    for axis in (ax.xaxis, ax.yaxis):
        in_percent(axis)
    return ax


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
        known = [place for place, share in enumerate(one.shares) if share is not None]
        middle = np.array([one.shares[place] for place in known], dtype=float)
        ends = np.array([one.intervals[place] or (middle[at],) * 2 for at, place in enumerate(known)], dtype=float)
        x = np.array(known) + 0.06 * (i - (len(series) - 1) / 2)
        handles.append(
            ax.errorbar(
                x, middle, yerr=_lengths(middle, ends), fmt="osD^v"[i % 5], linestyle="-", markersize=5,
                linewidth=1.5, color=COLORS[i % len(COLORS)],
            )
        )  # fmt: skip
    dress(ax, title, "", y, "y")
    ax.set_xticks(range(len(places)), labels=[as_text(place) for place in places])
    ax.margins(x=0.15)
    in_percent(ax.yaxis)
    legend(ax, handles, [one.name for one in series])
    return ax


def _lengths(middle: Floats, ends: Floats) -> Floats:
    """Return how far the ends of intervals [r, 2] are from their middle, [2, r]."""
    ends = ends.reshape(-1, 2)
    return np.maximum(np.stack([middle - ends[:, 0], ends[:, 1] - middle]), 0)


def confusion_map(counts: Counts, labels: Sequence[str], *, who: str, ax: "Axes | None") -> "Axes":
    """Draw how many rows of each gold label got which answer; the color is the share of the gold label.

    Parameters
    ----------
    counts
        Rows by gold label and answer, [k, k + 1], last those without an answer; that column is left out where it is
        empty.
    labels
        The k class names.
    who
        Who answers.
    ax
        The Axes; None for new ones.
    """
    counts = counts if counts[:, -1].any() else counts[:, :-1]
    answers = [*labels, "(no answer)"][: counts.shape[1]]
    rows = counts.sum(axis=1, keepdims=True)
    shares = np.where(rows > 0, counts / np.maximum(rows, 1), np.nan)
    right = int(np.trace(counts))
    return heat_map(
        shares,
        [[f"{count:,}" if count else "" for count in row] for row in counts.tolist()],
        [f"{label}  ({n:,})" for label, n in zip(labels, rows[:, 0].tolist(), strict=True)],
        answers,
        title=f"{who[0].upper()}{who[1:]}: {right:,} of {int(rows.sum()):,} right",
        x="answer",
        y="gold label",
        colors=OVERLAPS,
        most=1.0,
        ax=ax,
    )
