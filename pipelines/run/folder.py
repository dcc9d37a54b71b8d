"""The run folder: every file a run leaves, written whole or not at all, and read back when the run is resumed."""

import dataclasses
import json
import os
import re
import shutil
import tomllib
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import tomli_w
from filelock import FileLock, Timeout

from labelfns.errors import InputError, LabelFnsError, LabelFnsWarning, WriteError, some
from labelfns.io.atomic import whole
from labelfns.models import FineTuning
from labelfns.models.transformer.checkpoints import last_checkpoint
from labelfns.pipelines.few_gold import Refined
from labelfns.pipelines.self_training.ledger import Round
from labelfns.settings import to_mapping
from labelfns.votes import Probs, Votes

from .lf_copy import copy_lfs
from .owned import MARK, discard, strangers
from .round_files import probability_columns, read_round, write_round
from .saved import (
    START_AGAIN,
    check_checkpoint,
    check_files,
    damaged,
    read_json,
    reading,
    sha256,
    write_json,
    write_text,
)
from .settings import PipelineSettings

_SETTINGS, _MADE_FROM, _VOTES = "pipeline.toml", "made_from.json", "votes.parquet"
_METRICS, _LOCK = "metrics.json", ".lock"
_LATER = (_METRICS, "report.html", "weak_labels.parquet", "model", "rounds", "checkpoints")
_ABOUT = """A run of labelfns wrote this folder. `labelfns run --overwrite` replaces it as a whole, and refuses to where
it holds anything that no run writes.
"""


