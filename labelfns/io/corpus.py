"""`Texts`: texts with their gold labels and other columns, checked once, when they are made."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self, overload

import numpy as np
import numpy.typing as npt

from labelfns.checks import Bools, Ints, Unit, check_gold, numbered, plain_strings, text_problems, values_of
from labelfns.errors import ColumnError, InputError, did_you_mean, number_of, raise_all, some
from labelfns.io.other_columns import OtherColumns


class Column(Sequence[Any]):
    """Values that are made when they are first asked for, so that a column nobody asks for costs nothing.

    Parameters
    ----------
    n
        How many values there are.
    make
        Returns them as a list.
    """

    def __init__(self, n: int, make: Callable[[], list[Any]]) -> None:
        self._n = n
        self._make: Callable[[], list[Any]] | None = make
        self._values: list[Any] = []

    @property
    def values(self) -> list[Any]:
        """The n values."""
        if self._make is not None:
            self._values, self._make = self._make(), None
        return self._values

    def __len__(self) -> int:
        return self._n

    def __getitem__(self, index: Any) -> Any:
        return self.values[index]

    def __repr__(self) -> str:
        return f"Column({number_of(self._n, 'value')})"

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (self.values,)


@dataclass(frozen=True, eq=False, repr=False)
class Texts(Sequence[str]):
    """Texts with their gold labels and other columns: a sequence of strings, checked once, when it is made.

    An index gives a text; a slice, a mask or an array of positions gives `Texts`, with their gold labels, row numbers
    and fields.

    Parameters
    ----------
    texts
        The n texts: non-empty strings.
    gold
        Integer labels [n], -1 where unknown; None where nothing is known of any. `as_texts` makes ids of names.
    name
        What the texts are called in messages: the file they come from, for instance.
    row_numbers
        The row or line [n] of its file where each text begins; None where it is its position. Rows are counted from
        0, lines from 1.
    fields
        Other columns, by name, in order, n values each; None where there are none.
    unit
        What `row_numbers` count: ``"row"`` or ``"line"``.
    weights
        How many rows each row with gold stands for, [n], above 0 there; None where as many each.

    Raises
    ------
    InputError
        If there is no text, some are null, blank or not strings, or a part has another length; all at once.

    Examples
    --------
    >>> texts = Texts(["so good", "late again", "at 8:15"], np.array([1, 0, -1]))
    >>> texts[0], len(texts[1:]), texts[1:].gold.tolist()
    ('so good', 2, [0, -1])
    """

    texts: Sequence[str]
    gold: Ints | None = None
    name: str = ""
    row_numbers: Ints | None = None
    fields: Mapping[str, Sequence[Any]] | None = None
    unit: Unit = "row"
    weights: npt.NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        texts = values_of(self.texts)
        object.__setattr__(self, "texts", texts)
        if not self.texts:
            raise InputError(f"{self._prefix}there are no texts; expected at least one")
        raise_all(InputError, [*self._wrong_lengths(), *self._wrong_texts()])
        object.__setattr__(self, "texts", plain_strings(texts))
        for part in ("gold", "row_numbers"):
            values = getattr(self, part)
            if values is not None and not np.issubdtype(np.asarray(values).dtype, np.integer):
                raise InputError(f"{self._prefix}{part} must be integers; as_texts(..., gold=, labels=) takes names")
            if part == "gold" and values is not None and min(values) < -1:
                raise InputError(f"{self._prefix}gold must be ids, or -1 where unknown; got {min(values)}")
            object.__setattr__(self, part, values if values is None else np.asarray(values))
        object.__setattr__(self, "fields", _by_position(self.fields))

    def _wrong_lengths(self) -> list[str]:
        parts: dict[str, Any] = {"gold": self.gold, "row_numbers": self.row_numbers, "weights": self.weights}
        parts |= {f"fields[{name!r}]": values for name, values in (self.fields or {}).items()}
        n = len(self.texts)
        return [
            f"{self._prefix}{part} has {number_of(len(values), 'value')} for {number_of(n, 'text')}; give one per text"
            for part, values in parts.items()
            if values is not None and len(values) != n
        ]

    def _wrong_texts(self) -> list[str]:
        problems = text_problems(self.texts)
        return [f"{self._prefix}{what} in {self.where(rows)}; fix or remove it" for what, rows in problems.items()]

    @property
    def _prefix(self) -> str:
        return f"{self.name}: " if self.name else ""

    def where(self, positions: Sequence[int]) -> str:
        """Write where texts stand in their source: ``"lines 3 and 7"``, ``"row 2 (the first row is 0)"``."""
        numbers = self.row_numbers
        rows = list(positions) if numbers is None else [int(numbers[i]) for i in positions]
        return numbered(rows, self.unit)

    def __repr__(self) -> str:
        with_gold = "" if self.gold is None else f", {int((self.gold >= 0).sum())} with gold"
        fields = f", fields {some(list(self.fields))}" if self.fields else ""
        return f"Texts({len(self)} from {self.name or 'memory'}{with_gold}{fields})"

    def __len__(self) -> int:
        return len(self.texts)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice | Ints | Bools | Sequence[int]) -> "Texts": ...
    def __getitem__(self, index: Any) -> Any:
        if hasattr(index, "__index__") and np.ndim(index) == 0:
            return self.texts[index]
        return self.take(range(len(self))[index] if isinstance(index, slice) else index)

    def to_list(self) -> list[str]:
        """Return the texts as a plain list."""
        return list(self.texts)

    def take(self, rows: Ints | Bools | Sequence[int]) -> "Texts":
        """Return some texts, by position or mask, with their gold labels, row numbers and fields; there may be none.

        Raises
        ------
        IndexError
            If a position is out of range, or a mask has another length.
        """
        index = np.arange(len(self))[np.asarray(rows, dtype=None if len(rows) else np.intp)]
        positions: list[int] = index.tolist()
        return of_checked(
            [self.texts[i] for i in positions],
            None if self.gold is None else self.gold[index],
            self.name,
            index if self.row_numbers is None else self.row_numbers[index],
            None if self.fields is None else take_each(self.fields, positions),
            self.unit,
            None if self.weights is None else self.weights[index],
        )

    def parts(self, *, fields: bool = True) -> "Iterator[tuple[int, Texts]]":
        """Yield the texts, as many at a time as are to be in memory, and the position of the first of them: here all.

        Parameters
        ----------
        fields
            Whether their fields are needed.
        """
        yield 0, self

    def other_columns(self) -> OtherColumns:
        """Return what kinds of values the fields have."""
        others = OtherColumns()
        others.see(self.fields or {})
        return others

    @classmethod
    def of_columns(
        cls,
        columns: Mapping[str, Sequence[Any]],
        text: str,
        gold: str | None = None,
        labels: Sequence[str] | None = None,
        *,
        name: str = "",
        row_numbers: Ints | None = None,
        unit: Unit = "row",
    ) -> Self:
        """Return the texts of one column, with the gold labels of another; the rest are fields.

        Parameters
        ----------
        columns
            The columns, by name, n values each.
        text, gold
            The names of the columns; no gold where `gold` is None.
        labels
            The label names, needed with `gold`.
        name, row_numbers, unit
            As in `Texts`.

        Raises
        ------
        InputError
            As `Texts` and `check_gold`, and if a column is missing.
        """
        check_columns(columns, [text, *([] if gold is None else [gold])], name, text=text)
        if gold is not None and labels is None:
            raise InputError(f"{name or 'texts'}: the label names are needed to read gold labels; pass labels=[...]")
        fields = {key: values for key, values in columns.items() if key not in (text, gold)}
        texts = cls(list(columns[text]), None, name, row_numbers, fields or None, unit)
        return texts if gold is None or labels is None else texts.with_gold(columns[gold], labels)

    def with_gold(self, gold: Any, labels: Sequence[str]) -> Self:
        """Return the same texts with gold labels: names, ids or unknown, as in `check_gold`.

        Raises
        ------
        InputError
            As in `check_gold`.
        """
        try:
            ids = check_gold(gold, len(self), labels, row_numbers=self.row_numbers, unit=self.unit)
        except InputError as error:
            raise InputError(f"{self._prefix}{error}") from None
        return replace(self, gold=ids)


def of_checked(
    texts: Sequence[str],
    gold: Ints | None,
    name: str,
    row_numbers: Ints | None,
    fields: Mapping[str, Sequence[Any]] | None,
    unit: Unit,
    weights: npt.NDArray[np.float64] | None,
) -> Texts:
    """Return texts that were checked before, as `Texts`; there may be none."""
    made = object.__new__(Texts)
    values = {"texts": texts, "gold": gold, "name": name, "row_numbers": row_numbers, "fields": fields, "unit": unit}
    for part, value in (values | {"weights": weights}).items():
        object.__setattr__(made, part, value)
    return made


_ANOTHER_OF_FILE = 'Say which one holds the texts: text="NAME" (--text NAME with init and predict)'
_ANOTHER = 'Say which one holds the texts: text="NAME"; or pass that column alone'


def check_columns(
    columns: Mapping[str, Any] | Sequence[str], names: Sequence[str], where: str = "", *, text: str | None = None
) -> None:
    """Raise a `ColumnError` that names the columns that are missing, and those that are there.

    Where `text`, the column of texts, is one of them, it says how another one is named.
    """
    existing = [str(column) for column in columns]
    raise_all(
        ColumnError,
        [
            f"{where or 'the data'} has no column {name!r}; its columns are {some(existing, 10)}"
            f"{_separators(existing) or _hints(did_you_mean(str(name), existing), name == text, where)}"
            for name in names
            if name not in columns
        ],
    )


def _separators(columns: Sequence[str]) -> str:
    """Say that a line of names was not split at what stands between them."""
    sign = next((sign for sign in (";", "\t", "|", ",") if len(columns) == 1 and sign in columns[0]), None)
    if sign is None:
        return ""
    return f": it seems to have {sign!r} between columns, and CSV has commas here, TSV tabs. Write it anew with these"


def _hints(near: str, is_text: bool, where: str) -> str:
    return f"{near or '.'} {_ANOTHER_OF_FILE if where else _ANOTHER}" if is_text else near


def _by_position(fields: Mapping[str, Sequence[Any]] | None) -> dict[str, Sequence[Any]] | None:
    """Return fields that are indexed by position, whatever a series' own index is."""
    if fields is None:
        return None
    return {
        name: values if isinstance(values, list | tuple | Column) else Column(len(values), partial(values_of, values))
        for name, values in fields.items()
    }


def take_each(columns: Mapping[str, Sequence[Any]], rows: Sequence[int]) -> dict[str, Sequence[Any]]:
    """Return some rows of each column, taken when they are asked for."""
    return {name: Column(len(rows), partial(_values_at, values, rows)) for name, values in columns.items()}


def _values_at(values: Sequence[Any], rows: Sequence[int]) -> list[Any]:
    whole = values.values if isinstance(values, Column) else values
    return [whole[i] for i in rows]
