"""What a label model does on its own: its labels, its confidences, and its figures as if it were the classifier."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from labelfns.checks import Ints
from labelfns.counted import check_counts, tally
from labelfns.models.arrays import Floats, decide
from labelfns.models.evaluation.metrics import Scores, score
from labelfns.models.label_models.majority import MajorityVote
from labelfns.votes import Probs, Votes

CONFIDENCE_EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
"""Edges of the bins in which confidences are counted; the last bin includes 1."""


@dataclass(frozen=True)
class Baseline:
    """A label model used as the classifier.

    Parameters
    ----------
    covered
        Figures on the covered rows; a tie is an abstain and counts as wrong. None where no row is covered.
    all_rows
        Figures on all rows, where an uncovered or tied row gets the label that the model gives most often.
    """

    covered: Scores | None
    all_rows: Scores | None


def baseline(probs: Probs, votes: Votes, gold: Ints, most_common: int, weights: Floats | None = None) -> Baseline:
    """Score a label model on a labeled set.

    Parameters
    ----------
    probs
        Its probabilities, [n, k].
    votes
        The votes that they came from.
    gold
        Class ids [n], -1 where unknown.
    most_common
        The class id that the model gives most often on the pool.
    weights
        How many rows each row stands for, [n], above 0 where gold is known; by default as many each.
    """
    predicted, gold = decide(probs, votes.covered), np.asarray(gold)
    return Baseline(
        covered=score(np.where(votes.covered, gold, -1), predicted, votes.n_labels, weights),
        all_rows=score(gold, np.where(predicted < 0, most_common, predicted), votes.n_labels, weights),
    )


def baselines_of(
    weak: Mapping[str, Probs], on_pool: Probs, votes: Mapping[str, Votes], gold: Mapping[str, Ints]
) -> dict[str, dict[str, Baseline]]:
    """Return the figures of majority vote and of the label model by labeled set, each asked once for its answers there.

    Parameters
    ----------
    weak, on_pool
        The label model's probabilities of each labeled set, and of the pool.
    votes
        The votes on the pool and on each labeled set.
    gold
        Class ids [n] of each labeled set, -1 where unknown.
    """
    pool = votes["pool"]
    majority = MajorityVote().fit(pool)
    by_majority = {name: majority.predict_proba(votes[name]) for name in gold}
    found = {}
    for kind, probs, of_pool in (
        ("majority_vote", by_majority, majority.predict_proba(pool)),
        ("label_model", weak, on_pool),
    ):
        most_common = most_common_label(of_pool, pool)
        found[kind] = {name: baseline(probs[name], votes[name], ids, most_common) for name, ids in gold.items()}
    return found


def most_common_label(probs: Probs, votes: Votes) -> int:
    """Return the class id that is most often the answer, from probabilities [n, k] and the votes they came from."""
    predicted = decide(probs, votes.covered)
    return int(np.bincount(predicted[predicted >= 0], minlength=votes.n_labels).argmax())


@dataclass(frozen=True)
class LabelCoverage:
    """How much of the data a label model covers, in rows.

    Parameters
    ----------
    by_label
        Rows by the label given, last the rows that get none: ``"(tie)"`` and ``"(uncovered)"``, in further brackets
        where a label is called so.
    by_confidence
        Covered rows by the probability of their most likely class, in the bins of `CONFIDENCE_EDGES`.
    """

    by_label: dict[str, int]
    by_confidence: dict[str, int]

    @classmethod
    def of(cls, probs: Probs, votes: Votes, counts: Ints | None = None) -> "LabelCoverage":
        """Count over probabilities [n, k] and the votes they came from, each row `counts` [n] times."""
        covered, times = votes.covered, check_counts(counts, len(votes))
        answers = decide(probs, covered)
        by_label = {name: int(tally(answers == c, times)) for c, name in enumerate(votes.labels)}
        for name, rows in (("(tie)", covered & (answers < 0)), ("(uncovered)", ~covered)):
            while name in by_label:
                name = f"({name})"
            by_label[name] = int(tally(rows, times))
        in_bins, _ = np.histogram(probs[covered].max(axis=1), CONFIDENCE_EDGES, weights=times[covered])
        bins = [f"{low:.1f}-{high:.1f}" for low, high in pairwise(CONFIDENCE_EDGES)]
        return cls(by_label, dict(zip(bins, in_bins.astype(int).tolist(), strict=True)))
