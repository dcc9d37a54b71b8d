"""`LFSet`: labels and the LFs that vote for them, applied to texts together.

This is the plain engine: every LF is called on every text. May import: numpy and this room.
"""

import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError, LFError, did_you_mean, raise_all, some
from labelfns.lf import ABSTAIN, LabelingFunction, PatternLF, Span, as_lf
from labelfns.progress import Bar, Progress
from labelfns.votes import Fault, Votes, check_labels

OnError = Literal["abstain", "raise"]


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
        duplicates = sorted({name for name in names if names.count(name) > 1})
        problems += [f"{names.count(name)} LFs are named {name!r}; give each its own name=..." for name in duplicates]
        for lf in adapted:
            if isinstance(lf, PatternLF):
                try:
                    self._vote(lf.label)
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

    def apply(self, texts: Sequence[str], *, on_error: OnError = "abstain", progress: Progress | None = None) -> Votes:
        """Let every LF vote on every text.

        Parameters
        ----------
        texts
            The n texts: non-empty strings.
        on_error
            What an LF that raises does: ``"abstain"`` on that row, kept as a `Fault`; or ``"raise"``.
        progress
            Called after each LF; by default a bar is shown if it takes over a second.

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
        texts = check_texts(texts)
        progress = progress or Bar()
        matrix = np.full((len(texts), len(self.lfs)), ABSTAIN, dtype=np.int8)
        faults: list[Fault] = []
        problems: list[str] = []
        for j, lf in enumerate(self.lfs):
            try:
                matrix[:, j], fault = self._apply_one(lf, texts, on_error)
                faults += [fault] if fault else []
            except LFError as error:
                problems.append(str(error))
            progress("applying LFs", j + 1, len(self.lfs))
        raise_all(LFError, problems)
        return Votes(matrix, labels=self.labels, lf_names=self.names, faults=tuple(faults))

    def cues(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return for each text the pieces that made LFs fire, in order, overlapping ones merged.

        A Python-function LF cannot tell where it fired and adds nothing.
        """
        return [_merge(span for lf in self.lfs for span in lf.spans(text)) for text in texts]

    def _apply_one(
        self, lf: LabelingFunction, texts: Sequence[str], on_error: OnError
    ) -> tuple[npt.NDArray[np.int8], Fault | None]:
        column = np.full(len(texts), ABSTAIN, dtype=np.int8)
        rows: list[int] = []
        first: tuple[str, str] = ("", "")
        for i, text in enumerate(texts):
            try:
                vote = lf(text)
            except Exception as error:
                line = f"{type(error).__name__}: {error}"
                if on_error == "raise":
                    raise LFError(f"LF {lf.name!r} raised {line} on row {i}: {text[:80]!r}") from error
                first = first if rows else (line, traceback.format_exc())
                rows.append(i)
                continue
            try:
                column[i] = self._vote(vote)
            except LFError as error:
                raise LFError(f"LF {lf.name!r} returned on row {i} {error} (text {text[:80]!r})") from None
        return column, Fault(lf.name, tuple(rows), *first) if rows else None

    def _vote(self, vote: object) -> int:
        """Return a vote's class id, or ABSTAIN. Nothing is cast: a bool or a float is no vote."""
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


def check_texts(texts: Sequence[str]) -> list[str]:
    """Return the texts as a list: a series of another library may count its rows by labels of its own.

    Raises
    ------
    InputError
        If there is no text, or some are null, blank or not strings; the rows are named, the first row is 0.
    """
    if isinstance(texts, str):
        raise InputError("texts must be a sequence of strings; got one string: put it in a list")
    texts = list(texts)
    if not texts:
        raise InputError("there are no texts; expected at least one")
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
