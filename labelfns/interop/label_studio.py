"""Label Studio's files: tasks with predictions out, annotations back in as gold."""

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labelfns.errors import InputError, first_line, raise_all

from .annotated import Row, as_named, asked_for, frame_in, one_of, read_json, rows_out, write_json
from .soft_labels import LABEL, TEXT, SoftLabels

if TYPE_CHECKING:
    import polars as pl

ABOUT = ("id", "annotator", "annotation_id", "created_at", "updated_at", "lead_time", "agreement", "history")
"""What JSON-MIN and CSV say of an annotation, beside the task's data and the answers."""
_MOVED = "_data_"  # before the name of a column of the task's data in CSV, where an answer is called the same


def write_label_studio(
    soft: SoftLabels,
    path: str | PathLike[str],
    *,
    fields: Mapping[str, Sequence[Any]] | None = None,
    least_sure_first: bool = True,
    text: str = TEXT,
    question: str = LABEL,
) -> None:
    """Write a JSON file of tasks with predictions, which Label Studio imports.

    A text without a label has no prediction. `label_studio_config` is the labeling configuration that fits.

    Parameters
    ----------
    soft
        The texts, their probabilities and labels.
    path
        The file, ``.json``.
    fields
        Other columns, n values each, which come back with the answers.
    least_sure_first
        Whether the texts without a label come first, then those whose label is least likely; else they stay in order.
    text, question
        What the project that is to take them calls the text in a task's data, and the choices.

    Raises
    ------
    InputError
        If there are no texts, or the fields do not fit them.
    WriteError
        If it cannot be written.
    """
    tasks = []
    for written, others, known in rows_out(soft, fields, least_sure_first, (text, question)):
        task: Row = {"data": {text: written} | others}
        if known is not None:
            choice = {"from_name": question, "to_name": text, "type": "choices", "value": {"choices": [known[0]]}}
            task["predictions"] = [{"model_version": "labelfns", "score": known[1], "result": [choice]}]
        tasks.append(task)
    write_json(path, tasks)


def label_studio_config(labels: Sequence[str], *, text: str = TEXT, question: str = LABEL) -> str:
    """Return the labeling configuration of a project for the tasks that `write_label_studio` writes.

    `text` and `question` are those given there.

    Examples
    --------
    >>> print(label_studio_config(["no", "yes"]))
    <View>
      <Text name="text" value="$text"/>
      <Choices name="label" toName="text" choice="single" showInLine="true">
        <Choice value="no"/>
        <Choice value="yes"/>
      </Choices>
    </View>
    """
    from xml.sax.saxutils import quoteattr

    choices = "".join(f"    <Choice value={quoteattr(name)}/>\n" for name in labels)
    name = quoteattr(text)
    return (
        f"<View>\n  <Text name={name} value={quoteattr(f'${text}')}/>\n"
        f'  <Choices name={quoteattr(question)} toName={name} choice="single" showInLine="true">\n{choices}'
        "  </Choices>\n</View>"
    )


def read_label_studio(
    path: str | PathLike[str],
    *,
    text: str | None = None,
    question: str | None = None,
    labels: Sequence[str] | None = None,
) -> "pl.DataFrame":
    """Return the annotated texts of an export of Label Studio.

    An annotation marked as ground truth counts before others, then the one last updated; skipped ones do not count.

    Parameters
    ----------
    path
        The export, as JSON, JSON-MIN, CSV or TSV.
    text
        Where a task's data has its text; by default ``text``, or the only column of strings.
    question
        The name of the choices in the labeling configuration; by default ``label``, or the only ones there are.
    labels
        The label names, where they are known: choices that differ from them in nothing but case become these, and of
        several questions that is read which has them for answers.

    Returns
    -------
    pl.DataFrame
        One row per task: ``text``; ``label``, null where nobody chose one; and the other columns of the task's data.

    Raises
    ------
    InputError
        If the file is no such export, a task has no text, or an annotation several choices; each such task is named.
    """
    path = Path(path)
    if path.suffix.lower() in (".csv", ".tsv"):
        return _frame(path, _from_cells(path, _separated(path), question, labels), text, labels)
    rows = read_json(path, "an export of Label Studio as JSON or JSON-MIN")
    if all(isinstance(row.get("data"), dict) for row in rows):
        return _frame(path, _from_tasks(path, rows, question, labels), text, labels)
    return _frame(path, _from_cells(path, rows, question, labels), text, labels)


