"""The fit of `LabelModel`, as functions: from votes alone, and then with gold rows.

LFs that repeat each other share one vote. Where pairs of votes occur as often as with independent LFs, votes are read
that way, abstains included (`.independent`). Elsewhere abstains say nothing, and each vote is a blend: mostly a vote of
equals, in which what is learned from agreement (`.one_accuracy`, `.mixture`) decides ties and near-ties. How often LFs
agree where they meet sets the level of the confidences, and no verdict.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from labelfns.analysis.pairs import lf_pairs, one_hot, vote_pairs
from labelfns.display.numbers import percent
from labelfns.errors import MOST, number_of, some
from labelfns.models.arrays import Floats, Probs, as_counts, credit, softmax

from .base import balance_array
from .calibration import Calibration, better, gold_counts, posterior
from .distinct_rows import Distinct, GoldRows
from .em import TINY, Convergence, Prior
from .independent import fit_independent
from .majority import vote_counts
from .mixture import fit_mixture
from .one_accuracy import accuracy_log_odds, fit_accuracies, tempered, vote_worth

NEAR_COPY = 0.8
"""LFs that give the same vote on more than this share of the rows on which either votes share one vote; independent
LFs reach that only where both find nearly every row of their class, and lose little by sharing."""
ABOVE_CHANCE = 1e-3
"""The prior's accuracy is at least this much above 1/k: at chance a vote would say nothing."""
INDEPENDENT = 0.2
"""The misfit up to which LFs are taken to be independent: real votes are off by 27% and more, and lose a point of
accuracy at .3; synthetic independent ones lose half a point at .1."""
OVERTURNED = 0.02
"""One accuracy per LF may overturn this share of clear majorities; where it would overturn more, it has run away. At
.005 real votes lose .7 points of what it is good for."""
ONE_ACCURACY = 0.75
"""The part of what is learned that comes from one accuracy per LF; the rest is from one precision per vote. More is
better on real votes up to here (.25: 80.5% right, .5: 81.0, .75: 81.2, 1: 80.9), less on synthetic ones."""
EQUALS = 0.75
"""The part of a vote's weight in which all LFs are equal: what is learned then decides ties and near-ties alone. From
.5 to .9 verdicts are the same, and at .5 the calibration error is a point higher."""
FEW_GOLD = 10
"""Fewer covered gold rows than this are not used: a calibration has two numbers to fit."""
_VOTES_ALONE = (
    "accuracies come from votes alone and confidences are not calibrated; 20 to 200 rows with a vote in "
    "fit(votes, gold=...) would settle them"
)
WITHOUT_GOLD = f"no gold row was given to the fit: {_VOTES_ALONE}"
"""What a fit without gold notes."""
GOLD_TRUST = 20.0
"""How many gold rows a precision learned without gold is worth; 5 to 80 differ by .1 points with 50 gold rows."""
CHANCE = 1.64
"""How many standard errors better on gold rows is better than chance: one-sided, 5%."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fitted `LabelModel`: every number that its answers come from, and what to know about them.

    Parameters
    ----------
    precision
        An [m * k, k] array in (0, 1): row ``j * k + c`` is p(class | LF j votes for c).
    lf_weights
        An [m] array in (0, 1]: how much of a vote each LF has; near-copies share one.
    vote_log_odds
        An [m * k, k] array: what the vote of LF j for c adds to the log-odds of each class.
    start
        The [k] log-odds of the classes before any vote.
    class_balance
        The [k] shares of the classes among covered rows, sum 1.
    balance_source
        Where they are from, for messages: ``"given"`` or ``"estimated from ..."``.
    anchor
        How often a vote alone is taken to be right, in (1/k, 1).
    misfit
        How far the counts of pairs of votes are from those of independent LFs, at least 0; infinite if there are too
        few (see `labelfns.models.label_models.independent.misfit`).
    convergence
        What shows that the fit is at its optimum.
    gold_votes
        An [m * k] array: on how many gold rows each vote was seen.
    calibration
        What is done to confidences last.
    floored
        Whether majority vote's verdicts are used, since gold showed that they are better.
    notes
        What a user should know before trusting the confidences, a sentence each.
    """

    precision: Floats
    lf_weights: Floats
    vote_log_odds: Floats
    start: Floats
    class_balance: Floats
    balance_source: str
    anchor: float
    misfit: float
    convergence: Convergence
    gold_votes: Floats
    calibration: Calibration
    floored: bool = False
    notes: tuple[str, ...] = ()

    def log_odds(self) -> tuple[Floats, Floats]:
        """Return the log-odds in use: what each vote adds to each class, [m * k, k], and those before any vote, [k]."""
        if self.floored:
            return equal_votes(self.anchor, len(self.lf_weights), len(self.start)), np.zeros(len(self.start))
        return self.vote_log_odds, self.start

    def proba(self, hot: Any) -> Probs:
        """Return the class probabilities [r, k] of rows by their one-hot votes, sparse [r, m * k]."""
        votes, start = self.log_odds()
        return self.calibration(softmax(hot @ votes + start))


