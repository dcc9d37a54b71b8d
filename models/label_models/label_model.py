"""`LabelModel`, the default to reach for: no seed, anchored to a vote of equals, with a floor.

What it was compared with is in ``docs/label_models_measured.md``; how it is fitted, in `.fit`.
"""

import copy
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from labelfns.analysis.pairs import one_hot
from labelfns.checks import Gold, Ints, check_gold
from labelfns.errors import InputError
from labelfns.models.arrays import Floats, Probs, check_weights
from labelfns.settings import check
from labelfns.votes import Votes

from .base import BaseLabelModel, check_votes, is_balance, is_number, renamed
from .calibration import Calibration
from .distinct_rows import Distinct, GoldRows, Strength, rows_to_fit, soft_rows, spread
from .em import Convergence
from .explain import Explanation, explain
from .fit import Fitted, fit_votes, with_gold

_KEYS = {
    "shares_": "lf_weights",
    "weights_": "vote_log_odds",
    "balance_": "class_balance",
    "certificate_": "convergence",
}
"""What files of format 1 call these; its other names end in an underscore."""


@dataclass(eq=False)
class LabelModel(BaseLabelModel):
    """A label model whose answer depends on the votes alone: no seed, no order of rows or LFs.

    Near-copies share one vote. LFs that fire as independent LFs would, by how often pairs of votes occur, are read by
    Snorkel's family of models to the letter, abstains included (`.independent`). Others are read without their
    abstains: a vote of equals, in which what agreement tells of each LF (`.one_accuracy`) and of each vote
    (`.mixture`) decides ties and near-ties. `notes_` says which. How often they agree where they meet then sets the
    level of the confidences; `notes_` says how far these can be trusted.

    With gold, each gold row adds to the precisions as counts; they change verdicts only where, each gold row left out,
    that is right more often than chance gives. The confidences are calibrated on the same held-out probabilities.
    Majority vote is the floor: where gold shows that it does better, the model uses its verdicts, and `notes_` says so.

    Parameters
    ----------
    accuracy
        How often an LF's vote alone is assumed to be right before anything is known, in (0, 1).
    class_balance
        The k shares of the classes among covered rows, above 0, sum 1; or ``"uniform"``; or ``"votes"``, half way
        between uniform and each class's share of the votes.
    floor
        ``"auto"`` to fall back to majority vote where gold shows it to be better, ``"off"`` never to.

    Attributes
    ----------
    fitted_
        Every number that was learned (see `Fitted`), those below among them.
    precision_
        An [m * k, k] array in (0, 1): row ``j * k + c`` is p(class | LF j votes for c).
    lf_weights_
        An [m] array in (0, 1]: how much of a vote each LF has.
    class_balance_
        The [k] shares of the classes in use, and `balance_source_` whether they are given or estimated.
    convergence_
        What shows that the fit is at its optimum (see `Convergence`).
    misfit_
        How far the counts of pairs of votes are from those of independent LFs, at least 0 (see
        `labelfns.models.label_models.independent.misfit`).
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
    >>> model.predict(votes).tolist(), model.convergence_.converged
    ([0, 1, 1, 0], True)
    """

    accuracy: float = 0.8
    class_balance: tuple[float, ...] | Literal["votes", "uniform"] = "votes"
    floor: Literal["auto", "off"] = "auto"

    def __post_init__(self) -> None:
        balance: Any = self.class_balance
        check(
            (
                is_number(self.accuracy) and 0 < self.accuracy < 1,
                f"accuracy must be between 0 and 1; got {self.accuracy!r}",
            ),
            (
                balance in ("votes", "uniform") if isinstance(balance, str) else is_balance(balance),
                'class_balance must be "votes", "uniform" or shares above 0, one per label, that sum to 1; '
                f"got {balance!r}",
            ),
            (
                isinstance(self.floor, str) and self.floor in ("auto", "off"),
                f'floor must be "auto" or "off"; got {self.floor!r}',
            ),
        )

    @property
    def precision_(self) -> Floats:
        return self.fitted_.precision

    @property
    def lf_weights_(self) -> Floats:
        return self.fitted_.lf_weights

    @property
    def class_balance_(self) -> Floats:
        return self.fitted_.class_balance

    @property
    def balance_source_(self) -> str:
        return self.fitted_.balance_source

    @property
    def convergence_(self) -> Convergence:
        return self.fitted_.convergence

    @property
    def misfit_(self) -> float:
        return self.fitted_.misfit

    @property
    def floored_(self) -> bool:
        return self.fitted_.floored

    certificate_ = renamed("certificate_", "convergence_")
    shares_ = renamed("shares_", "lf_weights_")
    balance_ = renamed("balance_", "class_balance_")

    def fit(
        self,
        votes: Votes,
        gold: Gold | None = None,
        *,
        strength: Strength | None = None,
        counts: Ints | None = None,
    ) -> Self:
        """Fit on a label matrix (see `BaseLabelModel.fit`), with soft votes where LFs are not sure.

        Parameters
        ----------
        votes
            The label matrix, [n, m]; at least one row must be covered.
        gold
            Labels [n], by id or name; -1 or None where unknown. Ten or more on covered rows sharpen and calibrate.
        strength
            An [n, m] array in [0, 1]: how much of a vote each vote is, as in `predict_proba`; by default the votes'
            own. Rows are then counted together only where the strengths are equal too, so time and memory may grow
            with n.
        counts
            How often each row of the votes stands there, [n] whole numbers of at least 0; by default once.

        Raises
        ------
        InputError
            If no row is covered, gold or counts do not fit the votes, or strengths are of another shape or out of
            range.
        SettingsError
            If `class_balance` does not have k shares.
        """
        check_votes(votes)
        return self._fit_rows(votes, gold, counts, votes.strength if strength is None else strength)

    def _fit(self, distinct: Distinct, lf_names: Sequence[str], labels: Sequence[str], gold: GoldRows | None) -> None:
        self.fitted_ = fit_votes(distinct, labels, accuracy=self.accuracy, class_balance=self.class_balance)
        self._learn(distinct, gold)

    def _learn(self, distinct: Distinct, gold: GoldRows | None) -> None:
        """Learn from the covered ones of gold rows."""
        covered = None if gold is None else gold.rows(distinct.voters[gold.at] > 0)
        self.fitted_ = with_gold(self.fitted_, distinct, covered, floor=self.floor == "auto")
        self.notes_ = self.fitted_.notes

    def with_gold(self, votes: Votes, gold: Gold, *, weights: npt.ArrayLike | None = None) -> Self:
        """Return a copy of the fitted model that has learned from gold rows, of the texts it was fitted on or others.

        Parameters
        ----------
        votes
            The label matrix, [n, m].
        gold
            Labels [n], by id or name; -1 or None where unknown. Ten or more on covered rows sharpen and calibrate.
        weights
            How many rows each row stands for, [n], above 0 where gold is known, where gold rows were not drawn evenly
            (see `labelfns.pipelines.rows_to_label`); by default as many each.

        Raises
        ------
        InputError
            If the model is not fitted, or was fitted on other labels or LFs, or with gold already; if gold or weights
            do not fit the votes.
        """
        self._check(votes)
        if self.fitted_.gold_votes.any():
            raise InputError("this model has learned from gold rows already; fit it on votes, then hand in all gold")
        labels = check_gold(gold, len(votes), votes.labels)
        distinct, rows = rows_to_fit(votes, labels, None, votes.strength)
        if weights is not None:
            known = np.flatnonzero(labels >= 0)
            stand_for = check_weights(weights, labels)[known]
            rows = GoldRows(distinct.inverse[known], labels[known], np.ones(len(known), dtype=np.int64), stand_for)
        model = copy.copy(self)
        model._learn(distinct, rows)
        return model

    def _proba(self, rows: npt.NDArray[np.int8]) -> Probs:
        return self.fitted_.proba(one_hot(rows, len(self.fitted_.start)))

    def predict_proba(self, votes: Votes, *, strength: Strength | None = None) -> Probs:
        """Return class probabilities (see `BaseLabelModel.predict_proba`), with soft votes where LFs are not sure.

        Parameters
        ----------
        votes
            The label matrix, [n, m].
        strength
            An [n, m] array in [0, 1]: how much of its weight each vote has, 1 a whole vote and 0 none; entries where
            an LF abstains are not read. By default the votes' own.

        Raises
        ------
        InputError
            If the strengths are of another shape or out of range, or for the reasons of the base class.
        """
        self._check(votes)
        strength = votes.strength if strength is None else strength
        if strength is None:
            return super().predict_proba(votes)
        soft, k = soft_rows(votes, strength), votes.n_labels
        probs = self.fitted_.proba(one_hot(soft.rows, k, soft.strength))
        return spread(np.where((soft.voters > 0)[:, None], probs, 1 / k), soft)

    def explain(self, votes: Votes, row: int) -> Explanation:
        """Return why row `row` of `votes` gets its label: each vote's log-odds, and the verdict without it.

        Raises
        ------
        InputError
            If there is no such row, the model is not fitted, or was fitted on other labels or LFs.
        """
        self._check(votes)
        return explain(self.fitted_, votes, row)

    def _state(self) -> dict[str, Any]:
        state = {name: value for name, value in asdict(self.fitted_).items() if name != "notes"}
        return state | {"misfit": state["misfit"] if np.isfinite(state["misfit"]) else None}

    def _restore(self, state: dict[str, Any]) -> None:
        values = {_KEYS.get(name, name.removesuffix("_")): value for name, value in state.items()}
        for field in fields(Fitted):
            if field.type is Floats:
                values[field.name] = np.asarray(values[field.name], dtype=np.float64)
        values["misfit"] = float("inf") if values["misfit"] is None else values["misfit"]
        values["calibration"] = Calibration(**values["calibration"])
        values["convergence"] = Convergence(**values["convergence"])
        self.fitted_ = Fitted(**values, notes=self.notes_)
