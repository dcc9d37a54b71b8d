"""What a page says of labeling functions: a table of them, pairs of them, and the classes that they reach."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from labelfns.analysis.near_copies import near_copies
from labelfns.checks import Bools
from labelfns.display.of_votes import pairs_of_most
from labelfns.lfs.base import ABSTAIN, declared_label
from labelfns.models import LabelModel
from labelfns.models.evaluation.metrics import wilson
from labelfns.models.label_models.explain import learned
from labelfns.votes import Votes

from .evidence import Evidence, SetRows
from .sample import Sample

MOST_IN_MAP = 30
"""LFs in the heat maps: those that cover most."""
_EXAMPLES, _MOST_EXAMPLES = 4, 200  # of an LF, and of all LFs, of each kind


def lf_table(
    lfs: Sequence[Mapping[str, Any]],
    on_val: Sequence[Mapping[str, Any]] | None,
    from_text: Sequence[Mapping[str, Any]],
    faults: Sequence[Mapping[str, Any]],
    evidence: Evidence,
    sample: Sample,
) -> list[dict[str, Any]]:
    """Return what is known of each LF, in the order of the votes.

    Parameters
    ----------
    lfs, on_val
        What each LF does on the pool, and on val where there is one, as `Votes.summary` gives it.
    from_text
        What the texts say of each LF's votes, as `TextPrecision` has it.
    faults
        What LFs raised, as `Fault` has it.
    evidence
        The rows.
    sample
        The rows of the page, to which examples are added.
    """
    pool = evidence.pool
    conflicting = None if pool is None or pool.votes is None else pool.votes.conflicting
    copies = _copies(None if pool is None else pool.votes)
    return [
        {
            "name": lf["lf"],
            "polarity": list(lf["polarity"]),
            "votes_for": list(lf["polarity"]) or _declared(evidence, lf["lf"]),
            **{share: lf[share] for share in ("coverage", "overlaps", "conflicts")},
            "gold": right(lf),
            "val": None if on_val is None else {"coverage": on_val[j]["coverage"], "right": right(on_val[j])},
            "learned": _learned(evidence, j, lf["polarity"]),
            "text": [_by_the_text(said) for said in from_text if said["lf"] == lf["lf"] and said["interval"]],
            "copies": copies.get(lf["lf"], []),
            "faults": [dict(fault) for fault in faults if fault["lf"] == lf["lf"]],
            "examples": [] if pool is None else _examples(pool, j, conflicting, sample),
        }
        for j, lf in enumerate(lfs)
    ]


def right(lf: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return how many of an LF's votes are right, with a 95% interval; None where none meets gold."""
    n = (lf.get("correct") or 0) + (lf.get("incorrect") or 0)
    if not n:
        return None
    low, high = wilson(lf["correct"], n)
    return {"share": lf["correct"] / n, "low": low, "high": high, "of": n}


def heat_map(votes: Votes) -> dict[str, Any] | None:
    """Return of the LFs that cover most which share of one's votes stands where another votes, or disagrees.

    `overlaps` and `conflicts` are [r, r] shares in [0, 1] of the votes of the LF of the row; None of fewer than 2 LFs.
    """
    lfs, both, same = pairs_of_most(votes.matrix, MOST_IN_MAP)
    if len(lfs) < 2:
        return None
    base = np.diag(both)[:, None]
    return {
        "lfs": lfs,
        "overlaps": (both / base).tolist(),
        "conflicts": ((both - same) / base).tolist(),
        "worst": _worst(both - same, lfs),
    }


def _worst(apart: Any, lfs: list[int]) -> dict[str, int] | None:
    """Return the pair of LFs that disagree on most rows, and on how many; None where none do."""
    a, b = np.unravel_index(int(np.argmax(apart)), apart.shape)
    return {"a": lfs[a], "b": lfs[b], "rows": int(apart[a, b])} if apart[a, b] > 0 else None


def by_class(
    labels: Sequence[str], lfs: Sequence[Mapping[str, Any]], counts: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return for each class the LFs that vote for it, and how many rows the label model gives to it.

    Parameters
    ----------
    labels
        The k label names.
    lfs
        The LFs, as `lf_table` gives them.
    counts
        Rows by label, the k labels first.
    """
    rows = list(counts.values())
    return [
        {"label": label, "lfs": sum(label in lf["polarity"] for lf in lfs), "rows": rows[c] if rows else None}
        for c, label in enumerate(labels)
    ]


def _copies(votes: Votes | None) -> dict[str, list[str]]:
    if votes is None:
        return {}
    return {name: [other for other in group.lfs if other != name] for group in near_copies(votes) for name in group.lfs}


def closest_copies(votes: Votes | None, lfs: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return the first LF that has near-copies, the closest of these, and how close; None where there are none.

    Parameters
    ----------
    votes
        The votes, [n, m].
    lfs
        The LFs, as `lf_table` gives them.
    """
    copied = next((lf for lf in lfs if lf["copies"]), None)
    if votes is None or copied is None:
        return None
    pairs = [pair for other in copied["copies"] for pair in near_copies(votes.of_lfs((copied["name"], other)))]
    closest = max(pairs, key=lambda pair: pair.overlap)
    a, b = closest.lfs
    return {"a": a, "b": b, "overlap": closest.overlap, "agreement": closest.agreement}


def _by_the_text(said: Mapping[str, Any]) -> dict[str, Any]:
    low, high = said["interval"]
    kept = {name: said[name] for name in ("label", "votes", "by_votes")}
    return {**kept, "share": said["precision"], "low": low, "high": high}


def _learned(evidence: Evidence, j: int, polarity: Sequence[str]) -> list[dict[str, Any]]:
    """Return how right the label model takes an LF to be, by label; empty where it does not say, with an interval."""
    model = evidence.label_model
    if not isinstance(model, LabelModel):
        return []
    labels = list(model.classes_)
    found = [(label, learned(model.fitted_, j, labels.index(label))) for label in polarity if label in labels]
    return [
        {"label": label, "share": one.accuracy, "low": one.interval[0], "high": one.interval[1]} for label, one in found
    ]


def _declared(evidence: Evidence, name: str) -> list[str]:
    """Return the label that an LF is declared for, whether it votes or not; none where it may be any."""
    lfs = evidence.lfs
    labels = [] if lfs is None else [declared_label(lf, lfs.labels) for lf in lfs if lf.name == name]
    return [label for label in labels if label is not None]


def _examples(pool: SetRows, j: int, conflicting: Bools | None, sample: Sample) -> list[int]:
    """Add examples of an LF's votes: wrong ones where gold is known, ones against other LFs, and others."""
    if pool.votes is None or conflicting is None:
        return []
    column = pool.votes.matrix[:, j]
    fired = column != ABSTAIN
    wrong = fired & (pool.gold >= 0) & (pool.gold != column) if pool.gold is not None else np.zeros_like(fired)
    against = fired & conflicting & ~wrong
    kinds, n = (
        (wrong, against, fired & ~wrong & ~against),
        min(_EXAMPLES, max(_MOST_EXAMPLES // len(pool.votes.lf_names), 1)),
    )
    return [place for kind in kinds for place in sample.take(pool, np.flatnonzero(kind), n)]
