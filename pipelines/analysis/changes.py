"""What changed between two sets of LFs on the same texts, LF by LF, row by row."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from labelfns.analysis.coverage import Coverage
from labelfns.checks import Gold, Ints, check_gold
from labelfns.display.numbers import percent
from labelfns.errors import InputError, number_of
from labelfns.lfs.base import ABSTAIN
from labelfns.votes import Votes

from .printed import Printed

if TYPE_CHECKING:
    from rich.console import Group

    from labelfns.display.tables import Cell

Kind = Literal["new", "gone", "renamed", "changed", "same"]


@dataclass(frozen=True)
class LFChange:
    """What became of one LF.

    Parameters
    ----------
    lf
        Its name now; that of before where it is gone.
    kind
        ``"new"``, ``"gone"``, ``"renamed"`` (an LF that is gone voted exactly so), ``"changed"`` or ``"same"``.
    before, after
        On how many rows it voted and votes.
    won, lost, turned
        The rows on which it votes now and did not, no longer votes, and votes for another label than before.
    right, wrong
        By how much the number of its right, and of its wrong votes grew, where gold is known; None without gold.
    accuracy_before, accuracy
        The share of its votes that are right, in [0, 1]; None where none meets gold.
    was
        Its name before, where it was renamed.
    """

    lf: str
    kind: Kind
    before: int
    after: int
    won: tuple[int, ...]
    lost: tuple[int, ...]
    turned: tuple[int, ...]
    right: int | None = None
    wrong: int | None = None
    accuracy_before: float | None = None
    accuracy: float | None = None
    was: str = ""


@dataclass(frozen=True)
class VotesChange(Printed):
    """What changed between the votes of before and those of now, on the same n rows.

    Parameters
    ----------
    lfs
        The LFs, those that changed first.
    before, after
        How much the LFs reached, and reach.
    covered, uncovered
        The rows that have a vote now and had none, and the other way round.
    """

    lfs: tuple[LFChange, ...]
    before: Coverage
    after: Coverage
    covered: tuple[int, ...]
    uncovered: tuple[int, ...]

    def parts(self) -> "Iterator[str | Group]":
        """Return lines, and tables as rich shows them."""
        from labelfns.display.tables import titled

        from .tables import counts_beside

        changed = [one for one in self.lfs if one.kind != "same"]
        same = len(self.lfs) - len(changed)
        if changed:
            with_gold = any(one.right is not None for one in changed)
            names = ["", "", "rows", "won", "lost", "other label"]
            names += ["right", "wrong", "accuracy"] * with_gold
            yield titled("What changed, LF by LF", names, [_cells(one, with_gold) for one in changed])
        yield f"{number_of(same, 'LF votes', 'LFs vote')} as before."
        yield ""
        yield counts_beside(
            "All LFs",
            ("before", "now"),
            {
                "texts with a vote": (self.before.covered, self.after.covered),
                "more than one": (self.before.overlapping, self.after.overlapping),
                "votes for different labels": (self.before.conflicting, self.after.conflicting),
            },
        )
        yield (
            f"{number_of(len(self.covered), 'text has', 'texts have')} a vote that had none, {len(self.uncovered):,} "
            "have none that had one."
        )


def votes_change(before: Votes, after: Votes, gold: Gold | None = None) -> VotesChange:
    """Compare two label matrices of the same texts; labels and LFs are told by their names.

    Parameters
    ----------
    before, after
        The votes, [n, m] and [n, m'].
    gold
        Labels [n], by id or name of those of `after`; -1 or None where unknown.

    Raises
    ------
    InputError
        If they have not as many rows, or gold does not fit.

    Examples
    --------
    >>> before = Votes([[0, -1], [0, 1]], labels=["no", "yes"], lf_names=["a", "b"])
    >>> after = Votes([[0, 0], [-1, 0]], labels=["no", "yes"], lf_names=["a", "c"])
    >>> [(one.lf, one.kind, one.won, one.lost) for one in votes_change(before, after).lfs]
    [('a', 'changed', (), (1,)), ('c', 'new', (0, 1), ()), ('b', 'gone', (), (1,))]
    """
    if len(before) != len(after):
        raise InputError(f"the votes of before are on {number_of(len(before), 'text')}, those of now on {len(after):,}")
    ids = None if gold is None else check_gold(gold, len(after), after.labels)
    columns = dict(zip(before.lf_names, _ids_of_now(before, after).T, strict=True))
    silent = np.full(len(after), ABSTAIN)
    gone = {name: column for name, column in columns.items() if name not in after.lf_names}
    found = []
    for name in after.lf_names:
        now = after[name].astype(int)
        if name in columns:
            kind: Kind = "same" if np.array_equal(columns[name], now) else "changed"
            found.append(_change(name, kind, columns[name], now, ids))
            continue
        twins = [old for old, column in gone.items() if (now != ABSTAIN).any() and np.array_equal(column, now)]
        if twins:
            gone.pop(twins[0])
            found.append(_change(name, "renamed", now, now, ids, was=twins[0]))
        else:
            found.append(_change(name, "new", silent, now, ids))
    found += [_change(name, "gone", column, silent, ids) for name, column in gone.items()]
    order = ("changed", "new", "gone", "renamed", "same")
    return VotesChange(
        tuple(sorted(found, key=lambda one: order.index(one.kind))),
        Coverage.of(before),
        Coverage.of(after),
        tuple(np.flatnonzero(after.covered & ~before.covered).tolist()),
        tuple(np.flatnonzero(before.covered & ~after.covered).tolist()),
    )


def _ids_of_now(before: Votes, after: Votes) -> Ints:
    """Return the votes of before with the class ids of now; labels that are no more have ids above."""
    names = [*after.labels, *(name for name in before.labels if name not in after.labels)]
    return np.array([*map(names.index, before.labels), ABSTAIN])[before.matrix]


def _change(name: str, kind: Kind, before: Ints, now: Ints, gold: Ints | None, was: str = "") -> LFChange:
    voted, votes = before != ABSTAIN, now != ABSTAIN
    turned = voted & votes & (before != now)
    figures: dict[str, Any] = {}
    if gold is not None:
        known = gold >= 0
        (right, wrong), (right_now, wrong_now) = (
            (int((known & (said == gold)).sum()), int((known & (said != ABSTAIN) & (said != gold)).sum()))
            for said in (before, now)
        )
        figures = {
            "right": right_now - right,
            "wrong": wrong_now - wrong,
            "accuracy_before": right / (right + wrong) if right + wrong else None,
            "accuracy": right_now / (right_now + wrong_now) if right_now + wrong_now else None,
        }
    won, lost, other = (tuple(np.flatnonzero(rows).tolist()) for rows in (votes & ~voted, voted & ~votes, turned))
    return LFChange(name, kind, int(voted.sum()), int(votes.sum()), won, lost, other, was=was, **figures)


def _cells(one: LFChange, with_gold: bool) -> "list[Cell]":
    from .tables import from_to

    kind = f"was {one.was}" if one.was else one.kind
    cells: list[Cell] = [one.lf, kind, from_to(f"{one.before:,}", f"{one.after:,}")]
    cells += [f"{len(rows):,}" if rows else "-" for rows in (one.won, one.lost, one.turned)]
    if with_gold:
        cells += [f"{count:+,}" if count else "-" for count in (one.right, one.wrong)]
        cells.append(
            from_to(*("-" if part is None else percent(part, 0) for part in (one.accuracy_before, one.accuracy)))
        )
    return cells
