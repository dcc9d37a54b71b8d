"""Answers by confidence, surest first: accuracy against coverage as a curve, the areas under it, what can be promised.

Votes have few distinct posteriors, so many rows tie; rows of one confidence are one step, taken as a whole or not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelfns.checks import Bools, Ints
from labelfns.display.numbers import percent
from labelfns.models.arrays import TIE, Floats

from .bootstrap import interval, resampled
from .metrics import wilson

MOST_POINTS = 200
"""A curve of more steps is thinned to this many points."""
CERTAINTY = 0.95


@dataclass(frozen=True)
class CurvePoint:
    """What is kept from one step on, and how right it is.

    Parameters
    ----------
    threshold
        The least confidence kept, in [0, 1].
    rows, coverage
        How many rows are kept, and their share of all rows with gold, in [0, 1].
    accuracy, interval
        The share of them that is right, in [0, 1], and its 95% interval (Wilson), of this point alone.
    oracle
        The accuracy, in [0, 1], of as many rows of the same answers if the right ones came first.
    """

    threshold: float
    rows: int
    coverage: float
    accuracy: float
    interval: tuple[float, float]
    oracle: float


@dataclass(frozen=True)
class Areas:
    """How well confidence puts right answers before wrong ones, over answered rows; 0 is best.

    Parameters
    ----------
    augrc, augrc_interval
        The area under the generalized risk-coverage curve, in [0, .5]: the mean, over how many rows are kept, of the
        wrong rows kept as a share of all answered rows (Traub et al. 2024); its 95% interval by the bootstrap.
    aurc
        The area under the risk-coverage curve, in [0, 1]: the mean of the wrong rows kept as a share of the kept. It
        weighs errors among the surest rows most.
    excess
        AURC less that of the oracle (E-AURC; Geifman et al. 2019).
    oracle_augrc, oracle_aurc
        What the same answers would have if the right ones came first.
    chance_augrc, chance_aurc
        What they would have in random order.
    """

    augrc: float
    augrc_interval: tuple[float, float]
    aurc: float
    excess: float
    oracle_augrc: float
    oracle_aurc: float
    chance_augrc: float
    chance_aurc: float


@dataclass(frozen=True)
class Promise:
    """From which confidence on a precision holds, with 95% confidence unless asked otherwise; printed, in words.

    Parameters
    ----------
    precision
        The precision that is asked for, in (0, 1].
    threshold
        The least confidence to keep, in [0, 1]; None where the precision is not attainable with these rows.
    rows, coverage
        How many rows with gold are kept, and their share of all of these, in [0, 1]; 0 where it is not attainable.
    accuracy, at_least
        The share of the kept that is right, and its lower bound, both in [0, 1]; None where it is not attainable.
    tried
        How many thresholds were tried, among which the error is split.
    """

    precision: float
    threshold: float | None
    rows: int
    coverage: float
    accuracy: float | None
    at_least: float | None
    tried: int

    def __str__(self) -> str:
        if self.threshold is None:
            return f"precision {self.precision:g} cannot be promised"
        return (
            f"precision {self.precision:g} from confidence {self.threshold:.3f} on, which {percent(self.coverage)} of "
            "the texts have"
        )


def telling(promises: Sequence[Promise]) -> list[Promise]:
    """Leave out what follows from another: a lower precision of the same rows, one above what cannot be promised."""
    by_threshold: dict[float | None, Promise] = {}
    for one in sorted(promises, key=lambda one: one.precision):
        if one.threshold is not None or None not in by_threshold:
            by_threshold[one.threshold] = one
    return list(by_threshold.values())


@dataclass(frozen=True, eq=False)
class Steps:
    """Answered rows by confidence, surest first; all arrays are [s], one number per distinct confidence.

    Parameters
    ----------
    confidence
        The confidence of each step, falling.
    rows, wrong
        How many rows each step has, and how many of these are wrong.
    out_of
        How many rows there are, those without an answer too.
    """

    confidence: Floats
    rows: Ints
    wrong: Ints
    out_of: int

    @classmethod
    def of(cls, confidence: Floats, right: Bools, out_of: int | None = None) -> "Steps":
        """Sort answered rows.

        Parameters
        ----------
        confidence, right
            How sure each answer is, in [0, 1], and whether it is right, [n].
        out_of
            How many rows there are with those that have no answer, at least n; by default n.
        """
        order = np.argsort(-confidence, kind="stable")
        falls = confidence[order]
        step = np.cumsum(np.diff(falls, prepend=falls[:1]) < -TIE)  # equal up to the order of a sum: one step
        rows = np.bincount(step)
        first = np.cumsum(rows) - rows
        wrong = np.bincount(step, weights=~right[order]).astype(np.int64)
        return cls(falls[first], rows, wrong, len(order) if out_of is None else out_of)

    def curve(self) -> tuple[CurvePoint, ...]:
        """Return accuracy against coverage, one point a step, the surest first."""
        kept, wrong = np.cumsum(self.rows), np.cumsum(self.wrong)
        right = int((kept - wrong)[-1]) if len(kept) else 0
        return tuple(
            CurvePoint(
                threshold=float(self.confidence[i]),
                rows=int(kept[i]),
                coverage=float(kept[i] / self.out_of),
                accuracy=float(1 - wrong[i] / kept[i]),
                interval=wilson(int(kept[i] - wrong[i]), int(kept[i])),
                oracle=float(min(1.0, right / kept[i])),
            )
            for i in np.unique(np.linspace(0, len(kept) - 1, min(len(kept), MOST_POINTS)).round().astype(int))
        )

    def areas(self) -> Areas | None:
        """Return the areas under the curves, each step averaged over the orders of its rows; None without a row."""
        n, wrong = int(self.rows.sum()), int(self.wrong.sum())
        if not n:
            return None
        counts = np.concatenate([self.rows - self.wrong, self.wrong])
        drawn = resampled(lambda draws: _areas(*_split(draws))[1], counts)
        aurc, augrc = _areas(self.rows[None], self.wrong[None])
        oracle, chance = (
            _areas(np.array([rows]), np.array([errors]))
            for rows, errors in (([n - wrong, wrong], [0, wrong]), ([n], [wrong]))
        )
        return Areas(
            augrc=float(augrc[0]),
            augrc_interval=interval(drawn),
            aurc=float(aurc[0]),
            excess=float(aurc[0] - oracle[0][0]),
            oracle_augrc=float(oracle[1][0]),
            oracle_aurc=float(oracle[0][0]),
            chance_augrc=float(chance[1][0]),
            chance_aurc=float(chance[0][0]),
        )

    def promise(self, precision: float, certainty: float = CERTAINTY) -> Promise:
        """Return the largest coverage at which a precision, in (0, 1], holds with a confidence in (0, 1).

        As in SGR (Geifman and El-Yaniv 2017) the lower bound of the precision is Clopper and Pearson's, and the error,
        5% by default, is split over the ceil(log2 n) thresholds tried. These are spread evenly over the coverage
        beforehand, not searched for by halving: the promise then holds also where surer rows are not righter.
        """
        from scipy.special import betaincinv

        kept, wrong = np.cumsum(self.rows), np.cumsum(self.wrong)
        n = int(kept[-1]) if len(kept) else 0
        tries = max(1, int(np.ceil(np.log2(max(n, 1)))))
        at = np.unique(np.searchsorted(kept, np.ceil(n * np.arange(1, tries + 1) / tries)))[: len(kept)]
        right = (kept - wrong)[at]
        alpha = (1 - certainty) / max(len(at), 1)
        bounds = np.where(right > 0, betaincinv(np.maximum(right, 1), wrong[at] + 1, alpha), 0.0)
        holds = np.flatnonzero(bounds >= precision)
        if not len(holds):
            return Promise(precision, None, 0, 0.0, None, None, len(at))
        best = holds[-1]
        i = at[best]
        return Promise(
            precision=precision,
            threshold=float(self.confidence[i]),
            rows=int(kept[i]),
            coverage=float(kept[i] / self.out_of),
            accuracy=float(1 - wrong[i] / kept[i]),
            at_least=float(bounds[best]),
            tried=len(at),
        )


def _split(draws: Ints) -> tuple[Ints, Ints]:
    """Return rows and wrong rows by step, [b, s], of counts of right and wrong rows, [b, 2s]."""
    right, wrong = np.split(draws, 2, axis=1)
    return right + wrong, wrong


def _areas(rows: Ints, wrong: Ints) -> tuple[Floats, Floats]:
    """Return AURC and AUGRC, [b], of rows and wrong rows by step, [b, s].

    Of a step of g rows, e of them wrong, the first j have j e / g wrong ones on average over all orders; with G rows
    and E wrong ones before it the sum of (E + j e / g) / (G + j) over j = 1..g is (E - G e / g) (H(G + g) - H(G)) + e,
    H the harmonic numbers.
    """
    kept, errors = np.cumsum(rows, axis=1), np.cumsum(wrong, axis=1)
    n = kept[:, -1]
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, n.max() + 1))])
    before, wrong_before = kept - rows, errors - wrong
    rate = wrong / np.maximum(rows, 1)
    aurc = ((wrong_before - before * rate) * (harmonic[kept] - harmonic[before]) + wrong).sum(axis=1) / n
    augrc = (wrong_before * rows + rate * rows * (rows + 1) / 2).sum(axis=1) / n**2
    return aurc, augrc
