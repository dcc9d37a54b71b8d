"""What a round trains on: the label model's labels or its teacher's, and the rows that its selection trusts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelfns.models.class_balance import Floats, alignment_shift, shifted
from labelfns.models.evaluation.steps import Promise
from labelfns.models.selection import combine, sharpen
from labelfns.progress import Progress
from labelfns.votes import Probs

from .ledger import Round, best_round
from .pool import FewGoldTexts, Pool
from .settings import Rounds


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """What a round trains on.

    Parameters
    ----------
    labels
        Label probabilities of the pool, [n, k].
    weights
        The rows' weights [n], at least 0; held-out rows, and in round 0 uncovered rows, have none.
    promise
        What few gold rows promise of the labels of the rows that have weight; None where the selection needs no gold.
    """

    labels: Probs
    weights: Floats
    promise: Promise | None

    @classmethod
    def of(cls, settings: Rounds, pool: Pool, before: Sequence[Round], progress: Progress) -> "TrainingSet":
        """Choose labels and rows after the rounds before.

        Raises
        ------
        NotAttainableError
            If few gold rows cannot promise what the selection asks for.
        """
        selection = settings.later if before else settings.first
        few = pool.few_gold if selection.needs_gold else None
        labels, of_few = pseudo_labels(settings, pool, few, before, progress)
        rows = np.flatnonzero(~pool.held_out & (True if before else pool.covered)).tolist()
        judged_by = None
        if few is not None:
            asked = slice(None) if before else few.covered
            judged_by = of_few[asked], few.gold[asked]
        weights = np.zeros(len(labels))
        weights[rows] = selection(
            labels[rows],
            features=pool.features[rows] if selection.needs_features else None,
            class_balance=pool.class_balance,
            few_gold=judged_by,
        )
        return cls(labels, weights, selection.promised(judged_by) if selection.needs_gold else None)


def teacher(settings: Rounds, before: Sequence[Round]) -> Round:
    """Return the round whose model a student starts from."""
    return best_round(before) if settings.teacher == "best" else before[-1]


def pseudo_labels(
    settings: Rounds, pool: Pool, few: FewGoldTexts | None, before: Sequence[Round], progress: Progress
) -> tuple[Probs, Probs]:
    """Return the labels of the pool, [n, k], and made in the same way those of few gold texts, [g, k].

    In round 0 they are the label model's; then the teacher's, as the settings say sharpened, aligned, combined with the
    label model's.
    """
    n, covered, weak = len(pool.texts), pool.covered, pool.weak
    if few is not None:
        covered, weak = np.concatenate([covered, few.covered]), np.concatenate([weak, few.weak])
    if not before:
        return weak[:n], weak[n:]
    teachers = before if settings.teacher == "mean" else [teacher(settings, before)]
    predicted = [each.predicted for each in teachers]
    if few is not None:
        by_teachers = [each.classifier.predict_proba(few.texts, progress=progress) for each in teachers]
        predicted = [np.concatenate(both) for both in zip(predicted, by_teachers, strict=True)]
    labels: Probs = np.mean(predicted, axis=0, dtype=float)
    if settings.sharpen:
        labels = sharpen(labels)
    if settings.align_classes:
        labels = shifted(labels, alignment_shift(pool.class_balance, labels[:n][pool.balanced_rows]))
    if settings.use_votes:
        labels[covered] = combine(labels[covered], weak[covered])
    return labels[:n], labels[n:]