@dataclasses.dataclass(frozen=True)
class RunFolder:
    """A folder that a run writes to.

    Whatever is removed is what runs write, file by file (see `labelfns.pipelines.run.owned`). A run that is replaced is
    moved aside first, and removed when the new one has begun.

    Parameters
    ----------
    path
        The folder, made absolute; `begin` makes it.
    """

    path: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(os.path.abspath(self.path)))  # noqa: PTH100, links stay links

    @property
    def begun(self) -> bool:
        """Whether a run was begun here: its settings, the votes and what it is made from were written."""
        return (self.path / _MADE_FROM).is_file()

    @property
    def complete(self) -> bool:
        """Whether the run came to its end."""
        return (self.path / _METRICS).is_file()

    @property
    def reported(self) -> bool:
        """Whether it has a report."""
        return (self.path / "report.html").is_file()

    @property
    def checkpoints(self) -> Path:
        """Where the checkpoints of unfinished rounds are, one folder per round."""
        return self.path / "checkpoints"

    @property
    def aside(self) -> Path:
        """Where a run that is replaced is until the new one has begun."""
        return self.path.with_name(f"{self.path.name}.labelfns-old")

    def check(self, *, overwrite: bool, resume: bool = False, inputs: Iterable[Path] = ()) -> None:
        """Check that the folder may be written.

        Parameters
        ----------
        overwrite
            Whether a run that is there is to be replaced.
        resume
            Whether it is to be resumed.
        inputs
            What the run reads; nothing of it may be inside a folder that is replaced.

        Raises
        ------
        InputError
            If there is something else than a run, or a run and neither `overwrite` nor `resume` is true, or what would
            be removed holds anything that no run wrote, or an input.
        """
        if not os.path.lexists(self.path):
            return
        if not self.path.is_dir():
            raise InputError(f"{self.path} is a file; name another --output")
        names = {path.name for path in self.path.iterdir()}
        if names <= {_LOCK}:
            return
        if not self._is_run:
            others = strangers(self.path) or sorted(names)
            raise InputError(
                f"{self.path} exists and is not a run folder: it holds {some(others, 10)}. Nothing was touched; name "
                "another --output"
            )
        if not overwrite and not resume:
            raise InputError(
                f"{self.path} exists; name another --output, add --overwrite to replace it, or --resume to go on with "
                "a run that was stopped"
            )
        if overwrite:
            self._check_replaceable(inputs)
        elif others := strangers(self.path, *_LATER):
            self._refuse(others)

    @property
    def _is_run(self) -> bool:
        """Whether labelfns wrote this folder; version 0.1 left no mark in it."""
        if (self.path / MARK).is_file():
            return True
        if not (self.path / _SETTINGS).is_file() or not self.begun:
            return False
        try:
            made_from = json.loads((self.path / _MADE_FROM).read_text(encoding="utf-8"))
        except ValueError:
            return False
        return isinstance(made_from, dict) and {"versions", "lfs", "data"} <= made_from.keys()

    def _check_replaceable(self, inputs: Iterable[Path]) -> None:
        if self.path.is_symlink():
            raise InputError(
                f"{self.path} is a link to {self.path.resolve()} and is not replaced; name that folder as --output"
            )
        if others := strangers(self.path):
            self._refuse(others)
        inside = [path for path in inputs if path.resolve().is_relative_to(self.path.resolve())]
        if inside:
            raise InputError(
                f"{self.path} cannot be replaced: this run would read {some(inside, 10)} from it. Copy what it reads "
                "to another place, or name another --output"
            )

    def _refuse(self, others: list[str]) -> None:
        raise InputError(
            f"{self.path} holds what no run wrote, and it would be removed: {some(others, 10)}. Move it to "
            "another place, or name another --output"
        )

    @contextmanager
    def locked(self, *, replace: bool = False) -> Iterator[None]:
        """Make the folder where it is missing and keep other processes from it; the lock goes with the process.

        Parameters
        ----------
        replace
            Whether the run that is there is moved aside; a new folder is locked then.

        Raises
        ------
        InputError
            If another process, still alive, has the lock.
        WriteError
            If the folder cannot be made or moved.
        """
        if replace and self.begun:
            if os.path.lexists(self.aside):
                raise InputError(f"{self.aside} is in the way; remove it, or move it to another place")
            with self._lock() as lock:
                if os.name != "posix":  # a folder with an open file cannot be moved there
                    lock.release()
                with _writing(self.path):
                    self.path.rename(self.aside)
        with self._lock():
            yield

    @contextmanager
    def _lock(self) -> Iterator[FileLock]:
        lock = FileLock(self.path / _LOCK, timeout=0)
        with _writing(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire()
            except Timeout:
                raise InputError(
                    f"{self.path} is in use by a run that is still going; wait for it or stop it"
                ) from None
        try:
            yield lock
        finally:
            lock.release()

    def recover(self) -> None:
        """Tidy up after a replacement that was stopped: put the old run back, or remove it if a new one has begun."""
        if not self.aside.is_dir():
            return
        with _writing(self.aside):
            if not os.path.lexists(self.path):
                self.aside.rename(self.path)
            elif self.begun:
                self._drop_aside()

    def _drop_aside(self) -> None:
        if stays := discard(self.aside):
            warnings.warn(f"{self.aside} stays: it holds what no run wrote: {some(stays, 10)}", LabelFnsWarning, 2)

    def begin(self, settings: PipelineSettings, made_from: Mapping[str, Any], votes: Votes) -> None:
        """Begin a run in a locked folder: the mark, settings, a copy of the LFs, votes, last what it is made from."""
        if self.begun:
            raise InputError(f"{self.path} is in use by a run that has just begun there; name another --output")
        write_text(self.path / MARK, _ABOUT)
        discard(self.path, *_LATER)  # of a run whose beginning is lost
        write_text(self.path / _SETTINGS, tomli_w.dumps(to_mapping(settings)))
        copy_lfs(Path(settings.lfs.file), self.path)
        with whole(self.path / _VOTES) as part:
            votes.save(part)
        write_json(self.path / _MADE_FROM, {**made_from, "files": {_VOTES: sha256(self.path / _VOTES)}})
        self._drop_aside()

    def check_same(self, settings: PipelineSettings, made_from: Mapping[str, Any]) -> None:
        """Check that the run that was begun here is the one that is asked for.

        Raises
        ------
        InputError
            If settings, LFs, data or versions have changed, all named; or the votes or what they are compared with are
            damaged.
        """
        made = read_json(self.path / _MADE_FROM)
        if not all(isinstance(made.get(kind), dict) for kind in made_from):
            raise damaged(self.path / _MADE_FROM, f"it must hold {', '.join(made_from)}", START_AGAIN)
        with reading(self.path / _SETTINGS):
            content = tomllib.loads((self.path / _SETTINGS).read_text(encoding="utf-8"))
            if missing := {"data", "lfs"} - content.keys():
                raise ValueError(f"it has no section {some(sorted(missing))}")
            before = _flat(content)
        now = _flat(tomllib.loads(tomli_w.dumps(to_mapping(settings))))
        changed = [
            f"{name} was {before.get(name, 'not set')!r} and is {now.get(name, 'not set')!r}"
            for name in {**before, **now}
            if before.get(name) != now.get(name)
        ]
        for kind, values in made_from.items():
            for name, value in values.items():
                was = made[kind].get(name)
                if was != value:
                    changed.append(f"{name} was {was} and is {value}" if kind == "versions" else f"{name} changed")
        if changed:
            lines = "".join(f"\n  - {change}" for change in changed)
            raise InputError(
                f"{self.path} cannot go on, its run was begun with other input:{lines}\n"
                "Put that back, or start again with another --output or --overwrite"
            )
        check_files(self.path, made.get("files", {}), START_AGAIN)

    def read_votes(self) -> Votes:
        """Read ``votes.parquet``.

        Raises
        ------
        InputError
            If it is damaged.
        """
        with reading(self.path / _VOTES):
            return Votes.load(self.path / _VOTES)

    def write_weak_labels(self, votes: Votes, weak: Probs) -> None:
        """Write ``weak_labels.parquet``: a column ``p_LABEL`` per class, and which rows are covered and in conflict."""
        columns = probability_columns(weak.astype("float32"), votes.labels)
        frame = pl.DataFrame({**columns, "covered": votes.covered, "conflict": votes.conflicting})
        with whole(self.path / "weak_labels.parquet") as part:
            frame.write_parquet(part)

    def write_round(self, done: Round, labels: tuple[str, ...]) -> None:
        """Write ``rounds/R`` (see `labelfns.pipelines.run.round_files`) and remove the checkpoints of the round."""
        self._make_room(f"rounds/{done.ledger.round}")
        write_round(self.path / "rounds", done, labels)
        discard(self.path, self.checkpoints.name)

    def read_rounds(self, votes: Votes, settings: FineTuning) -> list[Round]:
        """Read the rounds that are done, and check the last checkpoint of the one that is not.

        Parameters
        ----------
        votes
            The pool's votes.
        settings
            What the rounds' classifiers get as their settings; they are moved to the device that these name.

        Raises
        ------
        InputError
            If a file is damaged.
        """
        rounds: list[Round] = []
        while (folder := self.path / "rounds" / str(len(rounds))).is_dir():
            rounds.append(read_round(folder, votes, settings))
        last = last_checkpoint(self.checkpoints / str(len(rounds)))
        if last is not None:
            check_checkpoint(last)
        return rounds

    def write_best(self, best: Round, refined: Refined | None) -> None:
        """Write ``model/``: the best round's as few gold rows left it, or a copy."""
        self._make_room("model")
        with whole(self.path / "model") as part:
            if refined is not None:
                refined.classifier.save_pretrained(part)
                return
            shutil.copytree(self.path / "rounds" / str(best.ledger.round) / "model", part)

    def _make_room(self, name: str) -> None:
        """Remove what a stopped run left of a folder that is now written again."""
        if stays := discard(self.path, name):
            self._refuse(stays)

    def write_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Write ``metrics.json``: with it the run is complete."""
        discard(self.path, self.checkpoints.name)
        write_json(self.path / _METRICS, metrics)

    def read_metrics(self) -> dict[str, Any]:
        """Read ``metrics.json``.

        Raises
        ------
        InputError
            If the folder is not that of a finished run, or the file is damaged.
        """
        file = self.path / _METRICS
        if not file.is_file():
            raise InputError(f"{self.path} is not the folder of a finished run: there is no metrics.json in it")
        return read_json(file, "Remove it and resume the run: it is written again")


def latest(parent: Path, name: str) -> Path:
    """Return the last of ``parent/name-1``, ``parent/name-2``, ... that exists, the first where there is none."""
    return parent / f"{name}-{max(_numbers(parent, name), default=1)}"


def next_free(parent: Path, name: str) -> Path:
    """Return the one after the last of ``parent/name-1``, ``parent/name-2``, ... that exists."""
    return parent / f"{name}-{max(_numbers(parent, name), default=0) + 1}"


def _numbers(parent: Path, name: str) -> list[int]:
    names = [path.name for path in parent.iterdir()] if parent.is_dir() else []
    matches = [re.fullmatch(rf"{re.escape(name)}-([1-9]\d*)", one) for one in names]
    return [int(match[1]) for match in matches if match]


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, LabelFnsError):
            raise
        raise WriteError.of(path, error) from error


def _flat(values: Mapping[str, Any], section: str = "") -> dict[str, Any]:
    """Return nested settings as ``section.key``, a value each."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= _flat(value, f"{section}{name}.") if isinstance(value, dict) else {section + name: value}
    return flat
