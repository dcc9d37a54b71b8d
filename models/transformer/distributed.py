"""Several processes that train together, as ``torchrun`` and ``accelerate launch`` start them.

Started alone, a process is the main one of one, and nothing here costs anything.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import numpy as np
import torch
from accelerate import PartialState
from accelerate.utils import broadcast_object_list, gather_object, reduce

from labelfns.errors import LabelFnsError, ProcessError, first_line

from .settings import FineTuning

T = TypeVar("T")

_LATE = ("Timed out", "timed out", "timeout")
_GONE = ("gloo", "Connection closed", "Connection reset", "Broken pipe", *_LATE)
"""What torch's messages hold where another process is late or gone: gloo raises no error of a kind of its own."""


def start(settings: FineTuning) -> None:
    """Meet the other processes, on the device and with the time limit that `settings.trainer` names."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        options = settings.trainer
        limit = timedelta(seconds=options.get("ddp_timeout", 1800))
        PartialState(cpu=_on_cpu(settings), backend=options.get("ddp_backend"), timeout=limit)


def device(settings: FineTuning) -> torch.device:
    """Return the device that this process computes on."""
    here: torch.device = PartialState(cpu=_on_cpu(settings)).device
    return here


def processes() -> int:
    """Return how many processes train together."""
    return PartialState().num_processes if _started() else 1


def rank() -> int:
    """Return this process's number, 0 for the main one."""
    return PartialState().process_index if _started() else 0


def is_main() -> bool:
    """Tell whether this process is the one that writes files."""
    return rank() == 0


def wait() -> None:
    """Wait until every process is here."""
    if _started():
        with others():
            PartialState().wait_for_everyone()


def agreed(value: T) -> T:
    """Return the main process's value in every process."""
    if not _started():
        return value
    with others():
        shared: T = broadcast_object_list([value])[0]
        return shared


def summed(array: np.ndarray[Any, Any], device: torch.device) -> np.ndarray[Any, Any]:
    """Return the sum of the processes' arrays in every process."""
    if not _started():
        return array
    with others():
        total: np.ndarray[Any, Any] = reduce(torch.from_numpy(array).to(device), "sum").cpu().numpy()
        return total


@contextmanager
def all_or_none() -> Iterator[None]:
    """Do a part of the work in each process; where it fails in one, it fails in all, and none waits in vain.

    Raises
    ------
    OSError
        What failed in another process, in its words.
    """
    failure: Exception | None = None
    try:
        yield
    except ProcessError:
        raise
    except Exception as error:  # of many kinds: torch, safetensors and Python each have their own for a full disk
        failure = error
    if _started():
        with others():
            said = gather_object([None if failure is None else f"{type(failure).__name__}: {first_line(failure)}"])
        failed = [f"in process {number}, {what}" for number, what in enumerate(said) if what is not None]
        if failed and failure is None:
            raise OSError("; ".join(failed))
    if failure is not None:
        raise failure


@contextmanager
def others() -> Iterator[None]:
    """Turn what torch raises where another process is gone, or late, into one message.

    Raises
    ------
    ProcessError
        If one is.
    """
    try:
        yield
    except LabelFnsError:
        raise
    except Exception as error:
        if not _started() or not _of_others(error):
            raise
        what = (
            "did not answer in time: it is slow, hangs, or stopped. Where it is only slow, let the others wait longer: "
            "classifier.trainer.ddp_timeout, in seconds"
            if any(word in str(error) for word in _LATE)
            else "has stopped; what it said, if it could, says why (one that was killed, for memory perhaps, could not)"
        )
        raise ProcessError(
            f"process {rank()} of {processes()} (the first is 0) ends, as another {what} "
            f"({type(error).__name__}: {first_line(error)})"
        ) from error


def _of_others(error: Exception) -> bool:
    return isinstance(error, torch.distributed.DistError) or (
        isinstance(error, RuntimeError) and any(word in str(error) for word in _GONE)
    )


def _started() -> bool:
    """Tell whether there are others; asked of torch, as accelerate would start them to know."""
    return torch.distributed.is_available() and torch.distributed.is_initialized()


def _on_cpu(settings: FineTuning) -> bool:
    return bool(settings.trainer.get("use_cpu", not torch.accelerator.is_available()))
