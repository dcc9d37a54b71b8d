"""One LF called on every text: the plain way, with faults kept and votes checked.

May import: numpy, `labelfns.errors`, `labelfns.guard`, `labelfns.lf`, `labelfns.votes`.
"""

import traceback
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from labelfns.batched import BatchLF, RowLF
from labelfns.errors import LFError, did_you_mean
from labelfns.guard import TimeLimitError, Watch
from labelfns.lf import ABSTAIN, FunctionLF, LabelingFunction
from labelfns.votes import Fault

if TYPE_CHECKING:
    import polars as pl

OnError = Literal["abstain", "raise"]
Column = npt.NDArray[np.int8]
Answer = tuple[Column, Fault | None]
_PATIENCE = 3


@dataclass(frozen=True)
class Rules:
    """How votes are read and what becomes of an LF that fails.

    Parameters
    ----------
    labels
        The k class names.
    on_error
        What an LF that raises does: ``"abstain"`` on that row, or ``"raise"``.
    time_limit
        Seconds that one search of a pattern may take.
    """

    labels: tuple[str, ...]
    on_error: OnError = "abstain"
    time_limit: float = 2.0

    def class_id(self, vote: object) -> int:
        """Return a vote's class id, or ABSTAIN. Nothing is cast: a bool or a float is no vote.

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
            known = ", ".join(self.labels)
            raise LFError(f"{vote!r}, which is not a label ({known}){did_you_mean(vote, self.labels)}")
        if isinstance(vote, int | np.integer) and not isinstance(vote, bool):
            if ABSTAIN <= vote < len(self.labels):
                return int(vote)
            raise LFError(f"{vote!r}, which is not in -1..{len(self.labels) - 1}")
        raise LFError(f"{vote!r} of type {type(vote).__name__}; a vote is a label's name, its id, None or ABSTAIN")

    def column(self, lf: LabelingFunction, votes: Sequence[object], rows: Sequence[Any], first: int = 0) -> Column:
        """Return votes as int8, [n].

        Raises
        ------
        LFError
            If one is no vote; the LF, the row and the value are named.
        """
        if set(map(type, votes)) <= {int, str, type(None)}:
            ids: dict[object, int] = {None: ABSTAIN, ABSTAIN: ABSTAIN}
            ids |= {c: c for c in range(len(self.labels))} | {name: c for c, name in enumerate(self.labels)}
            try:
                return np.fromiter(map(ids.__getitem__, votes), dtype=np.int8, count=len(votes))
            except KeyError:
                pass  # told row by row below
        column = np.full(len(votes), ABSTAIN, dtype=np.int8)
        for i, vote in enumerate(votes):
            try:
                column[i] = self.class_id(vote)
            except LFError as error:
                where = f"row {first + i} {error} (text {str(rows[i])[:80]!r})"
                raise LFError(f"LF {lf.name!r} returned on {where}") from None
        return column


def call(lf: LabelingFunction, rows: Sequence[Any], rules: Rules, *, first: int = 0, limited: bool = False) -> Answer:
    """Call an LF on every row.

    Parameters
    ----------
    lf
        The LF.
    rows
        The n texts, or whatever the LF takes.
    rules
        How votes are read and failures treated.
    first
        The number of the first row, for messages.
    limited
        Whether each call stands under the time limit. After three calls that ran into it the LF is given up: it
        abstains on the rest of `rows`, and all these rows are in the fault.

    Returns
    -------
    tuple
        The votes, int8 [n], and the fault where there is one.

    Raises
    ------
    LFError
        If a vote is no vote, or the LF raises and the rules say ``"raise"``.
    """
    function: Callable[[Any], object] = lf.function if isinstance(lf, FunctionLF | RowLF) else lf
    votes: list[object] = []
    failed: list[int] = []
    told: tuple[str, str] = ("", "")
    late = 0
    watch = Watch(rules.time_limit) if limited else None
    with watch or nullcontext():
        while len(votes) < len(rows):
            try:
                if watch is None:
                    votes.extend(map(function, rows[len(votes) :] if votes else rows))  # an exception keeps the votes
                else:
                    for i in range(len(votes), len(rows)):
                        watch.step = i
                        votes.append(function(rows[i]))
            except Exception as error:
                i = len(votes)
                if i == len(rows):  # the timer's last tick, after the last call
                    break
                line = f"{type(error).__name__}: {error}"
                if rules.on_error == "raise":
                    raise LFError(f"LF {lf.name!r} raised {line} on row {first + i}: {str(rows[i])[:80]!r}") from error
                told = told if failed else (line, traceback.format_exc())
                late += isinstance(error, TimeLimitError)
                lost = len(rows) - i if late >= _PATIENCE else 1
                failed += range(first + i, first + i + lost)
                votes += [None] * lost
    fault = Fault(lf.name, tuple(failed), *told) if failed else None
    return rules.column(lf, votes, rows, first), fault


def call_batch(lf: BatchLF, frame: "pl.DataFrame", rules: Rules) -> Answer:
    """Ask an LF for all rows at once; if it raises, it abstains on all of them.

    Raises
    ------
    LFError
        If it does not return one vote a row, or raises and the rules say ``"raise"``.
    """
    try:
        votes = lf.batch(frame)
    except LFError:
        raise
    except Exception as error:
        line = f"{type(error).__name__}: {error}"
        if rules.on_error == "raise":
            raise LFError(f"LF {lf.name!r} raised {line}") from error
        fault = Fault(lf.name, tuple(range(len(frame))), line, traceback.format_exc())
        return np.full(len(frame), ABSTAIN, dtype=np.int8), fault
    if len(votes) != len(frame):
        raise LFError(f"LF {lf.name!r} returned {len(votes)} votes for {len(frame)} rows")
    return rules.column(lf, votes, frame["text"].to_list()), None
