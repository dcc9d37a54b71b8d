"""What the text says of each LF: a second opinion on how often its votes are right, without gold.

An LF's votes are judged by a linear head on sentence vectors that was fitted where the LF is silent, so that neither
the LF nor the words it looks for had a part in it. ``docs/second_opinion.md`` says how well it does.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from labelfns.checks import Ints
from labelfns.errors import InputError, number_of
from labelfns.lfs.base import ABSTAIN
from labelfns.models.arrays import Probs, decide
from labelfns.models.class_balance import Floats
from labelfns.models.label_models.label_model import LabelModel
from labelfns.models.linear_head import head_probs
from labelfns.progress import Progress, silent
from labelfns.votes import Votes

from .metrics import wilson

MOST_ROWS = 5_000
"""Of more covered texts so many are asked, drawn once, so that large pools take no longer."""
FEWEST_VOTES = 20
"""Of fewer votes nothing is said."""
FEWEST_ELSEWHERE = 100
"""Nor where the label has fewer rows on which the LF is silent: the head does not know it then. Of votes that 60 to 80
such rows judged, some were off by .3."""
TRUST = 3.0
"""How many rows with gold an opinion is worth at most, in its interval: what is wrong with it is the view, not the
sample. Chosen on three sets, where it holds the true share of 92% of 36 votes, and 91% of 44 on five others."""

_EDGE = 1e-3
"""Means are kept this far from 0 and 1, where log-odds have no end."""


@dataclass(frozen=True)
class TextPrecision:
    """What the text says of an LF's votes for a label.

    Parameters
    ----------
    lf, label
        The LF, and the label that it votes for.
    votes
        How many of its votes for it were looked at.
    precision
        The share of them that is right, in [0, 1], by the text; None where it cannot say, and `reason` says why.
    interval
        From where to where that may be, 90% by measurement: Wilson's on ``votes * TRUST / (votes + TRUST)`` rows.
    by_votes
        The same share as `LabelModel` sees it: its mean confidence in the label on these rows.
    reason
        Why the text cannot say; None where it can.
    """

    lf: str
    label: str
    votes: int
    precision: float | None
    interval: tuple[float, float] | None
    by_votes: float
    reason: str | None = None


def rows_to_ask(votes: Votes) -> Ints:
    """Return the rows whose texts are looked at, ascending: all covered ones, or `MOST_ROWS` of them."""
    rows = np.flatnonzero(votes.covered)
    if len(rows) > MOST_ROWS:
        rows = np.sort(np.random.default_rng(0).choice(rows, MOST_ROWS, replace=False))
    return rows


def text_precision(
    votes: Votes, rows: Ints, features: Floats, *, progress: Progress = silent
) -> tuple[TextPrecision, ...]:
    """Return what the text says of each LF's votes for each of its labels.

    For each LF a head is fitted to the label model's labels on the rows where it is silent, and asked on the rows where
    it votes, which the head has not seen: the mean probability of the LF's own label is how well its votes fit what
    the other LFs' texts look like. Such means order LFs, but are too low, the more the less a text tells, so one shift
    of all log-odds brings their mean over votes to that of `LabelModel`: what is said is which LFs are better or worse
    than the votes alone believe, not how good they are together.

    Parameters
    ----------
    votes
        All votes, [n, m], to which the label model is fitted.
    rows
        Which of the rows are looked at, [r]; see `rows_to_ask`.
    features
        Their texts' vectors, [r, d]: `TransformerClassifier.frozen_features`.
    progress
        Called after each LF.

    Raises
    ------
    InputError
        If there is not a vector for each row.
    """
    if len(features) != len(rows):
        raise InputError(
            f"features must have a vector for each of the {number_of(len(rows), 'row')}; got {len(features)}"
        )
    if not len(rows) or not votes.covered.any():
        return ()
    weak = LabelModel().fit(votes).predict_proba(votes)[rows]
    found: list[_Asked] = []
    for lf, name in enumerate(votes.lf_names):
        found += _ask(name, votes.matrix[rows, lf], votes.labels, weak, features)
        progress("Asking the text about each LF", lf + 1, len(votes.lf_names))
    judged = [one for one in found if not one.reason]
    if len(judged) < 2:
        return tuple(one.opinion(None, one.reason or "no other votes to compare with") for one in found)
    precisions = iter(_levelled(judged))
    return tuple(one.opinion(None if one.reason else next(precisions), one.reason) for one in found)


class _Asked(NamedTuple):
    """An LF's votes for a label, and what a head makes of their texts."""

    lf: str
    label: str
    votes: int
    mean: float
    by_votes: float
    reason: str | None

    def opinion(self, precision: float | None, reason: str | None) -> TextPrecision:
        """Return what is said of the votes in the end."""
        worth = self.votes * TRUST / (self.votes + TRUST)
        interval = None if precision is None else wilson(precision * worth, worth)
        return TextPrecision(self.lf, self.label, self.votes, precision, interval, self.by_votes, reason)


def _ask(name: str, column: Ints, labels: tuple[str, ...], weak: Probs, features: Floats) -> list[_Asked]:
    """Ask a head that an LF had no part in about each of the labels that it votes for."""
    answers, fires = decide(weak), np.flatnonzero(column != ABSTAIN)
    elsewhere = np.flatnonzero((column == ABSTAIN) & (answers != ABSTAIN))
    known = np.bincount(answers[elsewhere], minlength=len(labels))
    voted = column[fires]
    reasons = {c: _why_not(int((voted == c).sum()), known, c) for c in np.unique(voted).tolist()}
    probs: Probs = np.zeros((len(fires), len(labels)))
    if None in reasons.values():
        probs = head_probs(features[elsewhere], answers[elsewhere], len(labels), features[fires])
    return [
        _Asked(
            name,
            labels[c],
            int((voted == c).sum()),
            float(probs[voted == c, c].mean()),
            float(weak[fires[voted == c], c].mean()),
            reason,
        )
        for c, reason in reasons.items()
    ]


def _why_not(votes: int, known: Ints, c: int) -> str | None:
    """Return why the text cannot say how good so many votes for class c are; `known` [k] counts the other rows."""
    if votes < FEWEST_VOTES:
        return f"fewer than {FEWEST_VOTES} votes"
    if known[c] < FEWEST_ELSEWHERE or (known > 0).sum() < 2:
        return f"fewer than {FEWEST_ELSEWHERE} other texts of the label"
    return None


def _levelled(judged: list[_Asked]) -> list[float]:
    """Return the means, their log-odds shifted by one number so that their mean over votes is the label model's."""
    from scipy.optimize import brentq
    from scipy.special import expit, logit

    votes = np.array([one.votes for one in judged])
    level = np.clip(np.average([one.by_votes for one in judged], weights=votes), _EDGE, 1 - _EDGE)
    odds = logit(np.clip([one.mean for one in judged], _EDGE, 1 - _EDGE))
    shift = brentq(lambda b: np.average(expit(odds + b), weights=votes) - level, *(2 * logit([_EDGE, 1 - _EDGE])))
    found: list[float] = expit(odds + shift).tolist()
    return found
