"""Majority vote: the baseline that every label model has to beat (numpy only)."""

import numpy as np
import numpy.typing as npt

from labelfns.votes import Probs, Votes

from .base import BaseLabelModel


class MajorityVote(BaseLabelModel):
    """Each vote counts one; a class's probability is its share of a row's votes. Gold is not used.

    Examples
    --------
    >>> votes = Votes([[0, 0, 1], [1, -1, 0], [-1, -1, -1]], labels=["no", "yes"])
    >>> MajorityVote().fit(votes).predict(votes).tolist()
    [0, -1, -1]
    """

    def _fit(self, votes: Votes, gold: npt.NDArray[np.int64] | None) -> None:
        pass

    def _covered_proba(self, votes: Votes) -> Probs:
        counts = votes.counts
        return np.asarray(counts / counts.sum(axis=1, keepdims=True))
