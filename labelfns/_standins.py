"""What other rooms will have: `labelfns.io.texts`, and more of `labelfns.lfs.load`."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import module_from_spec, spec_from_file_location
from os import PathLike
from pathlib import Path
from types import ModuleType
from typing import Any

from labelfns.checks import check_texts
from labelfns.errors import InputError, LFError
from labelfns.lfs.base import LabelingFunction
from labelfns.lfs.load import read_lfs


@dataclass(frozen=True, eq=False)
class Texts(Sequence[str]):
    """Texts with their other columns."""

    texts: list[str]
    fields: Mapping[str, Sequence[Any]] | None = field(default=None)

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, index: Any) -> Any:
        return self.texts[index]


def as_texts(data: Any, column: str = "text") -> Texts:
    """Return data as `Texts`."""
    if isinstance(data, Texts):
        return data
    names: Any = getattr(data, "column_names", None)
    names = list(getattr(data, "columns", ()) if names is None else names)
    if not names:
        return Texts(check_texts(data))
    if column not in names:
        raise InputError(f"there is no column {column!r}; the columns are {', '.join(map(str, names))}")
    columns = {name: data[name].to_pylist() if hasattr(data, "column_names") else data[name] for name in names}
    return Texts(check_texts(columns.pop(column)), columns)


def lfs_of_module(module: ModuleType) -> list[LabelingFunction]:
    """Return the LFs of a module."""
    lfs: Any = getattr(module, "lfs", None)
    return list(lfs) if lfs else [value for value in vars(module).values() if isinstance(value, LabelingFunction)]


def lfs_of_file(path: str | PathLike[str]) -> list[LabelingFunction]:
    """Return the LFs of a file."""
    file = Path(path)
    if not file.is_file():
        raise InputError(f"{path}: no such file of labeling functions")
    if file.suffix == ".toml":
        return list(read_lfs(file))
    spec = spec_from_file_location(f"labelfns_user_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise LFError(f"{path} is not a Python file")
    module = module_from_spec(spec)
    sys.path.insert(0, str(file.parent))
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(file.parent))
    return lfs_of_module(module)
