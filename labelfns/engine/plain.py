"""One LF called on every text: the plain way, with faults kept and votes checked."""

import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from math import isinf
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from labelfns.engine.searching import Searcher
from labelfns.engine.time_limit import TimeLimitError, Watch
from labelfns.errors import LFError, did_you_mean
from labelfns.lfs.base import ABSTAIN, FunctionLF, LabelingFunction
from labelfns.lfs.columns import BatchLF, RowLF
from labelfns.lfs.declared import PatternLF
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
        Seconds that one search of a pattern may take; infinite for no limit.
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

    def column(
        self, lf: LabelingFunction, votes: Sequence[object], rows: Sequence[Any], numbers: Sequence[int]
    ) -> Column:
        """Return votes as int8, [n]; `rows` and `numbers` as in `call`.

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
                where = f"row {numbers[i]} {error} (text {str(rows[i])[:80]!r})"
                raise LFError(f"LF {lf.name!r} returned on {where}") from None
        return column


def call(lf: LabelingFunction, rows: Sequence[Any], rules: Rules, *, numbers: Sequence[int]) -> Answer:
    """Call an LF on every row.

    Parameters
    ----------
    lf
        The LF.
    rows
        The n texts, or whatever the LF takes.
    rules
        How votes are read and failures treated.
    numbers
        The numbers of the rows, [n], for the fault and messages.

    Returns
    -------
    tuple
        The votes, int8 [n], and the fault where there is one. Each search of a pattern stands under the time limit;
        after three that ran into it the LF is given up: it abstains on the rest, and all these rows are in the fault.

    Raises
    ------
    LFError
        If a vote is no vote, or the LF raises and the rules say ``"raise"``.
    """
    votes: list[object] = []
    failed: list[int] = []
    told: tuple[str, str] = ("", "")
    late = 0
    with ExitStack() as stack:
        function, watch = _limited(lf, rules.time_limit, stack)
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
                if isinstance(error, LFError) and isinstance(lf, PatternLF):  # there is no way to end it here
                    raise LFError(f"LF {lf.name!r}: {error}") from error
                line = f"{type(error).__name__}: {error}"
                if rules.on_error == "raise":
                    raise LFError(f"LF {lf.name!r} raised {line} on row {numbers[i]}: {str(rows[i])[:80]!r}") from error
                told = told if failed else (line, traceback.format_exc())
                late += isinstance(error, TimeLimitError)
                lost = len(rows) - i if late >= _PATIENCE else 1
                failed += numbers[i : i + lost]
                votes += [None] * lost
    fault = Fault(lf.name, tuple(failed), *told) if failed else None
    return rules.column(lf, votes, rows, numbers), fault


def _limited(lf: LabelingFunction, seconds: float, stack: ExitStack) -> tuple[Callable[[Any], object], Watch | None]:
    """Return what to call, and for a pattern what keeps the time limit: a timer here, or a process in `re`'s place."""
    if not isinstance(lf, PatternLF) or isinf(seconds):
        return lf.function if isinstance(lf, FunctionLF | RowLF) else lf, None
    watch = stack.enter_context(Watch(seconds))
    return (lf, watch) if watch.active else (apart(lf, seconds, stack), None)


def apart(lf: PatternLF, seconds: float, stack: ExitStack) -> PatternLF:
    """Return an LF that does the same, its pattern searched in another process that ends with `stack`."""
    return replace(lf, pattern=stack.enter_context(Searcher(lf.pattern, seconds)))  # type: ignore[arg-type]


def call_batch(lf: BatchLF, frame: "pl.DataFrame", rules: Rules, *, numbers: Sequence[int]) -> Answer:
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
        fault = Fault(lf.name, tuple(numbers), line, traceback.format_exc())
        return np.full(len(frame), ABSTAIN, dtype=np.int8), fault
    if len(votes) != len(frame):
        raise LFError(f"LF {lf.name!r} returned {len(votes)} votes for {len(frame)} rows")
    return rules.column(lf, votes, frame["text"].to_list(), numbers), None
