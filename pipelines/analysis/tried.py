"""LFs that are not in the file yet, tried beside those that are: what they cover, whom they meet, who is right."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from labelfns.checks import Gold, check_gold
from labelfns.display.numbers import percent
from labelfns.lfs.base import ABSTAIN, LabelingFunction
from labelfns.models.evaluation.text_precision import TextPrecision
from labelfns.votes import Votes


@dataclass(frozen=True)
class TriedLF:
    """What one new LF does on a pool.

    Parameters
    ----------
    lf, votes_for, about
        Its name, the labels that it votes for, and what it looks for.
    rows, votes, first
        How many texts there are, on how many it votes, and on how many of these no LF of the file does.
    met, agree, conflict
        On how many of its texts LFs of the file vote, on how many one of them for the same label, and for another one.
    known, right
        How many of its votes meet gold, and how many are right there; None where there is no gold.
    from_text
        What the texts say of its votes, by label; empty where they were not asked.
    fault
        What it raised; empty where nothing.
    """

    lf: str
    votes_for: str
    about: str
    rows: int
    votes: int
    first: int
    met: int
    agree: int
    conflict: int
    known: int | None = None
    right: int | None = None
    from_text: tuple[TextPrecision, ...] = ()
    fault: str = ""

    @property
    def said(self) -> str:
        """What speaks for it and against it, in a line."""
        parts = [f"votes on {self.votes:,} of {self.rows:,} texts ({percent(self.votes / max(self.rows, 1))})"]
        parts += [f"the first vote on {self.first:,}"] if self.votes else []
        if self.met:
            parts.append(f"meets others on {self.met:,}: agrees on {self.agree:,}, conflicts on {self.conflict:,}")
        if self.known:
            parts.append(f"right on {self.right:,} of {self.known:,} with gold")
        for one in self.from_text:
            if one.precision is not None and one.interval is not None:
                low, high = one.interval
                parts.append(
                    f"by the text right on {percent(one.precision, 0)} ({percent(low, 0)} to {percent(high, 0)})"
                )
        parts += [f"raised {self.fault}"] if self.fault else []
        return "; ".join(parts)


def tried(
    lfs: Iterable[LabelingFunction],
    new: Votes,
    before: Votes,
    *,
    labeled: tuple[Votes, Gold] | None = None,
    from_text: Sequence[TextPrecision] = (),
) -> tuple[TriedLF, ...]:
    """Return what new LFs do beside those that there are.

    Parameters
    ----------
    lfs
        The new LFs.
    new, before
        Their votes, and those of the LFs that there are, on the same pool.
    labeled
        The new LFs' votes on texts with gold, and their gold labels.
    from_text
        What the texts say of LFs (see `labelfns.models.evaluation.text_precision`).
    """
    gold = None if labeled is None else check_gold(labeled[1], len(labeled[0]), new.labels)
    by_class = before.counts
    faults = {fault.lf: f"{fault.error} on {len(fault.rows):,} texts" for fault in new.faults}
    found = []
    for lf in lfs:
        mine = new[lf.name]
        rows = np.flatnonzero(mine != ABSTAIN)
        same = by_class[rows, mine[rows]]
        others = by_class[rows].sum(axis=1)
        known = right = None
        if labeled is not None and gold is not None:
            there = labeled[0][lf.name]
            told = (there != ABSTAIN) & (gold >= 0)
            known, right = int(told.sum()), int((there == gold)[told].sum())
        found.append(
            TriedLF(
                lf.name,
                lf.votes_for,
                lf.about,
                len(new),
                len(rows),
                int((others == 0).sum()),
                int((others > 0).sum()),
                int((same > 0).sum()),
                int((others > same).sum()),
                known,
                right,
                tuple(one for one in from_text if one.lf == lf.name),
                faults.get(lf.name, ""),
            )
        )
    return tuple(found)
