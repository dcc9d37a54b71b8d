"""LFs that fire independently of each other given the class, abstains included: a mixture, and the test of it.

Snorkel's family of models, read to the letter: LF j votes for c on a row of class y with probability theta[jc, y] and
abstains otherwise, so an abstain is evidence too, and votes can tell the class balance b. With the share s[jc] of rows
on which LF j votes for c, and the precision q[jc, y] = p(y | LF j votes for c), theta is s * q / b. All this is wrong
where LFs fire together because texts are long or share a topic; `misfit` measures that by how often pairs of votes
occur.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from labelfns.models.arrays import Floats, softmax

from .distinct_rows import Distinct
from .em import HIGHEST, TINY, Convergence, Prior, check_convergence, run_em

PULL = 0.3
"""The prior's weight as a multiple of an LF's own votes: less than elsewhere, as the fit is used only where it fits."""
LOWEST = 1e-9
"""The lowest theta: a vote never seen on a class must not rule the class out for ever."""
TRIAL_STEPS = 15
"""EM steps before the first look at the misfit, which has then all but settled; most real votes end here."""
FAR = 2
"""A misfit over this many times the tolerance after `TRIAL_STEPS` is taken as final: more steps lower it little."""
LIMIT_95 = 1.64
"""Standard errors to the upper end of a one-sided 95% interval."""
BLOCK = 256
"""Rows of the table of pairs that are looked at together, to keep memory small."""


@dataclass(frozen=True, eq=False)
class Independent:
    """A fitted mixture of LFs that are independent given the class.

    Parameters
    ----------
    precision
        An [m * k, k] array q: the probability of class y given that LF j votes for c, rows sum to 1.
    theta
        An [m * k, k] array: how often LF j votes for c on rows of class y, in (0, 1).
    class_balance
        The [k] shares of the classes among all rows, sum 1.
    lf_weights
        An [m] array in (0, 1]: how much of a vote each LF has.
    """

    precision: Floats
    theta: Floats
    class_balance: Floats
    lf_weights: Floats

    @property
    def log_silence(self) -> Floats:
        """How likely each LF abstains on rows of each class, as logarithms, [m, k]."""
        k = len(self.class_balance)
        return np.asarray(np.log1p(-np.minimum(self.theta.reshape(-1, k, k).sum(axis=1), HIGHEST)))

    def log_odds(self) -> tuple[Floats, Floats]:
        """Return what each vote adds to each class in place of an abstain, [m * k, k], and the row of abstains, [k]."""
        k, silence = len(self.class_balance), self.log_silence * self.lf_weights[:, None]
        votes = np.log(self.theta) * np.repeat(self.lf_weights, k)[:, None] - np.repeat(silence, k, axis=0)
        return votes, np.log(self.class_balance) + silence.sum(axis=0)

    def covered_balance(self) -> Floats:
        """Return the [k] shares of the classes among rows with a vote."""
        covered = self.class_balance * -np.expm1(self.log_silence.sum(axis=0))
        return np.asarray(covered / covered.sum())


@dataclass(frozen=True, eq=False)
class IndependentFit:
    """What came of taking the LFs to be independent.

    Parameters
    ----------
    model
        The fitted mixture.
    misfit
        How far the counts of pairs of votes are from it, at least 0 (see `misfit`).
    convergence
        What shows that the fit is at its optimum; None where the misfit is over the tolerance, and the fit of no use.
    """

    model: Independent
    misfit: float
    convergence: Convergence | None


class IndependentEM:
    """The fit by EM; the state is the precisions with the class balance as a last row, [m * k + 1, k]."""

    def __init__(
        self, distinct: Distinct, hot: Any, balance: Floats, lf_weights: Floats, prior: Prior, fixed_balance: bool
    ) -> None:
        self.hot, self.balance, self.lf_weights, self.prior = hot, balance, lf_weights, prior
        self.fixed_balance = fixed_balance
        self.counts = distinct.counts.astype(float)
        self.n = float(self.counts.sum())
        self.vote_counts = np.asarray(hot.T @ self.counts)
        self.overlaps = distinct.voters > 1  # a lone vote cannot be checked against anything
        self.overlapping, self.overlap_counts = hot[self.overlaps], self.counts[self.overlaps][:, None]
        self.n_co_voted = np.asarray(self.overlapping.T @ self.overlap_counts)
        self.strength = prior.rows + PULL * self.n_co_voted + TINY

    @property
    def start(self) -> Floats:
        """The state that the prior describes."""
        return np.vstack([self.prior.precision(self.balance, len(self.lf_weights)), self.balance])

    @property
    def other_start(self) -> Floats:
        """The same, with the precisions half way to knowing nothing."""
        state = self.start
        state[:-1] = 0.5 * state[:-1] + 0.5 / len(self.balance)
        return state

    def model(self, state: Floats) -> Independent:
        """Return the mixture of this state."""
        precision, balance = state[:-1], state[-1]
        theta = np.clip(self.vote_counts[:, None] / self.n * precision / balance, LOWEST, HIGHEST)
        return Independent(precision, theta, balance, self.lf_weights)

    def step(self, state: Floats) -> Floats:
        """Return the state after one step of EM."""
        probs = self.posterior(state)
        expected = self.overlapping.T @ (probs[self.overlaps] * self.overlap_counts)
        anchor = self.prior.precision(state[-1], len(self.lf_weights))
        precision = (expected + self.strength * anchor) / (self.n_co_voted + self.strength)
        if self.fixed_balance:  # of the covered rows: scale that of all rows to it
            model = self.model(state)
            balance = self.balance * model.class_balance / model.covered_balance()
        else:
            balance = (probs.T @ self.counts + PULL * self.n * self.balance) / (self.n + PULL * self.n)
        return np.vstack([precision, balance / balance.sum()])

    def gradient(self, before: Floats, after: Floats) -> float:
        """Return the norm of the log posterior's gradient, per row."""
        weight = np.vstack([self.n_co_voted + self.strength, np.full((1, 1), self.n + PULL * self.n)])
        return float(np.linalg.norm((after - before) * weight / np.maximum(before, TINY)) / self.n)

    def posterior(self, state: Floats) -> Floats:
        """Return the class probabilities [r, k] of all distinct rows."""
        votes, start = self.model(state).log_odds()
        return softmax(self.hot @ votes + start)


