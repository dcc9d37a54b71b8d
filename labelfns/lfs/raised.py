"""What an LF raised, as its author reads it: in a line, and as the traceback of the author's own code."""

import os
import traceback
from pathlib import Path

_OURS = f"{Path(__file__).parents[1]}{os.sep}"


def one_line(error: BaseException) -> str:
    """Return type and message of an error, without line ends; whatever writing it raises."""
    try:
        message = " ".join(str(error).split())
    except KeyboardInterrupt:
        raise
    except BaseException:
        message = "(its message cannot be written)"
    return f"{type(error).__name__}: {message}"


def told_traceback(error: BaseException) -> str:
    """Return the traceback of an error and of what led to it, without the lines of this library."""
    told = traceback.TracebackException.from_exception(error)
    _without_ours(told)
    return "".join(told.format())


def _without_ours(told: traceback.TracebackException) -> None:
    frames = [frame for frame in told.stack or () if not frame.filename.startswith(_OURS)]
    told.stack = traceback.StackSummary.from_list(frames) if frames else None  # type: ignore[assignment]
    for led_to in (told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or ())):
        if led_to is not None:
            _without_ours(led_to)
