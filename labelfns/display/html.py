"""Small HTML for notebooks: tables whose cells are text, no color that only a light or a dark page can have."""

import html
from collections.abc import Iterable, Mapping, Sequence

from labelfns.errors import number_of

from .names import printable, short
from .numbers import percent

MOST_ROWS = 20
"""Rows of a table that are shown."""
_LONGEST, _NAMES = 400, 12  # signs of a cell, names in one


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def name(text: object) -> Html:
    """Return a name as HTML: short, its direction its own."""
    return Html(f"<bdi>{_escaped(short(printable(str(text))))}</bdi>")


def names(texts: Sequence[str]) -> Html:
    """Return names as HTML, the first of many."""
    more = f" and {len(texts) - _NAMES:,} more" if len(texts) > _NAMES else ""
    return Html(", ".join(map(name, texts[:_NAMES])) + more)


def said(text: object) -> Html:
    """Return a text as HTML: control signs written out, cut where it is long."""
    return Html(_escaped(short(str(text), _LONGEST)))


def lines(made: Iterable[str]) -> Html:
    """Return lines of HTML, none of which is broken."""
    return Html("".join(f'<div style="white-space:nowrap">{line}</div>' for line in made))


def marked(pieces: Iterable[tuple[str, bool]]) -> Html:
    """Return a text in pieces, some of them marked."""
    style = "background:rgba(255,190,0,.35);color:inherit"
    parts = (
        f'<mark style="{style}">{_escaped(printable(piece))}</mark>' if is_marked else _escaped(printable(piece))
        for piece, is_marked in pieces
    )
    return Html(f'<span dir="auto" style="white-space:pre-wrap">{"".join(parts)}</span>')


def share(part: float) -> Html:
    """Return a share in [0, 1] in percent with a bar beside it, in the color of the text."""
    bar = f"display:inline-block;height:.6em;width:{80 * part:.1f}px;background:currentColor;opacity:.4"
    return Html(f'<span style="white-space:nowrap">{_escaped(percent(part))} <span style="{bar}"></span></span>')


def table(
    title: str, names: Sequence[str], rows: Sequence[Sequence[str]], *, left: Sequence[int] = (0,), more: str = "rows"
) -> Html:
    """Return a table of at most 20 rows, and a line that says how many more there are.

    Parameters
    ----------
    title
        What stands above it; nothing where empty.
    names
        The names of the columns.
    rows
        The cells: text, or `Html`.
    left
        The columns whose cells stand on the left.
    more
        What the rows are called.
    """
    sides = ["left" if column in left else "right" for column in range(len(names))]

    def line(kind: str, cells: Sequence[str]) -> str:
        return "".join(
            f'<{kind} style="text-align:{side}">{cell if isinstance(cell, Html) else said(cell)}</{kind}>'
            for cell, side in zip(cells, sides, strict=True)
        )

    head = f"<thead><tr>{line('th', names)}</tr></thead>" if any(names) else ""
    body = "".join(f"<tr>{line('td', row)}</tr>" for row in rows[:MOST_ROWS])
    above = f"<div><b>{said(title)}</b></div>" if title else ""
    left_out = len(rows) - MOST_ROWS
    below = f"<div>and {left_out:,} more {said(more)}</div>" if left_out > 0 else ""
    return Html(f"{above}<table>{head}<tbody>{body}</tbody></table>{below}")


def lf_html(lf: str, label: str, kind: str, about: str, expects: Mapping[str, str]) -> str:
    """Return an LF as HTML: what it is called, votes for, looks for, and must say of some texts."""
    rows = [("votes for", name(label)), (kind, said(about)), *((f"“{text}”", name(expects[text])) for text in expects)]
    return together([Html(f"<b>{name(lf)}</b>"), table("", ("", ""), rows, left=(0, 1), more="expected votes")])


def lfs_html(labels: Sequence[str], lfs: Sequence[tuple[str, str, str, str]]) -> str:
    """Return LFs as HTML, a row each: what it is called, votes for, its kind, what it looks for."""
    rows = [(name(lf), name(label), kind, about) for lf, label, kind, about in lfs]
    title = Html(f"<b>{number_of(len(lfs), 'LF')}</b>, labels {names(labels)}")
    return together([title, table("", ("LF", "votes for", "kind", "looks for"), rows, left=range(4), more="LFs")])


def paragraphs(lines: Iterable[str]) -> Html:
    """Return lines as paragraphs, empty ones left out."""
    return Html("".join(f"<div>{line if isinstance(line, Html) else said(line)}</div>" for line in lines if line))


def folded(title: str, inside: str) -> Html:
    """Return HTML that opens when its title is clicked."""
    return Html(f"<details><summary>{said(title)}</summary>{inside}</details>")


def together(parts: Iterable[str]) -> Html:
    """Return HTML after HTML, in one element."""
    return Html(f"<div>{''.join(parts)}</div>")


def _escaped(text: str) -> str:
    return html.escape(text)
