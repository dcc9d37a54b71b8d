"""Was the model worth it: label model and predictor evaluated on the sets with gold, and one against the other."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from labelfns.checks import Bools, Ints
from labelfns.errors import InputError
from labelfns.models.arrays import decide
from labelfns.models.evaluation.bootstrap import Difference, paired_difference
from labelfns.models.evaluation.coverage import CoveragePoint, accuracy_against_coverage
from labelfns.models.evaluation.evaluate import Evaluation, evaluate
from labelfns.votes import Probs, Votes

from .predictor import Answers


@dataclass(frozen=True)
class SetEvaluation:
    """How far label model and predictor reach on a set with gold, and how right they are.

    Parameters
    ----------
    label_model, together
        The label model, which answers where an LF votes, and the predictor, which answers everywhere.
    by_confidence
        What is kept as the least confidence of the predictor rises, and how right it is there.
    over_label_model
        By how much more often the predictor is right than the label model, on rows with a vote; None where there is no
        such row. A tie of the label model is no right answer.
    over_classifier
        By how much more often it is right than the classifier alone, on all rows.
    """

    label_model: Evaluation
    together: Evaluation
    by_confidence: tuple[CoveragePoint, ...]
    over_label_model: Difference | None
    over_classifier: Difference

    @classmethod
    def of(cls, weak: Probs, answers: Answers, votes: Votes, gold: Ints, groups: Ints) -> "SetEvaluation | None":
        """Evaluate on n rows; None where none has gold.

        Parameters
        ----------
        weak
            The label model's probabilities, [n, k].
        answers
            The predictor's answers.
        votes
            The votes.
        gold
            Class ids [n], -1 where unknown.
        groups
            The group of copies of each row, [n].
        """
        by_votes = evaluate(weak, votes, gold, groups=groups)
        everywhere = np.ones(len(votes), dtype=bool)
        together = evaluate(answers.probs, votes, gold, answered=everywhere, groups=groups)
        if by_votes is None or together is None:
            return None
        said, alone = answers.probs.argmax(axis=1), answers.classifier.argmax(axis=1)

        def gain(other: Ints, rows: Bools) -> Difference:
            right, theirs = ((one == gold)[rows].astype(float) for one in (said, other))
            return paired_difference(right, theirs, groups[rows])

        known, covered = gold >= 0, (gold >= 0) & votes.covered
        all_covered = Votes(np.zeros((len(votes), 1), dtype=np.int8), labels=votes.labels)
        return cls(
            by_votes,
            together,
            accuracy_against_coverage(answers.probs, all_covered, gold),
            gain(decide(weak, votes.covered), covered) if covered.any() else None,
            gain(alone, known),
        )


def read_evaluation(facts: Mapping[str, object], on: str | None) -> tuple[str, SetEvaluation]:
    """Return a set of a run, and how right label model and predictor are on it.

    Parameters
    ----------
    facts
        The content of ``metrics.json`` or of a saved pipeline.
    on
        The set, ``"val"`` or ``"test"``; None for val where it has gold, as a threshold that is chosen on test is not
        measured there.

    Raises
    ------
    InputError
        If the run has no such set with gold, an earlier version measured it, or the figures are damaged.
    """
    from pydantic import TypeAdapter, ValidationError

    found = facts.get("evaluation")
    if not isinstance(found, dict) or not found:
        raise InputError(
            "this run has no figures of how right its answers are: no set with gold was given (data.val, data.test, or "
            "fit(..., val=...)), or it is of an earlier version; give one and run it again"
        )
    name = next(iter(found)) if on is None else on
    if name not in found:
        raise InputError(f"this run has no gold labels of {name!r}; there are some of {' and '.join(found)}")
    try:
        return name, TypeAdapter(SetEvaluation).validate_python(found[name])
    except ValidationError as error:
        what = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:3])
        raise InputError(f"the figures of {name!r} are damaged: {what}. Resume or save the run again") from error
