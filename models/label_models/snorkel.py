"""The Snorkel label model, with its global-seed and all-abstain faults kept out."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError, SettingsError
from labelfns.models.seeding import isolated_rng
from labelfns.settings import check
from labelfns.votes import Probs, Votes

from .base import BaseLabelModel
from .distinct_rows import Distinct, one_hot
from .mixture import softmax

if TYPE_CHECKING:
    from torch import Tensor

    from .snorkel_fit import DistinctLabelModel

LIMIT = 6000
"""The largest (LFs x labels) that is fitted; its square in float64 is 0.3 GB."""


@dataclass
class SnorkelLabelModel(BaseLabelModel):
    """Snorkel's label model (Ratner et al. 2019, "Training Complex Models with Multi-Task Weak Supervision").

    The snorkel package's own model, fitted on distinct vote rows: for the same seed and settings `mu_` and the
    probabilities are the package's. Its seed does not touch the global generators, rows without votes are left
    alone, and gold with unknown rows is understood. Its confidences depend on the seed where LFs are sparse; a second
    fit with the next seed shows how much, and `notes_` says so.

    Parameters
    ----------
    seed
        Seed of the fit; the same seed gives the same probabilities.
    n_epochs
        Steps of gradient descent, at least 1.
    lr
        Learning rate, above 0.
    l2
        Centred L2 regularisation, at least 0.
    prec_init
        Assumed precision of an LF before the fit, in (0, 1).
    class_balance
        The k class shares, above 0, sum 1; by default from gold where every class is in it, else uniform.

    Raises
    ------
    SettingsError
        If a setting is out of range.
    """

    seed: int = 0
    n_epochs: int = 100
    lr: float = 0.01
    l2: float = 0.0
    prec_init: float = 0.7
    class_balance: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        balance = self.class_balance
        check(
            (self.n_epochs >= 1, f"n_epochs must be at least 1; got {self.n_epochs}"),
            (self.lr > 0, f"lr must be above 0; got {self.lr}"),
            (self.l2 >= 0, f"l2 must be at least 0; got {self.l2}"),
            (0 < self.prec_init < 1, f"prec_init must be between 0 and 1; got {self.prec_init}"),
            (
                balance is None or (min(balance) > 0 and abs(sum(balance) - 1) < 1e-6),
                f"class_balance must be shares above 0 that sum to 1; got {balance}",
            ),
        )

    def _fit(self, distinct: Distinct, votes: Votes, gold: npt.NDArray[np.int64] | None) -> None:
        n_lfs, k = len(votes.lf_names), votes.n_labels
        if n_lfs < 3:
            raise InputError(
                f"Snorkel's label model needs at least 3 LFs; got {n_lfs}. Use LabelModel or MajorityVote "
                '(label_model.kind = "default" or "majority")'
            )
        if n_lfs * k > LIMIT:
            raise InputError(
                f"Snorkel's label model fits a dense matrix of (LFs x labels) squared; {n_lfs} x {k} is over the "
                f'limit of {LIMIT}. Use LabelModel (label_model.kind = "default")'
            )
        if self.class_balance is not None and len(self.class_balance) != k:
            raise SettingsError(f"class_balance must have {k} shares, one a label; got {len(self.class_balance)}")
        balance = self._balance(gold, k)
        from .snorkel_fit import overlap_matrix

        overlaps, n = overlap_matrix(distinct, k), len(votes)
        model = self._fitted(overlaps, n, n_lfs, balance, self.seed)
        self.balance_ = np.asarray(model.p, dtype=np.float64)
        self.mu_ = model.mu.detach().numpy().copy()
        other = self._fitted(overlaps, n, n_lfs, balance, self.seed + 1)
        self.notes_ = self._notes(distinct, model, other.mu.detach().numpy())

    def _fitted(
        self, overlaps: "Tensor", n: int, n_lfs: int, balance: list[float] | None, seed: int
    ) -> "DistinctLabelModel":
        from .snorkel_fit import DistinctLabelModel

        with isolated_rng(seed):
            model = DistinctLabelModel(overlaps, n, len(overlaps) // n_lfs)
            model.fit(
                np.zeros((1, n_lfs), dtype=np.int64),
                class_balance=balance,
                n_epochs=self.n_epochs,
                lr=self.lr,
                l2=self.l2,
                prec_init=self.prec_init,
                seed=seed,
                progress_bar=False,
            )
        return model

    def _notes(
        self, distinct: Distinct, model: "DistinctLabelModel", other: npt.NDArray[np.float32]
    ) -> tuple[str, ...]:
        """Say where the confidences hang on the number of steps or on the seed."""
        covered = distinct.voters > 0
        hot, weights = one_hot(distinct.rows[covered], len(self.balance_)), distinct.counts[covered]
        sure = [softmax(hot @ np.log(mu) + np.log(self.balance_)).max(axis=1) for mu in (self.mu_, other)]
        gap = float(np.average(np.abs(sure[0] - sure[1]), weights=weights))
        notes = []
        if gap > 0.01:
            notes.append(
                f"the confidences depend on the seed: those of seed {self.seed} and {self.seed + 1} differ by "
                f"{gap:.2f} on average; rank with them rather than trust a threshold, or use LabelModel "
                '(label_model.kind = "default")'
            )
        model.zero_grad()
        loss = model._loss_mu(l2=self.l2)
        loss.backward()  # type: ignore[no-untyped-call]
        slope = float(self.lr * model.mu.grad.norm() / max(float(model.mu.detach().norm()), 1e-12))
        if slope > 1e-4:
            notes.append(
                f"the fit has not converged after {self.n_epochs} steps: one more would change mu by {slope:.1e} of "
                'its size; raise n_epochs or lr, or use LabelModel (label_model.kind = "default")'
            )
        return tuple(notes)

    def _balance(self, gold: npt.NDArray[np.int64] | None, k: int) -> list[float] | None:
        if self.class_balance is not None:
            return list(self.class_balance)
        counts = np.bincount(gold[gold >= 0], minlength=k) if gold is not None else np.zeros(k)
        return (counts / counts.sum()).tolist() if counts.min() > 0 else None

    def _proba(self, rows: npt.NDArray[np.int8]) -> Probs:
        from .snorkel_fit import snorkel_proba

        return snorkel_proba(rows, self.mu_, self.balance_)

    def _state(self) -> dict[str, Any]:
        return {"mu": self.mu_.tolist(), "balance": self.balance_.tolist()}

    def _restore(self, state: dict[str, Any]) -> None:
        self.mu_, self.balance_ = np.asarray(state["mu"], dtype=np.float32), np.asarray(state["balance"])
