"""Python-function LFs in several processes, rows and faults as in one; and what a forked process can do.

Each task is a run of rows in order, and answers come back in the order of the tasks. Functions travel by value, so
lambdas and functions of a notebook work.
"""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np

from labelfns.engine.calling import Answer, call
from labelfns.engine.fields import RowNumbers
from labelfns.engine.options import ApplyOptions
from labelfns.engine.vote_parser import Column, Strength, VoteParser
from labelfns.errors import LFError, raise_all, some
from labelfns.lfs.base import LabelingFunction
from labelfns.votes import Fault

_TASKS_PER_WORKER = 4
_polars = {"runs_before_fork": False, "is_stuck": False}


def call_in_processes(
    lfs: Sequence[LabelingFunction],
    texts: Sequence[str],
    parser: VoteParser,
    options: ApplyOptions,
    numbers: RowNumbers,
) -> Iterator[tuple[Column, list[Fault], Strength | None]]:
    """Call LFs on every text in several processes.

    Parameters
    ----------
    lfs
        The LFs; what they refer to must be picklable.
    texts
        The n texts.
    parser
        How votes are read.
    options
        How failures are treated, and the number of processes.
    numbers
        The numbers of the rows, [n], for faults and messages.

    Yields
    ------
    tuple
        For each LF the votes, int8 [n], its faults, at most one per task, and the strengths of a soft one's votes.

    Raises
    ------
    LFError
        If an LF cannot be sent to another process or ends it, returns what is no vote, or raises and the options say
        ``"raise"``.
    """
    from joblib import Parallel, delayed

    size = max(1, -(-len(texts) // (options.workers * _TASKS_PER_WORKER)))
    tasks = [
        delayed(_call_all)(
            tuple(lfs), list(texts[start : start + size]), parser, options, numbers.take(slice(start, start + size))
        )
        for start in range(0, len(texts), size)
    ]
    names = some([lf.name for lf in lfs])
    try:
        results = Parallel(n_jobs=options.workers, backend="loky")(tasks)
    except Exception as error:
        if "pickle" in f"{type(error).__name__} {error}".lower():
            what = f"one of {names} cannot be sent to another process ({error})"
            raise LFError(f"{what}; apply with workers=1") from error
        if not isinstance(error, BrokenProcessPool):
            raise
        raise LFError(
            f"a process that called {names} ended: one of these LFs ends or crashes the process it runs in, or takes "
            "more memory than there is. Apply with workers=1 to find the row"
        ) from error
    columns = list(zip(*results, strict=True))
    raise_all(LFError, [next(part for part in parts if isinstance(part, str)) for parts in columns if _failed(parts)])
    for parts in columns:
        strengths = [part.strength for part in parts if part.strength is not None]
        yield (
            np.concatenate([part.column for part in parts]),
            [part.fault for part in parts if part.fault],
            np.concatenate(strengths) if strengths else None,
        )


def forked_with_polars() -> bool:
    """Tell whether this process was forked from one where polars ran: it would wait forever for its threads."""
    return _polars["is_stuck"]


def _call_all(
    lfs: tuple[LabelingFunction, ...], texts: list[str], parser: VoteParser, options: ApplyOptions, numbers: RowNumbers
) -> list[Answer | str]:
    """Return votes and fault of each LF, or what is wrong with it."""
    answers: list[Answer | str] = []
    for lf in lfs:
        try:
            answers.append(call(lf, texts, parser, options, numbers))
        except LFError as error:
            answers.append(str(error))
    return answers


def _failed(parts: Sequence[Answer | str]) -> bool:
    return any(isinstance(part, str) for part in parts)


def _before_fork() -> None:
    _polars["runs_before_fork"] = "polars" in sys.modules and _polars_has_threads()


def _after_fork() -> None:
    _polars["is_stuck"] |= _polars["runs_before_fork"]


def _polars_has_threads() -> bool:
    """Tell whether polars has begun its threads; where the system does not say, it may have."""
    try:
        names = [file.read_text() for file in Path("/proc/self/task").glob("*/comm")]
    except OSError:
        names = []
    return not names or any(re.match(r"polars-\d", name) for name in names)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)
