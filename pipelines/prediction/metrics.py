"""How right the predictor is, beside the classifier alone, where LFs vote and where they do not."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from labelfns.checks import Ints
from labelfns.models.evaluation.metrics import Scores, score
from labelfns.votes import Probs

from .predictor import Answers, Predictor, VoteWeight


@dataclass(frozen=True)
class PartScores:
    """Figures on all rows, on those with a vote and on those without; None where there is no such row with gold."""

    all_rows: Scores | None
    covered: Scores | None
    uncovered: Scores | None


@dataclass(frozen=True)
class PredictorMetrics:
    """What the predictor is worth.

    Parameters
    ----------
    vote_weight
        How much the votes count, and what that was chosen by.
    together
        The predictor's figures, by labeled set.
    classifier
        The kept classifier's alone, on the same rows.
    second_view
        Whether a second view of the texts has a part in the predictor.
    """

    vote_weight: VoteWeight
    together: dict[str, PartScores]
    classifier: dict[str, PartScores]
    second_view: bool = False

    @classmethod
    def of(cls, predictor: Predictor, answers: Mapping[str, Answers], gold: Mapping[str, Ints]) -> "PredictorMetrics":
        """Measure a predictor's answers by set against gold ids [n], -1 where unknown."""
        together, alone = {}, {}
        for name, given in answers.items():
            together[name] = _parts(given.probs, given, gold[name])
            alone[name] = _parts(given.classifier, given, gold[name])
        return cls(predictor.weight, together, alone, predictor.second_view is not None)


def _parts(probs: Probs, answers: Answers, gold: Ints) -> PartScores:
    predicted, k = probs.argmax(axis=1), probs.shape[1]
    covered, uncovered = (np.where(rows, gold, -1) for rows in (answers.covered, ~answers.covered))
    return PartScores(score(gold, predicted, k), score(covered, predicted, k), score(uncovered, predicted, k))
