"""Majority vote: the baseline that every label model has to beat."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labelfns.models.arrays import Probs

from .base import BaseLabelModel
from .distinct_rows import Distinct, GoldRows


@dataclass(eq=False)
class MajorityVote(BaseLabelModel):
    """Each vote counts one; a class's probability is its share of a row's votes. Gold is not used.

    Classes with equally many votes have equal probabilities, and `predict` abstains on such a tie. `notes_` says how
    many rows tie.

    Examples
    --------
    >>> from labelfns import Votes
    >>> votes = Votes([[0, 0, 1], [1, -1, 0], [-1, -1, -1]], labels=["no", "yes"])
    >>> model = MajorityVote().fit(votes)
    >>> model.predict(votes).tolist(), model.notes_
    ([0, -1, -1], ('majority vote ties on 1 of 2 covered rows',))
    """

    def _fit(self, distinct: Distinct, lf_names: Sequence[str], labels: Sequence[str], gold: GoldRows | None) -> None:
        k = len(labels)
        counts = vote_counts(distinct.rows, k)
        top = counts.max(axis=1)
        covered = top > 0
        ties = covered & ((counts == top[:, None]).sum(axis=1) > 1)
        n_ties, n_covered = distinct.counts[ties].sum(), distinct.counts[covered].sum()
        self.k_ = k
        self.notes_ = (f"majority vote ties on {n_ties} of {n_covered} covered rows",) if n_ties else ()

    def _proba(self, rows: npt.NDArray[np.int8]) -> Probs:
        counts = vote_counts(rows, self.k_)
        return np.asarray(counts / counts.sum(axis=1, keepdims=True))

    def _state(self) -> dict[str, int]:
        return {"k": self.k_}

    def _restore(self, state: dict[str, int]) -> None:
        self.k_ = state["k"]


def vote_counts(rows: npt.NDArray[np.int8], k: int) -> npt.NDArray[np.int64]:
    """Return how many LFs vote for each class, [r, k]."""
    return np.stack([(rows == c).sum(axis=1) for c in range(k)], axis=1)
