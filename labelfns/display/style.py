"""How every plot looks: one palette, names as text, room for many rows. matplotlib is imported when something is drawn.

Text and lines keep the colors of the user's own matplotlib style, so that a dark style stays one.
"""

import unicodedata
from collections.abc import Callable, Sequence
from functools import cache, wraps
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np

from .names import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6D31")
"""Okabe and Ito's, which people who are color-blind tell apart; their yellow, faint on white, left out."""
GRAY = "#8A8A8A"
OVERLAPS, CONFLICTS = "Blues", "Oranges"
"""Maps of one color, which get darker: they are read in gray too."""
MOST_NAMED = len(COLORS)
"""Classes that have a color of their own; the others share gray."""
MOST_ROWS = 60
"""Rows of a plot; of more LFs those that cover most are shown."""
_SIGNS, _SMALLEST, _LARGEST = 32, 4.0, 9.0  # of a name; font sizes in points
_ROW, _AROUND = 0.24, 1.1  # inches
_LEAST = 0.45  # of a figure's width and height, for what is drawn itself
_BOX = "\u25af"
_Given = ParamSpec("_Given")


def new_axes(ax: "Axes | None", width: float = 7.5, height: float = 4.0) -> "Axes":
    """Return the Axes given, or new ones in a figure of that size in inches."""
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(figsize=(width, height), layout="constrained")
    return ax


def row_axes(ax: "Axes | None", rows: int, width: float = 7.5) -> "Axes":
    """Return the Axes given, or new ones that have room for that many rows of names."""
    return new_axes(ax, width, _AROUND + _ROW * max(rows, 3))


def with_room(draw: "Callable[_Given, Axes]") -> "Callable[_Given, Axes]":
    """Have a plot on new Axes make its figure so large that all names around the Axes lie within."""

    @wraps(draw)
    def drawn(*args: _Given.args, **kwargs: _Given.kwargs) -> "Axes":
        ax = draw(*args, **kwargs)
        if kwargs.get("ax") is None:
            figure = ax.get_figure(root=True)
            assert figure is not None
            inside, around = ax.get_window_extent(), ax.get_tightbbox(for_layout_only=True)
            assert around is not None
            names = np.subtract(around.size, inside.size) / figure.dpi
            size = figure.get_size_inches()
            width, height = (names + _LEAST * size).clip(min=size)
            figure.set_size_inches(width, height)
        return ax

    return drawn


def dress(ax: "Axes", title: str, x: str = "", y: str = "", grid: str = "") -> None:
    """Give Axes a title, names of their sides, and a grid across the axis named; no box around them."""
    ax.set_title(as_text(title, 200), loc="left", fontsize=10, wrap=True)  # no layout makes a figure wider for these
    ax.set_xlabel(as_text(x, 200), fontsize=_LARGEST, wrap=True)
    ax.set_ylabel(as_text(y, 200), fontsize=_LARGEST, wrap=True)
    ax.tick_params(labelsize=_LARGEST, length=0)
    for side in ("top", "right"):
        ax.spines[side].set_visible(False)
    if grid:
        ax.grid(axis=grid, color=GRAY, alpha=0.25, linewidth=0.8)  # type: ignore[arg-type]
        ax.set_axisbelow(True)


def say_of(ax: "Axes", what: str) -> "Axes":
    """Add to the title of Axes what they are of."""
    ax.set_title(f"{ax.get_title(loc='left')}: {as_text(what, 200)}", loc="left", fontsize=10)
    return ax


def in_percent(axis: Any) -> None:
    """Have an axis of shares in [0, 1] read in percent."""
    from matplotlib.ticker import PercentFormatter

    axis.set_major_formatter(PercentFormatter(1))


def name_rows(ax: "Axes", names: Sequence[str]) -> None:
    """Name the rows 0, 1, ... of Axes, the first at the top, as large as there is room for."""
    ax.set_yticks(range(len(names)), labels=[as_text(name) for name in names], fontsize=room(ax, len(names)))
    ax.set_ylim(len(names) - 0.5, -0.5)


def room(ax: "Axes", rows: int) -> float:
    """Return the size in points of text that fits into one of so many rows."""
    height = ax.get_window_extent().height * 72 / ax.figure.dpi / max(rows, 1)
    return float(min(max(0.75 * height, _SMALLEST), _LARGEST))


def with_count(name: str, rows: int) -> str:
    """Return a name for a row of a plot with how many rows it stands for; where it is cut, the count stays.

    Examples
    --------
    >>> with_count("Flight Attendant Complaints", 1240)
    'Flight Attendant Compla…  (1,240)'
    """
    count = f"  ({rows:,})"
    return short(name, _SIGNS - len(count)) + count


def legend(ax: "Axes", handles: Sequence[Any], names: Sequence[str]) -> None:
    """Put a legend on the right of Axes; names may begin with any sign."""
    made = ax.legend(
        handles,
        [" "] * len(names),
        loc="upper left",
        bbox_to_anchor=(1.0, 1.0),
        frameon=False,
        fontsize=_LARGEST,
    )
    for text, name in zip(made.get_texts(), names, strict=True):
        text.set_text(as_text(name, 60))  # given above, one that begins with _ would be left out


def as_text(name: str, limit: int = _SIGNS) -> str:
    r"""Return a name for matplotlib: one line, cut where it is long, no sign of it mathematics.

    Signs that the font in use lacks are boxes.

    Examples
    --------
    >>> print(as_text("from_$5_to_$10"))
    from_\$5_to_\$10
    """
    line = short(name, limit)
    return (line if line.isascii() else _drawable(line)).replace("$", r"\$")


def _drawable(line: str) -> str:
    from matplotlib import rcParams

    known = _glyphs(tuple(rcParams["font.family"]))
    return "".join(
        sign if ord(sign) in known else "" if unicodedata.category(sign) in ("Cf", "Mn") else _BOX for sign in line
    )


@cache
def _glyphs(families: tuple[str, ...]) -> frozenset[int]:
    """Return the code points that the fonts of these families have."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(
        point for family in families for point in get_font(findfont(FontProperties(family=[family]))).get_charmap()
    )
