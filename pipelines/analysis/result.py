"""`Analysis`: what was measured of LFs and label model, as values, as JSON, printed."""

from dataclasses import asdict, dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelfns.analysis.coverage import Coverage
from labelfns.analysis.near_copies import NearCopies
from labelfns.checks import Ints
from labelfns.counted import check_counts, tally
from labelfns.display.numbers import percent
from labelfns.errors import InputError, number_of, shown
from labelfns.io.atomic import check_target, write_text
from labelfns.io.texts import as_texts
from labelfns.lfset import LFSet
from labelfns.models import BaseLabelModel, LabelModel
from labelfns.models.arrays import decide
from labelfns.models.evaluation.coverage import CoveragePoint, Reliability
from labelfns.models.evaluation.evaluate import Evaluation
from labelfns.models.evaluation.leave_one_out import LeaveOneOut
from labelfns.models.evaluation.text_precision import TextPrecision
from labelfns.models.label_models.explain import Explanation, explain_by_leaving_out
from labelfns.votes import Fault, Votes

from .plots import ShownAnalysis, check_not_counted
from .summaries import LabelModelSummary, LFSummary

if TYPE_CHECKING:
    from rich.console import Group


ENOUGH_GOLD = 10
"""Rows with gold from which on there are figures; of fewer a line says how many are right."""


