"""Columns of votes kept in a folder: change one LF and only that one runs.

A column is kept under a hash of the LF's definition (`labelfns.engine.fingerprint`), the texts, the labels, and the
versions of labelfns, its engine, Python and polars. An LF whose definition a hash cannot cover, or changes while it
runs, is never kept, nor is a column with a fault. Of the texts seen last, the process remembers the hash and the index
(`labelfns.engine.text_index`; some 20 MB for 100,000 tweets), so that a changed word list is only looked up; both are
taken only for texts equal to these.
"""

import hashlib
import sys
import unicodedata
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from polars import __version__ as polars_version

from labelfns._version import __version__
from labelfns.engine.compiled import VERSION
from labelfns.engine.fingerprint import fingerprint
from labelfns.engine.text_index import ROWS, TextIndex
from labelfns.engine.vote_parser import Column, Strength
from labelfns.errors import InputError
from labelfns.io.atomic import PART
from labelfns.lfs.base import ABSTAIN, LabelingFunction

_SUFFIX = ".votes"
_CHECK = 8
_ROWS_WITH_INDEX = 1_000_000


class Cells(NamedTuple):
    """The rows of a column that have a vote, ascending, the votes, and how much of one each is where the LF is soft."""

    rows: npt.NDArray[np.uint32]
    votes: Column
    strength: Strength | None


@dataclass(frozen=True)
class TextCache:
    """Texts, and what was worked out for them.

    Parameters
    ----------
    texts
        The n texts, in a list that nobody changes.
    blocks
        The index of each block of them, by the first row.
    """

    texts: list[str]
    blocks: dict[int, TextIndex] = field(default_factory=dict)

    @cached_property
    def digest(self) -> bytes:
        """A hash of the texts."""
        digest = hashlib.blake2b()
        for start in range(0, len(self.texts), ROWS):
            part = [text.encode("utf-8", "surrogatepass") for text in self.texts[start : start + ROWS]]
            digest.update(np.fromiter(map(len, part), dtype=np.int64, count=len(part)).tobytes())
            digest.update(b"".join(part))
        return digest.digest()

    @property
    def index(self) -> dict[int, TextIndex] | None:
        """Where the index is kept; nowhere for so many texts that it would fill the memory."""
        return self.blocks if len(self.texts) <= _ROWS_WITH_INDEX else None


_last = TextCache([])


def remember(texts: Sequence[str]) -> TextCache:
    """Return what is remembered of texts that were checked; they take the place of those before."""
    global _last
    last = _last  # another thread may put its own there meanwhile
    if texts != last.texts or set(map(type, texts)) != {str}:
        last = _last = TextCache(list(texts))
    return last


def forget() -> None:
    """Let go of the texts seen last, and of what was worked out for them."""
    global _last
    _last = TextCache([])


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
    def of(cls, folder: str | Path, texts: TextCache, labels: Sequence[str]) -> "Cache":
        """Open a folder for some texts.

        Raises
        ------
        InputError
            If it cannot be made.
        """
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"cache {folder}: cannot be made a folder ({error}); name another") from error
        versions = (__version__, VERSION, sys.version_info[:3], unicodedata.unidata_version, polars_version)
        about = repr((versions, tuple(labels), len(texts.texts))).encode("utf-8", "surrogatepass")
        return cls(Path(folder), hashlib.blake2b(about + texts.digest).hexdigest()[:40], len(texts.texts))

    def path(self, lf: LabelingFunction) -> Path | None:
        """Return the file of an LF's column; None where its definition cannot be told."""
        mark = fingerprint(lf)
        return None if mark is None else self.folder / f"{self.key}-{mark[:40]}{'-soft' * lf.soft}{_SUFFIX}"

    def read(self, path: Path | None, k: int, *, soft: bool = False) -> Cells | None:
        """Return the votes in a file, of k classes; None where it is not there, not whole or holds others."""
        size = 9 if soft else 5
        try:
            stored = path.read_bytes() if path is not None else b""
        except OSError:
            return None
        check, content = stored[:_CHECK], stored[_CHECK:]
        if len(check) < _CHECK or check != _checksum(content) or len(content) % size:
            return None
        v = len(content) // size
        rows, votes = np.frombuffer(content, np.uint32, v), np.frombuffer(content, np.int8, offset=4 * v)
        if v and (rows.max() >= self.rows or votes.min() < 0 or votes.max() >= k):
            return None
        return Cells(rows, votes, np.frombuffer(content, np.float32, offset=5 * v) if soft else None)

    def write(self, path: Path, column: Column, strength: Strength | None = None) -> None:
        """Keep votes, int8 [n], and their strengths in a file.

        Raises
        ------
        InputError
            If the folder cannot be written to.
        """
        rows = np.flatnonzero(column != ABSTAIN)
        content = rows.astype(np.uint32).tobytes() + column[rows].tobytes()
        content += b"" if strength is None else strength[rows].astype(np.float32).tobytes()
        part = path.with_suffix(PART)
        try:  # without waiting for the disk: what is not whole is not believed
            part.write_bytes(_checksum(content) + content)
            with suppress(FileNotFoundError):  # another run has just put the same column there
                part.replace(path)
        except OSError as error:
            raise InputError(f"cache {self.folder}: cannot be written to ({error}); name another") from error


def _checksum(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_CHECK).digest()
