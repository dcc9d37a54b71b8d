"""What a run reads back of itself, and whether it is still what it wrote."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from labelfns.errors import InputError, LabelFnsError, shortened
from labelfns.io.atomic import whole

T = TypeVar("T")

CHECKSUMS = "checksums.json"
START_AGAIN = "Start again with --overwrite, or with another --output"


class DamagedError(InputError):
    """A file that is not as a run wrote it."""


def damaged(path: Path, what: object, fix: str) -> DamagedError:
    """Return the error for a file that is not as a run wrote it."""
    reason = shortened(" ".join(str(what).split()).rstrip("."), 300) or "it cannot be read"
    return DamagedError(f"{path} is damaged: {reason}. {fix}")


@contextmanager
def reading(path: Path, fix: str = START_AGAIN) -> Iterator[None]:
    """Turn whatever goes wrong with a file of a run into one message; libraries raise of many kinds.

    Raises
    ------
    InputError
        That names the file, what is wrong with it, and how it is fixed.
    """
    if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe or a device, which may have no end
        raise damaged(path, "it is neither a file nor a folder", fix)
    try:
        yield
    except DamagedError:
        raise
    except KeyError as error:
        raise damaged(path, f"{error} is missing in it", fix) from error
    except Exception as error:
        what = error if isinstance(error, LabelFnsError) else f"{type(error).__name__}: {error}"
        raise damaged(path, what, fix) from error


def read_json(path: Path, fix: str = START_AGAIN) -> dict[str, Any]:
    """Read a JSON file that holds an object.

    Raises
    ------
    InputError
        If it is damaged.
    """
    with reading(path, fix):
        content = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(content, dict):
            raise TypeError(f"it holds a {type(content).__name__}, not an object")
    return content


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a JSON file, whole or not at all."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False, default=_plain) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a text file as UTF-8, whole or not at all."""
    with whole(path) as part:
        part.write_text(text, encoding="utf-8")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checksums(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file in a folder, by its path in it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != CHECKSUMS)
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


def check_files(folder: Path, expected: Mapping[str, str], fix: str) -> None:
    """Check that files are there and as they were when their SHA-256 was taken.

    Raises
    ------
    InputError
        If one is not; the first is named.
    """
    for name, value in expected.items():
        with reading(folder / name, fix):
            if not (folder / name).is_file():
                raise damaged(folder / name, "it is not there any more", fix)
            if sha256(folder / name) != value:
                raise damaged(folder / name, "it was changed or cut short after the run wrote it", fix)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
