"""Python-function LFs in several processes, rows and faults as in one.

Each task is a run of rows in order, and answers come back in the order of the tasks. Functions travel by value, so
lambdas and functions of a notebook work.
"""

from collections.abc import Sequence

import numpy as np

from labelfns.engine.plain import Column, Rules, call
from labelfns.errors import LFError
from labelfns.lfs.base import LabelingFunction
from labelfns.votes import Fault

_TASKS_A_WORKER = 4
Answer = tuple[Column, Fault | None] | str
"""Votes and fault of an LF, or what is wrong with one of its votes."""


def call_in_processes(
    lfs: Sequence[LabelingFunction], texts: Sequence[str], rules: Rules, workers: int, first: int = 0
) -> list[tuple[Column, list[Fault]]]:
    """Call LFs on every text in several processes.

    Parameters
    ----------
    lfs
        The LFs; what they refer to must be picklable.
    texts
        The n texts.
    rules
        How votes are read and failures treated.
    workers
        The number of processes, at least 1.
    first
        The number of the first row, for faults and messages.

    Returns
    -------
    list
        For each LF the votes, int8 [n], and its faults, one a task at most.

    Raises
    ------
    LFError
        If an LF cannot be sent to another process, returns what is no vote, or raises and the rules say ``"raise"``.
    """
    from joblib import Parallel, delayed

    size = max(1, -(-len(texts) // (workers * _TASKS_A_WORKER)))
    starts = range(0, len(texts), size)
    tasks = [
        delayed(_call_all)(tuple(lfs), list(texts[start : start + size]), rules, first + start) for start in starts
    ]
    try:
        answers = Parallel(n_jobs=workers, backend="loky")(tasks)
    except Exception as error:
        if "pickle" not in f"{type(error).__name__} {error}".lower():
            raise
        names = ", ".join(lf.name for lf in lfs)
        raise LFError(f"one of {names} cannot be sent to another process ({error}); apply with workers=1") from error
    found = []
    for j in range(len(lfs)):
        mine = [answer[j] for answer in answers]
        for answer in mine:
            if isinstance(answer, str):
                raise LFError(answer)
        good = [answer for answer in mine if not isinstance(answer, str)]
        found.append((np.concatenate([column for column, _ in good]), [fault for _, fault in good if fault]))
    return found


def _call_all(lfs: tuple[LabelingFunction, ...], texts: list[str], rules: Rules, first: int) -> list[Answer]:
    answers: list[Answer] = []
    for lf in lfs:
        try:
            answers.append(call(lf, texts, rules, numbers=range(first, first + len(texts))))
        except LFError as error:
            answers.append(str(error))
    return answers
