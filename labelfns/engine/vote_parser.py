"""What an LF returns, read as class ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from labelfns.engine.fields import RowNumbers
from labelfns.errors import LFError, did_you_mean, shortened
from labelfns.lfs.base import ABSTAIN, LabelingFunction

Column = npt.NDArray[np.int8]
"""The votes of one LF, [n] in -1..k-1."""

Strength = npt.NDArray[np.float32]
"""How much of a vote each vote of one LF is, [n] in [0, 1]."""

_SHOWN = 80


@dataclass(frozen=True)
class VoteParser:
    """Reads votes: a label's name, its id, None or ABSTAIN. Nothing is cast: a bool or a float is no vote.

    Parameters
    ----------
    labels
        The k class names.
    """

    labels: tuple[str, ...]

    def class_id(self, vote: object) -> int:
        """Return a vote's class id, or ABSTAIN.

        Raises
        ------
        LFError
            If it is no vote.
        """
        if vote is None:
            return ABSTAIN
        if isinstance(vote, str):
            if vote in self.labels:
                return self.labels.index(vote)
            names = ", ".join(self.labels)
            raise LFError(f"{shown(vote)}, which is not a label ({names}){did_you_mean(vote[:_SHOWN], self.labels)}")
        if isinstance(vote, int | np.integer) and not isinstance(vote, bool):
            if ABSTAIN <= vote < len(self.labels):
                return int(vote)
            raise LFError(f"{shown(vote)}, which is not in -1..{len(self.labels) - 1}")
        hint = " (an LF with soft=True gives pairs of a vote and its strength)" if _is_pair(vote) else ""
        what = f"{shown(vote)} of type {type(vote).__name__}; a vote is a label's name, its id, None or ABSTAIN"
        raise LFError(f"{what}{hint}")

    def column(self, lf: LabelingFunction, votes: Sequence[object], rows: Sequence[Any], numbers: RowNumbers) -> Column:
        """Return votes as int8, [n].

        Parameters
        ----------
        lf
            The LF that gave them, for messages.
        votes
            The n votes.
        rows, numbers
            What it was given, [n], and the numbers of these rows, [n], for messages.

        Raises
        ------
        LFError
            If one is no vote; the LF, the row and the value are named.
        """
        if set(map(type, votes)) <= {int, str, type(None)}:
            try:
                return np.fromiter(map(self._ids.__getitem__, votes), dtype=np.int8, count=len(votes))
            except KeyError:
                pass  # named below
        column = np.full(len(votes), ABSTAIN, dtype=np.int8)
        for i, vote in enumerate(votes):
            try:
                column[i] = self.class_id(vote)
            except LFError as error:
                where = f"{numbers.where(i)}: {error} (text {shown_text(rows[i])})"
                raise LFError(f"LF {lf.name!r} returned on {where}") from None
        return column

    def strengths(
        self, lf: LabelingFunction, votes: Sequence[object], rows: Sequence[Any], numbers: RowNumbers
    ) -> Strength:
        """Return how much of a vote each of a soft LF's n votes is; 1 for one that comes without.

        Raises
        ------
        LFError
            If one is no number in [0, 1]; the LF, the row and the value are named.
        """
        given = [vote[1] if _is_pair(vote) else 1.0 for vote in votes]
        for i, value in enumerate(given):
            if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 <= value <= 1:
                where = f"{numbers.where(i)}: {shown(value)} (text {shown_text(rows[i])})"
                raise LFError(f"LF {lf.name!r} returned as the strength of its vote, a number in [0, 1], on {where}")
        return np.array(given, dtype=np.float32)

    @cached_property
    def _ids(self) -> dict[object, int]:
        ids: dict[object, int] = {None: ABSTAIN, ABSTAIN: ABSTAIN}
        return ids | {c: c for c in range(len(self.labels))} | {name: c for c, name in enumerate(self.labels)}


def without_strength(lf: LabelingFunction, vote: object) -> object:
    """Return what an LF votes for, without the strength that a soft one gives with it."""
    return vote[0] if lf.soft and _is_pair(vote) else vote


def _is_pair(vote: object) -> TypeGuard[tuple[object, Any]]:
    return isinstance(vote, tuple) and len(vote) == 2


def shown_text(row: object) -> str:
    """Return the beginning of the text of a row, as an LF gets it: the text itself, or all columns."""
    return shown(row["text"] if isinstance(row, dict) and "text" in row else row)


def shown(value: object) -> str:
    """Return the beginning of a value as Python writes it, whatever its own way of doing so does."""
    if isinstance(value, str):
        return repr(value[:_SHOWN]) + "..." * (len(value) > _SHOWN)
    try:
        text = repr(value)
    except Exception:
        text = object.__repr__(value)
    return shortened(text, _SHOWN)
