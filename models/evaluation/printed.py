"""An evaluation in tables and sentences: what a person needs first."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from labelfns.display.numbers import percent
from labelfns.display.tables import Cell, beside, titled

if TYPE_CHECKING:
    from rich.console import Group

    from .calibration import CalibrationError
    from .evaluate import Evaluation

MOST_CLASSES = 10
"""Classes of an evaluation that are shown."""


def parts(found: "Evaluation", who: str = "these answers") -> "Iterator[str | Group]":
    """Return an evaluation as lines, and tables as rich shows them; `who` answers."""
    yield _reach(found, who)
    yield (
        "Right of all: a text without an answer counts as wrong; with a guess: it gets the most frequent gold label."
    )
    yield ""
    yield _by_votes_and_label(found)
    yield (
        f"With a guess, {who} against majority vote: {found.against_majority_vote}; against "
        f"{found.most_frequent.name}: {found.against_most_frequent}."
    )
    if found.areas is not None:
        areas, (low, high) = found.areas, found.areas.augrc_interval
        yield (
            "Wrong answers among the surest, as a share of all answers, on average over how many are kept (AUGRC, "
            f"lower is better): {areas.augrc:.3f} ({low:.3f}-{high:.3f}). It is {areas.oracle_augrc:.3f} where all "
            f"right ones come first, {areas.chance_augrc:.3f} where confidence tells nothing."
        )
    if found.calibration is not None:
        yield _of_calibration(found.calibration)
    yield f"What can be promised with 95% confidence: {'; '.join(map(str, found.promises))}."


def with_interval(accuracy: float | None, interval: tuple[float, float] | None) -> Cell:
    """Return a share of right answers with its interval, where it has one."""
    if accuracy is None:
        return "-"
    return f"{accuracy:.3f}" if interval is None else beside(f"{accuracy:.3f}", "({:.2f}-{:.2f})".format(*interval))


def _reach(found: "Evaluation", who: str) -> "Group":
    """Return how many of the rows with gold get an answer and how right it is, beside what needs no label model."""
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
    return titled(f"How right, of {found.rows:,} texts with gold", names, rows)


def _by_votes_and_label(found: "Evaluation") -> "Group":
    """Return the same by pattern of votes and by gold label; of many labels those that are answered least."""
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


def _of_calibration(found: "CalibrationError") -> str:
    verdict = "no more than chance gives"
    if found.error > found.calibrated_at_most:
        verdict = (
            f"more than chance; on average {abs(found.too_sure):.3f} too {'sure' if found.too_sure > 0 else 'unsure'}"
        )
    return (
        f"Calibration error {found.debiased:.3f} (as measured {found.error:.3f}; a calibrated model would show "
        f"{found.calibrated:.3f} here, at most {found.calibrated_at_most:.3f}): {verdict}."
    )
