"""Why a row gets its label: additive log-odds, the verdict without each vote, learned accuracies."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import beta

from labelfns.errors import InputError
from labelfns.lfs.base import ABSTAIN
from labelfns.votes import Votes

if TYPE_CHECKING:
    from .label_model import LabelModel

WORTH = 6.0
"""How many gold rows a precision learned without gold is worth in its interval: set so that 90 % hold the truth."""


@dataclass(frozen=True)
class VoteReason:
    """What one vote adds.

    Parameters
    ----------
    lf, vote
        The LF's name and the label it gives.
    log_odds
        What it adds to the log-odds of the verdict against the runner-up; below 0 it speaks for the runner-up.
    without
        The label given without this vote; None where there is none.
    accuracy
        The learned probability, in (0, 1), that this LF is right when it gives this label.
    interval
        An interval of it. What was learned without gold counts as much as 6 gold rows: with that, 90 % of the intervals
        held the truth where it is known (docs/label_models.md); with 50 gold rows, 81 to 90 %.
    """

    lf: str
    vote: str
    log_odds: float
    without: str | None
    accuracy: float
    interval: tuple[float, float]


@dataclass(frozen=True)
class Explanation:
    """Why a row gets its label.

    Parameters
    ----------
    label
        The label given; None where no LF votes or the surest labels tie.
    runner_up
        The label that the log-odds are against; None where no LF votes.
    confidence
        The probability of the surest label, in [1/k, 1].
    start
        The log-odds of the verdict against the runner-up before any vote.
    votes
        A reason a vote, the weightiest first; `start` and their log-odds add up to the row's log-odds before
        calibration.
    """

    label: str | None
    runner_up: str | None
    confidence: float
    start: float
    votes: tuple[VoteReason, ...]


def explain(model: "LabelModel", votes: Votes, row: int) -> Explanation:
    """Explain one row of `votes` by a fitted model (see `LabelModel.explain`)."""
    if not 0 <= row < len(votes):
        raise InputError(f"there is no row {row}: the votes have rows 0 to {len(votes) - 1}")
    voted = votes.matrix[row]
    k, voters = votes.n_labels, np.flatnonzero(voted != ABSTAIN)
    alone = votes.rows(np.array([row]))
    probs = model.predict_proba(alone)[0]
    if not len(voters):
        return Explanation(None, None, float(probs.max()), 0.0, ())
    order = np.argsort(-probs, kind="stable")
    best, second = int(order[0]), int(order[1])

    def verdict(without: int) -> str | None:
        changed = voted.copy()
        changed[without] = ABSTAIN
        found = model.predict(Votes(changed[None], labels=votes.labels, lf_names=votes.lf_names))[0]
        return None if found == ABSTAIN else votes.labels[found]

    weights, start = model.vote_log_odds()
    reasons = []
    for j in voters:
        token = j * k + int(voted[j])
        accuracy = float(model.precision_[token, voted[j]])
        worth = WORTH + float(model.gold_votes_[token])
        low, high = beta.ppf([0.05, 0.95], accuracy * worth, (1 - accuracy) * worth)
        added = float(weights[token, best] - weights[token, second])
        name, label = votes.lf_names[j], votes.labels[voted[j]]
        reasons.append(VoteReason(name, label, added, verdict(int(j)), accuracy, (float(low), float(high))))
    reasons.sort(key=lambda reason: -abs(reason.log_odds))
    decided = model.predict(alone)[0]
    return Explanation(
        label=None if decided == ABSTAIN else votes.labels[best],
        runner_up=votes.labels[second],
        confidence=float(probs[best]),
        start=float(start[best] - start[second]),
        votes=tuple(reasons),
    )
