"""Tables drawn as colors: LFs against LFs, gold labels against answers."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .style import OVERLAPS, as_text, dress, in_percent, name_rows, new_axes, room, with_count, with_room

if TYPE_CHECKING:
    from matplotlib.axes import Axes


Floats = npt.NDArray[np.floating[Any]]
Counts = npt.NDArray[np.integer[Any]]
_LETTER = 0.085  # inches
_IN_CELLS = 25
"""Rows or columns up to which cells have numbers."""


@with_room
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
        [with_count(label, n) for label, n in zip(labels, rows[:, 0].tolist(), strict=True)],
        answers,
        title=f"{who[0].upper()}{who[1:]}: {right:,} of {int(rows.sum()):,} right",
        x="answer",
        y="gold label",
        colors=OVERLAPS,
        most=1.0,
        ax=ax,
    )
