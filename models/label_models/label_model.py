"""`LabelModel`, the default: no seed, anchored to a vote, with a certificate and a floor.

What it was compared with is in ``docs/label_models.md``.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from labelfns.checks import Gold
from labelfns.errors import InputError, SettingsError
from labelfns.lfs.base import ABSTAIN
from labelfns.settings import check
from labelfns.votes import Probs, Votes

from .base import BaseLabelModel
from .calibration import Calibration, better, gold_counts, posterior
from .distinct_rows import Distinct, one_hot
from .explain import Explanation, explain
from .independent import fit_independent
from .majority import vote_counts
from .mixture import Certificate, Floats, Prior, copies, copy_shares, fit_mixture, softmax
from .one_accuracy import accuracy_log_odds, fit_accuracies

Strength = npt.NDArray[np.floating[Any]]
TRUST = 20.0
"""How many gold rows an accuracy that was learned without gold is worth."""
INDEPENDENT = 0.2
"""LFs whose pairs of votes are off by less than this share are taken for independent."""
OVERTURNED = 0.02
"""How many clear majorities, as a share, one accuracy an LF may overturn before it is left out."""
PLAIN = 0.75
"""Where LFs are not independent, the part of what is learned that comes from one accuracy an LF."""
EQUALS = 0.75
"""There, the part of each vote's weight that is a vote of equals: what is learned decides ties and near-ties."""
CHANCE = 1.64
"""How many standard errors better on gold rows is better than chance: one-sided, 5 %."""