def fit_votes(
    distinct: Distinct, labels: Sequence[str], *, accuracy: float, class_balance: str | Sequence[float]
) -> Fitted:
    """Fit on votes alone.

    Parameters
    ----------
    distinct
        The distinct vote rows; at least one has a vote.
    labels
        The k label names.
    accuracy, class_balance
        As in `LabelModel`.

    Raises
    ------
    SettingsError
        If `class_balance` does not have k shares.
    """
    k = len(labels)
    hot = one_hot(distinct.rows, k, distinct.strength)
    prior = Prior(max(accuracy, 1 / k + ABOVE_CHANCE))
    pairs = vote_pairs(hot, distinct.counts, k)
    near = near_duplicates(pairs if distinct.strength is None else _whole_pairs(distinct, k), k)
    lf_weights = share_votes(near)
    balance, source = _class_balance(class_balance, hot.T @ distinct.counts, lf_weights, k)
    trial = fit_independent(
        distinct, hot, pairs, near, balance, lf_weights, prior, tolerance=INDEPENDENT, fixed_balance=source == "given"
    )
    if trial.convergence is not None:
        votes, start = trial.model.log_odds()
        precision, convergence, balance = trial.model.precision, trial.convergence, trial.model.covered_balance()
        anchor = prior.accuracy
        source = "given" if source == "given" else "estimated from votes and abstains"
        notes = [
            f"the LFs fire as independent LFs would (within {percent(trial.misfit, 0)}): that one abstains counts as "
            "evidence of a text's label too"
        ]
    else:
        often = f"their votes meet {percent(trial.misfit, 0)} more or less often than independent ones would"
        far = "too few votes meet" if np.isinf(trial.misfit) else often
        what = "that one abstains is no evidence of a text's label"
        notes = [f"the LFs are not taken to be independent ({far}): {what}"] * (len(lf_weights) > 1)
        votes, start, convergence = _fit_agreement(distinct, hot, balance, lf_weights, prior, notes)
        worth = vote_worth(pairs, near, lf_weights, prior, k)
        votes, start, note = tempered(worth, votes, start, distinct, hot, lf_weights)
        notes.append(note)
        anchor = worth.accuracy(k)
        precision = np.maximum(softmax(votes / np.repeat(lf_weights, k)[:, None] + start), TINY)
    notes.append(f"class balance {source}: {_by_name(labels, balance)}")
    if not convergence.converged:
        notes.append(f"the fit is not certain: {convergence}")
    return Fitted(
        precision=precision,
        lf_weights=lf_weights,
        vote_log_odds=votes,
        start=start,
        class_balance=balance,
        balance_source=source,
        anchor=anchor,
        misfit=trial.misfit,
        convergence=convergence,
        gold_votes=np.zeros(len(precision)),
        calibration=Calibration(center=anchor),
        notes=tuple(notes),
    )


