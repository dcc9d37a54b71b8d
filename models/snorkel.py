"""The Snorkel label model, with its global-seed and all-abstain faults kept out.

May import: snorkel, numpy, `labelfns` and siblings.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError, SettingsError
from labelfns.settings import check
from labelfns.votes import Probs, Votes

from .base import BaseLabelModel
from .seeding import isolated_rng


@dataclass
class SnorkelLabelModel(BaseLabelModel):
    """Snorkel's label model (Ratner et al. 2019, "Training Complex Models with Multi-Task Weak Supervision").

    The snorkel package fits it; its seed does not touch the global generators, rows without votes are left alone,
    and gold with unknown rows is understood. Its confidences depend on the seed where LFs are sparse: rank with
    them rather than trust a fixed threshold.

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

    def _fit(self, votes: Votes, gold: npt.NDArray[np.int64] | None) -> None:
        from snorkel.labeling.model import LabelModel

        n_lfs, k = len(votes.lf_names), votes.n_labels
        if n_lfs < 3:
            raise InputError(f"Snorkel's label model needs at least 3 LFs; got {n_lfs}. Use MajorityVote")
        if self.class_balance is not None and len(self.class_balance) != k:
            raise SettingsError(f"class_balance must have {k} shares, one a label; got {len(self.class_balance)}")
        with isolated_rng(self.seed):
            self.model_ = LabelModel(cardinality=k, verbose=False)
            self.model_.fit(
                votes.matrix.astype(np.int64),
                class_balance=self._balance(gold, k),
                n_epochs=self.n_epochs,
                lr=self.lr,
                l2=self.l2,
                prec_init=self.prec_init,
                seed=self.seed,
                progress_bar=False,
            )

    def _balance(self, gold: npt.NDArray[np.int64] | None, k: int) -> list[float] | None:
        if self.class_balance is not None:
            return list(self.class_balance)
        counts = np.bincount(gold[gold >= 0], minlength=k) if gold is not None else np.zeros(k)
        return (counts / counts.sum()).tolist() if counts.min() > 0 else None

    def _covered_proba(self, votes: Votes) -> Probs:
        probs = np.asarray(self.model_.predict_proba(votes.matrix.astype(np.int64)))
        # Products of many small factors can underflow to 0/0; such a row says nothing that can be used.
        return np.where(np.isfinite(probs).all(axis=1, keepdims=True), probs, 1 / votes.n_labels)
