"""One precision per vote: a mixture model of the votes that a row has, in which abstains say nothing.

A vote is a pair of an LF j and the class c it votes for. The model learns its precision

    q[jc, y] = p(class is y | LF j votes for c).

How many votes a row has says nothing, so that long texts, on which every LF fires more, do not pass for agreement. Let
s[jc] be the share of vote jc among all votes, and Z[y] = sum over votes of s[jc] * q[jc, y] the share of votes that
stand on rows of class y. By Bayes' rule a row with votes v has the class probabilities

    p(y | v)  ~  b[y] * product over v of (q[jc, y] / Z[y]) ** w[j]

with the class balance b and the LF weight w[j] (below 1 for near-copies). A row with a single vote jc gets q[jc], where
w[j] is 1 and Z is b. EM maximizes the posterior of q. Its prior is worth ``rows + pull * n`` votes, n being the vote's
own count: no amount of data carries the fit far from LFs that are right equally often.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from labelfns.models.arrays import Floats, softmax

from .distinct_rows import Distinct
from .em import TINY, Convergence, Prior, check_convergence, run_em


@dataclass(frozen=True, eq=False)
class Mixture:
    """A fitted mixture.

    Parameters
    ----------
    precision
        An [m * k, k] array q: the probability of class y given that LF j votes for c, rows sum to 1.
    class_balance
        The [k] shares of the classes among rows, b, in (0, 1), sum 1.
    vote_balance
        The [k] shares of the classes among votes, Z, in (0, 1), sum 1.
    lf_weights
        An [m] array in (0, 1]: how much of a vote each LF has; near-copies share one.
    """

    precision: Floats
    class_balance: Floats
    vote_balance: Floats
    lf_weights: Floats

    def log_odds(self) -> Floats:
        """Return the [m * k, k] log-odds that each vote adds to each class."""
        k = self.precision.shape[1]
        return np.asarray(np.log(self.precision / self.vote_balance) * np.repeat(self.lf_weights, k)[:, None])

    def scores(self, hot: Any) -> Floats:
        """Return log p(y, votes) up to a constant per row, [r, k], for one-hot votes [r, m * k]."""
        return np.asarray(hot @ self.log_odds() + np.log(self.class_balance))


class MixtureEM:
    """The fit of a mixture by EM; the state is the precisions, [m * k, k]."""

    def __init__(self, distinct: Distinct, hot: Any, balance: Floats, lf_weights: Floats, prior: Prior) -> None:
        self.hot, self.balance, self.lf_weights = hot, balance, lf_weights
        share = (hot.T @ distinct.counts) * np.repeat(lf_weights, len(balance))
        self.vote_share = share / share.sum()
        overlaps = distinct.voters > 1  # a lone vote cannot be checked against anything
        self.overlapping, self.counts = hot[overlaps], distinct.counts[overlaps].astype(float)
        self.vote_counts = np.asarray(self.overlapping.T @ self.counts)
        self.strength = (prior.rows + prior.pull * self.vote_counts)[:, None] + TINY
        self.anchor = prior.precision(balance, len(lf_weights))

    def model(self, state: Floats) -> Mixture:
        """Return the mixture with these precisions."""
        return Mixture(state, self.balance, self.vote_share @ state, self.lf_weights)

    def step(self, state: Floats) -> Floats:
        """Return the precisions after one step of EM."""
        probs = softmax(self.model(state).scores(self.overlapping))
        expected = self.overlapping.T @ (probs * self.counts[:, None])
        return np.asarray((expected + self.strength * self.anchor) / (self.vote_counts[:, None] + self.strength))

    def gradient(self, before: Floats, after: Floats) -> float:
        """Return the norm of the log posterior's gradient, per vote."""
        rise = (after - before) * (self.vote_counts[:, None] + self.strength) / np.maximum(before, TINY)
        return float(np.linalg.norm(rise)) / max(float(self.vote_counts.sum()), 1.0)

    def posterior(self, state: Floats) -> Floats:
        """Return the class probabilities [r, k] of all distinct rows."""
        return softmax(self.model(state).scores(self.hot))


def fit_mixture(
    distinct: Distinct, hot: Any, balance: Floats, lf_weights: Floats, prior: Prior
) -> tuple[Mixture, Convergence]:
    """Fit by EM from the prior, and from a start half way to knowing nothing, which only checks the first.

    Parameters
    ----------
    distinct
        The distinct vote rows; at least one has a vote.
    hot
        Their one-hot votes, sparse [r, m * k].
    balance
        The [k] shares of the classes among rows, above 0, sum 1. They are fixed: votes alone cannot tell them.
    lf_weights
        An [m] array in (0, 1]: how much of a vote each LF has.
    prior
        What is believed of LFs, and how strongly.
    """
    model = MixtureEM(distinct, hot, balance, lf_weights, prior)
    result = run_em(model, model.anchor)
    return model.model(result.state), check_convergence(model, result, 0.5 * model.anchor + 0.5 / len(balance))
