"""How predictions agree with gold labels; rows without gold are left out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from labelfns.checks import Bools, Ints, values_of
from labelfns.errors import InputError
from labelfns.models.arrays import Floats

DRAWS = 1000
"""Draws of the bootstrap: the ends of its interval then move by about a twentieth of its width from seed to seed."""
Z95 = 1.959963984540054
_ONE_SIDED = 1.64  # standard errors of a mean: 5% above
"""Standard errors from the middle to either end of a 95% interval."""


@dataclass(frozen=True)
class ClassScores:
    """How predictions agree with gold labels on one class.

    Parameters
    ----------
    rows, predicted
        How many rows have this gold label, and for how many it is predicted.
    precision
        The share, in [0, 1], of rows predicted to be of this class that are; None where there are none.
    recall
        The share, in [0, 1], of rows of this class that are predicted to be; None where there are none.
    f1
        The harmonic mean of both, in [0, 1]; None where the class is neither gold nor predicted.
    """

    rows: int
    predicted: int
    precision: float | None
    recall: float | None
    f1: float | None


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
        95% intervals: Wilson's for accuracy, the bootstrap over rows (1,000 draws) for macro F1.
    confusion
        A k x k table of counts, gold by predicted; abstains are left out of it, but count as wrong above.
    abstained
        The [k] counts of rows of each gold class for which no class is predicted; empty where it was not counted.
    """

    rows: int
    accuracy: float
    macro_f1: float
    macro_recall: float
    accuracy_interval: tuple[float, float]
    macro_f1_interval: tuple[float, float]
    confusion: tuple[tuple[int, ...], ...]
    abstained: tuple[int, ...] = ()

    @property
    def by_class(self) -> tuple[ClassScores, ...]:
        """The figures of each class, in the order of their ids."""
        table = np.array(self.confusion)
        rows, predicted, hits = table.sum(axis=1) + np.array(self.abstained or 0), table.sum(axis=0), table.diagonal()
        return tuple(
            ClassScores(
                gold,
                named,
                hit / named if named else None,
                hit / gold if gold else None,
                2 * hit / (gold + named) if gold + named else None,
            )
            for gold, named, hit in zip(rows.tolist(), predicted.tolist(), hits.tolist(), strict=True)
        )


def score(gold: Ints, predicted: Ints, k: int, weights: Floats | None = None) -> Scores | None:
    """Compare predictions with gold labels.

    Parameters
    ----------
    gold
        Integer labels [n]; rows with -1 are left out.
    predicted
        Class ids [n]; -1, an abstain, counts as wrong.
    k
        The number of classes.
    weights
        How many rows each row stands for, [n], above 0 where it has a label; by default as many each. The confusion
        counts the rows as they are.

    Returns
    -------
    Scores | None
        None where no row has a gold label.

    Raises
    ------
    InputError
        If gold and predictions are not of one length, or not all in -1..k-1.
    """
    table = _confusion(gold, predicted, k)
    n = int(table.sum())
    if not n:
        return None
    counts, abstained = table[:k, :k], table[:k, k]
    if weights is None:
        draws: Tables = np.random.default_rng(0).multinomial(n, table.ravel() / n, size=DRAWS).reshape(-1, k + 1, k + 1)
        right = wilson(int(_hits(table).sum()), n)
    else:
        known = np.asarray(gold) >= 0
        cells = (np.asarray(gold) * (k + 1) + np.where(np.asarray(predicted) < 0, k, predicted))[known]
        of_row = np.zeros((n, (k + 1) ** 2))
        of_row[np.arange(n), cells] = weights[known]
        draws = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=DRAWS) @ of_row
        draws, table = draws.reshape(-1, k + 1, k + 1), of_row.sum(axis=0).reshape(k + 1, k + 1)
        _, right = weighted_share((np.asarray(gold) == np.asarray(predicted))[known], weights[known])
    low, high = np.quantile(_macro_f1(draws), [0.025, 0.975])
    return Scores(
        rows=n,
        accuracy=float(_hits(table).sum() / table.sum()),
        macro_f1=float(_macro_f1(table)),
        macro_recall=float(_macro_recall(table)),
        accuracy_interval=right,
        macro_f1_interval=(float(low), float(high)),
        confusion=tuple(tuple(row) for row in counts.tolist()),
        abstained=tuple(abstained.tolist()),
    )


