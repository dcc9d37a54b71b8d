"""Columns of votes kept in a folder: change one LF and only that one runs.

A column is kept under a hash of the LF's definition (`labelfns.fingerprint`), the texts, the labels, and the
versions of labelfns, its engine, Python and polars. An LF whose definition a hash cannot cover is never kept, nor is
a column with a fault. May import: numpy, this room.
"""

import hashlib
import sys
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from labelfns.fingerprint import fingerprint
from labelfns.lf import LabelingFunction
from labelfns.voting import Column

_SUFFIX = ".npy"


@dataclass(frozen=True)
class Cache:
    """The columns of one set of texts in a folder.

    Parameters
    ----------
    folder
        The folder; made where missing. Whoever can write to it can change votes.
    key
        A hash of the texts, the labels and the versions.
    rows
        The number of texts, n.
    """

    folder: Path
    key: str
    rows: int

    @classmethod
    def of(cls, folder: str | Path, texts: Sequence[str], labels: Sequence[str]) -> "Cache":
        """Open a folder for some texts."""
        from polars import __version__ as polars_version

        from labelfns import __version__
        from labelfns.compiled import VERSION

        Path(folder).mkdir(parents=True, exist_ok=True)
        versions = (__version__, VERSION, sys.version_info[:3], unicodedata.unidata_version, polars_version)
        digest = hashlib.blake2b(repr((versions, tuple(labels), len(texts))).encode("utf-8", "surrogatepass"))
        for start in range(0, len(texts), 10_000):
            part = texts[start : start + 10_000]
            digest.update(np.fromiter(map(len, part), dtype=np.int64, count=len(part)).tobytes())
            digest.update("".join(part).encode("utf-8", "surrogatepass"))
        return cls(Path(folder), digest.hexdigest()[:40], len(texts))

    def read(self, lf: LabelingFunction, k: int) -> Column | None:
        """Return an LF's votes, int8 [n]; None where they are not there, not whole or cannot be told to be fresh."""
        path = self._path(lf)
        if path is None or not path.is_file():
            return None
        try:
            stored = np.load(path, allow_pickle=False)
        except (OSError, ValueError, EOFError):
            return None
        if stored.shape != (self.rows + 8,) or stored.dtype != np.int8:
            return None
        column: Column = stored[:-8]
        if stored[-8:].tobytes() != _check(column) or (self.rows and (column.min() < -1 or column.max() >= k)):
            return None
        return column

    def write(self, lf: LabelingFunction, column: Column) -> None:
        """Keep an LF's votes, if its definition can be told."""
        path = self._path(lf)
        if path is not None:
            part = path.with_suffix(".part")
            checked = np.concatenate([column, np.frombuffer(_check(column), dtype=np.int8)])
            with part.open("wb") as file:
                np.save(file, checked, allow_pickle=False)
            with suppress(FileNotFoundError):  # another run has just put the same column there
                part.replace(path)

    def _path(self, lf: LabelingFunction) -> Path | None:
        mark = fingerprint(lf)
        return None if mark is None else self.folder / f"{self.key}-{mark[:40]}{_SUFFIX}"


def _check(column: Column) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(column).tobytes(), digest_size=8).digest()
