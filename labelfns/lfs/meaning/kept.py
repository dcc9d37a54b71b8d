"""What a model said of texts, kept on disk: by the model and the text, so that no text is read, or paid for, twice.

A file of SQLite for each model that is asked something. An answer is kept as soon as it is there: a process that is
killed loses what was on its way, and nothing else. Texts are not kept, only their hashes; answers are.
"""

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from labelfns.errors import LFError

if TYPE_CHECKING:
    import sqlite3

_AT_A_TIME = 500
_WAIT = 60.0  # seconds for another process that writes
_PUT = (  # two processes that asked the same both paid for it
    "INSERT INTO kept VALUES (?, ?, ?) "
    "ON CONFLICT (text) DO UPDATE SET said = excluded.said, cost = cost + excluded.cost"
)
_TABLE = "CREATE TABLE IF NOT EXISTS kept (text BLOB PRIMARY KEY, said BLOB NOT NULL, cost REAL NOT NULL)"


def digest_of(*parts: object) -> str:
    """Return a hash of what is asked, and of whom."""
    return hashlib.sha256(repr(parts).encode("utf-8", "surrogatepass")).hexdigest()


def usual_folder() -> Path:
    """Return where answers are kept unless another folder is named: ``$LABELFNS_CACHE``, or the user's caches."""
    import platformdirs

    named = os.environ.get("LABELFNS_CACHE")
    return Path(named) if named else platformdirs.user_cache_path("labelfns") / "answers"


@dataclass(frozen=True)
class Kept:
    """The answers in one file.

    Parameters
    ----------
    folder
        Where it lies; made where missing. Whoever can write to it can change votes.
    name
        What was asked: a kind, and a hash.
    """

    folder: Path
    name: str

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / f"{self.name}.sqlite"

    def get(self, texts: Sequence[str]) -> dict[str, bytes]:
        """Return what is kept of texts, by text."""
        by_key = {_key(text): text for text in texts}
        keys, found = list(by_key), dict[str, bytes]()
        if not self.path.exists():
            return {}
        with self._open() as file:
            for start in range(0, len(keys), _AT_A_TIME):
                part = keys[start : start + _AT_A_TIME]
                places = ",".join("?" * len(part))
                rows = file.execute(f"SELECT text, said FROM kept WHERE text IN ({places})", part)
                found |= {by_key[key]: said for key, said in rows}
        return found

    def put(self, said: Mapping[str, bytes]) -> None:
        """Keep answers by text."""
        with self.keeping() as keep:
            keep(said)

    @contextmanager
    def keeping(self) -> Iterator[Callable[..., None]]:
        """Give a function that keeps answers by text, and what each cost, for good when it returns."""
        with self._open() as file:

            def keep(said: Mapping[str, bytes], cost: float = 0.0) -> None:
                file.executemany(_PUT, [(_key(text), answer, cost) for text, answer in said.items()])
                file.commit()

            yield keep

    def total(self) -> tuple[int, float]:
        """Return how many answers are kept, and what they cost together."""
        if not self.path.exists():
            return 0, 0.0
        with self._open() as file:
            count, cost = file.execute("SELECT count(*), total(cost) FROM kept").fetchone()
        return int(count), float(cost)

    @contextmanager
    def _open(self) -> "Iterator[sqlite3.Connection]":
        import sqlite3

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=_WAIT)) as file, file:
                file.execute("PRAGMA journal_mode = WAL")  # or each answer would wait for the disk
                file.execute("PRAGMA synchronous = NORMAL")
                file.execute(_TABLE)
                yield file
        except (OSError, sqlite3.Error) as error:
            raise LFError(
                f"{self.path}, where answers are kept, cannot be read or written ({error}); name another folder with "
                "cache=, or, where the file is damaged, remove it: its answers are then asked again"
            ) from error


def _key(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
