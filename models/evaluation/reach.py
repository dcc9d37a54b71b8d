"""`Reach`: how many rows get an answer, and how right it is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labelfns.checks import Ints
from labelfns.models.arrays import Floats

from .metrics import share_right

Interval = tuple[float, float]


@dataclass(frozen=True)
class Reach:
    """How many rows get an answer, and how right it is; intervals are of 95%, see `evaluate`.

    Parameters
    ----------
    name
        Whose answers, or on which rows.
    rows
        How many rows with gold there are.
    coverage, coverage_interval
        The share of them that gets an answer, in [0, 1]: has a vote, and no tie.
    accuracy, accuracy_interval
        The share of right answers, in [0, 1], among those with one; None where there is none.
    abstain_wrong, abstain_wrong_interval
        The share of right answers, in [0, 1], among all rows, where no answer is a wrong one.
    abstain_frequent, abstain_frequent_interval
        The same where no answer is the most frequent gold label.
    """

    name: str
    rows: int
    coverage: float
    coverage_interval: Interval
    accuracy: float | None
    accuracy_interval: Interval | None
    abstain_wrong: float
    abstain_wrong_interval: Interval
    abstain_frequent: float
    abstain_frequent_interval: Interval

    @classmethod
    def of(
        cls,
        name: str,
        answers: Ints,
        gold: Ints,
        frequent: int,
        weights: Floats | None = None,
        groups: Ints | None = None,
    ) -> "Reach":
        """Count answers [n], -1 for none, against gold [n], n at least 1; weights and groups as in `weighted_share`."""
        answered, right = answers >= 0, answers == gold
        coverage, coverage_interval = share_right(answered, weights, groups)
        wrong, wrong_interval = share_right(right, weights, groups)
        guessed, guessed_interval = share_right(filled(answers, frequent) == gold, weights, groups)
        accuracy, accuracy_interval = None, None
        if answered.any():
            counted = None if weights is None else weights[answered]
            grouped = None if groups is None else groups[answered]
            accuracy, accuracy_interval = share_right(right[answered], counted, grouped)
        return cls(
            name=name,
            rows=len(gold),
            coverage=coverage,
            coverage_interval=coverage_interval,
            accuracy=accuracy,
            accuracy_interval=accuracy_interval,
            abstain_wrong=wrong,
            abstain_wrong_interval=wrong_interval,
            abstain_frequent=guessed,
            abstain_frequent_interval=guessed_interval,
        )


def filled(answers: Ints, frequent: int) -> npt.NDArray[np.int64]:
    """Return answers [n], -1 for none, with the most frequent label in place of none."""
    return np.where(answers < 0, frequent, answers)
