"""Label Studio's files: tasks with predictions out, annotations in as gold."""

import json
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from labelfns.errors import InputError, raise_all
from labelfns.interop.answers import Answers
from labelfns.io.atomic import whole


def write_label_studio(answers: Answers, path: str | PathLike[str]) -> None:
    """Write a JSON file of tasks with predictions for Label Studio, the least sure first.

    A text without an answer has no prediction and stands first. The id of a task's data is its row, from 0. The
    labeling configuration has a ``Text`` named ``text`` and ``Choices`` named ``label``.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    sure = np.where(answers.ids >= 0, answers.probs.max(axis=1), -1.0)
    tasks = []
    for i in np.argsort(sure, kind="stable").tolist():
        task: dict[str, Any] = {"data": {"text": answers.texts[i], "id": i}}
        if answers.ids[i] >= 0:
            choice = {"choices": [answers.labels[int(answers.ids[i])]]}
            result = {"from_name": "label", "to_name": "text", "type": "choices", "value": choice}
            prediction = {"model_version": "labelfns", "score": float(answers.probs[i, answers.ids[i]])}
            task["predictions"] = [prediction | {"result": [result]}]
        tasks.append(task)
    with whole(path) as part:
        Path(part).write_text(json.dumps(tasks, ensure_ascii=True, indent=1), encoding="utf-8")


def read_label_studio(
    path: str | PathLike[str], *, text: str = "text", question: str | None = None, ground_truth: bool = False
) -> list[dict[str, Any]]:
    """Return the annotated texts of Label Studio's JSON export, as rows with ``text`` and ``label``.

    Of the annotations of a task the one last updated counts. Cancelled ones do not, nor those marked as ground truth
    unless asked; a task with none left has the label None.

    Parameters
    ----------
    path
        The file: the form "JSON" of Label Studio's export.
    text
        The key of the text in a task's data.
    question
        The ``from_name`` of the choices; by default the first there are.
    ground_truth
        Whether annotations marked as ground truth count.

    Raises
    ------
    InputError
        If the file is no such export, a task has no text, or an annotation has several choices.
    """
    try:
        tasks = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as a Label Studio export: {error}") from error
    tasks = [tasks] if isinstance(tasks, dict) else tasks  # the export of a single task
    if not isinstance(tasks, list) or not all(isinstance(task, dict) for task in tasks):
        raise InputError(f"{path}: expected a list of tasks, as Label Studio exports it as JSON")
    rows, problems = [], []
    for i, task in enumerate(tasks):
        data = task.get("data")
        if not isinstance(data, dict) or not isinstance(data.get(text), str):
            problems.append(f"{path}, task {i}: its data has no text under {text!r}")
            continue
        choices = _choices(task, question, ground_truth)
        if len(choices) > 1:
            problems.append(f"{path}, task {i}: {len(choices)} choices; expected one label a text")
        rows.append({"text": data[text], "label": choices[0] if choices else None})
    raise_all(InputError, problems)
    return rows


def _choices(task: dict[str, Any], question: str | None, ground_truth: bool) -> list[str]:
    """Return the choices of the annotation that counts; none where there is none."""
    annotations = [
        annotation
        for annotation in task.get("annotations") or []
        if not annotation.get("was_cancelled") and (ground_truth or not annotation.get("ground_truth"))
    ]
    if not annotations:
        return []
    last = max(reversed(annotations), key=lambda annotation: str(annotation.get("updated_at") or ""))
    for result in last.get("result") or []:
        if result.get("type") == "choices" and question in (None, result.get("from_name")):
            return list(result.get("value", {}).get("choices") or [])
    return []
