"""Frames of other libraries, with an Arrow table as the middle."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from labelfns.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

FrameFormat = Literal["pyarrow", "pandas", "polars", "datasets"]


def frame_of(table: "pa.Table", format: FrameFormat, labels: Sequence[str], label_columns: Sequence[str]) -> Any:
    """Return an Arrow table as a frame; in `datasets`, columns of class ids are ClassLabel.

    Raises
    ------
    InputError
        If there is no such format, or a data set cannot hold a column's name.
    """
    if format not in get_args(FrameFormat):
        raise InputError(f"format must be one of {', '.join(get_args(FrameFormat))}; got {format!r}")
    if format == "pandas":
        return table.to_pandas()
    if format == "polars":
        import polars as pl

        # column by column: a name with a NUL does not pass from Arrow to polars, nor back
        columns = zip(table.column_names, table.columns, strict=True)
        return pl.DataFrame({name: pl.from_arrow(column) for name, column in columns})
    if format == "datasets":
        import datasets

        cut = [name for name in table.column_names if "\0" in name]
        if cut:
            raise InputError(f"a data set cannot hold a column name with a NUL: {', '.join(map(repr, cut))}; rename it")
        features = datasets.Features.from_arrow_schema(table.schema)
        for name in label_columns:
            features[name] = datasets.ClassLabel(names=list(labels))
        return datasets.Dataset(table.cast(features.arrow_schema))
    return table


def arrow_of(frame: Any) -> "tuple[pa.Table, tuple[str, ...] | None]":
    """Return a frame as an Arrow table, and the label names of its ClassLabel columns where it has some.

    Raises
    ------
    InputError
        If it is no frame in memory.
    """
    import narwhals as nw
    import pyarrow as pa

    features = getattr(frame, "features", None)
    if features is not None and hasattr(frame, "with_format"):
        names = {tuple(kind.names) for kind in features.values() if hasattr(kind, "str2int")}
        if len(names) > 1:
            raise InputError("the ClassLabel columns of a data set must have the same names, in the same order")
        return pa.table(frame.with_format("arrow")[:]), next(iter(names), None)
    try:
        wide = nw.from_native(frame, eager_only=True)
    except TypeError as error:
        raise InputError(
            f"expected a pandas, polars or pyarrow frame or a data set; got a {type(frame).__name__}"
        ) from error
    columns = [wide[name].alias("").to_arrow() for name in wide.columns]
    return pa.Table.from_arrays(columns, names=wide.columns), None
