"""Where a run may write: what is there, whether it may be replaced, and which process has it."""

import dataclasses
import json
import os
import shlex
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from labelfns.errors import InputError, LabelFnsError, LabelFnsWarning, WriteError, some
from labelfns.io.atomic import PART

from .run_files import MARK, discard, strangers

SETTINGS, MADE_FROM, METRICS, REPORT = "pipeline.toml", "made_from.json", "metrics.json", "report.html"
LFS = ("lfs.py", "lfs.toml", "words")
LATER = (
    *(METRICS, REPORT, "weak_labels.parquet", "answers.parquet", "pool_labels.parquet"),
    *("predictor.json", "label_model.json", "model", "second_view", "rounds", "checkpoints"),
)
"""What a run writes after it has begun."""

_LOCK = ".lock"


@dataclasses.dataclass(frozen=True)
class Place:
    """A folder that a run is to write to.

    Whatever is removed is what runs write, file by file (see `run_files`). A run that is replaced is moved aside first,
    and removed when the new one has begun.

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
        return (self.path / MADE_FROM).is_file()

    @property
    def complete(self) -> bool:
        """Whether the run came to its end."""
        return (self.path / METRICS).is_file()

    @property
    def reported(self) -> bool:
        """Whether it has a report."""
        return (self.path / REPORT).is_file()

    @property
    def checkpoints(self) -> Path:
        """Where the checkpoints of unfinished rounds are, one folder per round."""
        return self.path / "checkpoints"

    @property
    def aside(self) -> Path:
        """Where a run that is replaced is until the new one has begun."""
        return self.path.with_name(f"{self.path.name}.labelfns-replaced")

    def check(self, *, overwrite: bool, resume: bool = False, inputs: Iterable[Path] = ()) -> None:
        """Check that the folder may be written.

        Parameters
        ----------
        overwrite
            Whether a run that is there is to be replaced.
        resume
            Whether it is to be resumed.
        inputs
            What the run reads; nothing of it may be inside what is removed.

        Raises
        ------
        InputError
            If there is something else than a run, or a run and neither `overwrite` nor `resume` is true, or what would
            be removed holds anything that no run wrote, or an input, or the folder is inside another run.
        WriteError
            If there is no right to look into it.
        """
        with _writing(self.path):
            self._check(inputs, overwrite=overwrite, resume=resume)

    def _check(self, inputs: Iterable[Path], *, overwrite: bool, resume: bool) -> None:
        if around := next((parent for parent in _real(self.path).parents if Place(parent).is_run), None):
            raise InputError(f"{self.path} is inside {around}, which is a run folder; name another --output")
        if not os.path.lexists(self.path):
            return
        if not self.path.is_dir():
            raise InputError(f"{self.path} is a file; name another --output")
        if (self.path / _LOCK).is_symlink():
            raise InputError(f"{self.path / _LOCK} is a link, which no run makes; remove it, or name another --output")
        if self.blank:
            return
        if not self.is_run:
            others = strangers(self.path) or sorted(path.name for path in self.path.iterdir())
            raise InputError(
                f"{self.path} exists and is not a run folder: it holds {some(others, 10)}. Nothing was touched; name "
                "another --output"
            )
        if not overwrite and not resume:
            raise InputError(
                f"{self.path} exists; name another --output, add --overwrite to replace it, or --resume to go on with "
                "a run that was stopped"
            )
        if overwrite and self.path.is_symlink():
            raise InputError(
                f"{self.path} is a link to {self.path.resolve()} and is not replaced; name that folder as --output"
            )
        if odd := [path for path in self.path.rglob("*") if not path.is_file() and not path.is_dir()]:
            raise InputError(f"{some(odd, 10)}: no file that can be read; remove it, or name another --output")
        parts = () if overwrite else LATER if self.begun else (*LATER, *LFS)
        if others := strangers(self.path, *parts):
            self.refuse(others)
        written = LATER if resume and self.begun else ("",)  # one that had not begun is written from its beginning
        self._check_outside(inputs, [self.path / part for part in written])

    @property
    def blank(self) -> bool:
        """Whether it is a folder in which nothing was written yet."""
        return self.path.is_dir() and {path.name for path in self.path.iterdir()} <= {_LOCK, MARK + PART}

    @property
    def is_run(self) -> bool:
        """Whether labelfns wrote this folder; version 0.1 left no mark in it."""
        if (self.path / MARK).is_file():
            return True
        if not (self.path / SETTINGS).is_file() or not self.begun:
            return False
        try:
            made_from = json.loads((self.path / MADE_FROM).read_text(encoding="utf-8"))
        except ValueError:
            return False
        return isinstance(made_from, dict) and {"versions", "lfs", "data"} <= made_from.keys()

    def _check_outside(self, inputs: Iterable[Path], removed: Sequence[Path]) -> None:
        folders = [_real(path) for path in removed]
        inside = [path for path in inputs if any(_real(path).is_relative_to(folder) for folder in folders)]
        if inside:
            raise InputError(
                f"{self.path} cannot be written: this run would read {some(inside, 10)} from it, and remove it. Copy "
                "what it reads to another place, or name another --output"
            )

    def refuse(self, others: list[str]) -> None:
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

    def recover(self, inputs: Iterable[Path] = ()) -> None:
        """Tidy up after a replacement that was stopped: put the old run back, or remove it if a new one has begun.

        Raises
        ------
        InputError
            If any of the inputs is in the old run.
        """
        if not self._was_replaced:
            return
        self._check_outside(inputs, [self.aside])
        with _writing(self.aside):
            if not os.path.lexists(self.path):
                self.aside.rename(self.path)
            elif self.begun:
                self.drop_aside()

    @property
    def _was_replaced(self) -> bool:
        """Whether the run that was here is still beside it; another folder of that name is left alone."""
        return Place(self.aside).is_run and not self.aside.is_symlink()

    def drop_aside(self) -> None:
        """Remove a run that was replaced, and nothing else."""
        if self._was_replaced and (stays := discard(self.aside)):
            warnings.warn(f"{self.aside} stays: it holds what no run wrote: {some(stays, 10)}", LabelFnsWarning, 2)


def name_instead(folder: Path) -> str:
    """Return a sentence on what to name in place of a folder that is not what a run left, by what is there."""
    if not folder.is_dir():
        what = "It is a file" if folder.exists() else "There is no such folder"
        return f"{what}: name the folder that `labelfns run` or Pipeline.save wrote"
    runs = list[Path]()
    with suppress(OSError):  # a folder that may not be read
        runs = sorted(path for path in folder.iterdir() if (path / METRICS).is_file())
    if runs:
        return f"It holds runs, {some([path.name for path in runs])}: name one of them, {runs[0]} for instance"
    if (folder / MADE_FROM).is_file():
        return "The run in it is not finished: resume it to its end, labelfns run ... --resume"
    if (folder / SETTINGS).is_file():
        return (
            f"It holds a pipeline: labelfns run {shlex.quote(str(folder / SETTINGS))} makes a run of it, which to name"
        )
    return "Name the folder that `labelfns run` or Pipeline.save wrote"


def _real(path: Path) -> Path:
    """Return a path without links; unlike `Path.resolve` it takes links that go in circles."""
    return Path(os.path.realpath(path))


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, LabelFnsError):
            raise
        raise WriteError.of(path, error) from error
