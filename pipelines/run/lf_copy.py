"""A copy of an LF file that stands by itself: a Python file, or a TOML file with its word lists."""

import shutil
import tomllib
import warnings
from pathlib import Path
from typing import Any

import tomli_w

from labelfns.errors import LabelFnsWarning, some
from labelfns.io.atomic import whole
from labelfns.lfs.as_toml import is_data, lfs_toml
from labelfns.lfset import LFSet

from .saved import write_text

WORDS = "words"


def word_lists(file: Path) -> list[Path]:
    """Return the word lists that an LF file names, each once, in order; a Python file names none."""
    if file.suffix != ".toml":
        return []
    return list(dict.fromkeys(file.parent / entry["file"] for entry in _entries(_read(file)) if "file" in entry))


def models_read(file: Path) -> list[str]:
    """Return the models that the LFs of a TOML file read texts with, as it names them; a Python file names none."""
    if file.suffix != ".toml":
        return []
    return list(dict.fromkeys(str(entry["model"]) for entry in _entries(_read(file)) if "model" in entry))


def copy_lfs(file: Path, folder: Path, source: bytes | None = None) -> None:
    """Copy an LF file into a folder, as ``lfs.py`` or ``lfs.toml``, its word lists as ``words/1_NAME``, ``2_NAME``, ...

    The copy of a TOML file names the copies, and models by whole paths; one without either is copied sign by sign. Of
    a Python file `source` is what it held when it was run, where it may have changed since.
    """
    if file.suffix != ".toml" and source is not None:
        with whole(folder / "lfs.py") as part:
            part.write_bytes(source)
        return
    lists = word_lists(file)
    copies = {path: f"{WORDS}/{number}_{path.name}" for number, path in enumerate(lists, start=1)}
    if copies:
        (folder / WORDS).mkdir(exist_ok=True)
    for path, name in copies.items():
        _copy(path, folder / name)
    target = folder / f"lfs{'.toml' if file.suffix == '.toml' else '.py'}"
    if not copies and not any(model.startswith(".") for model in models_read(file)):
        _copy(file, target)
        return
    content = _read(file)
    for entry in _entries(content):
        if "file" in entry:
            entry["file"] = copies[file.parent / entry["file"]]
        if str(entry.get("model", "")).startswith("."):
            entry["model"] = str((file.parent / entry["model"]).resolve())
    write_text(target, tomli_w.dumps(content))


def copied_lfs(folder: Path) -> Path | None:
    """Return the LF file that `copy_lfs` left in a folder, None where there is none."""
    return next((path for name in ("lfs.py", "lfs.toml") if (path := folder / name).is_file()), None)


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8-sig"))


def _entries(content: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in content.get("lf", []) if isinstance(entry, dict)]


def _copy(source: Path, target: Path) -> None:
    with whole(target) as part:
        shutil.copyfile(source, part)


def lfs_as_toml(lfs: LFSet) -> str | None:
    """Return LFs that came from no file as TOML; None, and a warning, where some are code."""
    code = [lf.name for lf in lfs if not is_data(lf)]
    if not code:
        return lfs_toml(lfs)
    warnings.warn(
        f"LFs in Python that come from no file: {some(code)}. So the LFs are not saved with the pipeline; save it with "
        "lf_file=..., or load it with lfs=LFSet(...)",
        LabelFnsWarning,
        stacklevel=3,
    )
    return None
