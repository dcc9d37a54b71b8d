"""What partitions come to, counted where they lie: distinct rows of votes, and faults by LF and kind of error."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

Faults = list[dict[str, Any]]
"""By LF and kind of error, the most frequent first: ``lf``, ``type``, ``rows``, and of the first row by key that has a
traceback ``error``, ``traceback`` and ``key``."""


def counts_of(table: "pa.Table") -> "pa.Table":
    """Return the distinct rows of a table [n, m] in m columns, and the count of each."""
    names = [f"v{j}" for j in range(table.num_columns)]
    return table.rename_columns(names).group_by(names).aggregate([([], "count_all")])


def together(tables: "Sequence[pa.Table]", most: int) -> "pa.Table":
    """Return the counts of several tables that `counts_of` gave as one; of more than `most` rows, some."""
    import pyarrow as pa

    *names, count = tables[0].column_names
    counts = pa.concat_tables(tables).group_by(names).aggregate([(count, "sum")])
    return counts.rename_columns([*names, count])[: most + 1]


def faults_in(table: "pa.Table", n_keys: int) -> Faults:
    """Return the faults of rows: a table of so many key columns, and one of faults."""
    import pyarrow.compute as pc

    failed = table.filter(pc.is_valid(table.column(n_keys)))
    keys = failed.select(range(n_keys)).to_pylist() if n_keys else [None] * len(failed)
    return together_faults(
        [{**fault, "type": fault["error"].partition(":")[0], "rows": 1, "key": key}]
        for key, faults in zip(keys, failed.column(n_keys).to_pylist(), strict=True)
        for fault in faults
    )


def together_faults(parts: Iterable[Faults]) -> Faults:
    """Return faults of several parts as one."""
    rows: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], dict[str, Any]] = {}
    for part in parts:
        for fault in part:
            group = fault["lf"], fault["type"]
            rows[group] += fault["rows"]
            first[group] = min(first.get(group, fault), fault, key=_order)
    found = [{**first[group], "rows": n} for group, n in rows.items()]
    return sorted(found, key=lambda fault: (-fault["rows"], fault["lf"], fault["type"]))


def _order(fault: dict[str, Any]) -> tuple[Any, ...]:
    """Return what puts faults in order: those with a traceback first, then by key, nulls first."""
    key = [(value is not None, value) for value in (fault["key"] or {}).values()]
    return fault["traceback"] is None, key, fault["error"], fault["traceback"]
