"""LFs over a file that need not fit in memory: texts in, a Parquet file of votes out, some rows at a time."""

from contextlib import ExitStack
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

from labelfns.analysis.coverage import Coverage
from labelfns.engine.apply import merge_faults, warn_of
from labelfns.engine.options import ApplyOptions, OnError
from labelfns.errors import InputError
from labelfns.io.atomic import check_target, whole
from labelfns.io.formats import is_all_text
from labelfns.io.other_columns import OtherColumns
from labelfns.io.read import ROWS, iter_texts
from labelfns.lfs.columns import ColumnLF, RowLF
from labelfns.lfset import LFSet
from labelfns.progress import Bar, Progress
from labelfns.votes import Fault, metadata

_STEP = "applying LFs, % of the file"


@dataclass(frozen=True)
class FileVotes:
    """What became of a file.

    Parameters
    ----------
    output
        The file of votes; `Votes.load` reads it.
    coverage
        Counts over its rows.
    faults
        What went wrong, at most one entry per LF, with row numbers of the whole file.
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
    source: str | PathLike[str],
    *,
    output: str | PathLike[str],
    text: str = "text",
    chunk_rows: int = ROWS,
    keep_columns: bool = True,
    on_error: OnError = "abstain",
    time_limit: float = 2.0,
    workers: int = 1,
    cache: str | PathLike[str] | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> FileVotes:
    """Let LFs vote on every row of a file, holding `chunk_rows` rows at a time.

    Parameters
    ----------
    lfs
        The LFs. Those of rows and columns see the other columns of the file.
    source
        What `labelfns.io.read.read_texts` reads: a file or a hub data set.
    output
        The Parquet file to write: one row per row of the source, in the same order, one int8 column per LF. Then the
        source's other columns, ids for instance; one with the name of an LF or another column is called
        ``"NAME (2)"``.
    text
        The column of texts.
    chunk_rows
        Rows answered at a time, at least 1.
    keep_columns
        Whether these other columns are written; files but CSV and TSV are read once more for it.
    on_error, time_limit, workers, cache
        As in `LFSet.apply`; the cache keeps columns of chunks, so that with another `chunk_rows` LFs run again.
    overwrite
        Whether an existing output is replaced; it is left as it was if anything fails.
    progress
        Called after each chunk with the percent of the file that is done; by default a bar is shown.

    Raises
    ------
    InputError
        If the file or its column is missing, rows cannot be read, a text is empty, or the output exists.
    LFError
        As in `LFSet.apply`.
    WriteError
        If the output cannot be written; nothing is left of it then.

    Warns
    -----
    LabelFnsWarning
        As in `LFSet.apply`.
    """
    import pyarrow.parquet as pq

    if chunk_rows < 1:
        raise InputError(f"chunk_rows must be at least 1; got {chunk_rows}")
    output, progress = check_target(output, overwrite=overwrite), progress or Bar()
    options = ApplyOptions(on_error, "compiled", time_limit, workers, None if cache is None else Path(cache))
    uses_fields = any(isinstance(lf, RowLF | ColumnLF) for lf in lfs)
    others = _other_columns(source, text, chunk_rows) if keep_columns else OtherColumns()
    named = others.named(lfs.names)
    coverage = Coverage(0, 0, 0, 0, dict.fromkeys(lfs.labels, 0))
    faults: list[Fault] = []
    wanted = None if uses_fields or named else ()
    with whole(output) as part, ExitStack() as stack:
        writer: pq.ParquetWriter | None = None
        for texts, share in iter_texts(source, text, rows=chunk_rows, fields=wanted):
            columns = texts.fields or {}
            fields = {name: values for name, values in columns.items() if name != "text"}
            votes = lfs.applier.apply(
                texts.texts, options, fields=fields if uses_fields else None, row_offset=coverage.rows
            )
            nulls = [None] * len(texts)
            table = (
                votes.to_polars()
                .with_columns(others.series(name, columns.get(name, nulls), own) for name, own in named.items())
                .to_arrow()
            )
            writer = writer or stack.enter_context(pq.ParquetWriter(part, table.schema))
            writer.write_table(table)
            coverage += Coverage.of(votes)
            faults += votes.faults
            progress(_STEP, min(int(100 * share), 99), 100)
        assert writer is not None  # a source without rows is an error
        merged = merge_faults(faults)
        writer.add_key_value_metadata(metadata(lfs.labels, lfs.names, merged))
    progress(_STEP, 100, 100)
    warn_of(merged)
    return FileVotes(output, coverage, merged)


def _other_columns(source: str | PathLike[str], text: str, rows: int) -> OtherColumns:
    """Return what kinds of values the other columns of a source have."""
    others = OtherColumns()
    for texts, _ in iter_texts(source, text, rows=rows):
        others.see(texts.fields or {})
        if is_all_text(source):
            break
    return others
