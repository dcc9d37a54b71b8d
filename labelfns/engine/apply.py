"""LFs applied to texts: which engine answers which LF, with a cache or without.

Declared LFs go to the compiled engine together, the others are called on every text.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from labelfns.checks import check_texts
from labelfns.engine.plain import Answer, OnError, Rules, call, call_batch
from labelfns.errors import InputError, LabelFnsWarning, LFError, raise_all
from labelfns.lfs.base import ABSTAIN, FunctionLF, LabelingFunction, SnorkelLF
from labelfns.lfs.columns import BatchLF, Fields, RowLF, frame_of
from labelfns.lfs.declared import DeclaredLF
from labelfns.progress import Progress
from labelfns.votes import Fault, Votes

if TYPE_CHECKING:
    from labelfns.engine.text_index import Pieces

Engine = Literal["compiled", "plain"]


@dataclass(frozen=True)
class Manner:
    """How LFs are applied; see `LFSet.apply`.

    Raises
    ------
    InputError
        If a setting is not right; all at once.
    """

    on_error: OnError = "abstain"
    engine: Engine = "compiled"
    time_limit: float = 2.0
    workers: int = 1
    cache: str | Path | None = None

    def __post_init__(self) -> None:
        problems = []
        if self.on_error not in ("abstain", "raise"):
            problems.append(f'on_error must be "abstain" or "raise"; got {self.on_error!r}')
        if self.engine not in ("compiled", "plain"):
            problems.append(f'engine must be "compiled" or "plain"; got {self.engine!r}')
        if not self.time_limit > 0:
            problems.append(f"time_limit must be more than 0 seconds; got {self.time_limit!r}")
        if type(self.workers) is not int or self.workers < 1:
            problems.append(f"workers must be a whole number of at least 1; got {self.workers!r}")
        raise_all(InputError, problems)


def vote(
    lfs: Sequence[LabelingFunction],
    labels: tuple[str, ...],
    texts: Sequence[str],
    manner: Manner,
    progress: Progress,
    *,
    fields: Fields | None = None,
    first: int = 0,
) -> Votes:
    """Let LFs vote on texts.

    Parameters
    ----------
    lfs
        The m LFs.
    labels
        The k class names.
    texts
        The n texts, not yet checked.
    manner
        How; a cache is not used with fields.
    progress
        Called after each LF, the declared ones together.
    fields
        Other fields of the rows, [n] values each.
    first
        The number of the first row, for faults and messages.

    Returns
    -------
    Votes
        Matrix [n, m].

    Raises
    ------
    InputError, LFError
        As in `LFSet.apply`.
    """
    work = _Work(labels, manner, progress, first)
    if manner.cache is None or fields is not None:
        return work.run(lfs, check_texts(texts, first), fields)
    return work.with_cache(lfs, texts, manner.cache)


def warn_of(faults: Sequence[Fault]) -> None:
    """Warn, once for all of them, of LFs that raised."""
    if faults:
        told = "; ".join(map(str, faults))
        warnings.warn(
            f"{len(faults)} of the LFs raised: {told}. The tracebacks are in .faults; mend the LFs, or stop at the "
            'first with on_error="raise"',
            LabelFnsWarning,
            stacklevel=3,
        )


@dataclass(frozen=True)
class _Work:
    labels: tuple[str, ...]
    manner: Manner
    progress: Progress
    first: int

    def run(
        self,
        lfs: Sequence[LabelingFunction],
        texts: list[str],
        fields: Fields | None = None,
        known: "dict[int, Pieces] | None" = None,
    ) -> Votes:
        """Let the LFs vote on checked texts; `known` as in `Compiled`."""
        rules = Rules(self.labels, self.manner.on_error, self.manner.time_limit)
        names = [lf.name for lf in lfs]
        matrix = np.full((len(texts), len(lfs)), ABSTAIN, dtype=np.int8)
        faults: list[Fault] = []
        problems: list[str] = []
        declared = [j for j, lf in enumerate(lfs) if isinstance(lf, DeclaredLF) and self.manner.engine == "compiled"]
        if declared:
            from labelfns.engine.compiled import ROWS, Compiled

            compiled = Compiled([lfs[j] for j in declared], rules, known, self.first)  # type: ignore[misc]
            for start in range(0, len(texts), ROWS):
                block = texts[start : start + ROWS]
                part = matrix[start : start + len(block)]
                if len(declared) == len(lfs):
                    faults += compiled.apply(block, part, start)
                else:
                    votes = part[:, declared]
                    faults += compiled.apply(block, votes, start)
                    part[:, declared] = votes
                self.progress("applying LFs", len(declared) * (start + len(block)) // len(texts), len(lfs))
        done = len(declared)
        others = [j for j in range(len(lfs)) if j not in set(declared)]
        if self.manner.workers > 1:
            from labelfns.engine.processes import call_in_processes

            apart = [j for j in others if isinstance(lfs[j], FunctionLF | SnorkelLF)]
            sent = [lfs[j] for j in apart]
            answers = call_in_processes(sent, texts, rules, self.manner.workers, self.first) if apart else []
            for j, (column, found) in zip(apart, answers, strict=True):
                matrix[:, j] = column
                faults += found
            others = [j for j in others if j not in set(apart)]
            done += len(apart)
            self.progress("applying LFs", done, len(lfs))
        for j in others:
            try:
                matrix[:, j], fault = self._column(lfs[j], texts, fields, rules)
                faults += [fault] if fault else []
            except LFError as error:
                problems.append(str(error))
            done += 1
            self.progress("applying LFs", done, len(lfs))
        raise_all(LFError, problems)
        matrix.flags.writeable = False
        faults.sort(key=lambda fault: names.index(fault.lf))
        return Votes(matrix, labels=self.labels, lf_names=tuple(names), faults=one_each(faults))

    def with_cache(self, lfs: Sequence[LabelingFunction], texts: Sequence[str], folder: str | Path) -> Votes:
        """Run the LFs whose columns are not in the folder, and put theirs there."""
        from labelfns.engine.cache import Cache, seen

        known = seen(texts, self.first)
        cache = Cache.of(folder, known, self.labels)
        matrix = np.full((len(known.texts), len(lfs)), ABSTAIN, dtype=np.int8)
        missing: list[int] = []
        for j, lf in enumerate(lfs):
            cells = cache.read(lf, len(self.labels))
            if cells is None:
                missing.append(j)
            else:
                rows, votes = cells
                matrix[rows, j] = votes
        faults: tuple[Fault, ...] = ()
        if missing:
            part = [lfs[j] for j in missing]
            fresh = self.run(part, known.texts, known=known.known)
            matrix[:, missing] = fresh.matrix
            faults = fresh.faults
            faulty = {fault.lf for fault in faults}
            for column, lf in zip(fresh.matrix.T, part, strict=True):
                if lf.name not in faulty:
                    cache.write(lf, column)
        matrix.flags.writeable = False
        return Votes(matrix, labels=self.labels, lf_names=tuple(lf.name for lf in lfs), faults=faults)

    def _column(self, lf: LabelingFunction, texts: Sequence[str], fields: Fields | None, rules: Rules) -> Answer:
        numbers = range(self.first, self.first + len(texts))
        if isinstance(lf, BatchLF):
            return call_batch(lf, frame_of(texts, fields), rules, numbers=numbers)
        rows = frame_of(texts, fields).to_dicts() if isinstance(lf, RowLF) else texts
        return call(lf, rows, rules, numbers=numbers)


def one_each(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Put the faults of each LF together; blocks of rows report theirs apart."""
    merged: dict[str, Fault] = {}
    for fault in faults:
        known = merged.get(fault.lf)
        merged[fault.lf] = Fault(fault.lf, known.rows + fault.rows, known.error, known.traceback) if known else fault
    return tuple(merged.values())
