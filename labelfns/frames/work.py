"""Rows in, answers out, in a worker of whatever engine: the one mechanism that Spark and Dask share.

A piece of `Work` is sent to the workers pickled, is opened once in each of their processes, and answers table by table.
Engines hand over rows in batches of any size; here they are joined, or cut, to a good one. Nothing relies on the order
of rows or batches: answers stand beside the columns that they came with.
"""

import os
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labelfns.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa

    Answer = Callable[[pa.Table], Sequence[Any]]
    """Takes a table [n rows, n > 0], returns a column of n values for each field of the schema."""

ROWS = 1 << 16
"""Rows answered at a time, at most: what the compiled engine likes best."""
SIZE = 1 << 26
"""Bytes answered at a time: long texts come in smaller batches."""


class Work(ABC):
    """What a worker does to rows."""

    @property
    @abstractmethod
    def schema(self) -> "pa.Schema":
        """The columns of an answer."""

    @abstractmethod
    def open(self) -> "Answer":
        """Make everything ready, once in a process."""


@dataclass(frozen=True)
class Sent:
    """Work on its way, with what a worker needs to begin.

    Parameters
    ----------
    content
        The work, pickled by value.
    schema
        The columns of its answers.
    version
        The version of labelfns that sent it.
    """

    content: bytes
    schema: "pa.Schema"
    version: str


def answered(batches: "Iterable[pa.RecordBatch]", sent: Sent, kept: Sequence[str]) -> "Iterator[pa.Table]":
    """Answer the rows of a partition.

    Parameters
    ----------
    batches
        The rows, in batches of any size, empty ones too.
    sent
        The work.
    kept
        The columns that stay beside the answers, first.

    Yields
    ------
    pa.Table
        Those columns and the answers of some rows at a time, at least one; nothing for a partition without rows.
    """
    import pyarrow as pa

    from labelfns.frames.travel import unpacked

    answer: Answer | None = None
    for table in joined(batches):
        if answer is None:
            _share_cores()
            answer = unpacked(sent.content, sent.version)
        beside = table.select(list(kept))
        yield pa.Table.from_arrays([*beside.columns, *answer(table)], schema=pa.schema([*beside.schema, *sent.schema]))


def joined(batches: "Iterable[pa.RecordBatch]", rows: int = ROWS, size: int = SIZE) -> "Iterator[pa.Table]":
    """Yield the rows of batches as tables of at most `rows` rows and some `size` bytes, none of them empty.

    Examples
    --------
    >>> import pyarrow as pa
    >>> batches = [pa.record_batch({"a": list(range(n))}) for n in (2, 0, 1, 7)]
    >>> [len(table) for table in joined(batches, rows=4)]
    [3, 4, 3]
    """
    import pyarrow as pa

    waiting, n, n_bytes = list[pa.RecordBatch](), 0, 0
    for batch in batches:
        most = max(1, min(rows, size * len(batch) // max(1, batch.nbytes)))
        for start in range(0, len(batch), most):
            part = batch.slice(start, most)
            if waiting and (n + len(part) > rows or n_bytes + part.nbytes > size):
                yield pa.Table.from_batches(waiting)
                waiting, n, n_bytes = [], 0, 0
            waiting.append(part)
            n, n_bytes = n + len(part), n_bytes + part.nbytes
    if waiting:
        yield pa.Table.from_batches(waiting)


def strings(column: Any, name: str) -> list[str | None]:
    """Return a column of texts as Python strings, None where there is no text: a null or a blank one.

    Raises
    ------
    InputError
        If it holds something else.
    """
    import pyarrow as pa

    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    kinds = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view, pa.types.is_null)
    if not any(is_kind(kind) for is_kind in kinds):
        raise InputError(f'column {name!r} holds {kind}; texts must be strings. Name their column: text="..."')
    return [text if text and text.strip() else None for text in column.to_pylist()]


def _share_cores() -> None:
    """Give polars as many threads as the engine gave its worker; it would take all cores in each process."""
    if "polars" not in sys.modules and "OMP_NUM_THREADS" in os.environ:
        os.environ.setdefault("POLARS_MAX_THREADS", os.environ["OMP_NUM_THREADS"])
