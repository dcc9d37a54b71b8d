"""`StoredTexts`: texts that lie on the disk, for a source larger than one wants to hold in memory.

The texts are copied, as they are read, into a file without a name, which is gone when the process is. Any of them is
there by its position, and whatever goes through them takes some rows at a time. The other columns stay in the source,
and are read again.
"""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, islice
from pathlib import Path
from tempfile import TemporaryFile, gettempdir
from threading import Lock
from typing import Any, overload
from weakref import finalize

import numpy as np

from labelfns.checks import Ints, Unit
from labelfns.errors import InputError, WriteError
from labelfns.io.corpus import Column, Texts, of_checked
from labelfns.io.formats import Source, name_of, rows_at_most
from labelfns.io.other_columns import OtherColumns
from labelfns.io.read import ROWS, OnBadRows, iter_texts, read_texts

__all__ = ["StoredTexts", "read_or_store"]

Parts = Iterator[tuple[Texts, float]]


class Strings(Sequence[str]):
    """Strings in a file without a name; in memory are eight bytes of each, where it ends.

    Parameters
    ----------
    folder
        A folder where the file may lie.
    """

    def __init__(self, folder: Path) -> None:
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - open as long as the strings are there
        self._lock = Lock()
        finalize(self, self._file.close)
        self._ends = array("q", [0])

    def add(self, texts: Sequence[str]) -> None:
        """Write further strings."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        self._file.write(b"".join(encoded))
        self._file.flush()
        self._ends.extend(islice(accumulate(map(len, encoded), initial=self._ends[-1]), 1, None))

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            return self._between(start, stop) if step == 1 else [self[i] for i in range(start, stop, step)]
        at = range(len(self))[index]
        return self._between(at, at + 1)[0]

    def __iter__(self) -> Iterator[str]:
        for start in range(0, len(self), ROWS):
            yield from self[start : start + ROWS]

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)  # another process does not have the file

    def _between(self, start: int, stop: int) -> list[str]:
        first, *ends = self._ends[start : max(start, stop) + 1].tolist()
        with self._lock:
            self._file.seek(first)
            content = self._file.read(ends[-1] - first) if ends else b""
        starts = [first, *ends]
        return [
            content[a - first : b - first].decode("utf-8", "surrogatepass") for a, b in zip(starts, ends, strict=False)
        ]


@dataclass(frozen=True, eq=False, repr=False)
class StoredTexts(Texts):
    """Texts that lie on the disk, checked as they were read; otherwise as `Texts`.

    `take` gives `Texts` in memory. A field is read whole when it is asked for by its name; `parts` reads all of them,
    some rows at a time.

    Parameters
    ----------
    again
        Reads the source again, `ROWS` rows at a time, with all its columns.
    others
        What kinds of values the other columns have.
    """

    again: Callable[[], Parts] = field(kw_only=True)
    others: OtherColumns = field(kw_only=True)

    def __post_init__(self) -> None:
        """Do nothing: every part was checked when it was read."""

    @classmethod
    def of(cls, again: Callable[[], Parts], name: str, folder: Path) -> "StoredTexts":
        """Read a source, and keep its texts in a file in a folder.

        Raises
        ------
        InputError
            As `labelfns.io.read.iter_texts`.
        WriteError
            If there is no room for the texts.
        """
        others, gold, numbers, n = OtherColumns(), dict[int, Ints](), list[Ints](), 0
        unit: Unit = "row"
        try:
            strings = Strings(folder)
            for part, _ in again():
                strings.add(part.texts)
                others.see(part.fields or {})
                gold |= {} if part.gold is None else {n: part.gold}
                n, unit = len(strings), part.unit
                numbers += [part.row_numbers] if unit == "line" and part.row_numbers is not None else []
        except OSError as error:
            raise WriteError.of(folder, error) from error
        known = np.full(n, -1) if gold else None
        for start, ids in gold.items():
            assert known is not None
            known[start : start + len(ids)] = ids
        in_file = np.concatenate(numbers) if numbers else None
        names = others.types()
        fields = {one: Column(n, partial(_whole_column, again, one)) for one in names} or None
        return cls(strings, known, name, in_file, fields, unit, again=again, others=others)

    def parts(self, *, fields: bool = True) -> Iterator[tuple[int, Texts]]:
        """Yield texts in memory, `ROWS` at a time, and the position of the first of them.

        Parameters
        ----------
        fields
            Whether they have their other columns, for which the source is read again.

        Raises
        ------
        InputError
            If the source is not what it was.
        """
        names = list(self.others.types()) if fields else []
        if not names:
            for start in range(0, len(self), ROWS):
                yield start, self._part(start, self.texts[start : start + ROWS], None)
            return
        start = 0
        for part, _ in self.again():
            texts = self.texts[start : start + len(part)]
            if texts != part.texts:
                break
            columns = part.fields or {}
            yield start, self._part(start, texts, {one: columns.get(one, [None] * len(part)) for one in names})
            start += len(part)
        if start != len(self):
            raise InputError(f"{self.name} has changed since it was read: begin again")

    def other_columns(self) -> OtherColumns:
        """Return what kinds of values the fields have, which is known since they were read."""
        return self.others

    def _part(self, start: int, texts: Sequence[str], fields: Mapping[str, Sequence[Any]] | None) -> Texts:
        rows = slice(start, start + len(texts))
        numbers = np.arange(rows.start, rows.stop) if self.row_numbers is None else self.row_numbers[rows]
        gold = None if self.gold is None else self.gold[rows]
        weights = None if self.weights is None else self.weights[rows]
        return of_checked(texts, gold, self.name, numbers, fields, self.unit, weights)


def read_or_store(
    source: Source,
    text: str,
    gold: str | None,
    labels: Sequence[str] | None,
    *,
    need_gold: bool = False,
    on_bad_rows: OnBadRows = "raise",
    most: int,
    folder: Path | None = None,
) -> Texts:
    """Read a source: into memory if it has at most `most` rows, else onto the disk.

    Parameters
    ----------
    source, text, gold, labels, need_gold, on_bad_rows
        As in `labelfns.io.read.read_texts`.
    most
        How many rows may be in memory.
    folder
        Where the texts of a larger source may lie; by default the folder for temporary files.

    Raises
    ------
    InputError
        As `read_texts`; of a larger source, whose parts are checked one after the other, the first bad ones are named.
    WriteError
        If there is no room for the texts.
    """
    if not need_gold and rows_at_most(source) > most:
        again = partial(iter_texts, source, text, gold=gold, labels=labels, rows=ROWS, on_bad_rows=on_bad_rows)
        stored = StoredTexts.of(again, name_of(source), folder or Path(gettempdir()))
        if len(stored) > most:
            return stored
    return read_texts(source, text, gold, labels, need_gold=need_gold, on_bad_rows=on_bad_rows)


def _whole_column(again: Callable[[], Parts], name: str) -> list[Any]:
    return [value for part, _ in again() for value in (part.fields or {}).get(name, [None] * len(part))]
