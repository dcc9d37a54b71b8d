"""A round on the disk: its model, ``pseudo_labels.parquet``, ``metrics.json`` (the ledger), ``checksums.json``."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from labelfns.checks import Bools, Ints
from labelfns.errors import InputError
from labelfns.io.atomic import whole
from labelfns.io.other_columns import beside
from labelfns.io.texts import Texts
from labelfns.lfs.base import ABSTAIN
from labelfns.models import FineTuning
from labelfns.pipelines.self_training.ledger import Ledger, Round
from labelfns.votes import Probs, Votes

from .saved import CHECKSUMS, check_files, checksums, damaged, read_json, reading, write_json

Fields = Mapping[str, Sequence[Any]] | None
"""Other columns of the pool's rows, by name, n values each."""

TABLE, LEDGER = "pseudo_labels.parquet", "metrics.json"
ROW = "row"
"""The column of a sample's positions in the pool."""
_GIVEN, _PREDICTED = "p_", "model_"  # no column of ours begins so, and neither begins the other


def probability_columns(probs: Probs, labels: Sequence[str], prefix: str = _GIVEN) -> dict[str, np.ndarray]:
    """Return probabilities [n, k] as one column per label, whose names cannot be taken for those of other columns."""
    return {f"{prefix}{name}": probs[:, c] for c, name in enumerate(labels)}


def with_fields(pool: Texts, frame: Callable[[slice], pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Yield frames of the pool's rows, as many at a time as are to be in memory, with the pool's other columns."""
    others = pool.other_columns()
    for start, part in pool.parts():
        yield others.beside(frame(slice(start, start + len(part))), part.fields or {})


def write_round(rounds: Path, done: Round, labels: Sequence[str], fields: Fields = None) -> None:
    """Write a round into its folder in `rounds`, whole or not at all.

    The table has for each row of the pool the probabilities that the round was trained on (``p_LABEL``), the label and
    its confidence, whether it was trained on and with what weight, and the probabilities that the round's model gives
    (``model_LABEL``); then the pool's other columns. Of a round that worked on a sample it has these rows alone, and in
    place of the other columns their positions in the pool, ``row``.
    """
    frame = pl.DataFrame(
        {
            **probability_columns(done.labels, labels),
            "label": [labels[c] for c in done.labels.argmax(axis=1)],
            "confidence": done.labels.max(axis=1),
            "trained_on": done.selected,
            "weight": done.weights,
            **probability_columns(done.predicted, labels, _PREDICTED),
        }
    )
    rounds.mkdir(exist_ok=True)
    with whole(rounds / str(done.ledger.round)) as part:
        part.mkdir()
        done.classifier.save_pretrained(part / "model")
        others = fields if done.rows is None else {ROW: done.rows.tolist()}
        beside(frame, others).write_parquet(part / TABLE)
        write_json(part / LEDGER, done.ledger.to_json())
        write_json(part / CHECKSUMS, checksums(part))


def read_round(folder: Path, votes: Votes, settings: FineTuning) -> Round:
    """Read a round; its classifier gets the given settings, and the device that these name.

    Raises
    ------
    InputError
        If a file is missing, damaged, or of another round or pool.
    """
    from labelfns.models import TransformerClassifier
    from labelfns.models.transformer import distributed

    fix = f"Remove {folder} and the rounds after it, and resume: they are trained again"
    if (folder / CHECKSUMS).is_file():  # version 0.1 wrote none
        check_files(folder, read_json(folder / CHECKSUMS, fix), fix)
    values = read_json(folder / LEDGER, fix)
    with reading(folder / LEDGER, fix):
        ledger = Ledger.from_json(values)
    if str(ledger.round) != folder.name:
        raise damaged(folder / LEDGER, f"it is the ledger of round {ledger.round}", fix)
    with reading(folder / TABLE, fix):
        frame = pl.read_parquet(folder / TABLE, glob=False)
        given, predicted = (_table(frame, columns) for columns in _columns(frame, votes.labels))
        weights = _table(frame, ["weight"])[:, 0]
        rows = None if len(frame) == len(votes) else _positions(frame, len(votes))
    with reading(folder / "model", fix):
        classifier = TransformerClassifier.from_pretrained(folder / "model")
    if classifier.classes_ != votes.labels:
        raise damaged(folder / "model", f"its labels are {classifier.classes_}, not {votes.labels}", fix)
    classifier.settings = settings
    classifier.model_.to(distributed.device(settings))  # type: ignore[arg-type]
    return Round(
        classifier=classifier,
        labels=given,
        weights=weights,
        ledger=ledger,
        predicted=predicted,
        rows=rows,
    )


def rows_of_round(folder: Path, labels: Sequence[str], n: int) -> tuple[Ints, Bools, Probs | None]:
    """Return of each of the pool's n rows the class id trained on, whether it was, and what the round's model gives.

    Where the round worked on a sample, other rows have no label, -1, and what its model gives is not known of all.

    Raises
    ------
    InputError
        If the table is missing or damaged.
    """
    with reading(folder / TABLE):
        frame = pl.read_parquet(folder / TABLE, glob=False)
        given, predicted = (_table(frame, columns) for columns in _columns(frame, labels))
        ids, selected = given.argmax(axis=1), _table(frame, ["weight"])[:, 0] > 0
        if len(frame) == n:
            return ids, selected, predicted
        rows = _positions(frame, n)
        of_all, of_selected = np.full(n, ABSTAIN), np.zeros(n, dtype=bool)
        of_all[rows], of_selected[rows] = ids, selected
        return of_all, of_selected, None


def _positions(frame: pl.DataFrame, n: int) -> Ints:
    """Return the positions of a sample's rows among the pool's n."""
    rows = frame[ROW].to_numpy() if ROW in frame.columns and frame.schema[ROW].is_integer() else np.zeros(0, dtype=int)
    if len(rows) != len(frame) or not (np.diff(rows) > 0).all() or not (rows[0] >= 0 and rows[-1] < n):
        raise InputError(f"it has {len(frame)} rows, the pool has {n}, and {ROW!r} does not say which of them they are")
    return rows


def _columns(frame: pl.DataFrame, labels: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the columns of the probabilities trained on and of those that the model gives."""
    given, predicted = ([prefix + name for name in labels] for prefix in (_GIVEN, _PREDICTED))
    ours = ["label", "confidence", "trained_on", "weight"]
    for columns in (given, list(labels)):  # version 0.1 named the former like the labels themselves
        own = [*columns, *ours, *predicted]
        if frame.columns[: len(own)] == own:
            return columns, predicted
    raise ValueError(f"its columns are not those of a round over {', '.join(labels)}")


def _table(frame: pl.DataFrame, columns: Sequence[str]) -> Probs:
    """Return columns as an array laid out row by row: sums over another layout differ in their last bits."""
    wrong = [
        name
        for name in columns
        if not frame.schema[name].is_float() or not frame[name].is_finite().fill_null(False).all()
    ]
    if wrong:
        raise ValueError(f"its columns {', '.join(wrong)} are not of numbers, one a row")
    return np.ascontiguousarray(np.stack([frame.get_column(name).to_numpy() for name in columns], axis=1))
