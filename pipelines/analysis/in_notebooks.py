"""What is printed as lines and tables, as HTML in a notebook."""

from collections.abc import Iterable

from rich.console import Group
from rich.table import Table
from rich.text import Text

from labelfns.display import html


def parts_html(parts: Iterable[str | Group], alarms: Iterable[str] = ()) -> str:
    """Return lines and tables as HTML: the first table open, the others behind their titles."""
    found: list[str] = [html.said(f"Warning: {alarm}") + "<br>" for alarm in alarms]
    tables = 0
    for part in parts:
        if isinstance(part, str):
            found.append(html.paragraphs([part]))
            continue
        title, table = _titled(part)
        tables += 1
        found.append(html.folded(title, table) if tables > 1 and title else table_with(title, table))
    return html.together(found)


def table_with(title: str, table: str) -> str:
    """Return a table under its title."""
    return (f"<div><b>{html.said(title)}</b></div>" if title else "") + table


def _titled(group: Group) -> tuple[str, str]:
    """Return the title and the table of what `tables.titled` and `row_tables.rows_table` make."""
    texts = [one.plain for one in group.renderables if isinstance(one, Text)]
    (table,) = [one for one in group.renderables if isinstance(one, Table)]
    columns = [list(column.cells) for column in table.columns]
    names = [str(column.header) for column in table.columns]
    left = [i for i, column in enumerate(table.columns) if column.justify != "right"]
    rows = [[_cell(cell) for cell in row] for row in zip(*columns, strict=True)]
    return (texts[0] if texts else ""), html.table("", names, rows, left=left)


def _cell(cell: object) -> str:
    """Return a cell; what is underlined made an LF fire."""
    if not isinstance(cell, Text):
        return html.said(cell)
    ends = [(span.start, span.end) for span in cell.spans if "underline" in str(span.style)]
    if ends:
        from labelfns.text.spans import pieces

        return html.marked(pieces(cell.plain, ends))
    return html.Html("<br>".join(html.said(line) for line in cell.plain.split("\n")))
