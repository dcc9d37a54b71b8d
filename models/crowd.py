"""Dawid and Skene's model through crowd-kit, in the interface of label models (the extra ``labelfns[crowd]``).

May import: crowd-kit and pandas when it is fitted; numpy, `labelfns` and siblings.
"""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from labelfns.errors import MissingExtraError
from labelfns.lf import ABSTAIN
from labelfns.settings import check
from labelfns.votes import Probs, Votes

from .base import BaseLabelModel
from .distinct import Distinct, one_hot
from .mixture import softmax


@dataclass
class DawidSkene(BaseLabelModel):
    """Dawid and Skene 1979, each LF a crowd worker with a confusion table, fitted by EM in crowd-kit.

    It does not read abstains: an LF that votes for one label only has a table without information, and the fit can
    end far below majority vote. It is here for LFs that vote like annotators, most of the time and for every label.
    Gold is not used.

    Parameters
    ----------
    n_iter
        EM steps at most, at least 1.
    algorithm
        ``"dawid-skene"``, or ``"one-coin"`` for one accuracy an LF in place of a table.

    Raises
    ------
    SettingsError
        If a setting is out of range.
    MissingExtraError
        If crowd-kit is not installed, when it is fitted.
    """

    n_iter: int = 100
    algorithm: str = "dawid-skene"

    def __post_init__(self) -> None:
        check(
            (self.n_iter >= 1, f"n_iter must be at least 1; got {self.n_iter}"),
            (
                self.algorithm in ("dawid-skene", "one-coin"),
                f'algorithm must be "dawid-skene" or "one-coin"; got {self.algorithm!r}',
            ),
        )

    def _fit(self, distinct: Distinct, votes: Votes, gold: npt.NDArray[np.int64] | None) -> None:
        try:
            import pandas as pd
            from crowdkit import aggregation
        except ImportError as error:
            raise MissingExtraError("DawidSkene needs crowd-kit: pip install labelfns[crowd]") from error
        k = votes.n_labels
        row, lf = np.nonzero(votes.matrix != ABSTAIN)
        answers = pd.DataFrame({"task": row, "worker": lf, "label": votes.matrix[row, lf].astype(int)})
        kind = aggregation.DawidSkene if self.algorithm == "dawid-skene" else aggregation.OneCoinDawidSkene
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # crowd-kit 1.4 uses what pandas 3 announces to drop
            found = kind(n_iter=self.n_iter).fit(answers)
        self.prior_ = np.full(k, 1e-10)
        self.prior_[found.priors_.index.to_numpy(dtype=int)] = np.maximum(found.priors_.to_numpy(), 1e-10)
        self.errors_ = np.ones((len(votes.lf_names) * k, k))  # a vote never seen says nothing
        table = found.errors_
        workers, labels = (table.index.get_level_values(i).to_numpy(dtype=int) for i in (0, 1))
        tokens, truths = workers * k + labels, table.columns.to_numpy(dtype=int)
        self.errors_[np.ix_(tokens, truths)] = np.maximum(table.to_numpy(), 1e-10)
        self.notes_ = tuple(
            f"LF {name} votes for one label only; Dawid-Skene learns nothing from it"
            for j, name in enumerate(votes.lf_names)
            if self.algorithm == "dawid-skene" and (np.bincount(tokens // k, minlength=j + 1)[j] == 1)
        )

    def _proba(self, rows: npt.NDArray[np.int8]) -> Probs:
        return softmax(one_hot(rows, len(self.prior_)) @ np.log(self.errors_) + np.log(self.prior_))

    def _state(self) -> dict[str, Any]:
        return {"prior": self.prior_.tolist(), "errors": self.errors_.tolist()}

    def _restore(self, state: dict[str, Any]) -> None:
        self.prior_, self.errors_ = np.asarray(state["prior"]), np.asarray(state["errors"])
