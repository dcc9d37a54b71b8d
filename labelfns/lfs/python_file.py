"""Python files that define LFs: run as modules of their own, so that several in one process do not mix.

The folder of such a file is a package under a name of this load alone (``labelfns_user_1``), and the file a module in
it. What the file and its neighbors import by a neighbor's name comes from this package, whenever the import runs: at
the top of a file or inside a function. Everything else is imported as usual.
"""

import builtins
import importlib
import sys
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

from labelfns.errors import InputError, LabelFnsWarning, LFError, some
from labelfns.lfs.base import FunctionLF, LabelingFunction
from labelfns.lfs.commas import joined_strings
from labelfns.lfs.declared import DeclaredLF
from labelfns.lfs.meaning.reading import ReadingLF
from labelfns.lfs.module import lfs_of_module

PACKAGE = "labelfns_user_"
"""How the names of the packages begin that folders of LF files are."""

_numbers = count(1)
_loads: dict[str, list[LabelingFunction]] = {}


def lfs_of_python_file(path: Path) -> list[LabelingFunction]:
    """Run a Python file and return the LFs it defines, as `labelfns.lfs.load.read_lfs` does.

    Raises
    ------
    InputError
        If its name does not end in ``.py``.
    LFError
        If it does not run to its end, the line named; or if it defines no LF.

    Warns
    -----
    LabelFnsWarning
        As `lfs_of_module`, and where a comma is missing between strings of a list.
    """
    load = uuid4().hex
    lfs = lfs_of_module(_run(real_path(path)), where=str(path))
    _warn_of_commas(path)
    for position, lf in enumerate(lfs):
        if not isinstance(lf, DeclaredLF | ReadingLF):  # those are defined by their fields alone, and travel by value
            object.__setattr__(lf, "origin", _InFile(str(real_path(path)), load, position, lf.name))
    _loads[load] = lfs
    return lfs


def _warn_of_commas(path: Path) -> None:
    joined = joined_strings(path.read_bytes())
    if joined:
        warnings.warn(
            f"{path}: {some([f'{text!r} in line {line}' for line, text in joined])}: Python joins strings of a list "
            "that have no comma between them. Write the comma, or brackets around them if they are one",
            LabelFnsWarning,
            stacklevel=3,
        )


@dataclass(frozen=True)
class _InFile:
    """Where an LF is found again: in another process its file is run there, once."""

    path: str
    load: str
    position: int
    name: str

    def __call__(self) -> LabelingFunction:
        if self.load not in _loads:
            try:
                _loads[self.load] = lfs_of_module(_run(Path(self.path)), where=self.path, warn=False)
            except Exception as error:
                return self._failing(f"{error}")
        lfs = _loads[self.load]
        if self.position < len(lfs) and lfs[self.position].name == self.name:
            return lfs[self.position]
        return self._failing(f"{self.path} has changed since it was read; read it again")

    def _failing(self, message: str) -> LabelingFunction:
        """Return an LF in its place that raises: an error while a task is unpacked would end the whole process."""

        def fail(text: str) -> None:
            raise LFError(message)

        return FunctionLF(name=self.name, function=fail)


def real_path(path: Path) -> Path:
    """Return a path without links, but for one to a file of another ending: a hub's cache has links to contents."""
    real = path.resolve()
    return real if real.suffix == path.suffix else path.absolute()


def _run(path: Path) -> ModuleType:
    if path.suffix != ".py":
        raise InputError(f"{path} is not a Python file: its name must end in .py, or .toml for word lists")
    importlib.invalidate_caches()
    folder = _Folder(path.parent, f"{PACKAGE}{next(_numbers)}")
    try:
        return folder.run(path)
    except KeyboardInterrupt:
        folder.forget()
        raise
    except BaseException as error:  # a file that ends the program, as sys.exit does, must not end the caller's
        folder.forget()
        own = isinstance(error, LFError)
        said = error.msg if isinstance(error, SyntaxError) else error  # a SyntaxError's text has the line again
        what = str(error) if own else f"{type(error).__name__}: {said}"
        raise LFError(f"{path}{'' if own else ' fails to import'}{_lines(error, path)}: {what}") from error


