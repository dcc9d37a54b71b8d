"""Tables for a terminal (rich). Every name and text of the user is shown as text: no markup, no terminal escapes."""

import io
from collections.abc import Iterable, Sequence

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from labelfns.errors import shown

Cell = str | Text


def plain(parts: Iterable[str | Group], width: int = 120) -> str:
    """Return lines, and tables no wider than `width`, as plain text."""
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False, legacy_windows=False)
    for part in parts:
        console.print(Text(shown(part)) if isinstance(part, str) else part, soft_wrap=isinstance(part, str))
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def titled(title: str, names: Sequence[str], rows: Iterable[Sequence[Cell]], *, left: Sequence[str] = ("",)) -> Group:
    """Return a table under its title.

    Parameters
    ----------
    title
        The title.
    names
        The columns' names.
    rows
        The cells, one per column, as text.
    left
        The columns whose cells stand on the left; figures stand on the right.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, justify="left" if name in left else "right", no_wrap=not name)
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(shown(cell)) for cell in row))
    return Group(Text(shown(title), style="bold"), table, "")


def beside(figure: str, note: str) -> Text:
    """Return a figure with something less important beside it."""
    return Text.assemble(shown(figure), " ", (shown(note), "dim"))
