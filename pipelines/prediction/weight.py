"""How much the votes count beside the classifier: found without gold, by votes that are held out."""

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from labelfns.lfs.base import ABSTAIN
from labelfns.models.arrays import softmax
from labelfns.models.class_balance import Floats
from labelfns.votes import Probs, Votes

from .predictor import LEAST, USUAL, VoteWeight, log

if TYPE_CHECKING:
    from labelfns.models import BaseLabelModel

WEIGHTS = (0.0, 0.25, 0.5, 1.0)
SHARPNESS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0)
"""Powers that the joined probabilities are raised to, so that weights are compared by what is said, not how surely."""
FEWEST = 30
"""Below so many held-out votes they say nothing, and the usual weight is taken."""


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
    likelihoods = [_of_one_lf(classifier, votes, label_model, lf) for lf in range(len(votes.lf_names))]
    rows = np.concatenate(likelihoods)
    if len(rows) < FEWEST:
        return dataclasses.replace(USUAL, held_out_votes=len(rows))
    means = rows.mean(axis=0).max(axis=1)
    by_weight = {f"{weight:g}": round(float(mean), 4) for weight, mean in zip(WEIGHTS, means, strict=True)}
    return VoteWeight(WEIGHTS[int(means.argmax())], len(rows), by_weight)


def _of_one_lf(classifier: Probs, votes: Votes, label_model: "BaseLabelModel", lf: int) -> Floats:
    """Return the log-likelihood [r, w, s] of an LF's votes where others vote too, by weight and sharpness."""
    fired = votes.matrix >= 0
    rows = np.flatnonzero(fired[:, lf] & (fired.sum(axis=1) > 1))
    matrix, vote = votes.matrix[rows], votes.matrix[rows, lf]
    matrix[:, lf] = ABSTAIN
    weak = label_model.predict_proba(Votes(matrix, labels=votes.labels, lf_names=votes.lf_names))
    by_classifier, by_votes, each = log(classifier[rows]), log(weak), np.arange(len(rows))
    found = np.empty((len(rows), len(WEIGHTS), len(SHARPNESS)))
    for w, weight in enumerate(WEIGHTS):
        for s, power in enumerate(SHARPNESS):
            found[:, w, s] = softmax(power * (by_classifier + weight * by_votes))[each, vote]
    return np.log(np.maximum(found, LEAST))
