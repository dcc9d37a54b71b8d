"""What a run starts from: its LFs and its texts, read, checked and voted on, each once."""

import hashlib
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from labelfns.checks import Ints, is_null
from labelfns.errors import ColumnError, InputError, LabelFnsWarning, RowsError, number_of
from labelfns.io.read import is_hub
from labelfns.io.read import read_texts as read_texts
from labelfns.io.stored import StoredTexts, read_or_store
from labelfns.io.texts import Texts, as_texts
from labelfns.lfs.base import ABSTAIN
from labelfns.lfset import LFSet
from labelfns.models.sampling import of_all_draws
from labelfns.text.spans import Span
from labelfns.vote_tables import row_blocks

from .lf_copy import word_lists

if TYPE_CHECKING:
    from .settings import DataSettings, PipelineSettings

LF_FILE, ROWS = "the LF file", "the rows of data.{}"
"""What a run calls them in ``made_from.json``."""

WEIGHT, DRAW = "weight", "draw"
"""The columns that `labelfns label` adds to gold rows: how many rows each stands for, and in which draw."""
MOST_COMPARED = 50_000
"""On so many rows of a pool on the disk it is looked at what LFs fire on."""
SOURCES = ("pool", "val", "test", "few_gold")


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a pipeline starts from.

    Parameters
    ----------
    lfs
        The LFs.
    sets
        The texts: ``pool``, and ``val``, ``test`` and ``few_gold``, which have gold, where there are such.
    """

    lfs: LFSet
    sets: Mapping[str, Texts]

    @classmethod
    def read(cls, settings: "PipelineSettings", folder: Path | None = None) -> "Inputs":
        """Load LFs and texts.

        Parameters
        ----------
        settings
            What to read.
        folder
            Where the texts of a pool of more than `max_rows` rows may lie; by default the folder for temporary files.

        Raises
        ------
        LabelFnsError
            If a file is missing or malformed, or an LF is not right.
        """
        data = settings.data
        lfs = LFSet.from_file(Path(settings.lfs.file), data.labels)
        sets = {
            name: read_set(source, data, need_gold=True) if name != "pool" else read_pool(settings, folder)
            for name in SOURCES
            if (source := getattr(data, name)) is not None
        }
        return cls(lfs, sets)

    @property
    def pool(self) -> Texts:
        """The texts to label."""
        return self.sets["pool"]

    @property
    def measured_on(self) -> dict[str, Texts]:
        """The sets that figures are reported on: neither the pool nor few gold rows, which are used."""
        return {name: texts for name, texts in self.sets.items() if name not in ("pool", "few_gold")}


def read_pool(settings: "PipelineSettings", folder: Path | None = None) -> Texts:
    """Read the pool as a run does: into memory where it has at most `max_rows` rows, else onto the disk.

    Parameters and errors are those of `Inputs.read`.
    """
    most = settings.self_training.max_rows
    return read_set(
        settings.data.pool, settings.data, need_gold=False, read=partial(read_or_store, most=most, folder=folder)
    )


def read_set(
    source: str,
    data: "DataSettings",
    *,
    need_gold: bool,
    gold: str | None = None,
    read: Callable[..., Texts] | None = None,
) -> Texts:
    """Read a set of texts by the columns that a pipeline names.

    Parameters
    ----------
    source
        The file or hub data set.
    data
        The pipeline's settings of its data.
    need_gold
        Whether there must be gold.
    gold
        The column of gold labels; by default the pipeline's, ``""`` for none.
    read
        Reads the source, as `read_texts` does, the default.

    Raises
    ------
    InputError
        If texts or gold are not right, or not there.
    """
    gold = data.gold if gold is None else gold
    if need_gold and not gold:
        raise InputError(f"{source}: its gold labels are needed, and data.gold is empty: name their column there")
    try:
        texts = (read or read_texts)(
            source,
            text=data.text,
            gold=gold,
            labels=data.labels,
            need_gold=need_gold,
            on_bad_rows=data.on_bad_rows,
        )
    except RowsError as error:
        error.hint = '(or leave such rows out: on_bad_rows = "skip" under [data])'
        raise
    except ColumnError as error:
        error.hint = f"(data.text is {data.text!r}, data.gold {gold!r})" if need_gold else ""
        raise
    texts = with_weights(texts)
    return texts if source != data.pool or data.pool_gold is None or not gold else _with_pool_gold(texts, data)


def _with_pool_gold(pool: Texts, data: "DataSettings") -> Texts:
    """Return the pool with the labels of `data.pool_gold`, told by their texts."""
    assert data.pool_gold is not None
    marked = with_weights(
        read_texts(
            data.pool_gold,
            text=data.text,
            gold=data.gold,
            labels=data.labels,
            need_gold=True,
            on_bad_rows=data.on_bad_rows,
        )
    )
    assert marked.gold is not None
    before = ABSTAIN if pool.gold is None else pool.gold
    row_of = {text: row for row, text in enumerate(marked)}
    at = np.fromiter((row_of.get(text, -1) for text in pool), np.int64, len(pool))
    labeled = np.flatnonzero(marked.gold >= 0)
    found = set(at.tolist())
    elsewhere = [row for row in labeled.tolist() if row_of[marked[row]] not in found]
    if elsewhere:
        warnings.warn(
            LabelFnsWarning(
                f"of {number_of(len(labeled), 'row')} with a label in {data.pool_gold} {len(elsewhere):,} "
                f"{'has a text that is' if len(elsewhere) == 1 else 'have texts that are'} not in the pool, letter by "
                f"letter, and left out ({marked.where(elsewhere)}): gold of other texts belongs in val"
            ),
            stacklevel=2,
        )
    gold = np.where(at >= 0, marked.gold[at], before)
    if marked.weights is None:
        return replace(pool, gold=gold)
    weights = np.where(at >= 0, marked.weights[at], 1.0)
    return replace(pool, gold=gold, weights=np.where(gold >= 0, weights, 0.0))


def with_weights(texts: Texts) -> Texts:
    """Return texts with the weights of rows that `labelfns label` drew, told by its two columns.

    Raises
    ------
    InputError
        If a weight is no number above 0, or the number of a draw is no whole number above 0.
    """
    fields = texts.fields or {}
    if texts.gold is None or not fields.keys() >= {WEIGHT, DRAW}:
        return texts
    drawn = [not (is_null(draw) or str(draw).strip() == "") for draw in fields[DRAW]]
    weights, draws, wrong = np.ones(len(texts)), np.zeros(len(texts), dtype=np.int64), list[int]()
    for i in np.flatnonzero(drawn).tolist():
        try:
            weights[i], draws[i] = float(fields[WEIGHT][i]), int(float(fields[DRAW][i]))
        except (TypeError, ValueError, OverflowError):
            weights[i] = 0
        if not (0 < weights[i] < np.inf and draws[i] > 0):
            wrong.append(i)
    if wrong:
        raise InputError(
            f"{texts.name}: in {texts.where(wrong)} {WEIGHT} is no number above 0 or {DRAW} no whole "
            "number above 0: leave both as `labelfns label` wrote them, or both empty for rows that it did not draw"
        )
    return replace(texts, weights=of_all_draws(weights, draws, texts.gold >= 0))


def with_most_gold(settings: "PipelineSettings", pool: Texts) -> Texts | None:
    """Return the texts by which words are told by class: the pool or val, whichever has more gold; None without any."""
    val = settings.data.val
    sets = [pool, *([] if val is None else [read_set(val, settings.data, need_gold=True)])]
    known = [0 if data.gold is None else int((data.gold >= 0).sum()) for data in sets]
    return sets[known.index(max(known))] if any(known) else None


def input_paths(settings: "PipelineSettings") -> list[Path]:
    """Return every file and folder that a run reads."""
    sources = [source for name in (*SOURCES, "pool_gold") if (source := getattr(settings.data, name)) is not None]
    paths = [Path(source) for source in sources if not is_hub(source)]
    lf_file, backbone = Path(settings.lfs.file), Path(settings.classifier.backbone)
    lists = word_lists(lf_file) if lf_file.is_file() else []
    return [*paths, lf_file, *lists, *([backbone] if backbone.is_dir() else [])]


def made_from(
    settings: "PipelineSettings", inputs: Inputs, cues: Sequence[Sequence[Span]], *, processes: int = 1
) -> dict[str, dict[str, Any]]:
    """Return fingerprints of what a run is made from, settings apart: what may not change while it is stopped.

    Parameters
    ----------
    settings, inputs
        The run's.
    cues
        What made LFs fire on the pool, on the rows that `compared` names; LFs may depend on more files than their own.
    processes
        How many processes train together.
    """
    rows = {name: rows_digest(data) for name, data in inputs.sets.items()}
    return {
        "versions": {**versions(), "processes": processes},
        "lfs": {
            LF_FILE: _digest(inputs.lfs.source),
            "what the LFs fire on": _digest([[(int(start), int(end)) for start, end in spans] for spans in cues]),
        },
        "data": {ROWS.format(name): value for name, value in rows.items()},
    }


def compared(pool: Texts) -> Ints:
    """Return the rows of the pool by whose cues LFs are told from others: all, or of texts on the disk some of them."""
    n = len(pool)
    most = min(n, MOST_COMPARED) if isinstance(pool, StoredTexts) else n
    return np.arange(most) * n // max(most, 1)


def versions() -> dict[str, str]:
    """Return the versions of the packages that decide what a run answers."""
    return {name: version(name) for name in ("labelfns", "snorkel", "torch", "transformers", "numpy")}


def rows_digest(data: Texts) -> str:
    """Return the fingerprint of texts and their gold labels."""
    digest = hashlib.sha256()
    digest.update(b"(")
    _add_list(digest, data.texts)
    digest.update(b", ")
    if data.gold is None:
        digest.update(b"None")
    else:
        _add_list(digest, data.gold)
    digest.update(b")")
    return digest.hexdigest()


def _add_list(digest: "hashlib._Hash", values: Any) -> None:
    """Add how Python writes a list, some values at a time."""
    digest.update(b"[")
    for rows in row_blocks(len(values)):
        part = values[rows] if isinstance(values[rows], list) else values[rows].tolist()
        written = repr(part)[1:-1].encode("utf-8", "surrogatepass")
        digest.update(b", " * (rows.start > 0) + written)
    digest.update(b"]")


def _digest(value: Any) -> str:
    return hashlib.sha256(repr(value).encode("utf-8", "surrogatepass")).hexdigest()


def with_gold(data: Any, text: str, labels: Sequence[str], name: str) -> Texts:
    """Return texts that have gold, or the first and the second of a pair; of a frame the column `text`.

    Raises
    ------
    InputError
        If there is no gold, or texts or gold are not right.
    """
    from labelfns.pipelines.self_training.labeled import Labeled

    pair = (data.texts, data.gold) if isinstance(data, Labeled) else data if isinstance(data, tuple) else (data, None)
    texts = as_texts(pair[0], text, gold=pair[1], labels=labels)
    if texts.gold is None:
        raise InputError(
            f"{name} needs gold labels; give texts that have them, or a pair of texts and gold: "
            f'{name}=(frame, "label") where they are a column'
        )
    return texts
