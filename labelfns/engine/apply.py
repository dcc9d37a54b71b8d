"""LFs applied to texts: which engine answers which LF, with a cache or without, and where they fired."""

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np
import numpy.typing as npt

from labelfns.engine.calling import Answer, call, call_batch
from labelfns.engine.fields import RowNumbers, Rows
from labelfns.engine.options import ApplyOptions, can_compile
from labelfns.engine.processes import call_in_processes, forked_with_polars
from labelfns.engine.time_limit import TimeLimitError, limited
from labelfns.engine.vote_parser import Column, Strength, VoteParser
from labelfns.errors import LabelFnsWarning, LFError, number_of, raise_all
from labelfns.lfs.base import ABSTAIN, FunctionLF, LabelingFunction, SnorkelLF
from labelfns.lfs.columns import BatchLF, RowLF, TextsLF
from labelfns.progress import Progress, silent
from labelfns.text.spans import Span, merge
from labelfns.votes import Fault, Votes

if TYPE_CHECKING:
    from labelfns.engine.compiled import CompiledLFs
    from labelfns.engine.text_index import TextIndex

Matrix = npt.NDArray[np.int8]


class Part(NamedTuple):
    """The votes of some LFs on some rows.

    Parameters
    ----------
    rows
        The rows, n of them.
    columns
        The LFs, m of them.
    votes
        The votes, int8 [n, m].
    faults
        What went wrong.
    strength
        How much of a vote each is, [n, m]; None where all are whole.
    """

    rows: slice
    columns: Sequence[int]
    votes: Matrix
    faults: Sequence[Fault]
    strength: Strength | None = None


@dataclass(frozen=True)
class _Cells:
    """The votes that are there so far: int8 [n, m], and where an LF is soft how much of a vote each is, [n, m]."""

    matrix: Matrix
    strength: Strength | None

    @classmethod
    def empty(cls, rows: int, lfs: Sequence[LabelingFunction]) -> "_Cells":
        shape = rows, len(lfs)
        strength = np.ones(shape, dtype=np.float32) if any(lf.soft for lf in lfs) else None
        return cls(np.full(shape, ABSTAIN, dtype=np.int8), strength)

    def put(self, part: Part) -> None:
        where = part.rows if len(part.columns) == self.matrix.shape[1] else (part.rows, part.columns)
        self.matrix[where] = part.votes
        if self.strength is not None and part.strength is not None:
            self.strength[where] = part.strength


