"""How much the votes count beside the classifier: found without gold, by votes that are held out."""

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from labelfns.analysis.near_copies import near_copies
from labelfns.lfs.base import ABSTAIN
from labelfns.models.arrays import softmax
from labelfns.models.class_balance import Floats
from labelfns.votes import Probs, Votes

from .predictor import LEAST, LEAST_OF_VOTES, USUAL, VoteWeight, log

if TYPE_CHECKING:
    from labelfns.models import BaseLabelModel

WEIGHTS = (0.0, 0.25, 0.5, 1.0)
SHARPNESS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0)
"""Powers that the joined probabilities are raised to, so that weights are compared by what is said, not how surely."""
FEWEST = 30
"""Below so many held-out votes they say nothing, and the usual weight is taken."""
CLOSE = 0.01
"""Of weights whose mean log-likelihoods are this close to the best the smallest is taken."""
SAME = 1e-9
"""Mean log-likelihoods this close are equal."""


def vote_weight(classifier: Probs, votes: Votes, label_model: "BaseLabelModel") -> VoteWeight:
    """Choose the weight that makes held-out votes most likely.

    On texts that the classifier did not train on, and whose cues it does not see, one LF at a time is taken out: what
    classifier and label model say from the rest should say its vote.

    Parameters
    ----------
    classifier
        Its probabilities [n, k] on the judges, the words that make LFs fire hidden.
    votes
        The LFs' votes on these texts.
    label_model
        The fitted label model.
    """
    silent = _with_near_copies(votes)
    rows = np.concatenate([_of_one_lf(classifier, votes, label_model, lf, copies) for lf, copies in enumerate(silent)])
    means = rows.mean(axis=0).max(axis=1) if len(rows) else np.zeros(len(WEIGHTS))
    if len(rows) < FEWEST or not np.isfinite(means).all() or np.ptp(means) < SAME:
        return dataclasses.replace(USUAL, held_out_votes=len(rows))
    by_weight = {f"{weight:g}": round(float(mean), 4) for weight, mean in zip(WEIGHTS, means, strict=True)}
    return VoteWeight(WEIGHTS[int((means >= means.max() - CLOSE).argmax())], len(rows), by_weight)


def _with_near_copies(votes: Votes) -> list[list[int]]:
    """Return for each LF itself and its near-copies, which would give its vote away."""
    groups = [[votes.lf_names.index(name) for name in group.lfs] for group in near_copies(votes, overlap=0.5)]
    return [next((group for group in groups if lf in group), [lf]) for lf in range(len(votes.lf_names))]


def _of_one_lf(classifier: Probs, votes: Votes, label_model: "BaseLabelModel", lf: int, silent: list[int]) -> Floats:
    """Return the log-likelihood [r, w, s] of an LF's votes where others vote too, by weight and sharpness."""
    matrix = votes.matrix.copy()
    matrix[:, silent] = ABSTAIN
    rows = np.flatnonzero((votes.matrix[:, lf] >= 0) & (matrix >= 0).any(axis=1))
    matrix, vote = matrix[rows], votes.matrix[rows, lf]
    weak = label_model.predict_proba(Votes(matrix, labels=votes.labels, lf_names=votes.lf_names))
    by_classifier, by_votes = log(classifier[rows]), log(weak, LEAST_OF_VOTES)
    each = np.arange(len(rows))
    found = np.empty((len(rows), len(WEIGHTS), len(SHARPNESS)))
    for w, weight in enumerate(WEIGHTS):
        for s, power in enumerate(SHARPNESS):
            found[:, w, s] = softmax(power * (by_classifier + weight * by_votes))[each, vote]
    return np.log(np.maximum(found, LEAST))
