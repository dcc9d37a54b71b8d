"""The run folder: every file a run leaves, written whole or not at all, and read back when a run goes on."""

import dataclasses
import json
import shutil
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import tomli_w
from filelock import FileLock, Timeout

from labelfns.errors import InputError, WriteError
from labelfns.io.atomic import PART, remove, whole
from labelfns.models import FineTuning, TransformerClassifier
from labelfns.models.transformer import distributed
from labelfns.pipelines.few_gold import FewGoldResult
from labelfns.pipelines.self_training.ledger import Ledger, Round
from labelfns.settings import to_mapping
from labelfns.votes import Probs, Votes

from .settings import PipelineSettings

_MARK = "pipeline.toml"
_MADE_FROM = "made_from.json"
_METRICS = "metrics.json"
_LOCK = ".lock"
_PREDICTED = "model_"


@dataclasses.dataclass(frozen=True)
class RunFolder:
    """A folder that a run writes to.

    Parameters
    ----------
    path
        The folder; `create` makes it.
    """

    path: Path

    @property
    def begun(self) -> bool:
        """Whether a run was begun here: its settings, what it was made from and the votes are there."""
        return (self.path / _MADE_FROM).is_file()

    @property
    def complete(self) -> bool:
        """Whether the run came to its end."""
        return (self.path / _METRICS).is_file()

    @property
    def checkpoints(self) -> Path:
        """Where the checkpoints of unfinished rounds are, a folder a round."""
        return self.path / "checkpoints"

    def check(self, *, overwrite: bool, resume: bool = False) -> None:
        """Check that the folder may be written.

        Raises
        ------
        InputError
            If it exists and neither `overwrite` nor `resume` is true, or it exists and is not a run folder.
        """
        found = {path.name for path in self.path.iterdir()} if self.path.is_dir() else set()
        if not self.path.exists() or not found - {_LOCK, _MARK + PART}:
            return
        if not (self.path / _MARK).is_file():
            raise InputError(f"{self.path} exists and is not a run folder; name another --output")
        if not overwrite and not resume:
            raise InputError(
                f"{self.path} exists; name another --output, add --overwrite to replace it, or --resume to go on with "
                "a run that was stopped"
            )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Make the folder where it is missing and keep other processes from it; the lock goes with the process.

        Raises
        ------
        InputError
            If another process, still alive, has the lock.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.path / _LOCK, timeout=0)
            lock.acquire()
        except Timeout:
            raise InputError(f"{self.path} is in use by a run that is still going; wait for it or stop it") from None
        except OSError as error:
            raise WriteError.of(self.path, error) from error
        try:
            yield
        finally:
            lock.release()

    def create(self, settings: PipelineSettings, made_from: Mapping[str, Any], votes: Votes) -> None:
        """Begin a run, in place of an old one: settings, a copy of the LF file, votes, last what it is made from."""
        last = (_LOCK, _MARK)  # without these it would not be known for a run folder
        old = sorted(self.path.iterdir(), key=lambda path: (path.name in last, path.name not in (_METRICS, _MADE_FROM)))
        for path in old:
            if path.name != _LOCK:
                remove(path)
        _write_text(self.path / _MARK, tomli_w.dumps(to_mapping(settings)))
        with whole(self.path / "lfs.py") as part:
            shutil.copyfile(settings.lfs.file, part)
        with whole(self.path / "votes.parquet") as part:
            votes.save(part)
        write_json(self.path / _MADE_FROM, made_from)

    def check_same(self, settings: PipelineSettings, made_from: Mapping[str, Any]) -> None:
        """Check that the run that was begun here is the one that is asked for.

        Raises
        ------
        InputError
            If settings, LFs, data or versions have changed, all named.
        """
        before = _flat(tomllib.loads((self.path / _MARK).read_text(encoding="utf-8")))
        now = _flat(tomllib.loads(tomli_w.dumps(to_mapping(settings))))
        changed = [
            f"{name} was {before.get(name, 'not set')!r} and is {now.get(name, 'not set')!r}"
            for name in {**before, **now}
            if before.get(name) != now.get(name)
        ]
        made = json.loads((self.path / _MADE_FROM).read_text(encoding="utf-8"))
        for kind, values in made_from.items():
            for name, value in values.items():
                was = made.get(kind, {}).get(name)
                if was != value:
                    changed.append(f"{name} was {was} and is {value}" if kind == "versions" else f"{name} changed")
        if changed:
            lines = "".join(f"\n  - {change}" for change in changed)
            raise InputError(
                f"{self.path} cannot go on, its run was begun with other input:{lines}\n"
                "Put that back, or start again with another --output or --overwrite"
            )

    def read_votes(self) -> Votes:
        """Read ``votes.parquet``."""
        return Votes.load(self.path / "votes.parquet")

    def write_weak_labels(self, votes: Votes, weak: Probs) -> None:
        """Write ``weak_labels.parquet``: a probability column a class, and which rows are covered and contested."""
        frame = _probabilities(weak, votes.labels).with_columns(
            pl.Series("covered", votes.covered), pl.Series("conflict", votes.conflicting)
        )
        with whole(self.path / "weak_labels.parquet") as part:
            frame.write_parquet(part)

    def write_round(self, done: Round, labels: tuple[str, ...]) -> None:
        """Write ``rounds/R``: the model, ``pseudo_labels.parquet`` and ``metrics.json``, the ledger.

        The table has for each row of the pool the probabilities that the round was trained on, the label and its
        confidence, whether it was trained on and with what weight, and the probabilities that the round's model gives.
        """
        frame = pl.DataFrame(
            {
                **{name: done.labels[:, c] for c, name in enumerate(labels)},
                "label": [labels[c] for c in done.labels.argmax(axis=1)],
                "confidence": done.labels.max(axis=1),
                "trained_on": done.selected,
                "weight": done.weights,
                **{f"{_PREDICTED}{name}": done.predicted[:, c] for c, name in enumerate(labels)},
            }
        )
        (self.path / "rounds").mkdir(exist_ok=True)
        with whole(self.path / "rounds" / str(done.ledger.round)) as part:
            part.mkdir()
            done.classifier.save_pretrained(part / "model")
            frame.write_parquet(part / "pseudo_labels.parquet")
            write_json(part / "metrics.json", done.ledger.to_json())
        remove(self.checkpoints)

    def read_rounds(self, labels: tuple[str, ...], settings: FineTuning) -> list[Round]:
        """Read the rounds that are done; their classifiers get the given settings, and the device these name."""
        rounds: list[Round] = []
        while (folder := self.path / "rounds" / str(len(rounds))).is_dir():
            frame = pl.read_parquet(folder / "pseudo_labels.parquet")
            classifier = TransformerClassifier.from_pretrained(folder / "model")
            classifier.settings = settings
            classifier.model_.to(distributed.device(settings))  # type: ignore[arg-type]
            ledger = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
            rounds.append(
                Round(
                    classifier=classifier,
                    labels=_table(frame, labels),
                    weights=frame["weight"].to_numpy(),
                    ledger=Ledger.from_json(ledger),
                    predicted=_table(frame, [_PREDICTED + name for name in labels]),
                )
            )
        return rounds

    def write_best(self, best: Round, refined: FewGoldResult | None) -> None:
        """Write ``model/``: the best round's as a little gold left it, or a copy."""
        with whole(self.path / "model") as part:
            if refined is not None:
                refined.classifier.save_pretrained(part)
                return
            shutil.copytree(self.path / "rounds" / str(best.ledger.round) / "model", part)

    def write_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Write ``metrics.json``, the last file of a run."""
        remove(self.checkpoints)
        write_json(self.path / _METRICS, metrics)

    def read_metrics(self) -> dict[str, Any]:
        """Read ``metrics.json``.

        Raises
        ------
        InputError
            If the folder is not that of a finished run.
        """
        file = self.path / _METRICS
        if not file.is_file():
            raise InputError(f"{self.path} is not the folder of a finished run: there is no metrics.json in it")
        metrics: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return metrics


def latest(parent: Path, name: str) -> Path:
    """Return the last of ``parent/name-1``, ``parent/name-2``, ... that exists, the first where there is none."""
    free = next_free(parent, name)
    number = int(free.name.removeprefix(f"{name}-"))
    return parent / f"{name}-{max(number - 1, 1)}"


def next_free(parent: Path, name: str) -> Path:
    """Return the first of ``parent/name-1``, ``parent/name-2``, ... that does not exist."""
    number = 1
    while (parent / f"{name}-{number}").exists():
        number += 1
    return parent / f"{name}-{number}"


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON file, whole or not at all."""
    _write_text(path, json.dumps(value, indent=2, ensure_ascii=False, default=_plain) + "\n")


def _write_text(path: Path, text: str) -> None:
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def _probabilities(probs: Probs, labels: tuple[str, ...]) -> pl.DataFrame:
    return pl.DataFrame({name: probs[:, c].astype(np.float32) for c, name in enumerate(labels)})


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _table(frame: pl.DataFrame, columns: Sequence[str]) -> Probs:
    """Return columns as an array laid out row by row: sums over another layout differ in their last bits."""
    return np.ascontiguousarray(frame.select(columns).to_numpy())


def _flat(values: Mapping[str, Any], section: str = "") -> dict[str, Any]:
    """Return nested settings as ``section.key``, a value each."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= _flat(value, f"{section}{name}.") if isinstance(value, dict) else {section + name: value}
    return flat