@dataclass(frozen=True)
class LFApplier:
    """LFs over a label space, ready for any number of texts; the declared ones are compiled once.

    Parameters
    ----------
    labels
        The k class names.
    lfs
        The m LFs.
    """

    labels: tuple[str, ...]
    lfs: tuple[LabelingFunction, ...]

    def apply(
        self,
        texts: Sequence[str],
        options: ApplyOptions,
        *,
        fields: object = None,
        numbers: RowNumbers | None = None,
        cues: bool = False,
        progress: Progress = silent,
        index: "dict[int, TextIndex] | None" = None,
    ) -> Votes:
        """Let the LFs vote on texts.

        Parameters
        ----------
        texts
            The n texts, checked.
        options
            How they are applied.
        fields
            Other fields of the rows, as in `LFSet.apply`.
        numbers
            The numbers of the rows, for faults and messages; by default their positions.
        cues
            Whether the votes get their cues.
        progress
            Called after each LF, the declared ones together.
        index
            What `index_of` gives of these texts, kept by who asks of them again and again; not used with a cache, which
            has its own.

        Returns
        -------
        Votes
            Matrix [n, m].

        Raises
        ------
        InputError, LFError
            As in `LFSet.apply`.
        """
        rows = Rows.of(texts, fields, numbers)
        cells = _Cells.empty(len(rows), self.lfs)
        if options.cache is None:
            faults = self._run(range(len(self.lfs)), rows, cells, options, progress, index)
        else:
            faults = self._run_with_cache(options.cache, rows, cells, options, progress)
        places = self._cues(rows, cells.matrix, options) if cues else None
        cells.matrix.flags.writeable = False
        names = tuple(lf.name for lf in self.lfs)
        return Votes(
            cells.matrix, labels=self.labels, lf_names=names, faults=faults, cues=places, strength=cells.strength
        )

    def cues(self, texts: Sequence[str], options: ApplyOptions) -> list[list[Span]]:
        """Return for each of n texts where LFs fired, without asking those that cannot tell."""
        rows = Rows.of(texts, None)
        cells = _Cells.empty(len(rows), self.lfs)
        self._run([j for j, lf in enumerate(self.lfs) if tells_where(lf)], rows, cells, options, silent)
        return self._cues(rows, cells.matrix, options)

    @cached_property
    def parser(self) -> VoteParser:
        """How votes are read."""
        return VoteParser(self.labels)

    def _run(
        self,
        columns: Sequence[int],
        rows: Rows,
        cells: _Cells,
        options: ApplyOptions,
        progress: Progress,
        index: "dict[int, TextIndex] | None" = None,
    ) -> tuple[Fault, ...]:
        """Write the votes of some LFs into `cells`; return their faults."""
        compiled, apart, others = self._divided(columns, options)
        faults: list[Fault] = []
        done, total = 0, max(1, len(rows))
        for parts in (
            self._compiled(compiled, rows, options, index),
            self._in_processes(apart, rows, options),
            self._one_by_one(others, rows, options, progress),
        ):
            for part in parts:
                cells.put(part)
                faults += part.faults
                done += part.votes.size
                progress("applying LFs", done // total, len(columns))
        order = {lf.name: j for j, lf in enumerate(self.lfs)}
        return merge_faults(sorted(faults, key=lambda fault: order[fault.lf]))

    def _divided(self, columns: Sequence[int], options: ApplyOptions) -> tuple[list[int], list[int], list[int]]:
        """Return the LFs for the compiled engine, for other processes, and those that are called one by one."""
        usable = options.engine == "compiled" and not _polars_is_stuck()
        compiled = set(self._declared if usable else ()).intersection(columns)
        apart = {j for j in columns if options.workers > 1 and isinstance(self.lfs[j], FunctionLF | SnorkelLF)}
        return sorted(compiled), sorted(apart), [j for j in columns if j not in compiled | apart]

    def _compiled(
        self, columns: list[int], rows: Rows, options: ApplyOptions, index: "dict[int, TextIndex] | None"
    ) -> Iterator[Part]:
        if not columns:
            return
        from labelfns.engine.compiled import ROWS

        engine = self._compiled_lfs(tuple(columns))
        for start in range(0, len(rows), ROWS):
            block = slice(start, start + ROWS)
            texts = rows.texts[block]
            votes, faults = engine.votes_of(texts, start, options, rows.numbers.take(block), index)
            yield Part(slice(start, start + len(texts)), columns, votes, faults)

    def _compiled_lfs(self, columns: tuple[int, ...]) -> "CompiledLFs":
        """Return LFs compiled: all declared ones once; a part of them, as with a cache, whenever it is needed."""
        if columns == self._declared:
            return self._all_compiled
        from labelfns.engine.compiled import CompiledLFs

        return CompiledLFs([self.lfs[j] for j in columns], self.parser)  # type: ignore[misc]

    @cached_property
    def _declared(self) -> tuple[int, ...]:
        return tuple(j for j, lf in enumerate(self.lfs) if can_compile(lf))

    @cached_property
    def _all_compiled(self) -> "CompiledLFs":
        from labelfns.engine.compiled import CompiledLFs

        return CompiledLFs([self.lfs[j] for j in self._declared], self.parser)  # type: ignore[misc]

    def _in_processes(self, columns: list[int], rows: Rows, options: ApplyOptions) -> Iterator[Part]:
        if columns:
            lfs = [self.lfs[j] for j in columns]
            answers = call_in_processes(lfs, rows.texts, self.parser, options, rows.numbers)
            for j, (column, faults, strength) in zip(columns, answers, strict=True):
                yield _part(j, column, faults, strength)

    def _one_by_one(self, columns: list[int], rows: Rows, options: ApplyOptions, progress: Progress) -> Iterator[Part]:
        problems: list[str] = []
        for j in columns:
            try:
                column, fault, strength = self._answer(self.lfs[j], rows, options, progress)
                yield _part(j, column, [fault] if fault else [], strength)
            except LFError as error:
                problems.append(str(error))
        raise_all(LFError, problems)

    def _answer(self, lf: LabelingFunction, rows: Rows, options: ApplyOptions, progress: Progress) -> Answer:
        if isinstance(lf, TextsLF):
            return call_batch(lf, rows.texts, rows.texts, self.parser, options, rows.numbers, progress)
        if isinstance(lf, BatchLF):
            if forked_with_polars():
                raise LFError(f"LF {lf.name!r} needs polars, {_STUCK}")
            return call_batch(lf, rows.as_frame, rows.texts, self.parser, options, rows.numbers)
        return call(lf, rows.as_dicts if isinstance(lf, RowLF) else rows.texts, self.parser, options, rows.numbers)

    def _run_with_cache(
        self, folder: str | Path, rows: Rows, cells: _Cells, options: ApplyOptions, progress: Progress
    ) -> tuple[Fault, ...]:
        """Run the LFs whose columns are not in the folder, and put theirs there."""
        from labelfns.engine.cache import Cache, remember

        remembered = remember(rows.texts)
        cache = Cache.of(folder, remembered, self.labels)
        paths = [cache.path(lf) for lf in self.lfs]
        missing = []
        for j, path in enumerate(paths):
            kept = cache.read(path, len(self.labels), soft=self.lfs[j].soft)
            if kept is None:
                missing.append(j)
                continue
            cells.matrix[kept.rows, j] = kept.votes
            if cells.strength is not None and kept.strength is not None:
                cells.strength[kept.rows, j] = kept.strength
        faults = self._run(missing, rows, cells, options, progress, remembered.index) if missing else ()
        faulty = {fault.lf for fault in faults}
        for j in missing:
            path = paths[j]
            if path is not None and self.lfs[j].name not in faulty and cache.path(self.lfs[j]) == path:
                strength = cells.strength[:, j] if cells.strength is not None and self.lfs[j].soft else None
                cache.write(path, cells.matrix[:, j], strength)
        return faults

    def _cues(self, rows: Rows, matrix: Matrix, options: ApplyOptions) -> list[list[Span]]:
        return list(CuesWhenAsked(self.lfs, rows.texts, matrix, options, rows.numbers))


class CuesWhenAsked(Sequence[list[Span]]):
    """For each of n texts where its LFs fired, found when that is asked.

    An LF that cannot tell is not asked, and a search that would take too long adds nothing.

    Parameters
    ----------
    lfs
        The m LFs.
    texts
        The n texts.
    matrix
        Their votes, [n, m].
    options
        How long a search may take.
    numbers
        The numbers of the rows, for messages; by default their positions.
    """

    def __init__(
        self,
        lfs: Sequence[LabelingFunction],
        texts: Sequence[str],
        matrix: Matrix,
        options: ApplyOptions,
        numbers: RowNumbers | None = None,
    ) -> None:
        self._columns = [j for j, lf in enumerate(lfs) if tells_where(lf)]
        self._lfs: list[Any] = [limited(lfs[j], options.time_limit) for j in self._columns]
        self._texts, self._matrix = texts, matrix
        self._numbers = RowNumbers(np.arange(len(texts))) if numbers is None else numbers

    def __len__(self) -> int:
        return len(self._texts)

    @overload
    def __getitem__(self, index: int) -> list[Span]: ...
    @overload
    def __getitem__(self, index: slice) -> list[list[Span]]: ...
    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return [self[i] for i in range(len(self))[index]]
        return self._between(index, index + 1)[0]

    def __iter__(self) -> Iterator[list[Span]]:
        return iter(self._between(0, len(self)))

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)

    def _between(self, start: int, stop: int) -> list[list[Span]]:
        places: list[list[Span]] = [[] for _ in range(start, stop)]
        for i, c in np.argwhere(self._matrix[start:stop][:, self._columns] != ABSTAIN).tolist():
            lf = self._lfs[c]
            try:
                places[i] += lf.spans(self._texts[start + i])
            except TimeLimitError:  # a pattern that matches early and then backtracks
                continue
            except Exception as error:
                what = f"{type(error).__name__}: {error} when asked where it fires on {self._numbers.where(start + i)}"
                raise LFError(f"LF {lf.name!r} raised {what}") from error
        return [merge(spans) for spans in places]


