"""Sources of texts opened, and read as blocks of columns that are not yet checked."""

import io
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any, Literal, get_args

import numpy as np

from labelfns.checks import Ints, Unit
from labelfns.errors import InputError, first_line, number_of
from labelfns.io.columns import ColumnNames
from labelfns.io.corpus import Column, check_columns
from labelfns.io.lines import Lines
from labelfns.io.rows import Row, json_rows, plain_rows, separated_rows

Source = str | os.PathLike[str] | IO[bytes]
Format = Literal["csv", "tsv", "jsonl", "ndjson", "parquet", "txt"]

FORMATS = tuple(f".{name}" for name in get_args(Format))
"""What the names of files end in that can be read."""


@dataclass(frozen=True)
class Block:
    """Rows of a source.

    Parameters
    ----------
    columns
        The columns, n values each.
    row_numbers
        The numbers of the rows [n], or of the lines where they begin.
    unit
        What the numbers count.
    problems
        What is wrong with rows that could not be read, and their numbers: ``{"not JSON": [7]}``.
    share
        The share of the source that is read, in [0, 1].
    """

    columns: Mapping[str, Sequence[Any]]
    row_numbers: Ints
    unit: Unit
    problems: Mapping[str, list[int]]
    share: float


def is_hub(source: object) -> bool:
    """Whether a source names a hub data set rather than a file."""
    return isinstance(source, str) and source.startswith("hub:")


def is_all_text(source: object) -> bool:
    """Whether a source is a file whose columns are all named at its beginning, and of strings."""
    return isinstance(source, str | os.PathLike) and Path(source).suffix.lower() in (".csv", ".tsv", ".txt")


def name_of(source: Source) -> str:
    """Return what a source is called in messages."""
    if isinstance(source, str | os.PathLike):
        return os.fspath(source)
    name = getattr(source, "name", None)
    return "standard input" if name in ("<stdin>", 0) else name if isinstance(name, str) else "the stream"


def rows_at_most(source: Source) -> int:
    """Return a number of rows that a source does not exceed, quickly; 0 where it is not to be told, or not whole."""
    if not isinstance(source, str | os.PathLike):
        return 0
    try:
        if is_hub(source):
            from labelfns.io.hub import load

            return len(load(str(source)))
        path = _path(source)
        if _format(source, None) == "parquet":
            from pyarrow.parquet import read_metadata

            return int(read_metadata(path).num_rows)
        with path.open("rb") as file:
            return 1 + sum(part.count(b"\n") + part.count(b"\r") for part in iter(partial(file.read, 1 << 20), b""))
    except Exception:  # what is wrong with a file is said by who reads it
        return 0


def blocks(source: Source, keep: ColumnNames, rows: int | None, format: Format | None) -> Iterator[Block]:
    """Read a source; there is always a block, which may be empty.

    Parameters
    ----------
    source, format
        As in `labelfns.io.read.read_texts`.
    keep
        The columns; the first is that of the texts.
    rows
        Rows per block at most, at least 1; by default all in one.

    Raises
    ------
    InputError
        If the source cannot be read.
    """
    if is_hub(source):
        yield from _hub_blocks(str(source), keep, rows)
        return
    name, suffix = name_of(source), _format(source, format)
    try:
        if suffix == "parquet":
            path = _path(source) if isinstance(source, str | os.PathLike) else source
            yield from _parquet_blocks(path, name, keep, rows)
            return
        with _opened(source) as stream:
            yield from _line_blocks(Lines(stream, name), suffix, keep, rows, _size(stream))
    except OSError as error:
        raise InputError(f"{name} cannot be read ({type(error).__name__}: {first_line(error)})") from error


def _format(source: Source, format: str | None) -> str:
    if format is not None or not isinstance(source, str | os.PathLike):
        if format is None or format not in get_args(Format):
            raise InputError(f"{name_of(source)}: format must be one of {', '.join(get_args(Format))}; got {format!r}")
        return format
    suffix = Path(source).suffix.lower()
    if suffix not in FORMATS:
        hint = (
            ". An export of Label Studio or Argilla becomes a file of gold by: "
            f"labelfns label PIPELINE.toml --output gold.jsonl --from {source}"
        )
        raise InputError(
            f"{source}: cannot tell its format; expected a name that ends in {', '.join(FORMATS)}"
            f"{hint * (suffix == '.json')}"
        )
    return suffix.removeprefix(".")


def _path(source: str | os.PathLike[str]) -> Path:
    """Return the path of a file; a ``~`` at its beginning is the home folder, if no file is called so."""
    path = Path(source)
    if not path.exists():
        path = Path(os.path.expanduser(source))  # noqa: PTH111 - an unknown user stays as written
    if path.is_dir() or not path.exists():
        raise InputError(f"{source}: {'is a folder, not a file' if path.is_dir() else 'no such file'}")
    if path.is_file() and not path.stat().st_size:
        raise InputError(f"{source} is empty")
    return path


