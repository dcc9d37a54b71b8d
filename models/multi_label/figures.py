"""How predicted sets of labels agree with gold: by label, over all decisions, and as sets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from labelfns.checks import check_labels
from labelfns.display.numbers import percent
from labelfns.errors import InputError
from labelfns.models.arrays import Floats
from labelfns.models.evaluation.metrics import DRAWS, ClassScores, score, wilson

from .label_sets import label_table


@dataclass(frozen=True)
class MultiLabelScores:
    """How predicted sets of labels agree with gold sets; `str` gives a table.

    Parameters
    ----------
    rows
        How many texts have gold.
    micro_f1
        F1 of all n x k decisions together, in [0, 1]; frequent labels decide it. 1 where no label is gold or predicted.
    macro_f1
        The mean of F1 over the labels that are gold or predicted, in [0, 1]; each label weighs the same.
    subset_accuracy
        The share of texts whose set is right to the last label, in [0, 1].
    hamming_loss
        The share of the n x k decisions that are wrong, in [0, 1]; small where labels are rare, whatever is predicted.
    micro_f1_interval, macro_f1_interval, subset_accuracy_interval
        95% intervals: the bootstrap over texts (1,000 draws) for F1, Wilson's for the share.
    by_label
        The figures of each label, by its name.
    """

    rows: int
    micro_f1: float
    macro_f1: float
    subset_accuracy: float
    hamming_loss: float
    micro_f1_interval: tuple[float, float]
    macro_f1_interval: tuple[float, float]
    subset_accuracy_interval: tuple[float, float]
    by_label: dict[str, ClassScores]

    def __str__(self) -> str:
        width = max(len("label"), *map(len, self.by_label))
        lines = [f"{'label':<{width}}   gold  given  precision  recall     F1"]
        for label, one in self.by_label.items():
            shares = (_percent(share) for share in (one.precision, one.recall, one.f1))
            lines.append(f"{label:<{width}} {one.rows:6,} {one.predicted:6,} {'{:>10} {:>7} {:>6}'.format(*shares)}")
        for name, value, (low, high) in (
            ("micro F1", self.micro_f1, self.micro_f1_interval),
            ("macro F1", self.macro_f1, self.macro_f1_interval),
            ("sets right", self.subset_accuracy, self.subset_accuracy_interval),
        ):
            lines.append(f"{name}: {100 * value:.1f} % ({100 * low:.1f} to {100 * high:.1f})")
        return "\n".join([*lines, f"of {self.rows:,} texts; {percent(self.hamming_loss)} of all decisions are wrong"])


def score_sets(gold: Any, predicted: Any, labels: Sequence[str]) -> MultiLabelScores | None:
    """Compare predicted sets of labels with gold.

    Parameters
    ----------
    gold, predicted
        The labels of each of n texts (see `label_table`); texts whose gold is unknown are left out.
    labels
        The k labels.

    Returns
    -------
    MultiLabelScores | None
        None where no text has gold.

    Raises
    ------
    InputError
        If they do not fit; or nothing is predicted for a text with gold, which is another thing than no label.

    Examples
    --------
    >>> scores = score_sets([["joy", "fear"], []], [["joy"], []], ["joy", "fear"])
    >>> scores.subset_accuracy, round(scores.micro_f1, 3), scores.macro_f1
    (0.5, 0.667, 0.5)
    """
    labels, gold = check_labels(labels), gold if isinstance(gold, np.ndarray) else list(gold)
    truth = label_table(gold, len(gold), labels)
    answers = label_table(predicted, len(gold), labels, "predicted")
    known = truth[:, 0] >= 0
    truth, answers = truth[known], answers[known]
    if not len(truth):
        return None
    if (answers < 0).any():
        raise InputError("predicted says nothing of texts with gold; an empty list says that they carry no label")
    columns = [score(t, a, 2) for t, a in zip(truth.T, answers.T, strict=True)]
    cells, counts = np.unique(np.concatenate([truth, answers], axis=1), axis=0, return_counts=True)
    in_gold, given = np.split(cells, 2, axis=1)
    draws = np.random.default_rng(0).multinomial(len(truth), counts / len(truth), size=DRAWS)

    def f1(drawn: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
        return _f1(drawn @ (in_gold & given), drawn @ (in_gold + given))

    (micro, macro), (micros, macros) = f1(counts), f1(draws)
    right = int((truth == answers).all(axis=1).sum())
    return MultiLabelScores(
        rows=len(truth),
        micro_f1=float(micro),
        macro_f1=float(macro),
        subset_accuracy=right / len(truth),
        hamming_loss=float((truth != answers).mean()),
        micro_f1_interval=_interval(micros),
        macro_f1_interval=_interval(macros),
        subset_accuracy_interval=wilson(right, len(truth)),
        by_label={label: one.by_class[1] for label, one in zip(labels, columns, strict=True) if one is not None},
    )


def _f1(hits: npt.NDArray[np.int64], total: npt.NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Return micro and macro F1 [...] of hits, and of gold plus given, [..., k]; 1 where neither has a label."""
    there = total > 0
    micro = np.where(there.any(axis=-1), 2 * hits.sum(axis=-1) / np.maximum(total.sum(axis=-1), 1), 1.0)
    means = (2 * hits / np.maximum(total, 1)).sum(axis=-1) / np.maximum(there.sum(axis=-1), 1)
    return micro, np.where(there.any(axis=-1), means, 1.0)


def _interval(draws: Floats) -> tuple[float, float]:
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"