def _by_name(labels: Sequence[str], balance: Floats) -> str:
    """Write shares with their labels; of many labels the largest."""
    order = np.argsort(-balance, kind="stable") if len(labels) > MOST else np.arange(len(labels))
    return some([f"{labels[c]} {percent(balance[c])}" for c in order.tolist()], MOST)


def with_gold(fitted: Fitted, distinct: Distinct, gold: GoldRows | None, *, floor: bool) -> Fitted:
    """Return the fit with what gold rows say.

    Gold sharpens the precisions; verdicts change only where that is right more often than chance gives, each gold row
    left out in turn. The confidences are calibrated on the same held-out probabilities.

    Parameters
    ----------
    fitted
        A fit on votes alone.
    distinct
        The distinct vote rows.
    gold
        Those with gold, each with a vote; None where there are none.
    floor
        Whether to fall back to majority vote where the gold rows show it to be better.
    """
    g, k = 0 if gold is None else int(gold.counts.sum()), len(fitted.start)
    if gold is None or g < FEW_GOLD:
        covered = number_of(g, "covered gold row is", "covered gold rows are")
        few = f"{covered} too few, {FEW_GOLD} the least: {_VOTES_ALONE}"
        return replace(fitted, notes=(*fitted.notes, few if g else WITHOUT_GOLD))
    n, labels = gold.counts, gold.labels
    weights = np.ones(len(n)) if gold.weights is None else as_counts(gold.weights)
    rows = n * weights
    hot = one_hot(distinct.rows[gold.at], k, None if distinct.strength is None else distinct.strength[gold.at])
    counts = gold_counts(hot, labels, rows, k)
    precision, sharpened = _sharpened(fitted, counts)
    used: Probs = softmax(hot @ fitted.vote_log_odds + fitted.start)
    held_out = _held_out(fitted, hot, labels, counts, weights)
    sharpens = better(credit(held_out, labels), credit(used, labels), n, weights, CHANCE)
    used = held_out if sharpens else used
    what = "sharpen the accuracies and calibrate the confidences" if sharpens else "calibrate the confidences"
    notes = [f"{number_of(g, 'covered gold row')} {what}"]
    equal = softmax(hot @ equal_votes(fitted.anchor, len(fitted.lf_weights), k))
    ours, majority = credit(used, labels), credit(equal, labels)
    floored = floor and better(majority, ours, n, weights, CHANCE)
    if floored:
        right, our_right = (np.average(credits, weights=rows) for credits in (majority, ours))
        notes.append(
            f"majority vote is used: on the gold rows it is right {percent(right, 0)} of the time, this "
            f'model {percent(our_right, 0)}; floor="off" keeps the model'
        )
    return replace(
        fitted,
        precision=precision,
        vote_log_odds=sharpened if sharpens else fitted.vote_log_odds,
        gold_votes=counts.sum(axis=1),
        calibration=Calibration.fit(equal if floored else used, labels, rows, fitted.anchor),
        floored=floored,
        notes=(*fitted.notes, *notes),
    )


def near_duplicates(pairs: Any, k: int, threshold: float = NEAR_COPY) -> Any:
    """Return which LFs are near-copies of each other, and of themselves: a sparse [m, m] array of booleans.

    `pairs` is what `vote_pairs` counts, [m * k, m * k].
    """
    both, same = lf_pairs(pairs, k)
    votes, both = both.diagonal(), both.tocoo()
    either = votes[both.row] + votes[both.col] - both.data
    near = np.asarray(same[both.row, both.col]) > threshold * either
    return sparse.csr_array((np.ones(near.sum(), dtype=bool), (both.row[near], both.col[near])), shape=both.shape)


def share_votes(near: Any) -> Floats:
    """Return how much of a vote each LF has, [m]: near-copies (see `near_duplicates`) share one."""
    return np.asarray(1 / np.maximum(near.sum(axis=1), 1), dtype=np.float64)


