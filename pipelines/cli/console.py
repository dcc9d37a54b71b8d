"""What a run looks like in a terminal: progress bars and tables (rich)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console, Group
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.table import Table
from rich.text import Text

from labelfns.progress import Progress

out = Console()
err = Console(stderr=True)


@contextmanager
def bars() -> Iterator[Progress]:
    """Show a bar a task on standard error, and leave the finished ones standing."""
    columns = (
        TextColumn("{task.description:<30}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with RichProgress(*columns, console=err) as shown:
        tasks: dict[str, Any] = {}

        def progress(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(escape(what), total=total)
            elif done < shown.tasks[tasks[what]].completed:  # the same work again, on another set of texts
                shown.reset(tasks[what], total=total)
            shown.update(tasks[what], completed=done, total=total)

        yield progress


def _table() -> Table:
    return Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))


def _titled(title: str, table: Table) -> Group:
    return Group(Text(title, style="bold"), table, "")


def results(metrics: Mapping[str, Any]) -> Group | None:
    """Return the table of every round beside the baselines; None where no set has gold."""
    sets = [name for name in ("val", "test") if name in metrics["data"]]
    if not sets:
        return None
    table = _table()
    table.add_column("", no_wrap=True)
    for name in sets:
        table.add_column(f"{name} acc.", justify="right", no_wrap=True)
        table.add_column(f"{name} macro F1", justify="right", no_wrap=True)
    for kind in ("majority_vote", "label_model"):
        for part in ("covered", "all_rows"):
            title = f"{kind.replace('_', ' ')}, {part.replace('_', ' ')}"
            table.add_row(title, *_cells(metrics["baselines"][kind][name][part] for name in sets))
    for ledger in metrics["rounds"]:
        kept = ledger["round"] == metrics["best_round"]
        title = f"fine-tuned, round {ledger['round']}{', kept' if kept else ''}"
        cells = _cells(ledger["scores"].get(name) for name in sets)
        table.add_row(title, *cells, style="bold" if kept else "")
        if kept and ledger["hidden_scores"]:
            table.add_row("  cues hidden", *_cells(ledger["hidden_scores"].get(name) for name in sets))
    if gold := metrics["few_gold"]:
        table.add_row(f"gold alone, {gold['rows']} rows", *_cells(gold["gold_alone"].get(n) for n in sets))
        done = "trained on gold" if gold["trained_further"] else "calibrated on gold"
        table.add_row(f"kept, {done}", *_cells(gold["refined"].get(n) for n in sets), style="bold")
    return _titled("Results, with half the width of the 95 % interval", table)


def _cells(scores: Iterator[Any] | Any) -> list[str]:
    cells = []
    for found in scores:
        for figure in ("accuracy", "macro_f1"):
            if found is None:
                cells.append("-")
                continue
            low, high = found[f"{figure}_interval"]
            cells.append(f"{found[figure]:.3f} [dim]±{(high - low) / 2:.2f}[/dim]")
    return cells


def rounds(metrics: Mapping[str, Any]) -> Group:
    """Return the table of what each round trained on."""
    table = _table()
    for name in ("", "rows", "kept", "added", "dropped", "flipped", "confidence", "LF agreement", "judged"):
        table.add_column(name, justify="right" if name else "left", no_wrap=not name)
    for ledger in metrics["rounds"]:
        judged = ledger["judged"]
        table.add_row(
            f"round {ledger['round']}",
            str(ledger["trained_on"]),
            *(str(sum(ledger[key].values())) for key in ("kept", "added", "dropped", "flipped")),
            f"{ledger['confidence']:.2f}",
            f"{ledger['agreement']:.1%}",
            "-" if judged is None else f"{judged:.3f}",
        )
    return _titled("What each round trained on, in rows", table)


def lfs(summary: list[dict[str, Any]]) -> Group:
    """Return the table of the LFs, as `Votes.summary` gives it."""
    table = _table()
    table.add_column("", no_wrap=True)
    table.add_column("votes for")
    shares = ("coverage", "overlaps", "conflicts")
    for name in (*shares, *(["right, of gold"] if "accuracy" in summary[0] else [])):
        table.add_column(name, justify="right")
    for row in summary:
        cells = [f"{row[name]:.1%}" for name in shares]
        if "accuracy" in row:
            known = row["correct"] + row["incorrect"]
            cells.append(f"{row['accuracy']:.0%} of {known:>3}" if known else "-")
        table.add_row(escape(row["lf"]), escape(", ".join(row["polarity"])), *cells)
    return _titled("Labeling functions", table)


def counts(title: str, values: Mapping[str, int]) -> Group:
    """Return a table of counts with their shares."""
    table = _table()
    table.add_column("", no_wrap=True)
    table.add_column("rows", justify="right")
    table.add_column("share", justify="right")
    total = max(sum(values.values()), 1)
    for name, value in values.items():
        table.add_row(escape(name), str(value), f"{value / total:.1%}")
    return _titled(title, table)


def trade_off(label_model: Mapping[str, Any]) -> Group:
    """Return the table of accuracy against coverage, and the calibration error under it."""
    table = _table()
    for name in ("confidence at least", "rows", "coverage", "accuracy"):
        table.add_column(name, justify="right")
    for point in label_model["accuracy_against_coverage"]:
        accuracy = "-" if point["accuracy"] is None else f"{point['accuracy']:.3f}"
        if point["interval"] is not None:
            accuracy += " [dim]({:.2f}-{:.2f})[/dim]".format(*point["interval"])
        table.add_row(f"{point['threshold']:.2f}", str(point["rows"]), f"{point['coverage']:.1%}", accuracy)
    found = label_model["calibration"]
    if found is None:
        return _titled("Accuracy against coverage as the label model believes it: there are no gold labels", table)
    return _titled(f"Accuracy against coverage, with 95 % intervals; calibration error {found['error']:.3f}", table)


def left_out(found: list[dict[str, Any]]) -> Group:
    """Return the table of what each LF adds, as `leave_one_out` gives it."""
    table = _table()
    known = any(one["accuracy"] is not None for one in found)
    for name in ("", "covered by it alone", "labels it changes", *(["accuracy it adds"] if known else [])):
        table.add_column(name, justify="right" if name else "left")
    for one in found:
        cells = [f"{one['coverage']:.1%}", "-" if one["changed"] is None else f"{one['changed']:.1%}"]
        if known:
            cells.append("-" if one["accuracy"] is None else f"{100 * one['accuracy']:+.1f} points")
        table.add_row(escape(one["lf"]), *cells)
    return _titled("What each LF adds: the label model fitted without it", table)


def why(row: int, reasons: Mapping[str, Any]) -> Group:
    """Return the table of what each vote adds to a row's label."""
    table = _table()
    for name in ("", "votes for", "log-odds", "without it", "right when it votes (90 %)"):
        table.add_column(name, justify="left" if name in ("", "votes for", "without it") else "right")
    table.add_row("(before any vote)", "", f"{reasons['start']:+.2f}", "", "")
    for vote in reasons["votes"]:
        low, high = vote["interval"]
        table.add_row(
            escape(vote["lf"]),
            escape(vote["vote"]),
            f"{vote['log_odds']:+.2f}",
            escape(vote["without"] or "(none)"),
            f"{vote['accuracy']:.2f} [dim]({low:.2f}-{high:.2f})[/dim]",
        )
    label, against = reasons["label"] or "(none)", reasons["runner_up"]
    title = f"Row {row}: {label}, confidence {reasons['confidence']:.2f}"
    return _titled(title + (f", log-odds against {against}" if against else ""), table)
