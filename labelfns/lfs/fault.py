"""`Fault`: what became of an LF that raised."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from labelfns.checks import Unit
from labelfns.errors import some_rows


@dataclass(frozen=True)
class Fault:
    """What went wrong in one LF: it raised on these rows, and its votes there are abstains.

    Parameters
    ----------
    lf
        The LF's name.
    rows
        The rows on which it raised, ascending, the first row is 0.
    error
        The first exception, as one line.
    traceback
        The first traceback, whole.
    in_file
        The numbers that their file has for these rows; empty where they come from no file.
    unit
        What these count: ``"line"``, from 1, or ``"row"``, from 0.
    """

    lf: str
    rows: tuple[int, ...]
    error: str
    traceback: str
    in_file: tuple[int, ...] = ()
    unit: Unit = "row"

    @classmethod
    def of_json(cls, entries: Mapping[str, Any]) -> "Fault":
        """Return a fault whose rows are lists; files of before have no numbers of a file."""
        rows = {name: tuple(entries.get(name, ())) for name in ("rows", "in_file")}
        return cls(**{**entries, **rows})

    @property
    def where(self) -> str:
        """The rows as messages name them: ``"lines 3 and 7"``."""
        return some_rows(self.in_file or self.rows, self.unit)

    def followed_by(self, other: "Fault") -> "Fault":
        """Return this fault with the rows of another, of the same LF, after its own."""
        return replace(self, rows=self.rows + other.rows, in_file=self.in_file + other.in_file)

    def __str__(self) -> str:
        return f"{self.lf} raised {self.error} on {self.where}; it abstains there"
