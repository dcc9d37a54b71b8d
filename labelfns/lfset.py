"""`LFSet`: labels and the LFs that vote for them, applied to texts together.

Declared LFs go to the compiled engine together, the others are called on every text.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labelfns.checks import check_labels
from labelfns.engine.apply import Engine, Manner, vote, warn_of
from labelfns.engine.plain import OnError as OnError
from labelfns.engine.plain import Rules, apart
from labelfns.engine.time_limit import TimeLimitError, Watch
from labelfns.errors import LFError, raise_all
from labelfns.lfs.base import ABSTAIN, FunctionLF, LabelingFunction, as_lf
from labelfns.lfs.columns import ColumnLF, Fields
from labelfns.lfs.declared import DeclaredLF, PatternLF
from labelfns.progress import Bar, Progress, silent
from labelfns.text.spans import Span, merge
from labelfns.votes import Votes

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
            `Fault`, and after three the LF is given up. In the main thread on Unix a timer ends it, elsewhere such
            patterns are searched in another process (`labelfns.engine.searching`), at some 50 microseconds a search.
            ``math.inf`` for no limit. What a Python function does is not limited.
        workers
            In how many processes Python-function LFs are called, at least 1; the others need none.
        fields
            Other fields of the rows, by name, [n] values each; for `row_function` and `column`.
        cache
            A folder where columns are kept: an LF that is there for these very texts does not run again. See
            `labelfns.engine.cache` for when one is believed, and for what is kept in memory; with `fields` nothing is.
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

        Warns
        -----
        LabelFnsWarning
            If an LF raised; once, with all such LFs, their rows and what to do.
        """
        manner = Manner(on_error, engine, time_limit, workers, cache)
        votes = vote(self.lfs, self.labels, texts, manner, progress or Bar(), fields=fields)
        warn_of(votes.faults)
        return votes

    def cues(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return for each text the pieces that made LFs fire, in order, overlapping ones merged.

        A Python-function LF cannot tell where it fired and adds nothing.
        """
        if not len(texts):
            return []
        texts = list(texts)
        fired = [lf for lf in self.lfs if isinstance(lf, DeclaredLF)]
        votes = vote(fired, self.labels, texts, Manner(), silent).matrix if fired else None
        found: list[list[Span]] = [[] for _ in texts]
        with ExitStack() as stack:
            watch = stack.enter_context(Watch(_SPAN_LIMIT))
            if not watch.active:
                fired = [apart(lf, _SPAN_LIMIT, stack) if type(lf) is PatternLF else lf for lf in fired]
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
        return [merge(spans) for spans in found]