def macro_recall(gold: Ints, predicted: Ints, k: int) -> tuple[float, float]:
    """Return the mean recall, in [0, 1], over the classes that `gold` [n] has, and its standard error.

    Rows with gold -1 are left out; at least one row must have a label. The error is that of a mean of independent
    shares.
    """
    table = _confusion(gold, predicted, k)[:k]
    rows = table.sum(axis=1)
    there = rows > 0
    recall = np.diagonal(table)[there] / rows[there]
    error = np.sqrt((recall * (1 - recall) / rows[there]).sum()) / there.sum()
    return float(recall.mean()), float(error)


def guessed_recall(gold: Ints, k: int) -> float:
    """Return the mean recall, in [0, 1], that a model which does not read the texts seldom passes: one time in 20.

    It is a guess over the classes that `gold` [n] has, plus 1.64 standard errors of it on as many rows. Rows with gold
    -1 are left out; at least one row must have a label.

    Examples
    --------
    >>> round(guessed_recall(np.repeat([0, 1], 50), 2), 3), guessed_recall(np.zeros(9, dtype=int), 2)
    (0.582, 1.0)
    """
    rows = np.bincount(gold[gold >= 0], minlength=k)
    rows = rows[rows > 0]
    share = 1 / len(rows)
    error = np.sqrt(share * (1 - share) * (1 / rows).sum()) * share
    return min(1.0, float(share + _ONE_SIDED * error))


def macro_recall_difference(gold: Ints, first: Ints, second: Ints, groups: Ints) -> tuple[float, float]:
    """Return by how much the mean recall of `first` is above that of `second`, and the standard error of that.

    Rows on which both are right or both are wrong say nothing of which is better, and add nothing to the error: it is
    that of two equally good models which differ on these rows (McNemar 1947), by groups of rows that go together.

    Parameters
    ----------
    gold, first, second
        Class ids [n], and the classes that two models give; rows with gold -1 are left out, at least one has a label.
    groups
        The group of each row, [n].

    Examples
    --------
    >>> macro_recall_difference(np.zeros(4), np.zeros(4), np.array([0, 0, 1, 1]), np.arange(4))
    (0.5, 0.3535533905932738)
    >>> macro_recall_difference(np.zeros(4), np.zeros(4), np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1]))
    (0.5, 0.5)
    """
    known = gold >= 0
    classes, of_row, rows = np.unique(gold[known], return_inverse=True, return_counts=True)
    better = (first == gold)[known].astype(np.float64) - (second == gold)[known]
    gains = better / (len(classes) * rows[of_row])
    by_group = np.bincount(np.unique(groups[known], return_inverse=True)[1], weights=gains)
    return float(gains.sum()), float(np.sqrt((by_group**2).sum()))


