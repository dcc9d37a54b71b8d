"""Results as tables (rich). Every name and text of the user is shown as text: no markup, no terminal escapes."""

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from labelfns.errors import shown

if TYPE_CHECKING:
    from labelfns.models.evaluation.coverage import CoveragePoint
    from labelfns.models.evaluation.evaluate import Evaluation
    from labelfns.models.evaluation.leave_one_out import LeaveOneOut
    from labelfns.models.evaluation.text_precision import TextPrecision
    from labelfns.models.label_models.explain import Explanation
    from labelfns.votes import Fault

    from .summaries import LFSummary

Cell = str | Text

MOST_CLASSES = 10
"""Classes of an evaluation that are shown."""


def plain(parts: Iterable[str | Group], width: int = 120) -> str:
    """Return lines, and tables no wider than `width`, as plain text."""
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False, legacy_windows=False)
    for part in parts:
        console.print(Text(shown(part)) if isinstance(part, str) else part, soft_wrap=isinstance(part, str))
    assert isinstance(console.file, io.StringIO)
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def titled(title: str, names: Sequence[str], rows: Iterable[Sequence[Cell]], *, left: Sequence[str] = ("",)) -> Group:
    """Return a table under its title.

    Parameters
    ----------
    title
        The title.
    names
        The columns' names.
    rows
        The cells, one per column, as text.
    left
        The columns whose cells stand on the left; figures stand on the right.
    """
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, justify="left" if name in left else "right", no_wrap=not name)
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(shown(cell)) for cell in row))
    return Group(Text(shown(title), style="bold"), table, "")


def share(part: float) -> str:
    """Return a share as people read it: what there is a little of is not none.

    Examples
    --------
    >>> share(0.1234), share(0.0), share(0.0004), share(0.9999)
    ('12.3%', '0%', '<0.1%', '>99.9%')
    """
    if part in (0, 1):
        return f"{part:.0%}"
    return "<0.1%" if part < 0.0005 else ">99.9%" if part > 0.9995 else f"{part:.1%}"


def from_to(before: str, now: str) -> str:
    """Return what a figure was and is, once where it is the same."""
    return now if before == now else f"{before} → {now}"


def alarm(fault: "Fault", n: int) -> str:
    """Say what went wrong in an LF on n rows."""
    name, error, failed = shown(fault.lf), shown(fault.error), len(fault.rows)
    if failed == n:
        return f"LF {name} FAILS ON EVERY ROW ({n:,} of {n:,}) and never votes: it raised {error}"
    return f"LF {name} raised {error} on {failed:,} of {n:,} rows and abstains there: {fault.where}"


def beside(figure: str, note: str) -> Text:
    """Return a figure with something less important beside it."""
    return Text.assemble(shown(figure), " ", (shown(note), "dim"))


def lf_table(rows: "Sequence[LFSummary]") -> Group:
    """Return what each LF does; LFs that failed are marked, and stand first."""
    with_gold, with_faults = any(row.correct is not None for row in rows), any(row.failed for row in rows)
    names = ["", "votes for", "coverage", "overlaps", "conflicts"]
    names += ["right, of gold"] * with_gold + ["failed, rows"] * with_faults

    def cells(row: "LFSummary") -> list[Cell]:
        known = (row.correct or 0) + (row.incorrect or 0)
        shares = [share(part) for part in (row.coverage, row.overlaps, row.conflicts)]
        right = "-" if row.accuracy is None else f"{row.accuracy:.0%} of {known:>3}"
        failed = Text(f"! {row.failed:,}", style="bold red") if row.failed else ""
        return [row.lf, ", ".join(row.polarity), *shares, *[right] * with_gold, *[failed] * with_faults]

    ordered = sorted(rows, key=lambda row: -row.failed)
    return titled("Labeling functions", names, map(cells, ordered), left=("", "votes for"))


def counts(title: str, values: Mapping[str, int]) -> Group:
    """Return counts with their shares."""
    total = max(sum(values.values()), 1)
    rows = [(name, f"{value:,}", share(value / total)) for name, value in values.items()]
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
            share(point.coverage),
            _share(point.accuracy, point.interval),
        ]

    measured = any(point.interval for point in points)
    how = ", with 95 % intervals" if measured else " as the label model believes it: there are no gold labels"
    return titled(title + how, ("confidence at least", "rows", "coverage", "accuracy"), map(cells, points))


def reach_table(found: "Evaluation") -> Group:
    """Return how many of the rows with gold get an answer and how right it is, beside what needs no label model."""
    named = [("label model", found.answers), ("majority vote", found.majority_vote)]
    rows = [
        [
            name,
            f"{reach.coverage:.1%}",
            _share(reach.accuracy, reach.accuracy_interval),
            f"{reach.abstain_wrong:.3f}",
            f"{reach.abstain_frequent:.3f}",
        ]
        for name, reach in [*named, (found.most_frequent.name, found.most_frequent)]
    ]
    names = ("", "answered", "right of these", "right of all", "the rest guessed")
    return titled(f"How right, of {found.rows} texts with gold; no answer is wrong, or a guess", names, rows)


def parts_table(found: "Evaluation") -> Group:
    """Return the same by pattern of votes and by gold label; of many labels those that are answered least."""
    classes = sorted(found.by_class, key=lambda reach: reach.coverage)[:MOST_CLASSES]
    rows = [
        [
            name,
            str(reach.rows),
            beside(f"{reach.coverage:.1%}", "({:.0%}-{:.0%})".format(*reach.coverage_interval)),
            _share(reach.accuracy, reach.accuracy_interval),
        ]
        for name, reach in [
            *((reach.name, reach) for reach in found.by_pattern),
            *((f"gold {r.name}", r) for r in classes),
        ]
    ]
    return titled("By votes and by gold label", ("", "rows", "answered", "right of these"), rows)


def _share(accuracy: float | None, interval: tuple[float, float] | None) -> Cell:
    if accuracy is None:
        return "-"
    return f"{accuracy:.3f}" if interval is None else beside(f"{accuracy:.3f}", "({:.2f}-{:.2f})".format(*interval))


def left_out(rows: "Sequence[LeaveOneOut]") -> Group:
    """Return what each LF adds."""
    with_gold = any(row.accuracy is not None for row in rows)

    def cells(row: "LeaveOneOut") -> list[Cell]:
        reason = row.reason
        changed = reason or f"{row.changed:.1%}"
        gain = "-" if row.accuracy is None else f"{100 * row.accuracy:+.1f} points"
        return [row.lf, f"{row.coverage:.1%}", changed, *[gain] * with_gold]

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
    names = ("", "votes for", "votes", "by the text (90 %)", "by the votes")
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
    names = ("", "votes for", "log-odds", "without it", "right when it votes (90 %)")
    title += f", log-odds against {reasons.runner_up}" if reasons.runner_up else ""
    return titled(title, names, rows, left=("", "votes for", "without it"))