def _from_tasks(
    path: Path, tasks: list[Row], question: str | None, labels: Sequence[str] | None
) -> list[tuple[Row, list[str]]]:
    """Return data and choices of each task of an export as JSON."""
    counting = [_counting(task) for task in tasks]
    if not any(counting):
        answered = any(task.get("annotations") or task.get("completions") for task in tasks)
        if answered:
            raise InputError(
                f"{path}: no annotation that counts has a choice: all are skipped, or of spans or ratings; expected "
                "choices"
            )
        return [(task["data"], []) for task in tasks]
    answers: dict[str, list[str]] = {}
    for result in (result for results in counting for result in results):
        answers.setdefault(str(result.get("from_name")), []).extend(_listed(result["value"]["choices"]))
    question = asked_for(answers, question, labels, path)
    return [
        (
            task["data"],
            [
                choice
                for result in results
                if result.get("from_name") == question
                for choice in _listed(result["value"]["choices"])
            ],
        )
        for task, results in zip(tasks, counting, strict=True)
    ]


def _counting(task: Row) -> list[Row]:
    """Return the choices of the annotation of a task that counts; none where there is none."""
    annotations = [
        annotation
        for annotation in task.get("annotations") or task.get("completions") or []
        if isinstance(annotation, dict) and not (annotation.get("was_cancelled") or annotation.get("skipped"))
    ]
    if not annotations:
        return []
    last = max(
        reversed(annotations),
        key=lambda annotation: (bool(annotation.get("ground_truth")), _updated(annotation)),
    )
    return [
        result
        for result in last.get("result") or []
        if isinstance(result.get("value"), dict) and "choices" in result["value"]
    ]


def _updated(annotation: Row) -> datetime:
    """Return when an annotation was last updated; one that does not say it comes before all others."""
    try:
        found = datetime.fromisoformat(str(annotation.get("updated_at")))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _separated(path: Path) -> list[Row]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file, delimiter="\t" if path.suffix.lower() == ".tsv" else ",", strict=True))
    except (OSError, ValueError, csv.Error) as error:
        raise InputError(f"{path} cannot be read as an export of Label Studio: {first_line(error)}") from error


def _from_cells(
    path: Path, rows: list[Row], question: str | None, labels: Sequence[str] | None
) -> list[tuple[Row, list[str]]]:
    """Return data and choices of each task of an export with a row per annotation: JSON-MIN, CSV or TSV."""
    columns = dict.fromkeys(name for row in rows for name in row)
    if not {"annotation_id", "lead_time"} & columns.keys():
        raise InputError(f"{path}: expected an export of Label Studio; it has neither data nor annotation_id")
    moved = {name.removeprefix(_MOVED) for name in columns if name.startswith(_MOVED)}
    asked = [
        name
        for name in columns
        if name not in ABOUT and (name != TEXT or name in moved) and not name.startswith(_MOVED)
    ]
    answers = {name: [one for row in rows for one in _listed(row.get(name))] for name in asked}
    question = asked_for(answers, question, labels, path)
    last: dict[Any, Row] = {}
    for number, row in enumerate(rows):
        task = str(row.get("id") or f"row {number}")
        if task not in last or _updated(row) >= _updated(last[task]):
            last[task] = row
    return [
        (
            {name.removeprefix(_MOVED): value for name, value in row.items() if name not in (*ABOUT, question)},
            _listed(row.get(question)),
        )
        for row in last.values()
    ]


def _listed(value: Any) -> list[str]:
    """Return the choices in a cell: a string, a list, or what several choices are written as."""
    if isinstance(value, str) and value.startswith('{"choices":'):
        try:
            value = json.loads(value)
        except ValueError:
            return [value]
    if isinstance(value, dict):
        value = value.get("choices")
    if isinstance(value, list):
        return [choice for part in value for choice in _listed(part)]
    return [] if value is None or value == "" else [str(value)]


def _frame(
    path: Path, tasks: list[tuple[Row, list[str]]], text: str | None, labels: Sequence[str] | None
) -> "pl.DataFrame":
    """Return tasks of data and choices as a frame."""
    if not tasks:
        raise InputError(f"{path} has no task")
    strings = (name for data, _ in tasks for name, value in data.items() if isinstance(value, str))
    text = one_of(strings, text, TEXT, "text", path)
    problems = []
    for i, (data, choices) in enumerate(tasks):
        if not isinstance(data.get(text), str) or not data[text].strip():
            problems.append(f"{path}, task {i}: its data has no text under {text!r}")
        if len(choices) > 1:
            problems.append(
                f"{path}, task {i}: {len(choices)} choices, {', '.join(choices)}; expected one label a text"
            )
    raise_all(InputError, problems)
    found = [as_named(choices[0], labels) if choices else None for _, choices in tasks]
    others = [{name: value for name, value in data.items() if name != text} for data, _ in tasks]
    return frame_in([data[text] for data, _ in tasks], found, others)
