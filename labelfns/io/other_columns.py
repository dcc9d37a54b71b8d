"""The other columns of texts, from what is read to what is written: by name, in order, renamed where they clash.

Strings, whole numbers, numbers and truth values stay what they are; all else, and columns of several kinds, become
text: as JSON where JSON has it. Which of these a column is must be known before its first rows are written.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import polars as pl

Kind = Literal["text", "bool", "int", "float", "other"]


class OtherColumns:
    """What kinds of values columns have, by name, in the order in which they were first seen."""

    def __init__(self) -> None:
        self._kinds: dict[str, set[Kind]] = {}

    def see(self, columns: Mapping[str, Sequence[Any]]) -> None:
        """Take note of some rows of some columns."""
        for name, values in columns.items():
            kinds = self._kinds.setdefault(str(name), set())
            kinds |= {_KINDS.get(kind, "other") for kind in set(map(type, values)) - {type(None)}}
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

    def series(self, name: str, values: Sequence[Any], own: str) -> "pl.Series":
        """Return rows of a column to write; every part of one column has one type."""
        import polars as pl

        kinds = self._kinds[name]
        types: dict[Kind, Any] = {"text": pl.String, "bool": pl.Boolean, "int": pl.Int64, "float": pl.Float64}
        if kinds == {"int", "float"}:
            kinds = {"float"}
            values = [None if value is None else float(value) for value in values]
        kind = next(iter(kinds)) if len(kinds) == 1 else "text"
        if kind in ("text", "other"):
            return pl.Series(own, [_as_text(value) for value in values], dtype=pl.String)
        return pl.Series(own, list(values), dtype=types[kind])


def beside(frame: "pl.DataFrame", columns: Mapping[str, Sequence[Any]] | None) -> "pl.DataFrame":
    """Return a frame [n rows] with other columns, of n values each, after its own."""
    others = OtherColumns()
    others.see(columns or {})
    named = others.named(frame.columns)
    return frame.with_columns(others.series(name, (columns or {})[name], own) for name, own in named.items())


_KINDS: Mapping[type, Kind] = {str: "text", bool: "bool", int: "int", float: "float"}
_LARGE = 1 << 63


def writable(text: str) -> str:
    """Return a text that UTF-8 can write: half surrogate pairs, which JSON may hold, become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value if value is None else writable(value)
    is_json = isinstance(value, list | tuple | dict | bool | float | int)
    try:
        return writable(json.dumps(value, ensure_ascii=False, default=str) if is_json else str(value))
    except Exception:  # an object that cannot be written: a circle, a number of thousands of digits, keys of any type
        return f"a {type(value).__name__} that cannot be written"