@dataclass
class LabelModel(BaseLabelModel):
    """A label model whose answer depends on the votes alone: no seed, no order of rows or LFs.

    Near-copies share one vote. LFs that fire as independent LFs would, by the counts of pairs of votes, are read by
    Snorkel's family to the letter, abstains included (`.independent`). Others are read without their
    abstains: a vote of equals, in which what agreement tells of each LF (`.one_accuracy`) and of each
    vote (`.mixture`) decides ties and near-ties. `notes_` says which.

    With gold, each known row adds to the precisions as counts; they change verdicts only where, each gold row left out,
    that is right more often than chance gives. The confidences are calibrated on the same held-out probabilities.
    Majority vote is the floor: where gold shows that it does better, the model uses its verdicts, and `notes_` says so.

    Parameters
    ----------
    accuracy
        How often an LF is assumed to be right before anything is known, in (0, 1).
    class_balance
        The k class shares among covered rows, above 0, sum 1; or ``"uniform"``; or ``"votes"``, half way between
        uniform and each class's share of the votes.
    floor
        ``"auto"`` to fall back to majority vote where gold shows it to be better, ``"off"`` never to.

    Attributes
    ----------
    precision_
        An [m * k, k] array: row ``j * k + c`` is p(class | LF j says c).
    shares_
        An [m] array in (0, 1]: how much of a vote each LF has.
    balance_
        The [k] class shares in use, and `balance_source_` which of given, uniform or estimated they are.
    certificate_
        What shows that the fit is at its optimum (see `Certificate`).
    misfit_
        How far pairs of votes are from those of independent LFs, at least 0 (see `independent.misfit`).
    floored_
        Whether majority vote's verdicts are in use.

    Raises
    ------
    SettingsError
        If a setting is out of range.

    Examples
    --------
    >>> votes = Votes([[0, 0, -1], [1, 1, 0], [-1, 1, 1], [0, -1, 0]], labels=["no", "yes"])
    >>> model = LabelModel().fit(votes)
    >>> model.predict(votes).tolist(), model.certificate_.converged
    ([0, 1, 1, 0], True)
    """

    accuracy: float = 0.8
    class_balance: tuple[float, ...] | Literal["votes", "uniform"] = "votes"
    floor: Literal["auto", "off"] = "auto"

    def __post_init__(self) -> None:
        balance = self.class_balance
        shares = None if isinstance(balance, str) else balance
        check(
            (0 < self.accuracy < 1, f"accuracy must be between 0 and 1; got {self.accuracy}"),
            (
                balance in ("votes", "uniform") if shares is None else min(shares) > 0 and abs(sum(shares) - 1) < 1e-6,
                f'class_balance must be "votes", "uniform" or shares above 0 that sum to 1; got {balance!r}',
            ),
            (self.floor in ("auto", "off"), f'floor must be "auto" or "off"; got {self.floor!r}'),
        )

    def fit(self, votes: Votes, gold: Gold | None = None, *, strength: Strength | None = None) -> Self:
        """Fit on a label matrix (see `BaseLabelModel.fit`), with soft votes where LFs are not sure.

        Parameters
        ----------
        votes
            The label matrix, [n, m]; at least one row must be covered.
        gold
            Labels [n], by id or name; -1 or None where unknown. Ten or more on covered rows sharpen and calibrate.
        strength
            An [n, m] array in [0, 1]: how much of a vote each vote is, as in `predict_proba`. Rows are then no longer
            counted together where their votes are equal, so time and memory grow with n.

        Raises
        ------
        InputError
            If no row is covered, gold does not fit the votes, or strengths are of another shape or out of range.
        """
        if strength is None:
            return super().fit(votes, gold)
        given = check_strength(votes, strength)
        matrix = np.where(given > 0, votes.matrix, np.int8(ABSTAIN))
        heard = Votes(matrix, labels=votes.labels, lf_names=votes.lf_names)
        rows = Distinct(matrix, np.ones(len(votes), dtype=np.int64), np.arange(len(votes)), given)
        return self._fit_rows(heard, gold, rows)

    def _balance(self, distinct: Distinct, hot: Any, k: int) -> Floats:
        uniform = np.full(k, 1 / k)
        if not isinstance(self.class_balance, str):
            if len(self.class_balance) != k:
                raise SettingsError(f"class_balance must have {k} shares, one a label; got {len(self.class_balance)}")
            self.balance_source_ = "given"
            return np.asarray(self.class_balance)
        # The share of votes says as much about the LFs as about the classes: go half way.
        given = hot.T @ distinct.counts * np.repeat(self.shares_, k)
        by_class = given.reshape(-1, k).sum(axis=0)
        self.balance_source_ = f"estimated from {'votes' if self.class_balance == 'votes' else 'a uniform prior'}"
        return uniform if self.class_balance == "uniform" else np.asarray((uniform + by_class / by_class.sum()) / 2)

    def _learn(self, distinct: Distinct, hot: Any, near: Any, prior: Prior, k: int) -> list[str]:
        """Learn from the votes alone, and return what to say about it."""
        balance = self._balance(distinct, hot, k)
        fixed = self.balance_source_ == "given"
        trial = fit_independent(distinct, hot, near, balance, prior, tolerance=INDEPENDENT, fixed_balance=fixed)
        self.misfit_ = trial.misfit
        if trial.certificate is not None:
            self.certificate_ = trial.certificate
            self.weights_, self.start_ = trial.model.log_odds()
            self.precision_, self.balance_ = trial.model.precision, trial.model.covered_balance()
            self.balance_source_ = "given" if fixed else "estimated from votes and abstains"
            return [f"the LFs fire as independent LFs would (within {self.misfit_:.0%}): abstains count as evidence"]
        mixture, self.certificate_ = fit_mixture(distinct, hot, balance, self.shares_, prior)
        accuracy, certificate = fit_accuracies(distinct, hot, self.shares_, prior, k)
        self.certificate_, self.balance_ = self.certificate_.worse(certificate), balance
        plain = accuracy_log_odds(accuracy, self.shares_, k)
        overturned = self._overturned(distinct, hot @ plain, k)
        part = 0.0 if overturned > OVERTURNED else PLAIN
        learned = part * plain + (1 - part) * mixture.weights()
        equals = self._equals(k) * np.repeat(self.shares_, k)[:, None]
        self.weights_ = EQUALS * equals + (1 - EQUALS) * learned
        self.start_ = (1 - EQUALS) * (1 - part) * np.log(balance)
        self.precision_ = softmax(self.weights_ / np.repeat(self.shares_, k)[:, None] + self.start_)
        far = "too few votes meet" if np.isinf(self.misfit_) else f"pairs of votes are off by {self.misfit_:.0%}"
        notes = [f"the LFs are not taken for independent ({far}): abstains count for nothing"]
        if not part:
            notes.append(
                f"one accuracy an LF would overturn {overturned:.0%} of clear majorities and is left out; a precision "
                "a vote is used alone"
            )
        return notes

    def _overturned(self, distinct: Distinct, scores: Floats, k: int) -> float:
        """Return the share of rows with a clear majority to which `scores` give another class."""
        counts = vote_counts(distinct.rows, k)
        top = np.partition(counts, -2, axis=1)[:, -2:]
        clear = top[:, 1] > top[:, 0]
        other = clear & (scores.argmax(axis=1) != counts.argmax(axis=1))
        return float(distinct.counts[other].sum() / max(distinct.counts[clear].sum(), 1))

    def _fit(self, distinct: Distinct, votes: Votes, gold: npt.NDArray[np.int64] | None) -> None:
        k = votes.n_labels
        hot = one_hot(distinct.rows, k, distinct.strength)
        prior = Prior(max(self.accuracy, 1 / k + 1e-3))
        near = copies(distinct, hot if distinct.strength is None else one_hot(distinct.rows, k), k)
        self.shares_, self.anchor_ = copy_shares(near), prior.accuracy
        self.gold_votes_ = np.zeros(len(votes.lf_names) * k)
        self.calibration_, self.floored_ = Calibration(center=self.anchor_), False
        notes = self._learn(distinct, hot, near, prior, k)
        notes.append(f"class balance {self.balance_source_}: {', '.join(f'{x:.2f}' for x in self.balance_)}")
        if not self.certificate_.converged:
            notes.append(f"the fit is not certain: {self.certificate_}")
        known = np.flatnonzero((gold >= 0) & votes.covered) if gold is not None else np.empty(0, dtype=np.intp)
        if gold is None or len(known) < 10:
            notes.append(
                f"{len(known)} covered gold rows: accuracies come from agreement alone and confidences are not "
                "calibrated; 20 to 200 gold rows would settle them"
            )
        else:
            notes += self._use_gold(hot[distinct.inverse[known]], gold[known], k)
        self.notes_ = tuple(notes)

    def _use_gold(self, hot: Any, gold: npt.NDArray[np.int64], k: int) -> list[str]:
        counts = gold_counts(hot, gold, k)
        learned, weights = self.precision_, self.weights_
        share = np.repeat(self.shares_, k)[:, None]

        def sharpened(known: Floats) -> tuple[Floats, Floats]:
            found = posterior(learned, known, TRUST)
            return found, weights + np.log(found / learned) * share

        self.precision_, sharp = sharpened(counts)
        self.gold_votes_ = counts.sum(axis=1)
        used = softmax(hot @ weights + self.start_)
        held_out = np.empty_like(used)
        for i in range(len(gold)):
            alone = hot[[i]]
            _, without = sharpened(counts - gold_counts(alone, gold[[i]], k))
            held_out[i] = softmax(alone @ without + self.start_)[0]
        notes = [f"{len(gold)} covered gold rows calibrate the confidences"]
        if better(_credit(held_out, gold), _credit(used, gold), CHANCE):
            self.weights_, used = sharp, held_out
            notes = [f"{len(gold)} covered gold rows sharpen the accuracies and calibrate the confidences"]
        equal = softmax(hot @ self._equals(k))
        ours, theirs = _credit(used, gold), _credit(equal, gold)
        if self.floor == "auto" and better(theirs, ours, CHANCE):
            self.floored_, used = True, equal
            notes.append(
                f"majority vote is used: on the gold rows it is right {theirs.mean():.0%} of the time, this model "
                f'{ours.mean():.0%}; floor="off" keeps the model'
            )
        self.calibration_ = Calibration.fit(used, gold, self.anchor_)
        return notes

    def vote_log_odds(self) -> tuple[Floats, Floats]:
        """Return the log-odds [m * k, k] that each vote adds to each class, and those [k] before any vote."""
        k = self.precision_.shape[1]
        return (self._equals(k), np.zeros(k)) if self.floored_ else (self.weights_, self.start_)

    def _equals(self, k: int) -> Floats:
        """Return the log-odds [m * k, k] of a vote in which every LF is right equally often."""
        odds = np.log(self.anchor_ * (k - 1) / (1 - self.anchor_))
        return np.tile(np.eye(k) * odds, (len(self.shares_), 1))

    def _scores(self, hot: Any) -> Floats:
        weights, start = self.vote_log_odds()
        return np.asarray(hot @ weights + start)

    def _proba(self, rows: npt.NDArray[np.int8]) -> Probs:
        k = len(self.balance_)
        return self.calibration_(softmax(self._scores(one_hot(rows, k))))

    def predict_proba(self, votes: Votes, *, strength: Strength | None = None) -> Probs:
        """Return class probabilities (see `BaseLabelModel.predict_proba`), with soft votes where LFs are not sure.

        Parameters
        ----------
        votes
            The label matrix, [n, m].
        strength
            An [n, m] array in [0, 1]: how much of its weight each vote has, 1 a whole vote and 0 none; entries where
            an LF abstains are not read.

        Raises
        ------
        InputError
            If the strengths are of another shape or out of range, or for the reasons of the base class.
        """
        if strength is None:
            return super().predict_proba(votes)
        self._check(votes)
        given = check_strength(votes, strength)
        heard = ((votes.matrix != ABSTAIN) & (given > 0)).any(axis=1)
        probs = self.calibration_(softmax(self._scores(one_hot(votes.matrix, votes.n_labels, given))))
        return np.where(heard[:, None], probs, 1 / votes.n_labels)

    def explain(self, votes: Votes, row: int) -> Explanation:
        """Return why row `row` of `votes` gets its label: each vote's log-odds, and the verdict without it.

        Raises
        ------
        InputError
            If there is no such row, the model is not fitted, or was fitted on other labels or LFs.
        """
        self._check(votes)
        return explain(self, votes, row)

    def _state(self) -> dict[str, Any]:
        arrays = {name: getattr(self, name).tolist() for name in _ARRAYS}
        return {
            **arrays,
            "balance_source_": self.balance_source_,
            "anchor_": self.anchor_,
            "misfit_": self.misfit_ if np.isfinite(self.misfit_) else None,
            "floored_": self.floored_,
            "calibration_": asdict(self.calibration_),
            "certificate_": asdict(self.certificate_),
        }

    def _restore(self, state: dict[str, Any]) -> None:
        for name in _ARRAYS:
            setattr(self, name, np.asarray(state[name]))
        self.balance_source_, self.anchor_ = state["balance_source_"], state["anchor_"]
        self.misfit_ = float("inf") if state["misfit_"] is None else state["misfit_"]
        self.floored_ = state["floored_"]
        self.calibration_ = Calibration(**state["calibration_"])
        self.certificate_ = Certificate(**state["certificate_"])


