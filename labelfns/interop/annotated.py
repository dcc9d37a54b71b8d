"""What annotation tools have in common: which rows go out in which order, and what comes back of them."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labelfns.errors import InputError, first_line, number_of, some
from labelfns.io.atomic import write_text
from labelfns.io.other_columns import OtherColumns

from .soft_labels import LABEL, TEXT, SoftLabels

if TYPE_CHECKING:
    import polars as pl

Row = dict[str, Any]


def rows_out(
    soft: SoftLabels, fields: Mapping[str, Sequence[Any]] | None, least_sure_first: bool, names: tuple[str, str]
) -> Iterable[tuple[str, Row, tuple[str, float] | None]]:
    """Yield rows to annotate: text, other columns, and label and its probability where there is one.

    `names` are those that text and label have in the tool, which no other column may have.

    Raises
    ------
    InputError
        If there are no texts, or a column is of another length, or has the name of another.
    """
    if soft.texts is None:
        raise InputError("an annotation tool needs the texts: give SoftLabels(..., texts=texts)")
    if names[0] == names[1]:
        raise InputError(f"text and question are both {names[0]!r}: a tool needs two names")
    fields = fields or {}
    wrong = [name for name, values in fields.items() if len(values) != len(soft) or name in names]
    if wrong:
        raise InputError(
            f"fields need {number_of(len(soft), 'value')} each and names other than {' and '.join(names)}; see "
            f"{some(wrong)}"
        )
    ids, labels = np.asarray(soft.ids), soft.names()
    sure = np.where(ids >= 0, soft.probs[np.arange(len(ids)), ids], -1.0)
    order = np.argsort(sure, kind="stable") if least_sure_first else np.arange(len(ids))
    for i in order.tolist():
        label = labels[i]
        known = None if label is None else (label, float(sure[i]))
        yield soft.texts[i], {key: _plain(values[i]) for key, values in fields.items()}, known


def write_json(path: str | PathLike[str], rows: list[Row]) -> None:
    """Write rows as one JSON list, whole or not at all; characters beyond ASCII are escaped, half surrogates too."""
    write_text(Path(path), json.dumps(rows, indent=1) + "\n")


def read_json(path: Path, what: str) -> list[Row]:
    """Read a JSON list of objects, or one object.

    Raises
    ------
    InputError
        If it is none.
    """
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        raise InputError(
            f"{path} holds JSON lines, and {what} is one JSON list; rows with gold in such a file are read as they "
            "are, as data.val say"
        )
    try:
        rows = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"{path} cannot be read as {what}: {first_line(error)}") from error
    rows = [rows] if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise InputError(f"{path}: expected {what}: a list of at least one object")
    return rows


def asked_for(
    answers: Mapping[str, Iterable[str]], given: str | None, labels: Sequence[str] | None, path: object
) -> str:
    """Return the question whose answers, by question, are read: as `one_of`, of those that have labels for answers."""
    if given is None and labels is not None:
        names = _by_case(labels)
        answers = {
            name: () for name, said in answers.items() if any(one.casefold() in names for one in said)
        } or answers
    return one_of(answers, given, LABEL, "question", path)


def as_named(label: str | None, labels: Sequence[str] | None) -> str | None:
    """Return a label as the one of `labels` that differs from it in nothing but case; itself where there is no such."""
    return label if label is None or label in (labels or ()) else _by_case(labels or ()).get(label.casefold(), label)


def _by_case(labels: Sequence[str]) -> dict[str, str]:
    """Return labels by what they are whatever their case, those left out that are others' then."""
    times = Counter(name.casefold() for name in labels)
    return {name.casefold(): name for name in labels if times[name.casefold()] == 1}


def one_of(names: Iterable[str], given: str | None, usual: str, what: str, path: object) -> str:
    """Return which of several names holds what is asked: the one given, the usual one, or the only one.

    Raises
    ------
    InputError
        If it is not there, or not to be told.
    """
    there = list(dict.fromkeys(names))
    if given is not None and given not in there:
        raise InputError(f"{path}: there is no {what} {given!r}; there are: {some(there, 10) or 'none'}")
    if given is not None:
        return given
    if usual in there or len(there) == 1:
        return usual if usual in there else there[0]
    if not there:
        raise InputError(f"{path}: there is no {what}")
    raise InputError(
        f'{path}: which {what} is meant? There are {some(there, 10)}: pass {what}="NAME" (--{what} NAME with label)'
    )


def frame_in(texts: list[str], labels: list[str | None], fields: list[Row]) -> "pl.DataFrame":
    """Return texts, labels and other columns, a dict a row, as a frame; a column called as ours is renamed."""
    import polars as pl

    from labelfns.io.other_columns import writable

    frame = pl.DataFrame(
        {TEXT: [writable(text) for text in texts], LABEL: labels}, schema={TEXT: pl.String, LABEL: pl.String}
    )
    names = dict.fromkeys(name for row in fields for name in row)
    columns = {name: [row.get(name) for row in fields] for name in names}
    others = OtherColumns()
    others.see(columns)
    return others.beside(frame, columns)


def most_given(values: Iterable[str]) -> str | None:
    """Return the value that is there most often; None for a tie, or where there is none."""
    most = Counter(values).most_common(2)
    return most[0][0] if most and (len(most) == 1 or most[0][1] > most[1][1]) else None


def _plain(value: Any) -> Any:
    """Return a number of numpy as one of Python, and what JSON lacks as text."""
    value = value.item() if isinstance(value, np.generic) else value
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if isinstance(value, str | int | float | None) else str(value)
