"""What every label model does: fit on votes, give probabilities, and leave uncovered rows alone.

May import: numpy and `labelfns`.
"""

from abc import ABC, abstractmethod
from typing import Self

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError
from labelfns.lf import ABSTAIN
from labelfns.votes import Ints, Probs, Votes, check_gold


class BaseLabelModel(ABC):
    """The interface of label models; a subclass fills in `_fit` and `_covered_proba`.

    Attributes
    ----------
    classes_
        The k label names, after `fit`.
    lf_names_
        The m LF names seen by `fit`; later votes must have the same ones.
    """

    classes_: tuple[str, ...]
    lf_names_: tuple[str, ...]

    def fit(self, votes: Votes, gold: Ints | None = None) -> Self:
        """Fit on a label matrix.

        Parameters
        ----------
        votes
            The label matrix, [n, m]; at least one row must be covered.
        gold
            Integer labels [n], -1 where unknown. Each model says what it does with them.

        Raises
        ------
        InputError
            If no row is covered, or gold does not fit the votes.
        """
        if not votes.covered.any():
            raise InputError(
                f"no row is covered: none of the {len(votes.lf_names)} LFs votes on any of the {len(votes)} rows"
            )
        known = None if gold is None else check_gold(gold, len(votes), votes.n_labels)
        self._fit(votes, known)
        self.classes_, self.lf_names_ = votes.labels, votes.lf_names
        return self

    def predict_proba(self, votes: Votes) -> Probs:
        """Return class probabilities.

        Returns
        -------
        Probs
            An [n, k] float array, rows sum to 1. A row without any vote says nothing: it gets 1/k for each class.

        Raises
        ------
        InputError
            If the model is not fitted, or was fitted on other labels or LFs.
        """
        if not hasattr(self, "classes_"):
            raise InputError(f"this {type(self).__name__} is not fitted yet; call fit(votes) first")
        if (votes.labels, votes.lf_names) != (self.classes_, self.lf_names_):
            raise InputError(
                f"this {type(self).__name__} was fitted on labels {self.classes_} and LFs {self.lf_names_}; "
                f"the votes have labels {votes.labels} and LFs {votes.lf_names}"
            )
        probs = np.full((len(votes), votes.n_labels), 1 / votes.n_labels)
        covered = votes.covered
        if covered.any():
            probs[covered] = self._covered_proba(votes.rows(covered))
        return probs

    def predict(self, votes: Votes) -> npt.NDArray[np.int64]:
        """Return the surest class of each row [n]; `ABSTAIN` where no LF votes or the surest classes tie."""
        return decide(self.predict_proba(votes), votes.covered)

    @abstractmethod
    def _fit(self, votes: Votes, gold: npt.NDArray[np.int64] | None) -> None: ...

    @abstractmethod
    def _covered_proba(self, votes: Votes) -> Probs: ...


def decide(probs: Probs, covered: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[np.int64]:
    """Return the surest class of each row [n]; `ABSTAIN` where `covered` is false or the surest classes tie."""
    top = np.sort(probs, axis=1)[:, -2:]
    clear = top[:, 1] - top[:, 0] > 1e-9
    if covered is not None:
        clear &= covered
    return np.where(clear, probs.argmax(axis=1), ABSTAIN)
