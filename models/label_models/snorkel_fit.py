"""Snorkel's own model, fitted on distinct vote rows: same options, same numbers (snorkel, torch).

A subclass of `snorkel.labeling.model.LabelModel` that replaces what costs time and memory and nothing else: the
matrix O is summed over distinct rows (bit-identical, the sums are of whole numbers), and the loss is one dense
expression.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from scipy import sparse
from snorkel.labeling.model import LabelModel

from .distinct_rows import Distinct, one_hot

BLOCK = 1 << 13


class DistinctLabelModel(LabelModel):  # type: ignore[misc]
    """Snorkel's label model, told the matrix O [m * k, m * k] of n rows; what `fit` is given as votes is not read."""

    def __init__(self, overlaps: torch.Tensor, n: int, cardinality: int) -> None:
        super().__init__(cardinality=cardinality, verbose=False)
        self._overlaps, self._rows = overlaps, n

    def _set_constants(self, L: npt.NDArray[np.int64]) -> None:
        self.n, self.m, self.t = self._rows, L.shape[1], 1

    def _generate_O(self, L: npt.NDArray[np.int64], higher_order: bool = False) -> None:
        from snorkel.labeling.model.label_model import _CliqueData

        k = self.cardinality
        self.d = self.m * k
        self.c_data = {i: _CliqueData(i * k, (i + 1) * k, {i}) for i in range(self.m)}
        self.O = self._overlaps

    def _build_mask(self) -> None:
        lf = torch.arange(self.d) // self.cardinality
        self.mask = lf[:, None] != lf[None, :]
        self._outside = self.mask.float()

    def _loss_mu(self, l2: Any = 0) -> torch.Tensor:
        fit = (self.O - (self.mu * self.P.diagonal()) @ self.mu.t()) * self._outside
        margin = (self.mu @ self.P).sum(1) - self.O.diagonal()
        loss: torch.Tensor = fit.square().sum() + margin.square().sum()
        return loss + self._loss_l2(l2=l2) if np.any(l2) else loss


def overlap_matrix(distinct: Distinct, k: int) -> torch.Tensor:
    """Return Snorkel's O, [m * k, m * k]: the share of rows on which LF i says c and LF j says d."""
    if (distinct.rows >= 0).mean() < 0.2:
        hot = one_hot(distinct.rows, k)
        counts = sparse.dia_array((distinct.counts[None, :].astype(float), [0]), shape=(len(distinct.rows),) * 2)
        total = (hot.T @ (counts @ hot)).toarray()
    else:
        total = np.zeros((distinct.rows.shape[1] * k,) * 2)
        for start in range(0, len(distinct.rows), BLOCK):
            part = dense_one_hot(distinct.rows[start : start + BLOCK], k)
            total += part.T @ (part * distinct.counts[start : start + BLOCK, None])
    return torch.from_numpy(total / distinct.counts.sum()).float()


def dense_one_hot(rows: npt.NDArray[np.integer[Any]], k: int) -> npt.NDArray[np.float64]:
    """Return a dense [r, m * k] matrix: 1 where LF j votes for class c, in column ``j * k + c``."""
    hot: npt.NDArray[np.float64] = (rows[:, :, None] == np.arange(k)).astype(np.float64)
    return hot.reshape(len(rows), -1)


def snorkel_proba(
    rows: npt.NDArray[np.int8], mu: npt.NDArray[np.float32], balance: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Return the probabilities [r, k] that snorkel's `predict_proba` gives to rows [r, m] for its `mu` [m * k, k].

    They are bit-identical to snorkel's, save where its products underflow to 0/0: those rows are computed in logs.
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
