"""Gold rows that are labeled in another tool: what it gets, and its answers read back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from labelfns.checks import Ints
from labelfns.interop import (
    SoftLabels,
    label_studio_config,
    read_argilla,
    read_label_studio,
    write_argilla,
    write_label_studio,
)
from labelfns.pipelines.run.inputs import DRAW, WEIGHT

from .gold_file import GoldFile

if TYPE_CHECKING:
    import polars as pl

    from labelfns.votes import Probs

ToolName = Literal["label-studio", "argilla"]


@dataclass(frozen=True)
class Tool:
    """A tool in which texts are labeled: how its files are written and read, and what a project of it needs."""

    name: str
    write: Callable[..., None]
    read: Callable[..., "pl.DataFrame"]
    needs: Callable[[tuple[str, ...]], str]


def _for_label_studio(labels: tuple[str, ...]) -> str:
    return f"The labeling configuration of the project:\n{label_studio_config(labels)}"


def _for_argilla(labels: tuple[str, ...]) -> str:
    return f'The data set needs a TextField "text" and a LabelQuestion "label" of {", ".join(labels)}.'


TOOLS: Mapping[ToolName, Tool] = {
    "label-studio": Tool("Label Studio", write_label_studio, read_label_studio, _for_label_studio),
    "argilla": Tool("Argilla", write_argilla, read_argilla, _for_argilla),
}


def write_waiting(file: GoldFile, path: Path, tool: Tool, texts: Sequence[str], probs: "Probs", ids: Ints) -> int:
    """Write the rows that wait for a label, in the order in which they are to be labeled; return how many.

    They stay in the order of the draw, which is at random, so that one may stop at any of them.

    Parameters
    ----------
    file
        The gold rows.
    path
        The file for the tool.
    tool
        The tool.
    texts, probs, ids
        The texts of the pool [n], and the label model's probabilities [n, k] and labels [n] of them: its predictions.
    """
    rows = file.waiting
    waiting = [file.texts[row] for row in rows]
    place = {text: i for i, text in enumerate(texts)}
    at = np.array([place.get(text, -1) for text in waiting], dtype=np.int64)
    soft = SoftLabels(probs[at], file.labels, ids=np.where(at >= 0, ids[at], -1), texts=waiting)
    fields = {name: [file.rows[row].get(name) for row in rows] for name in (WEIGHT, DRAW)}
    tool.write(soft, path, fields=fields, least_sure_first=False)
    return len(rows)


def take_answers(file: GoldFile, path: Path, tool: Tool, **where: Any) -> tuple[int, int, int]:
    """Put the labels of an export into the gold file, by the texts; answers that are there already are replaced.

    Parameters
    ----------
    file
        The gold rows.
    path
        The export.
    tool
        The tool that it is of.
    where
        ``text`` and ``question``, as the tool's reader takes them.

    Returns
    -------
    tuple
        How many rows got a label, how many of them are new, and how many of the export have none.

    Raises
    ------
    InputError
        If it is no such export, or a label is none of the pipeline's; each such row is named.
    """
    answers = tool.read(path, labels=file.labels, **where)
    labeled = answers.drop_nulls("label")
    taken, new = file.take(labeled["text"].to_list(), labeled["label"].to_list(), str(path))
    return taken, new, len(answers) - len(labeled)
