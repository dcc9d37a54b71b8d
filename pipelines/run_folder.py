"""The run folder: every file a run leaves, written whole or not at all (polars, tomli-w, `labelfns`)."""

import dataclasses
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import tomli_w

from labelfns.errors import InputError
from labelfns.settings import to_mapping
from labelfns.votes import Probs, Votes

from .self_training import Round
from .settings import PipelineSettings

_MARK = "pipeline.toml"


@dataclasses.dataclass(frozen=True)
class RunFolder:
    """A folder that a run writes to.

    Parameters
    ----------
    path
        The folder; `create` makes it.
    """

    path: Path

    def check(self, *, overwrite: bool) -> None:
        """Check that the folder may be written.

        Raises
        ------
        InputError
            If it exists and `overwrite` is false, or it exists and is not a run folder.
        """
        if not self.path.exists() or (self.path.is_dir() and not any(self.path.iterdir())):
            return
        if not (self.path / _MARK).is_file():
            raise InputError(f"{self.path} exists and is not a run folder; name another --output")
        if not overwrite:
            raise InputError(f"{self.path} exists; name another --output, or add --overwrite to replace it")

    def create(self, settings: PipelineSettings) -> None:
        """Make the folder, in place of an old one, with the settings and a copy of the LF file."""
        if self.path.exists():
            shutil.rmtree(self.path)
        (self.path / "rounds").mkdir(parents=True)
        _write_text(self.path / _MARK, tomli_w.dumps(to_mapping(settings)))
        shutil.copyfile(settings.lfs.file, self.path / "lfs.py")

    def write_votes(self, votes: Votes) -> None:
        """Write ``votes.parquet``."""
        with _whole(self.path / "votes.parquet") as part:
            votes.save(part)

    def write_weak_labels(self, votes: Votes, weak: Probs) -> None:
        """Write ``weak_labels.parquet``: a probability column a class, and which rows are covered and contested."""
        frame = _probabilities(weak, votes.labels).with_columns(
            pl.Series("covered", votes.covered), pl.Series("conflict", votes.conflicting)
        )
        _write_frame(self.path / "weak_labels.parquet", frame)

    def write_round(self, done: Round, labels: tuple[str, ...]) -> None:
        """Write ``rounds/R``: the model, ``pseudo_labels.parquet`` and ``metrics.json``, the ledger."""
        folder = self.path / "rounds" / str(done.ledger.round)
        folder.mkdir()
        with _whole(folder / "model") as part:
            done.classifier.save_pretrained(part)
        frame = _probabilities(done.labels, labels).with_columns(
            pl.Series("label", [labels[c] for c in done.labels.argmax(axis=1)]),
            pl.Series("confidence", done.labels.max(axis=1)),
            pl.Series("trained_on", done.selected),
        )
        _write_frame(folder / "pseudo_labels.parquet", frame)
        write_json(folder / "metrics.json", dataclasses.asdict(done.ledger))

    def write_best(self, best: Round) -> None:
        """Write ``model/``, a copy of the best round's."""
        with _whole(self.path / "model") as part:
            shutil.copytree(self.path / "rounds" / str(best.ledger.round) / "model", part)

    def write_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Write ``metrics.json``."""
        write_json(self.path / "metrics.json", metrics)

    def read_metrics(self) -> dict[str, Any]:
        """Read ``metrics.json``.

        Raises
        ------
        InputError
            If the folder is not that of a finished run.
        """
        file = self.path / "metrics.json"
        if not file.is_file():
            raise InputError(f"{self.path} is not the folder of a finished run: there is no metrics.json in it")
        metrics: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return metrics


def next_free(parent: Path, name: str) -> Path:
    """Return the first of ``parent/name-1``, ``parent/name-2``, ... that does not exist."""
    number = 1
    while (parent / f"{name}-{number}").exists():
        number += 1
    return parent / f"{name}-{number}"


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON file, whole or not at all."""
    _write_text(path, json.dumps(value, indent=2, ensure_ascii=False, default=_plain) + "\n")


class _whole:
    """Give a temporary path beside the target, and move it into place when the block ends well."""

    def __init__(self, target: Path) -> None:
        self.target, self.part = target, target.with_name(target.name + ".part")

    def __enter__(self) -> Path:
        return self.part

    def __exit__(self, kind: object, *rest: object) -> None:
        if kind is None:
            self.part.replace(self.target)


def _write_text(path: Path, text: str) -> None:
    with _whole(path) as part:
        part.write_text(text, encoding="utf-8")


def _write_frame(path: Path, frame: pl.DataFrame) -> None:
    with _whole(path) as part:
        frame.write_parquet(part)


def _probabilities(probs: Probs, labels: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame({name: probs[:, c].astype(np.float32) for c, name in enumerate(labels)})


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
