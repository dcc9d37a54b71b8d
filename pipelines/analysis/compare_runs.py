"""Two runs side by side: settings, LFs, figures, and the rows with gold that they answer differently."""

import tomllib
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any
from warnings import catch_warnings

import numpy as np

from labelfns.errors import LabelFnsError, LabelFnsWarning
from labelfns.io.texts import as_texts
from labelfns.models.evaluation.bootstrap import paired_difference
from labelfns.pipelines.report.evidence import Evidence, SetRows
from labelfns.pipelines.report.worth import who_answers
from labelfns.pipelines.run.evidence.read import run_evidence
from labelfns.pipelines.run.folder import RunFolder, flat
from labelfns.pipelines.run.output_folder import SETTINGS
from labelfns.pipelines.run.settings import load_settings
from labelfns.pipelines.self_training.copies import copy_groups
from labelfns.settings import to_mapping

from .changes import votes_change
from .runs import AnswerChange, RunComparison, SetComparison

_SETS = ("val", "test")


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
    who = {who_answers(of_run) for of_run in metrics}
    together = who.pop() if len(who) == 1 else "LFs and classifier together"
    return RunComparison(
        first=str(folders[0].path),
        second=str(folders[1].path),
        settings=differ,
        input=tuple(changed),
        lfs=lfs,
        figures=_side_by_side(*(_figures(of_run, together) for of_run in metrics)),
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


def _figures(metrics: Mapping[str, Any], together: str) -> dict[tuple[str, str, str], float]:
    """Return the figures of a run on all rows, by set, voter and figure."""
    predictor = metrics.get("predictor") or {}
    few = metrics.get("few_gold")
    kept = next(one for one in metrics["rounds"] if one["round"] == metrics["best_round"])
    found: dict[tuple[str, str, str], float] = {}
    for name in _SETS:
        scores = {
            "label model": metrics["baselines"].get("label_model", {}).get(name, {}).get("all_rows"),
            "classifier": (few["refined"] if few else kept["scores"]).get(name),
            together: predictor.get("together", {}).get(name, {}).get("all_rows"),
        }
        for voter, values in scores.items():
            if values:
                found |= {(name, voter, figure): values[figure] for figure in ("accuracy", "macro_f1")}
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
