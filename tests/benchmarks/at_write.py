"""Acts at a chosen write of this process: what it changes under a folder is counted by an audit hook.

A write is a file or folder that is made, opened to be written or brought to the disk, renamed or removed; the hook acts
before it happens. Libraries that write without Python (polars, safetensors) are counted when their file is brought to
the disk. A hook cannot be taken away, so this belongs into a process of its own.
"""

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink")


def at_write(folder: Path, act: Callable[[int], Any]) -> None:
    """Call `act` with the number of each write under a folder, the first is 1; what it raises, the write raises."""
    inside, count = os.path.realpath(folder), 0

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal count
        if event == "open":
            path, mode, flags = arguments
            if mode is not None and not flags & _WRITING:
                return
        elif event in _CHANGES:
            path = arguments[0]
        else:
            return
        if isinstance(path, (str, bytes, os.PathLike)) and os.path.abspath(os.fsdecode(path)).startswith(inside):  # noqa: PTH100
            count += 1
            act(count)

    sys.addaudithook(hook)


def kill_at(folder: Path, number: int) -> None:
    """Have this process killed (SIGKILL) at its so manieth write under a folder."""
    at_write(folder, lambda count: os.kill(os.getpid(), signal.SIGKILL) if count == number else None)
