"""Rows as a person reads them: a table with what made LFs fire highlighted, or plain columns for a file."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from labelfns.analysis.rows import Row
from labelfns.errors import shown
from labelfns.text.spans import Span

CUE = "bold underline"
MOST_SIGNS = 400
"""Signs of a text in a table; files have all."""
_BEFORE = 80  # signs before the first cue that stay where a text is cut


def rows_table(rows: Iterable[Row], answers: Sequence[str] | None = None) -> Group:
    """Return rows as a table: number, text, gold where any is known, the label model's answer, every LF's say.

    Parameters
    ----------
    rows
        The rows.
    answers
        What the label model says of each, in words, where it was asked.
    """
    rows = list(rows)
    with_gold = any(row.gold is not None for row in rows)
    table = text_table()
    if with_gold:
        table.add_column("gold", overflow="fold", max_width=16)
    if answers is not None:
        table.add_column("label model", overflow="fold", max_width=20)
    table.add_column("LFs say", ratio=2, overflow="fold")
    for i, row in enumerate(rows):
        cells = [Text(str(row.row)), highlighted(row.text, row.spans)]
        if with_gold:
            cells.append(Text(shown(row.gold or "-")))
        if answers is not None:
            cells.append(Text(shown(answers[i])))
        table.add_row(*cells, _said(row))
    return Group(table, "")


def text_table() -> Table:
    """Return a table whose first columns are a row's number and its text."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    table.add_column("row", justify="right", no_wrap=True)
    table.add_column("text", ratio=3, overflow="fold")
    return table


def highlighted(text: str, spans: Sequence[Span], most: int = MOST_SIGNS) -> Text:
    """Return a text with its spans marked, cut where it is long, control signs written out."""
    start = 0
    if len(text) > most and spans:
        start = max(0, min(spans[0][0] - min(_BEFORE, most // 4), len(text) - most))
    end = min(len(text), start + most)
    marked, at = Text("…" if start else ""), start
    for first, last in spans:
        first, last = max(first, at), min(last, end)
        if first < last:
            marked.append(shown(text[at:first]))
            marked.append(shown(text[first:last]), style=CUE)
            at = last
    marked.append(shown(text[at:end]))
    return marked.append("…") if end < len(text) else marked


def row_columns(rows: Iterable[Row], answers: Sequence[str] | None = None) -> dict[str, list[Any]]:
    """Return rows as columns for a file, by name: ``row``, ``where``, ``text``, ``gold``, ``label_model``, ``votes``.

    Votes are a list of LF and label each, cues a list of start and end, in characters.
    """
    rows = list(rows)
    return {
        "row": [row.row for row in rows],
        "where": [row.where for row in rows],
        "text": [row.text for row in rows],
        "gold": [row.gold for row in rows],
        **({} if answers is None else {"label_model": list(answers)}),
        "votes": [[{"lf": lf, "label": label} for lf, label in row.votes] for row in rows],
        "cues": [[list(span) for span in row.spans] for row in rows],
    }


def flat_columns(columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Return the same with every cell a number or a string, as CSV takes them: votes as JSON, cues left out."""
    flat = {name: values for name, values in columns.items() if name != "cues"}
    said = [json.dumps({vote["lf"]: vote["label"] for vote in votes}, ensure_ascii=False) for votes in columns["votes"]]
    return flat | {"votes": said}


def _said(row: Row) -> Text:
    said = Text()
    for i, (lf, label) in enumerate(row.votes):
        right = row.gold is None or label == row.gold
        said.append(f"{chr(10) if i else ''}{shown(lf)} ")
        said.append(shown(label), style="cyan" if right else "red")
    return said if row.votes else Text("(no vote)", style="dim")
