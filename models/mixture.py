"""An anchored mixture over votes: the pure functions under `LabelModel` (numpy, scipy).

The model is Snorkel's family, LFs independent given the class, with each vote read as a word: a row of class y draws
its votes (LF j says c) with probabilities theta[jc, y]. How many votes a row has says nothing, so long texts, on which
every LF fires more, do not pass for agreement. With the share s[jc] of each vote and the precision table
q[jc, y] = p(y | LF j says c), theta is s * q / Z with Z = s @ q, and a row of votes v has the posterior

    p(y | v)  ~  b[y] * prod over its votes of (q[jc, y] / Z[y]) ** share[j].

A single vote gives back q, and more votes combine by Bayes' rule. EM finds q's maximum a posteriori; its prior is a
vote in which every LF is right equally often, worth `rows` + `pull` times the LF's own votes, so that no amount of
data can carry the fit far from that vote.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from .distinct import Distinct, one_hot

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
    shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def fit_mixture(
    distinct: Distinct,
    balance: Floats,
    shares: Floats,
    prior: Prior,
    *,
    fixed_balance: bool = False,
    max_iterations: int = 500,
) -> tuple[Mixture, Certificate]:
    """Fit by EM, from the anchor and from a start without knowledge; the answer is the first one's.

    Parameters
    ----------
    distinct
        The distinct vote rows; at least one has a vote.
    balance
        The [k] class shares that the anchor assumes, above 0, sum 1.
    shares
        An [m] array in (0, 1]: how much of a vote each LF has.
    prior
        The anchor's strength.
    fixed_balance
        Whether rows have the class shares `balance`; else those that the votes imply.
    max_iterations
        When to give up; the certificate then says so.
    """
    k, m = len(balance), len(shares)
    hot = one_hot(distinct.rows, k)
    share = (hot.T @ distinct.counts) * np.repeat(shares, k)
    share = share / share.sum()
    meet = distinct.voters > 1  # a lone vote cannot be checked against anything
    seen, counts = hot[meet], distinct.counts[meet].astype(float)
    votes = np.asarray(seen.T @ counts)
    strength = (prior.rows + prior.pull * votes)[:, None] + 1e-12
    anchor = prior.precision(balance, m)

    def mixture(q: Floats) -> Mixture:
        implied = share @ q
        return Mixture(q, balance if fixed_balance else implied, implied, shares)

    def step(q: Floats) -> Floats:
        expected = seen.T @ (softmax(mixture(q).scores(seen)) * counts[:, None])
        return np.asarray((expected + strength * anchor) / (votes[:, None] + strength))

    def climb(q: Floats) -> tuple[Floats, int, float, float]:
        change = gradient = np.inf
        done = 0
        while done < max_iterations and change >= 1e-7:
            done += 1
            new = step(q)
            change = float(np.abs(new - q).max())
            gradient = float(np.linalg.norm((new - q) * (votes[:, None] + strength) / np.maximum(q, 1e-12)))
            q = new
        return q, done, change, gradient / max(float(votes.sum()), 1.0)

    q, iterations, residual, gradient = climb(anchor)
    other, *_ = climb(0.5 * anchor + 0.5 / k)
    gap = np.abs(softmax(mixture(q).scores(hot)) - softmax(mixture(other).scores(hot))).max()
    return mixture(q), Certificate(iterations, residual, gradient, float(gap))


def copy_shares(distinct: Distinct, k: int, threshold: float = 0.8) -> Floats:
    """Return how much of a vote each LF has, [m]: LFs that are near-copies of each other share one.

    Two LFs are near-copies where they give the same vote on more than `threshold` of the rows on which either votes.
    Independent LFs reach that only where both find nearly every row of their class, and lose little by sharing.
    """
    hot = one_hot(distinct.rows, k)
    m = distinct.rows.shape[1]
    to_lf = sparse.csr_array((np.ones(m * k), (np.arange(m * k), np.arange(m * k) // k)), shape=(m * k, m))
    counts = sparse.dia_array((distinct.counts[None, :].astype(float), [0]), shape=(hot.shape[0],) * 2)
    voted = hot @ to_lf
    met = (voted.T @ counts @ voted).tocoo()  # rows on which both vote
    total = np.asarray(voted.T @ distinct.counts)
    agreed = sum((part.T @ counts @ part for part in (hot[:, c::k] for c in range(k))), start=met.tocsr() * 0)
    near = np.asarray(agreed.tocsr()[met.row, met.col]) > threshold * (total[met.row] + total[met.col] - met.data)
    return np.asarray(1 / np.maximum(np.bincount(met.row[near], minlength=m), 1))
