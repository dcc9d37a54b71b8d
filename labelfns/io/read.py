"""Texts from files, streams and hub data sets: one reader for every command.

`iter_texts` reads some rows at a time, `read_texts` all of them at once; both give the same rows and report the same.
What a row of each format is stands in `labelfns.io.rows`.
"""

import warnings
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from labelfns.checks import NOT_A_STRING, Unit, numbered, text_problems
from labelfns.errors import MOST, InputError, LabelFnsWarning, RowsError, raise_all, shown
from labelfns.io.columns import ColumnNames
from labelfns.io.corpus import Texts, check_columns, take_each
from labelfns.io.formats import FORMATS, Block, Format, Source, blocks, is_hub, name_of

__all__ = ["FORMATS", "is_hub", "iter_texts", "read_texts"]

OnBadRows = Literal["raise", "skip"]
Problems = dict[str, list[int]]
"""What is wrong with rows, and their numbers."""

ROWS = 50_000


def read_texts(
    source: Source,
    text: str = "text",
    gold: str | None = "label",
    labels: Sequence[str] | None = None,
    *,
    need_gold: bool = False,
    fields: Sequence[str] | None = None,
    format: Format | None = None,
    on_bad_rows: OnBadRows = "raise",
) -> Texts:
    """Read a source of texts.

    Parameters
    ----------
    source
        A ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson``, ``.parquet`` or ``.txt`` file; ``hub:OWNER/NAME[:CONFIG]:SPLIT``;
        or a binary stream. CSV and TSV have a header, a ``.txt`` file one text per line and nothing else.
    text, gold
        The names of the columns of texts and of gold labels.
    labels
        The k label names. Without them the column of gold labels is a field like others.
    need_gold
        Whether the column of gold labels must be there.
    fields
        Which other columns are kept in `Texts.fields`; by default all. Of CSV and TSV they are strings as written.
    format
        The format, whatever the name ends in; a stream needs it.
    on_bad_rows
        What becomes of rows that cannot be read, or whose text is null, blank or not a string: ``"raise"``, or
        ``"skip"``, which leaves them out with a warning that counts and names them.

    Returns
    -------
    Texts
        The n texts in the order of the source. Row numbers are those of the lines where rows begin, from 1; of Parquet
        files and data sets those of the rows, from 0.

    Raises
    ------
    InputError
        If the source is missing, empty, malformed or not UTF-8, lacks a column, or has bad rows or gold labels; all of
        them at once, named by their lines, in ten lines at most.

    Warns
    -----
    LabelFnsWarning
        If rows are skipped.

    See Also
    --------
    labelfns.checks.check_gold : What a gold label may be.
    """
    if need_gold and (labels is None or not gold):
        raise InputError(f"{name_of(source)}: the label names are needed to read gold labels; pass labels=[...]")
    keep = replace(_column_names(text, gold, labels, fields), need_gold=need_gold)
    ((texts, _),) = _texts(source, keep, None, format, on_bad_rows)  # all rows in one
    return texts


def iter_texts(
    source: Source,
    text: str = "text",
    *,
    gold: str | None = None,
    labels: Sequence[str] | None = None,
    rows: int = ROWS,
    fields: Sequence[str] | None = None,
    format: Format | None = None,
    on_bad_rows: OnBadRows = "raise",
) -> Iterator[tuple[Texts, float]]:
    """Read a source of texts, some rows at a time, in bounded memory.

    Parameters
    ----------
    source, text, gold, labels, fields, format, on_bad_rows
        As in `read_texts`. A part of a JSON lines file in which no row has the column of gold labels has no gold.
    rows
        Rows at a time at most, at least 1.

    Yields
    ------
    tuple
        `Texts`, and the share of the source that is read, in [0, 1]; 0 for a stream before its end.

    Raises
    ------
    InputError
        As in `read_texts`; bad rows as soon as they are met.

    Warns
    -----
    LabelFnsWarning
        If rows are skipped; once, at the end.
    """
    if rows < 1:
        raise InputError(f"rows must be at least 1; got {rows}")
    return _texts(source, _column_names(text, gold, labels, fields), rows, format, on_bad_rows)


