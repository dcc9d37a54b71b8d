"""`LFSet`: labels and the LFs that vote for them, applied to texts together.

Declared LFs go to the compiled engine together, the others are called on every text. May import: numpy and this
room; polars when LFs are applied.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from labelfns.batched import BatchLF, ColumnLF, Fields, RowLF, frame_of
from labelfns.declared import PatternLF
from labelfns.errors import InputError, LFError, raise_all, some
from labelfns.guard import TimeLimitError, Watch
from labelfns.lf import ABSTAIN, DeclaredLF, FunctionLF, LabelingFunction, SnorkelLF, as_lf
from labelfns.progress import Bar, Progress, silent
from labelfns.tokens import Span
from labelfns.votes import Fault, Votes, check_labels
from labelfns.voting import Answer, Rules, call, call_batch
from labelfns.voting import OnError as OnError

if TYPE_CHECKING:
    from labelfns.pieces import Pieces

Engine = Literal["compiled", "plain"]
_SPAN_LIMIT = 2.0


@dataclass(frozen=True, init=False)
class LFSet:
    """The label space and the LFs over it.

    Parameters
    ----------
    labels
        The k class names; class ids are their positions.
    lfs
        At least one LF, with unique names: what `labeling_function` and the builders return, or Snorkel's own
        `LabelingFunction` objects.

    Raises
    ------
    InputError
        If the labels are not right.
    LFError
        If an entry is not an LF, two share a name, or one votes for an unknown label; all at once.

    Examples
    --------
    >>> from labelfns import hashtags, keywords
    >>> lfs = LFSet(["negative", "positive"], [hashtags("positive", ["happy"]), keywords("negative", ["awful"])])
    >>> lfs.apply(["so #happy", "awful queue", "the 8:15"]).matrix.tolist()
    [[1, -1], [-1, 0], [-1, -1]]
    """

    labels: tuple[str, ...]
    lfs: tuple[LabelingFunction, ...]

    def __init__(self, labels: Sequence[str], lfs: Iterable[object]) -> None:
        object.__setattr__(self, "labels", check_labels(labels))
        adapted: list[LabelingFunction] = []
        problems: list[str] = []
        for lf in lfs:
            try:
                adapted.append(as_lf(lf))
            except LFError as error:
                problems.append(str(error))
        names = [lf.name for lf in adapted]
        rules = Rules(self.labels)
        duplicates = sorted({name for name in names if names.count(name) > 1})
        problems += [f"{names.count(name)} LFs are named {name!r}; give each its own name=..." for name in duplicates]
        for lf in adapted:
            if isinstance(lf, DeclaredLF | ColumnLF):
                try:
                    rules.class_id(lf.label)
                except LFError as error:
                    problems.append(f"LF {lf.name!r} votes for {error}")
        if not adapted and not problems:
            problems.append("there is no LF; give at least one")
        raise_all(LFError, problems)
        object.__setattr__(self, "lfs", tuple(adapted))

    def __len__(self) -> int:
        return len(self.lfs)

    def __iter__(self) -> Iterator[LabelingFunction]:
        return iter(self.lfs)

    @property
    def names(self) -> tuple[str, ...]:
        """The LFs' names, in order."""
        return tuple(lf.name for lf in self.lfs)

    def apply(
        self,
        texts: Sequence[str],
        *,
        on_error: OnError = "abstain",
        engine: Engine = "compiled",
        time_limit: float = 2.0,
        workers: int = 1,
        fields: Fields | None = None,
        cache: str | Path | None = None,
        progress: Progress | None = None,
    ) -> Votes:
        """Let every LF vote on every text.

        Parameters
        ----------
        texts
            The n texts: non-empty strings.
        on_error
            What an LF that raises does: ``"abstain"`` on that row, kept as a `Fault`; or ``"raise"``.
        engine
            ``"compiled"`` answers all declared LFs in one pass, ``"plain"`` calls every LF on every text. The votes
            are the same.
        time_limit
            Seconds that one search of a backtracking pattern may take on one row; one that takes longer is a
            `Fault`, and after three the LF is given up. It holds in a main thread on Unix, see `labelfns.guard`.
        workers
            In how many processes Python-function LFs are called, at least 1; the others need none.
        fields
            Other fields of the rows, by name, [n] values each; for `row_function` and `column`.
        cache
            A folder where columns are kept: an LF that is there for these very texts does not run again. See
            `labelfns.cache` for when one is believed; with `fields` nothing is kept.
        progress
            Called after each LF, the declared ones together; by default a bar is shown if it takes over a second.

        Returns
        -------
        Votes
            Matrix [n, m], rows and columns in the order given.

        Raises
        ------
        InputError
            If a text is empty or not a string; the rows are named.
        LFError
            If an LF returns something that is not a vote, or raises and `on_error` is ``"raise"``.
        """
        if on_error not in ("abstain", "raise"):
            raise InputError(f'on_error must be "abstain" or "raise"; got {on_error!r}')
        if engine not in ("compiled", "plain"):
            raise InputError(f'engine must be "compiled" or "plain"; got {engine!r}')
        if not time_limit > 0:
            raise InputError(f"time_limit must be more than 0 seconds; got {time_limit!r}")
        if type(workers) is not int or workers < 1:
            raise InputError(f"workers must be a whole number of at least 1; got {workers!r}")
        rules, progress = Rules(self.labels, on_error, time_limit), progress or Bar()
        if cache is None or fields is not None:
            return self._vote(check_texts(texts), rules, engine, workers, fields, progress)
        return self._with_cache(texts, cache, rules, engine, workers, progress)

    def _vote(
        self,
        texts: list[str],
        rules: Rules,
        engine: Engine,
        workers: int,
        fields: Fields | None,
        progress: Progress,
        known: "dict[int, Pieces] | None" = None,
    ) -> Votes:
        matrix = np.full((len(texts), len(self.lfs)), ABSTAIN, dtype=np.int8)
        faults: list[Fault] = []
        problems: list[str] = []
        declared = [j for j, lf in enumerate(self.lfs) if isinstance(lf, DeclaredLF) and engine == "compiled"]
        if declared:
            from labelfns.compiled import ROWS, Compiled

            compiled = Compiled([self.lfs[j] for j in declared], rules, known)  # type: ignore[misc]
            for start in range(0, len(texts), ROWS):
                block = texts[start : start + ROWS]
                votes = matrix[start : start + len(block)]
                if len(declared) == len(self.lfs):
                    faults += compiled.apply(block, votes, start)
                else:
                    part = votes[:, declared]
                    faults += compiled.apply(block, part, start)
                    votes[:, declared] = part
                progress("applying LFs", len(declared) * (start + len(block)) // len(texts), len(self.lfs))
        done = len(declared)
        others = [j for j in range(len(self.lfs)) if j not in set(declared)]
        if workers > 1:
            from labelfns.workers import call_in_processes

            apart = [j for j in others if isinstance(self.lfs[j], FunctionLF | SnorkelLF)]
            answers = call_in_processes([self.lfs[j] for j in apart], texts, rules, workers) if apart else []
            for j, (column, found) in zip(apart, answers, strict=True):
                matrix[:, j] = column
                faults += found
            others = [j for j in others if j not in set(apart)]
            done += len(apart)
            progress("applying LFs", done, len(self.lfs))
        for j in others:
            try:
                matrix[:, j], fault = _column(self.lfs[j], texts, fields, rules)
                faults += [fault] if fault else []
            except LFError as error:
                problems.append(str(error))
            done += 1
            progress("applying LFs", done, len(self.lfs))
        raise_all(LFError, problems)
        matrix.flags.writeable = False
        faults.sort(key=lambda fault: self.names.index(fault.lf))
        return Votes(matrix, labels=self.labels, lf_names=self.names, faults=one_each(faults))

    def _with_cache(
        self, texts: Sequence[str], folder: str | Path, rules: Rules, engine: Engine, workers: int, progress: Progress
    ) -> Votes:
        """Run the LFs whose columns are not in the folder, and put theirs there."""
        from labelfns.cache import Cache, seen

        known = seen(texts)
        cache = Cache.of(folder, known, self.labels)
        matrix = np.full((len(known.texts), len(self.lfs)), ABSTAIN, dtype=np.int8)
        missing: list[int] = []
        for j, lf in enumerate(self.lfs):
            cells = cache.read(lf, len(self.labels))
            if cells is None:
                missing.append(j)
            else:
                rows, votes = cells
                matrix[rows, j] = votes
        faults: tuple[Fault, ...] = ()
        if missing:
            part = LFSet(self.labels, [self.lfs[j] for j in missing])
            fresh = part._vote(known.texts, rules, engine, workers, None, progress, known.known)
            matrix[:, missing] = fresh.matrix
            faults = fresh.faults
            faulty = {fault.lf for fault in faults}
            for column, lf in zip(fresh.matrix.T, part.lfs, strict=True):
                if lf.name not in faulty:
                    cache.write(lf, column)
        matrix.flags.writeable = False
        return Votes(matrix, labels=self.labels, lf_names=self.names, faults=faults)

    def cues(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return for each text the pieces that made LFs fire, in order, overlapping ones merged.

        A Python-function LF cannot tell where it fired and adds nothing.
        """
        if not len(texts):
            return []
        texts = list(texts)
        fired = [lf for lf in self.lfs if isinstance(lf, DeclaredLF)]
        votes = LFSet(self.labels, fired).apply(texts, progress=silent).matrix if fired else None
        found: list[list[Span]] = [[] for _ in texts]
        with Watch(_SPAN_LIMIT) as watch:
            for i, j in np.argwhere(votes != ABSTAIN).tolist() if votes is not None else ():
                try:
                    watch.step = (i, j)
                    found[i] += fired[j].spans(texts[i])
                except TimeLimitError:  # a pattern that found something early, and then backtracks
                    continue
        others = [lf for lf in self.lfs if not isinstance(lf, DeclaredLF | FunctionLF)]
        for lf in others:
            for spans, text in zip(found, texts, strict=True):
                spans += lf.spans(text)
        return [_merge(spans) for spans in found]


def _column(lf: LabelingFunction, texts: Sequence[str], fields: Fields | None, rules: Rules) -> Answer:
    if isinstance(lf, BatchLF):
        return call_batch(lf, frame_of(texts, fields), rules)
    if isinstance(lf, RowLF):
        return call(lf, frame_of(texts, fields).to_dicts(), rules)
    return call(lf, texts, rules, limited=isinstance(lf, PatternLF))


def check_texts(texts: Sequence[str]) -> list[str]:
    """Return the texts as a list: a series of another library may count its rows by labels of its own.

    Raises
    ------
    InputError
        If there is no text, or some are null, blank or not strings; the rows are named, the first row is 0.
    """
    if isinstance(texts, str):
        raise InputError("texts must be a sequence of strings; got one string: put it in a list")
    if hasattr(texts, "columns") or isinstance(texts, Mapping):
        raise InputError(f"texts must be a sequence of strings; got a {type(texts).__name__}: pass its column of texts")
    texts = list(texts)
    if not texts:
        raise InputError("there are no texts; expected at least one")
    if set(map(type, texts)) == {str} and all(map(str.strip, texts)):
        return texts
    null = [i for i, text in enumerate(texts) if text is None or (isinstance(text, float) and text != text)]
    nulls = set(null)  # NaN, a data frame's null, among them
    other = [i for i, text in enumerate(texts) if not isinstance(text, str) and i not in nulls]
    blank = [i for i, text in enumerate(texts) if isinstance(text, str) and not text.strip()]
    problems = []
    for rows, what in ((null, "is null"), (blank, "is empty"), (other, "is not a string")):
        if rows:
            problems.append(f"the text {what} in row {some(rows)} (the first row is 0); mend or remove these rows")
    raise_all(InputError, problems)
    return texts


def _merge(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def one_each(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """Put the faults of each LF together; blocks of rows report theirs apart."""
    merged: dict[str, Fault] = {}
    for fault in faults:
        known = merged.get(fault.lf)
        merged[fault.lf] = Fault(fault.lf, known.rows + fault.rows, known.error, known.traceback) if known else fault
    return tuple(merged.values())
