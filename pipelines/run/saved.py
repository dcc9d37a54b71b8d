"""What a run reads back of itself, and whether it is still what it wrote."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from labelfns.errors import InputError, LabelFnsError
from labelfns.io.atomic import whole

T = TypeVar("T")

CHECKSUMS = "checksums.json"
START_AGAIN = "Start again with --overwrite, or with another --output"


def damaged(path: Path, what: object, fix: str) -> InputError:
    """Return the error for a file that is not as a run wrote it."""
    reason = " ".join(str(what).split())[:300].rstrip(".") or "it cannot be read"
    return InputError(f"{path} is damaged: {reason}. {fix}")


@contextmanager
def reading(path: Path, fix: str = START_AGAIN) -> Iterator[None]:
    """Turn whatever goes wrong with a file of a run into one message; libraries raise of many kinds.

    Raises
    ------
    InputError
        That names the file, what is wrong with it, and how it is fixed.
    """
    try:
        yield
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
        if not (folder / name).is_file():
            raise damaged(folder / name, "it is not there any more", fix)
        if sha256(folder / name) != value:
            raise damaged(folder / name, "it was changed or cut short after the run wrote it", fix)


def check_checkpoint(folder: Path) -> None:
    """Check that a checkpoint of a round can be read: nothing of it is missing, cut short or another file's.

    Parameters
    ----------
    folder
        Where it is, ``checkpoints/R/checkpoint-STEP``.

    Raises
    ------
    InputError
        If it cannot.
    """
    fix = f"Remove {folder.parent} and resume: the round that was stopped begins again"
    generators = [path.name for path in folder.glob("rng_state*.pth")] or ["rng_state.pth"]
    readers: dict[str, Callable[[Path], object]] = {
        "trainer_state.json": lambda path: json.loads(path.read_text(encoding="utf-8")),
        "config.json": lambda path: json.loads(path.read_text(encoding="utf-8")),
        "model.safetensors": _read_safetensors,
        "optimizer.pt": lambda path: _read_torch(path, "param_groups"),
        "scheduler.pt": lambda path: _read_torch(path, "last_epoch"),
        **dict.fromkeys(generators, _read_zip),
    }
    for name, read in readers.items():
        with reading(folder / name, fix):
            read(folder / name)


def _read_safetensors(path: Path) -> None:
    from safetensors import safe_open

    with safe_open(path, "numpy") as file:
        file.keys()


def _read_torch(path: Path, key: str) -> None:
    import torch

    _read_zip(path)
    if key not in torch.load(path, weights_only=True, map_location="cpu"):
        raise ValueError(f"it does not hold {key}")


def _read_zip(path: Path) -> None:
    with zipfile.ZipFile(path) as file:
        if bad := file.testzip():
            raise ValueError(f"its part {bad} is cut short or changed")


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
