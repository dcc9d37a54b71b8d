"""Checkpoints of a fit: when they are due, which one to resume from, and whether it is as it was written.

A folder ``checkpoint-N`` holds what `transformers.Trainer` saves after step N: weights, optimizer, schedule and the
states of all random generators; and ``files.json``, the SHA-256 of each file. It gets its name when all of it is on the
disk.
"""

import hashlib
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_pt_utils import safe_globals

from labelfns.errors import InputError, LabelFnsError, first_line, raise_all
from labelfns.io.atomic import remove, settle

from . import distributed as parallel

UNFINISHED = "labelfns-unfinished"
"""Where a checkpoint is written before it gets its name; nobody else names a folder so, as it is removed."""

_ASK_EVERY = 10  # steps after which several processes agree whether a checkpoint is due; their clocks differ

_SUMS = "files.json"
_ADVICE = "remove this folder: the fit starts again from its beginning, and ends with the same weights"


class Checkpoints(TrainerCallback):
    """Asks for a checkpoint whenever so many minutes have passed since the last.

    Parameters
    ----------
    minutes
        At least 0, which is after every step.
    """

    def __init__(self, minutes: float) -> None:
        self.seconds, self.last = minutes * 60, time.monotonic()

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Start the clock."""
        self.last = time.monotonic()

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Ask for one if it is due."""
        if parallel.processes() > 1 and state.global_step % _ASK_EVERY:
            return
        if parallel.agreed(time.monotonic() - self.last >= self.seconds):
            control.should_save = True

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Start the clock again."""
        self.last = time.monotonic()


@contextmanager
def working_folder(checkpoints: Path | None) -> Iterator[Path]:
    """Give the folder of the checkpoints, without what a stopped run left unfinished, or a temporary one."""
    if checkpoints is None:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
        return
    if parallel.is_main():
        checkpoints.mkdir(parents=True, exist_ok=True)
        remove(checkpoints / UNFINISHED)
    parallel.wait()
    yield checkpoints


@contextmanager
def going_on(checkpoint: Path | None, step: Callable[[], int]) -> Iterator[None]:
    """Turn what goes wrong before the first step after a checkpoint into one message that names it.

    Parameters
    ----------
    checkpoint
        The checkpoint that training goes on from; None where it begins.
    step
        Returns how many steps are done.

    Raises
    ------
    InputError
        If the checkpoint does not fit what is trained.
    """
    try:
        yield
    except (LabelFnsError, MemoryError, torch.OutOfMemoryError):
        raise
    except Exception as error:
        if checkpoint is None or step() > int(checkpoint.name.rpartition("-")[2]):
            raise
        raise InputError(
            f"{checkpoint}: training cannot go on from it ({type(error).__name__}: {first_line(error)}); {_ADVICE}"
        ) from error


def last_checkpoint(folder: Path) -> Path | None:
    """Return the latest checkpoint in a folder, None where there is none.

    Raises
    ------
    InputError
        If it is not as it was written; every file that is not is named.
    """
    numbers = _numbered(folder)
    if not numbers:
        return None
    last = numbers[max(numbers)]
    check_checkpoint(last)
    return last


def check_checkpoint(folder: Path) -> None:
    """Check that a checkpoint's files are those that were written, and that none of them can run code.

    Sums beside the files show what was cut off, edited or swapped. Whoever forges the sums too gains nothing: tensors
    and states are read by readers that build no other objects.

    Raises
    ------
    InputError
        If they are not; every such file is named.
    """
    files = {path.name: path for path in sorted(folder.iterdir()) if path.is_file()}
    try:
        sums = dict(json.loads(files.pop(_SUMS).read_text(encoding="utf-8"))) if _SUMS in files else {}
    except (TypeError, ValueError):
        sums, files = {_SUMS: ""}, {}
    problems = [f"{name} is missing or cannot be read" for name in sums if name not in files]
    for name, path in files.items():
        if problem := _problem(path, sums.get(name), listed=bool(sums)):
            problems.append(f"{name} {problem}")
    raise_all(InputError, [f"{folder}: {problem}; {_ADVICE}" for problem in problems])


def keep(folder: Path, name: str) -> None:
    """Give the unfinished checkpoint of that name its place, then remove those before it."""
    files = [path for path in (folder / UNFINISHED / name).iterdir() if path.is_file()]
    sums = {path.name: _sha256(path) for path in sorted(files)}
    (folder / UNFINISHED / name / _SUMS).write_text(json.dumps(sums, indent=2), encoding="utf-8")
    settle(folder / UNFINISHED / name, folder / name)
    remove(folder / UNFINISHED)
    for other in _numbered(folder).values():
        if other.name != name:
            remove(other)


def _numbered(folder: Path) -> dict[int, Path]:
    """Return the checkpoints in a folder by their steps; whatever else is there is none of ours."""
    return {
        int(number): path
        for path in folder.glob("checkpoint-*")
        if (number := path.name.removeprefix("checkpoint-")).isdecimal() and path.is_dir() and not path.is_symlink()
    }


def _problem(path: Path, expected: str | None, *, listed: bool) -> str | None:
    """Return what is wrong with a file, None where nothing is."""
    if listed and expected is None:
        return "was not written with it"
    if expected is not None and _sha256(path) != expected:
        return "is not as it was written: cut off or changed"
    if path.suffix == ".bin" and path.name != "training_args.bin":  # which is written, and never read
        return "holds weights as a pickle, which is not read"
    try:
        if path.suffix in _READERS:
            _READERS[path.suffix](path)
    except Exception as error:  # of many kinds
        return f"cannot be read ({type(error).__name__}: {(str(error).splitlines() or [''])[0]})"
    return None


def _read_tensors(path: Path) -> None:
    with safe_open(path, framework="pt"):
        pass


def _read_state(path: Path) -> None:
    with safe_globals():  # type: ignore[no-untyped-call]
        torch.load(path, map_location="cpu", weights_only=True, mmap=True)


_READERS: dict[str, Callable[[Path], Any]] = {
    ".json": lambda path: json.loads(path.read_text(encoding="utf-8")),
    ".pt": _read_state,
    ".pth": _read_state,
    ".safetensors": _read_tensors,
}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