@dataclass(frozen=True, eq=False)
class Analysis(ShownAnalysis):
    """What LFs and label model do on n texts; printed, as tables.

    Parameters
    ----------
    lfs
        One summary per LF, in the order of the votes.
    coverage
        How many texts have a vote, more than one, votes for different labels.
    label_model
        What the label model makes of the votes; None where there is none, and `problem` says why.
    accuracy_against_coverage
        What is kept as the least confidence rises, and how right it is there: measured where 10 rows or more have
        gold, else as the model believes.
    reliability
        Whether confidences mean what they say, in bins of equal width; None without gold.
    evaluation
        How far the label model reaches and how right it is, beside majority vote; None without gold.
    leave_one_out
        What each LF adds; None where it was not asked for.
    from_text
        What the texts that the label model was fitted on say of each LF; None where they were not asked.
    near_copies
        LFs that fire on the same rows and say the same.
    faults
        What LFs raised.
    gold_rows
        How many of the texts have gold.
    fitted_on
        How many texts the label model was fitted on where these are others, which `on` did not name; None where it was
        fitted on the texts that are measured.
    problem
        Why there is no label model.
    votes, model, gold
        The votes [n, m], the fitted label model, and class ids [n], -1 where unknown; None without gold.
    counts
        How often each row of the votes stands there, [n], where these were counted (see `analyze_votes`); every figure
        is of as many texts. Plots and report read rows one by one and are not made of such.
    """

    lfs: tuple[LFSummary, ...]
    coverage: Coverage
    label_model: LabelModelSummary | None
    accuracy_against_coverage: tuple[CoveragePoint, ...]
    reliability: Reliability | None
    evaluation: Evaluation | None
    leave_one_out: tuple[LeaveOneOut, ...] | None
    from_text: tuple[TextPrecision, ...] | None
    near_copies: tuple[NearCopies, ...]
    faults: tuple[Fault, ...]
    gold_rows: int
    fitted_on: int | None
    problem: str
    votes: Votes = field(repr=False)
    model: BaseLabelModel | None = field(repr=False)
    gold: Ints | None = field(default=None, repr=False)
    counts: Ints | None = field(default=None, repr=False)

    def explain(self, row: int) -> Explanation:
        """Return why a row gets its label.

        Parameters
        ----------
        row
            Its number, the first is 0.

        Raises
        ------
        InputError
            If there is no such row, or no label model.
        """
        if self.model is None:
            raise InputError(f"there is no label model to explain a row by: {self.problem}")
        if isinstance(self.model, LabelModel):
            return self.model.explain(self.votes, row)
        return explain_by_leaving_out(self.model, self.votes, row)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values, as JSON takes them."""
        label_model = None
        if self.label_model is not None:
            label_model = asdict(self.label_model) | {
                "accuracy_against_coverage": [asdict(point) for point in self.accuracy_against_coverage],
                "calibration": None if self.reliability is None else asdict(self.reliability),
                "evaluation": None if self.evaluation is None else asdict(self.evaluation),
            }
        return {
            "faults": [asdict(fault) for fault in self.faults],
            "lfs": [asdict(row) | {"accuracy": row.accuracy} for row in self.lfs],
            "coverage": asdict(self.coverage),
            "silent_labels": list(self.silent_labels),
            "gold_rows": self.gold_rows,
            "fitted_on": self.fitted_on,
            "label_model": label_model,
            "problem": self.problem or None,
            "leave_one_out": None if self.leave_one_out is None else [asdict(row) for row in self.leave_one_out],
            "from_text": None if self.from_text is None else [asdict(row) for row in self.from_text],
            "near_copies": [asdict(group) for group in self.near_copies],
        }

    def report(
        self, path: str | PathLike[str], *, texts: Any = None, lfs: LFSet | None = None, overwrite: bool = False
    ) -> Path:
        """Write all this as one self-contained HTML page, as ``labelfns analyze --report FILE`` does.

        Parameters
        ----------
        path
            The file; its name ends in .html.
        texts
            The n texts, in anything that `as_texts` takes; without them the page has no rows to read.
        lfs
            The LFs, which say where in a text they fire; without them nothing is marked there.
        overwrite
            Whether a file that is there is replaced.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        InputError
            If there are not as many texts as votes, other LFs are given, the file may not be written, or the votes
            were counted.
        WriteError
            If it cannot be written.

        Examples
        --------
        >>> analyze(lfs, texts).report("analysis.html", texts=texts, lfs=lfs)  # doctest: +SKIP
        """
        from labelfns.pipelines.report.content import NO_NAME, analysis_content
        from labelfns.pipelines.report.evidence import Evidence, SetRows
        from labelfns.pipelines.report.pages import page

        check_not_counted(self.counts)
        target = check_target(path, overwrite=overwrite, suffixes=(".html",))
        rows = None if texts is None else as_texts(texts)
        if rows is not None and len(rows) != len(self.votes):
            raise InputError(
                f"{number_of(len(rows), 'text')} for {number_of(len(self.votes), 'row')} of votes: give those that "
                "were analyzed"
            )
        if lfs is not None and lfs.names != self.votes.lf_names:
            raise InputError("these LFs are not those that voted: give those that were analyzed")
        weak = None if self.model is None else self.model.predict_proba(self.votes)
        name = NO_NAME if rows is None or not rows.name else Path(rows.name).name
        data = SetRows(name, rows, self.votes, self.gold, weak)
        evidence = Evidence((data,), lfs=lfs, label_model=self.model)
        write_text(target, page(analysis_content(self.to_json(), evidence, self.alarms)))
        return target

    @property
    def silent_labels(self) -> tuple[str, ...]:
        """The labels for which no LF votes on any of the texts; a run cannot learn them."""
        return tuple(label for label, n in self.coverage.votes_by_label.items() if not n)

    @property
    def alarms(self) -> list[str]:
        """What went wrong in LFs, one sentence each, those that failed on most rows first."""
        from .tables import alarm

        return [alarm(fault, self.coverage.rows) for fault in sorted(self.faults, key=lambda fault: -len(fault.rows))]

    def _repr_html_(self) -> str:
        from .in_notebooks import parts_html

        return parts_html(self.parts(), self.alarms)

    def __str__(self) -> str:
        from labelfns.display.tables import plain

        return plain([*(f"Warning: {alarm}" for alarm in self.alarms), *self.parts()])

    def parts(self) -> "list[str | Group]":
        """Return everything but the faults: lines, and tables as rich shows them."""
        from .tables import counts, left_out, lf_table, said_by_text, trade_off

        parts: list[str | Group] = [lf_table(self.lfs), *self._said_of_votes(), ""]
        if self.label_model is not None:
            parts.append(counts("Labels the label model gives", self.label_model.by_label))
            parts.append(counts("Its confidence on covered texts", self.label_model.by_confidence))
            parts.append(trade_off(self.accuracy_against_coverage))
        if self.evaluation is not None:
            few = self.gold_rows < ENOUGH_GOLD
            parts += [*([self._said_of_few_gold()] if few else self.evaluation.parts("label model")), ""]
        if self.leave_one_out is not None:
            parts.append(left_out(self.leave_one_out))
        if self.from_text is not None:
            parts.append(said_by_text(self.from_text))
        return [*parts, *self._said_of_model()]

    def _said_of_few_gold(self) -> str:
        assert self.model is not None
        assert self.gold is not None
        answers = decide(self.model.predict_proba(self.votes), self.votes.covered)
        known, times = self.gold >= 0, check_counts(self.counts, len(self.votes))
        right = int(tally(known & (answers == self.gold), times))
        return (
            f"{number_of(self.gold_rows, 'text has', 'texts have')} a gold label, and the label model is right on "
            f"{right}: too few for more figures, which there are from {ENOUGH_GOLD} on."
        )

    def _said_of_votes(self) -> list[str]:
        counted = self.coverage
        return [
            f"{counted.covered:,} of {number_of(counted.rows, 'text has', 'texts have')} a vote "
            f"({percent(counted.share)}), "
            f"{counted.overlapping:,} more than one, {counted.conflicting:,} votes for different labels.",
            *(
                f"Warning: no LF votes for {shown(label)!r} on any of these texts"
                + ("." if self.fitted_on is not None else ", so a run cannot learn it: write an LF for it.")
                for label in self.silent_labels
            ),
            *(f"Near-copies, worth one LF where they look for the same: {group}" for group in self.near_copies),
        ]

    def _said_of_model(self) -> list[str]:
        if self.label_model is None:
            return [f"There is no label model: {self.problem}"]
        lines = [f"Note: label model: {note}." for note in self.label_model.notes]
        scores = self.label_model.scores
        if scores is not None and scores.covered is not None and self.gold_rows >= ENOUGH_GOLD:
            lines.append(
                f"Label model on {number_of(scores.covered.rows, 'covered text')} with gold: macro F1 "
                f"{scores.covered.macro_f1:.3f}"
            )
        return lines
