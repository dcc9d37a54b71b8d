"""The other fields of the rows, and what LFs get of them: a dict per row, or a polars frame of all rows."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from labelfns.checks import Ints, Unit, values_of
from labelfns.errors import InputError, raise_all

if TYPE_CHECKING:
    import polars as pl

    from labelfns.io.corpus import Texts


@dataclass(frozen=True)
class RowNumbers:
    """How n rows are numbered: by position, and as their file numbers them, which is how messages name them.

    Parameters
    ----------
    positions
        Their positions [n] among all rows.
    in_file
        The numbers [n] that their file has for them; None where positions are all there is.
    unit
        What these count.
    name
        Where the rows are from, a file for instance; empty where that is not known.
    """

    positions: Ints
    in_file: Ints | None = None
    unit: Unit = "row"
    name: str = ""

    @classmethod
    def of(cls, texts: "Texts", first: int = 0) -> "RowNumbers":
        """Return the numbers of texts, of which the first stands at a position among all."""
        return cls(np.arange(first, first + len(texts)), texts.row_numbers, texts.unit, texts.name)

    def __len__(self) -> int:
        """Return the number of rows, n."""
        return len(self.positions)

    def take(self, index: slice | Ints) -> "RowNumbers":
        """Return the numbers of some of the rows."""
        in_file = None if self.in_file is None else self.in_file[index]
        return RowNumbers(self.positions[index], in_file, self.unit, self.name)

    def where(self, i: int) -> str:
        """Return how a message names one row: ``"line 4 of tweets.csv"``."""
        number = (self.positions if self.in_file is None else self.in_file)[i]
        return f"{self.unit} {number}" + f" of {self.name}" * bool(self.name)


@dataclass(frozen=True)
class Rows:
    """Texts with their fields.

    Parameters
    ----------
    texts
        The n texts.
    fields
        By name, [n] values each.
    numbers
        The numbers of the rows, for faults and messages.
    """

    texts: Sequence[str]
    fields: Mapping[str, Sequence[Any]]
    numbers: RowNumbers

    @classmethod
    def of(cls, texts: Sequence[str], fields: object, numbers: RowNumbers | None = None) -> "Rows":
        """Put texts and fields together.

        Parameters
        ----------
        texts
            The n texts.
        fields
            A mapping from names to n values each, a frame, whose column ``text`` is passed over, or None.
        numbers
            The numbers of the rows; by default their positions.

        Raises
        ------
        InputError
            If a field has another length or is called ``text``; all at once.
        """
        columns = _columns(fields)
        for name, values in columns.items():
            if isinstance(values, str | bytes | Mapping | AbstractSet) or not hasattr(values, "__len__"):
                values_of(values, f"field {name!r}")  # which raises
        problems = [
            f"field {name!r} has length {len(values)}, but there are {len(texts)} texts; give one value per text"
            for name, values in columns.items()
            if len(values) != len(texts)
        ]
        if "text" in columns:
            problems.append("no field may be called 'text': the texts themselves are; give it another name")
        raise_all(InputError, problems)
        return cls(texts, columns, numbers or RowNumbers(np.arange(len(texts))))

    def __len__(self) -> int:
        """Return the number of rows, n."""
        return len(self.texts)

    @cached_property
    def as_dicts(self) -> list[dict[str, Any]]:
        """A dict per row, the text in ``"text"``; the values are the objects that were given."""
        names = ("text", *self.fields)
        columns = (self.texts, *map(_objects, self.fields.values()))
        return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]

    @cached_property
    def as_frame(self) -> "pl.DataFrame":
        """A polars frame with the column ``text`` and one column per field."""
        import polars as pl

        return pl.DataFrame(
            [pl.Series("text", self.texts), *(_series(name, values) for name, values in self.fields.items())]
        )


def _columns(fields: Any) -> dict[str, Sequence[Any]]:
    if fields is None:
        return {}
    if isinstance(fields, Mapping):
        return dict(fields)
    names = getattr(fields, "column_names", None) or getattr(fields, "columns", None)
    if names is None:
        raise InputError(f"fields must be a mapping from names to values or a frame; got a {type(fields).__name__}")
    return {name: fields[name] for name in names if name != "text"}


def _objects(values: Any) -> list[Any]:
    """Return values as a list of Python objects, by position."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "mM":
        values = values.astype(f"{values.dtype.kind}8[us]")  # of finer units numpy makes bare numbers
    return list(values.tolist()) if getattr(values, "ndim", 1) > 1 else values_of(values, "a field")


def _series(name: object, values: Any) -> "pl.Series":
    """Return a column; Python objects that polars would change or cannot hold stay as they are."""
    import polars as pl

    if isinstance(values, pl.Series):
        return values.alias(str(name))
    listed = values if hasattr(values, "dtype") or hasattr(values, "to_pylist") else list(values)
    keys = {tuple(value) for value in listed if isinstance(value, Mapping)} if isinstance(listed, list) else set()
    if len(keys) < 2:
        try:
            return pl.Series(str(name), listed)
        except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
            pass
    return pl.Series(str(name), _objects(values), dtype=pl.Object)
