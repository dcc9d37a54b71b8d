"""What `labelfns predict` reads from standard input, and the table it writes."""

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl

from labelfns.errors import InputError
from labelfns.io.atomic import whole
from labelfns.votes import Probs

ENDINGS = (".jsonl", ".csv", ".parquet")
FORMULA = r"^[=+\-@\t\r]"
"""What a cell begins with that a spreadsheet takes for a formula."""


def read_lines() -> list[str]:
    r"""Read standard input, one text per line; line feeds alone end a line, a ``\r`` before them goes with them.

    Raises
    ------
    InputError
        If it is not UTF-8, or holds no text.
    """
    data = sys.stdin.buffer.read()
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"standard input is not UTF-8 at byte {error.start}; convert it to UTF-8") from error
    lines = [line.removesuffix("\r") for line in content.removesuffix("\n").split("\n")]
    if not any(line.strip() for line in lines):
        raise InputError("standard input holds no text; write one per line")
    return lines


def answer_table(texts: Sequence[str], probs: Probs, labels: Sequence[str]) -> pl.DataFrame:
    """Return one row per text: text, label, confidence, and ``p_LABEL`` for each label; blank texts have none.

    Parameters
    ----------
    texts
        The n texts, some perhaps blank.
    probs
        Probabilities [r, k] of the r texts that are not, in order.
    labels
        The k label names. A column ``p_...`` never has the name of another: those do not begin with ``p_``.
    """
    written = np.array([bool(text.strip()) for text in texts])
    rows = np.full((len(texts), len(labels)), np.nan)
    rows[written] = probs
    answers = np.full(len(texts), -1)
    answers[written] = probs.argmax(axis=1)
    frame = pl.DataFrame(
        {
            "text": list(texts),
            "label": [labels[c] if c >= 0 else None for c in answers],
            "confidence": rows.max(axis=1),
            **{f"p_{name}": rows[:, c] for c, name in enumerate(labels)},
        },
        schema_overrides={"label": pl.String},
    )
    return frame.with_columns(pl.col(pl.Float64).fill_nan(None))


def print_rows(table: pl.DataFrame) -> None:
    """Print a table as JSON lines."""
    sys.stdout.write(table.write_ndjson())


def write_rows(table: pl.DataFrame, output: Path, *, raw: bool) -> None:
    """Write a table, whole or not at all, in the format that the file's name says.

    Parameters
    ----------
    table
        The table.
    output
        A name that ends in one of `ENDINGS`.
    raw
        Whether CSV cells that begin as formulas stay as they are; else they get a ``'`` before.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    with whole(output) as part:
        if output.suffix == ".jsonl":
            table.write_ndjson(part)
        elif output.suffix == ".parquet":
            table.write_parquet(part)
        else:
            (table if raw else without_formulas(table)).write_csv(part)


def without_formulas(table: pl.DataFrame) -> pl.DataFrame:
    """Return a table whose cells no spreadsheet takes for formulas."""
    cells = [pl.col(name) for name, kind in table.schema.items() if kind == pl.String]
    return table.with_columns(
        pl.when(cell.str.contains(FORMULA))
        .then(pl.concat_str(pl.lit("'"), cell))
        .otherwise(cell)
        .alias(cell.meta.output_name())
        for cell in cells
    )
