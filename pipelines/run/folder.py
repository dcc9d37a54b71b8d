"""The run folder: every file a run leaves, written whole or not at all, and read back when the run is resumed."""

import re
import shlex
import shutil
import tomllib
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import tomli_w

from labelfns.errors import InputError, LabelFnsWarning
from labelfns.io.atomic import whole
from labelfns.io.parquet import write_frames
from labelfns.io.texts import Texts
from labelfns.lfset import LFSet
from labelfns.models import FineTuning
from labelfns.pipelines.self_training.ledger import Round
from labelfns.settings import to_mapping
from labelfns.votes import Probs, Votes

from .inputs import LF_FILE
from .lf_copy import copy_lfs
from .metrics import read_old_metrics
from .output_folder import LATER, LFS, MADE_FROM, METRICS, SETTINGS, Place, name_instead
from .round_files import Fields, probability_columns, read_round, with_fields, write_round
from .run_files import MARK, discard
from .saved import (
    START_AGAIN,
    check_files,
    damaged,
    read_json,
    reading,
    sha256,
    write_json,
    write_text,
)
from .settings import PipelineSettings, load_settings

if TYPE_CHECKING:
    from labelfns.pipelines.few_gold import FewGoldResult

FREE_SETTINGS = frozenset({"classifier.checkpoint_minutes", "classifier.trainer.ddp_timeout"})
"""Settings that decide no answer, and may be others when a run is resumed."""
METRICS_AGAIN = "Remove it and resume the run: it is written again"

_VOTES = "votes.parquet"
_ABOUT = """A run of labelfns wrote this folder. `labelfns run --overwrite` replaces it as a whole, and refuses to where
it holds anything that no run writes.
"""


class RunFolder(Place):
    """The files of a run, in the place where it may write."""

    def begin(self, settings: PipelineSettings, made_from: Mapping[str, Any], lfs: LFSet, votes: Votes) -> None:
        """Begin a run in a locked folder: the mark, settings, a copy of the LFs, votes, last what it is made from."""
        if self.begun:
            raise InputError(f"{self.path} is in use by a run that has just begun there; name another --output")
        write_text(self.path / MARK, _ABOUT)
        discard(self.path, *LATER, *LFS)  # of a run whose beginning is lost
        write_text(self.path / SETTINGS, tomli_w.dumps(to_mapping(settings)))
        copy_lfs(Path(settings.lfs.file), self.path, lfs.source)
        with whole(self.path / _VOTES) as part:
            votes.save(part)
        write_json(self.path / MADE_FROM, {**made_from, "files": {_VOTES: sha256(self.path / _VOTES)}})
        self.drop_aside()

    def check_same(self, settings: PipelineSettings, made_from: Mapping[str, Any]) -> None:
        """Check that the run that was begun here is the one that is asked for.

        Raises
        ------
        InputError
            If settings, LFs, data or versions have changed, all named; or the votes or what they are compared with are
            damaged.
        """
        made = read_json(self.path / MADE_FROM)
        if not all(isinstance(values, dict) for values in [*map(made.get, made_from), made.get("files", {})]):
            raise damaged(self.path / MADE_FROM, f"it must hold {', '.join(made_from)}", START_AGAIN)
        settings_before, changed = self._changed_settings(settings)
        for kind, values in made_from.items():
            for name, value in values.items():
                was = made[kind].get(name)
                if was != value:
                    what = f"was {was} and is {value}" if kind == "versions" else "changed"
                    changed.append(f"{name} {what}" + (f": {settings.lfs.file}" if name == LF_FILE else ""))
        if changed:
            lines = "".join(f"\n  - {change}" for change in changed)
            raise InputError(
                f"{self.path} cannot be resumed: its run was begun with other input:{lines}\n"
                f"{_same_again(settings_before)}Restore it, or start again with another --output or --overwrite"
            )
        check_files(self.path, made.get("files", {}), START_AGAIN)

    def _changed_settings(self, settings: PipelineSettings) -> tuple[dict[str, Any], list[str]]:
        """Return the settings that were others, as they were, None where not set; and this in words."""
        path = self.path / SETTINGS
        with reading(path), warnings.catch_warnings(action="ignore", category=LabelFnsWarning):
            if tomllib.loads(path.read_text(encoding="utf-8")) == tomllib.loads(tomli_w.dumps(to_mapping(settings))):
                return {}, []
            before, now = flat(to_mapping(load_settings(path))), flat(to_mapping(settings))  # 0.1 had other names
        names = [name for name in {**before, **now} if name not in FREE_SETTINGS]
        changed = {name: before.get(name) for name in names if before.get(name) != now.get(name)}
        return changed, [
            f"{name} was {before.get(name, 'not set')!r} and is {now.get(name, 'not set')!r}" for name in changed
        ]

    def read_votes(self) -> Votes:
        """Read ``votes.parquet``.

        Raises
        ------
        InputError
            If it is damaged.
        """
        with reading(self.path / _VOTES):
            return Votes.load(self.path / _VOTES)

    def write_weak_labels(self, votes: Votes, weak: Probs, pool: Texts) -> None:
        """Write ``weak_labels.parquet``: ``p_LABEL`` per class, which rows are covered and in conflict, the fields."""
        covered, conflicting = votes.covered, votes.conflicting

        def frame(rows: slice) -> pl.DataFrame:
            columns = probability_columns(weak[rows].astype("float32"), votes.labels)
            return pl.DataFrame({**columns, "covered": covered[rows], "conflict": conflicting[rows]})

        with whole(self.path / "weak_labels.parquet") as part:
            write_frames(part, with_fields(pool, frame))

    def write_round(self, done: Round, labels: tuple[str, ...], fields: Fields = None) -> None:
        """Write ``rounds/R`` (see `labelfns.pipelines.run.round_files`) and remove the checkpoints of the round."""
        self.make_room(f"rounds/{done.ledger.round}")
        write_round(self.path / "rounds", done, labels, fields)
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
        from labelfns.models.transformer.checkpoints import last_checkpoint

        last_checkpoint(self.checkpoints / str(len(rounds)))  # which raises if it is damaged
        return rounds

    def write_best(self, best: Round, few_gold: "FewGoldResult | None") -> None:
        """Write ``model/``: the best round's as few gold rows left it, or a copy."""
        self.make_room("model")
        with whole(self.path / "model") as part:
            if few_gold is not None:
                few_gold.classifier.save_pretrained(part)
                return
            shutil.copytree(self.path / "rounds" / str(best.ledger.round) / "model", part)

    def make_room(self, name: str) -> None:
        """Remove what a stopped run left of a folder that is now written again."""
        if stays := discard(self.path, name):
            self.refuse(stays)

    def write_metrics(self, metrics: Mapping[str, Any]) -> None:
        """Write ``metrics.json``: with it the run is complete."""
        discard(self.path, self.checkpoints.name)
        write_json(self.path / METRICS, metrics)

    def read_metrics(self) -> dict[str, Any]:
        """Read ``metrics.json``.

        Raises
        ------
        InputError
            If the folder is not that of a finished run, or the file is damaged.
        """
        file = self.path / METRICS
        if not file.is_file():
            raise InputError(
                f"{self.path} is not the folder of a finished run: there is no metrics.json in it. "
                f"{name_instead(self.path)}"
            )
        with reading(file, METRICS_AGAIN):
            return read_old_metrics(read_json(file, METRICS_AGAIN))


