"""The other columns of texts, from what is read to what is written: by name, in order, renamed where they clash.

Strings, numbers, truth values, dates and times stay what they are; all else, and columns of several kinds, become text:
as JSON where JSON has it. A column has one type in a file, so that a later row can change what was written.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["text", "bool", "int", "float", "date", "time", "datetime", "instant", "other"]
"""A ``"datetime"`` has no time zone; an ``"instant"`` has one, and is written in UTC."""


class OtherColumns:
    """What kinds of values columns have, by name, in the order in which they were first seen."""

    def __init__(self) -> None:
        self._kinds: dict[str, set[Kind]] = {}

    def see(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Take note of some rows of some columns."""
        for name, values in columns.items():
            kinds = self._kinds.setdefault(str(name), set())
            for kind in set(map(type, values)) - {type(None)}:
                if issubclass(kind, time | datetime):
                    kinds |= {_kind_of_time(value) for value in values if type(value) is kind}
                else:
                    kinds.add(_KINDS.get(kind, "other"))
            if "int" in kinds and any(isinstance(value, int) and not -_LARGE <= value < _LARGE for value in values):
                kinds.add("other")

    def named(self, taken: Iterable[str]) -> dict[str, str]:
        """Return each column's name beside columns of other names: its own, or else ``"NAME (2)"``."""
        names: dict[str, str] = {}
        taken = set(taken)
        used = {*taken, *self._kinds}
        for name in self._kinds:
            first = own = writable(name)
            number = 2
            while own in taken or (own != name and own in used):
                own, number = f"{first} ({number})", number + 1
            names[name] = own
            used.add(own)
        return names

    def types(self) -> dict[str, Kind]:
        """Return the one kind that each column is written as."""
        return {name: _kind(kinds) for name, kinds in self._kinds.items()}

    def beside(self, frame: "pl.DataFrame", columns: Mapping[str, Sequence[Any]]) -> "pl.DataFrame":
        """Return a frame [n rows] with rows of the columns, n values each, after its own; what lacks is null."""
        nulls = [None] * len(frame)
        named = self.named(frame.columns)
        return frame.with_columns(self.series(name, columns.get(name, nulls), own) for name, own in named.items())

    def series(self, name: str, values: Sequence[Any], own: str) -> "pl.Series":
        """Return rows of a column to write, as its kind."""
        import polars as pl

        types: dict[Kind, Any] = {
            "text": pl.String, "bool": pl.Boolean, "int": pl.Int64, "float": pl.Float64,
            "date": pl.Date, "time": pl.Time, "datetime": pl.Datetime("us"), "instant": pl.Datetime("us", "UTC"),
        }  # fmt: skip
        kinds = self._kinds[name]
        kind = _kind(kinds)
        if kind == "text" and not (kinds == {"text"} and all(map(_is_plain, values))):
            values = [_as_text(value) for value in values]
        elif kind == "float" and "int" in kinds:
            values = [None if value is None else float(value) for value in values]
        elif kind == "instant":
            values = [None if value is None else value.astimezone(UTC) for value in values]
        return pl.Series(own, values if isinstance(values, list) else list(values), dtype=types[kind])


def beside(frame: "pl.DataFrame", columns: Mapping[str, Sequence[Any]] | None) -> "pl.DataFrame":
    """Return a frame [n rows] with other columns, of n values each, after its own."""
    others = OtherColumns()
    others.see(columns or {})
    return others.beside(frame, columns or {})


def _kind(kinds: set[Kind]) -> Kind:
    if kinds == {"int", "float"}:
        return "float"
    kind = next(iter(kinds)) if len(kinds) == 1 else "text"
    return "text" if kind == "other" else kind


def _kind_of_time(value: time | datetime) -> Kind:
    if getattr(value, "nanosecond", 0):  # of pandas, finer than what is written
        return "other"
    if isinstance(value, time):
        return "time" if value.tzinfo is None else "other"
    if value.tzinfo is None:
        return "datetime"
    return "instant" if 1 < value.year < 9999 else "other"  # UTC may be a day away


_KINDS: Mapping[type, Kind] = {str: "text", bool: "bool", int: "int", float: "float", date: "date"}
_LARGE = 1 << 63


def writable(text: str) -> str:
    """Return a text that UTF-8 can write: half surrogate pairs, which JSON may hold, become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _is_plain(text: str | None) -> bool:
    return text is None or text.isascii()


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value if value is None else writable(value)
    is_json = isinstance(value, list | tuple | dict | bool | float | int)
    try:
        return writable(json.dumps(value, ensure_ascii=False, default=str) if is_json else str(value))
    except Exception:  # an object that cannot be written: a circle, a number of thousands of digits, keys of any type
        return f"a {type(value).__name__} that cannot be written"
