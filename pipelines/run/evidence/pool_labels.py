"""``pool_labels.parquet``: what LFs and classifier together say of each row of a pool whose rounds saw a sample."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from labelfns.io.atomic import whole
from labelfns.io.parquet import write_frames
from labelfns.io.read import ROWS
from labelfns.io.texts import Texts
from labelfns.pipelines.run.round_files import probability_columns, with_fields
from labelfns.pipelines.run.saved import reading
from labelfns.progress import Progress, silent
from labelfns.votes import Probs, Votes

if TYPE_CHECKING:
    from labelfns.pipelines.prediction.predictor import Predictor

POOL_LABELS = "pool_labels.parquet"


def write_pool_labels(
    folder: Path, pool: Texts, votes: Votes, weak: Probs, predictor: "Predictor", *, progress: Progress
) -> None:
    """Answer for the whole pool, some rows at a time, and write the answers, whole or not at all.

    The columns are those of ``labelfns predict`` without the texts: ``label``, ``confidence``, ``answered_by``,
    ``p_LABEL``; then the pool's other columns. Of several processes that train together all must call this; the main
    one writes.

    Parameters
    ----------
    folder
        The run folder.
    pool, votes, weak
        The n texts, the LFs' votes on them, the label model's probabilities, [n, k].
    predictor
        Answers for them.
    progress
        Called with how many rows are done.
    """
    from labelfns.models.transformer import distributed

    labels, n = np.array(votes.labels, dtype=object), len(pool)

    def answered(rows: slice) -> pl.DataFrame:
        frames = []
        for start in range(rows.start, rows.stop, ROWS):
            part = slice(start, min(start + ROWS, rows.stop))
            strength = None if votes.strength is None else votes.strength[part]
            of_part = Votes(votes.matrix[part], labels=votes.labels, lf_names=votes.lf_names, strength=strength)
            answers = predictor.answer(pool.texts[part], of_part, weak=weak[part], progress=silent)
            frames.append(
                pl.DataFrame(
                    {
                        "label": labels[answers.probs.argmax(axis=1)].tolist(),
                        "confidence": answers.probs.max(axis=1),
                        "answered_by": answers.origins().tolist(),
                        **probability_columns(answers.probs.astype(np.float32), votes.labels),
                    }
                )
            )
            progress("labeling the pool", part.stop, n)
        return pl.concat(frames)

    frames = with_fields(pool, answered)
    if not distributed.is_main():
        for _ in frames:
            pass
        return
    with whole(folder / POOL_LABELS) as part:
        write_frames(part, frames)


def read_pool_labels(folder: Path, labels: tuple[str, ...], n: int) -> Probs | None:
    """Return the probabilities [n, k] that were written; None where none were.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    path = folder / POOL_LABELS
    if not path.is_file():
        return None
    with reading(path):
        columns = list(probability_columns(np.zeros((0, len(labels))), labels))
        frame = pl.read_parquet(path, columns=columns, glob=False)
        if len(frame) != n:
            raise ValueError(f"it has {len(frame)} rows, the pool {n}")
        return frame.to_numpy(order="c")
