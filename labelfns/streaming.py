"""LFs over a file that need not fit in memory: Parquet or CSV in, a Parquet file of votes out, chunk by chunk.

May import: this room, the standard library; pyarrow when a file is read.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labelfns.errors import InputError, did_you_mean
from labelfns.lfset import LFSet, one_each
from labelfns.progress import silent
from labelfns.votes import Fault
from labelfns.voting import OnError

CHUNK = 50_000


@dataclass(frozen=True)
class Streamed:
    """What became of a file.

    Parameters
    ----------
    output
        The file of votes; `Votes.load` reads it.
    rows
        How many rows were read and written.
    faults
        What went wrong, at most one entry an LF, with row numbers of the whole file.
    """

    output: Path
    rows: int
    faults: tuple[Fault, ...]


def apply_file(
    lfs: LFSet,
    source: str | Path,
    *,
    output: str | Path,
    text: str = "text",
    chunk_rows: int = CHUNK,
    on_error: OnError = "abstain",
    overwrite: bool = False,
) -> Streamed:
    """Let LFs vote on every row of a file, holding one chunk at a time.

    Parameters
    ----------
    lfs
        The LFs.
    source
        A ``.parquet`` file, or a ``.csv`` file with a header.
    output
        The Parquet file to write: a row an input row in the same order, an int8 column an LF.
    text
        The column of texts.
    chunk_rows
        Rows held at a time, at least 1; a CSV file is cut by bytes, into chunks of about as many.
    on_error
        As in `LFSet.apply`.
    overwrite
        Whether an existing output is replaced; it is left as it was if anything fails.

    Raises
    ------
    InputError
        If the file or its column is missing, a text is empty, or the output exists.
    LFError
        As in `LFSet.apply`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    source, output = Path(source), Path(output)
    if output.exists() and not overwrite:
        raise InputError(f"{output} exists; name another output, or pass overwrite=True to replace it")
    if not source.is_file():
        raise InputError(f"{source}: no such file")
    if chunk_rows < 1:
        raise InputError(f"chunk_rows must be at least 1; got {chunk_rows}")
    schema = pa.schema([(name, pa.int8()) for name in lfs.names])
    part = output.with_name(output.name + ".part")
    rows, faults = 0, []
    try:
        with pq.ParquetWriter(part, schema) as writer:
            for texts in _chunks(source, text, chunk_rows):
                try:
                    votes = lfs.apply(texts, on_error=on_error, progress=silent)
                except InputError as error:
                    raise InputError(f"{source}, in the rows from {rows} on (counted from there): {error}") from None
                columns = [pa.array(votes.matrix[:, j]) for j in range(len(lfs))]
                writer.write_table(pa.Table.from_arrays(columns, schema=schema))
                faults += [Fault(f.lf, tuple(rows + i for i in f.rows), f.error, f.traceback) for f in votes.faults]
                rows += len(texts)
            merged = one_each(faults)
            meta = {"labels": list(lfs.labels), "faults": [fault.__dict__ for fault in merged]}
            writer.add_key_value_metadata({"labelfns.votes": json.dumps(meta)})
        if not rows:
            raise InputError(f"{source} has no rows")
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
    return Streamed(output, rows, merged)


def _chunks(source: Path, text: str, rows: int) -> Iterator[list[Any]]:
    import pyarrow as pa
    import pyarrow.csv as csv
    import pyarrow.parquet as pq

    try:
        if source.suffix.lower() == ".parquet":
            # Buffering ahead would hold the whole column in the end.
            with pq.ParquetFile(source, pre_buffer=False, buffer_size=1 << 20) as file:
                _check_column(source, text, file.schema_arrow.names)
                for batch in file.iter_batches(batch_size=rows, columns=[text]):
                    yield batch.column(0).to_pylist()
        elif source.suffix.lower() == ".csv":
            with source.open(encoding="utf-8") as lines:
                _check_column(source, text, next(iter(_header(lines.readline())), []))
            read = csv.ReadOptions(block_size=max(1 << 16, rows * 128))
            parse = csv.ParseOptions(newlines_in_values=True)
            convert = csv.ConvertOptions(include_columns=[text], column_types={text: pa.string()})
            with csv.open_csv(source, read_options=read, parse_options=parse, convert_options=convert) as reader:
                for batch in reader:
                    if batch.num_rows:
                        yield batch.column(0).to_pylist()
        else:
            raise InputError(f"{source}: cannot tell its format; expected a name that ends in .parquet or .csv")
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise InputError(f"{source} cannot be read: {str(error).splitlines()[0]}") from error


def _header(line: str) -> Iterator[list[str]]:
    import csv

    yield from csv.reader([line.removeprefix("\ufeff")])


def _check_column(source: Path, text: str, names: list[str]) -> None:
    if text not in names:
        raise InputError(
            f"{source} has no column {text!r}; its columns are {', '.join(names)}{did_you_mean(text, names)}"
        )