def fit_independent(
    distinct: Distinct,
    hot: Any,
    pairs: Any,
    near: Any,
    balance: Floats,
    lf_weights: Floats,
    prior: Prior,
    *,
    tolerance: float,
    fixed_balance: bool = False,
) -> IndependentFit:
    """Fit by EM, and stop early where the votes are plainly not independent.

    Parameters
    ----------
    distinct
        The distinct vote rows; at least one has a vote.
    hot
        Their one-hot votes, sparse [r, m * k].
    pairs
        How often pairs of votes stand on one row, sparse [m * k, m * k] (see `labelfns.analysis.pairs.vote_pairs`).
    near
        Which LFs are near-copies of each other, sparse [m, m]: how often they fire together is not held against them.
    balance
        The [k] class balance to which that of the rows is pulled, as precisions are to the prior's.
    lf_weights
        An [m] array in (0, 1]: how much of a vote each LF has.
    prior
        What is believed of LFs; its `pull` is not read.
    tolerance
        The misfit, at least 0, up to which the fit is worth finishing.
    fixed_balance
        Whether the covered rows have the class balance `balance` exactly.
    """
    em = IndependentEM(distinct, hot, balance, lf_weights, prior, fixed_balance)
    result = run_em(em, em.start, TRIAL_STEPS)
    distance = misfit(em.model(result.state), pairs, em.n, near)
    if distance <= FAR * tolerance:
        more = run_em(em, result.state)
        result = replace(more, iterations=result.iterations + more.iterations)
        distance = misfit(em.model(result.state), pairs, em.n, near)
    fits = distance <= tolerance
    convergence = check_convergence(em, result, em.other_start) if fits else None
    return IndependentFit(em.model(result.state), distance, convergence)


def misfit(model: Independent, pairs: Any, n: float, near: Any) -> float:
    """Return how far the counts of pairs of votes are from what independent LFs would give: 0 for not at all.

    It is the upper end (one-sided, 95%) of the relative deviation of the counts on n rows from those expected, less
    the deviation that chance gives. Pairs of near-copies (`near`) are left out. Infinite where the pairs are too few.
    """
    k, m = len(model.class_balance), len(model.lf_weights)
    copied = near.toarray()
    lf = np.arange(m * k) // k
    used = np.zeros(m * k, dtype=bool)
    squares = total = 0.0
    n_pairs = 0
    for first in range(0, m * k, BLOCK):
        rows = np.arange(first, min(first + BLOCK, m * k))
        expected = n * (model.theta[rows] * model.class_balance) @ model.theta.T
        counted = (expected >= 1) & (lf[None, :] > lf[rows][:, None]) & ~copied[np.ix_(lf[rows], lf)]
        there = expected[counted]
        squares += float(((pairs[rows].toarray()[counted] - there) ** 2 / there).sum())
        total, n_pairs = total + float(there.sum()), n_pairs + len(there)
        used[rows[counted.any(axis=1)]] = True
        used |= counted.any(axis=0)
    freedom = n_pairs - (int(used.sum()) + 1) * (k - 1)
    if freedom < 1:
        return float("inf")
    return float(np.sqrt(max(squares - freedom + LIMIT_95 * np.sqrt(2 * freedom), 0.0) / total))
