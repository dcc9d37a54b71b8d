"""What an analysis draws: its votes, and with gold labels how right LFs and label model are."""

from typing import TYPE_CHECKING

import numpy as np

from labelfns.checks import Ints
from labelfns.counted import check_counts, written_out
from labelfns.display.maps import confusion_map
from labelfns.display.of_votes import PlotsOfVotes
from labelfns.display.plots import Dots, dots
from labelfns.display.style import MOST_ROWS, with_count
from labelfns.errors import InputError
from labelfns.models import BaseLabelModel
from labelfns.models.arrays import decide
from labelfns.models.evaluation.evaluate import Evaluation
from labelfns.models.evaluation.metrics import score, wilson
from labelfns.votes import Votes

from .summaries import LFSummary

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class ShownAnalysis(PlotsOfVotes):
    """The part of `labelfns.pipelines.Analysis` that draws it."""

    lfs: tuple[LFSummary, ...]
    votes: Votes
    model: BaseLabelModel | None
    gold: Ints | None
    evaluation: Evaluation | None
    problem: str

    counts: Ints | None

    @property
    def _drawn_votes(self) -> Votes:
        check_not_counted(self.counts)
        return self.votes

    def plot_lf_accuracy(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw how often each LF is right where gold is known, with 95% intervals (Wilson).

        Of more than 60 LFs those with most votes on rows with gold are drawn; LFs without any are left out.

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
            If no vote meets gold.
        """
        known = [(lf, lf.correct or 0, (lf.correct or 0) + (lf.incorrect or 0)) for lf in self.lfs]
        known = [one for one in known if one[2]]
        if not known:
            raise self._unknown("how right LFs are", "no vote stands on a text with gold")
        most = sorted(range(len(known)), key=lambda i: -known[i][2])[:MOST_ROWS]
        drawn = [known[i] for i in sorted(most)]
        series = Dots("", [right / n for _, right, n in drawn], [wilson(right, n) for _, right, n in drawn])
        return dots(
            [with_count(lf.lf, n) for lf, _, n in drawn],
            [series],
            title="How often each LF is right, of its votes on texts with gold",
            x="share of votes that are right, with 95% intervals",
            ax=ax,
        )

    def plot_coverage_by_class(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw of each gold label which share of its texts is answered, and how right that is.

        Parameters, errors and what is returned are those of `plot_accuracy_against_coverage`.
        """
        return self._evaluated("coverage by class").plot_coverage_by_class(ax=ax)

    def plot_accuracy_against_coverage(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw how right the label model's surest answers are as more get one, beside oracle and chance.

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
            If there are no gold labels, or there is no label model.
        """
        return self._evaluated("accuracy against coverage").plot_accuracy_against_coverage(ax=ax)

    def plot_reliability(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw how often answers of like confidence are right, with intervals.

        Parameters, errors and what is returned are those of `plot_accuracy_against_coverage`.
        """
        return self._evaluated("reliability").plot_reliability(ax=ax)

    def plot_confusion(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the label model's answers by gold label; a text without a vote, or with a tie, has none.

        Parameters, errors and what is returned are those of `plot_accuracy_against_coverage`.
        """
        self._evaluated("the confusion of labels")
        assert self.model is not None
        assert self.gold is not None
        answers = decide(self.model.predict_proba(self.votes), self.votes.covered)
        rows = written_out(self.gold >= 0, check_counts(self.counts, len(self.votes)))
        scores = score(self.gold[rows], answers[rows], self.votes.n_labels)
        assert scores is not None
        counts = np.column_stack([scores.confusion, scores.abstained or np.zeros(self.votes.n_labels, int)])
        return confusion_map(counts, self.votes.labels, who="label model", ax=ax)

    def _evaluated(self, what: str) -> Evaluation:
        if self.evaluation is not None:
            return self.evaluation
        raise self._unknown(what, f"there is no label model: {self.problem}" if self.model is None else "")

    def _unknown(self, what: str, why: str) -> InputError:
        if self.gold is None or not (self.gold >= 0).any():
            why = "there are no gold labels; give some: analyze(lfs, texts, gold=...), or on=texts, gold_on=..."
        return InputError(f"{what} cannot be drawn: {why}")


def check_not_counted(counts: Ints | None) -> None:
    """Raise an `InputError` where votes were counted, and what is made of them reads rows one by one."""
    if counts is not None:
        raise InputError(
            "this analysis is of counted rows, and plots of votes and the report read rows one by one: its figures are "
            "in str(analysis) and to_json(); for pictures and texts analyze a sample of the texts"
        )
