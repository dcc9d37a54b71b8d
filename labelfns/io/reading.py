"""Texts and gold labels from files and hub data sets, with every bad row named."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from labelfns.checks import check_texts
from labelfns.errors import InputError, did_you_mean, raise_all, some

HUB = "hub:"


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts, and their gold labels where the source has them.

    Parameters
    ----------
    texts
        The n texts, in the order of the source.
    gold
        Integer labels [n], -1 where unknown; None where the source has no such column.
    """

    texts: list[str]
    gold: npt.NDArray[np.int64] | None


def is_hub(source: str) -> bool:
    """Tell whether a source names a hub data set rather than a file."""
    return source.startswith(HUB)


def read_texts(source: str, *, text: str, gold: str, labels: Sequence[str], need_gold: bool = False) -> Texts:
    """Read a source of texts.

    Parameters
    ----------
    source
        A ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson``, ``.parquet`` or ``.txt`` file, or
        ``hub:OWNER/NAME[:CONFIG]:SPLIT``. A ``.txt`` file holds a text a line and no gold labels.
    text, gold
        The names of the columns.
    labels
        The label names; gold labels are names, or ids in 0..k-1, or null where unknown.
    need_gold
        Whether the column of gold labels must be there.

    Raises
    ------
    InputError
        If the source is missing, empty, not UTF-8 or malformed, lacks a column, or has bad rows; all rows at once.
    """
    columns = _read_hub(source, labels, gold) if is_hub(source) else _read_file(Path(source), text)
    missing = [name for name in (text, gold) if name not in columns and (name == text or need_gold)]
    raise_all(
        InputError,
        [
            f"{source} has no column {name!r}; its columns are {', '.join(columns)}"
            f"{did_you_mean(name, columns) or '.'} "
            f"Name the right one with data.{'text' if name == text else 'gold'} (predict: --text)"
            for name in missing
        ],
    )
    try:
        check_texts(columns[text])
    except InputError as error:
        raise InputError(f"{source}, column {text!r}: {error}") from None
    ids = _gold_ids(columns[gold], labels, f"{source}, column {gold!r}") if gold in columns else None
    return Texts(list(columns[text]), ids)


def _read_file(path: Path, text: str) -> Mapping[str, Sequence[Any]]:
    readers: dict[str, Callable[[Path], Mapping[str, Sequence[Any]]]] = {
        ".csv": _read_separated,
        ".tsv": _read_separated,
        ".jsonl": _read_json_lines,
        ".ndjson": _read_json_lines,
        ".parquet": _read_parquet,
        ".txt": lambda path: {text: _lines(path)},
    }
    if not path.is_file():
        raise InputError(f"{path}: no such file")
    if path.suffix.lower() not in readers:
        raise InputError(f"{path}: cannot tell its format; expected a name that ends in {', '.join(readers)}")
    if path.stat().st_size == 0:
        raise InputError(f"{path} is empty")
    columns = readers[path.suffix.lower()](path)
    if not columns or not len(next(iter(columns.values()))):
        raise InputError(f"{path} has no rows")
    return columns


def _read_separated(path: Path) -> Mapping[str, Sequence[Any]]:
    separator = "\t" if path.suffix.lower() == ".tsv" else ","
    data = _utf8(path).encode()
    try:
        frame = pl.read_csv(data, separator=separator, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{path} cannot be read as {path.suffix[1:].upper()}: {_first_line(error)}") from error
    return frame.to_dict(as_series=False)


def _read_json_lines(path: Path) -> Mapping[str, Sequence[Any]]:
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(_utf8(path).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{path}, line {number} is not JSON: {error}") from error
        if not isinstance(row, dict):
            raise InputError(f"{path}, line {number} is not a JSON object: {line[:60]!r}")
        rows.append(row)
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {name: [row.get(name) for row in rows] for name in names}


def _lines(path: Path) -> list[str]:
    lines = _utf8(path).removesuffix("\n").split("\n")
    return [line.removesuffix("\r") for line in lines]


def _read_parquet(path: Path) -> Mapping[str, Sequence[Any]]:
    try:
        return pl.read_parquet(path).to_dict(as_series=False)
    except pl.exceptions.PolarsError as error:
        raise InputError(f"{path} cannot be read as Parquet: {_first_line(error)}") from error


def _read_hub(source: str, labels: Sequence[str], gold: str) -> Mapping[str, Sequence[Any]]:
    from datasets import ClassLabel, load_dataset

    name, *rest = source.removeprefix(HUB).split(":")
    if not name or len(rest) not in (1, 2) or not rest[-1]:
        raise InputError(f"{source!r}: a hub data set is named hub:OWNER/NAME:SPLIT or hub:OWNER/NAME:CONFIG:SPLIT")
    try:
        rows = load_dataset(name, rest[0] if len(rest) == 2 else None, split=rest[-1])
    except Exception as error:  # the library raises of many kinds: network, names, splits, formats
        raise InputError(
            f"{source}: the data set cannot be loaded ({type(error).__name__}: {_first_line(error)}). "
            "Check the name, the configuration, the split and the network"
        ) from error
    columns = {column: list(rows[column]) for column in rows.column_names}
    feature = rows.features.get(gold)
    if isinstance(feature, ClassLabel) and set(feature.names) <= set(labels):
        columns[gold] = [None if c is None or c < 0 else feature.names[c] for c in columns[gold]]
    return columns


def _utf8(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InputError(
            f"{path} is not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}, line {line}. "
            "Save it as UTF-8"
        ) from error


def _gold_ids(values: Sequence[Any], labels: Sequence[str], where: str) -> npt.NDArray[np.int64]:
    """Return gold labels as ids: names, ids (also as digits, as CSV has them), null or empty for unknown."""
    names = {name: c for c, name in enumerate(labels)}
    ids = names | {str(c): c for c in range(len(labels)) if str(c) not in names}
    bad: dict[str, list[int]] = {}
    found = np.full(len(values), -1, dtype=np.int64)
    for i, value in enumerate(values):
        if value is None or value in ("", -1, "-1"):
            continue
        known = isinstance(value, str | int) and not isinstance(value, bool)
        found[i] = ids.get(str(value), -1) if known else -1
        if found[i] < 0:
            bad.setdefault(repr(value), []).append(i)
    raise_all(
        InputError,
        [
            f"{where}: {value} in row {some(rows)} (the first row is 0) is not one of the labels "
            f"{', '.join(labels)}{did_you_mean(value.strip(chr(39)), labels)}"
            for value, rows in bad.items()
        ],
    )
    return found


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n")[0]
