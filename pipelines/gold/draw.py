"""`rows_to_label`: the rows most worth a gold label, drawn so that figures on them hold for the whole pool."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelfns.checks import Bools, Gold, Ints, check_gold
from labelfns.errors import InputError
from labelfns.models.arrays import Floats, decide, rows_of_numbers, softmax
from labelfns.models.evaluation.evaluate import patterns
from labelfns.models.evaluation.metrics import Z95
from labelfns.models.linear_head import head_probs, out_of_fold_probs
from labelfns.models.sampling import inclusion, systematic
from labelfns.pipelines.prediction.predictor import LEAST, LEAST_OF_VOTES, log
from labelfns.votes import Probs, Votes


@dataclass(frozen=True, eq=False)
class RowsToLabel:
    """Rows to give a gold label.

    Parameters
    ----------
    rows
        The k rows, the first is 0, in the order in which to label them: at random, so that one may stop at any.
    weights
        How many rows of the pool each stands for, [k], above 0.
    disagreement
        How likely label model and classifier are, by their own probabilities, to give each of them different labels,
        [k] in [0, 1].
    wrong
        How likely each row's answer, of both together, is to be wrong by their probabilities, [k] in [0, 1].
    drawn_from
        From how many rows without gold, copies counted, they were drawn.
    """

    rows: Ints
    weights: Floats
    disagreement: Floats
    wrong: Floats
    drawn_from: int

    @property
    def believed(self) -> float:
        """How often the answers to the whole pool are right by their own probabilities, in [0, 1], estimated."""
        return 1 - float(np.average(self.wrong, weights=self.weights))

    def __str__(self) -> str:
        expected, error = float(self.wrong.sum()), float(np.sqrt((self.wrong * (1 - self.wrong)).sum()))
        low, high = max(0.0, expected - Z95 * error), min(len(self.rows), expected + Z95 * error)
        return (
            f"{len(self.rows)} of {self.drawn_from:,} rows, each of which stands for {self.weights.min():,.0f} to "
            f"{self.weights.max():,.0f} rows; if LFs and classifier are as sure as they should be, they answer "
            f"{low:.0f} to {high:.0f} of these {len(self.rows)} wrong"
        )


def rows_to_label(
    texts: Sequence[str],
    votes: Votes,
    weak: Probs,
    answers: Probs,
    k: int = 50,
    *,
    gold: Gold | None = None,
    seed: int = 0,
) -> RowsToLabel:
    """Draw the rows most worth a gold label.

    A row is worth as much as label model and classifier are likely to give it different labels: one of them is wrong
    there. Each class of answers gets the same chance in all, a rare one too, and within it each pattern of votes (none,
    one, agreeing, conflicting) its share. A quarter of the chance is dealt evenly (see `labelfns.models.sampling`), so
    that every row may be drawn and none stands for more than 4 times as many as in an even draw. Copies of a text are
    one row to label, as likely to be drawn as all of them together are worth.

    Parameters
    ----------
    texts
        The pool's n texts.
    votes
        The LFs' votes on them.
    weak
        The label model's probabilities, [n, c].
    answers
        A second voter's, [n, c]: the classifier's of a run, or what `second_voter` gives without one.
    k
        How many rows, at least 1; fewer where there are not so many.
    gold
        Labels [n], by id or name, -1 or None where unknown: rows with gold, and copies of them, are not drawn.
    seed
        Seed of the draw; for another draw it should be another.

    Raises
    ------
    InputError
        If votes, probabilities or gold do not fit the texts, k is less than 1, or every row has gold.
    """
    n = len(texts)
    for name, table in (("weak", weak), ("answers", answers)):
        if (shape := rows_of_numbers(table, name).shape) != (n, votes.n_labels):
            raise InputError(f"{name} must be probabilities of shape {(n, votes.n_labels)}; got {shape}")
    if len(votes) != n:
        raise InputError(f"the votes are on {len(votes)} texts; expected {n}")
    if k < 1:
        raise InputError(f"k, how many rows are drawn, must be at least 1; got {k}")
    known = np.zeros(n, dtype=bool) if gold is None else check_gold(gold, n, votes.labels) >= 0
    first, copies = _units(texts, known)
    if not len(first):
        raise InputError(f"each of the {n:,} texts has a gold label: there is none to draw")
    votes, weak, answers = votes.rows(first), np.where(votes.covered[:, None], weak, answers)[first], answers[first]
    both = softmax(log(answers).astype(float) + votes.covered[:, None] * log(weak, LEAST_OF_VOTES))
    disagreement, label = 1 - (weak * answers).sum(axis=1), both.argmax(axis=1)
    worth = np.maximum(disagreement, LEAST) * copies
    worth /= np.bincount(label, weights=worth)[label]
    pattern = np.select(list(patterns(votes).values()), [1, 2, 3], 0)
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random(len(first)), pattern, label))
    chance = inclusion((worth * len(first))[order], min(k, len(first)))
    drawn = systematic(chance, seed)
    drawn, chance = order[drawn], chance[drawn]
    weights = 1 / chance
    weights *= copies.sum() / (weights * copies[drawn]).sum()
    asked = rng.permutation(len(drawn))
    drawn, weights = drawn[asked], weights[asked]
    return RowsToLabel(first[drawn], weights, disagreement[drawn], 1 - both[drawn].max(axis=1), int(copies.sum()))


def second_voter(features: Probs, votes: Votes, weak: Probs) -> Probs:
    """Return what a linear head on frozen vectors makes of texts, where there is no classifier.

    Parameters
    ----------
    features
        The vectors of the texts, [n, d], as `TransformerClassifier.frozen_features` returns them.
    votes
        The LFs' votes on them.
    weak
        The label model's probabilities, [n, k], to whose labels heads are fitted: those that score labeled rows on the
        rows of other folds, the one that scores the rest on all.
    """
    features = np.asarray(features, dtype=np.float64)
    labels, k = decide(weak, votes.covered), votes.n_labels
    fitted = labels >= 0
    if len(np.unique(labels[fitted])) < 2:
        return np.full((len(labels), k), 1 / k)
    probs = np.empty((len(labels), k))
    probs[fitted] = out_of_fold_probs(features[fitted], labels[fitted], k)
    if not fitted.all():
        probs[~fitted] = head_probs(features[fitted], labels[fitted], k, features[~fitted])
    return probs


def _units(texts: Sequence[str], known: Bools) -> tuple[Ints, Floats]:
    """Return the first row of each different text of which no row has gold, and how many rows have that text."""
    place: dict[str, int] = {}
    unit = np.array([place.setdefault(text, len(place)) for text in texts], dtype=np.int64)
    _, first, copies = np.unique(unit, return_index=True, return_counts=True)
    open_ = np.bincount(unit[known], minlength=len(first)) == 0
    return first[open_], copies[open_].astype(float)
