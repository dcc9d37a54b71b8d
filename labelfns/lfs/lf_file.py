"""LFs from a Python or TOML file."""

import sys
import traceback
from collections.abc import Sequence
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from labelfns.errors import InputError, LFError
from labelfns.lfs.base import LabelingFunction
from labelfns.lfs.load import read_lfs
from labelfns.lfset import LFSet


def load_lfs(path: Path, labels: Sequence[str]) -> LFSet:
    """Run a Python file and return the LFs it defines, or read those of a TOML file.

    Its list ``lfs`` (or an `LFSet` of that name) is taken; without one, every LF at the file's top level, in the
    order of definition. The file may import modules that lie beside it.

    Raises
    ------
    InputError
        If there is no such file.
    LFError
        If it fails to import, the line of the file named; if it holds no LF; or if the LFs are not right.
    """
    if not path.is_file():
        raise InputError(f"{path}: no such file of labeling functions")
    if path.suffix == ".toml":
        return LFSet(labels, read_lfs(path))
    spec = spec_from_file_location(f"labelfns_user_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise InputError(f"{path} is not a Python file: its name must end in .py, or .toml for word lists")
    module = module_from_spec(spec)
    sys.path.insert(0, str(path.parent))
    try:
        spec.loader.exec_module(module)
    except LFError as error:
        raise LFError(f"{path}{_line(error, path)}: {error}") from error
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise LFError(f"{path} fails to import{_line(error, path)}: {what}") from error
    finally:
        sys.path.remove(str(path.parent))
    found = getattr(module, "lfs", None)
    if found is None:
        found = [value for value in vars(module).values() if isinstance(value, LabelingFunction)]
        if not found:
            raise LFError(
                f"{path} defines no labeling function: use the builders, or decorate functions with @labeling_function"
            )
    return LFSet(labels, found)


def _line(error: Exception, path: Path) -> str:
    """Return where in the user's file it happened; a syntax error knows its own line."""
    if isinstance(error, SyntaxError) and error.lineno:
        return f" (line {error.lineno})"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if Path(frame.filename) == path]
    return f" (line {lines[-1]})" if lines else ""
