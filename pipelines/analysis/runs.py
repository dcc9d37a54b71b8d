"""Two runs side by side: settings, LFs, figures, and the rows with gold that they answer differently."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings

import numpy as np

from labelfns.errors import LabelFnsError, LabelFnsWarning, shown
from labelfns.io.texts import as_texts
from labelfns.models.evaluation.bootstrap import Difference, paired_difference
from labelfns.pipelines.report.evidence import Evidence, SetRows
from labelfns.pipelines.run.evidence.read import run_evidence
from labelfns.pipelines.run.folder import RunFolder, flat
from labelfns.pipelines.run.output_folder import SETTINGS
from labelfns.pipelines.run.settings import load_settings
from labelfns.pipelines.self_training.copies import copy_groups
from labelfns.settings import to_mapping

from .changes import VotesChange, votes_change

if TYPE_CHECKING:
    from rich.console import Group

    from .tables import Cell

_SETS = ("val", "test")
_VOTERS = {"label_model": "label model", "classifier": "classifier", "together": "LFs and classifier together"}


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
class RunComparison:
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

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values, as JSON takes them."""
        return asdict(self)

    def __str__(self) -> str:
        from .tables import plain

        return plain(self.parts())

    def parts(self) -> "Iterator[str | Group]":
        """Return lines, and tables as rich shows them."""
        from .tables import titled

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
                f"{one.name}, {one.who}, the same {one.rows:,} rows with gold: {one.first:.1%} right, then "
                f"{one.second:.1%}; difference {one.difference}, 95 % interval. {_verdict(one.difference)}"
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
            yield f"The classifiers answer {changed:,} of {rows_of_both:,} rows of the pool differently."
        yield from (f"Not compared: {note}" for note in self.notes)

    def _figures(self) -> "Iterator[list[Cell]]":
        for name, voters in self.figures.items():
            for voter, figures in voters.items():
                for figure, (first, second) in figures.items():
                    gap = "-" if first is None or second is None or first == second else f"{second - first:+.3f}"
                    title = f"{name}, {voter}, {'macro F1' if figure == 'macro_f1' else figure}"
                    yield [title, *("-" if value is None else f"{value:.3f}" for value in (first, second)), gap]


MOST_SHOWN = 10
"""Rows of a kind of change that are shown."""


def compare_runs(first: str | PathLike[str], second: str | PathLike[str]) -> RunComparison:
    """Compare two finished runs, as ``labelfns compare`` does; no model is opened.

    Parameters
    ----------
    first, second
        Their folders. Rows are read where their pipeline files say, and believed where they have not changed since.

    Raises
    ------
    InputError
        If one is not the folder of a finished run, or is damaged.
    """
    folders = [RunFolder(Path(folder)) for folder in (first, second)]
    metrics = [folder.read_metrics() for folder in folders]
    known = [run_evidence(folder, of_run) for folder, of_run in zip(folders, metrics, strict=True)]
    settings = [_settings(folder.path) for folder in folders]
    differ = {
        name: (settings[0].get(name), settings[1].get(name))
        for name in {**settings[0], **settings[1]}
        if settings[0].get(name) != settings[1].get(name)
    }
    changed, notes = _made_from(known), []
    for folder, evidence in zip(folders, known, strict=True):
        notes += [f"{folder.path.name}: {note}" for note in evidence.notes]
    lfs = None
    pools = [evidence.pool.votes if evidence.pool else None for evidence in known]
    if pools[0] is not None and pools[1] is not None and "the rows of data.pool" not in changed:
        gold = known[1].pool.gold if known[1].pool else None
        lfs = votes_change(pools[0], pools[1], gold)
    labels = [tuple(of_run["labels"]) for of_run in metrics]
    sets, pool_answers = [], None
    for name in ("pool", *_SETS):
        pair = [next((one for one in evidence.sets if one.name == name), None) for evidence in known]
        if pair[0] is None or pair[1] is None:
            if name in metrics[0]["data"] and name in metrics[1]["data"]:
                without = [folder.path.name for folder, one in zip(folders, pair, strict=True) if one is None]
                notes.append(f"the rows of {name}: {' and '.join(without)} has no answers for them that can be read")
            continue
        compared = _set(name, pair[0], pair[1], labels)
        if compared is not None:
            sets.append(compared)
        if name == "pool":
            pool_answers = _pool_answers(pair[0], pair[1], labels)
    return RunComparison(
        first=str(folders[0].path),
        second=str(folders[1].path),
        settings=differ,
        input=tuple(changed),
        lfs=lfs,
        figures=_side_by_side(*map(_figures, metrics)),
        sets=tuple(sets),
        pool_answers=pool_answers,
        notes=tuple(dict.fromkeys(notes)),
    )


