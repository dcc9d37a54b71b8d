"""LFs over a file that need not fit in memory: texts in, a Parquet file of votes out, some rows at a time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from labelfns.analysis.coverage import Coverage
from labelfns.engine.apply import merge_faults, warn_of
from labelfns.engine.fields import RowNumbers
from labelfns.engine.options import ApplyOptions, OnError
from labelfns.errors import InputError
from labelfns.io.atomic import check_target, whole
from labelfns.io.other_columns import Kind, OtherColumns
from labelfns.io.parquet import write_frames
from labelfns.io.read import ROWS, iter_texts
from labelfns.lfs.columns import reads_columns
from labelfns.lfset import LFSet
from labelfns.progress import Bar, Progress
from labelfns.vote_tables import strength_columns, vote_frame, with_strengths
from labelfns.votes import Fault, Votes, metadata

if TYPE_CHECKING:
    import polars as pl

    from labelfns.io.corpus import Texts

    Parts = Iterator[tuple[Texts, float]]
    """Texts, and the share of their file that is read."""

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
        Whether these other columns are written. If one begins after the first `chunk_rows` rows, or is of another kind
        there, the source is read once more at the end; LFs are not applied again.
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
    if chunk_rows < 1:
        raise InputError(f"chunk_rows must be at least 1; got {chunk_rows}")
    output, progress = check_target(output, overwrite=overwrite), progress or Bar()
    options = ApplyOptions(on_error, "compiled", time_limit, workers, None if cache is None else Path(cache))
    applied = _Applied(lfs, options, keep_columns, Coverage(0, 0, 0, 0, dict.fromkeys(lfs.labels, 0)))
    with whole(output) as part:
        parts = iter_texts(source, text, rows=chunk_rows, fields=applied.wanted)
        write_frames(part, applied.frames(parts, progress), lambda: applied.metadata)
        if applied.is_incomplete:
            with whole(part) as better:
                parts = iter_texts(source, text, rows=chunk_rows)
                write_frames(better, applied.frames_again(part, parts), lambda: applied.metadata)
    progress(_STEP, 100, 100)
    warn_of(applied.faults)
    return FileVotes(output, applied.coverage, applied.faults)


@dataclass
class _Applied:
    """LFs applied to a file, part by part: what is known of the rows so far."""

    lfs: LFSet
    options: ApplyOptions
    keep_columns: bool
    coverage: Coverage
    found: list[Fault] = field(default_factory=list)
    others: OtherColumns = field(default_factory=OtherColumns)
    first_types: Mapping[str, Kind] = field(default_factory=dict)
    is_incomplete: bool = False
    """Whether a part's other columns are not there, as they are not what the first part had."""

    @property
    def uses_fields(self) -> bool:
        return reads_columns(self.lfs)

    @property
    def wanted(self) -> tuple[str, ...] | None:
        """The other columns to read; None is all."""
        return None if self.uses_fields or self.keep_columns else ()

    @property
    def faults(self) -> tuple[Fault, ...]:
        return merge_faults(self.found)

    @property
    def metadata(self) -> dict[str, str]:
        return metadata(self.lfs.labels, self.lfs.names, self.faults, self.soft)

    @property
    def soft(self) -> tuple[str, ...]:
        return tuple(lf.name for lf in self.lfs if lf.soft)

    def _frame(self, votes: Votes) -> "pl.DataFrame":
        return with_strengths(vote_frame(votes.matrix, votes.lf_names), votes.strength, votes.lf_names, self.soft)

    def frames(self, parts: "Parts", progress: Progress) -> Iterator["pl.DataFrame"]:
        """Yield votes, with the other columns as long as these are what the first part had."""
        for texts, share in parts:
            columns = texts.fields or {}
            fields = {name: values for name, values in columns.items() if name != "text"} if self.uses_fields else None
            numbers = RowNumbers.of(texts, self.coverage.rows)
            votes = self.lfs.applier.apply(texts.texts, self.options, fields=fields, numbers=numbers)
            if self.keep_columns:
                self.others.see(columns)
                self.first_types = self.first_types if self.coverage.rows else self.others.types()
            frame, fits = self._frame(votes), self.others.types() == self.first_types
            yield self.others.beside(frame, columns) if fits else frame
            self.is_incomplete |= not fits
            self.coverage += Coverage.of(votes)
            self.found += votes.faults
            progress(_STEP, min(int(100 * share), 99), 100)

    def frames_again(self, path: Path, parts: "Parts") -> Iterator["pl.DataFrame"]:
        """Yield the votes of a file with the other columns, whose kinds are all known now."""
        import polars as pl
        import pyarrow.parquet as pq

        with pq.ParquetFile(path) as file:
            for group, (texts, _) in enumerate(parts):
                names = list(self.lfs.names)  # of "a" and "a.b" the first means both to Parquet
                names += strength_columns(names, self.soft).values()
                votes = pl.DataFrame(file.read_row_group(group, names))[names]
                yield self.others.beside(votes, texts.fields or {})
