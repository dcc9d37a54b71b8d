"""`LabelModel`, the default: no seed, anchored to a vote, with a certificate and a floor.

May import: numpy, `labelfns` and siblings. What it was compared with is in ``docs/label_models.md``.
"""

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError, SettingsError
from labelfns.lf import ABSTAIN
from labelfns.settings import check
from labelfns.votes import Probs, Votes

from .base import BaseLabelModel
from .distinct import Distinct, one_hot
from .explain import Explanation, explain
from .gold import Calibration, gold_counts, posterior
from .majority import vote_counts
from .mixture import Certificate, Floats, Prior, copy_shares, fit_mixture, softmax

TRUST = 20.0
"""How many gold rows an accuracy that was learned without gold is worth."""


@dataclass
class LabelModel(BaseLabelModel):
    """A label model whose answer depends on the votes alone: no seed, no order of rows or LFs.

    An anchored mixture in Snorkel's family (see `labelfns.models.mixture`): each vote has a precision a class, learned
    from how votes meet in rows and held near a vote of equals; near-copies share one vote; half of each vote's weight
    is the vote of equals' own. With gold, each known row adds to the precisions as counts, and the confidences are
    calibrated on probabilities that left each gold row out. Majority vote is the floor: where gold shows that it does
    better, the model uses its verdicts, and `notes_` says so.

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

    def _fit(self, distinct: Distinct, votes: Votes, gold: npt.NDArray[np.int64] | None) -> None:
        k = votes.n_labels
        prior = Prior(max(self.accuracy, 1 / k + 1e-3))
        self.shares_ = copy_shares(distinct, k)
        given = self._balance(distinct, k)
        fitted, self.certificate_ = fit_mixture(
            distinct, given, self.shares_, prior, fixed_balance=not isinstance(self.class_balance, str)
        )
        self.vote_balance_, self.balance_ = fitted.vote_balance, fitted.balance
        self.anchor_ = prior.accuracy
        self.precision_, self.gold_votes_ = fitted.precision, np.zeros(len(fitted.precision))
        self.calibration_, self.floored_ = Calibration(center=self.anchor_), False
        notes = [f"class balance {self.balance_source_}: {', '.join(f'{x:.2f}' for x in self.balance_)}"]
        if not self.certificate_.converged:
            notes.append(f"the fit is not certain: {self.certificate_}")
        known = np.flatnonzero((gold >= 0) & votes.covered) if gold is not None else np.empty(0, dtype=np.intp)
        if gold is None or len(known) < 10:
            notes.append(
                f"{len(known)} covered gold rows: accuracies come from agreement alone and confidences are not "
                "calibrated; 20 to 200 gold rows would settle them"
            )
        else:
            notes += self._use_gold(votes.matrix[known], gold[known], k)
        self.notes_ = tuple(notes)

    def _balance(self, distinct: Distinct, k: int) -> Floats:
        uniform = np.full(k, 1 / k)
        if not isinstance(self.class_balance, str):
            if len(self.class_balance) != k:
                raise SettingsError(f"class_balance must have {k} shares, one a label; got {len(self.class_balance)}")
            self.balance_source_ = "given"
            return np.asarray(self.class_balance)
        # The share of votes says as much about the LFs as about the classes: go half way.
        given = one_hot(distinct.rows, k).T @ distinct.counts * np.repeat(self.shares_, k)
        by_class = given.reshape(-1, k).sum(axis=0)
        self.balance_source_ = f"estimated from {'votes' if self.class_balance == 'votes' else 'a uniform prior'}"
        return uniform if self.class_balance == "uniform" else np.asarray((uniform + by_class / by_class.sum()) / 2)

    def _use_gold(self, rows: npt.NDArray[np.int8], gold: npt.NDArray[np.int64], k: int) -> list[str]:
        hot = one_hot(rows, k)
        counts = gold_counts(hot, gold, k)
        learned = self.precision_
        held_out = np.empty((len(gold), k))
        for i in range(len(gold)):
            without = counts.copy()
            without[np.flatnonzero(hot[[i]].toarray()[0]), gold[i]] -= 1
            self.precision_ = posterior(learned, without, TRUST)
            held_out[i] = softmax(self._scores(hot[[i]]))[0]
        self.precision_, self.gold_votes_ = posterior(learned, counts, TRUST), counts.sum(axis=1)
        notes = [f"{len(gold)} covered gold rows sharpen the accuracies and calibrate the confidences"]
        equal = vote_counts(rows, k)
        ours, theirs = _credit(held_out, gold), _credit(equal / equal.sum(axis=1, keepdims=True), gold)
        gap = theirs - ours
        # One-sided, at about 5 %: majority vote must be better by more than chance gives.
        if self.floor == "auto" and gap.sum() > 1.64 * np.sqrt(max(float((gap**2).sum()), 1.0)):
            self.floored_ = True
            held_out = softmax(self._scores(hot))
            notes.append(
                f"majority vote is used: on the gold rows it is right {theirs.mean():.0%} of the time, this model "
                f'{ours.mean():.0%}; floor="off" keeps the model'
            )
        self.calibration_ = Calibration.fit(held_out, gold, self.anchor_)
        return notes

    def vote_log_odds(self) -> tuple[Floats, Floats]:
        """Return the log-odds [m * k, k] that each vote adds to each class, and those [k] before any vote.

        Half of each is learned, half a vote of equals; where majority vote is in use, all is.
        """
        k = self.precision_.shape[1]
        equals = np.tile(np.eye(k) * self._equal_odds(k), (len(self.shares_), 1))
        if self.floored_:
            return equals, np.zeros(k)
        learned = np.log(self.precision_ / self.vote_balance_)
        return (learned + equals) / 2 * np.repeat(self.shares_, k)[:, None], np.log(self.balance_) / 2

    def _equal_odds(self, k: int) -> float:
        return float(np.log(self.anchor_ * (k - 1) / (1 - self.anchor_)))

    def _scores(self, hot: Any) -> Floats:
        weights, start = self.vote_log_odds()
        return np.asarray(hot @ weights + start)

    def _proba(self, rows: npt.NDArray[np.int8]) -> Probs:
        k = len(self.balance_)
        return self.calibration_(softmax(self._scores(one_hot(rows, k))))

    def predict_proba(self, votes: Votes, *, strength: npt.NDArray[np.floating[Any]] | None = None) -> Probs:
        """Return class probabilities (see `BaseLabelModel.predict_proba`), with soft votes where LFs are not sure.

        Parameters
        ----------
        votes
            The label matrix, [n, m].
        strength
            An [n, m] array in [0, 1]: how much of its weight each vote has, 1 a whole vote and 0 none; entries where
            an LF abstains are not read. `fit` takes votes whole.

        Raises
        ------
        InputError
            If the strengths are of another shape or out of range, or for the reasons of the base class.
        """
        if strength is None:
            return super().predict_proba(votes)
        self._check(votes)
        given = np.asarray(strength, dtype=float)
        if given.shape != votes.matrix.shape or not ((given >= 0) & (given <= 1)).all():
            raise InputError(
                f"strength must be {votes.matrix.shape} numbers in [0, 1], one a vote; got shape {given.shape}, "
                f"from {given.min(initial=0):g} to {given.max(initial=0):g}"
            )
        k = votes.n_labels
        hot = one_hot(votes.matrix, k)
        hot.data = given[votes.matrix != ABSTAIN]
        heard = ((votes.matrix != ABSTAIN) & (given > 0)).any(axis=1)
        return np.where(heard[:, None], self.calibration_(softmax(self._scores(hot))), 1 / k)

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
            "floored_": self.floored_,
            "calibration_": asdict(self.calibration_),
            "certificate_": asdict(self.certificate_),
        }

    def _restore(self, state: dict[str, Any]) -> None:
        for name in _ARRAYS:
            setattr(self, name, np.asarray(state[name]))
        self.balance_source_, self.anchor_, self.floored_ = (
            state["balance_source_"],
            state["anchor_"],
            state["floored_"],
        )
        self.calibration_ = Calibration(**state["calibration_"])
        self.certificate_ = Certificate(**state["certificate_"])


_ARRAYS = ("precision_", "shares_", "vote_balance_", "balance_", "gold_votes_")


def _credit(probs: Probs, gold: npt.NDArray[np.int64]) -> Floats:
    """Return 1 where the surest class is right, 0 where it is wrong, and a share where the surest classes tie."""
    top = probs >= probs.max(axis=1, keepdims=True) - 1e-9
    return np.asarray(top[np.arange(len(gold)), gold] / top.sum(axis=1))