def to_resume(parent: Path, name: str) -> Path:
    """Return the last of ``parent/name-1``, ``parent/name-2``, ... that is not finished.

    Where all are, it is the last of them, and where there is none, the first.
    """
    folders = [RunFolder(parent / f"{name}-{number}") for number in sorted(_numbers(parent, name), reverse=True)]
    runs = [folder for folder in folders if folder.is_run or folder.blank]
    unfinished = [folder for folder in runs if not folder.complete]
    return next((parent / folder.path.name for folder in [*unfinished, *runs]), next_free(parent, name))


def next_free(parent: Path, name: str) -> Path:
    """Return the one after the last of ``parent/name-1``, ``parent/name-2``, ... that exists."""
    return parent / f"{name}-{max(_numbers(parent, name), default=0) + 1}"


def _numbers(parent: Path, name: str) -> list[int]:
    names = [path.name for path in parent.iterdir()] if parent.is_dir() else []
    matches = [re.fullmatch(rf"{re.escape(name)}-([1-9]\d*)", one) for one in names]
    return [int(match[1]) for match in matches if match]


def _same_again(settings: Mapping[str, Any]) -> str:
    """Return how to give a run the settings that it was begun with."""
    if not settings:
        return ""
    given = []
    for name, value in settings.items():
        written = "" if value is None else tomli_w.dumps({"value": value}).removeprefix("value = ").strip()
        given.append(f"--set {shlex.quote(f'{name}={written}')}")
    return f"Give the same settings again, in the pipeline file or by {' '.join(given)}. "


def flat(values: Mapping[str, Any], section: str = "") -> dict[str, Any]:
    """Return nested settings as ``section.key``, a value each."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= flat(value, f"{section}{name}.") if isinstance(value, dict) else {section + name: value}
    return found
