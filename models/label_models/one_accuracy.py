"""One accuracy per LF, learned from how often LFs agree.

The plainest reading of votes: LF j is right with probability a[j] whatever it votes for, every wrong label is as likely
as another, classes are equally frequent, and an abstain says nothing. `vote_worth` reads one accuracy of all LFs from
the same, which sets the level of confidences.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from labelfns.analysis.pairs import lf_pairs
from labelfns.display.numbers import percent
from labelfns.models.arrays import Floats, softmax

from .distinct_rows import Distinct
from .em import HIGHEST, TINY, Convergence, Prior, check_convergence, run_em

ABOVE_CHANCE = 6
"""The lowest accuracy is above chance by a sixth of what the prior's is: an LF that others contradict keeps a say."""
HARDER = 0.5
"""Rows on which LFs meet are harder than those with one vote, by so much log-odds: .5 to .75 is best on the sets that
this was made on, .25 to .5 on synthetic votes, in which no row is harder."""
LEAST = 1e-3
"""How far above chance LFs are taken to be where they agree by chance alone: they keep their verdicts."""
WIDE = 0.3
"""An interval of the mean confidence over this width is called one that votes alone cannot tell."""
LIMIT_90 = 1.64
"""Standard errors to the ends of a two-sided 90% interval."""
DOUBT = 1.0
"""Further log-odds to the ends, for what agreement cannot tell: with it the intervals of mean confidences hold the
accuracy of 89% of the sets that this was made on."""


class OneAccuracyEM:
    """The fit of one accuracy per LF by EM; the state is the accuracies, [m]."""

    def __init__(self, distinct: Distinct, hot: Any, lf_weights: Floats, prior: Prior, k: int) -> None:
        self.hot, self.lf_weights, self.k, self.anchor = hot, lf_weights, k, prior.accuracy
        overlaps = distinct.voters > 1  # a lone vote cannot be checked against anything
        self.overlapping, self.counts = hot[overlaps], distinct.counts[overlaps].astype(float)
        self.vote_counts = np.asarray(self.overlapping.T @ self.counts).reshape(-1, k).sum(axis=1)
        self.strength = prior.rows + prior.pull * self.vote_counts + TINY
        self.lowest = 1 / k + (prior.accuracy - 1 / k) / ABOVE_CHANCE

    def step(self, state: Floats) -> Floats:
        """Return the accuracies after one step of EM."""
        k = self.k
        probs = softmax(self.overlapping @ accuracy_log_odds(state, self.lf_weights, k))
        expected = self.overlapping.T @ (probs * self.counts[:, None])
        right = np.asarray(expected).reshape(-1, k, k)[:, range(k), range(k)].sum(axis=1)
        accuracy = (right + self.strength * self.anchor) / (self.vote_counts + self.strength)
        return np.asarray(np.clip(accuracy, self.lowest, HIGHEST))

    def gradient(self, before: Floats, after: Floats) -> float:
        """Return the norm of the log posterior's gradient, per vote, over accuracies that are at no limit."""
        free = (after > self.lowest) & (after < HIGHEST)
        rise = (after - before) * (self.vote_counts + self.strength) / (before * (1 - before))
        return float(np.linalg.norm(rise[free])) / max(float(self.vote_counts.sum()), 1.0)

    def posterior(self, state: Floats) -> Floats:
        """Return the class probabilities [r, k] of all distinct rows."""
        return softmax(self.hot @ accuracy_log_odds(state, self.lf_weights, self.k))


def fit_accuracies(
    distinct: Distinct, hot: Any, lf_weights: Floats, prior: Prior, k: int
) -> tuple[Floats, Convergence]:
    """Return how often each LF is right, [m], in (1/k, 1), by EM; see `fit_mixture` for the arguments.

    No LF is taken to be worse than chance, however much the others contradict it: agreement alone cannot tell which
    side is wrong. The second start, at the lowest accuracy, only checks the first.
    """
    model = OneAccuracyEM(distinct, hot, lf_weights, prior, k)
    start, other = (np.full(len(lf_weights), value) for value in (prior.accuracy, model.lowest))
    result = run_em(model, start)
    return result.state, check_convergence(model, result, other)


def accuracy_log_odds(accuracy: Floats, lf_weights: Floats, k: int) -> Floats:
    """Return the [m * k, k] log-odds that each vote adds to its own label, for LFs of accuracy [m]."""
    odds = np.log(accuracy * (k - 1) / (1 - accuracy)) * lf_weights
    return np.asarray(np.tile(np.eye(k), (len(lf_weights), 1)) * np.repeat(odds, k)[:, None])


@dataclass(frozen=True)
class VoteWorth:
    """What a vote alone adds to the log-odds of its label against any other, above 0, with a 90% interval.

    Parameters
    ----------
    log_odds
        The best guess.
    low, high
        The ends of the interval.
    met
        Whether LFs that are no near-copies vote on one text: where none do it is what was believed before.
    """

    log_odds: float
    low: float
    high: float
    met: bool = True

    def accuracy(self, k: int) -> float:
        """Return how often a vote alone is right, in (1/k, 1)."""
        return _accuracy(self.log_odds, k)


