"""Ctrl-C, or a request to stop, while the command line still imports: one line and an exit code, no traceback.

The first thing that `labelfns` imports, as the imports take most of a short command's time. Nothing is begun then that
would have to be undone. In other programs it does nothing; `labelfns.pipelines.cli` has its own way once it is there.
"""

import os
import signal
import sys
import threading
from itertools import pairwise
from pathlib import Path
from types import FrameType
from typing import NoReturn

SIGNALS: dict[int, tuple[int, str]] = {signal.SIGINT: (130, "interrupted"), signal.SIGTERM: (143, "told to stop")}
"""Exit code and message by signal."""


def is_command() -> bool:
    """Return whether this process was started as the command line: by its script, or as ``python -m labelfns``."""
    return Path(*sys.argv[:1]).stem == "labelfns" or ("-m", "labelfns") in pairwise(sys.orig_argv)


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    code, message = SIGNALS[number]
    os.write(2, f"labelfns: {message}\n".encode())
    os._exit(code)


if is_command() and threading.current_thread() is threading.main_thread():
    for _number in SIGNALS:
        signal.signal(_number, _leave)
