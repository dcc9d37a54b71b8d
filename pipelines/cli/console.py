"""What a command prints: lines, progress bars, the tables of a run (rich), JSON."""

import json
import shlex
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NoReturn

from rich.console import Console, Group, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.style import Style
from rich.text import Text

from labelfns.display.names import printable_json
from labelfns.display.numbers import percent
from labelfns.display.tables import Cell, beside, titled
from labelfns.errors import number_of, shown
from labelfns.models.evaluation.coverage import CoveragePoint
from labelfns.pipelines.analysis.tables import alarm, trade_off
from labelfns.pipelines.report.worth import PARTS, who_answers, worth
from labelfns.progress import Lines, Progress
from labelfns.votes import Fault


class _Console(Console):
    def on_broken_pipe(self) -> NoReturn:
        """Leave it to `main`."""
        raise BrokenPipeError


out = _Console()
err = _Console(stderr=True)


def say(*lines: object, style: str = "") -> None:
    """Print lines on standard output as they are: nothing in them is markup, an escape or the end of a line."""
    for line in lines:
        out.print(Text(shown(line), style=style), soft_wrap=True)


def block(text: object, style: str = "") -> None:
    """Print a text of several lines on standard output."""
    say(*str(text).rstrip("\n").split("\n"), style=style)


def show(parts: Iterable[str | RenderableType]) -> None:
    """Print lines, and tables as rich shows them."""
    for part in parts:
        if isinstance(part, str):
            say(part)
        else:
            out.print(part)


def faults(found: Iterable[Fault], rows: int) -> None:
    """Print what LFs raised, those that failed on most rows first: it stands before all else."""
    for fault in sorted(found, key=lambda fault: -len(fault.rows)):
        say(f"Warning: {alarm(fault, rows)}", style="bold red" if len(fault.rows) == rows else "yellow")
        block(fault.traceback, "dim")


def formulas(changed: int) -> None:
    """Say on standard error that cells of a CSV file are not as they were."""
    remark(
        f"{number_of(changed, 'cell gets', 'cells get')} a ' before = + - or @, as a spreadsheet would take what "
        "begins so for a formula; --raw writes cells as they are."
    )


def next_step(why: str, *command: object) -> None:
    """Say on standard error what to do next: a command to copy. What is piped elsewhere stays as it is."""
    line = shlex.join(["labelfns", *(str(part) for part in command if part != "")])
    err.print(Text(f"Next, {shown(why)}: {shown(line)}", style="dim"), soft_wrap=True)


def remark(line: object) -> None:
    """Print a line on standard error, as `say` does."""
    err.print(Text(shown(line)), soft_wrap=True)


def print_json(value: Any) -> None:
    """Print the answer for a program."""
    sys.stdout.write(printable_json(json.dumps(value, indent=2, ensure_ascii=False)) + "\n")


@contextmanager
def bars() -> Iterator[Progress]:
    """Show a bar per task on standard error, and leave the finished ones standing; `Lines` where it is no terminal."""
    columns = (
        TextColumn("{task.description:<30}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    lines = Lines()
    with RichProgress(*columns, console=err) as display:
        tasks: dict[str, Any] = {}

        def progress(what: str, done: int, total: int) -> None:
            if not err.is_terminal:
                lines(shown(what), done, total)
            if what not in tasks:
                tasks[what] = display.add_task(shown(what), total=total)
            elif done < display.tasks[tasks[what]].completed:  # the same work again, on another set of texts
                display.reset(tasks[what], total=total)
            display.update(tasks[what], completed=done, total=total)

        yield progress


def results(metrics: Mapping[str, Any]) -> Group | None:
    """Return the table of every round beside the baselines; None where no set has gold."""
    sets = [name for name in ("val", "test") if name in metrics["data"]]
    if not sets:
        return None
    rows: list[list[Cell]] = []

    def add(title: str, scores: Iterable[Any], style: str = "") -> None:
        rows.append([Text(title, style), *(_styled(cell, style) for cell in _cells(scores))])

    for kind in ("majority_vote", "label_model"):
        for part in ("covered", "all_rows"):
            title = f"{kind.replace('_', ' ')}, {part.replace('_', ' ')}"
            add(title, (metrics["baselines"][kind][name][part] for name in sets))
    for ledger in metrics["rounds"]:
        kept = ledger["round"] == metrics["best_round"]
        title = f"fine-tuned, round {ledger['round']}{', kept' if kept else ''}"
        add(title, (ledger["scores"].get(name) for name in sets), "bold" if kept else "")
        if kept and ledger["hidden_scores"]:
            add("  cues hidden", (ledger["hidden_scores"].get(name) for name in sets))
    if gold := metrics.get("few_gold", metrics.get("little_gold")):
        add(f"gold alone, {number_of(gold['rows'], 'row')}", (gold["gold_alone"].get(name) for name in sets))
        done = "trained on gold" if gold["trained_further"] else "calibrated on gold"
        add(f"kept, {done}", (gold["refined"].get(name) for name in sets), "bold")
    if predictor := metrics.get("predictor"):
        together = (predictor["together"].get(name, {}).get("all_rows") for name in sets)
        add(who_answers(metrics), together, "bold")
    names = ["", *(f"{name} {figure}" for name in sets for figure in ("acc.", "macro F1"))]
    return titled("Results, with half the width of the 95% interval", names, rows)


def worth_it(metrics: Mapping[str, Any]) -> Iterator[str | Group]:
    """Yield who is how right where LFs vote and where they do not, what that comes to, and accuracy by confidence."""
    found = worth(metrics)
    for one in found:
        rows = [[voter["name"], *(_accuracy(voter[part]) for part in PARTS)] for voter in one["voters"]]
        counts = ", ".join(f"{one['rows'][part]:,} {words}" for part, words in PARTS.items() if part != "all_rows")
        title = f"Was the model worth it? Accuracy on {one['name']} texts: {counts}"
        yield titled(title, ["", *PARTS.values()], rows)
        yield from one["sentences"]
        yield ""
    if found and found[0]["by_confidence"]:
        points = [CoveragePoint(**point) for point in found[0]["by_confidence"]]
        yield trade_off(points, f"Accuracy against coverage on {found[0]['name']}, by the answers' own confidence")


def _accuracy(scores: Any) -> Cell:
    return "-" if scores is None else next(_cells([scores]))


def _styled(cell: Cell, style: str) -> Text:
    text = cell if isinstance(cell, Text) else Text(cell)
    text.style = Style.parse(style)
    return text


def _cells(scores: Iterable[Any]) -> Iterator[Cell]:
    for entry in scores:
        for figure in ("accuracy", "macro_f1"):
            if entry is None:
                yield "-"
                continue
            low, high = entry[f"{figure}_interval"]
            # resampled rows that are all right, or all of one class, say nothing of how sure a macro F1 is
            width = f"±{(high - low) / 2:.2f}" if high > low else ""
            yield beside(f"{entry[figure]:.3f}", width)


def rounds(metrics: Mapping[str, Any]) -> Group:
    """Return the table of what each round trained on."""
    names = ("", "rows", "kept", "added", "dropped", "flipped", "confidence", "LF agreement", "judged")
    rows = [
        (
            f"round {ledger['round']}",
            f"{ledger['trained_on']:,}",
            *(f"{sum(ledger[key].values()):,}" for key in ("kept", "added", "dropped", "flipped")),
            f"{ledger['confidence']:.2f}",
            percent(ledger["agreement"]),
            "-" if ledger["judged"] is None else f"{ledger['judged']:.3f}",
        )
        for ledger in metrics["rounds"]
    ]
    return titled("What each round trained on, in rows", names, rows)
