"""`Reach`: how many rows get an answer, and how right it is."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labelfns.checks import Ints

from .metrics import wilson

Interval = tuple[float, float]


@dataclass(frozen=True)
class Reach:
    """How many rows get an answer, and how right it is; intervals are Wilson's, of 95%.

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
    def of(cls, name: str, answers: Ints, gold: Ints, frequent: int) -> "Reach":
        """Count answers [n], -1 for none, against gold [n], n at least 1."""
        n, answered = len(gold), int((answers >= 0).sum())
        right, guessed = int((answers == gold).sum()), int((filled(answers, frequent) == gold).sum())
        return cls(
            name=name,
            rows=n,
            coverage=answered / n,
            coverage_interval=wilson(answered, n),
            accuracy=right / answered if answered else None,
            accuracy_interval=wilson(right, answered) if answered else None,
            abstain_wrong=right / n,
            abstain_wrong_interval=wilson(right, n),
            abstain_frequent=guessed / n,
            abstain_frequent_interval=wilson(guessed, n),
        )


def filled(answers: Ints, frequent: int) -> npt.NDArray[np.int64]:
    """Return answers [n], -1 for none, with the most frequent label in place of none."""
    return np.where(answers < 0, frequent, answers)
