"""Expectation maximization: the loop, and what shows that a fit is at its optimum."""

from dataclasses import astuple, dataclass
from typing import Protocol

import numpy as np

from labelfns.errors import number_of
from labelfns.models.arrays import Floats

STANDSTILL = 1e-7
"""EM stops where a step changes no number by more; probabilities are then settled to about 1e-6."""
MAX_STEPS = 500
"""When EM gives up: votes that need more do not settle, and `Convergence` says so."""
CONVERGED_STEP = 1e-6
"""The largest step of a fit that counts as converged: ten times `STANDSTILL`, well below what a probability shows."""
CONVERGED_GAP = 1e-3
"""How far apart the probabilities from two starts may be: less than anyone reads off a confidence."""
TINY = 1e-12
"""Added to what is divided by, where it may be 0."""
HIGHEST = 0.98
"""No learned rate is higher: at 1 a single vote would outweigh all others together."""


@dataclass(frozen=True)
class Convergence:
    """What shows that a fit is at its optimum.

    Parameters
    ----------
    iterations
        EM steps from the first start.
    residual
        The largest change that one more step makes to a fitted number, in [0, 1].
    gradient
        The norm of the log posterior's gradient over the free numbers, per vote, at least 0; 0 at the optimum.
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
        return self.residual < CONVERGED_STEP and self.start_gap < CONVERGED_GAP

    def worse(self, other: "Convergence") -> "Convergence":
        """Return the larger of both fits' figures, one by one."""
        return Convergence(*(max(pair) for pair in zip(astuple(self), astuple(other), strict=True)))

    def __str__(self) -> str:
        return (
            f"after {number_of(self.iterations, 'step')} one more changes a number by up to {self.residual:.1e}, and "
            f"two opposite starts end up to {self.start_gap:.1e} apart"
        )


class EM(Protocol):
    """A model that EM can fit; its state is an array of numbers in [0, 1]."""

    def step(self, state: Floats) -> Floats:
        """Return the state after one step of EM."""

    def gradient(self, before: Floats, after: Floats) -> float:
        """Return the norm of the log posterior's gradient, per vote, from the states before and after a step."""

    def posterior(self, state: Floats) -> Floats:
        """Return the class probabilities [r, k] of all distinct rows."""


@dataclass(frozen=True, eq=False)
class EMResult:
    """The state that EM reached, after how many steps, and the figures of the last one (see `Convergence`)."""

    state: Floats
    iterations: int
    residual: float
    gradient: float


def run_em(model: EM, start: Floats, max_steps: int = MAX_STEPS) -> EMResult:
    """Step from `start` until a step changes no number by more than `STANDSTILL`, at most `max_steps` times."""
    state, steps, residual, gradient = start, 0, np.inf, np.inf
    while steps < max_steps and residual >= STANDSTILL:
        steps += 1
        new = model.step(state)
        residual, gradient = float(np.abs(new - state).max()), model.gradient(state, new)
        state = new
    return EMResult(state, steps, residual, gradient)


def check_convergence(model: EM, result: EMResult, other_start: Floats) -> Convergence:
    """Run EM from another start too, and return how `result` converged."""
    other = run_em(model, other_start)
    gap = float(np.abs(model.posterior(result.state) - model.posterior(other.state)).max())
    return Convergence(result.iterations, result.residual, result.gradient, gap)


@dataclass(frozen=True)
class Prior:
    """What is believed of LFs before their votes are seen: each is right equally often.

    Parameters
    ----------
    accuracy
        How often any LF is right when it votes and classes are equally frequent, in (1/k, 1).
    rows
        The prior's weight in votes, at least 0.
    pull
        Its further weight as a multiple of an LF's own votes that meet another vote, at least 0. With it the prior
        grows with the data: what goes wrong on real votes is the model, not the sample.
    """

    accuracy: float = 0.8
    rows: float = 40.0
    pull: float = 1.0

    def precision(self, balance: Floats, m: int) -> Floats:
        """Return the [m * k, k] precisions of m such LFs under class balance [k]."""
        k = len(balance)
        table = np.tile(balance, (k, 1))
        table[np.diag_indices(k)] *= self.accuracy * (k - 1) / (1 - self.accuracy)
        return np.asarray(np.tile(table / table.sum(axis=1, keepdims=True), (m, 1)))
