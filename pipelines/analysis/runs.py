"""`RunComparison`: what differs between two runs, as values, as JSON, printed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labelfns.display.numbers import percent
from labelfns.errors import number_of, shown
from labelfns.models.evaluation.bootstrap import Difference

from .changes import VotesChange
from .printed import Printed

if TYPE_CHECKING:
    from rich.console import Group

    from labelfns.display.tables import Cell

MOST_SHOWN = 10
"""Rows of a kind of change that are shown."""


@dataclass(frozen=True)
class AnswerChange:
    """A row with gold that two runs answer differently.

    Parameters
    ----------
    row
        Its number in the second run's set, the first is 0.
    text, gold
        The text and its label.
    first, second
        The answers of both.
    """

    row: int
    text: str
    gold: str
    first: str
    second: str


@dataclass(frozen=True)
class SetComparison:
    """Two runs on the rows of a set that both have, with gold.

    Parameters
    ----------
    name
        The set: ``"val"``, ``"test"``, or ``"pool"`` where it has gold.
    who
        Who answers.
    rows
        How many rows both have an answer for, and gold.
    first, second
        The share of them that each answers right, in [0, 1].
    difference
        Second minus first, by the paired bootstrap; copies of a text are drawn together.
    won, lost, other
        Rows that the first answers wrong and the second right; right and wrong; both wrong, differently.
    """

    name: str
    who: str
    rows: int
    first: float
    second: float
    difference: Difference
    won: tuple[AnswerChange, ...]
    lost: tuple[AnswerChange, ...]
    other: tuple[AnswerChange, ...]


@dataclass(frozen=True)
class RunComparison(Printed):
    """Two runs side by side.

    Parameters
    ----------
    first, second
        Their folders.
    settings
        The settings that differ, by name: that of the first and of the second, None where not set.
    input
        What else they were made from that differs: LFs, rows, versions.
    lfs
        What changed in the LFs' votes; None where the pools are not the same rows.
    figures
        By set, voter and figure (``accuracy``, ``macro_f1``): that of the first and of the second, in [0, 1], None
        where a run has none.
    sets
        Both on the same rows with gold.
    pool_answers
        On how many rows of the pool, of how many that both have, their classifiers answer differently.
    notes
        What could not be compared, and why, one sentence each.
    """

    first: str
    second: str
    settings: Mapping[str, tuple[Any, Any]]
    input: tuple[str, ...]
    lfs: VotesChange | None
    figures: Mapping[str, Mapping[str, Mapping[str, tuple[float | None, float | None]]]]
    sets: tuple[SetComparison, ...]
    pool_answers: tuple[int, int] | None
    notes: tuple[str, ...]

    def parts(self) -> "Iterator[str | Group]":
        """Return lines, and tables as rich shows them."""
        from labelfns.display.tables import titled

        yield f"first   {self.first}"
        yield f"second  {self.second}"
        yield ""
        if self.settings:
            rows = [(name, *map(_written, values)) for name, values in self.settings.items()]
            yield titled("Settings that differ", ("", "first", "second"), rows, left=("", "first", "second"))
        else:
            yield from ("No setting differs.", "")
        if self.input:
            yield from (f"Made from other input: {', '.join(self.input)}.", "")
        if self.lfs is not None and any(one.kind != "same" for one in self.lfs.lfs):
            yield from self.lfs.parts()
            yield ""
        if figures := list(self._figures()):
            yield titled("Figures", ("", "first", "second", "difference"), figures)
        for one in self.sets:
            yield (
                f"{one.name}, {one.who}, the same {number_of(one.rows, 'row')} with gold: {percent(one.first)} "
                f"right, then {percent(one.second)}; {_verdict(one.difference)}"
            )
            yield ""
            for title, changes in (
                ("Wrong to right", one.won),
                ("Right to wrong", one.lost),
                ("Wrong, otherwise", one.other),
            ):
                if changes:
                    yield f"{title}: {len(changes):,}"
                    yield _changes_table(changes[:MOST_SHOWN])
        if self.pool_answers is not None:
            changed, rows_of_both = self.pool_answers
            yield f"The classifiers answer {changed:,} of {number_of(rows_of_both, 'row')} of the pool differently."
        yield from (f"Not compared: {note}" for note in self.notes)

    def _figures(self) -> "Iterator[list[Cell]]":
        for name, voters in self.figures.items():
            for voter, figures in voters.items():
                for figure, (first, second) in figures.items():
                    gap = "-" if first is None or second is None or first == second else f"{second - first:+.3f}"
                    title = f"{name}, {voter}, {'macro F1' if figure == 'macro_f1' else figure}"
                    yield [title, *("-" if value is None else f"{value:.3f}" for value in (first, second)), gap]


def _changes_table(changes: Iterable[AnswerChange]) -> "Group":
    """Return rows that two runs answer differently."""
    from rich.console import Group
    from rich.text import Text

    from .row_tables import highlighted, text_table

    table = text_table()
    for name in ("gold", "first", "second"):
        table.add_column(name, overflow="fold", max_width=16)
    for one in changes:
        said = [Text(shown(answer), style="" if answer == one.gold else "red") for answer in (one.first, one.second)]
        table.add_row(Text(str(one.row)), highlighted(one.text, ()), Text(shown(one.gold)), *said)
    return Group(table, "")


def _verdict(difference: Difference) -> str:
    if difference.is_none:
        return f"{difference}."
    low, high = difference.interval
    told = "That is within chance: these rows do not tell which is better."
    if low > 0 or high < 0:
        told = f"The {'second' if low > 0 else 'first'} is better on rows of this kind."
    return f"difference {difference}, 95% interval. {told}"


def _written(value: Any) -> str:
    return "(not set)" if value is None else str(value)
