"""LFs in the workers of an engine: votes and faults of the rows of a table."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from labelfns.checks import Ints
from labelfns.engine.apply import LFApplier
from labelfns.engine.fields import RowNumbers
from labelfns.engine.options import ApplyOptions
from labelfns.errors import LFError, number_of, some
from labelfns.frames.work import Work, strings
from labelfns.lfs.base import ABSTAIN, LabelingFunction
from labelfns.lfs.columns import ColumnLF, reads_columns
from labelfns.lfs.raised import told_traceback
from labelfns.votes import Votes

if TYPE_CHECKING:
    import pyarrow as pa

    from labelfns.frames.work import Answer

FAULTS = "faults"
"""The column of what went wrong."""
_LINE, _TRACEBACK = 500, 4_000  # characters kept


def faults_type() -> "pa.DataType":
    """Return the type of the faults of a row: a list of LF, error and traceback; null where nothing went wrong."""
    import pyarrow as pa

    return pa.list_(pa.struct([("lf", pa.string()), ("error", pa.string()), ("traceback", pa.string())]))


@dataclass(frozen=True)
class Voting(Work):
    """LFs that vote.

    Parameters
    ----------
    labels
        The k class names.
    lfs
        The m LFs.
    options
        How they are applied.
    text
        The column of texts; a row whose text is null or blank gets no vote.
    """

    labels: tuple[str, ...]
    lfs: tuple[LabelingFunction, ...]
    options: ApplyOptions
    text: str

    @property
    def schema(self) -> "pa.Schema":
        import pyarrow as pa

        return pa.schema([*((lf.name, pa.int8()) for lf in self.lfs), (FAULTS, faults_type())])

    def open(self) -> "Answer":
        of_columns = tuple(lf for lf in self.lfs if isinstance(lf, ColumnLF))
        return partial(self._votes, LFApplier(self.labels, self.lfs), LFApplier(self.labels, of_columns))

    def _votes(self, applier: LFApplier, of_columns: LFApplier, table: "pa.Table") -> Sequence[Any]:
        import pyarrow as pa

        rows, given, fields = rows_with_text(table, self.text, fields=reads_columns(self.lfs))
        matrix = np.full((len(table), len(self.lfs)), ABSTAIN, dtype=np.int8, order="F")
        noted = _Noted(len(table))
        if len(rows):
            options = replace(self.options, note=noted.add)
            try:
                votes = applier.apply(given, options, fields=fields, numbers=RowNumbers(rows))
            except LFError as error:
                raise LFError(
                    f"{error} (the row is counted within {number_of(len(table), 'row')} of a partition)"
                ) from error
            self._check_by_row(of_columns, given, fields, votes)
            matrix[rows] = votes.matrix
        return [*(pa.array(matrix[:, j]) for j in range(len(self.lfs))), pa.array(noted.rows, faults_type())]

    def _check_by_row(self, of_columns: LFApplier, texts: list[str], fields: dict[str, Any], votes: Votes) -> None:
        """Raise where a condition on whole columns says something else of rows when fewer are beside them."""
        half = (len(texts) + 1) // 2
        if not of_columns.lfs:
            return
        again = of_columns.apply(texts[:half], self.options, fields={name: v[:half] for name, v in fields.items()})
        wrong = [name for name in again.lf_names if (again[name] != votes[name][:half]).any()]
        if wrong:
            raise LFError(
                f"{some(wrong)}: a condition over all rows, as with a mean or a rank, has no answer where some rows "
                "are seen at a time; work that number out before, and write it in"
            )


def rows_with_text(table: "pa.Table", text: str, *, fields: bool) -> tuple[Ints, list[str], dict[str, Any]]:
    """Return which rows of a table have a text, these texts, and where asked for the other columns of these rows."""
    texts = strings(table[text], text)
    rows = np.flatnonzero([one is not None for one in texts])
    return rows, [one for one in texts if one is not None], fields_of(table.take(rows), text) if fields else {}


def fields_of(table: "pa.Table", text: str) -> dict[str, Any]:
    """Return the other columns of a table, by name; numbers as wide as Python's, as polars makes them of lists."""
    import pyarrow as pa

    fields = {}
    for name in table.column_names:
        column = table[name]
        if pa.types.is_integer(column.type) and not pa.types.is_uint64(column.type):
            column = column.cast(pa.int64())
        elif pa.types.is_floating(column.type):
            column = column.cast(pa.float64())
        if name not in (text, "text"):
            fields[name] = column
    return fields


class _Noted:
    """What LFs raised on n rows; a traceback stands at the first row of each LF and kind of error alone."""

    def __init__(self, n: int) -> None:
        self.rows: list[list[dict[str, str | None]] | None] = [None] * n
        self._seen: set[tuple[str, type[BaseException]]] = set()

    def add(self, lf: str, rows: Ints, line: str, error: BaseException) -> None:
        """Note what an LF raised on rows."""
        trace = None
        if (lf, type(error)) not in self._seen:
            self._seen.add((lf, type(error)))
            trace = told_traceback(error)[-_TRACEBACK:]
        for row in rows.tolist():
            faults = self.rows[row] = self.rows[row] or []
            faults.append({"lf": lf, "error": line[:_LINE], "traceback": trace})
            trace = None