def equal_votes(accuracy: float, m: int, k: int) -> Floats:
    """Return the log-odds [m * k, k] of the votes of m LFs that are all right equally often."""
    return np.tile(np.eye(k) * np.log(accuracy * (k - 1) / (1 - accuracy)), (m, 1))


def _whole_pairs(distinct: Distinct, k: int) -> Any:
    """Count pairs of votes with every vote a whole one."""
    return vote_pairs(one_hot(distinct.rows, k), distinct.counts, k)


def _class_balance(
    setting: str | Sequence[float], vote_counts: Floats, lf_weights: Floats, k: int
) -> tuple[Floats, str]:
    """Return the class balance [k] to begin with and its source, from how often each vote was cast, [m * k]."""
    if not isinstance(setting, str):
        return balance_array(setting, k), "given"
    uniform = np.full(k, 1 / k)
    if setting == "uniform":
        return uniform, "estimated from a uniform prior"
    # A class's share of the votes says as much about the LFs as about the class: go half way.
    by_class = (vote_counts * np.repeat(lf_weights, k)).reshape(-1, k).sum(axis=0)
    return np.asarray((uniform + by_class / by_class.sum()) / 2), "estimated from votes"


def _fit_agreement(
    distinct: Distinct, hot: Any, balance: Floats, lf_weights: Floats, prior: Prior, notes: list[str]
) -> tuple[Floats, Floats, Convergence]:
    """Return the log-odds of votes and of the start where abstains say nothing; add to the notes what was left out."""
    k, weights = len(balance), np.repeat(lf_weights, len(balance))[:, None]
    mixture, convergence = fit_mixture(distinct, hot, balance, lf_weights, prior)
    accuracy, other = fit_accuracies(distinct, hot, lf_weights, prior, k)
    one_accuracy = accuracy_log_odds(accuracy, lf_weights, k)
    overturned, part = _overturned(distinct, hot @ one_accuracy, k), ONE_ACCURACY
    if overturned > OVERTURNED:
        part = 0.0
        notes.append(
            f"one accuracy per LF would overturn {percent(overturned, 0)} of clear majorities and is left out; a "
            "precision per vote is used alone"
        )
    learned = part * one_accuracy + (1 - part) * mixture.log_odds()
    votes = EQUALS * (equal_votes(prior.accuracy, len(lf_weights), k) * weights) + (1 - EQUALS) * learned
    return votes, (1 - EQUALS) * (1 - part) * np.log(balance), convergence.worse(other)


def _overturned(distinct: Distinct, scores: Floats, k: int) -> float:
    """Return the share of rows with a clear majority to which `scores` [r, k] give another class."""
    counts = vote_counts(distinct.rows, k)
    top = np.partition(counts, -2, axis=1)[:, -2:]
    clear = top[:, 1] > top[:, 0]
    other = clear & (scores.argmax(axis=1) != counts.argmax(axis=1))
    return float(distinct.counts[other].sum() / max(distinct.counts[clear].sum(), 1))


def _sharpened(fitted: Fitted, counts: Floats) -> tuple[Floats, Floats]:
    """Return the precisions and the log-odds of votes after gold counts, all [m * k, k]."""
    precision = posterior(fitted.precision, counts, GOLD_TRUST)
    weights = np.repeat(fitted.lf_weights, len(fitted.start))[:, None]
    return precision, fitted.vote_log_odds + np.log(precision / fitted.precision) * weights


def _held_out(fitted: Fitted, hot: Any, gold: npt.NDArray[np.int64], counts: Floats, weights: Floats) -> Probs:
    """Return the probabilities [g, k] of gold rows, each sharpened by all others: those like it too, but for one."""
    k = len(fitted.start)
    probs = np.empty((len(gold), k))
    for i in range(len(gold)):
        row = hot[[i]]
        _, votes = _sharpened(fitted, counts - gold_counts(row, gold[[i]], weights[[i]], k))
        probs[i] = softmax(row @ votes + fitted.start)[0]
    return probs
