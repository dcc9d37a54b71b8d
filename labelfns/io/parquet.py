"""Parquet files, row by row in bounded memory, and as a frame; a broken file is one message."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from labelfns.errors import InputError, first_line, some
from labelfns.io.columns import ColumnNames
from labelfns.io.corpus import Column, check_columns

if TYPE_CHECKING:
    import polars as pl

Batch = tuple[dict[str, Column], int, int]
"""Columns, how many rows they have, and how many rows the file has."""

_AT_A_TIME = 1 << 16


def batches(source: Path | IO[bytes], name: str, keep: ColumnNames, rows: int | None) -> Iterator[Batch]:
    """Read a file; there is always a batch, which may be empty.

    Parameters
    ----------
    source
        The file, or a binary stream, which is read whole.
    name
        What it is called in messages.
    keep
        The columns to read.
    rows
        Rows per batch at most, at least 1; by default all in one.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        content = source if isinstance(source, Path) else pa.BufferReader(source.read())
        # Buffering ahead would hold the whole column in the end.
        with pq.ParquetFile(content, pre_buffer=False, buffer_size=1 << 20) as file:
            schema, total = file.schema_arrow, file.metadata.num_rows
            check_columns(schema.names, keep.needed, name, text=keep.text)
            names = keep.of(schema.names)
            twice = [column for column in names if schema.names.count(column) > 1]
            if twice:
                raise InputError(f"{name} has columns of one name: {some(twice)}")
            parts = file.iter_batches(batch_size=rows or _AT_A_TIME, columns=names)
            if rows is None or not total:
                parts = [pa.Table.from_batches(list(parts), pa.schema([schema.field(column) for column in names]))]
            seen = 0
            for part in parts:
                n = len(part)
                seen += n
                asked = {keep.text, keep.gold}
                yield (
                    {column: Column(n, partial(_values, part, column, name, column in asked)) for column in names},
                    n,
                    total,
                )
            if seen != total:
                raise InputError(f"{name} cannot be read as Parquet: {seen} of the {total} rows it names are there")
    except InputError:
        raise
    except Exception as error:  # of many kinds, where a file is broken
        raise InputError(f"{name} cannot be read as Parquet: {first_line(error)}") from error


def _values(part: Any, column: str, name: str, asked: bool) -> list[Any]:
    """Return a column's values; of one that nobody asked for, what Python cannot hold is text or a number."""
    try:
        return list(part.column(column).to_pylist())
    except Exception as error:  # a text that is not UTF-8, a date after the year 9999
        if asked:
            raise InputError(f"{name}, column {column!r} cannot be read: {first_line(error)}") from error
        return [_as_stored(value) for value in part.column(column)]


def _as_stored(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except Exception:
        has_bytes = hasattr(scalar, "as_buffer")
        return scalar.as_buffer().to_pybytes().decode(errors="replace") if has_bytes else getattr(scalar, "value", None)


def write_frames(
    path: Path, frames: Iterator["pl.DataFrame"], metadata: Callable[[], Mapping[str, str]] = dict
) -> None:
    """Write frames as row groups of one file; columns of the first that a later one lacks are null there.

    Parameters
    ----------
    path
        The file.
    frames
        At least one frame; they are asked for one after the other.
    metadata
        Gives the file's metadata when all are written.
    """
    import polars as pl
    import pyarrow.parquet as pq

    first = next(frames)  # a source without rows is an error
    with pq.ParquetWriter(path, _as_arrow(first).schema) as writer:
        for frame in chain((first,), frames):
            whole = _as_arrow(pl.concat((first[:0], frame), how="diagonal"))
            writer.write_table(whole, row_group_size=max(len(frame), 1))
        writer.add_key_value_metadata(metadata())


def _as_arrow(frame: "pl.DataFrame") -> Any:
    """Return a frame as a table of pyarrow; on the way its columns have numbers, as not every name travels."""
    names, numbered = frame.columns, frame.clone()
    numbered.columns = list(map(str, range(len(names))))
    return numbered.to_arrow().rename_columns(names)


def read_parquet(path: str | PathLike[str]) -> "pl.DataFrame":
    """Return a file as a frame; brackets and stars in its path are plain signs.

    Raises
    ------
    InputError
        If there is no such file, or it cannot be read.
    """
    import polars as pl

    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    try:
        return pl.read_parquet(Path(path), glob=False, hive_partitioning=False)
    except (Exception, pl.exceptions.PanicException) as error:
        raise InputError(f"{path} cannot be read as Parquet: {first_line(error)}") from error


def read_parquet_metadata(path: str | PathLike[str]) -> dict[str, str]:
    """Return the metadata that a file was written with; errors as in `read_parquet`."""
    import polars as pl

    if not Path(path).is_file():
        raise InputError(f"{path}: no such file")
    try:
        return pl.read_parquet_metadata(Path(path))
    except (Exception, pl.exceptions.PanicException) as error:
        raise InputError(f"{path} cannot be read as Parquet: {first_line(error)}") from error
