"""A look at what an LF does on a few texts before a run."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from labelfns.checks import check_texts
from labelfns.engine.vote_parser import without_strength
from labelfns.lfs.base import ABSTAIN, LabelingFunction
from labelfns.lfset import LFSet
from labelfns.progress import silent
from labelfns.text.spans import Span, marked


@dataclass(frozen=True)
class Firing:
    """One vote: which LF, on which row, for what, and where in the text.

    Parameters
    ----------
    row
        The row, the first is 0.
    lf
        The LF's name.
    label
        The label voted for.
    text
        The text.
    spans
        Where it fired, in characters; empty for an LF that cannot tell.
    """

    row: int
    lf: str
    label: str
    text: str
    spans: tuple[Span, ...]

    def __str__(self) -> str:
        return f"row {self.row}  {self.lf} -> {self.label}: {marked(self.text, list(self.spans))}"


@dataclass(frozen=True)
class Preview:
    """The first firings over some texts; printed, one per line.

    Parameters
    ----------
    firings
        At most n for each LF, by row.
    fired
        For each LF, on how many rows it votes.
    rows
        How many texts there were.
    """

    firings: tuple[Firing, ...]
    fired: dict[str, int]
    rows: int

    def __str__(self) -> str:
        counts = [f"{name} votes on {number} of {self.rows} rows" for name, number in self.fired.items()]
        return "\n".join([*map(str, self.firings), *counts])


def try_on(lfs: LFSet | LabelingFunction, texts: Sequence[str], n: int = 10) -> Preview:
    """Show what LFs do on texts.

    Parameters
    ----------
    lfs
        One LF or a set.
    texts
        The texts, non-empty strings, by position whatever their container.
    n
        How many firings to keep for each LF.

    Examples
    --------
    >>> from labelfns import keywords
    >>> print(try_on(keywords("positive", ["good"]), ["so good", "bad", "Good, good"]))
    row 0  keywords_positive -> positive: so [[good]]
    row 2  keywords_positive -> positive: [[Good]], [[good]]
    keywords_positive votes on 2 of 3 rows
    """
    texts = check_texts(texts)
    if isinstance(lfs, LabelingFunction):
        lfs = LFSet(_labels_of(lfs, texts), [lfs])
    votes = lfs.apply(texts, progress=silent)
    firings = [
        Firing(i, lf.name, lfs.labels[votes[lf.name][i]], texts[i], tuple(lf.spans(texts[i])))
        for lf in lfs
        for i in np.flatnonzero(votes[lf.name] != ABSTAIN)[:n].tolist()
    ]
    counts = (votes.matrix != ABSTAIN).sum(axis=0).tolist()
    ordered = sorted(firings, key=lambda firing: firing.row)
    return Preview(tuple(ordered), dict(zip(votes.lf_names, counts, strict=True)), len(votes))


def _labels_of(lf: LabelingFunction, texts: Sequence[str]) -> list[str]:
    """Return labels that an LF alone may vote for; a function's are those it returns here."""
    names = [label for label in lf.known_labels if isinstance(label, str)]
    if not lf.known_labels:
        for text in texts:
            with suppress(Exception):  # it is kept as a fault when the LF is applied
                vote = without_strength(lf, lf(text))
                names += [vote] if isinstance(vote, str) and vote.strip() else []
    if not names:
        return [f"class {c}" for c in range(127)]
    return [*dict.fromkeys([*names, "(no other)", "(none)"])][:127]
