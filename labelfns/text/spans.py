"""Spans, the places of a text: put together, and written over the text they belong to."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise

Span = tuple[int, int]
"""Start and end of a piece of a text, in characters, end exclusive."""


def merge(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order, those that share a character joined to one.

    Examples
    --------
    >>> merge([(5, 9), (0, 3), (7, 12), (12, 13)])
    [(0, 3), (5, 12), (12, 13)]
    """
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def outer(spans: Iterable[Span]) -> list[Span]:
    """Return spans in order without those that lie inside another.

    Examples
    --------
    >>> outer([(5, 9), (0, 3), (6, 8), (7, 12)])
    [(0, 3), (5, 9), (7, 12)]
    """
    kept: list[Span] = []
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if not kept or end > kept[-1][1]:
            kept.append((start, end))
    return kept


def outside(spans: Iterable[Span], holes: Sequence[Span]) -> list[Span]:
    """Return the spans that do not begin inside a hole, or hold it whole; holes are in order and do not overlap.

    Examples
    --------
    >>> outside([(0, 2), (4, 6), (5, 6), (4, 10), (9, 12)], [(4, 9)])
    [(0, 2), (4, 10), (9, 12)]
    """
    starts = [start for start, _ in holes]
    kept = []
    for start, end in spans:
        at = bisect_right(starts, start) - 1
        if at < 0 or start >= holes[at][1] or (start == holes[at][0] and end >= holes[at][1]):
            kept.append((start, end))
    return kept


def replace(text: str, spans: Iterable[Span], write: Callable[[str], str]) -> str:
    """Return the text with each span rewritten; one that begins inside an earlier one is passed over.

    Parameters
    ----------
    text
        The text.
    spans
        Ascending by start.
    write
        What to write in a span's place, from the characters there.

    Examples
    --------
    >>> replace("so #happy today", [(3, 9)], lambda piece: "[MASK]")
    'so [MASK] today'
    """
    pieces, at = [], 0
    for start, end in spans:
        if start >= at:
            pieces += [text[at:start], write(text[start:end])]
            at = end
    return "".join([*pieces, text[at:]])


def pieces(text: str, spans: Iterable[Span]) -> list[tuple[str, bool]]:
    """Return a text in pieces, and whether each is in a span.

    Parameters
    ----------
    text
        The text.
    spans
        Ascending by start, overlapping ones merged.

    Examples
    --------
    >>> pieces("so good", [(3, 7)])
    [('so ', False), ('good', True)]
    """
    edges = [0, *(edge for span in spans for edge in span), len(text)]
    found = [(text[start:end], i % 2 == 1) for i, (start, end) in enumerate(pairwise(edges))]
    return [(piece, inside) for piece, inside in found if piece]


def marked(text: str, spans: Iterable[Span]) -> str:
    """Return a text with its spans in double brackets.

    Examples
    --------
    >>> marked("so good", [(3, 7)])
    'so [[good]]'
    """
    return replace(text, spans, "[[{}]]".format)
