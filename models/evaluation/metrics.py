"""Figures against gold, with the rows that have none left out."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import confusion_matrix

from labelfns.checks import Ints
from labelfns.lfs.base import ABSTAIN


@dataclass(frozen=True)
class Scores:
    """How predictions agree with gold labels.

    Parameters
    ----------
    rows
        How many rows have a gold label.
    accuracy
        The share of right rows, in [0, 1].
    macro_f1
        The mean of F1 over the classes that are predicted or gold, in [0, 1].
    macro_recall
        The mean of recall over the classes that gold has, in [0, 1].
    accuracy_interval, macro_f1_interval
        95 % intervals: Wilson's for accuracy, the bootstrap over rows (1,000 draws) for macro F1.
    confusion
        A k x k table of counts, gold by predicted; abstains are left out of it, but count as wrong above.
    """

    rows: int
    accuracy: float
    macro_f1: float
    macro_recall: float
    accuracy_interval: tuple[float, float]
    macro_f1_interval: tuple[float, float]
    confusion: tuple[tuple[int, ...], ...]


def score(gold: Ints, predicted: Ints, k: int) -> Scores | None:
    """Compare predictions with gold labels.

    Parameters
    ----------
    gold
        Integer labels [n]; rows with -1 are left out.
    predicted
        Class ids [n]; -1, an abstain, counts as wrong.
    k
        The number of classes.

    Returns
    -------
    Scores | None
        None where no row has a gold label.
    """
    known = np.asarray(gold) >= 0
    if not known.any():
        return None
    n = int(known.sum())
    table = confusion_matrix(gold[known], predicted[known], labels=[*range(k), ABSTAIN])
    draws = np.random.default_rng(0).multinomial(n, table.ravel() / n, size=1000).reshape(-1, k + 1, k + 1)
    return Scores(
        rows=n,
        accuracy=float(_accuracy(table)),
        macro_f1=float(_macro_f1(table)),
        macro_recall=float(_macro_recall(table)),
        accuracy_interval=_wilson(float(_accuracy(table)), n),
        macro_f1_interval=_interval(_macro_f1(draws)),
        confusion=tuple(tuple(row) for row in table[:k, :k].tolist()),
    )


def macro_recall(gold: Ints, predicted: Ints, k: int) -> tuple[float, float]:
    """Return the mean recall, in [0, 1], over the classes that `gold` [n] has, and its standard error.

    Rows with gold -1 are left out; at least one row must be known. The error is that of a mean of independent shares.
    """
    known = np.asarray(gold) >= 0
    table = confusion_matrix(gold[known], predicted[known], labels=[*range(k), ABSTAIN])[:k]
    rows = table.sum(axis=1)
    there = rows > 0
    recall = np.diagonal(table)[there] / rows[there]
    error = np.sqrt((recall * (1 - recall) / rows[there]).sum()) / there.sum()
    return float(recall.mean()), float(error)


# Each takes confusion tables [..., k + 1, k + 1], gold by predicted, the last column and row for abstains.
Tables = npt.NDArray[np.int64]
Figures = npt.NDArray[np.float64]


def _accuracy(table: Tables) -> Figures:
    return np.asarray(_hits(table).sum(axis=-1) / table.sum(axis=(-2, -1)))


def _macro_f1(table: Tables) -> Figures:
    total = (table.sum(axis=-1) + table.sum(axis=-2))[..., :-1]
    there = np.maximum((total > 0).sum(axis=-1), 1)
    return np.asarray((2 * _hits(table) / np.maximum(total, 1)).sum(axis=-1) / there)


def _macro_recall(table: Tables) -> Figures:
    rows = table.sum(axis=-1)[..., :-1]
    return np.asarray((_hits(table) / np.maximum(rows, 1)).sum(axis=-1) / np.maximum((rows > 0).sum(axis=-1), 1))


def _hits(table: Tables) -> Tables:
    return np.diagonal(table, axis1=-2, axis2=-1)[..., :-1]


def _wilson(share: float, n: int, z: float = 1.96) -> tuple[float, float]:
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(float(middle - half), 0.0), min(float(middle + half), 1.0)


def _interval(figures: Figures) -> tuple[float, float]:
    low, high = np.quantile(figures, [0.025, 0.975])
    return float(low), float(high)
