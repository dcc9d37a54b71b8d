"""What an LF that is being written does beside the others: counted on its own rows alone, from columns kept ready."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from labelfns.checks import Bools, Ints
from labelfns.lfs.base import ABSTAIN
from labelfns.pipelines.analysis.one_lf import meetings

Column = npt.NDArray[np.int8]
Matrix = npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Others:
    """The votes beside an LF.

    Parameters
    ----------
    matrix
        The votes of all LFs, [n, m].
    by_class
        How many LFs but this one vote for each class, [n, k].
    last
        The votes of the LF's last version, [n]; all abstains for a new one.
    place
        Its column, None for a new one.
    """

    matrix: Matrix
    by_class: npt.NDArray[np.int16]
    last: Column
    place: int | None

    @classmethod
    def of(cls, matrix: Matrix, by_class: npt.NDArray[np.int16], place: int | None) -> "Others":
        """Take an LF out of the counts [n, k] of all."""
        if place is None:
            return cls(matrix, by_class, np.full(len(matrix), ABSTAIN, dtype=np.int8), None)
        last = matrix[:, place].copy()
        rows = np.flatnonzero(last != ABSTAIN)
        without = by_class.copy()
        without[rows, last[rows]] -= 1
        return cls(matrix, without, last, place)


@dataclass(frozen=True, eq=False)
class Tabs:
    """Which rows stand in which list, masks [n]; those of an LF are empty where none is typed."""

    new: Bools
    lost: Bools
    conflicts: Bools
    votes: Bools
    wrong: Bools
    silent: Bools
    label: Bools
    all: Bools


def tabs(mine: Column | None, others: Others, gold: Ints, waiting: Bools, *, labeled: bool = True) -> Tabs:
    """Sort rows into lists.

    Parameters
    ----------
    mine
        The LF's votes, [n]; None where there is no LF, so that the rows are as they are on disk.
    others
        The votes beside it.
    gold
        Class ids [n], -1 where unknown.
    waiting
        A mask [n]: rows that `labelfns label` drew, and that have no label yet.
    labeled
        Whether the LF has its label; without one there are no rows in conflict, and none that are wrong.
    """
    votes = others.by_class.sum(axis=1)
    everywhere = np.ones(len(votes), dtype=bool)
    if mine is None:
        nowhere = ~everywhere
        no_vote = (votes == 0) & (others.last == ABSTAIN)
        return Tabs(nowhere, nowhere, nowhere, nowhere, nowhere, no_vote, waiting, everywhere)
    fired = mine != ABSTAIN
    same = np.zeros(len(votes), dtype=np.int16)
    rows = np.flatnonzero(fired)
    same[rows] = others.by_class[rows, mine[rows]]
    return Tabs(
        new=fired & (others.last != mine),
        lost=(others.last != ABSTAIN) & (others.last != mine),
        conflicts=fired & (votes > same) & labeled,
        votes=fired,
        wrong=fired & (gold >= 0) & (gold != mine) & labeled,
        silent=~fired & (votes == 0),
        label=waiting,
        all=everywhere,
    )


def figures(mine: Column, others: Others, lists: Tabs, gold: Ints, *, labeled: bool = True) -> dict[str, Any]:
    """Return what an LF does, in numbers of rows.

    The words are those of `Votes.summary` and `labelfns.pipelines.analysis.one_lf`: ``votes``, ``overlaps`` and
    ``conflicts``; ``first`` votes, where no other LF votes; ``right`` and ``wrong`` by gold. ``classes`` has for each
    class on how many of its rows others vote for it, and gold is it; ``met`` the other LFs that vote there, by their
    places, with ``both``, ``conflicts`` and who is right there; ``covered`` is how many rows have a vote, before and
    now. What needs the LF's label is None where it has none yet.
    """
    rows = np.flatnonzero(lists.votes)
    by_class, label = others.by_class[rows], mine[rows]
    votes = by_class.sum(axis=1)
    known = gold[rows]
    others_vote = others.by_class.any(axis=1)
    met = _met(others, rows, label, known)
    found = {
        "votes": len(rows),
        "overlaps": int((votes > 0).sum()),
        "agree": int((by_class[np.arange(len(rows)), label] > 0).sum()),
        "conflicts": int(lists.conflicts.sum()),
        "first": int((votes == 0).sum()),
        "right": int((known == label).sum()),
        "wrong": int(lists.wrong.sum()),
        "covered": [int((others_vote | (others.last != ABSTAIN)).sum()), int((others_vote | lists.votes).sum())],
        "classes": [
            {"others": int((by_class[:, c] > 0).sum()), "gold": int((known == c).sum())}
            for c in range(by_class.shape[1])
        ],
        "met": met,
    }
    if not labeled:
        found |= dict.fromkeys(("agree", "conflicts", "right", "wrong"))
        found["met"] = [one | dict.fromkeys(("conflicts", "right", "other_right")) for one in met]
    return found


def _met(others: Others, rows: Ints, label: Column, known: Ints) -> list[dict[str, int | None]]:
    """Return the other LFs that vote on some rows, those with most conflicts first."""
    names = ("lf", "both", "conflicts", "right", "other_right")
    found = [dict(zip(names, one, strict=True)) for one in meetings(others.matrix[rows], label, known)]
    return [one for one in found if one["lf"] != others.place]
