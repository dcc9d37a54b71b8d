"""What a run shows of itself: plots, and HTML in a notebook."""

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from labelfns.display.maps import confusion_map
from labelfns.display.of_votes import PlotsOfVotes
from labelfns.display.plots import Dots, dots
from labelfns.display.style import say_of, with_count
from labelfns.errors import InputError
from labelfns.votes import Votes

from .prediction.evaluated import SetEvaluation, read_evaluation
from .report.worth import PARTS, who_answers, worth

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from labelfns.lfset import LFSet
    from labelfns.models import BaseLabelModel
    from labelfns.models.evaluation.evaluate import Evaluation

Who = Literal["together", "label_model"]


class ShownRun(PlotsOfVotes):
    """The part of `labelfns.pipelines.Pipeline` that shows its run."""

    _facts: Mapping[str, Any] | None
    _folder: Path | None
    lfs: "LFSet | None"
    backbone: str | Path
    label_model: "BaseLabelModel | None"
    label_model_: "BaseLabelModel | None"
    votes_: Votes
    classes_: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Pipeline({', '.join(self._described())})"

    def _described(self) -> Iterator[str]:
        facts, fitted = self._facts, hasattr(self, "classifier_")
        lfs = self.lfs if self.lfs is not None else facts["lfs"] if facts else ()
        yield f"{len(lfs)} LF{'s' * (len(lfs) != 1)}" if lfs else "no LFs"
        if labels := self.classes_ if fitted else self.lfs and self.lfs.labels:
            yield f"labels={tuple(labels)}"
        if model := self.label_model_ if fitted else self.label_model:
            yield f"label_model={type(model).__name__}"
        if not self._folder and (facts or not fitted):
            yield f"backbone={str(self.backbone)!r}"
        if facts:
            texts, rounds = facts["coverage"]["rows"], len(facts["rounds"])
            yield f"fitted on {texts:,} texts, round {facts['best_round']} kept of {rounds}"
        else:
            yield "a classifier alone" if fitted else "not fitted"
        if self._folder:
            yield f"loaded from {self._folder}"

    @abstractmethod
    def summary(self) -> str:
        """Return what LFs, rounds and gold did, in a few lines."""

    def plot_rounds(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw what each round trained on: rows kept from the round before, flipped, added; below, dropped.

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
            If the pipeline was not fitted, or is a classifier alone.
        """
        from .self_training.plots import plot_changes

        facts = self._known("rounds")
        return plot_changes(facts["rounds"], facts["best_round"], ax=ax)

    def plot_figures_by_round(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw how each round is judged, by the LFs and without gold, and its macro F1 on sets with gold.

        Parameters, errors and what is returned are those of `plot_rounds`; where a round was neither judged nor
        measured, there is nothing to draw.
        """
        from .self_training.plots import plot_figures

        facts = self._known("figures by round")
        return plot_figures(facts["rounds"], facts["best_round"], ax=ax)

    def plot_worth(self, on: str | None = None, *, ax: "Axes | None" = None) -> "Axes":
        """Draw who is how right: label model alone, classifier alone, both together, with a vote and without.

        Parameters
        ----------
        on
            The set with gold, ``"val"`` or ``"test"``; by default val where it has gold.
        ax
            The matplotlib Axes to draw on; by default new ones.

        Returns
        -------
        Axes
            The Axes.

        Raises
        ------
        InputError
            If there is no such set with gold.
        """
        name, _ = self._evaluated(on)
        found = next(one for one in worth(self._known("what the model is worth")) if one["name"] == name)
        parts = [part for part in PARTS if found["rows"][part]]
        series = [
            Dots(
                voter["name"],
                [voter[part] and voter[part]["accuracy"] for part in parts],
                [voter[part] and tuple(voter[part]["accuracy_interval"]) for part in parts],
            )
            for voter in found["voters"]
        ]
        return dots(
            [with_count(PARTS[part], found["rows"][part]) for part in parts],
            series,
            title=f"Was the model worth it? {name}, by whether an LF votes",
            x="share of texts that are right, with 95% intervals",
            ax=ax,
        )

    def plot_accuracy_against_coverage(
        self, on: str | None = None, *, who: Who = "together", ax: "Axes | None" = None
    ) -> "Axes":
        """Draw how right the surest answers are as more texts get one, beside oracle and chance.

        Parameters
        ----------
        on
            The set with gold, ``"val"`` or ``"test"``; by default val where it has gold: a threshold that is chosen on
            test is not measured there.
        who
            Who answers: ``"together"``, LFs and classifier, or ``"label_model"``, which answers where an LF votes.
        ax
            The matplotlib Axes to draw on; by default new ones.

        Returns
        -------
        Axes
            The Axes.

        Raises
        ------
        InputError
            If there is no such set with gold, or nobody of that name.
        """
        found, what = self._evaluation(on, who)
        return say_of(found.plot_accuracy_against_coverage(ax=ax), what)

    def plot_reliability(self, on: str | None = None, *, who: Who = "together", ax: "Axes | None" = None) -> "Axes":
        """Draw how often answers of like confidence are right, with intervals.

        Parameters, errors and what is returned are those of `plot_accuracy_against_coverage`.
        """
        found, what = self._evaluation(on, who)
        return say_of(found.plot_reliability(ax=ax), what)

    def plot_coverage_by_class(
        self, on: str | None = None, *, who: Who = "label_model", ax: "Axes | None" = None
    ) -> "Axes":
        """Draw of each gold label which share of its texts is answered, and how right that is.

        Parameters, errors and what is returned are those of `plot_accuracy_against_coverage`.
        """
        found, what = self._evaluation(on, who)
        return say_of(found.plot_coverage_by_class(ax=ax), what)

    def plot_confusion(self, on: str | None = None, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the answers of LFs and classifier together by gold label.

        Parameters, errors and what is returned are those of `plot_accuracy_against_coverage`.
        """
        import numpy as np

        name, _ = self._evaluated(on)
        scores = self._known("the confusion of labels")["predictor"]["together"][name]["all_rows"]
        counts = np.array(scores["confusion"])
        none = np.zeros((len(counts), 1), dtype=int)
        return confusion_map(np.hstack([counts, none]), self.classes_, who=f"answers on {name}", ax=ax)

    def _repr_html_(self) -> str:
        from labelfns.display import html

        if getattr(self, "_facts", None) is None:
            return html.together([html.said(repr(self))])
        facts = self._known("the run")
        lines = [line.split("  ", 1) for line in self.summary().splitlines()]
        parts: list[str] = [html.table("", ("", ""), [[a, b.strip()] for a, b in lines], left=(0, 1), more="lines")]
        parts += [html.paragraphs(one["sentences"]) for one in worth(facts)]
        return html.together(parts)

    def _known(self, what: str) -> Mapping[str, Any]:
        if getattr(self, "_facts", None) is None:
            raise InputError(f"{what} cannot be drawn: this pipeline knows of no run; call fit(texts), or load a run")
        assert self._facts is not None
        return self._facts

    def _evaluated(self, on: str | None) -> tuple[str, SetEvaluation]:
        return read_evaluation(self._known("how right the answers are"), on)

    def _evaluation(self, on: str | None, who: str) -> tuple["Evaluation", str]:
        """Return figures, and in words what they are of."""
        if who not in ("together", "label_model"):
            raise InputError(f"who must be 'together' or 'label_model'; got {who!r}")
        name, found = self._evaluated(on)
        if who == "label_model":
            return found.label_model, f"label model, {name}"
        return found.together, f"{who_answers(self._known(who))}, {name}"

    @property
    def _drawn_votes(self) -> Votes:
        """The votes on the pool."""
        if hasattr(self, "votes_"):
            return self.votes_
        file = None if self._folder is None else self._folder / "votes.parquet"
        if file is None or not file.is_file():
            raise InputError(
                "the LFs' votes on the pool are not known: this pipeline was neither fitted here nor loaded from a run "
                "folder; let its LFs vote, pipeline.apply(texts), and draw these votes"
            )
        return Votes.load(file)
