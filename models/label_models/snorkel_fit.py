"""Snorkel's own model, fitted on distinct vote rows: same options, same numbers (snorkel, torch).

A subclass of `snorkel.labeling.model.LabelModel` that replaces what costs time and memory and nothing else: the
matrix O is summed over distinct rows (bit-identical, the sums are of whole numbers), the loss is one dense
expression, and the descent is `torch.optim.SGD`'s arithmetic without its import of torch's compiler, a third of the
time that `labelfns analyze` takes.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from snorkel.labeling.model import LabelModel

from labelfns.analysis.pairs import one_hot, vote_pairs

from .distinct_rows import Distinct


class DistinctLabelModel(LabelModel):  # type: ignore[misc]
    """Snorkel's label model on a ready matrix O [m * k, m * k] of n rows; the votes given to `fit` are not read."""

    def __init__(self, overlaps: torch.Tensor, n: int, cardinality: int, start: float | None = None) -> None:
        super().__init__(cardinality=cardinality, verbose=False)
        self._overlaps, self._rows, self._start = overlaps, n, start

    def _init_params(self) -> None:
        super()._init_params()
        if self._start is not None:  # in place of the number that snorkel draws
            self.mu: torch.nn.Parameter = torch.nn.Parameter(self.mu_init * self._start)

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

    def _set_optimizer(self) -> None:
        config = self.train_config
        self.optimizer = _Descent(self.mu, config.lr, config.optimizer_config.sgd_config.momentum, config.l2)

    def _loss_mu(self, l2: Any = 0) -> torch.Tensor:
        fit = (self.O - (self.mu * self.P.diagonal()) @ self.mu.t()) * self._outside
        margin = (self.mu @ self.P).sum(1) - self.O.diagonal()
        loss: torch.Tensor = fit.square().sum() + margin.square().sum()
        return loss + self._loss_l2(l2=l2) if np.any(l2) else loss


class _Descent:
    """Gradient descent with momentum on one parameter, bit for bit `torch.optim.SGD`."""

    def __init__(self, parameter: torch.nn.Parameter, lr: float, momentum: float, weight_decay: float) -> None:
        self._parameter, self._lr, self._momentum, self._decay = parameter, lr, momentum, weight_decay
        self._velocity: torch.Tensor | None = None

    def zero_grad(self) -> None:
        self._parameter.grad = None

    @torch.no_grad()
    def step(self) -> None:
        gradient = self._parameter.grad
        assert gradient is not None
        if self._decay:
            gradient = gradient.add(self._parameter, alpha=self._decay)
        if self._velocity is None:
            self._velocity = gradient.clone()
        else:
            self._velocity.mul_(self._momentum).add_(gradient)
        self._parameter.add_(self._velocity, alpha=-self._lr)


def overlap_matrix(distinct: Distinct, k: int) -> torch.Tensor:
    """Return Snorkel's O, [m * k, m * k]: the share of rows on which LF i votes for c and LF j for d."""
    total = vote_pairs(one_hot(distinct.rows, k), distinct.counts, k).toarray()
    return torch.from_numpy(total / distinct.counts.sum()).float()
