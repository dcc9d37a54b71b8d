"""What `labelfns predict` reads, and the table it writes."""

import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelfns.display.names import printable_json
from labelfns.errors import InputError
from labelfns.io.atomic import whole
from labelfns.io.formats import Block, Format
from labelfns.io.other_columns import OtherColumns, writable
from labelfns.io.read import read_table
from labelfns.pipelines.prediction.predictor import Answers

if TYPE_CHECKING:
    import polars as pl

Table = dict[str, list[Any]]
"""Columns by name, n values each."""

ENDINGS = (".jsonl", ".csv", ".parquet")
CSV_DIGITS = 6
"""Significant digits of the answers' numbers in CSV, which people read; other formats have them whole."""
FORMULA = r"^[=+\-@\t\r\n]"
"""What a cell begins with that a spreadsheet takes for a formula."""


def read_input(data: str, text: str, format: Format | None) -> Block:
    """Read a file, a hub data set, or standard input (``"-"``), with all columns; a text may be blank or None.

    Raises
    ------
    InputError
        As `labelfns.io.read.read_table`; and if standard input, read as one text per line as no format is named, looks
        like another format.
    """
    if data != "-":
        return read_table(data, text, format=format)
    stream = BytesIO(sys.stdin.buffer.read())
    stream.name = "<stdin>"
    block = read_table(stream, text, format=format or "txt")
    if format is None:
        _check_plain(block.columns[text][0], text)
    return block


def _check_plain(first: str, text: str) -> None:
    likely = next((name for name, sign in (("csv", ","), ("tsv", "\t")) if text in _fields(first, sign)), None)
    if first.startswith("{"):
        with suppress(ValueError, RecursionError):
            likely = "jsonl" if isinstance(json.loads(first), dict) else None
    if likely:
        raise InputError(
            f"standard input begins like {likely}: say --format {likely}, or --format txt where each line is a text"
        )


def _fields(line: str, separator: str) -> list[str]:
    return [field.strip().strip('"') for field in line.split(separator)]


def answer_table(
    columns: Mapping[str, Sequence[Any]],
    text: str,
    answers: Answers,
    min_confidence: float = 0.0,
    *,
    digits: int | None = None,
) -> Table:
    """Return one row per text: its answer, and the columns that it came with.

    The answer is ``text``, and the columns of `Answers.columns`. A column ``p_...`` never has the name of another of
    ours: those do not begin with ``p_``. A column of the input that has one of these names is called ``"NAME (2)"``.

    Parameters
    ----------
    columns
        What was read, n values each.
    text
        The column of texts.
    answers
        The answers for the n rows.
    min_confidence
        Answers that are less sure have no label.
    digits
        To how many significant digits the answers' numbers are rounded; by default they are not.
    """
    found = {
        name: values if digits is None else [_rounded(value, digits) for value in values]
        for name, values in answers.columns(min_confidence).items()
    }
    table: Table = {"text": list(columns[text]), **found}
    others = OtherColumns()
    others.see({name: () for name in columns if name != text})
    return table | {own: list(columns[name]) for name, own in others.named(table).items()}


def _rounded(value: Any, digits: int) -> Any:
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value


def print_rows(table: Table) -> None:
    """Print a table as JSON lines."""
    for line in _json_lines(table):
        sys.stdout.write(printable_json(line))


def print_csv(table: Table, *, raw: bool) -> int:
    """Print a table as CSV; return how many cells got a ``'`` before, see `write_rows`."""
    frame, changed = _for_csv(table, raw=raw)
    sys.stdout.write(frame.write_csv())
    return changed


def write_rows(table: Table, output: Path, *, raw: bool) -> int:
    """Write a table, whole or not at all, in the format that the file's name says.

    Parameters
    ----------
    table
        The table.
    output
        A name that ends in one of `ENDINGS`.
    raw
        Whether CSV cells that begin as formulas stay as they are; else they get a ``'`` before.

    Returns
    -------
    int
        How many cells got one.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    with whole(output) as part:
        if output.suffix == ".jsonl":
            with part.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                file.writelines(_json_lines(table))
        elif output.suffix == ".parquet":
            as_frame(table).write_parquet(part)
        else:
            frame, changed = _for_csv(table, raw=raw)
            frame.write_csv(part)
            return changed
    return 0


def _for_csv(table: Table, *, raw: bool) -> "tuple[pl.DataFrame, int]":
    """Return a frame for CSV, and how many of its cells got a ``'`` before."""
    frame = as_frame(table)
    safe = frame if raw else without_formulas(frame)
    return safe, sum(int((frame[name] != column).sum()) for name, column in zip(frame.columns, safe, strict=True))


def as_frame(table: Table) -> "pl.DataFrame":
    """Return a table as a frame; what is no number or string becomes text."""
    import polars as pl

    columns = OtherColumns()
    columns.see(table)
    return pl.DataFrame([columns.series(name, values, writable(name)) for name, values in table.items()])


def without_formulas(table: "pl.DataFrame") -> "pl.DataFrame":
    """Return a table of which no spreadsheet takes a cell, or a column's name, for a formula."""
    import polars as pl

    texts = [(series.name, series.alias("")) for series in table if series.dtype == pl.String]  # "^$" is a pattern
    safe = table.with_columns(
        ("'" + series).zip_with(series.str.contains(FORMULA), series).alias(name) for name, series in texts
    )
    return safe.rename({name: f"'{name}" for name in safe.columns if name[:1] in "=+-@\t\r\n" and name})


def _json_lines(table: Table) -> Iterable[str]:
    for values in zip(*table.values(), strict=True):
        row = dict(zip(table, map(_plain, values), strict=True))
        yield json.dumps(row, ensure_ascii=False, default=str) + "\n"


def _plain(value: Any) -> Any:
    """Return a number that JSON lacks as None."""
    return None if isinstance(value, float) and not math.isfinite(value) else value