def read_table(source: Source, text: str = "text", *, format: Format | None = None) -> Block:
    """Read a source with all its columns, rows whose text is blank or null among them.

    Parameters
    ----------
    source, text, format
        As in `read_texts`.

    Returns
    -------
    Block
        The columns by name, in order, n values each, with the numbers of the rows.

    Raises
    ------
    InputError
        As in `read_texts`, but not for blank and null texts, unless all of them are.
    """
    name = name_of(source)
    (block,) = blocks(source, ColumnNames(text, None, None), None, format)
    check_columns(block.columns, [text], name, text=text)
    of_texts = {what: block.row_numbers[at].tolist() for what, at in text_problems(block.columns[text]).items()}
    wrong = {what: rows for what, rows in of_texts.items() if what == NOT_A_STRING}
    raise_all(InputError, _lines({**block.problems, **wrong}, name, block.unit))
    n = len(block.row_numbers)
    if sum(map(len, of_texts.values())) == n:
        raise InputError(f"{name} holds no text: " + ("its texts are blank" if n else "it has no rows"))
    return replace(block, columns={column: list(values) for column, values in block.columns.items()})


def _column_names(
    text: str, gold: str | None, labels: Sequence[str] | None, fields: Sequence[str] | None
) -> ColumnNames:
    return ColumnNames(text, gold if labels is not None and gold else None, fields, labels)


def _texts(
    source: Source,
    keep: ColumnNames,
    rows: int | None,
    format: Format | None,
    on_bad_rows: OnBadRows,
) -> Iterator[tuple[Texts, float]]:
    if on_bad_rows not in ("raise", "skip"):
        raise InputError(f'on_bad_rows must be "raise" or "skip"; got {on_bad_rows!r}')
    name, n = name_of(source), 0
    skipped: Problems = {}
    for block in blocks(source, keep, rows, format):
        if len(block.row_numbers) or not block.problems:  # else no row has columns
            check_columns(block.columns, keep.needed, name, text=keep.text)
        of_texts = text_problems(block.columns[keep.text])
        problems = {**block.problems, **{what: block.row_numbers[at].tolist() for what, at in of_texts.items()}}
        if on_bad_rows == "raise":
            raise_all(RowsError, _lines(problems, name, block.unit))
        for what, numbers in problems.items():
            skipped.setdefault(what, []).extend(numbers)
        bad = {i for at in of_texts.values() for i in at}
        if len(bad) < len(block.row_numbers):
            texts = _checked(block, bad, keep, name)
            n += len(texts)
            yield texts, block.share
    if not n:
        raise_all(InputError, _lines(skipped, name, block.unit))
        raise InputError(f"{name} has no rows")
    if skipped:
        left_out = [f"{what}: {numbered(numbers, block.unit)}" for what, numbers in skipped.items()]
        count = sum(map(len, skipped.values()))
        listed = "".join(f"\n  - {line}" for line in left_out[:MOST])
        message = f"{name}: {count:,} of its rows left out:{listed}"
        warnings.warn(shown(message, lines=True), LabelFnsWarning, stacklevel=3)


def _checked(block: Block, bad: Container[int], keep: ColumnNames, name: str) -> Texts:
    """Return the texts of a block without some rows."""
    columns, numbers = block.columns, block.row_numbers
    if bad:
        rows = [i for i in range(len(numbers)) if i not in bad]
        columns, numbers = take_each(columns, rows), numbers[rows]
    gold = keep.gold if keep.gold in columns else None
    return Texts.of_columns(columns, keep.text, gold, keep.labels, name=name, row_numbers=numbers, unit=block.unit)


def _lines(problems: Problems, name: str, unit: Unit) -> list[str]:
    """Write one line per kind of problem, in the order of their first rows."""
    lines = []
    for what, numbers in sorted(problems.items(), key=lambda item: item[1]):
        rows = numbered(numbers, unit)
        if what.startswith("the text"):
            lines.append(f"{name}: {what} in {rows}; fix or remove {'it' if len(numbers) == 1 else 'them'}")
        else:
            lines.append(f"{name}, {rows}: {what}")
    return lines