def _opened(source: Source) -> AbstractContextManager[IO[bytes]]:
    if isinstance(source, str | os.PathLike):
        return _path(source).open("rb")
    if isinstance(source, io.TextIOBase) or not hasattr(source, "readline"):
        raise InputError(
            f"a source is a path or a binary stream; got a {type(source).__name__}. Of a text stream pass .buffer"
        )
    return nullcontext(source)


def _size(stream: IO[bytes]) -> int:
    """Return the bytes of a file; 0 for a stream that is none."""
    try:
        return os.fstat(stream.fileno()).st_size
    except (OSError, AttributeError):
        return 0


def _line_blocks(lines: Lines, suffix: str, keep: ColumnNames, rows: int | None, size: int) -> Iterator[Block]:
    columns: Callable[[list[Any]], Mapping[str, Sequence[Any]]]
    if suffix == "txt":
        items, columns = plain_rows(lines), lambda texts: {keep.text: texts}
    elif suffix in ("jsonl", "ndjson"):
        items, columns = json_rows(lines, keep.text), partial(_json_columns, keep)
    else:
        items = separated_rows(lines, "\t" if suffix == "tsv" else ",")
        names = _header(next(items, None), lines.name, keep)
        columns = partial(_separated_columns, names, keep.of(names))
    numbers: list[int] = []
    values: list[Any] = []
    problems: dict[str, list[int]] = {}
    for number, value, problem in items:
        if problem:
            problems.setdefault(problem, []).append(number)
            continue
        numbers.append(number)
        values.append(value)
        if len(values) == rows:
            share = min(lines.done / size, 1.0) if size else 0.0
            yield Block(columns(values), np.array(numbers), "line", problems, share)
            numbers, values, problems = [], [], {}
    yield Block(columns(values), np.array(numbers, dtype=np.int64), "line", problems, 1.0)


def _header(row: Row | None, name: str, keep: ColumnNames) -> list[str]:
    """Return the names of columns; one that stands twice gets a number, if it is neither the texts nor the gold."""
    if row is None:
        raise InputError(f"{name} is empty")
    if row.problem:
        raise InputError(f"{name}, line {row.number}: {row.problem}")
    written = Counter(row.values)
    for column in (keep.text, keep.gold):
        if column is not None and written[column] > 1:
            raise InputError(
                f"{name} has {number_of(written[column], 'column')} that are called {column!r}; give each its own name"
            )
    names: dict[str, None] = {}
    numbers: Counter[str] = Counter()
    for column in row.values:
        own = column
        while own in names or (own != column and own in written):
            numbers[column] += 1
            own = f"{column} ({numbers[column] + 1})"
        names[own] = None
    check_columns(names, keep.needed, name, text=keep.text)
    return list(names)


def _separated_columns(names: list[str], kept: list[str], rows: list[list[str]]) -> Mapping[str, Sequence[Any]]:
    columns = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(names, ())
    return {name: list(columns[name]) for name in kept}


def _json_columns(keep: ColumnNames, rows: list[dict[str, Any]]) -> Mapping[str, Sequence[Any]]:
    names = keep.of(list(dict.fromkeys(name for row in rows for name in row)))
    absent = [] if keep.fields is None else [name for name in keep.fields if name not in names]
    return {
        name: Column(len(rows), partial(_json_values, rows, name))
        for name in (dict.fromkeys([keep.text, *names, *absent]))
    }


def _json_values(rows: list[dict[str, Any]], name: str) -> list[Any]:
    return [row.get(name) for row in rows]


def _parquet_blocks(source: Path | IO[bytes], name: str, keep: ColumnNames, rows: int | None) -> Iterator[Block]:
    from labelfns.io.parquet import batches

    start = 0
    for columns, n, total in batches(source, name, keep, rows):
        numbers, start = np.arange(start, start + n), start + n
        yield Block(columns, numbers, "row", {}, start / total if total else 1.0)


def _hub_blocks(source: str, keep: ColumnNames, rows: int | None) -> Iterator[Block]:
    from labelfns.io.hub import columns_of, load

    data = load(source)
    n = len(data)
    check_columns(data.column_names, keep.needed, source, text=keep.text)
    for start in range(0, n, rows or max(n, 1)):
        part = range(start, min(start + (rows or n), n))
        columns = columns_of(data, part, gold=keep.gold, labels=keep.labels)
        yield Block({name: columns[name] for name in keep.of(list(columns))}, np.array(part), "row", {}, part.stop / n)
    if not n:
        raise InputError(f"{source} has no rows")
