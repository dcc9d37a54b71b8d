"""`evaluate`: how far answers reach and how right they are, in figures that are never merged into one.

Coverage goes to easy rows first, so accuracy where there is an answer says nothing of the other rows; accuracy over all
rows stands beside it, and beside both what needs no label model.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from labelfns.checks import Bools, Gold, Ints, check_gold
from labelfns.counted import check_counts, written_out
from labelfns.errors import InputError
from labelfns.lfs.base import ABSTAIN
from labelfns.models.arrays import Probs, check_weights, decide, rows_of_numbers
from labelfns.votes import Votes

from .bootstrap import Difference, paired_difference
from .calibration import CalibrationError, calibration_error
from .printed import PrintedEvaluation
from .reach import Reach, filled
from .steps import Areas, CurvePoint, Promise, Steps

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PRECISIONS = (0.8, 0.9, 0.95)


@dataclass(frozen=True)
class Evaluation(PrintedEvaluation):
    """How far probabilities reach and how right they are, on the rows with gold; printed, in tables and sentences.

    Parameters
    ----------
    rows
        How many rows have gold.
    answers, majority_vote, most_frequent
        The answers that are evaluated; beside them majority vote's, and the most frequent gold label everywhere.
    against_majority_vote, against_most_frequent
        By how much the accuracy over all rows is above theirs, no answer being the most frequent gold label.
    by_class
        The answers on the rows of each gold label.
    by_pattern
        The answers on rows with one vote, with several that agree, with votes that conflict; patterns without a row are
        left out.
    curve
        Accuracy against coverage; empty where there is no answer or rows have weights, as the following are None.
    areas
        How well confidence puts right answers before wrong ones.
    promises
        From which confidence on the precision is .8, .9 and .95; empty where rows have weights.
    calibration
        Whether confidences mean what they say.
    """

    rows: int
    answers: Reach
    majority_vote: Reach
    most_frequent: Reach
    against_majority_vote: Difference
    against_most_frequent: Difference
    by_class: tuple[Reach, ...]
    by_pattern: tuple[Reach, ...]
    curve: tuple[CurvePoint, ...]
    areas: Areas | None
    promises: tuple[Promise, ...]
    calibration: CalibrationError | None

    def plot_accuracy_against_coverage(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw how right the surest answers are as more get one, with intervals, oracle, chance, and what is promised.

        Parameters
        ----------
        ax
            The matplotlib Axes to draw on; by default new ones.

        Returns
        -------
        Axes
            The Axes.

        Raises
        ------
        InputError
            If no row with gold has an answer.
        """
        from labelfns.display.curves import coverage_curve

        self._check_answers("accuracy against coverage")
        return coverage_curve(
            np.array([point.coverage for point in self.curve]),
            np.array([point.accuracy for point in self.curve]),
            np.array([point.interval for point in self.curve]),
            np.array([point.oracle for point in self.curve]),
            [(one.precision, one.coverage if one.rows else None, one.threshold) for one in self.promises],
            title=f"Accuracy against coverage, {self.rows:,} texts with gold",
            ax=ax,
        )

    def plot_reliability(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw how often answers of like confidence are right, in bins of about as many rows each, with intervals.

        Parameters, errors and what is returned are those of `plot_accuracy_against_coverage`.
        """
        from labelfns.display.curves import reliability_dots

        self._check_answers("reliability")
        assert self.calibration is not None
        bins = self.calibration.bins
        return reliability_dots(
            np.array([one.confidence for one in bins]),
            np.array([one.accuracy for one in bins]),
            np.array([one.interval for one in bins]),
            np.array([one.rows for one in bins]),
            title=f"Reliability: calibration error {self.calibration.debiased:.3f} "
            f"({self.calibration.error:.3f} before debiasing)",
            ax=ax,
        )

    def plot_coverage_by_class(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw of each gold label which share of its rows is answered, and how right these answers are.

        Parameters, errors and what is returned are those of `plot_accuracy_against_coverage`.
        """
        from labelfns.display.plots import Dots, dots
        from labelfns.display.style import with_count

        parts = self.by_class
        answered = [one.coverage for one in parts], [one.coverage_interval for one in parts]
        right = [one.accuracy for one in parts], [one.accuracy_interval for one in parts]
        return dots(
            [with_count(one.name, one.rows) for one in parts],
            [Dots("texts with an answer", *answered), Dots("answers that are right", *right)],
            title=f"Coverage by class, {self.rows:,} texts with gold",
            x="share, with 95% intervals",
            ax=ax,
        )

    def _check_answers(self, what: str) -> None:
        if not self.curve or self.calibration is None:
            raise InputError(
                f"{what} cannot be drawn: none of the {self.rows:,} texts with gold gets an answer, or they "
                "have weights"
            )


def evaluate(
    probs: Probs,
    votes: Votes,
    gold: Gold,
    *,
    answered: Bools | None = None,
    groups: Ints | None = None,
    counts: Ints | None = None,
    weights: npt.ArrayLike | None = None,
) -> Evaluation | None:
    """Evaluate a label model's probabilities, or a classifier's on the same texts.

    Parameters
    ----------
    probs
        Probabilities [n, k].
    votes
        The votes on the same rows.
    gold
        Labels [n], by id or name; -1 or None where unknown. Figures are of the rows with gold alone, and hold for
        others where these were drawn like them.
    answered
        A mask [n] of the rows that get an answer where no classes tie; by default those with a vote, as of a label
        model.
    groups
        The group of each row, [n], copies of one text for instance, which the differences draw together.
    counts
        How often each row stands there, [n] whole numbers of at least 0; by default once. Rows with gold are few: they
        are written out, so that every figure is as of rows one by one, each a group of its own unless groups are given.
    weights
        How many rows each row stands for, [n], above 0 where gold is known, where gold rows were not drawn evenly (see
        `labelfns.pipelines.rows_to_label`): shares and differences are then those of all rows, intervals those of
        `weighted_share`. Curve, areas, promises and calibration are left out: they need rows that count the same. By
        default they do, and intervals are Wilson's.

    Returns
    -------
    Evaluation | None
        None where no row has gold.

    Raises
    ------
    InputError
        If probabilities, gold, `answered`, groups, counts or weights do not fit the votes, or the rows with gold are
        too many.
    """
    probs, n = rows_of_numbers(probs, "probs"), len(votes)
    if probs.shape != (n, votes.n_labels):
        raise InputError(f"probabilities must be of shape {(n, votes.n_labels)}; got {probs.shape}")
    may = votes.covered if answered is None else np.asarray(answered, dtype=bool)
    group = None if groups is None else np.asarray(groups)
    for name, values in (("answered", may), ("groups", group)):
        if values is not None and values.shape != (n,):
            raise InputError(f"{name} must have one entry per row, {n}; got shape {values.shape}")
    labels = check_gold(gold, n, votes.labels)
    known = written_out(labels >= 0, check_counts(counts, n))
    if not len(known):
        return None
    counted = None if weights is None else check_weights(weights, labels)[known]
    rows, labels, may, probs = votes.rows(known), labels[known], may[known], probs[known]
    group = np.arange(len(known)) if group is None else group[known]
    frequent = int(np.bincount(labels, weights=counted).argmax())
    answers, confidence = decide(probs, may), probs.max(axis=1)
    majority = decide(rows.counts.astype(np.float64), rows.covered)
    always = np.full(len(labels), frequent)

    def reach(name: str, of: Ints, where: Bools | slice = slice(None)) -> Reach:
        some = None if counted is None else counted[where]
        return Reach.of(name, of[where], labels[where], frequent, some, group[where])

    def against(other: Ints) -> Difference:
        ours, theirs = ((filled(of, frequent) == labels).astype(np.float64) for of in (answers, other))
        return paired_difference(ours, theirs, group, counted)

    said = answers != ABSTAIN
    right = (answers == labels)[said]
    even = counted is None
    steps = Steps.of(confidence[said], right, len(labels))
    return Evaluation(
        rows=len(labels),
        answers=reach("answers", answers),
        majority_vote=reach("majority vote", majority),
        most_frequent=reach(f"always {votes.labels[frequent]}", always),
        against_majority_vote=against(majority),
        against_most_frequent=against(always),
        by_class=tuple(reach(name, answers, labels == c) for c, name in enumerate(votes.labels) if (labels == c).any()),
        by_pattern=tuple(reach(name, answers, where) for name, where in patterns(rows).items() if where.any()),
        curve=steps.curve() if even else (),
        areas=steps.areas() if even else None,
        promises=tuple(steps.promise(precision) for precision in PRECISIONS) if even else (),
        calibration=calibration_error(confidence[said], right) if even else None,
    )


def patterns(votes: Votes) -> dict[str, Bools]:
    """Return masks [n] of the rows with one vote, several that agree, and votes for different labels."""
    several = (votes.matrix != ABSTAIN).sum(axis=1) > 1
    return {
        "one vote": votes.covered & ~several,
        "agreeing": several & ~votes.conflicting,
        "conflicting": votes.conflicting,
    }
