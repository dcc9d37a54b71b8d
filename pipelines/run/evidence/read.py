"""What the report of a run is made from beside its metrics: the rows, read back from the run folder.

Texts are those of the run while it goes on. Later they are read again where the pipeline file says, and believed where
their fingerprint is that of the run: a folder may come from elsewhere, and no report shows a file that it names.
"""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from warnings import catch_warnings

import numpy as np
import polars as pl

from labelfns.errors import LabelFnsError, LabelFnsWarning
from labelfns.io.read import is_hub
from labelfns.io.texts import Texts
from labelfns.lfset import LFSet
from labelfns.models import BaseLabelModel
from labelfns.models.label_models.kinds import load_label_model
from labelfns.pipelines.report.evidence import Evidence, RoundRows, SetRows
from labelfns.pipelines.report.worth import who_answers
from labelfns.pipelines.run.folder import RunFolder
from labelfns.pipelines.run.inputs import ROWS, read_pool, read_set, rows_digest
from labelfns.pipelines.run.output_folder import MADE_FROM, SETTINGS
from labelfns.pipelines.run.round_files import probability_columns, rows_of_round
from labelfns.pipelines.run.saved import read_json, reading
from labelfns.pipelines.run.saved_predictor import LABEL_MODEL, saved_lfs
from labelfns.pipelines.run.settings import PipelineSettings, load_settings
from labelfns.votes import Probs, Votes

from .answers import read_answers
from .pool_labels import read_pool_labels

T = TypeVar("T")


def run_evidence(
    folder: RunFolder,
    metrics: Mapping[str, Any],
    *,
    lfs: LFSet | None = None,
    sets: Mapping[str, Texts] | None = None,
    votes: Mapping[str, Votes] | None = None,
) -> Evidence:
    """Return what is known of a run's rows; what cannot be read is left out, and a note says so.

    Parameters
    ----------
    folder
        The folder of a finished run.
    metrics
        Its metrics.
    lfs, sets, votes
        The run's LFs, texts and votes by set, where they are at hand.
    """
    reader = _Reader()
    path, labels = folder.path, tuple(metrics["labels"])
    made_from = reader.read(lambda: _tables(path / MADE_FROM)) or {}
    pool_votes = (votes or {}).get("pool") or reader.read(folder.read_votes)
    if pool_votes is None:
        return Evidence(notes=tuple(reader.notes))
    if lfs is None:
        lfs = reader.read(
            lambda: saved_lfs(path, labels, trust=False), "the words that made LFs fire are not marked: {}"
        )
    lfs = lfs if lfs is not None and lfs.names == pool_votes.lf_names else None
    if sets is None:
        sets = reader.texts(path, made_from)
    texts = sets.get("pool")
    if texts is not None and len(texts) != len(pool_votes):
        reader.notes.append(f"the texts of the pool are not shown: they are {len(texts)}, the votes {len(pool_votes)}")
        texts = None
    gold = None if texts is None else texts.gold
    n, weak = len(pool_votes), reader.read(lambda: _weak(path, labels, len(pool_votes)))
    rounds, predicted = reader.read(lambda: _rounds(path, labels, metrics, n)) or ((), None)
    answers, who = reader.read(lambda: read_answers(path, labels)) or {}, who_answers(metrics)
    together = reader.read(lambda: read_pool_labels(path, labels, n))
    said, says = (predicted, "classifier") if together is None else (together, who)
    pool = SetRows("pool", texts, pool_votes, gold, weak, said, says)
    labeled = [
        SetRows(name, sets[name], _votes(name, sets[name], lfs, votes), sets[name].gold, *answers[name], who)
        for name in answers
        if name in sets and len(sets[name]) == len(answers[name][0])
    ]
    return Evidence(
        sets=(pool, *labeled),
        rounds=rounds,
        lfs=lfs,
        label_model=reader.read(lambda: _label_model(path / LABEL_MODEL)),
        settings=reader.read(lambda: (path / SETTINGS).read_text(encoding="utf-8")) or "",
        made_from=made_from,
        notes=tuple(reader.notes),
    )


class _Reader:
    """Reads what is there, and notes what is not."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    def read(self, what: Callable[[], T], note: str = "left out: {}") -> T | None:
        """Return what is read, or note why it is not."""
        try:
            with catch_warnings(action="ignore", category=LabelFnsWarning):
                return what()
        except (LabelFnsError, OSError, ValueError) as error:
            self.notes.append(note.format(" ".join(str(error).split())))
            return None

    def texts(self, path: Path, made_from: Mapping[str, Any]) -> dict[str, Texts]:
        """Return the sets whose texts are those that the run had."""
        settings = self.read(lambda: load_settings(path / SETTINGS), "the texts are not shown: {}")
        if settings is None:
            return {}
        found: dict[str, Texts] = {}
        for name in ("pool", "val", "test"):
            expected = made_from.get("data", {}).get(ROWS.format(name))
            if expected is not None and getattr(settings.data, name) is not None:
                read = partial(_same, name, settings, expected)
                data = self.read(read, f"the texts of {name} are not shown: {{}}")
                found |= {} if data is None else {name: data}
        return found


def _same(name: str, settings: PipelineSettings, expected: str) -> Texts:
    """Read a set, and check that it is the one that the run had."""
    source = getattr(settings.data, name)
    if is_hub(source):
        raise ValueError(f"{source} is not on this machine's disk, and a report uses no network")
    data = read_pool(settings) if name == "pool" else read_set(source, settings.data, need_gold=True)
    if rows_digest(data) != expected:
        raise ValueError(f"{source} has changed since the run")
    return data


def _votes(name: str, texts: Texts, lfs: LFSet | None, votes: Mapping[str, Votes] | None) -> Votes | None:
    if votes is not None:
        return votes[name]
    if lfs is None:
        return None
    with catch_warnings(action="ignore", category=LabelFnsWarning):
        return lfs.apply(texts)


def _rounds(
    path: Path, labels: tuple[str, ...], metrics: Mapping[str, Any], n: int
) -> tuple[tuple[RoundRows, ...], Probs | None]:
    """Return what each round did with the n rows of the pool, and what the kept round's model gives, [n, k]."""
    rounds, kept = [], None
    for ledger in metrics["rounds"]:
        folder = path / "rounds" / str(ledger["round"])
        given, selected, predicted = rows_of_round(folder, labels, n)
        if len(given) != n:
            raise ValueError(f"{folder} has {len(given)} rows, the pool {n}")
        rounds.append(RoundRows(ledger["round"], given, selected))
        kept = predicted if ledger["round"] == metrics["best_round"] else kept
    return tuple(rounds), kept


def _weak(path: Path, labels: tuple[str, ...], n: int) -> Probs:
    file = path / "weak_labels.parquet"
    with reading(file):
        frame = pl.read_parquet(file, glob=False)
        columns = list(probability_columns(np.zeros((0, len(labels))), labels))
        columns = columns if frame.columns[: len(labels)] == columns else list(labels)  # as 0.1 named them
        if len(frame) != n:
            raise ValueError(f"it has {len(frame)} rows, the votes {n}")
        return np.stack([frame.get_column(name).to_numpy() for name in columns], axis=1)


def _label_model(path: Path) -> BaseLabelModel | None:
    with reading(path):
        return load_label_model(path) if path.is_file() else None  # 0.1 kept none


def _tables(path: Path) -> dict[str, dict[str, Any]]:
    """Return the objects in the object that a JSON file holds."""
    return {name: value for name, value in read_json(path).items() if isinstance(value, dict)}
