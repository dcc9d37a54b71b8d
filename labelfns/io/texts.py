"""`as_texts`: texts in whatever container or file they are, as `Texts`.

Everything goes by position: the labels that a series has for its rows play no part.
"""

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from labelfns.checks import NOT_A_STRING, Bools, Ints, Unit, text_problems, values_of
from labelfns.errors import InputError, LabelFnsWarning, shortened
from labelfns.io.corpus import Column, Texts, check_columns, of_checked, take_each

__all__ = ["Texts", "as_texts", "written_texts"]


def as_texts(
    data: Any,
    text: str = "text",
    *,
    gold: Any = None,
    labels: Sequence[str] | None = None,
    name: str = "",
    column: str | None = None,
) -> Texts:
    """Return data as `Texts`, checked.

    Parameters
    ----------
    data
        `Texts`, which are returned as they are; a list, a tuple or a one-dimensional array of strings; a series or
        column of pandas, polars, pyarrow, modin or datasets; a frame, table or data set of theirs, or a dict of
        columns; or a source that `labelfns.io.read.read_texts` reads: a path, or ``"hub:OWNER/NAME:SPLIT"``.
    text
        The column of texts where there are several; the others become fields.
    gold
        Gold labels: n of them as in `labelfns.checks.check_gold`, or the name of their column.
    labels
        The k label names, needed with `gold`.
    name
        What the texts are called in messages; a file is called by its path otherwise.
    column
        The former name of `text`, kept for one release.

    Raises
    ------
    InputError
        If the data has no texts in order, lacks a column, has null, blank or other bad texts, or parts of different
        lengths; the rows are named.

    Examples
    --------
    >>> as_texts({"text": ["so good", "late again"], "y": ["yes", None]}, gold="y", labels=["no", "yes"]).gold.tolist()
    [1, -1]
    """
    if column is not None:
        warnings.warn(
            LabelFnsWarning(
                "as_texts(column=) is now as_texts(text=); the old name will be removed in the next release"
            ),
            stacklevel=2,
        )
        text = column
    by_name = gold if isinstance(gold, str) else None
    texts = _texts_of(data, text, by_name, labels, name)
    if not len(texts):
        raise InputError("there are no texts; expected at least one")
    if gold is None or by_name is not None:
        return texts
    if labels is None:
        raise InputError("the label names are needed to read gold labels; pass labels=[...]")
    return texts.with_gold(gold, labels)


def written_texts(
    data: Any, text: str = "text", *, row_numbers: Ints | None = None, unit: Unit = "row"
) -> tuple[Texts, Bools]:
    """Return the texts of data that are there, and in which of its n rows: a text that is null or blank is left out.

    Parameters
    ----------
    data, text
        As in `as_texts`.
    row_numbers, unit
        As in `Texts`, of data that is neither `Texts` nor a file.

    Returns
    -------
    tuple
        The texts, perhaps none, and a mask [n] of their rows.

    Raises
    ------
    InputError
        As in `as_texts`, but not for null and blank texts, unless all those of a file are.

    Examples
    --------
    >>> texts, rows = written_texts(["so good", " ", None, "late again"])
    >>> list(texts), rows.tolist()
    (['so good', 'late again'], [True, False, False, True])
    """
    if isinstance(data, Texts):
        return data, np.ones(len(data), dtype=bool)
    name = ""
    if isinstance(data, str | os.PathLike):
        from labelfns.io.read import read_table

        _check_names_file(data)
        block = read_table(data, text)
        data, row_numbers, unit, name = block.columns, block.row_numbers, block.unit, os.fspath(data)
    columns = _columns_of(data, None, None)
    if columns is None:
        columns, text = {"text": values_of(data)}, "text"
    check_columns(columns, [text], name, text=text)
    values, rows = columns[text], np.ones(len(columns[text]), dtype=bool)
    if not len(rows):
        raise InputError("there are no texts; expected at least one")
    for what, positions in text_problems(values).items():
        if what != NOT_A_STRING:
            rows[positions] = False
    written = np.flatnonzero(rows)
    if not len(written):
        return of_checked([], None, name, np.zeros(0, dtype=np.int64), None, unit, None), rows
    numbers = written if row_numbers is None else row_numbers[written]
    if len(written) < len(rows):
        columns = take_each(columns, written.tolist())
    return Texts.of_columns(columns, text, name=name, row_numbers=numbers, unit=unit), rows


def _texts_of(data: Any, text: str, gold: str | None, labels: Sequence[str] | None, name: str) -> Texts:
    if isinstance(data, Texts):
        return data if gold is None else _with_field_as_gold(data, gold, labels)
    if isinstance(data, str | os.PathLike):
        texts = _read(data, text, gold, labels)
        return replace(texts, name=name) if name else texts
    columns = _columns_of(data, gold, labels)
    if columns is not None:
        return Texts.of_columns(columns, text, gold, labels, name=name)
    if gold is not None:
        raise InputError(f"gold={gold!r} names a column, but the texts are a {type(data).__name__} and have none")
    return Texts(values_of(data), name=name)


def _with_field_as_gold(texts: Texts, gold: str, labels: Sequence[str] | None) -> Texts:
    fields = texts.fields or {}
    check_columns(fields, [gold], texts.name)
    if labels is None:
        raise InputError("the label names are needed to read gold labels; pass labels=[...]")
    return texts.with_gold(fields[gold], labels)


def _read(source: str | os.PathLike[str], text: str, gold: str | None, labels: Sequence[str] | None) -> Texts:
    from labelfns.io.read import read_texts

    _check_names_file(source)
    return read_texts(source, text, gold, labels, need_gold=gold is not None)


def _check_names_file(source: str | os.PathLike[str]) -> None:
    from labelfns.io.read import FORMATS, is_hub

    if isinstance(source, str) and not is_hub(source) and Path(source).suffix.lower() not in FORMATS:
        raise InputError(
            "texts must be a sequence of strings; got one string, which is no file name that ends in "
            f"{', '.join(FORMATS)}: put it in a list"
        )


def _columns_of(data: Any, gold: str | None, labels: Sequence[str] | None) -> Mapping[str, Sequence[Any]] | None:
    """Return the columns of a frame, a data set or a dict; None where the data has one column only."""
    if hasattr(data, "column_names") and hasattr(data, "features"):  # a data set of the library datasets
        from labelfns.io.hub import columns_of

        return columns_of(data, gold=gold, labels=labels)
    if isinstance(data, Mapping):
        return {name: _listed(values) for name, values in data.items()}
    return _frame_columns(data) if hasattr(type(data), "columns") else None


def _listed(values: Any) -> Sequence[Any]:
    return values if isinstance(values, list) else values_of(values, "each column of a dict")


def _frame_columns(frame: Any) -> Mapping[str, Sequence[Any]]:
    import narwhals as nw
    from narwhals.exceptions import NarwhalsError

    kind = f"{type(frame).__module__.split('.')[0]} {type(frame).__name__}"
    try:
        eager = nw.from_native(frame, eager_only=True)
    except TypeError as error:
        raise InputError(
            f"texts must be a sequence of strings or a frame in memory; got a {kind}. "
            "Collect it first, .collect() or .compute() for instance"
        ) from error
    except NarwhalsError as error:
        why = " ".join(str(error).split())
        raise InputError(f"the {kind} cannot be read: {shortened(why, 200)}") from error
    return {name: Column(len(eager), partial(_column_values, eager, name)) for name in eager.columns}


def _column_values(frame: Any, name: str) -> list[Any]:
    return list(frame[name].to_list())
