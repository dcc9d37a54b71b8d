"""An evaluation in tables and sentences: what a person needs first."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labelfns.display.numbers import percent
from labelfns.errors import number_of

from .bootstrap import Difference
from .calibration import CalibrationError
from .reach import Reach
from .steps import Areas, Promise, telling

if TYPE_CHECKING:
    from rich.console import Group

    from labelfns.display.tables import Cell

MOST_CLASSES = 10
"""Classes of an evaluation that are shown."""


class PrintedEvaluation:
    """An evaluation's words; what is said of its parts stands in `Evaluation`."""

    rows: int
    answers: Reach
    majority_vote: Reach
    most_frequent: Reach
    against_majority_vote: Difference
    against_most_frequent: Difference
    by_class: tuple[Reach, ...]
    by_pattern: tuple[Reach, ...]
    areas: Areas | None
    promises: tuple[Promise, ...]
    calibration: CalibrationError | None

    def parts(self, who: str = "these answers") -> "Iterator[str | Group]":
        """Return an evaluation as lines, and tables as rich shows them; `who` answers."""
        yield _reach(self, who)
        yield "Right of all: no answer counts as a wrong one; with a guess: it gets the most frequent gold label."
        yield ""
        yield _by_votes_and_label(self)
        yield (
            f"With a guess, {who} against majority vote: {self.against_majority_vote}; against "
            f"{self.most_frequent.name}: {self.against_most_frequent}."
        )
        if self.areas is not None:
            yield _of_areas(self.areas)
        if self.calibration is not None:
            yield _of_calibration(self.calibration)
        if self.promises:
            yield f"What can be promised with 95% confidence: {'; '.join(map(str, telling(self.promises)))}."

    def __str__(self) -> str:
        from labelfns.display.tables import plain

        return plain(self.parts())


def with_interval(accuracy: float | None, interval: tuple[float, float] | None) -> "Cell":
    """Return a share of right answers with its interval, where it has one."""
    from labelfns.display.tables import beside

    if accuracy is None:
        return "-"
    return f"{accuracy:.3f}" if interval is None else beside(f"{accuracy:.3f}", "({:.2f}-{:.2f})".format(*interval))


def _reach(found: PrintedEvaluation, who: str) -> "Group":
    """Return how many of the rows with gold get an answer and how right it is, beside what needs no label model."""
    from labelfns.display.tables import titled

    named = [(who, found.answers), ("majority vote", found.majority_vote)]
    rows = [
        [
            name,
            percent(reach.coverage),
            with_interval(reach.accuracy, reach.accuracy_interval),
            f"{reach.abstain_wrong:.3f}",
            f"{reach.abstain_frequent:.3f}",
        ]
        for name, reach in [*named, (found.most_frequent.name, found.most_frequent)]
    ]
    names = ("", "answered", "right of these", "right of all", "with a guess")
    return titled(f"How right, of {number_of(found.rows, 'text')} with gold", names, rows)


def _by_votes_and_label(found: PrintedEvaluation) -> "Group":
    """Return the same by pattern of votes and by gold label; of many labels those that are answered least."""
    from labelfns.display.tables import beside, titled

    classes = sorted(found.by_class, key=lambda reach: reach.coverage)[:MOST_CLASSES]
    rows = [
        [
            name,
            f"{reach.rows:,}",
            beside(percent(reach.coverage), "-".join(percent(end, 0) for end in reach.coverage_interval).join("()")),
            with_interval(reach.accuracy, reach.accuracy_interval),
        ]
        for name, reach in [
            *((reach.name, reach) for reach in found.by_pattern),
            *((f"gold {r.name}", r) for r in classes),
        ]
    ]
    return titled("By votes and by gold label", ("", "rows", "answered", "right of these"), rows)


def _of_areas(areas: Areas) -> str:
    if areas.oracle_augrc == areas.chance_augrc:  # no order of the answers is better than another
        return f"All answers are {'wrong' if areas.augrc else 'right'}, so confidence has nothing to tell apart."
    low, high = areas.augrc_interval
    return (
        "Wrong answers among the surest, as a share of all answers, on average over how many are kept (AUGRC, "
        f"lower is better): {areas.augrc:.3f} ({low:.3f}-{high:.3f}). It is {areas.oracle_augrc:.3f} where all "
        f"right ones come first, {areas.chance_augrc:.3f} where confidence tells nothing."
    )


def _of_calibration(found: CalibrationError) -> str:
    verdict = "no more than chance gives"
    if found.error > found.calibrated_at_most:
        verdict = (
            f"more than chance; on average {abs(found.too_sure):.3f} too {'sure' if found.too_sure > 0 else 'unsure'}"
        )
    return (
        f"Calibration error {found.debiased:.3f} (as measured {found.error:.3f}; a calibrated model would show "
        f"{found.calibrated:.3f} here, at most {found.calibrated_at_most:.3f}): {verdict}."
    )
