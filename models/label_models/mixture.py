"""A mixture over votes, and what all fits under `LabelModel` share.

Snorkel's family, LFs independent given the class, with each vote read as a word: a row of class y draws its votes
(LF j says c) with probabilities theta[jc, y]. How many votes a row has says nothing, so long texts, on which every LF
fires more, do not pass for agreement. With the share s[jc] of each vote and the precision table
q[jc, y] = p(y | LF j says c), theta is s * q / Z with Z = s @ q, and a row of votes v has the posterior

    p(y | v)  ~  b[y] * prod over its votes of (q[jc, y] / Z[y]) ** share[j].

A single vote gives back q, and more votes combine by Bayes' rule. EM finds q's maximum a posteriori; its prior is a
vote in which every LF is right equally often, worth `rows` + `pull` times the LF's own votes, so that no amount of
data can carry the fit far from that vote.
"""

from collections.abc import Callable
from dataclasses import astuple, dataclass
from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from .distinct_rows import Distinct

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Certificate:
    """What shows that a fit is at its optimum.

    Parameters
    ----------
    iterations
        EM steps from the first start.
    residual
        The largest change that one more step makes to a precision, in [0, 1].
    gradient
        The norm of the log posterior's gradient over the free precisions, a vote; 0 at the optimum.
    start_gap
        The largest difference, in [0, 1], between the probabilities reached from two opposite starts.
    """

    iterations: int
    residual: float
    gradient: float
    start_gap: float

    @property
    def converged(self) -> bool:
        """Whether the fit stands still and both starts led to the same answer."""
        return self.residual < 1e-6 and self.start_gap < 1e-3

    def worse(self, other: "Certificate") -> "Certificate":
        """Return the certificate of two fits that stand side by side: the worse figure of each."""
        return Certificate(*(max(pair) for pair in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, eq=False)
class Mixture:
    """A fitted mixture.

    Parameters
    ----------
    precision
        An [m * k, k] array q: the probability of class y given that LF j says c, rows sum to 1.
    balance
        The [k] class shares of rows, b.
    vote_balance
        The [k] class shares of votes, Z.
    shares
        An [m] array in (0, 1]: how much of a vote each LF has; near-copies share one.
    """

    precision: Floats
    balance: Floats
    vote_balance: Floats
    shares: Floats

    def weights(self) -> Floats:
        """Return the [m * k, k] log-odds that each vote adds to each class."""
        k = self.precision.shape[1]
        return np.asarray(np.log(self.precision / self.vote_balance) * np.repeat(self.shares, k)[:, None])

    def scores(self, hot: Any) -> Floats:
        """Return log p(y, votes) up to a constant a row, [r, k], for one-hot votes [r, m * k]."""
        return np.asarray(hot @ self.weights() + np.log(self.balance))


@dataclass(frozen=True)
class Prior:
    """The vote to which a mixture is anchored.

    Parameters
    ----------
    accuracy
        How often any LF is right when it votes and classes are equally frequent, in (1/k, 1).
    rows
        The prior's weight in votes, at least 0.
    pull
        Its further weight as a multiple of the LF's own votes that meet another vote, at least 0.
    """

    accuracy: float = 0.8
    rows: float = 40.0
    pull: float = 1.0

    def precision(self, balance: Floats, m: int) -> Floats:
        """Return the [m * k, k] precisions of the anchoring vote under class shares [k]."""
        k = len(balance)
        table = np.tile(balance, (k, 1))
        table[np.diag_indices(k)] *= self.accuracy * (k - 1) / (1 - self.accuracy)
        return np.asarray(np.tile(table / table.sum(axis=1, keepdims=True), (m, 1)))


def softmax(scores: Floats) -> Floats:
    """Return rows of probabilities from rows of log scores, without under- or overflow."""
    top = reduce(np.maximum, scores.T)  # classes are few: column by column is many times faster than max(axis=1)
    shifted = np.exp(scores - top[:, None])
    return np.asarray(shifted / reduce(np.add, shifted.T)[:, None])


def fit_mixture(
    distinct: Distinct, hot: Any, balance: Floats, shares: Floats, prior: Prior
) -> tuple[Mixture, Certificate]:
    """Fit by EM, from the anchor and from a start without knowledge; the answer is the first one's.

    Parameters
    ----------
    distinct
        The distinct vote rows; at least one has a vote.
    hot
        Their one-hot votes, sparse [r, m * k].
    balance
        The [k] class shares of the rows, above 0, sum 1. They are held: votes alone cannot tell them.
    shares
        An [m] array in (0, 1]: how much of a vote each LF has.
    prior
        The anchor and its strength.
    """
    k, m = len(balance), len(shares)
    share = (hot.T @ distinct.counts) * np.repeat(shares, k)
    share = share / share.sum()
    meet = distinct.voters > 1  # a lone vote cannot be checked against anything
    seen, counts = hot[meet], distinct.counts[meet].astype(float)
    votes = np.asarray(seen.T @ counts)
    strength = (prior.rows + prior.pull * votes)[:, None] + 1e-12
    anchor = prior.precision(balance, m)

    def mixture(q: Floats) -> Mixture:
        return Mixture(q, balance, share @ q, shares)

    def step(q: Floats) -> Floats:
        expected = seen.T @ (softmax(mixture(q).scores(seen)) * counts[:, None])
        return np.asarray((expected + strength * anchor) / (votes[:, None] + strength))

    def gradient(q: Floats, new: Floats) -> float:
        rise = (new - q) * (votes[:, None] + strength) / np.maximum(q, 1e-12)
        return float(np.linalg.norm(rise)) / max(float(votes.sum()), 1.0)

    found, other = (climb(step, start, gradient) for start in (anchor, 0.5 * anchor + 0.5 / k))
    probs, others = (softmax(mixture(one.state).scores(hot)) for one in (found, other))
    return mixture(found.state), found.certificate(float(np.abs(probs - others).max()))


@dataclass(frozen=True, eq=False)
class Climb:
    """How far EM came: the numbers in [0, 1] that it fits, and the figures of its last step (see `Certificate`)."""

    state: Floats
    iterations: int
    residual: float
    gradient: float

    def certificate(self, gap: float) -> Certificate:
        """Return the certificate, given how far the other start's probabilities are from these."""
        return Certificate(self.iterations, self.residual, self.gradient, gap)


def climb(
    step: Callable[[Floats], Floats],
    state: Floats,
    gradient: Callable[[Floats, Floats], float],
    max_iterations: int = 500,
) -> Climb:
    """Repeat an EM step until it stands still.

    Parameters
    ----------
    step
        One step: numbers in [0, 1] to numbers of the same shape.
    state
        Where to begin.
    gradient
        The gradient's norm, a vote, from the numbers before and after a step.
    max_iterations
        When to give up; the certificate then says so.
    """
    residual, slope, done = np.inf, np.inf, 0
    while done < max_iterations and residual >= 1e-7:
        done += 1
        new = step(state)
        residual, slope = float(np.abs(new - state).max()), gradient(state, new)
        state = new
    return Climb(state, done, residual, slope)


def copies(distinct: Distinct, hot: Any, k: int, threshold: float = 0.8) -> Any:
    """Return which LFs are near-copies of each other, themselves included: a sparse [m, m] matrix of booleans.

    Two LFs are near-copies where they give the same vote on more than `threshold` of the rows on which either votes.
    Independent LFs reach that only where both find nearly every row of their class, and lose little by sharing.
    """
    m = distinct.rows.shape[1]
    to_lf = sparse.csr_array((np.ones(m * k), (np.arange(m * k), np.arange(m * k) // k)), shape=(m * k, m))
    counts = sparse.dia_array((distinct.counts[None, :].astype(float), [0]), shape=(hot.shape[0],) * 2)
    voted = hot @ to_lf
    met = (voted.T @ counts @ voted).tocoo()  # rows on which both vote
    total = np.asarray(voted.T @ distinct.counts)
    agreed = sum((part.T @ counts @ part for part in (hot[:, c::k] for c in range(k))), start=met.tocsr() * 0)
    near = np.asarray(agreed.tocsr()[met.row, met.col]) > threshold * (total[met.row] + total[met.col] - met.data)
    return sparse.csr_array((np.ones(near.sum(), dtype=bool), (met.row[near], met.col[near])), shape=(m, m))


def copy_shares(near: Any) -> Floats:
    """Return how much of a vote each LF has, [m]: near-copies, as `copies` finds them, share one."""
    return np.asarray(1 / np.maximum(near.sum(axis=1), 1), dtype=np.float64)
