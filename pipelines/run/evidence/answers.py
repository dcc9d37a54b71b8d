"""``answers.parquet``: what label model and predictor say of each row of the sets with gold."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from labelfns.io.atomic import whole
from labelfns.pipelines.run.round_files import probability_columns
from labelfns.pipelines.run.saved import reading
from labelfns.votes import Probs

ANSWERS = "answers.parquet"
_SET, _TOGETHER, _WEAK = "set", "p_", "weak_"


def write_answers(
    folder: Path, labels: Sequence[str], weak: Mapping[str, Probs], together: Mapping[str, Probs]
) -> None:
    """Write the probabilities [n, k] by set, whole or not at all: ``p_LABEL`` of the predictor, ``weak_LABEL``."""
    frames = [
        pl.DataFrame(
            {
                _SET: [name] * len(probs),
                **probability_columns(probs.astype(np.float32), labels, _TOGETHER),
                **probability_columns(weak[name].astype(np.float32), labels, _WEAK),
            }
        )
        for name, probs in together.items()
    ]
    if frames:
        with whole(folder / ANSWERS) as part:
            pl.concat(frames).write_parquet(part)


def read_answers(folder: Path, labels: Sequence[str]) -> dict[str, tuple[Probs, Probs]]:
    """Return the label model's and the predictor's probabilities [n, k] by set; empty where none were written.

    Raises
    ------
    InputError
        If the file is damaged.
    """
    path = folder / ANSWERS
    if not path.is_file():
        return {}
    with reading(path):
        frame = pl.read_parquet(path, glob=False)
        sets = frame[_SET].unique(maintain_order=True).to_list()
        parts = {name: frame.filter(pl.col(_SET) == name) for name in sets}
        return {name: (_table(part, labels, _WEAK), _table(part, labels, _TOGETHER)) for name, part in parts.items()}


def _table(frame: pl.DataFrame, labels: Sequence[str], prefix: str) -> Probs:
    return np.stack([frame.get_column(prefix + name).to_numpy() for name in labels], axis=1)
