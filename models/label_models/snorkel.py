"""The Snorkel label model, with its global-seed and all-abstain faults kept out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from numpy.polynomial.legendre import leggauss

from labelfns.analysis.pairs import one_hot
from labelfns.errors import InputError, SettingsError
from labelfns.models.arrays import Floats, Probs, softmax
from labelfns.settings import check

from .base import SEEDS, BaseLabelModel, balance_array, is_balance, is_number, is_whole, renamed
from .distinct_rows import BLOCK, Distinct, GoldRows, dense_one_hot

if TYPE_CHECKING:
    from torch import Tensor

    from .snorkel_fit import DistinctLabelModel

_nodes, _weights = leggauss(5)
STARTS, SHARES = (_nodes + 1) / 2, _weights / 2
"""Starts of a fit, and how much each counts: Gauss-Legendre quadrature over (0, 1), from which a seed draws one."""
LIMIT = 6000
"""The largest (LFs x labels) that is fitted; its square in float64 is 0.3 GB."""
SEED_GAP = 0.01
"""From this mean difference of confidences on, the dependence on the seed is worth a note."""
MOVING = 1e-4
"""A fit that one more step changes by more than this share of its size has not converged."""


@dataclass(eq=False)
class SnorkelLabelModel(BaseLabelModel):
    """Snorkel's label model (Ratner et al. 2019, "Training Complex Models with Multi-Task Weak Supervision").

    The snorkel package's own model, fitted on distinct vote rows. Rows without votes are left alone, gold with unknown
    rows is understood, and the global generators stay as they were.

    All that its seed decides is one number in (0, 1), by which the first guess of `mu_` is multiplied; where LFs are
    sparse the confidences depend on it. Without a seed the probabilities are their mean over all such starts, to some
    three digits, by five fits. With a seed `mu_` and the probabilities are the package's for that seed, and where they
    depend on it, as a second fit shows, `notes_` says so.

    Parameters
    ----------
    seed
        None, or the seed of a single fit, in 0..2**32 - 1; the same seed gives the same probabilities.
    n_epochs
        Steps of gradient descent, at least 1.
    lr
        Learning rate, above 0.
    l2
        Centered L2 regularization, at least 0.
    prec_init
        Assumed precision of an LF before the fit, in (0, 1).
    class_balance
        The k shares of the classes, above 0, sum 1; by default from gold where every class is in it, else uniform.

    Attributes
    ----------
    mu_
        An [m * k, k] array in (0, 1): how often LF j votes for c on rows of each class, in row ``j * k + c``; without a
        seed, the mean over the fits.
    fits_
        `mu_` of each fit, [s, m * k, k]: one with a seed, five without.
    class_balance_
        The [k] shares of the classes in use.

    Raises
    ------
    SettingsError
        If a setting is out of range.
    """

    seed: int | None = None
    n_epochs: int = 100
    lr: float = 0.01
    l2: float = 0.0
    prec_init: float = 0.7
    class_balance: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        balance = self.class_balance
        check(
            (
                self.seed is None or is_whole(self.seed, 0, SEEDS),
                f"seed must be a whole number in 0..2**32 - 1, or None; got {self.seed!r}",
            ),
            (is_whole(self.n_epochs, 1), f"n_epochs must be at least 1, a whole number; got {self.n_epochs!r}"),
            (is_number(self.lr) and self.lr > 0, f"lr must be above 0; got {self.lr!r}"),
            (is_number(self.l2) and self.l2 >= 0, f"l2 must be at least 0; got {self.l2!r}"),
            (
                is_number(self.prec_init) and 0 < self.prec_init < 1,
                f"prec_init must be between 0 and 1; got {self.prec_init!r}",
            ),
            (
                balance is None or is_balance(balance),
                f"class_balance must be shares above 0, one per label, that sum to 1; got {balance!r}",
            ),
        )

    balance_ = renamed("balance_", "class_balance_")

    def check_size(self, n_lfs: int, n_labels: int) -> None:
        if n_lfs < 3:
            raise InputError(
                f"Snorkel's label model needs at least 3 LFs; got {n_lfs}. Use LabelModel() or MajorityVote()"
            )
        if n_lfs * n_labels > LIMIT:
            raise InputError(
                f"Snorkel's label model fits a dense matrix of (LFs x labels) squared; {n_lfs} x {n_labels} is over "
                f"the limit of {LIMIT}. Use LabelModel()"
            )

    def _fit(self, distinct: Distinct, lf_names: Sequence[str], labels: Sequence[str], gold: GoldRows | None) -> None:
        n_lfs, k = len(lf_names), len(labels)
        balance = self._balance(gold, k)
        from .snorkel_fit import overlap_matrix

        overlaps, n = overlap_matrix(distinct, k), int(distinct.counts.sum())

        def fitted(seed: int, start: float | None = None) -> "DistinctLabelModel":
            return self._fitted(overlaps, n, n_lfs, balance, seed, start)

        models = [fitted(self.seed)] if self.seed is not None else [fitted(0, float(start)) for start in STARTS]
        self.class_balance_ = np.asarray(models[0].p, dtype=np.float64)
        self.fits_ = np.stack([model.mu.detach().numpy() for model in models])
        if self.seed is not None:
            other = (self.seed + 1) % SEEDS
            self.notes_ = self._notes(distinct, models[0], fitted(other).mu.detach().numpy(), self.seed, other)

    def _fitted(
        self, overlaps: "Tensor", n: int, n_lfs: int, balance: list[float] | None, seed: int, start: float | None
    ) -> "DistinctLabelModel":
        from labelfns.models.seeding import isolated_rng

        from .snorkel_fit import DistinctLabelModel

        model = DistinctLabelModel(overlaps, n, len(overlaps) // n_lfs, start)
        options = {"n_epochs": self.n_epochs, "lr": self.lr, "l2": self.l2, "prec_init": self.prec_init, "seed": seed}
        with isolated_rng(seed):
            try:
                model.fit(np.zeros((1, n_lfs), dtype=np.int64), class_balance=balance, progress_bar=False, **options)
                if not model.mu.isfinite().all():
                    raise ArithmeticError("its last step ended at NaN")
            except Exception as error:  # snorkel raises no kind of its own
                if "NaN" not in str(error) and "overflow" not in str(error):
                    raise
                raise SettingsError(
                    f"Snorkel's fit ran away with lr {self.lr} and l2 {self.l2} ({error}); lower them"
                ) from error
        return model

    @property
    def mu_(self) -> npt.NDArray[np.float32]:
        """How often LFs vote; see the class."""
        weights = SHARES.astype(np.float32) if len(self.fits_) > 1 else np.ones(1, dtype=np.float32)
        return np.asarray(np.tensordot(weights, self.fits_, axes=1), dtype=np.float32)

    def _notes(
        self,
        distinct: Distinct,
        model: "DistinctLabelModel",
        other: npt.NDArray[np.float32],
        seed: int,
        other_seed: int,
    ) -> tuple[str, ...]:
        """Say where the confidences depend on the number of steps or on the seed."""
        covered = distinct.voters > 0
        hot, weights = one_hot(distinct.rows[covered], len(self.class_balance_)), distinct.counts[covered]
        start = np.log(self.class_balance_)
        confidences = [softmax(hot @ np.log(mu) + start).max(axis=1) for mu in (self.fits_[0], other)]
        gap = float(np.average(np.abs(confidences[0] - confidences[1]), weights=weights))
        notes = []
        if gap > SEED_GAP:
            notes.append(
                f"the confidences depend on the seed: those of seed {seed} and {other_seed} differ by {gap:.2f} on "
                "average; leave the seed out, which gives their mean over all starts, or use LabelModel()"
            )
        model.zero_grad()
        loss = model._loss_mu(l2=self.l2)
        loss.backward()  # type: ignore[no-untyped-call]
        assert model.mu.grad is not None
        change = float(self.lr * model.mu.grad.norm() / max(float(model.mu.detach().norm()), 1e-12))
        if change > MOVING:
            notes.append(
                f"the fit has not converged after {self.n_epochs} steps: one more would change mu by {change:.1e} of "
                "its size; raise n_epochs or lr, or use LabelModel()"
            )
        return tuple(notes)

    def _balance(self, gold: GoldRows | None, k: int) -> list[float] | None:
        if self.class_balance is not None:
            balance_array(self.class_balance, k)
            return list(self.class_balance)
        counts = np.zeros(k) if gold is None else np.bincount(gold.labels, gold.counts, minlength=k)
        return (counts / counts.sum()).tolist() if counts.min() > 0 else None

    def _proba(self, rows: npt.NDArray[np.int8]) -> Probs:
        if len(self.fits_) == 1:
            return snorkel_proba(rows, self.fits_[0], self.class_balance_)
        probs = sum(
            share * snorkel_proba(rows, mu, self.class_balance_) for share, mu in zip(SHARES, self.fits_, strict=True)
        )
        return np.asarray(probs / SHARES.sum())

    def _state(self) -> dict[str, Any]:
        return {"fits": self.fits_, "balance": self.class_balance_}

    def _restore(self, state: dict[str, Any]) -> None:
        fits = state["fits"] if "fits" in state else [state["mu"]]  # which version 1 of the format held
        self.fits_, self.class_balance_ = np.asarray(fits, dtype=np.float32), np.asarray(state["balance"])
        k = len(self.class_balance_)
        fits = [(n, len(self.lf_names_) * k, k) for n in (1, len(STARTS))]
        if self.fits_.shape not in fits or not (self.fits_ > 0).all() or not (self.class_balance_ > 0).all():
            raise ValueError(f"its fits must be {' or '.join(map(str, fits))}, above 0; got {self.fits_.shape}")


def snorkel_proba(rows: npt.NDArray[np.int8], mu: npt.NDArray[np.float32], balance: Floats) -> Floats:
    """Return the probabilities [r, k] that snorkel's `predict_proba` gives to rows [r, m] for its `mu` [m * k, k].

    They are bit-identical to snorkel's, except where its products underflow to 0/0: those rows are computed in logs.
    """
    k, log_mu = len(balance), np.log(mu)
    probs = np.empty((len(rows), k))
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK]
        # Two rows at least: a product with a single row takes another path in BLAS, with other last bits.
        hot = dense_one_hot(block if len(block) > 1 else np.repeat(block, 2, axis=0), k)
        scores = (hot @ log_mu + np.log(balance))[: len(block)]
        products = np.exp(scores)
        totals = products.sum(axis=1, keepdims=True)
        lost = totals[:, 0] < np.finfo(float).tiny
        probs[start : start + BLOCK] = products / np.where(lost[:, None], 1, totals)
        if lost.any():
            shifted = np.exp(scores[lost] - scores[lost].max(axis=1, keepdims=True))
            probs[start : start + BLOCK][lost] = shifted / shifted.sum(axis=1, keepdims=True)
    return probs
