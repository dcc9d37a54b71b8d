"""`SoftLabels`: texts with a probability per label, to and from frames of other libraries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from labelfns.checks import Ints, check_labels, check_texts
from labelfns.errors import ColumnError, InputError, number_of, some

from .tables import arrow_of, dataset_of, names_in, polars_of

if TYPE_CHECKING:
    import datasets
    import pandas as pd
    import polars as pl
    import pyarrow as pa

TEXT, LABEL, PROBS, OF_LABEL = "text", "label", "probs", "p_"
"""The columns of frames: the text, the label, in data sets all probabilities, elsewhere ``p_LABEL`` for each label."""

_OFF = 1e-3
"""How far a sum of probabilities may be from 1, as files round them."""


@dataclass(frozen=True, eq=False, repr=False)
class SoftLabels:
    """A probability per label for each of n texts: weak labels, or what a classifier or a predictor answers.

    Parameters
    ----------
    probs
        Probabilities [n, k] in [0, 1], rows sum to 1, or are NaN where nothing is known.
    labels
        The k label names.
    ids
        The label of each row, class ids [n], -1 for none. By default the most likely one, none where several are; give
        those of the label model's ``predict``, which has none where no LF votes.
    texts
        The n texts; None where they are not needed.

    Raises
    ------
    InputError
        If they do not fit together.

    Examples
    --------
    >>> soft = SoftLabels([[0.9, 0.1], [0.5, 0.5]], ["no", "yes"], texts=["late again", "hm"])
    >>> soft.to_polars().rows()
    [('late again', 'no', 0.9, 0.1), ('hm', None, 0.5, 0.5)]
    """

    probs: npt.NDArray[np.floating[Any]]
    labels: tuple[str, ...]
    ids: Ints | None = None
    texts: Sequence[str] | None = None

    def __post_init__(self) -> None:
        labels, probs = check_labels(self.labels), np.asarray(self.probs)
        probs = probs if np.issubdtype(probs.dtype, np.floating) else probs.astype(np.float64)
        if probs.ndim != 2 or probs.shape[1] != len(labels):
            raise InputError(
                f"probs must have a row per text and a column for each of {number_of(len(labels), 'label')}; got shape "
                f"{probs.shape}"
            )
        wrong = np.flatnonzero(((probs < 0) | (probs > 1)).any(axis=1))
        if len(wrong):
            raise InputError(f"probs must be in [0, 1]; row {wrong[0]} has {probs[wrong[0]].tolist()}")
        sums = probs.sum(axis=1)
        wrong = np.flatnonzero(np.abs(sums - 1) > _OFF)  # not where they are NaN
        if len(wrong):
            raise InputError(f"a row of probs must sum to 1; row {wrong[0]} sums to {sums[wrong[0]]:.4g}")
        if self.ids is None:
            best = probs == probs.max(axis=1, keepdims=True)
            ids = np.where(best.sum(axis=1) == 1, best.argmax(axis=1), -1)
        else:
            ids = np.asarray(self.ids)
        if ids.shape != (len(probs),) or (len(ids) and not np.issubdtype(ids.dtype, np.integer)):
            raise InputError(f"ids must be {len(probs)} class ids, one per row; got shape {ids.shape} of {ids.dtype}")
        outside = np.flatnonzero((ids < -1) | (ids >= len(labels)))
        if len(outside):
            raise InputError(f"ids must be in -1..{len(labels) - 1}; row {outside[0]} has {ids[outside[0]]}")
        texts = self.texts if self.texts is None or not len(probs) else check_texts(self.texts)
        if texts is not None and len(texts) != len(probs):
            raise InputError(f"{number_of(len(texts), 'text')} for {number_of(len(probs), 'row')} of probs")
        for name, value in {"labels": labels, "probs": probs, "ids": ids.astype(np.int64), "texts": texts}.items():
            object.__setattr__(self, name, value)

    def __repr__(self) -> str:
        labeled = int((np.asarray(self.ids) >= 0).sum())
        texts = "" if self.texts is not None else ", without texts"
        return f"SoftLabels({number_of(len(self), 'row')}, {labeled} with a label{texts}, labels={self.labels})"

    def __len__(self) -> int:
        """Return the number of rows, n."""
        return len(self.probs)

    def names(self) -> list[str | None]:
        """Return the name of each row's label, None for none."""
        names = (*self.labels, None)
        return [names[c] for c in np.asarray(self.ids).tolist()]

    def to_arrow(self) -> "pa.Table":
        """Return a table of pyarrow: ``text``, where there are texts, ``label`` by name, and ``p_LABEL`` per label."""
        import pyarrow as pa

        columns = {f"{OF_LABEL}{name}": pa.array(self.probs[:, c].copy()) for c, name in enumerate(self.labels)}
        return self._table({LABEL: pa.array(self.names(), pa.string())} | columns)

    def to_pandas(self) -> "pd.DataFrame":
        """Return a frame of pandas with the columns of `to_arrow`."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> "pl.DataFrame":
        """Return a frame of polars with the columns of `to_arrow`."""
        return polars_of(self.to_arrow())

    def to_dataset(self) -> "datasets.Dataset":
        """Return a data set: ``text``, ``label``, a ClassLabel, -1 for none, and ``probs``, lists of k numbers."""
        import datasets
        import pyarrow as pa

        k = len(self.labels)
        probs = pa.FixedSizeListArray.from_arrays(pa.array(self.probs.ravel()), k)
        number = datasets.Value("float32" if self.probs.dtype == np.float32 else "float64")
        kinds = {LABEL: datasets.ClassLabel(names=list(self.labels)), PROBS: datasets.List(number, length=k)}
        return dataset_of(self._table({LABEL: pa.array(self.ids), PROBS: probs}), kinds)

    @classmethod
    def from_frame(cls, frame: Any, labels: Sequence[str] | None = None) -> Self:
        """Return the soft labels of a frame: what `to_pandas` and its like make, and what ``labelfns predict`` writes.

        Parameters
        ----------
        frame
            A frame of pandas, polars or pyarrow with a column ``p_LABEL`` for each label, or a data set with a column
            ``probs``; perhaps with ``label`` and ``text``. Other columns are left out.
        labels
            The k label names; by default those of the columns ``p_LABEL``, or of the data set's ClassLabel.

        Raises
        ------
        InputError
            If a column is missing, or they do not fit together.
        """
        table, written = arrow_of(frame)
        there = table.column_names
        if PROBS in there:
            names = names_in({name: kind for name, kind in written.items() if name == LABEL}, labels)
            rows = table[PROBS].to_pylist()
            if any(row is None or len(row) != len(names) for row in rows):
                raise InputError(f"every row of {PROBS} must hold {len(names)} numbers, one per label")
            kind = table.schema.field(PROBS).type.value_type.to_pandas_dtype()
            probs = np.array(rows, dtype=kind).reshape(len(rows), len(names))
        else:
            found = [name.removeprefix(OF_LABEL) for name in there if name.startswith(OF_LABEL)]
            names = tuple(found if labels is None else labels)
            missing = [f"{OF_LABEL}{name}" for name in names if f"{OF_LABEL}{name}" not in there]
            if missing or not names:
                raise ColumnError(
                    f"the frame lacks {some(missing) if missing else 'columns p_LABEL'}; its columns are {some(there)}"
                )
            probs = np.stack([table[f"{OF_LABEL}{name}"].to_numpy() for name in names], axis=1)
        texts = table[TEXT].to_pylist() if TEXT in there else None
        return cls(probs, names, _ids(table[LABEL].to_pylist(), names) if LABEL in there else None, texts)

    def _table(self, columns: "dict[str, pa.Array]") -> "pa.Table":
        import pyarrow as pa

        text = {} if self.texts is None else {TEXT: pa.array(self.texts, pa.string())}
        return pa.table(text | columns)


def _ids(values: Sequence[Any], labels: tuple[str, ...]) -> Ints:
    """Return labels by name or id, null for none, as class ids [n]."""
    ids = {None: -1} | {label: c for c, label in enumerate(labels)}
    for row, value in enumerate(values):
        if not isinstance(value, int) and value not in ids:
            raise InputError(f"row {row}: {value!r} is none of the labels {', '.join(labels)}")
    return np.array([value if isinstance(value, int) else ids[value] for value in values], dtype=np.int64)
