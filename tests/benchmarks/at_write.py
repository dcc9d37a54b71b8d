"""Acts at a chosen write of this process: what it changes under a folder is counted by an audit hook.

A write is a file or folder that is made, opened to be written or brought to the disk, renamed or removed; the hook acts
before it happens. Libraries that write without Python (polars, safetensors) are counted when their file is brought to
the disk. A hook cannot be taken away, so this belongs into a process of its own.
"""

import errno
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink")


def at_write(folder: Path, act: Callable[[int, str], Any]) -> None:
    """Call `act` with number, from 1, and kind of each write under a folder; what it raises, the write raises."""
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
            act(count, event)

    sys.addaudithook(hook)


def signal_at(folder: Path, number: int, sent: int = signal.SIGKILL) -> None:
    """Have this process killed, or sent another signal, at its so manieth write under a folder."""
    at_write(folder, lambda count, event: os.kill(os.getpid(), sent) if count == number else None)


def fail_at(folder: Path, number: int, code: int) -> None:
    """Have this and all later writes under a folder fail; a full disk (ENOSPC) still lets files be removed."""

    def fail(count: int, event: str) -> None:
        if count >= number and not (code == errno.ENOSPC and event in ("os.remove", "os.rmdir")):
            raise OSError(code, os.strerror(code))

    at_write(folder, fail)


def limit_files(folder: Path, size: int) -> None:
    """Have every file of this process fail beyond so many bytes, in libraries too."""
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
