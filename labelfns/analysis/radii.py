"""How far LFs of sentences reach: what each radius would cover, and with gold how often it is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from labelfns.checks import Gold
from labelfns.display.numbers import percent
from labelfns.engine.vote_parser import VoteParser
from labelfns.errors import InputError, did_you_mean, number_of, some
from labelfns.io.texts import as_texts
from labelfns.lfs.meaning.prototypes import PrototypesLF, chosen
from labelfns.lfset import LFSet

_STEP = 0.05


@dataclass(frozen=True)
class Radius:
    """What a least similarity would do.

    Parameters
    ----------
    min_similarity
        The least cosine.
    votes
        On how many texts the LF would vote.
    by_label
        The same for each label.
    known, right
        How many of these have a gold label, and how many of them have the one voted for; None without gold.
    """

    min_similarity: float
    votes: int
    by_label: Mapping[str, int]
    known: int | None = None
    right: int | None = None

    @property
    def precision(self) -> float | None:
        """The share of votes that are right, in [0, 1]; None where no gold label is known of any."""
        return self.right / self.known if self.known and self.right is not None else None


@dataclass(frozen=True)
class Radii:
    """What each least similarity would do; printed, one a line.

    Parameters
    ----------
    lf
        The LF's name.
    min_similarity, margin
        Its settings; the margin is that of all radii.
    texts
        How many texts there are.
    radii
        From far to close, the LF's own among them.
    """

    lf: str
    min_similarity: float
    margin: float
    texts: int
    radii: tuple[Radius, ...]

    def __str__(self) -> str:
        lines = [f"{self.lf} on {number_of(self.texts, 'text')}, margin {self.margin:g}"]
        for one in self.radii:
            shares = ", ".join(f"{label} {count:,}" for label, count in one.by_label.items())
            right = "" if one.precision is None else f"; right on {percent(one.precision)} of {one.known:,}"
            mark = " (now)" if one.min_similarity == self.min_similarity else ""
            lines.append(
                f"{one.min_similarity:<6.3g} covers {percent(one.votes / self.texts):>6} ({shares}){right}{mark}"
            )
        return "\n".join(lines)


def radii(lfs: LFSet, texts: Any, *, text: str = "text", lf: str | None = None, gold: Gold | None = None) -> Radii:
    """Show what other values of `min_similarity` would make of an LF of sentences; the texts are read once for all.

    Parameters
    ----------
    lfs
        The LFs.
    texts
        The n texts: whatever `LFSet.apply` takes.
    text
        The column of texts in a frame.
    lf
        The LF's name; by default the only one that `prototypes` made.
    gold
        Labels [n], by id or name, -1 or None where unknown, or the name of their column in a frame; by default those
        of the texts.

    Raises
    ------
    InputError
        If there is no such LF, or gold does not fit the texts.
    LFError
        If its model cannot be opened.
    """
    named = {one.name: one for one in lfs if isinstance(one, PrototypesLF)}
    name = next(iter(named)) if lf is None and len(named) == 1 else lf
    if name not in named:
        hint = did_you_mean(str(lf), named) or f"; there are {some(list(named)) or 'none'}"
        raise InputError(f"radii are of one LF that prototypes() made; got {lf!r}{hint}")
    found, data = named[name], as_texts(texts, text, gold=gold, labels=lfs.labels)
    similarities = found.similarities(data.texts)
    ids = np.array([VoteParser(lfs.labels).class_id(label) for label in found.known_labels])
    own = float(found.min_similarity)
    rows = [
        _radius(least, chosen(similarities, least, found.margin), ids, lfs.labels, data.gold)
        for least in sorted({*_steps(similarities.max(axis=1)), own})
    ]
    return Radii(found.name, own, float(found.margin), len(data), tuple(rows))


def _steps(closest: np.ndarray) -> list[float]:
    """Return the round cosines from one that takes nearly all texts to one that takes nearly none."""
    low, high = np.quantile(closest, [0.01, 0.99]) / _STEP
    return [round(step * _STEP, 2) for step in range(int(np.floor(low)), int(np.ceil(high)))]


def _radius(
    least: float, places: np.ndarray, ids: np.ndarray, labels: Sequence[str], known: np.ndarray | None
) -> Radius:
    voted = places >= 0
    votes = np.where(voted, ids[places], -1)
    by_label = {label: int((votes == c).sum()) for c, label in enumerate(labels) if c in ids}
    if known is None:
        return Radius(least, int(voted.sum()), by_label)
    told = voted & (known >= 0)
    return Radius(least, int(voted.sum()), by_label, int(told.sum()), int((votes == known)[told].sum()))
