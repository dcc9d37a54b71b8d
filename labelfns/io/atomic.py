"""Files that are there whole or not at all, whenever the process or the machine stops (a leaf: `labelfns.errors`)."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from labelfns.errors import LabelFnsError, WriteError

PART = ".part"
"""What the name of an unfinished file or folder ends in."""


@contextmanager
def whole(target: Path) -> Iterator[Path]:
    """Give a temporary path beside the target for a file or folder, moved into place when the block ends well.

    Raises
    ------
    WriteError
        If it cannot be written, the disk being full for instance; nothing is left of it then.
    """
    part = target.with_name(target.name + PART)
    try:
        remove(part)
        yield part
        settle(part, target)
    except BaseException as error:
        with suppress(OSError):
            remove(part)
        if isinstance(error, LabelFnsError) or not isinstance(error, Exception):
            raise
        raise WriteError.of(target, error) from error


def settle(part: Path, target: Path) -> None:
    """Bring a file or folder to the disk and give it its name; a folder of that name gives way."""
    for path in (part, *(part.rglob("*") if part.is_dir() else ())):
        _to_disk(path)
    if target.is_dir():
        shutil.rmtree(target)
    part.replace(target)
    _to_disk(target.parent)


def remove(path: Path) -> None:
    """Remove a file or a folder; one that is not there is fine."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    if path.is_dir() and os.name != "posix":  # elsewhere folders cannot be opened
        return
    handle = os.open(path, os.O_RDONLY if os.name == "posix" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
