"""`predict_frame`: a finished run or saved pipeline over a Spark or Dask frame."""

import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labelfns.errors import InputError
from labelfns.frames import engines
from labelfns.frames.travel import by_value
from labelfns.frames.voting import rows_with_text
from labelfns.frames.weighing import names_of, probability_columns
from labelfns.frames.work import Work
from labelfns.io.texts import Texts
from labelfns.lfs.columns import reads_columns
from labelfns.lfset import LFSet
from labelfns.progress import silent

from .pipeline import Pipeline

if TYPE_CHECKING:
    import pyarrow as pa

    from labelfns.frames.work import Answer


def predict_frame(
    folder: str | PathLike[str],
    frame: Any,
    *,
    text: str | None = None,
    keys: Sequence[Any] | None = None,
    min_confidence: float = 0.0,
    lfs: LFSet | None = None,
    trust_lfs: bool = False,
    without_lfs: bool = False,
) -> Any:
    """Return a frame of the same engine with the labels of its texts; nothing runs yet.

    Each process of the engine opens the folder once, and answers some rows at a time. LFs travel from here; the folder
    must be there for every worker under the same path.

    Parameters
    ----------
    folder
        What `Pipeline.save` wrote, or the folder of a finished run.
    frame
        The Spark or Dask frame, with the columns that the LFs read.
    text
        The column of texts; by default the one that the folder's pipeline learned from.
    keys
        The columns that stay beside the answers; all by default. Dask's index always stays.
    min_confidence
        Answers that are less sure have no label; in [0, 1].
    lfs, trust_lfs, without_lfs
        As in `Pipeline.load`.

    Returns
    -------
    frame
        Those columns and the answers as ``labelfns predict`` writes them: ``label``, ``confidence``, ``answered_by``
        and ``p_LABEL`` for each label; nulls for a row whose text is null or blank.

    Raises
    ------
    InputError
        If the folder is neither or is damaged, its LFs are Python code that is not trusted, or a column is missing or
        has the name of an answer.
    """
    if not 0 <= min_confidence <= 1:
        raise InputError(f"min_confidence must be in 0..1; got {min_confidence!r}")
    path = Path(folder).resolve()
    pipeline = Pipeline.load(path, lfs=lfs, trust_lfs=trust_lfs, without_lfs=without_lfs)
    asked = pipeline._lfs_to_ask() if pipeline.predictor_ is not None else None
    travelling = None if asked is None else LFSet(asked.labels, by_value(asked))
    text = text or pipeline.text_
    work = Scoring(str(path), travelling, pipeline.classes_, text, min_confidence)
    parts: dict[str, object] = {f"LF {lf.name}": lf for lf in travelling or ()}
    read = engines.columns_of(frame) if travelling is not None and reads_columns(travelling) else [text]
    return engines.work_on(frame, work, parts, keys=keys, read=read, texts=text)


@dataclass(frozen=True)
class Scoring(Work):
    """A pipeline that answers.

    Parameters
    ----------
    folder
        Where it lies.
    lfs
        Its LFs; None where the classifier answers alone.
    labels
        The k label names.
    text
        The column of texts.
    min_confidence
        Answers that are less sure have no label.
    """

    folder: str
    lfs: LFSet | None
    labels: tuple[str, ...]
    text: str
    min_confidence: float

    @property
    def schema(self) -> "pa.Schema":
        import pyarrow as pa

        ours = [("label", pa.string()), ("confidence", pa.float64()), ("answered_by", pa.string())]
        return pa.schema([*ours, *((f"p_{name}", pa.float64()) for name in self.labels)])

    def open(self) -> "Answer":
        try:
            pipeline = Pipeline.load(self.folder, lfs=self.lfs, without_lfs=self.lfs is None)
        except InputError as error:
            where = f"the worker on {socket.gethostname()} cannot open the pipeline"
            raise InputError(f"{where}: {error}. Every worker must find it under this path") from error
        return partial(self._answer, pipeline, threading.Lock())

    def _answer(self, pipeline: Pipeline, lock: threading.Lock, table: "pa.Table") -> Sequence[Any]:
        import pyarrow as pa

        rows, texts, fields = rows_with_text(table, self.text, fields=reads_columns(self.lfs or ()))
        if not len(rows):
            return [pa.nulls(len(table), field.type) for field in self.schema]
        with lock:  # a tokenizer serves one thread at a time
            answers = pipeline.answer(Texts(texts, fields=fields), progress=silent)
        found = [
            names_of(answers.labels(self.min_confidence), self.labels),
            pa.array(answers.probs.max(axis=1), pa.float64()),
            pa.array(answers.origins(self.min_confidence).tolist(), pa.string()),
            *probability_columns(answers.probs),
        ]
        place = np.full(len(table), -1)
        place[rows] = np.arange(len(rows))
        return [column.take(pa.array(place, mask=place < 0)) for column in found]
