"""One accuracy an LF, from how votes meet in rows.

The plainest reading of votes: LF j is right with probability a[j] whatever it says, every wrong label is as likely as
another, classes are equally frequent, and an abstain says nothing.
"""

from typing import Any

import numpy as np

from .distinct_rows import Distinct
from .mixture import Certificate, Floats, Prior, climb, softmax


def fit_accuracies(distinct: Distinct, hot: Any, shares: Floats, prior: Prior, k: int) -> tuple[Floats, Certificate]:
    """Return how often each LF is right, [m], in (1/k, 1), by EM; see `fit_mixture` for the arguments.

    An LF is never taken for worse than chance, however much the others contradict it: agreement alone cannot tell
    which side is wrong.
    """
    meet = distinct.voters > 1
    seen, counts = hot[meet], distinct.counts[meet].astype(float)
    votes = np.asarray(seen.T @ counts).reshape(-1, k).sum(axis=1)
    strength = prior.rows + prior.pull * votes + 1e-12
    least = 1 / k + (prior.accuracy - 1 / k) / 6

    def step(accuracy: Floats) -> Floats:
        expected = seen.T @ (softmax(seen @ accuracy_log_odds(accuracy, shares, k)) * counts[:, None])
        right = np.asarray(expected).reshape(-1, k, k)[:, range(k), range(k)].sum(axis=1)
        return np.asarray(np.clip((right + strength * prior.accuracy) / (votes + strength), least, 0.98))

    def gradient(accuracy: Floats, new: Floats) -> float:
        free = (new > least) & (new < 0.98)
        rise = (new - accuracy) * (votes + strength) / (accuracy * (1 - accuracy))
        return float(np.linalg.norm(rise[free])) / max(float(votes.sum()), 1.0)

    found, other = (climb(step, np.full(len(shares), start), gradient) for start in (prior.accuracy, least))
    probs, others = (softmax(hot @ accuracy_log_odds(one.state, shares, k)) for one in (found, other))
    return found.state, found.certificate(float(np.abs(probs - others).max()))


def accuracy_log_odds(accuracy: Floats, shares: Floats, k: int) -> Floats:
    """Return the [m * k, k] log-odds that each vote adds to its own label."""
    weight = np.log(accuracy * (k - 1) / (1 - accuracy)) * shares
    return np.asarray(np.tile(np.eye(k), (len(shares), 1)) * np.repeat(weight, k)[:, None])
