"""Results as tables (rich)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Group
from rich.text import Text

from labelfns.display.numbers import percent
from labelfns.display.tables import Cell, beside, titled
from labelfns.errors import shown
from labelfns.models.evaluation.printed import with_interval

if TYPE_CHECKING:
    from labelfns.models.evaluation.coverage import CoveragePoint
    from labelfns.models.evaluation.leave_one_out import LeaveOneOut
    from labelfns.models.evaluation.text_precision import TextPrecision
    from labelfns.models.label_models.explain import Explanation
    from labelfns.votes import Fault

    from .summaries import LFSummary


def from_to(before: str, now: str) -> str:
    """Return what a figure was and is, once where it is the same."""
    return now if before == now else f"{before} → {now}"


def alarm(fault: "Fault", n: int) -> str:
    """Say what went wrong in an LF on n rows."""
    name, error, failed = shown(fault.lf), shown(fault.error), len(fault.rows)
    if failed == n:
        return f"LF {name} FAILS ON EVERY ROW ({n:,} of {n:,}) and never votes: it raised {error}"
    return f"LF {name} raised {error} on {failed:,} of {n:,} rows and abstains there: {fault.where}"


def lf_table(rows: "Sequence[LFSummary]") -> Group:
    """Return what each LF does; LFs that failed are marked, and stand first."""
    with_gold, with_faults = any(row.correct is not None for row in rows), any(row.failed for row in rows)
    names = ["", "votes for", "coverage", "overlaps", "conflicts"]
    names += ["right, of gold"] * with_gold + ["failed, rows"] * with_faults

    def cells(row: "LFSummary") -> list[Cell]:
        known = (row.correct or 0) + (row.incorrect or 0)
        shares = [percent(part) for part in (row.coverage, row.overlaps, row.conflicts)]
        right = "-" if row.accuracy is None else f"{percent(row.accuracy, 0)} of {known:>3}"
        failed = Text(f"! {row.failed:,}", style="bold red") if row.failed else ""
        return [
            row.lf,
            ", ".join(row.polarity) or "never votes",
            *shares,
            *[right] * with_gold,
            *[failed] * with_faults,
        ]

    ordered = sorted(rows, key=lambda row: -row.failed)
    return titled("Labeling functions", names, map(cells, ordered), left=("", "votes for"))


def counts(title: str, values: Mapping[str, int]) -> Group:
    """Return counts with their shares."""
    total = max(sum(values.values()), 1)
    rows = [(name, f"{value:,}", percent(value / total)) for name, value in values.items()]
    return titled(title, ("", "rows", "share"), rows)


def counts_beside(title: str, names: Sequence[str], values: Mapping[str, tuple[int, int]]) -> Group:
    """Return counts of two sides, with the difference."""
    rows = [
        (name, f"{first:,}", f"{second:,}", f"{second - first:+,}" if second != first else "-")
        for name, (first, second) in values.items()
    ]
    return titled(title, ("", *names, "difference"), rows)


def trade_off(points: "Sequence[CoveragePoint]", title: str = "Accuracy against coverage") -> Group:
    """Return accuracy against coverage."""

    def cells(point: "CoveragePoint") -> list[Cell]:
        return [
            f"{point.threshold:.2f}",
            f"{point.rows:,}",
            percent(point.coverage),
            with_interval(point.accuracy, point.interval),
        ]

    measured = any(point.interval for point in points)
    how = ", with 95% intervals" if measured else " as the label model believes it: not measured by gold labels"
    return titled(title + how, ("confidence at least", "rows", "coverage", "accuracy"), map(cells, points))


def left_out(rows: "Sequence[LeaveOneOut]") -> Group:
    """Return what each LF adds."""
    with_gold = any(row.accuracy is not None for row in rows)

    def cells(row: "LeaveOneOut") -> list[Cell]:
        changed = (row.reason or "") if row.changed is None else percent(row.changed)
        gain = "-" if row.accuracy is None else f"{100 * row.accuracy:+.1f} points"
        return [row.lf, percent(row.coverage), changed, *[gain] * with_gold]

    names = ["", "covered by it alone", "labels it changes", *["accuracy it adds"] * with_gold]
    return titled("What each LF adds: the label model fitted without it", names, map(cells, rows))


def said_by_text(rows: "Sequence[TextPrecision]") -> Group:
    """Return what the text says of each LF's votes, those that it doubts most first."""

    def cells(row: "TextPrecision") -> list[Cell]:
        said: Cell = row.reason or ""
        if row.precision is not None and row.interval is not None:
            said = beside(f"{row.precision:.2f}", "({:.2f}-{:.2f})".format(*row.interval))
        return [row.lf, row.label, str(row.votes), said, f"{row.by_votes:.2f}"]

    ordered = sorted(rows, key=lambda row: 2.0 if row.precision is None else row.precision)
    names = ("", "votes for", "votes", "by the text (90%)", "by the votes")
    title = "How often each LF is right, by the texts on which others vote: an order, at the label model's level"
    return titled(title, names, map(cells, ordered), left=names[:2])


def why(row: int, reasons: "Explanation") -> Group:
    """Return what each vote adds to a row's label."""
    rows: list[Sequence[Cell]] = []
    title = f"Row {row}: {reasons.label or '(none)'}, confidence {reasons.confidence:.2f}"
    if reasons.start is None:  # votes do not add up: what is said without each tells what it does
        rows += [(vote.lf, vote.vote, vote.without or "(none)", f"{vote.confidence:.2f}") for vote in reasons.votes]
        return titled(
            title, ("", "votes for", "without it", "its label then"), rows, left=("", "votes for", "without it")
        )
    rows.append(("(before any vote)", "", f"{reasons.start:+.2f}", "", ""))
    for vote in reasons.votes:
        learned: Cell = ""
        if vote.accuracy is not None and vote.interval is not None:
            learned = beside(f"{vote.accuracy:.2f}", "({:.2f}-{:.2f})".format(*vote.interval))
        rows.append((vote.lf, vote.vote, f"{vote.log_odds:+.2f}", vote.without or "(none)", learned))
    names = ("", "votes for", "log-odds", "without it", "right when it votes (90%)")
    title += f", log-odds against {reasons.runner_up}" if reasons.runner_up else ""
    return titled(title, names, rows, left=("", "votes for", "without it"))
