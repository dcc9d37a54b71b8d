"""A look at what an LF does on a few texts before a run."""

from collections.abc import Sequence
from dataclasses import dataclass

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
class Tried:
    """The first firings over some texts; printed, a line each.

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


def try_on(lfs: LFSet | LabelingFunction, texts: Sequence[str], n: int = 10) -> Tried:
    """Show what LFs do on texts.

    Parameters
    ----------
    lfs
        One LF or a set.
    texts
        The texts, non-empty strings.
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
    if isinstance(lfs, LabelingFunction):
        label = getattr(lfs, "label", None)
        names = [label, "(no other)"] if isinstance(label, str) else [f"class {c}" for c in range(127)]
        if label is None:  # a function may return names: those it returns here are the labels
            seen = list(dict.fromkeys(vote for text in texts if isinstance(vote := lfs(text), str)))
            names = [*seen, "(no other)", "(none)"] if seen else names
        lfs = LFSet(names, [lfs])
    votes = lfs.apply(texts, progress=silent)
    firings = []
    for j, lf in enumerate(lfs):
        for i in [i for i, vote in enumerate(votes.matrix[:, j]) if vote != ABSTAIN][:n]:
            label = lfs.labels[votes.matrix[i, j]]
            firings.append(Firing(i, lf.name, label, texts[i], tuple(lf.spans(texts[i]))))
    counts = (votes.matrix != ABSTAIN).sum(axis=0).tolist()
    ordered = sorted(firings, key=lambda firing: firing.row)
    return Tried(tuple(ordered), dict(zip(votes.lf_names, counts, strict=True)), len(votes))