_STUCK = (
    "whose threads this process does not have: it was forked from one where polars ran. Start processes with "
    '"spawn" or "forkserver" in place of "fork"'
)


def tells_where(lf: LabelingFunction) -> bool:
    """Tell whether an LF can say where in a text it fires."""
    return type(lf).spans is not LabelingFunction.spans


def warn_of(faults: Sequence[Fault]) -> None:
    """Warn, once for all of them, of LFs that raised."""
    if faults:
        what = f"{number_of(len(faults), 'LF')} raised: {'; '.join(map(str, faults))}."
        advice = 'The tracebacks are in .faults; fix the LFs, or stop at the first with on_error="raise"'
        warnings.warn(LabelFnsWarning(what, advice), stacklevel=3)


def merge_faults(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Put the faults of each LF together; blocks of rows report theirs apart."""
    merged: dict[str, Fault] = {}
    for fault in faults:
        first = merged.get(fault.lf)
        merged[fault.lf] = first.followed_by(fault) if first else fault
    return tuple(merged.values())


def _part(j: int, column: Column, faults: Sequence[Fault], strength: Strength | None) -> Part:
    return Part(slice(0, len(column)), [j], column[:, None], faults, None if strength is None else strength[:, None])


def _polars_is_stuck() -> bool:
    if forked_with_polars():
        warnings.warn(
            f"declared LFs are called one by one, which is slow: the compiled engine needs polars, {_STUCK}",
            LabelFnsWarning,
            stacklevel=2,
        )
    return forked_with_polars()
