"""One LF beside each other one: where they meet, where they differ, and who is right there."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from labelfns.analysis.entries import entries_not_found, entries_of
from labelfns.analysis.rows import Row, read_rows, select_rows
from labelfns.checks import Gold, Ints, check_gold
from labelfns.display.numbers import percent
from labelfns.errors import MOST, number_of, shown, some
from labelfns.io.texts import Texts
from labelfns.lfs.base import ABSTAIN
from labelfns.lfset import LFSet
from labelfns.votes import Fault, Votes

from .printed import Printed
from .summaries import LFSummary, lf_summaries

if TYPE_CHECKING:
    from rich.console import Group

_EXAMPLES = 5


@dataclass(frozen=True)
class Meeting:
    """An LF and another one.

    Parameters
    ----------
    lf
        The other LF's name.
    both, conflicts
        On how many rows both vote, and vote for different labels.
    right, other_right
        How often the LF, and the other one, are right where they differ and gold is known; None without gold.
    """

    lf: str
    both: int
    conflicts: int
    right: int | None = None
    other_right: int | None = None


@dataclass(frozen=True)
class OneLF(Printed):
    """What one LF does on n texts.

    Parameters
    ----------
    lf
        What it does, as in the table of all LFs.
    rows, alone
        How many texts there are, and on how many of them no other LF votes but it does.
    meetings
        The other LFs that vote on some of its rows, those with most conflicts first.
    wrong, conflicts, others
        A few of its rows: where gold says that it is wrong; where another LF votes for another label; of the rest.
    fault
        What it raised; None where nothing.
    not_found
        The words, hashtags or symbols of its list that stand in none of the texts.
    entries
        How many its list has; 0 where it has no list.
    """

    lf: LFSummary
    rows: int
    alone: int
    meetings: tuple[Meeting, ...]
    wrong: tuple[Row, ...]
    conflicts: tuple[Row, ...]
    others: tuple[Row, ...]
    fault: Fault | None
    not_found: tuple[str, ...] = ()
    entries: int = 0

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values, as JSON takes them."""
        values = asdict(self)
        return values | {"lf": values["lf"] | {"accuracy": self.lf.accuracy}}

    def parts(self) -> "Iterator[str | Group]":
        """Return lines, and tables as rich shows them."""
        from labelfns.display.tables import titled

        from .row_tables import rows_table
        from .tables import lf_table

        yield lf_table([self.lf])
        votes = round(self.lf.coverage * self.rows)
        yield f"It votes on {votes:,} of {self.rows:,} texts, on {self.alone:,} of them alone."
        if self.not_found:
            of_list = number_of(self.entries, "entry", "entries")
            stand = number_of(len(self.not_found), "stands", "stand")
            yield f"Of the {of_list} of its list {stand} in none of them: {shown(some(self.not_found, MOST))}."
        yield ""
        if self.meetings:
            with_gold = self.meetings[0].right is not None
            names = ["", "both vote", "of its rows", "conflicts", *["it is right", "the other is"] * with_gold]
            rows = [
                [
                    one.lf,
                    f"{one.both:,}",
                    percent(one.both / max(votes, 1)),
                    f"{one.conflicts:,}",
                    *[str(one.right), str(one.other_right)] * with_gold,
                ]
                for one in self.meetings
            ]
            yield titled("With each other LF; who is right where they differ" if with_gold else "With each other LF",
                         names, rows)  # fmt: skip
        for title, few in (
            ("Wrong, by gold", self.wrong),
            ("In conflict", self.conflicts),
            ("Other rows", self.others),
        ):
            if few:
                yield f"{title}:"
                yield rows_table(few)


def one_lf(
    lfs: LFSet, texts: Texts, votes: Votes, name: str, gold: Gold | None = None, *, time_limit: float = 2.0
) -> OneLF:
    """Return what one LF does beside the others.

    Parameters
    ----------
    lfs, texts, votes
        The LFs, the n texts, and their votes on them.
    name
        The LF's name.
    gold
        Labels [n], by id or name; -1 or None where unknown; by default those of the texts.
    time_limit
        How long an LF may search a text for what made it fire, in seconds.

    Raises
    ------
    InputError
        If there is no such LF, or gold does not fit.
    """
    gold = texts.gold if gold is None else gold
    ids = None if gold is None else check_gold(gold, len(votes), votes.labels)
    mine, seen = votes[name], set[int]()
    one = lfs.lfs[lfs.names.index(name)]

    def a_few(**conditions: Any) -> tuple[Row, ...]:
        found = select_rows(votes, lf=name, **conditions)
        rows = np.array([row for row in found.tolist() if row not in seen][:_EXAMPLES], dtype=int)
        seen.update(rows.tolist())
        return read_rows(lfs, texts, votes, rows, gold, time_limit=time_limit) if len(rows) else ()

    fired = mine != ABSTAIN
    rows = np.flatnonzero(fired)
    met = [
        Meeting(votes.lf_names[j], both, conflicts, right, other_right)
        for j, both, conflicts, right, other_right in meetings(
            votes.matrix[rows], mine[rows], None if ids is None else ids[rows]
        )
        if votes.lf_names[j] != name
    ]
    return OneLF(
        lf=next(summary for summary in lf_summaries(votes, ids) if summary.lf == name),
        rows=len(votes),
        alone=int((fired & ((votes.matrix != ABSTAIN).sum(axis=1) == 1)).sum()),
        meetings=tuple(met),
        wrong=() if ids is None else a_few(wrong=True, gold=ids),
        conflicts=a_few(conflicts=True),
        others=a_few(),
        fault=next((fault for fault in votes.faults if fault.lf == name), None),
        not_found=entries_not_found(one, votes.labels, texts),
        entries=len(entries_of(one)),
    )


def meetings(
    theirs: npt.NDArray[np.int8], mine: npt.NDArray[np.int8], gold: Ints | None
) -> list[tuple[int, int, int, int | None, int | None]]:
    """Return who else votes on the rows of an LF, those with most conflicts first.

    Parameters
    ----------
    theirs
        The votes of m LFs on its rows, [r, m].
    mine
        Its own votes there, [r].
    gold
        Class ids [r], -1 where unknown; None where no gold is known.

    Returns
    -------
    list
        For each of these LFs that votes there its position, on how many rows both vote, on how many for different
        labels, and how often the one and the other is right where they differ; None without gold.
    """
    voted = theirs != ABSTAIN
    differ = voted & (theirs != mine[:, None])
    both, conflicts = voted.sum(axis=0).tolist(), differ.sum(axis=0).tolist()
    right: list[int | None] = [None] * theirs.shape[1]
    other_right = right
    if gold is not None:
        known = np.flatnonzero(gold >= 0)
        right = (differ[known] & (mine == gold)[known, None]).sum(axis=0).tolist()
        other_right = (differ[known] & (theirs[known] == gold[known, None])).sum(axis=0).tolist()
    met = [(j, both[j], conflicts[j], right[j], other_right[j]) for j in np.flatnonzero(both).tolist()]
    return sorted(met, key=lambda one: (-one[2], -one[1]))
