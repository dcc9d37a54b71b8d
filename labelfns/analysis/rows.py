"""Rows to read: those on which an LF fires, LFs disagree, a vote is wrong, or nothing is said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labelfns.checks import Gold, Ints, check_gold
from labelfns.errors import InputError, number_of
from labelfns.io.texts import Texts, as_texts
from labelfns.lfs.base import ABSTAIN
from labelfns.lfset import LFSet
from labelfns.text.spans import Span, marked, pieces
from labelfns.votes import Votes


@dataclass(frozen=True)
class Row:
    """A row as a person reads it.

    Parameters
    ----------
    row
        Its number, the first is 0.
    where
        Where it stands in its source: ``"line 3"``.
    text
        The text.
    votes
        Each LF that votes, with the label that it votes for.
    gold
        The gold label; None where unknown.
    spans
        Where in the text LFs fired, in characters, in order; LFs that cannot tell are left out.
    """

    row: int
    where: str
    text: str
    votes: tuple[tuple[str, str], ...]
    gold: str | None
    spans: tuple[Span, ...]

    def __str__(self) -> str:
        said = ", ".join(f"{lf} -> {label}" for lf, label in self.votes) or "(no vote)"
        gold = "" if self.gold is None else f"; gold {self.gold}"
        return f"row {self.row}: {marked(self.text, self.spans)}  [{said}{gold}]"


@dataclass(frozen=True)
class FoundRows:
    """The rows that were found, a part of them to be read; printed, one a line.

    Parameters
    ----------
    rows
        The rows that are shown, in the order of the texts.
    found
        How many there are in all.
    of
        How many texts were looked at.
    """

    rows: tuple[Row, ...]
    found: int
    of: int

    def __str__(self) -> str:
        return "\n".join(
            [*map(str, self.rows), f"{len(self.rows):,} of {number_of(self.found, 'row')} found in {self.of}"]
        )

    def _repr_html_(self) -> str:
        from labelfns.display import html

        with_gold = any(row.gold is not None for row in self.rows)
        rows = [
            (
                str(row.row),
                html.marked(pieces(row.text, row.spans)),
                *([html.name("" if row.gold is None else row.gold)] if with_gold else []),
                html.lines([f"{html.name(lf)} {html.name(label)}" for lf, label in row.votes] or ["(no vote)"]),
            )
            for row in self.rows
        ]
        names = ["row", "text", *["gold"] * with_gold, "LFs say"]
        found = html.said(
            f"{self.found:,} of {number_of(self.of, 'text')} are such rows; {len(self.rows):,} of them are here"
        )
        return html.together([html.table("", names, rows, left=range(1, len(names)), more="rows"), found])

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        """Return how many rows are shown."""
        return len(self.rows)


def select_rows(
    votes: Votes,
    *,
    lf: str | Sequence[str] = (),
    wrong: bool = False,
    conflicts: bool = False,
    uncovered: bool = False,
    gold: Gold | None = None,
) -> Ints:
    """Return the rows that meet every condition that is set, ascending, the first is 0.

    Parameters
    ----------
    votes
        The votes, [n, m].
    lf
        An LF, or several: rows on which each of them votes.
    wrong
        Rows with a known gold label on which an LF, of those named where some are, votes for another one.
    conflicts
        Rows on which LFs vote for different labels; where one LF is named, it and another one; where several are,
        these.
    uncovered
        Rows without a vote.
    gold
        Labels [n], by id or name; -1 or None where unknown.

    Raises
    ------
    InputError
        If there is no such LF, `wrong` is asked without gold, or `uncovered` with what only rows with votes have.

    Examples
    --------
    >>> votes = Votes([[0, -1], [0, 1], [-1, -1]], labels=["no", "yes"], lf_names=["a", "b"])
    >>> select_rows(votes, lf="a").tolist(), select_rows(votes, conflicts=True).tolist()
    ([0, 1], [1])
    >>> select_rows(votes, wrong=True, gold=["no", "no", None]).tolist()
    [1]
    """
    names = [lf] if isinstance(lf, str) else list(dict.fromkeys(lf))
    named = np.stack([votes[name] for name in names], axis=1) if names else votes.matrix
    if uncovered and (names or wrong or conflicts):
        raise InputError("uncovered rows have no votes: no LF fires, is wrong or disagrees there; ask for one of these")
    mask = np.ones(len(votes), dtype=bool)
    if names:
        mask &= (named != ABSTAIN).all(axis=1)
    if uncovered:
        mask &= ~votes.covered
    if conflicts:
        mask &= _disagree(named[:, 0], votes.matrix) if len(names) == 1 else _differ(named)
    if wrong:
        if gold is None:
            raise InputError("which votes are wrong is known where gold labels are, and these texts have none")
        ids = check_gold(gold, len(votes), votes.labels)[:, None]
        mask &= ((named != ABSTAIN) & (ids >= 0) & (named != ids)).any(axis=1)
    return np.flatnonzero(mask)


def find_rows(
    lfs: LFSet,
    texts: Any,
    *,
    text: str = "text",
    lf: str | Sequence[str] = (),
    wrong: bool = False,
    conflicts: bool = False,
    uncovered: bool = False,
    gold: Gold | None = None,
    n: int | None = 20,
    seed: int | None = None,
    votes: Votes | None = None,
    time_limit: float = 2.0,
) -> FoundRows:
    """Find rows to read, as ``labelfns rows`` does.

    Parameters
    ----------
    lfs
        The LFs.
    texts
        The texts: whatever `LFSet.apply` takes.
    text
        The column of texts where there are several.
    lf, wrong, conflicts, uncovered
        Which rows, see `select_rows`; all of them where nothing is asked.
    gold
        Labels [n], by id or name, or the name of their column in a frame; by default those of the texts.
    n
        How many to show, the first ones; None for all.
    seed
        Shows a random sample of n in place of the first ones, always the same for a seed.
    votes
        The votes of these LFs on these texts, where they are there already.
    time_limit
        How long an LF may search a text, in seconds.

    Raises
    ------
    InputError
        If texts or gold are not right, or as `select_rows`.

    Examples
    --------
    >>> from labelfns import keywords
    >>> lfs = LFSet(["no", "yes"], [keywords("yes", ["good"], name="good"), keywords("no", ["bad"], name="bad")])
    >>> print(find_rows(lfs, ["so good", "good or bad", "the 8:15"], conflicts=True))
    row 1: [[good]] or [[bad]]  [good -> yes, bad -> no]
    1 of 1 row found in 3
    """
    data = as_texts(texts, text=text, gold=gold, labels=lfs.labels)
    votes = lfs.apply(data, time_limit=time_limit) if votes is None else votes
    found = select_rows(votes, lf=lf, wrong=wrong, conflicts=conflicts, uncovered=uncovered, gold=data.gold)
    shown = found[:n] if seed is None else np.sort(np.random.default_rng(seed).permutation(found)[:n])
    return FoundRows(read_rows(lfs, data, votes, shown, data.gold, time_limit=time_limit), len(found), len(votes))


def read_rows(
    lfs: LFSet, texts: Texts, votes: Votes, rows: Ints, gold: Gold | None = None, *, time_limit: float = 2.0
) -> tuple[Row, ...]:
    """Return some rows as a person reads them; only these are searched for what made LFs fire."""
    ids = None if gold is None else check_gold(gold, len(votes), votes.labels)
    chosen = texts.take(rows)
    cues = lfs.cues(chosen, time_limit=time_limit)
    return tuple(
        Row(
            row=row,
            where=texts.where([row]),
            text=texts[row],
            votes=tuple(
                (votes.lf_names[j], votes.labels[votes.matrix[row, j]])
                for j in np.flatnonzero(votes.matrix[row] != ABSTAIN).tolist()
            ),
            gold=None if ids is None or ids[row] < 0 else votes.labels[ids[row]],
            spans=tuple(spans),
        )
        for row, spans in zip(rows.tolist(), cues, strict=True)
    )


def _disagree(mine: Ints, others: Ints) -> Any:
    return ((mine[:, None] != ABSTAIN) & (others != ABSTAIN) & (others != mine[:, None])).any(axis=1)


def _differ(votes: Ints) -> Any:
    """Tell on which rows at least two different labels are voted for."""
    highest = votes.max(axis=1, initial=ABSTAIN)
    lowest = np.where(votes == ABSTAIN, np.iinfo(votes.dtype).max, votes).min(axis=1, initial=np.iinfo(votes.dtype).max)
    return (highest != ABSTAIN) & (lowest < highest)
