"""LFs over a file that need not fit in memory: texts in, a Parquet file of votes out, chunk by chunk."""

import json
from dataclasses import dataclass
from pathlib import Path

from labelfns.analysis.coverage import Coverage
from labelfns.checks import check_texts
from labelfns.engine.apply import merge_faults, warn_of
from labelfns.engine.options import ApplyOptions, OnError
from labelfns.errors import InputError
from labelfns.io.chunks import chunks
from labelfns.lfset import LFSet
from labelfns.progress import Bar, Progress
from labelfns.votes import Fault

CHUNK = 50_000


@dataclass(frozen=True)
class Streamed:
    """What became of a file.

    Parameters
    ----------
    output
        The file of votes; `Votes.load` reads it.
    coverage
        Counts over its rows.
    faults
        What went wrong, at most one entry an LF, with row numbers of the whole file.
    """

    output: Path
    coverage: Coverage
    faults: tuple[Fault, ...]

    @property
    def rows(self) -> int:
        """How many rows were read and written."""
        return self.coverage.rows


def apply_file(
    lfs: LFSet,
    source: str | Path,
    *,
    output: str | Path,
    text: str = "text",
    chunk_rows: int = CHUNK,
    on_error: OnError = "abstain",
    time_limit: float = 2.0,
    workers: int = 1,
    cache: str | Path | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> Streamed:
    """Let LFs vote on every row of a file, holding one chunk at a time.

    Parameters
    ----------
    lfs
        The LFs.
    source
        A ``.parquet``, ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson`` or ``.txt`` file; the latter holds a text a line.
    output
        The Parquet file to write: a row an input row in the same order, an int8 column an LF.
    text
        The column of texts.
    chunk_rows
        Rows answered at a time, at least 1.
    on_error, time_limit, workers, cache
        As in `LFSet.apply`; the cache keeps columns of chunks, so that another `chunk_rows` begins anew.
    overwrite
        Whether an existing output is replaced; it is left as it was if anything fails.
    progress
        Called after each chunk with the percent of the file that is done; by default a bar is shown.

    Raises
    ------
    InputError
        If the file or its column is missing, a text is empty, the output exists, or a file cannot be read or written.
    LFError
        As in `LFSet.apply`.

    Warns
    -----
    LabelFnsWarning
        As in `LFSet.apply`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    source, output, progress = Path(source), Path(output), progress or Bar()
    if output.exists() and not overwrite:
        raise InputError(f"{output} exists; name another output, or pass overwrite=True to replace it")
    if chunk_rows < 1:
        raise InputError(f"chunk_rows must be at least 1; got {chunk_rows}")
    options = ApplyOptions(on_error, "compiled", time_limit, workers, cache)
    schema = pa.schema([(name, pa.int8()) for name in lfs.names])
    part = output.with_name(output.name + ".part")
    coverage = Coverage(0, 0, 0, 0, dict.fromkeys(lfs.labels, 0))
    faults: list[Fault] = []
    try:
        with pq.ParquetWriter(part, schema) as writer:
            for texts, share in chunks(source, text, chunk_rows):
                try:
                    checked = check_texts(texts, coverage.rows)
                except InputError as error:
                    raise InputError(f"{source}: {error}") from None
                votes = lfs.applier.apply(checked, options, row_offset=coverage.rows)
                columns = [pa.array(votes.matrix[:, j]) for j in range(len(lfs))]
                writer.write_table(pa.Table.from_arrays(columns, schema=schema))
                faults += votes.faults
                coverage += Coverage.of(votes)
                progress("applying LFs, % of the file", min(int(100 * share), 99), 100)
            if not coverage.rows:
                raise InputError(f"{source} has no rows")
            merged = merge_faults(faults)
            meta = {"labels": list(lfs.labels), "faults": [fault.__dict__ for fault in merged]}
            writer.add_key_value_metadata({"labelfns.votes": json.dumps(meta)})
        part.replace(output)
    except OSError as error:
        raise InputError(
            f"{source} to {output}: {type(error).__name__}: {error}. Check the rights and the room on the disk"
        ) from error
    finally:
        part.unlink(missing_ok=True)
    progress("applying LFs, % of the file", 100, 100)
    warn_of(merged)
    return Streamed(output, coverage, merged)
