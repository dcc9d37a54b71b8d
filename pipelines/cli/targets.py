"""Files that a command writes: checked before any work."""

import os
from pathlib import Path

from labelfns.errors import InputError


def check_not_read(output: Path, *reads: str | Path, option: str = "--output") -> None:
    """Check that a file that is written is none of those that are read; what is no file is passed over.

    Raises
    ------
    InputError
        If it is.
    """
    if output.exists() and any(Path(path).exists() and output.samefile(path) for path in reads):
        raise InputError(f"{option} {output} would be replaced, and it is what is read; name another")


def check_target(output: Path, endings: tuple[str, ...], *, overwrite: bool, option: str = "--output") -> None:
    """Check that a file can be written, before any work.

    Raises
    ------
    InputError
        If its name does not say the format, it exists and may not be replaced, or its folder is not there or may not be
        written to.
    """
    if output.suffix not in endings:
        raise InputError(f"{option} {output}: its name must end in {' or '.join(endings)}")
    if output.is_dir():
        raise InputError(f"{option} {output} is a folder; name a file")
    if output.exists() and not overwrite:
        raise InputError(f"{output} exists; name another {option}, or add --overwrite to replace it")
    if not output.parent.is_dir():
        raise InputError(f"{output.parent}: no such folder to write {output.name} to")
    if not os.access(output.parent, os.W_OK):
        raise InputError(f"{output.parent}: there is no right to write {output.name} to this folder")
