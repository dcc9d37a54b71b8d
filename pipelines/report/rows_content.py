"""What a page says of rows: how right, round by round, where answers go wrong, what to label, what to add."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from labelfns.analysis.suggest import Suggestion, suggest
from labelfns.lfs.base import ABSTAIN
from labelfns.models.arrays import decide
from labelfns.models.evaluation.coverage import accuracy_against_coverage, reliability
from labelfns.models.evaluation.metrics import score
from labelfns.votes import Votes

from .evidence import Evidence, RoundRows, SetRows
from .sample import MOST_SIGNS, Sample

THRESHOLDS = tuple(step / 50 for step in range(50))
MOST_ASKED = 30
"""Rows that are offered for a gold label."""
MOST_READ = 5_000
"""Texts in which words to suggest are looked for, evenly spread: that is most of the time that a page takes."""
_IN_CELL, _IN_CELLS, _OF_CHANGE = 8, 200, 4  # rows of a cell, of all cells of a set, of a change
_OF_CLASS, _MOST_SUGGESTED = 4, 16
CHANGES = ("kept", "added", "dropped", "flipped")


def curves(evidence: Evidence, labels: Sequence[str]) -> list[dict[str, Any]]:
    """Return accuracy against coverage, and reliability, of each voter on the set where a threshold may be chosen.

    That is val where there is one, else the pool: a threshold that is chosen on test is not measured there.
    """
    data = next((one for name in ("val", evidence.sets[0].name) for one in evidence.sets if one.name == name), None)
    if data is None:
        return []
    everywhere = None if data.answers is None or data.gold is None else _every_row(len(data.answers), labels)
    found = []
    for name, probs, votes in ((data.who, data.answers, everywhere), ("label model", data.weak, data.votes)):
        if probs is None or votes is None:
            continue
        points = accuracy_against_coverage(probs, votes, data.gold, THRESHOLDS)
        calibration = None if data.gold is None else reliability(probs, votes, data.gold)
        found.append(
            {
                "name": name,
                "set": data.name,
                "measured": any(point.interval for point in points),
                "points": [asdict(point) for point in points if point.accuracy is not None],
                "reliability": None if calibration is None else asdict(calibration),
            }
        )
    return found


def _every_row(n: int, labels: Sequence[str]) -> Votes:
    """Return votes that cover n rows, as a classifier answers each."""
    return Votes(np.zeros((n, 1), dtype=np.int8), labels=tuple(labels))


def confusion(data: SetRows, labels: Sequence[str], sample: Sample) -> dict[str, Any] | None:
    """Return the counts of a set's rows by gold label and answer, with examples; None without gold or answers.

    Where nothing but a label model answers, these are its answers; rows without one stand in a column of their own.
    """
    if data.gold is None:
        return None
    if data.answers is not None:
        answers, who = data.answers.argmax(axis=1), data.who
    elif data.weak is not None and data.votes is not None:
        answers, who = decide(data.weak, data.votes.covered), "label model"
    else:
        return None
    k = len(labels)
    scores = score(data.gold, answers, k)
    if scores is None:
        return None
    given = np.where(answers == ABSTAIN, k, answers)  # rows without an answer stand last
    columns = k + any(scores.abstained)
    cells: dict[str, list[int]] = {}
    wrong_first = sorted(((i, j) for i in range(k) for j in range(columns)), key=lambda cell: cell[0] == cell[1])
    for i, j in wrong_first[:_IN_CELLS]:
        rows = np.flatnonzero((data.gold == i) & (given == j))
        cells[f"{i},{j}"] = sample.take(data, rows, min(_IN_CELL, max(_IN_CELLS // k**2, 1)))
    return {
        "set": data.name,
        "who": who,
        "matrix": [[*row, none][:columns] for row, none in zip(scores.confusion, scores.abstained, strict=True)],
        "classes": [asdict(one) for one in scores.by_class],
        "cells": cells,
    }


def rounds(ledgers: Sequence[Mapping[str, Any]], best: int, evidence: Evidence, sample: Sample) -> list[dict[str, Any]]:
    """Return what each round did, with a few rows of each change."""
    before: list[RoundRows | None] = [None, *evidence.rounds]
    rows = {now.round: _changes(then, now) for then, now in zip(before, evidence.rounds, strict=False)}
    return [
        {
            **{name: ledger.get(name) for name in ("round", "trained_on", "judged", "gain", "gain_error", "against")},
            "best": ledger["round"] == best,
            "collapsed": list(ledger["collapsed"]),
            "changes": [
                {
                    "name": change,
                    "rows": sum(ledger[change].values()),
                    "examples": sample.take(evidence.pool, rows.get(ledger["round"], {}).get(change, ()), _OF_CHANGE),
                }
                for change in CHANGES
            ],
        }
        for ledger in ledgers
    ]


def _changes(before: RoundRows | None, now: RoundRows) -> dict[str, Any]:
    was = np.zeros_like(now.selected) if before is None else before.selected
    same = np.ones_like(now.selected) if before is None else before.labels == now.labels
    found = {
        "kept": was & now.selected & same,
        "added": now.selected & ~was,
        "dropped": was & ~now.selected,
        "flipped": was & now.selected & ~same,
    }
    return {name: np.flatnonzero(rows) for name, rows in found.items()}


def worth_gold(pool: SetRows | None, sample: Sample) -> dict[str, Any]:
    """Return the rows whose gold label would tell most, and why: voters that are both sure contradict each other.

    Where there is a classifier, these are rows to which it gives another label than the label model, the surest first;
    else rows on which LFs disagree, those first of which the label model is least sure.
    """
    if pool is None or pool.weak is None or pool.votes is None:
        return {"why": "", "rows": []}
    unknown = np.ones(len(pool.weak), dtype=bool) if pool.gold is None else pool.gold < 0
    weak = decide(pool.weak, pool.votes.covered)
    if pool.answers is not None:
        asked = unknown & (weak != ABSTAIN) & (weak != pool.answers.argmax(axis=1))
        rank, why = -np.minimum(pool.weak.max(axis=1), pool.answers.max(axis=1)), "classifier"
    else:
        asked, rank, why = unknown & pool.votes.conflicting, pool.weak.max(axis=1), "LFs"
    rows = np.flatnonzero(asked)
    order = rows[np.argsort(rank[rows], kind="stable")]
    return {"why": why, "of": len(rows), "rows": sample.take(pool, order[:MOST_ASKED], MOST_ASKED)}


def suggestions(evidence: Evidence) -> list[dict[str, Any]]:
    """Return words worth an LF, by class where gold or a classifier's labels are there; see `suggest`."""
    pool = evidence.pool
    if pool is None or pool.texts is None or pool.votes is None or not len(pool.votes):
        return []
    rows = np.unique(np.linspace(0, len(pool.votes) - 1, min(len(pool.votes), MOST_READ)).astype(int))
    texts = [pool.texts[row][:MOST_SIGNS] for row in rows.tolist()]
    known = pool.gold if pool.answers is None else pool.answers.argmax(axis=1)
    labeled = None if known is None or not (known[rows] >= 0).any() else (texts, known[rows])
    found = suggest(texts, pool.votes.rows(rows), labeled=labeled, lfs=evidence.lfs, n=_OF_CLASS)
    return [
        {"line": one.line, "about": _about(one, pool), "examples": list(one.examples)}
        for one in sorted(found, key=lambda one: one.gap != "silent")[:_MOST_SUGGESTED]
    ]


def _about(one: Suggestion, pool: SetRows) -> str:
    """Return what speaks for a suggestion; labels of a classifier are not called gold."""
    if pool.answers is None:
        return one.about
    counts = sorted(((name, count) for name, count in one.gold.items() if count), key=lambda pair: -pair[1])
    given = ", ".join(f"{count} {name}" for name, count in counts)
    return f"{replace(one, gold={}).about}; the {pool.who} gives {given}"
