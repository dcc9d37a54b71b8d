"""Frames of other libraries, with an Arrow table as the middle."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from labelfns.errors import InputError

if TYPE_CHECKING:
    import datasets
    import polars as pl
    import pyarrow as pa


def polars_of(table: "pa.Table") -> "pl.DataFrame":
    """Return an Arrow table as a frame of polars."""
    import polars as pl

    # column by column: a name with a NUL does not pass from Arrow to polars, nor back
    columns = zip(table.column_names, table.columns, strict=True)
    return pl.DataFrame({name: pl.from_arrow(column) for name, column in columns})


def dataset_of(table: "pa.Table", features: Mapping[str, Any]) -> "datasets.Dataset":
    """Return an Arrow table as a data set, some columns as the features given.

    Raises
    ------
    InputError
        If a data set cannot hold a column's name.
    """
    import datasets

    cut = [name for name in table.column_names if "\0" in name]
    if cut:
        raise InputError(f"a data set cannot hold a column name with a NUL: {', '.join(map(repr, cut))}; rename it")
    every = datasets.Features.from_arrow_schema(table.schema)
    for name, feature in features.items():
        every[name] = feature
    return datasets.Dataset(table.cast(every.arrow_schema))


def arrow_of(frame: Any) -> "tuple[pa.Table, dict[str, tuple[str, ...]]]":
    """Return a frame as an Arrow table, and the label names of its ClassLabel columns.

    Raises
    ------
    InputError
        If it is no frame in memory.
    """
    import narwhals as nw
    import pyarrow as pa

    features = getattr(frame, "features", None)
    if features is not None and hasattr(frame, "with_format"):
        names = {name: tuple(kind.names) for name, kind in features.items() if hasattr(kind, "str2int")}
        return pa.table(frame.with_format("arrow")[:]), names
    try:
        wide = nw.from_native(frame, eager_only=True)
    except TypeError as error:
        raise InputError(
            f"expected a pandas, polars or pyarrow frame or a data set; got a {type(frame).__name__}"
        ) from error
    columns = [wide[name].alias("").to_arrow() for name in wide.columns]
    return pa.Table.from_arrays(columns, names=wide.columns), {}


def names_in(written: Mapping[str, tuple[str, ...]], labels: Sequence[str] | None) -> tuple[str, ...]:
    """Return the label names: those given, which must be those of every ClassLabel column, or else these.

    Raises
    ------
    InputError
        If there are none, or others.
    """
    found = set(written.values()) | ({tuple(labels)} if labels is not None else set())
    if not found:
        raise InputError("a frame does not hold the label names; pass labels=[...]")
    if len(found) > 1:
        sets = "; ".join(", ".join(names) for names in sorted(found))
        raise InputError(f"ClassLabel columns and labels must have the same names in the same order; got {sets}")
    return found.pop()
