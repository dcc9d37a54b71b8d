"""One accuracy per LF, learned from how often LFs agree.

The plainest reading of votes: LF j is right with probability a[j] whatever it votes for, every wrong label is as likely
as another, classes are equally frequent, and an abstain says nothing.
"""

from typing import Any

import numpy as np

from labelfns.models.arrays import Floats, softmax

from .distinct_rows import Distinct
from .em import HIGHEST, TINY, Convergence, Prior, check_convergence, run_em

ABOVE_CHANCE = 6
"""The lowest accuracy is above chance by a sixth of what the prior's is: an LF that others contradict keeps a say."""


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