def wilson(right: float, n: float, z: float = Z95) -> tuple[float, float]:
    """Return the 95% interval of a share, `right` of `n` rows, n more than 0 (Wilson 1927).

    It is that of ``scipy.stats.binomtest(right, n).proportion_ci(method="wilson")``, whose import takes .4 seconds.
    `z` is how many standard errors it reaches to either side.
    """
    middle = (right + z * z / 2) / (n + z * z)
    half = z * np.sqrt(max(right * (n - right) / n, 0.0) + z * z / 4) / (n + z * z)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def weighted_share(right: Bools, weights: Floats, groups: Ints | None = None) -> tuple[float, tuple[float, float]]:
    """Return the share of right rows where rows stand for unequal numbers of rows, and its 95% interval.

    The share is Hajek's (1971). The interval is Wilson's for as many rows of equal weight as say as much: those that
    give the linearized variance of the share (Korn and Graubard 1998), and never more than the weights alone allow
    (Kish 1965), as a variance that is estimated from few errors may be too low by chance; with Student's quantile for
    as many rows as were drawn.

    Parameters
    ----------
    right
        Whether each row is right, [n], n at least 1.
    weights
        How many rows each stands for, [n], above 0.
    groups
        The group of each row, [n]; rows of one group were drawn together. By default each row is a group of its own.

    Examples
    --------
    >>> share, interval = weighted_share(np.array([True, True, True, False]), np.array([1.0, 1.0, 2.0, 4.0]))
    >>> share, [round(end, 2) for end in interval]
    (0.5, [0.06, 0.94])
    """
    from scipy.special import stdtrit

    total = float(weights.sum())
    share = float(weights @ right) / total
    of_row = np.arange(len(right)) if groups is None else np.unique(groups, return_inverse=True)[1]
    sizes = np.bincount(of_row, weights=weights)
    spread = float((np.bincount(of_row, weights=weights * (right - share)) ** 2).sum())
    rows = total**2 / float((sizes**2).sum())
    if spread > 0:
        rows = min(rows, share * (1 - share) * total**2 / spread)
    return share, wilson(share * rows, rows, float(stdtrit(max(len(sizes) - 1, 1), 0.975)))


def share_right(
    right: Bools, weights: Floats | None = None, groups: Ints | None = None
) -> tuple[float, tuple[float, float]]:
    """Return the share of right rows [n] with its 95% interval; `weighted_share` where rows have weights [n]."""
    if weights is not None:
        return weighted_share(right, weights, groups)
    return float(right.sum() / len(right)), wilson(int(right.sum()), len(right))


# Each takes confusion tables [..., k + 1, k + 1], gold by predicted, the last column and row for abstains.
Tables = npt.NDArray[Any]


def ids_of(ids: Any, argument: str) -> Ints:
    """Return class ids in any container as an array of integers, by position."""
    values = ids if isinstance(ids, np.ndarray) and ids.dtype != object else np.array(values_of(ids, argument))
    if len(values) and not np.issubdtype(values.dtype, np.integer):
        raise InputError(f"{argument} must be class ids, integers of at least -1; got {values.dtype}")
    return values.astype(np.int64)


def _confusion(gold: Ints, predicted: Ints, k: int) -> Tables:
    gold, predicted = (ids_of(ids, name) for ids, name in ((gold, "gold"), (predicted, "predicted")))
    if gold.shape != predicted.shape:
        raise InputError(f"gold and predictions must be of one length; got {len(gold)} and {len(predicted)}")
    for name, labels in (("gold", gold), ("predicted", predicted)):
        wrong = np.flatnonzero((labels < -1) | (labels >= k))
        if len(wrong):
            raise InputError(f"{name} labels must be in -1..{k - 1}; row {wrong[0]} has {labels[wrong[0]]}")
    known = gold >= 0
    cells = gold[known].astype(np.int64) * (k + 1) + np.where(predicted[known] < 0, k, predicted[known])
    return np.bincount(cells, minlength=(k + 1) ** 2).reshape(k + 1, k + 1)


def _macro_f1(table: Tables) -> Floats:
    total = (table.sum(axis=-1) + table.sum(axis=-2))[..., :-1]
    there = np.maximum((total > 0).sum(axis=-1), 1)
    return np.asarray((2 * _hits(table) / np.maximum(total, 1)).sum(axis=-1) / there)


def _macro_recall(table: Tables) -> Floats:
    rows = table.sum(axis=-1)[..., :-1]
    return np.asarray((_hits(table) / np.maximum(rows, 1)).sum(axis=-1) / np.maximum((rows > 0).sum(axis=-1), 1))


def _hits(table: Tables) -> Tables:
    return np.diagonal(table, axis1=-2, axis2=-1)[..., :-1]