def vote_worth(pairs: Any, near: Any, lf_weights: Floats, prior: Prior, k: int) -> VoteWorth:
    """Return what a vote is worth, from how much more often LFs agree where they meet than chance would have it.

    LFs of accuracy a whose errors are independent agree more often than votes put together at random by the share
    ``((k * a - 1) / (k - 1)) ** 2`` of what is left for them to agree on, as in Cohen's kappa. LFs that share errors
    agree more, and rows with long texts hold more votes that conflict; `HARDER` is what remains of both on average. The
    prior counts as `prior.rows` pairs: where LFs hardly meet, a vote is worth what the prior says.

    Parameters
    ----------
    pairs
        How often pairs of votes stand on one row, sparse [m * k, m * k] (see `labelfns.analysis.pairs.vote_pairs`).
    near
        Which LFs are near-copies of each other, and of themselves, sparse [m, m]: their agreement says nothing.
    lf_weights
        An [m] array in (0, 1]: how much of a vote each LF has.
    prior
        What is believed of LFs; its `pull` is not read.
    """
    votes = pairs.diagonal().reshape(-1, k) * lf_weights[:, None]
    by_class, near = votes.sum(axis=0), near.astype(float)
    at_random = by_class.sum() ** 2 - (votes.sum(axis=1) * (near @ votes.sum(axis=1))).sum()
    chance = ((by_class**2).sum() - (votes * (near @ votes)).sum()) / max(at_random, TINY)
    met, same = (lf_weights @ (counts - counts.multiply(near)) @ lf_weights / 2 for counts in lf_pairs(pairs, k))
    left = max(1 - chance, TINY)
    expected = _log_odds(prior.accuracy, k)
    harder = min(HARDER, expected)
    believed = ((k * _accuracy(expected - harder, k) - 1) / (k - 1)) ** 2
    excess = ((same - chance * met) / left + prior.rows * believed) / (met + prior.rows)
    agree = min(max(chance + excess * left, TINY), 1.0)
    error = LIMIT_90 * np.sqrt(agree * (1 - agree) / (met + prior.rows)) / left

    def worth(excess: float) -> float:
        accuracy = (1 + (k - 1) * np.sqrt(max(excess, 0.0))) / k
        return harder + _log_odds(float(np.clip(accuracy, 1 / k + LEAST, HIGHEST)), k)

    low = max(worth(excess - error) - DOUBT, _log_odds(1 / k + LEAST, k))
    return VoteWorth(worth(excess), low, worth(excess + error) + DOUBT, bool(met > 0))


def tempered(
    worth: VoteWorth, votes: Floats, start: Floats, distinct: Distinct, hot: Any, lf_weights: Floats
) -> tuple[Floats, Floats, str]:
    """Return the log-odds of votes and of the start stretched until a vote is worth what agreement says, on average.

    All are stretched alike, so that no verdict changes. The third is a note: what confidences come to, and might.

    Parameters
    ----------
    worth
        What a vote is worth.
    votes, start
        The [m * k, k] log-odds of votes, and the [k] ones before any vote.
    distinct, hot
        The distinct vote rows, and their one-hot votes, sparse [r, m * k].
    lf_weights
        An [m] array in (0, 1]: how much of a vote each LF has.
    """
    k = len(start)
    against = (votes.sum(axis=1, keepdims=True) - votes) / (k - 1)
    own = (votes - against).reshape(-1, k, k)[:, range(k), range(k)].ravel()
    cast = hot.T @ distinct.counts
    stretch = cast @ np.repeat(lf_weights, k) / max(float(cast @ own), TINY)
    rows = np.where(distinct.voters > 0, distinct.counts, 0)
    scores = hot @ votes + start
    mean, low, high = (
        float(rows @ softmax(scores * stretch * to).max(axis=1) / rows.sum())
        for to in (worth.log_odds, worth.low, worth.high)
    )
    right = f"a vote alone is right {percent(worth.accuracy(k), 0)} of the time"
    confident = f"confidences are {mean:.2f} on average, between {low:.2f} and {high:.2f} (90%)"
    wide = ": votes alone cannot tell them well" if high - low > WIDE else ""
    note = f"by how often LFs agree where they meet, {right} and {confident}{wide}"
    if not worth.met:
        why = "there is one LF" if len(lf_weights) == 1 else "no two LFs, near-copies apart, vote on one text"
        note = (
            f"{why}, so nothing can be learned of how right it is. It is assumed that {right}, so that "
            f"{confident}. Write more LFs, by other words, that vote on the same texts"
        )
    return votes * stretch * worth.log_odds, start * stretch * worth.log_odds, note


def _log_odds(accuracy: float, k: int) -> float:
    return float(np.log(accuracy * (k - 1) / (1 - accuracy)))


def _accuracy(log_odds: float, k: int) -> float:
    return float(1 / (1 + (k - 1) * np.exp(-log_odds)))
