"""Several processes that train together, as ``torchrun`` and ``accelerate launch`` start them.

Started alone, a process is the main one of one, and nothing here costs anything.
"""

import os
from datetime import timedelta
from typing import Any, TypeVar

import numpy as np
import torch
from accelerate import PartialState
from accelerate.utils import broadcast_object_list, reduce

from .settings import FineTuning

T = TypeVar("T")


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
        PartialState().wait_for_everyone()


def agreed(value: T) -> T:
    """Return the main process's value in every process."""
    return broadcast_object_list([value])[0] if _started() else value


def summed(array: np.ndarray[Any, Any], device: torch.device) -> np.ndarray[Any, Any]:
    """Return the sum of the processes' arrays in every process."""
    return reduce(torch.from_numpy(array).to(device), "sum").cpu().numpy() if _started() else array


def _started() -> bool:
    """Tell whether there are others; asked of torch, as accelerate would start them to know."""
    return torch.distributed.is_available() and torch.distributed.is_initialized()


def _on_cpu(settings: FineTuning) -> bool:
    return bool(settings.trainer.get("use_cpu", not torch.accelerator.is_available()))
