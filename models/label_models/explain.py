"""Why a row gets its label: additive log-odds, the verdict without each vote, learned accuracies."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from scipy.special import betaincinv

from labelfns.analysis.pairs import one_hot
from labelfns.errors import InputError
from labelfns.lfs.base import ABSTAIN
from labelfns.models.arrays import Probs, decide
from labelfns.votes import Votes

from .base import BaseLabelModel
from .fit import Fitted

WORTH = 3.0
"""How many gold rows a precision learned without gold is worth in its interval: 90% hold the truth on the many votes
of `tests/benchmarks/calibration_data.py`; at 6, which was set on four sets, 78% do."""


@dataclass(frozen=True)
class VoteReason:
    """What one vote adds.

    Parameters
    ----------
    lf, vote
        The LF's name and the label it gives.
    log_odds
        What it adds to the log-odds of the verdict against the runner-up; below 0 it speaks for the runner-up. None of
        a model in which votes do not add up.
    without, confidence
        The label given without this vote, None where there is none; and how likely the row's own label is then, in
        [0, 1].
    accuracy
        The learned probability, in (0, 1), that this LF is right when it gives this label.
    interval
        An interval of it; both None of a model that does not learn such. What was learned without gold counts as much
        as 3 gold rows: with that, 90% of the intervals held the truth where it is known
        (docs/label_models_measured.md).
    """

    lf: str
    vote: str
    log_odds: float | None
    without: str | None
    confidence: float
    accuracy: float | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class Explanation:
    """Why a row gets its label.

    Parameters
    ----------
    label
        The label given; None where no LF votes or the most likely labels tie.
    runner_up
        The label that the log-odds are against; None where no LF votes.
    confidence
        The probability of the most likely label, in [1/k, 1].
    start
        The log-odds of the verdict against the runner-up before any vote; None of a model in which votes do not add up.
    votes
        One reason per vote, the weightiest first; `start` and their log-odds add up to the row's log-odds before
        calibration.
    """

    label: str | None
    runner_up: str | None
    confidence: float
    start: float | None
    votes: tuple[VoteReason, ...]


def explain(fitted: Fitted, votes: Votes, row: int) -> Explanation:
    """Explain one row of `votes` by a fitted model (see `LabelModel.explain`)."""
    k = votes.n_labels

    def hot(rows: Votes) -> Any:
        return one_hot(rows.matrix, k, None if rows.strength is None else rows.strength.astype(np.float64))

    found = _left_out(lambda rows: fitted.proba(hot(rows)), votes, row)
    if not found.votes:
        return found
    log_odds, start = fitted.log_odds()
    mine = votes.rows(slice(row, row + 1))
    best, second = np.argsort(-fitted.proba(hot(mine))[0], kind="stable")[:2].tolist()
    reasons = []
    for reason in found.votes:
        j, c = votes.lf_names.index(reason.lf), votes.labels.index(reason.vote)
        added = log_odds[j * k + c] * (1 if mine.strength is None else mine.strength[0, j])
        learned_of = learned(fitted, j, c)._asdict()
        reasons.append(replace(reason, log_odds=float(added[best] - added[second]), **learned_of))
    reasons.sort(key=lambda reason: -abs(reason.log_odds or 0.0))
    return replace(found, start=float(start[best] - start[second]), votes=tuple(reasons))


def explain_by_leaving_out(model: BaseLabelModel, votes: Votes, row: int) -> Explanation:
    """Explain one row by any fitted label model: what it says without each vote, those that change most first.

    Raises
    ------
    InputError
        If there is no such row.
    """
    return _left_out(model.predict_proba, votes, row)


def _left_out(proba: Callable[[Votes], Probs], votes: Votes, row: int) -> Explanation:
    if not 0 <= row < len(votes):
        raise InputError(f"there is no row {row}: the votes have rows 0 to {len(votes) - 1}")
    k, voted = votes.n_labels, votes.matrix[row]
    voters = np.flatnonzero(voted != ABSTAIN)
    if not len(voters):
        return Explanation(None, None, 1 / k, None, ())
    without = np.repeat(voted[None], len(voters) + 1, axis=0)  # one row without each vote, and last the row itself
    without[np.arange(len(voters)), voters] = ABSTAIN
    strength = None if votes.strength is None else np.repeat(votes.strength[row][None], len(without), axis=0)
    probs = proba(Votes(without, labels=votes.labels, lf_names=votes.lf_names, strength=strength))
    labels = [None if c == ABSTAIN else votes.labels[c] for c in decide(probs, (without != ABSTAIN).any(axis=1))]
    best, second = np.argsort(-probs[-1], kind="stable")[:2].tolist()
    reasons = [
        VoteReason(votes.lf_names[j], votes.labels[voted[j]], None, labels[i], float(probs[i, best]))
        for i, j in enumerate(voters.tolist())
    ]
    reasons.sort(key=lambda reason: -abs(reason.confidence - float(probs[-1, best])))
    return Explanation(labels[-1], votes.labels[second], float(probs[-1, best]), None, tuple(reasons))


class Learned(NamedTuple):
    """How right a vote is taken to be: see `VoteReason`."""

    accuracy: float
    interval: tuple[float, float]


def learned(fitted: Fitted, lf: int, label: int) -> Learned:
    """Return how right a fitted model takes the LF of column `lf` to be when it votes for the class `label`."""
    vote = lf * fitted.precision.shape[1] + label
    accuracy = float(fitted.precision[vote, label])
    return Learned(accuracy, _interval(accuracy, WORTH + float(fitted.gold_votes[vote])))


def _interval(accuracy: float, rows: float) -> tuple[float, float]:
    """Return the middle 90% of the beta distribution of an accuracy that so many gold rows have shown."""
    low, high = betaincinv(accuracy * rows, (1 - accuracy) * rows, [0.05, 0.95])
    return float(low), float(high)
