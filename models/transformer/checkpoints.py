"""Checkpoints of a fit: when they are due, and which one to go on from (transformers, `labelfns` and siblings).

A folder ``checkpoint-N`` holds what `transformers.Trainer` saves after step N: weights, optimizer, schedule and the
states of all random generators. It gets its name when all of it is on the disk.
"""

import time
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from labelfns.io.atomic import remove, settle

from . import distributed as parallel

UNFINISHED = "unfinished"
"""Where a checkpoint is written before it gets its name."""

_ASK_EVERY = 10  # steps after which several processes agree whether a checkpoint is due; their clocks differ


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


def last_checkpoint(folder: Path) -> Path | None:
    """Return the latest checkpoint in a folder, None where there is none."""
    found = {int(path.name.removeprefix("checkpoint-")): path for path in folder.glob("checkpoint-*")}
    return found[max(found)] if found else None


def keep(folder: Path, name: str) -> None:
    """Give the unfinished checkpoint of that name its place, then remove those before it."""
    settle(folder / UNFINISHED / name, folder / name)
    for other in folder.iterdir():
        if other.name != name:
            remove(other)
