"""Argilla's files: records with suggestions out, responses back in as gold. Its client is not needed."""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelfns.errors import InputError, first_line, raise_all, some_rows

from .annotated import Row, as_named, asked_for, frame_in, most_given, one_of, read_json, rows_out, write_json
from .soft_labels import LABEL, TEXT, SoftLabels

if TYPE_CHECKING:
    import polars as pl

RECORDS = "records.json"
"""The records in the folder that Argilla's ``Dataset.to_disk`` writes."""
_RESPONSES, _STATUS = ".responses", ".responses.status"
_ABOUT = ("status", "_server_id", "score")


def write_argilla(
    soft: SoftLabels,
    path: str | PathLike[str],
    *,
    fields: Mapping[str, Sequence[Any]] | None = None,
    least_sure_first: bool = True,
    text: str = TEXT,
    question: str = LABEL,
) -> None:
    """Write a JSON file of records with suggestions, which Argilla's ``dataset.records.from_json`` reads.

    The data set needs a ``TextField`` and a ``LabelQuestion`` of these names. A record's id is made of its text, so
    that one that comes again takes the place of itself and of no other. Parameters and errors are those of
    `labelfns.interop.write_label_studio`; fields become metadata.
    """
    records: list[Row] = []
    copies = Counter[str]()
    for written, others, known in rows_out(soft, fields, least_sure_first, (text, question)):
        suggestion = {} if known is None else {question: {"value": known[0], "score": known[1], "agent": "labelfns"}}
        copies[written] += 1
        mark = hashlib.sha256(f"{copies[written]} {written}".encode(errors="surrogatepass")).hexdigest()[:16]
        record = {"id": mark, "fields": {text: written}, "metadata": others, "suggestions": suggestion}
        records.append(record | {"responses": {}, "vectors": {}})
    write_json(path, records)


def read_argilla(
    path: str | PathLike[str],
    *,
    text: str | None = None,
    question: str | None = None,
    labels: Sequence[str] | None = None,
) -> "pl.DataFrame":
    """Return the records of Argilla, with the label that most users gave them.

    Parameters
    ----------
    path
        A JSON file of ``records.to_json`` or of ``records.to_list``, flat or not; or the folder of
        ``records.to_datasets().save_to_disk`` or of ``Dataset.to_disk``.
    text
        The field of the text; by default ``text``, or the only one there is.
    question
        The question; by default ``label``, or the only one with responses.
    labels
        As in `labelfns.interop.read_label_studio`.

    Returns
    -------
    pl.DataFrame
        One row per record: ``text``; ``label``, null where there is no submitted response, or users are even; the
        record's ``id``; and the metadata.

    Raises
    ------
    InputError
        If it is no such file or folder, or a record has no text or a response with several labels; each is named.
    """
    path = Path(path)
    rows = _from_folder(path) if path.is_dir() else read_json(path, "records of Argilla")
    nested = all(isinstance(row.get("fields"), dict) for row in rows)
    _check_responses(path, rows if nested else [])
    records = [_nested(row) if nested else _flat(row) for row in rows]
    answers: dict[str, list[str]] = {}
    for _, _, responses in records:
        for name, given in responses.items():
            answers.setdefault(name, []).extend(value for value in given if isinstance(value, str))
    asks = asked_for(answers, question, labels, path) if answers or question is not None else LABEL
    strings = (name for data, _, _ in records for name, value in data.items() if isinstance(value, str))
    text = one_of(strings, text, TEXT, "text", path)
    problems, found = [], list[str | None]()
    for i, (data, _, responses) in enumerate(records):
        if not isinstance(data.get(text), str) or not data[text].strip():
            problems.append(f"{path}, record {i}: it has no text under {text!r}")
        given = responses.get(asks, [])
        if not all(isinstance(value, str) for value in given):
            problems.append(f"{path}, record {i}: {given} are no single labels; read a LabelQuestion")
            given = []
        found.append(as_named(most_given(given), labels))
    raise_all(InputError, problems)
    others = [
        {name: value for name, value in (data | metadata).items() if name != text} for data, metadata, _ in records
    ]
    return frame_in([data[text] for data, _, _ in records], found, others)


def _check_responses(path: Path, rows: list[Row]) -> None:
    wrong = [
        i
        for i, row in enumerate(rows)
        if not isinstance(given := row.get("responses") or {}, dict)
        or not all(isinstance(one, list | None) for one in given.values())
    ]
    if wrong:
        raise InputError(f"{path}, {some_rows(wrong, 'record')}: expected responses as lists by question")


def _nested(row: Row) -> tuple[Row, Row, dict[str, list[Any]]]:
    """Return fields, metadata, and the submitted responses by question, of a record as `to_json` writes it."""
    responses = {
        question: [
            value
            for value, status in (
                (one.get("value"), one.get("status", "submitted")) if isinstance(one, dict) else (one, "submitted")
                for one in given or []
            )
            if status == "submitted" and value is not None
        ]
        for question, given in (row.get("responses") or {}).items()
    }
    id_ = {} if row.get("id") is None else {"id": row["id"]}
    return row["fields"], id_ | (row.get("metadata") or {}), responses


def _flat(row: Row) -> tuple[Row, Row, dict[str, list[Any]]]:
    """Return the same of a record whose parts are columns: ``label.responses``, ``label.responses.status``."""
    questions = {name.removesuffix(_RESPONSES) for name in row if name.endswith(_RESPONSES)}
    parts = (_RESPONSES, ".responses.users", _STATUS, ".suggestion", ".suggestion.agent", ".suggestion.score")
    ours = {f"{question}{part}" for question in questions for part in parts} | set(_ABOUT)
    ours |= {name for name in row if name.endswith((".suggestion", ".suggestion.agent", ".suggestion.score"))}
    responses = {}
    for question in sorted(questions):
        given = row.get(f"{question}{_RESPONSES}") or []
        statuses = row.get(f"{question}{_STATUS}") or ["submitted"] * len(given)
        responses[question] = [
            value for value, status in zip(given, statuses, strict=False) if status == "submitted" and value is not None
        ]
    return {name: value for name, value in row.items() if name not in ours}, {}, responses


def _from_folder(path: Path) -> list[Row]:
    """Return the records in a folder of Argilla or of the library datasets."""
    if (path / RECORDS).is_file():
        return read_json(path / RECORDS, "records of Argilla")
    import datasets

    try:
        data = datasets.load_from_disk(str(path))
    except Exception as error:  # what a folder lacks is said in many ways
        raise InputError(f"{path} holds neither {RECORDS} nor a data set: {first_line(error)}") from error
    if not isinstance(data, datasets.Dataset) or not len(data):
        raise InputError(f"{path}: expected one data set with at least one record; name the folder of a split")
    return [dict(row) for row in data]
