"""`LFSet`: labels and the LFs that vote for them, applied to texts together."""

from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass, field
from functools import cached_property
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from labelfns.checks import check_labels
from labelfns.engine.apply import LFApplier, warn_of
from labelfns.engine.fields import RowNumbers
from labelfns.engine.options import ApplyOptions, Engine, OnError
from labelfns.engine.vote_parser import VoteParser
from labelfns.errors import LFError, raise_all
from labelfns.io.texts import as_texts
from labelfns.lfs.base import LabelingFunction, as_lf, declared_label
from labelfns.lfs.load import read_lfs
from labelfns.lfs.module import lfs_of_module
from labelfns.progress import Bar, Progress
from labelfns.text.spans import Span
from labelfns.votes import Votes


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
        problems += [f"{names.count(name)} LFs are named {name!r}; give each its own name=..." for name in duplicates]
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
        object.__setattr__(lfs, "file", file.resolve())
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

    def apply(
        self,
        texts: Any,
        *,
        text: str = "text",
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
            a data set, a file.
        text
            The column of texts in a frame.
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
            Matrix [n, m], rows and columns in the order given.

        Raises
        ------
        InputError
            If a text is empty or not a string, or a field has another length; the rows or fields are named.
        LFError
            If an LF returns something that is not a vote, raises and `on_error` is ``"raise"``, or ends a process of
            `workers`.

        Warns
        -----
        LabelFnsWarning
            If an LF raised; once, with all such LFs, their rows and what to do.
        """
        options = ApplyOptions(on_error, engine, time_limit, workers, cache)
        data = as_texts(texts, text)
        others = {name: values for name, values in (data.fields or {}).items() if name != "text"}
        votes = self.applier.apply(
            data.texts,
            options,
            fields=others if fields is None else fields,
            numbers=RowNumbers(np.arange(len(data)), data.row_numbers, data.unit),
            cues=cues,
            progress=progress or Bar(),
        )
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
