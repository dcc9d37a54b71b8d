"""Gold rows that are labeled in another tool: what it gets, and its answers read back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from labelfns.checks import Ints
from labelfns.errors import InputError
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
    needs: Callable[[tuple[str, ...], str, str], str]


@dataclass(frozen=True)
class Taken:
    """What became of an export: how many labels are in the gold file now, and of how many texts new to it.

    Parameters
    ----------
    labels, new
        As above.
    without
        How many rows of the export have no label.
    disputed
        The texts that have several labels in it; none of these was taken.
    """

    labels: int
    new: int
    without: int
    disputed: list[str]


def _for_label_studio(labels: tuple[str, ...], text: str, question: str) -> str:
    config = label_studio_config(labels, text=text, question=question)
    return f"The labeling configuration of the project:\n{config}"


def _for_argilla(labels: tuple[str, ...], text: str, question: str) -> str:
    return f'The data set needs a TextField "{text}" and a LabelQuestion "{question}" of {", ".join(labels)}.'


TOOLS: Mapping[ToolName, Tool] = {
    "label-studio": Tool("Label Studio", write_label_studio, read_label_studio, _for_label_studio),
    "argilla": Tool("Argilla", write_argilla, read_argilla, _for_argilla),
}


def write_waiting(
    file: GoldFile, path: Path, tool: Tool, texts: Sequence[str], probs: "Probs", ids: Ints, **names: str
) -> int:
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
    names
        ``text`` and ``question``, as the tool's writer takes them.
    """
    rows = file.waiting
    waiting = [file.texts[row] for row in rows]
    place = {text: i for i, text in enumerate(texts)}
    at = np.array([place.get(text, -1) for text in waiting], dtype=np.int64)
    soft = SoftLabels(probs[at], file.labels, ids=np.where(at >= 0, ids[at], -1), texts=waiting)
    fields = {name: [file.rows[row].get(name) for row in rows] for name in (WEIGHT, DRAW)}
    tool.write(soft, path, fields=fields, least_sure_first=False, **names)
    return len(rows)


def take_answers(file: GoldFile, path: Path, tool: Tool, no_label: Sequence[str] = (), **where: Any) -> Taken:
    """Put the labels of an export into the gold file, by the texts; answers that are there already are replaced.

    Of a text that stands there several times, with different labels, none is taken.

    Parameters
    ----------
    file
        The gold rows.
    path
        The export.
    tool
        The tool that it is of.
    no_label
        Choices that mean none of the labels.
    where
        ``text`` and ``question``, as the tool's reader takes them.

    Raises
    ------
    InputError
        If it is no such export, or a label is none of the pipeline's; each such row is named.
    """
    import polars as pl

    answers = tool.read(path, labels=file.labels, **where)
    labeled = answers.drop_nulls("label").filter(~pl.col("label").is_in(list(no_label)))
    disputed = labeled.group_by("text", maintain_order=True).agg(pl.col("label").n_unique()).filter(pl.col("label") > 1)
    agreed = labeled.join(disputed, on="text", how="anti", maintain_order="left")
    try:
        labels, new = file.take(agreed["text"].to_list(), agreed["label"].to_list(), str(path))
    except InputError as error:
        error.add_note("labelfns label --from EXPORT --no-label NAME reads a choice as none of the labels")
        raise
    return Taken(labels, new, len(answers) - len(labeled), disputed["text"].to_list())