_ARRAYS = ("precision_", "shares_", "weights_", "start_", "balance_", "gold_votes_")


def check_strength(votes: Votes, strength: Strength) -> Floats:
    """Return the strengths of votes as floats [n, m].

    Raises
    ------
    InputError
        If they are of another shape than the votes, or not all in [0, 1]; the first such vote is named.
    """
    given = np.asarray(strength, dtype=float)
    if given.shape != votes.matrix.shape:
        raise InputError(
            f"strength must be {votes.matrix.shape} numbers in [0, 1], one a vote; got shape {given.shape}"
        )
    wrong = np.argwhere((votes.matrix != ABSTAIN) & ~((given >= 0) & (given <= 1)))
    if len(wrong):
        i, j = wrong[0]
        raise InputError(
            f"strength must be numbers in [0, 1]; row {i}, LF {votes.lf_names[j]!r} has {given[i, j]:g}"
            + (f", and {len(wrong) - 1} more votes" if len(wrong) > 1 else "")
        )
    return given


def _credit(probs: Probs, gold: npt.NDArray[np.int64]) -> Floats:
    """Return 1 where the surest class is right, 0 where it is wrong, and a share where the surest classes tie."""
    top = probs >= probs.max(axis=1, keepdims=True) - 1e-9
    return np.asarray(top[np.arange(len(gold)), gold] / top.sum(axis=1))
