"""`LFSet`: labels and the LFs that vote for them, applied to texts together."""

from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any, overload

import numpy as np

from labelfns.checks import check_labels
from labelfns.engine.apply import CuesWhenAsked, LFApplier, merge_faults, warn_of
from labelfns.engine.fields import RowNumbers
from labelfns.engine.options import ApplyOptions, Engine, OnError
from labelfns.engine.vote_parser import VoteParser
from labelfns.errors import InputError, LFError, number_of, raise_all, some
from labelfns.frames.engines import Frame, engine_of
from labelfns.io.corpus import Texts
from labelfns.io.texts import as_texts
from labelfns.lfs.base import LabelingFunction, as_lf, declared_label
from labelfns.lfs.columns import reads_columns
from labelfns.lfs.load import read_lfs
from labelfns.lfs.module import lfs_of_module
from labelfns.lfs.python_file import real_path
from labelfns.progress import Bar, Progress, silent
from labelfns.text.spans import Span
from labelfns.votes import Fault, Votes


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

    Attributes
    ----------
    file
        The file that `from_file` read the LFs from, None otherwise.
    source
        What that file held then; later changes of the file are not changes of these LFs.

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
    file: Path | None = field(default=None, compare=False, repr=False)
    source: bytes | None = field(default=None, compare=False, repr=False)

    def __init__(self, labels: Sequence[str], lfs: Iterable[object]) -> None:
        object.__setattr__(self, "labels", check_labels(labels))
        if not isinstance(lfs, Iterable):
            raise LFError(f"the LFs of a set are a list; got {lfs!r}")
        adapted: list[LabelingFunction] = []
        problems: list[str] = []
        for lf in lfs:
            try:
                adapted.append(as_lf(lf))
            except LFError as error:
                problems.append(str(error))
        names = [lf.name for lf in adapted]
        parser = VoteParser(self.labels)
        duplicates = sorted({name for name in names if names.count(name) > 1})
        problems += [
            f"{number_of(names.count(name), 'LF')} are named {name!r}; give each its own name=..."
            for name in duplicates
        ]
        for lf in adapted:
            for label in lf.known_labels:
                try:
                    parser.class_id(label)
                except LFError as error:
                    problems.append(f"LF {lf.name!r} votes for {error}")
        if not adapted and not problems:
            problems.append("there is no LF; give at least one")
        raise_all(LFError, problems)
        object.__setattr__(self, "lfs", tuple(adapted))
        object.__setattr__(self, "file", None)
        object.__setattr__(self, "source", None)

    @classmethod
    def from_file(cls, path: str | PathLike[str], labels: Sequence[str]) -> "LFSet":
        """Return the LFs of a Python or TOML file.

        Parameters
        ----------
        path
            The file; a Python file is run.
        labels
            The k class names.

        Raises
        ------
        InputError
            If there is no such file, or the labels are not right.
        LFError
            If the file fails, holds no LF, or the LFs are not right.
        """
        file = Path(path)
        source = file.read_bytes() if file.is_file() else None  # before it runs, which may take a while
        lfs = cls(labels, read_lfs(file))
        object.__setattr__(lfs, "file", real_path(file))
        object.__setattr__(lfs, "source", source)
        return lfs

    @classmethod
    def from_module(cls, module: ModuleType, labels: Sequence[str]) -> "LFSet":
        """Return the LFs of a module that is imported already; errors as in `from_file`.

        Examples
        --------
        >>> from types import ModuleType
        >>> from labelfns import keywords
        >>> module = ModuleType("mine")
        >>> module.good = keywords("yes", ["good"], name="good")
        >>> LFSet.from_module(module, ["no", "yes"]).names
        ('good',)
        """
        return cls(labels, lfs_of_module(module))

    def __len__(self) -> int:
        """Return the number of LFs, m."""
        return len(self.lfs)

    def __iter__(self) -> Iterator[LabelingFunction]:
        return iter(self.lfs)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.labels, self.lfs)  # what was compiled does not travel

    def __repr__(self) -> str:
        return f"LFSet({number_of(len(self.lfs), 'LF')}: {some(self.names)}, labels={self.labels})"

    def _repr_html_(self) -> str:
        from labelfns.display.html import lfs_html

        labels = [declared_label(lf, self.labels) or lf.votes_for for lf in self]
        return lfs_html(
            self.labels, [(lf.name, label, lf.kind, lf.about) for lf, label in zip(self, labels, strict=True)]
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The LFs' names, in order."""
        return tuple(lf.name for lf in self.lfs)

    @cached_property
    def applier(self) -> LFApplier:
        """What applies the LFs to checked texts; it compiles the declared ones once."""
        return LFApplier(self.labels, self.lfs)

    @overload
    def apply(
        self,
        texts: Frame,
        *,
        text: str = ...,
        keys: Sequence[Any] | None = ...,
        on_error: OnError = ...,
        engine: Engine = ...,
        time_limit: float = ...,
    ) -> Any: ...
    @overload
    def apply(
        self,
        texts: Any,
        *,
        text: str = ...,
        fields: Any = ...,
        cues: bool = ...,
        on_error: OnError = ...,
        engine: Engine = ...,
        time_limit: float = ...,
        workers: int = ...,
        cache: str | Path | None = ...,
        progress: Progress | None = ...,
    ) -> Votes: ...
    def apply(
        self,
        texts: Any,
        *,
        text: str = "text",
        keys: Sequence[Any] | None = None,
        fields: Any = None,
        cues: bool = False,
        on_error: OnError = "abstain",
        engine: Engine = "compiled",
        time_limit: float = 2.0,
        workers: int = 1,
        cache: str | Path | None = None,
        progress: Progress | None = None,
    ) -> Votes:
        """Let every LF vote on every text.

        Parameters
        ----------
        texts
            The n texts, non-empty strings, in whatever `labelfns.io.texts.as_texts` takes: a list, a series, a frame,
            a data set, a file. Or a Spark or Dask frame: then nothing runs yet, and a frame of that engine comes back.
        text
            The column of texts in a frame.
        keys
            For Spark and Dask: the columns that stay beside the votes; all by default. Dask's index always stays.
        fields
            Other fields of the rows, [n] values each, for `row_function` and `column`: a mapping by name or a frame.
            By default the other columns of `texts`.
        cues
            Whether the votes get their `cues`: where in each text LFs fired.
        on_error
            What an LF that raises does: ``"abstain"`` on that row, kept as a `Fault`; or ``"raise"``.
        engine
            ``"compiled"`` answers all declared LFs in one pass, ``"plain"`` calls every LF on every text. The votes
            are the same.
        time_limit
            Seconds that one search of a backtracking pattern may take on one row; one that takes longer is a
            `Fault`, and after three the LF is given up. ``math.inf`` for no limit. What a Python function does is not
            limited.
        workers
            In how many processes Python-function LFs are called, at least 1; the others need none.
        cache
            A folder where columns are kept: an LF that is there for these very texts does not run again. See
            `labelfns.engine.cache` for when one is believed, and for what is kept in memory.
        progress
            Called after each LF, the declared ones together; by default a bar is shown if it takes over a second.

        Returns
        -------
        Votes
            Matrix [n, m], rows and columns in the order given. Of a Spark or Dask frame a frame, in no order: the
            `keys`, then one int8 column per LF, then ``faults``, a list of LF, error and traceback, null where nothing
            went wrong. A row whose text is null or blank gets no vote there.

        Raises
        ------
        InputError
            If a text is empty or not a string, or a field has another length; the rows or fields are named. If a frame
            of Spark or Dask lacks a column, a column that stays has the name of an LF, or an option is not for it.
        LFError
            If an LF returns something that is not a vote, raises and `on_error` is ``"raise"``, or ends a process of
            `workers`.

        Warns
        -----
        LabelFnsWarning
            If an LF raised; once, with all such LFs, their rows and what to do.
        """
        options = ApplyOptions(on_error, engine, time_limit, workers, cache)
        if engine_of(texts) is not None:
            from labelfns.frames.apply import votes_on

            _check_unused(fields=fields, cues=cues, workers=workers > 1, cache=cache, progress=progress)
            frame: Any = votes_on(texts, self.labels, self.lfs, text=text, keys=keys, options=options)
            return frame  # type: ignore[no-any-return] # the overloads tell it
        if keys is not None:
            raise InputError("keys are for Spark and Dask frames; rows of votes are in the order of the texts")
        data, progress = as_texts(texts, text), progress or Bar()
        votes = _apply_to_parts(self.applier, data, options, fields=fields, cues=cues, progress=progress)
        warn_of(votes.faults)
        return votes

    def cues(
        self, texts: Any, *, text: str = "text", engine: Engine = "compiled", time_limit: float = 2.0
    ) -> list[list[Span]]:
        """Return for each of n texts the places that made LFs fire, in order, overlapping ones merged.

        A Python-function LF cannot tell where it fired and is not asked. ``apply(..., cues=True)`` gives votes and
        cues in one pass.

        Parameters
        ----------
        texts, text, engine, time_limit
            As in `apply`.
        """
        if isinstance(texts, Sized) and not len(texts):
            return []
        return self.applier.cues(as_texts(texts, text).texts, ApplyOptions(engine=engine, time_limit=time_limit))


def _check_unused(**given: Any) -> None:
    """Raise where an option is given that means nothing for frames of Spark and Dask."""
    why = {
        "fields": "the frame's other columns are what LFs of rows and columns see",
        "cues": "collect rows, and apply to those",
        "workers": "the engine has its own",
        "cache": "persist() or write the frame of votes",
        "progress": "nothing runs before the engine is asked for rows, and it has its own",
    }
    used = [name for name, value in given.items() if value is not None and value is not False]
    problems = [f"{name}= is not for Spark and Dask frames: {why[name]}" for name in used]
    raise_all(InputError, problems)


def _apply_to_parts(
    applier: LFApplier, texts: Texts, options: ApplyOptions, *, fields: object, cues: bool, progress: Progress
) -> Votes:
    """Let LFs vote on texts; arguments and errors are those of `LFSet.apply`.

    Of texts that lie on the disk the cues are found when they are asked for.
    """
    n, faults = len(texts), list[Fault]()
    matrix = np.empty((n, len(applier.lfs)), dtype=np.int8)
    soft = any(lf.soft for lf in applier.lfs)
    strength = np.ones(matrix.shape, dtype=np.float32) if soft else None
    needed = fields is None and reads_columns(applier.lfs)
    for start, part in texts.parts(fields=needed):
        is_all = len(part) == n
        if fields is not None and not is_all:
            raise InputError("fields are for texts in memory; LFs see the columns of the file that texts are read from")
        others = {name: values for name, values in (part.fields or {}).items() if name != "text"}
        votes = applier.apply(
            part.texts,
            options,
            fields=others if fields is None else fields,
            numbers=RowNumbers.of(part, start),
            cues=cues and is_all,
            progress=progress if is_all else silent,
        )
        if is_all:
            return votes
        matrix[start : start + len(part)] = votes.matrix
        if strength is not None and votes.strength is not None:
            strength[start : start + len(part)] = votes.strength
        faults += votes.faults
        progress("applying LFs", start + len(part), n)
    matrix.flags.writeable = False
    names, places = tuple(lf.name for lf in applier.lfs), CuesWhenAsked(applier.lfs, texts, matrix, options)
    return Votes(
        matrix,
        labels=applier.labels,
        lf_names=names,
        faults=merge_faults(faults),
        cues=places if cues else None,
        strength=strength,
    )
