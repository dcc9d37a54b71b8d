"""Dask frames, through `map_partitions`: the index and the columns that stay are the partition's own, untouched."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from labelfns.errors import InputError, first_line
from labelfns.frames.counting import counts_of, faults_in, together, together_faults
from labelfns.frames.voting import FAULTS, faults_type
from labelfns.frames.work import Sent, answered

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

NAME = "Dask"
_AT_ONCE = 16  # partial results that are put together in one step


def columns(frame: Any) -> list[Any]:
    """Return the names of the columns."""
    return list(frame.columns)


def same_name(frame: Any) -> Callable[[Any], Any]:
    """Return how Dask compares names: as they are."""
    return lambda name: name


def kind(frame: Any, name: Any) -> str:
    """Return ``"string"`` for a column that may hold texts, or else its type."""
    dtype = frame._meta[name].dtype
    return "string" if str(dtype) in ("object", "str", "category") or "string" in str(dtype) else str(dtype)


def mapped(frame: Any, sent: Sent, kept: Sequence[Any], read: Sequence[Any]) -> Any:
    """Return the frame of kept columns and answers; `meta` is what a partition without rows gives."""
    needed = frame[list(dict.fromkeys([*kept, *read]))]
    meta = _partition(needed._meta, sent, kept, read)
    return needed.map_partitions(_partition, sent, list(kept), list(read), meta=meta, enforce_metadata=True)


def counted(frame: Any, names: Sequence[str], most: int) -> "pa.Table":
    """Return the distinct rows of columns, and the count of each."""
    return _reduced(frame[list(names)], lambda part: counts_of(_arrow(part, names)), partial(together, most=most))


def faults(frame: Any, keys: Sequence[Any], limit: int) -> list[dict[str, Any]]:
    """Return how often each LF raised each kind of error."""
    names = [*keys, FAULTS]
    kinds = {FAULTS: faults_type()}  # what is read from a file is a list of any
    found = _reduced(frame[names], lambda part: faults_in(_arrow(part, names, kinds), len(keys)), together_faults)
    return list(found[:limit])


def _partition(part: "pd.DataFrame", sent: Sent, kept: Sequence[Any], read: Sequence[Any]) -> "pd.DataFrame":
    """Return the kept columns of a partition with its answers."""
    import pandas as pd
    import pyarrow as pa

    tables = [sent.schema.empty_table(), *answered(_arrow(part, read).to_batches(), sent, ())]
    answers = pa.concat_tables(tables).to_pandas(types_mapper=_pandas_type)
    return pd.concat([part[list(kept)], answers.set_axis(part.index)], axis=1)


def _arrow(part: "pd.DataFrame", names: Sequence[Any], kinds: "Mapping[Any, pa.DataType] | None" = None) -> "pa.Table":
    """Return columns of a partition, of these Arrow types where some are given."""
    import pyarrow as pa

    columns = []
    for name in names:
        try:
            columns.append(pa.array(part[name], (kinds or {}).get(name), from_pandas=True))
        except (pa.ArrowException, UnicodeError) as error:
            raise InputError(f"column {name!r} cannot be read: {first_line(error)}") from error
    return pa.Table.from_arrays(columns, names=[str(name) for name in names])


def _pandas_type(kind: "pa.DataType") -> Any:
    """Return pandas' type where its default for an Arrow type is an object of Python."""
    import pandas as pd
    import pyarrow as pa

    if pa.types.is_string(kind):
        return pd.StringDtype("pyarrow")
    return pd.ArrowDtype(kind) if pa.types.is_nested(kind) else None


def _reduced(frame: Any, first: Callable[[Any], Any], merge: Callable[[list[Any]], Any]) -> Any:
    """Return what partitions come to, put together step by step in the workers."""
    from dask import delayed

    parts = [delayed(first)(part) for part in frame.to_delayed()]
    while len(parts) > 1:
        parts = [delayed(merge)(parts[i : i + _AT_ONCE]) for i in range(0, len(parts), _AT_ONCE)]
    return delayed(merge)(parts).compute()
