"""How much the votes count beside the classifier: found by votes that are held out, and by few gold rows."""

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from labelfns.analysis.near_copies import near_copies
from labelfns.lfs.base import ABSTAIN
from labelfns.models.arrays import decide, softmax
from labelfns.models.class_balance import Floats
from labelfns.pipelines.few_gold.calibration import cooled, losses, temperature, weighted_mean
from labelfns.pipelines.few_gold.rows import GoldRows
from labelfns.votes import Probs, Votes

from .predictor import LEAST, LEAST_OF_VOTES, USUAL, VoteWeight, joined, log

if TYPE_CHECKING:
    from labelfns.models import BaseLabelModel

WEIGHTS = (0.0, 0.25, 0.5, 1.0)
SHARPNESS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0)
"""Powers that the joined probabilities are raised to, so that weights are compared by what is said, not how surely."""
FEWEST = 30
"""Below so many held-out votes, or gold rows with votes, they say nothing, and the usual weight is taken."""
SURE = 2.5
"""Gold rows choose another weight where it is better by more than so many standard errors. By one, 50 rows cost .8
points on YouTube and .2 on emotion, and won nothing anywhere (docs/rounds_measured.md)."""
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


def with_temperature(found: VoteWeight, classifier: Probs, votes: Votes, label_model: "BaseLabelModel") -> VoteWeight:
    """Set how sure the answers are, without gold, by texts that the classifier did not train on, and on which LFs vote.

    One temperature makes the label model's probabilities as likely as can be: too mild, as votes and classifier
    together know more than votes alone. Another makes its answers so: too bold, as both make some of the same errors.
    Their geometric mean is taken; 1 below 30 texts.

    Parameters
    ----------
    found
        The weight of the votes.
    classifier
        Probabilities [n, k] of the texts, nothing hidden.
    votes
        The LFs' votes on them.
    label_model
        The fitted label model.
    """
    weak = label_model.predict_proba(votes)
    answers = decide(weak, votes.covered)
    rows = answers != ABSTAIN
    if rows.sum() < FEWEST:
        return found
    probs = joined(classifier, weak, votes.covered, found.value)[rows]
    mild, bold = temperature(probs, weak[rows]), temperature(probs, answers[rows])
    return dataclasses.replace(found, temperature=float(np.sqrt(mild * bold)))


def with_gold(
    found: VoteWeight, rows: GoldRows, classifier: Probs, votes: Votes, label_model: "BaseLabelModel"
) -> VoteWeight:
    """Let a few gold rows have a say: in the weight, where they are sure of another, and in how sure the answers are.

    Parameters
    ----------
    found
        The weight that was found without them. Another is taken only where 30 gold rows or more have votes, and it
        lowers the cross-entropy on all by more than 2.5 standard errors, both calibrated: it is the best of several.
    rows
        The n gold rows.
    classifier
        Their probabilities [n, k] by a classifier that was not trained on them.
    votes
        The LFs' votes on them.
    label_model
        The fitted label model.
    """
    weak = label_model.predict_proba(votes)
    answers = {weight: joined(classifier, weak, votes.covered, weight) for weight in {found.value, *WEIGHTS}}
    divisors = {weight: temperature(probs, rows.gold, rows.weights) for weight, probs in answers.items()}
    lost = {weight: losses(cooled(probs, divisors[weight]), rows.gold) for weight, probs in answers.items()}
    best = min(lost, key=lambda weight: float(np.average(lost[weight], weights=rows.weights)))
    gain, error = weighted_mean(lost[found.value] - lost[best], rows.weights)
    value = best if gain > SURE * error and votes.covered.sum() >= FEWEST else found.value
    return dataclasses.replace(found, value=value, gold_rows=len(rows.gold), temperature=divisors[value])


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
    strength = None if votes.strength is None else votes.strength[rows]
    weak = label_model.predict_proba(Votes(matrix, labels=votes.labels, lf_names=votes.lf_names, strength=strength))
    by_classifier, by_votes = log(classifier[rows]), log(weak, LEAST_OF_VOTES)
    each = np.arange(len(rows))
    found = np.empty((len(rows), len(WEIGHTS), len(SHARPNESS)))
    for w, weight in enumerate(WEIGHTS):
        for s, power in enumerate(SHARPNESS):
            found[:, w, s] = softmax(power * (by_classifier + weight * by_votes))[each, vote]
    return np.log(np.maximum(found, LEAST))
