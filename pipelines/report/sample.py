"""The rows that go into a page: a bounded number, each with its cues and with what every voter says of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from labelfns.engine.time_limit import limited
from labelfns.lfs.base import ABSTAIN, LabelingFunction
from labelfns.lfset import LFSet
from labelfns.models.arrays import decide
from labelfns.text.spans import Span
from labelfns.votes import Probs

from .evidence import SetRows

MOST_ROWS = 1_200
"""Rows in a page: with texts of `MOST_SIGNS` signs of four bytes each, half of the 5 MB that a page may have."""
MOST_SIGNS = 500
"""Signs of a text that are shown."""
_MOST_SPANS, _SECONDS = 40, 0.5  # places that are marked in a text, and how long an LF may search for its own


@dataclass
class Sample:
    """Rows that are in the page, each once.

    Parameters
    ----------
    labels
        The k label names.
    lfs
        The LFs, which say where they fire; None where they are not at hand.
    most
        How many rows there may be.
    """

    labels: Sequence[str]
    lfs: LFSet | None
    most: int = MOST_ROWS
    rows: list[dict[str, Any]] = field(default_factory=list)
    _places: dict[tuple[str, int], int] = field(default_factory=dict)
    _asked: dict[int, LabelingFunction | None] = field(default_factory=dict)

    def take(self, data: SetRows | None, rows: Iterable[int], n: int) -> list[int]:
        """Return the places in the page of at most n of a set's rows, from its beginning to its end.

        Rows beyond `most` are left out; a set without texts has none.
        """
        if data is None or data.texts is None:
            return []
        places = []
        for row in spread(rows, n):
            place = self._places.get((data.name, row))
            if place is None and len(self.rows) < self.most:
                place = self._places[data.name, row] = len(self.rows)
                self.rows.append(self._row(data, row))
            if place is not None:
                places.append(place)
        return places

    def _row(self, data: SetRows, row: int) -> dict[str, Any]:
        assert data.texts is not None
        says = [] if data.votes is None else _says(data.votes.matrix[row])
        gold = ABSTAIN if data.gold is None else int(data.gold[row])
        return {
            "set": data.name,
            "row": row,
            "parts": self._parts(data.texts[row], [lf for lf, _ in says]),
            "says": says,
            "gold": gold if gold >= 0 else None,
            "weak": _verdict(data.weak, row, covered=data.votes is None or bool(says)),
            "answer": _verdict(data.answers, row),
            "who": data.who,
        }

    def _parts(self, text: str, fired: Sequence[int]) -> list[list[Any]]:
        """Return a text in pieces, each with the LFs that fire there."""
        shown = text[:MOST_SIGNS]
        spans = [(int(start), int(end), lf) for lf in fired for start, end in self._spans(lf, text)][:_MOST_SPANS]
        edges = sorted(
            {0, len(shown), *(edge for start, end, _ in spans for edge in (start, end) if edge < len(shown))}
        )
        parts: list[list[Any]] = [
            [shown[a:b], sorted({lf for start, end, lf in spans if start <= a and b <= end})]
            for a, b in pairwise(edges)
        ]
        return [*parts, ["…", []]] if len(shown) < len(text) else parts

    def _spans(self, lf: int, text: str) -> list[Span]:
        """Return where an LF that voted fires; one that cannot tell, or once took too long, says nothing."""
        if lf not in self._asked:
            self._asked[lf] = None if self.lfs is None else limited(self.lfs.lfs[lf], _SECONDS)
        asked = self._asked[lf]
        try:
            return [] if asked is None else asked.spans(text)
        except Exception:  # of a search that took too long, or of the user's own code
            self._asked[lf] = None
            return []


def spread(rows: Iterable[int], n: int) -> list[int]:
    """Return at most n of some rows, evenly from the first to the last.

    Examples
    --------
    >>> spread(range(10), 3)
    [0, 4, 9]
    """
    known = rows if isinstance(rows, np.ndarray | Sequence) else list(rows)
    if len(known) <= n:
        return [int(row) for row in known]
    return [int(known[int(at)]) for at in np.linspace(0, len(known) - 1, n)]


def _says(votes: Any) -> list[tuple[int, int]]:
    return [(int(lf), int(votes[lf])) for lf in np.flatnonzero(votes != ABSTAIN)]


def _verdict(probs: Probs | None, row: int, *, covered: bool = True) -> list[float] | None:
    """Return the class id, -1 for a tie, and the confidence; None where nothing is said."""
    if probs is None or not covered:
        return None
    return [int(decide(probs[row : row + 1])[0]), round(float(probs[row].max()), 3)]
