"""LFs that fire independently given the class, abstains and all: a mixture, and the test of it.

Snorkel's family read to the letter: LF j says c on a row of class y with probability theta[jc, y] and abstains
otherwise, so an abstain is evidence too, and the class shares can be told from votes. With the share s[jc] of rows on
which LF j says c, and the precision q[jc, y] = p(y | LF j says c), theta is s * q / b. Where LFs fire together
because texts are long or share a topic, all this is wrong; `misfit` tells by the counts of pairs of votes.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from .distinct_rows import Distinct
from .mixture import Certificate, Floats, Prior, climb, copy_shares, softmax

PULL = 0.3
"""The prior's weight as a multiple of an LF's own votes: less than elsewhere, as the fit is used only where it fits."""


@dataclass(frozen=True, eq=False)
class Independent:
    """A fitted mixture of LFs that are independent given the class.

    Parameters
    ----------
    precision
        An [m * k, k] array q: the probability of class y given that LF j says c, rows sum to 1.
    theta
        An [m * k, k] array: how often LF j says c on rows of class y, in (0, 1).
    balance
        The [k] class shares of all rows.
    shares
        An [m] array in (0, 1]: how much of a vote each LF has.
    """

    precision: Floats
    theta: Floats
    balance: Floats
    shares: Floats

    @property
    def silence(self) -> Floats:
        """The log-odds [m, k] that an abstain of each LF adds to each class."""
        k = len(self.balance)
        spoken = np.minimum(self.theta.reshape(-1, k, k).sum(axis=1), 0.98)
        return np.asarray(np.log1p(-spoken) * self.shares[:, None])

    def log_odds(self) -> tuple[Floats, Floats]:
        """Return what each vote adds to each class in place of an abstain, [m * k, k], and the row of abstains, [k]."""
        k, silence = len(self.balance), self.silence
        votes = np.log(self.theta) * np.repeat(self.shares, k)[:, None] - np.repeat(silence, k, axis=0)
        return votes, np.log(self.balance) + silence.sum(axis=0)

    def covered_balance(self) -> Floats:
        """Return the [k] class shares among rows with a vote."""
        k = len(self.balance)
        spoken = np.minimum(self.theta.reshape(-1, k, k).sum(axis=1), 0.98)
        found = self.balance * -np.expm1(np.log1p(-spoken).sum(axis=0))
        return np.asarray(found / found.sum())


@dataclass(frozen=True, eq=False)
class Trial:
    """What came of taking the LFs for independent.

    Parameters
    ----------
    model
        The fitted mixture.
    misfit
        How far the pairs of votes are from it (see `misfit`), at least 0.
    certificate
        What shows that the fit is at its optimum; None where the misfit is over the tolerance, and the fit of no use.
    """

    model: Independent
    misfit: float
    certificate: Certificate | None


def fit_independent(
    distinct: Distinct,
    hot: Any,
    near: Any,
    balance: Floats,
    prior: Prior,
    *,
    tolerance: float,
    fixed_balance: bool = False,
) -> Trial:
    """Fit by EM, and stop where the votes are plainly not independent.

    Parameters
    ----------
    distinct
        The distinct vote rows; at least one has a vote.
    hot
        Their one-hot votes, sparse [r, m * k].
    near
        Which LFs are near-copies, as `copies` finds them; they share one vote.
    balance
        The [k] class shares to which those of the rows are pulled, as precisions are to the anchor.
    prior
        The anchor; its `pull` is not read.
    tolerance
        The misfit, at least 0, up to which the fit is worth finishing.
    fixed_balance
        Whether the covered rows have the shares `balance` exactly.
    """
    shares = copy_shares(near)
    k, m = len(balance), len(shares)
    counts = distinct.counts.astype(float)
    n = float(counts.sum())
    token = np.asarray(hot.T @ counts)
    meet = distinct.voters > 1
    seen, weight = hot[meet], counts[meet]
    met = np.asarray(seen.T @ weight)[:, None]
    strength = prior.rows + PULL * met + 1e-12

    def model(state: Floats) -> Independent:
        q, b = state[:-1], state[-1]
        return Independent(q, np.clip(token[:, None] / n * q / b, 1e-9, 0.98), b, shares)

    def step(state: Floats) -> Floats:
        found = model(state)
        votes, start = found.log_odds()
        probs = softmax(hot @ votes + start)
        q = (seen.T @ (probs[meet] * weight[:, None]) + strength * prior.precision(state[-1], m)) / (met + strength)
        b = (probs.T @ counts + PULL * n * balance) / (n + PULL * n)
        if fixed_balance:
            b = balance * found.balance / found.covered_balance()
        return np.vstack([q, b / b.sum()])

    def gradient(state: Floats, new: Floats) -> float:
        weight = np.vstack([met + strength, np.full((1, 1), n + PULL * n)])
        return float(np.linalg.norm((new - state) * weight / np.maximum(state, 1e-12)) / n)

    def probs(state: Floats) -> Floats:
        votes, start = model(state).log_odds()
        return softmax(hot @ votes + start)

    anchor = prior.precision(balance, m)
    found = climb(step, np.vstack([anchor, balance]), gradient, max_iterations=15)
    off = misfit(model(found.state), distinct, hot, near)
    if off <= 2 * tolerance:
        more = climb(step, found.state, gradient)
        found = replace(more, iterations=found.iterations + more.iterations)
        off = misfit(model(found.state), distinct, hot, near)
    if off > tolerance:
        return Trial(model(found.state), off, None)
    other = climb(step, np.vstack([0.5 * anchor + 0.5 / k, balance]), gradient)
    gap = float(np.abs(probs(found.state) - probs(other.state)).max())
    return Trial(model(found.state), off, found.certificate(gap))


def misfit(model: Independent, distinct: Distinct, hot: Any, near: Any) -> float:
    """Return how far the pairs of votes are from what independent LFs would give: 0 for not at all.

    The upper end (one-sided, 95 %) of the relative deviation of the counts of pairs from those expected, beyond the
    deviation that chance gives; pairs of near-copies (`near`, see `copies`) are left out. Infinite where the pairs are
    too few to tell.
    """
    k = len(model.balance)
    n = float(distinct.counts.sum())
    counts = sparse.dia_array((distinct.counts[None, :].astype(float), [0]), shape=(hot.shape[0],) * 2)
    observed = (hot.T @ counts @ hot).tocsr()
    copied = near.toarray()
    lf = np.arange(len(model.theta)) // k
    used = np.zeros(len(lf), dtype=bool)
    squares = total = 0.0
    pairs = 0
    for first in range(0, len(lf), 256):
        rows = np.arange(first, min(first + 256, len(lf)))
        expected = n * (model.theta[rows] * model.balance) @ model.theta.T
        here = (expected >= 1) & (lf[None, :] > lf[rows][:, None]) & ~copied[np.ix_(lf[rows], lf)]
        wanted = expected[here]
        squares += float(((observed[rows].toarray()[here] - wanted) ** 2 / wanted).sum())
        total, pairs = total + float(wanted.sum()), pairs + len(wanted)
        used[rows[here.any(axis=1)]] = True
        used |= here.any(axis=0)
    free = pairs - (int(used.sum()) + 1) * (k - 1)
    if free < 1:
        return float("inf")
    return float(np.sqrt(max(squares - free + 1.64 * np.sqrt(2 * free), 0.0) / total))