class _Folder(MetaPathFinder):
    """A folder as a package: what lies in it is imported from it, by the modules in it.

    Parameters
    ----------
    path
        The folder.
    name
        The package's name.
    """

    def __init__(self, path: Path, name: str) -> None:
        self.path, self.name = str(path), name
        self.builtins = {**vars(builtins), "__import__": self._import}
        self._neighbors: dict[str, bool] = {}
        spec = ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [self.path]
        sys.modules[name] = module_from_spec(spec)
        sys.meta_path.insert(0, self)

    def run(self, path: Path) -> ModuleType:
        """Run a file of the folder as a module."""
        stem = "".join(char if char.isalnum() else "_" for char in path.stem)
        name = f"{self.name}.{stem}"
        spec = spec_from_file_location(name, path, loader=_Loader(name, str(path), self.builtins))
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[name] = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def forget(self) -> None:
        """Take the folder's modules out of the process again."""
        sys.meta_path.remove(self)
        for name in [name for name in sys.modules if name == self.name or name.startswith(f"{self.name}.")]:
            del sys.modules[name]

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Find a module of the folder; the import system asks."""
        if not fullname.startswith(f"{self.name}."):
            return None
        spec = PathFinder.find_spec(fullname, path)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = _Loader(fullname, spec.loader.path, self.builtins)
        return spec

    def _import(
        self, name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0
    ) -> ModuleType:
        """Import as the statement does, neighbors from this folder."""
        top = name.partition(".")[0]
        if level or not self._is_neighbor(top):
            return builtins.__import__(name, globals, locals, fromlist, level)
        module = builtins.__import__(f"{self.name}.{name}", globals, locals, fromlist or ("__name__",), 0)
        return module if fromlist else sys.modules[f"{self.name}.{top}"]

    def _is_neighbor(self, name: str) -> bool:
        if name not in self._neighbors:
            self._neighbors[name] = self._finds(name)
        return self._neighbors[name]

    def _finds(self, name: str) -> bool:
        if name == "labelfns" or name in sys.builtin_module_names:
            return False
        if f"{self.name}.{name}" in sys.modules:
            return True
        spec = PathFinder.find_spec(name, [self.path])
        if spec is None:
            return False
        if spec.origin is None:  # a folder without __init__.py counts only where nothing else has its name
            return name not in sys.modules and find_spec(name) is None
        loaded = getattr(sys.modules.get(name), "__spec__", None)
        return loaded is None or loaded.origin != spec.origin  # what the program has from this folder is shared


class _Loader(SourceFileLoader):
    """Runs a source file, never an older one kept beside it, with the folder's way to import."""

    def __init__(self, fullname: str, path: str, names: dict[str, Any]) -> None:
        super().__init__(fullname, path)
        self._names = names

    def path_stats(self, path: str) -> Any:
        """Say that nothing is known of compiled files, so that none is read or written."""
        raise OSError

    def exec_module(self, module: ModuleType) -> None:
        """Run the file."""
        module.__dict__["__builtins__"] = self._names
        super().exec_module(module)


def _lines(error: BaseException, path: Path) -> str:
    """Return where it happened: the line of the file, and of the neighbor where it was in one."""
    if isinstance(error, SyntaxError) and error.lineno and (error.filename or "") == str(path):
        return f" (line {error.lineno})"
    frames = [(Path(frame.filename), frame.lineno) for frame in traceback.extract_tb(error.__traceback__)]
    mine = [line for file, line in frames if file == path]
    if not mine:
        return ""
    beside = [f", {file.name} line {line}" for file, line in frames if file != path and path.parent in file.parents]
    if isinstance(error, SyntaxError) and error.filename:
        beside.append(f", {Path(error.filename).name} line {error.lineno}")
    return f" (line {mine[-1]}{beside[-1] if beside else ''})"
