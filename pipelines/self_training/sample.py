"""The sample of a pool that is larger than one wants to train on: drawn by class, and by what is hard."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from labelfns.checks import Bools, Ints
from labelfns.models.arrays import decide
from labelfns.models.class_balance import Floats
from labelfns.votes import Probs, Votes

HARD = 0.5
"""How readily a hard row is drawn, compared with another one of its class: its label is often wrong. Of .5, 1, 2 and 4
the best on held-out thirds of five pools, in students on frozen vectors; the more hard rows, the worse."""
LEAST_COVERED = 0.5
"""At least this share of a sample are covered rows, if there are as many: round 0 learns from no others."""
LEAST_OF_CLASS = 0.1
"""A class gets at least this part of an even share of the covered rows of a sample, or all that it has."""


@dataclass(frozen=True)
class Drawn:
    """How the rows that the rounds work on were drawn from the pool.

    Parameters
    ----------
    rows, of
        How many rows were drawn, and how many the pool has.
    by_label, of_by_label
        Of the covered rows, by the LFs' label: how many were drawn, and how many there are.
    hard, of_hard
        The same of covered rows whose votes are for several labels, or leave the label model undecided.
    """

    rows: int
    of: int
    by_label: dict[str, int]
    of_by_label: dict[str, int]
    hard: int
    of_hard: int


def drawn_sentence(drawn: Mapping[str, Any] | None) -> str:
    """Return what the rounds saw of a larger pool, from the JSON of `Drawn`; nothing where they saw all."""
    if not drawn:
        return ""
    labels = "; ".join(f"{name} {rows:,} of {drawn['of_by_label'][name]:,}" for name, rows in drawn["by_label"].items())
    others, of_others = (drawn[rows] - sum(drawn[labeled].values()) for rows, labeled in _COVERED)
    return (
        f"The rounds saw {drawn['rows']:,} of the pool's {drawn['of']:,} texts, drawn by class and by what is hard "
        f"({labels}; without a vote {others:,} of {of_others:,}; in doubt {drawn['hard']:,} of {drawn['of_hard']:,}). "
        "Their figures are of these; LFs and label model saw all."
    )


_COVERED = (("rows", "by_label"), ("of", "of_by_label"))


def draw(votes: Votes, weak: Probs, size: int, seed: int, *, covered_only: bool = False) -> tuple[Ints, Drawn]:
    """Draw a sample of a pool.

    Covered and uncovered rows keep their proportion, and so do the LFs' labels among the covered ones, but that at
    least half of the sample is covered, no label is lost, and hard rows are drawn less readily.

    Parameters
    ----------
    votes
        The pool's votes.
    weak
        The label model's probabilities, [n, k].
    size
        How many rows to draw, from k to n.
    seed
        Seed of the draw.
    covered_only
        Whether uncovered rows are drawn only where there are not enough others.

    Returns
    -------
    tuple
        The rows drawn, ascending, and what they are.
    """
    covered, labels = votes.covered, weak.argmax(axis=1)
    hard = covered & (votes.conflicting | (decide(weak) < 0))
    n, n_covered, k = len(votes), int(covered.sum()), votes.n_labels
    share = 1.0 if covered_only else max(n_covered / n, LEAST_COVERED)
    of_covered = min(max(round(size * share), size - (n - n_covered), k), n_covered)
    counts = np.bincount(labels[covered], minlength=k)
    by_class = np.minimum(counts, np.ceil(LEAST_OF_CLASS * of_covered / k).astype(int))  # the least of each
    by_class = by_class + quotas(counts.astype(float), counts - by_class, of_covered - int(by_class.sum()))
    rng, drawn = np.random.default_rng(seed), list[Ints]()
    for c in range(k):
        of_class = covered & (labels == c)
        kinds = np.flatnonzero(of_class & hard), np.flatnonzero(of_class & ~hard)
        room = np.array([len(rows) for rows in kinds])
        taken = quotas(room * np.array([HARD, 1.0]), room, int(by_class[c]))
        drawn += [_draw(rng, rows, number) for rows, number in zip(kinds, taken.tolist(), strict=True)]
    drawn.append(_draw(rng, np.flatnonzero(~covered), size - of_covered))
    rows = np.sort(np.concatenate(drawn))
    return rows, _drawn(rows, votes.labels, covered, labels, hard)


def _draw(rng: np.random.Generator, rows: Ints, number: int) -> Ints:
    return rows[rng.choice(len(rows), number, replace=False, shuffle=False)] if number else rows[:0]


def _drawn(rows: Ints, names: tuple[str, ...], covered: Bools, labels: Ints, hard: Bools) -> Drawn:
    def by_label(of: Bools, ids: Ints) -> dict[str, int]:
        return dict(zip(names, np.bincount(ids[of], minlength=len(names)).tolist(), strict=True))

    return Drawn(
        rows=len(rows),
        of=len(covered),
        by_label=by_label(covered[rows], labels[rows]),
        of_by_label=by_label(covered, labels),
        hard=int(hard[rows].sum()),
        of_hard=int(hard.sum()),
    )


def quotas(weights: Floats, room: Ints, total: int) -> Ints:
    """Return how many to take of each of r parts: in proportion to their weights, of none more than there are.

    Parameters
    ----------
    weights
        Weights [r], at least 0.
    room
        How many there are, [r].
    total
        How many to take; all there are, if that is less.

    Examples
    --------
    >>> quotas(np.array([8.0, 1.0, 1.0]), np.array([3, 5, 5]), 9).tolist()
    [3, 3, 3]
    """
    total, exact, is_open = min(total, int(room.sum())), np.zeros(len(room)), room > 0
    while is_open.any():
        left = total - exact[~is_open].sum()
        exact[is_open] = left * weights[is_open] / weights[is_open].sum()
        full = is_open & (exact > room)
        if not full.any():
            break
        exact[full] = room[full]
        is_open &= ~full
    taken = np.floor(exact + 1e-9).astype(np.int64)
    largest = np.argsort(np.where(taken < room, taken - exact, 1), kind="stable")
    taken[largest[: total - int(taken.sum())]] += 1
    return taken
