"""Several processes that train together, as ``torchrun`` and ``accelerate launch`` start them.

Started alone, a process is the main one of one, and nothing here costs anything.
"""

import os
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
import torch.distributed as dist

if TYPE_CHECKING:
    from .trainer import FineTuning

T = TypeVar("T")


def start(settings: "FineTuning") -> None:
    """Meet the other processes, on the device and with the time limit that `settings.trainer` names."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        settings.arguments("unused", seed=0, rows=1)  # TrainingArguments set up the process group


def processes() -> int:
    """Return how many processes train together."""
    return dist.get_world_size() if dist.is_available() and dist.is_initialized() else 1


def rank() -> int:
    """Return this process's number, 0 for the main one."""
    return dist.get_rank() if processes() > 1 else 0


def is_main() -> bool:
    """Tell whether this process is the one that writes files."""
    return rank() == 0


def wait() -> None:
    """Wait until every process is here."""
    if processes() > 1:
        dist.barrier()


def agreed(value: T) -> T:
    """Return the main process's value in every process."""
    if processes() == 1:
        return value
    values = [value]
    dist.broadcast_object_list(values, src=0)
    return values[0]


def summed(array: np.ndarray[Any, Any], device: torch.device) -> np.ndarray[Any, Any]:
    """Return the sum of the processes' arrays in every process."""
    if processes() == 1:
        return array
    tensor = torch.from_numpy(array).to(device)
    dist.all_reduce(tensor)
    total: np.ndarray[Any, Any] = tensor.cpu().numpy()
    return total
