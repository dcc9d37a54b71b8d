"""A column of texts read from a file chunk by chunk: Parquet, CSV, TSV, JSON lines or a text a line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from labelfns.errors import InputError, did_you_mean

Chunk = tuple[list[Any], float]
"""Texts, not yet checked, and the share of the file that is read, in [0, 1]."""

_BLOCK = 1 << 24  # bytes of CSV read at a time; no row can be longer


def chunks(source: Path, text: str, rows: int) -> Iterator[Chunk]:
    """Read a file.

    Parameters
    ----------
    source
        A ``.parquet``, ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson`` or ``.txt`` file; the latter holds a text a line.
    text
        The column of texts; a ``.txt`` file has none.
    rows
        Rows a chunk at most, at least 1.

    Yields
    ------
    tuple
        As `Chunk`, in the order of the file.

    Raises
    ------
    InputError
        If the file is missing or malformed, or lacks the column.
    """
    readers = {
        ".parquet": _parquet,
        ".csv": _separated,
        ".tsv": _separated,
        ".jsonl": _json_lines,
        ".ndjson": _json_lines,
        ".txt": _lines,
    }
    if not source.is_file():
        raise InputError(f"{source}: no such file")
    if source.suffix.lower() not in readers:
        raise InputError(f"{source}: cannot tell its format; expected a name that ends in {', '.join(readers)}")
    if not source.stat().st_size:
        raise InputError(f"{source} is empty")
    yield from readers[source.suffix.lower()](source, text, rows)


def _parquet(source: Path, text: str, rows: int) -> Iterator[Chunk]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Buffering ahead would hold the whole column in the end.
        with pq.ParquetFile(source, pre_buffer=False, buffer_size=1 << 20) as file:
            _check_column(source, text, file.schema_arrow.names)
            done, total = 0, file.metadata.num_rows
            for batch in file.iter_batches(batch_size=rows, columns=[text]):
                done += batch.num_rows
                yield batch.column(0).to_pylist(), done / total
    except pa.ArrowException as error:
        raise InputError(f"{source} cannot be read as Parquet: {_first_line(error)}") from error


def _separated(source: Path, text: str, rows: int) -> Iterator[Chunk]:
    import pyarrow as pa
    import pyarrow.csv as csv

    separator = "\t" if source.suffix.lower() == ".tsv" else ","
    read = csv.ReadOptions(block_size=_BLOCK)
    parse = csv.ParseOptions(newlines_in_values=True, delimiter=separator)
    convert = csv.ConvertOptions(
        include_columns=[text],
        column_types={text: pa.string()},
        null_values=[""],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    try:
        _check_column(source, text, _header(source, separator))
        with pa.OSFile(str(source)) as file, csv.open_csv(file, read, parse, convert) as reader:
            for batch in reader:
                for start in range(0, batch.num_rows, rows):
                    yield batch.column(0).slice(start, rows).to_pylist(), file.tell() / source.stat().st_size
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise InputError(f"{source} cannot be read as {source.suffix[1:].upper()}: {_first_line(error)}") from error


def _header(source: Path, separator: str) -> list[str]:
    import csv

    with source.open(encoding="utf-8-sig", newline="") as lines:
        return next(csv.reader(lines, delimiter=separator), [])


def _json_lines(source: Path, text: str, rows: int) -> Iterator[Chunk]:
    found: list[Any] = []
    with source.open("rb") as file:
        for number, line in _utf8_lines(source, file):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise InputError(f"{source}, line {number} is not JSON: {error}") from error
            if not isinstance(row, dict):
                raise InputError(f"{source}, line {number} is not a JSON object: {line[:60]!r}")
            _check_column(f"{source}, line {number}", text, list(row))
            found.append(row[text])
            if len(found) == rows:
                yield found, file.tell() / source.stat().st_size
                found = []
        if found:
            yield found, 1.0


def _lines(source: Path, text: str, rows: int) -> Iterator[Chunk]:
    found: list[Any] = []
    with source.open("rb") as file:
        for _, line in _utf8_lines(source, file):
            found.append(line.removesuffix("\n").removesuffix("\r"))
            if len(found) == rows:
                yield found, file.tell() / source.stat().st_size
                found = []
        if found:
            yield found, 1.0


def _utf8_lines(source: Path, file: IO[bytes]) -> Iterator[tuple[int, str]]:
    """Yield the number, from 1, and the text of each line; line feeds alone end a line."""
    for number, line in enumerate(file, start=1):
        try:
            yield number, line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise InputError(
                f"{source} is not UTF-8: byte 0x{line[error.start]:02x} in line {number}. Save it as UTF-8"
            ) from error


def _check_column(where: object, text: str, names: list[str]) -> None:
    if text not in names:
        raise InputError(
            f"{where} has no column {text!r}; its columns are {', '.join(names)}{did_you_mean(text, names)}"
        )


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
