"""Files that are there whole or not at all, whenever the process or the machine stops: the one way files are written.

A leaf: it imports `labelfns.errors` alone.
"""

import errno
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from labelfns.errors import InputError, LabelFnsError, WriteError, is_failure

PART = ".labelfns-part"
"""What the name of an unfinished file or folder ends in; nobody else's does, as one that is in the way is removed."""

OLD = ".labelfns-old"
"""What the name of a folder ends in that is just being replaced."""


@contextmanager
def whole(target: str | os.PathLike[str], *, shared: bool = False, sync: bool = True) -> Iterator[Path]:
    """Give a temporary path beside the target for a file or folder, moved into place when the block ends well.

    Parameters
    ----------
    target
        The file or folder to write; one of that name is replaced, and stays as it was if anything fails.
    shared
        Whether several processes may write this target at a time; the last one wins.
    sync
        Whether it is brought to the disk before it gets its name. A file with a checksum of its own need not be.

    Raises
    ------
    WriteError
        If it cannot be written, the disk being full for instance; nothing is left of it then.
    """
    target = Path(target)
    part = target.with_name(f"{target.name}.{os.getpid()}{PART}" if shared else f"{target.name}{PART}")
    try:
        remove(part)
        yield part
        settle(part, target, sync=sync)
    except BaseException as error:
        with suppress(OSError):
            remove(part)
        if isinstance(error, LabelFnsError) or not is_failure(error):
            raise
        raise WriteError.of(target, error) from error


def write_text(target: str | os.PathLike[str], text: str) -> None:
    """Write a file of UTF-8, whole or not at all, its line ends as they are; errors as in `whole`."""
    with whole(target) as part:
        part.write_text(text, encoding="utf-8", newline="")


def check_target(target: str | os.PathLike[str], *, overwrite: bool = False, suffixes: Sequence[str] = ()) -> Path:
    """Check that a file can be written before the work for it begins, and return its path.

    Parameters
    ----------
    target
        The file.
    overwrite
        Whether it may be there already.
    suffixes
        What its name may end in; by default anything.

    Raises
    ------
    InputError
        If its name ends otherwise, it exists, or its folder does not or cannot be written to.
    """
    path = Path(target)
    if suffixes and path.suffix.lower() not in suffixes:
        raise InputError(f"{target}: its name must end in {' or '.join(suffixes)}")
    if path.is_dir() or (path.exists() and not overwrite):
        what = "is a folder; name a file" if path.is_dir() else "exists; name another output, or overwrite it"
        raise InputError(f"{target} {what}")
    if not path.parent.is_dir():
        raise InputError(f"{path.parent}: no such folder to write {path.name} to")
    if not os.access(path.parent, os.W_OK):
        raise InputError(f"{path.parent}: there is no right to write {path.name} to this folder")
    return path


def settle(part: Path, target: Path, *, sync: bool = True) -> None:
    """Bring a file or folder to the disk and give it its name; a folder of that name gives way, and is removed last."""
    for path in (part, *(part.rglob("*") if part.is_dir() else ())) if sync else ():
        _to_disk(path)
    old = target.with_name(target.name + OLD)
    if target.is_dir() and not part.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
    if target.is_dir():
        remove(old)
        target.replace(old)
    try:
        part.replace(target)
    except OSError:
        if not target.exists() and old.is_dir():
            old.replace(target)
        raise
    if sync:
        _to_disk(target.parent)
    remove(old)


def remove(path: Path) -> None:
    """Remove a file or a folder; one that is not there is fine."""
    if path.is_dir() and not path.is_symlink():
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