def _settings(folder: Path) -> dict[str, Any]:
    """Return a run's settings by name; those that this version does not know as they are written."""
    path = folder / SETTINGS
    try:
        with catch_warnings(action="ignore", category=LabelFnsWarning):
            return flat(to_mapping(load_settings(path)))
    except LabelFnsError:
        try:
            return flat(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}


def _made_from(known: list[Evidence]) -> list[str]:
    first, second = (dict(evidence.made_from or {}) for evidence in known)
    changed = []
    for kind in first.keys() & second.keys() - {"files"}:
        for name in first[kind].keys() | second[kind].keys():
            was, now = first[kind].get(name), second[kind].get(name)
            if was != now:
                changed.append(f"{name} {was} and {now}" if kind == "versions" else name)
    return sorted(changed)


def _figures(metrics: Mapping[str, Any]) -> dict[tuple[str, str, str], float]:
    """Return the figures of a run on all rows, by set, voter and figure."""
    predictor = metrics.get("predictor") or {}
    few = metrics.get("few_gold")
    kept = next(one for one in metrics["rounds"] if one["round"] == metrics["best_round"])
    found: dict[tuple[str, str, str], float] = {}
    for name in _SETS:
        scores = {
            "label_model": metrics["baselines"].get("label_model", {}).get(name, {}).get("all_rows"),
            "classifier": (few["refined"] if few else kept["scores"]).get(name),
            "together": predictor.get("together", {}).get(name, {}).get("all_rows"),
        }
        for voter, values in scores.items():
            if values:
                found |= {(name, _VOTERS[voter], figure): values[figure] for figure in ("accuracy", "macro_f1")}
    return found


def _side_by_side(first: Mapping[tuple[str, str, str], float], second: Mapping[tuple[str, str, str], float]) -> Any:
    figures: dict[str, dict[str, dict[str, tuple[float | None, float | None]]]] = {}
    for name, voter, figure in {**first, **second}:
        key = (name, voter, figure)
        figures.setdefault(name, {}).setdefault(voter, {})[figure] = (first.get(key), second.get(key))
    return figures


def _set(name: str, first: SetRows, second: SetRows, labels: list[tuple[str, ...]]) -> SetComparison | None:
    """Compare two runs on the rows of a set that both have, by their texts; None where there is none with gold."""
    if first.gold is None or second.gold is None or first.answers is None or second.answers is None:
        return None
    if first.texts is None or second.texts is None:
        return None
    rows = [
        (i, j)
        for i, j in _same_texts(first.texts, second.texts)
        if first.gold[i] >= 0 and second.gold[j] >= 0 and labels[0][first.gold[i]] == labels[1][second.gold[j]]
    ]
    if not rows:
        return None
    said = [one.answers.argmax(axis=1).tolist() for one in (first, second) if one.answers is not None]
    found = [
        AnswerChange(j, second.texts[j], labels[1][second.gold[j]], labels[0][said[0][i]], labels[1][said[1][j]])
        for i, j in rows
    ]
    right = [np.array([getattr(one, side) == one.gold for one in found], dtype=float) for side in ("first", "second")]
    changed = [one for one in found if one.first != one.second]
    return SetComparison(
        name,
        second.who if first.who == second.who else f"{first.who}, then {second.who}",
        len(rows),
        float(right[0].mean()),
        float(right[1].mean()),
        paired_difference(right[1], right[0], copy_groups(as_texts([one.text for one in found]))),
        tuple(one for one in changed if one.second == one.gold),
        tuple(one for one in changed if one.first == one.gold),
        tuple(one for one in changed if one.gold not in (one.first, one.second)),
    )


def _pool_answers(first: SetRows, second: SetRows, labels: list[tuple[str, ...]]) -> tuple[int, int] | None:
    if first.answers is None or second.answers is None or first.texts is None or second.texts is None:
        return None
    rows = _same_texts(first.texts, second.texts)
    said = [one.argmax(axis=1).tolist() for one in (first.answers, second.answers)]
    return sum(labels[0][said[0][i]] != labels[1][said[1][j]] for i, j in rows), len(rows)


def _same_texts(first: Any, second: Any) -> list[tuple[int, int]]:
    """Return pairs of rows with the same text; of a text that is there several times the n-th goes with the n-th."""
    places: dict[str, list[int]] = {}
    for i, text in enumerate(first):
        places.setdefault(text, []).append(i)
    waiting = {text: iter(rows) for text, rows in places.items()}
    pairs = ((next(waiting.get(text, iter(())), None), j) for j, text in enumerate(second))
    return [(i, j) for i, j in pairs if i is not None]


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
    low, high = difference.interval
    if low > 0 or high < 0:
        return f"The {'second' if low > 0 else 'first'} is better on rows of this kind."
    return "That is within chance: these rows do not tell which is better."


def _written(value: Any) -> str:
    return "(not set)" if value is None else str(value)
