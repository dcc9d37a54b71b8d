"""What travels to the workers of an engine: pickled by value, so that a worker needs labelfns and none of your files.

Engines pickle a function of an importable module by its name, and then miss the module on the other machine. Here the
functions and classes of every module that is not installed, those of an LF file and what it imports among them, go
along with what they refer to. Only an import that runs inside a function cannot: it is found, and named.
"""

import dis
import sys
import sysconfig
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from importlib.machinery import PathFinder
from io import BytesIO
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from labelfns._version import __version__
from labelfns.errors import InputError, LFError, MissingExtraError, first_line, some
from labelfns.lfs.base import LabelingFunction
from labelfns.lfs.python_file import PACKAGE

_lock = threading.RLock()
_KEPT = 4


def packed(thing: object, parts: Mapping[str, object]) -> bytes:
    """Pickle a thing by value.

    Parameters
    ----------
    thing
        What travels.
    parts
        What it is made of, by name: if it cannot travel, those that cannot are named.

    Raises
    ------
    LFError
        If it holds what cannot be pickled, or a function that imports one of its neighbors when it is called.
    MissingExtraError
        If there is no cloudpickle.
    """
    with _lock, _own_modules_by_value():
        try:
            return _dumps(thing)
        except (LFError, MissingExtraError):
            raise
        except Exception as error:
            names = [f"{name!r}" for name, part in parts.items() if not _can_travel(part)]
            what = f"{some(names) if names else 'something'} cannot be sent to the workers ({first_line(error)})"
            raise LFError(
                f"{what}: make what cannot be pickled, an open file, a lock, a connection, inside the function"
            ) from error


def by_value(lfs: Iterable[LabelingFunction]) -> tuple[LabelingFunction, ...]:
    """Return LFs that another machine can unpack: without the way back to the file that they are from."""
    return tuple(replace(lf, origin=None) if lf.origin is not None else lf for lf in lfs)


def unpacked(content: bytes, version: str) -> Any:
    """Return what a worker makes of a pickled thing's `open`, once in a process; the last few are kept.

    Raises
    ------
    InputError
        If the worker's labelfns is of another version.
    """
    if version != __version__:
        raise InputError(
            f"this worker has labelfns {__version__}, the program that sent it work has {version}; install the same "
            "version everywhere"
        )
    with _lock:  # threads of one worker share it
        return _opened(content)


@lru_cache(maxsize=_KEPT)
def _opened(content: bytes) -> Any:
    import pickle

    return pickle.loads(content).open()


def _dumps(thing: object) -> bytes:
    try:
        import cloudpickle
    except ImportError as error:
        raise MissingExtraError('this needs cloudpickle: pip install "labelfns[spark]" or "labelfns[dask]"') from error

    class Pickler(cloudpickle.Pickler):  # type: ignore[misc]
        def reducer_override(self, obj: Any) -> Any:
            if isinstance(obj, FunctionType):
                _check_imports(obj)
            return super().reducer_override(obj)

    buffer = BytesIO()
    Pickler(buffer).dump(thing)
    return buffer.getvalue()


def _can_travel(part: object) -> bool:
    try:
        _dumps(part)
    except Exception:
        return False
    return True


@contextmanager
def _own_modules_by_value() -> Iterator[None]:
    """Have everything of the user's own modules pickled by value."""
    import cloudpickle

    known = cloudpickle.list_registry_pickle_by_value()
    own = [module for name, module in list(sys.modules.items()) if name not in known and _is_own(name, module)]
    for module in own:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in own:
            cloudpickle.unregister_pickle_by_value(module)


def _is_own(name: str, module: object) -> bool:
    """Tell whether a module is the user's and not installed, so that a worker has none of it."""
    if not isinstance(module, ModuleType) or module.__name__ != name or name == "__main__":
        return False  # cloudpickle takes what is of __main__ by value itself
    top = name.partition(".")[0]
    if top.startswith(PACKAGE):
        return True
    file = getattr(module, "__file__", None)
    if not isinstance(file, str) or top == "labelfns" or top in sys.stdlib_module_names:
        return False
    return not file.startswith(_installed()) and "site-packages" not in file and "dist-packages" not in file


@lru_cache(maxsize=1)
def _installed() -> tuple[str, ...]:
    return tuple(path for name in ("stdlib", "platstdlib", "purelib", "platlib") if (path := sysconfig.get_path(name)))


def _check_imports(function: FunctionType) -> None:
    """Raise where a function that travels by value imports a neighbor when it is called: a worker does not have it."""
    module = sys.modules.get(function.__module__ or "")
    if module is None or not (module.__name__ == "__main__" or _is_own(module.__name__, module)):
        return
    folder = str(Path(getattr(module, "__file__", None) or "_").parent)
    inside = [
        name
        for name in sorted(_imported(function.__code__))
        if name != "labelfns" and name not in sys.stdlib_module_names and PathFinder.find_spec(name, [folder])
    ]
    if inside:
        raise LFError(
            f"{function.__qualname__}() imports {some(inside)} when it is called, which a worker does not have: import "
            f"at the top of {Path(getattr(module, '__file__', None) or 'the notebook').name}, and what is used travels"
        )


def _imported(code: CodeType) -> set[str]:
    names = {step.argval.partition(".")[0] for step in dis.get_instructions(code) if step.opname == "IMPORT_NAME"}
    for const in code.co_consts:
        if isinstance(const, CodeType):
            names |= _imported(const)
    return names - {""}
