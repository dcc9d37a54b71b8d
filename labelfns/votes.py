"""`Votes`: the label matrix with its names, as the LFs left it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from labelfns.checks import Bools, Gold, Ints, check_labels
from labelfns.errors import InputError, raise_all, some
from labelfns.lfs.base import ABSTAIN

if TYPE_CHECKING:
    import polars as pl

    from labelfns.text.tokens import Span

Probs = npt.NDArray[np.floating[Any]]
"""An [n, k] array of probabilities in [0, 1], rows sum to 1."""


@dataclass(frozen=True)
class Fault:
    """What went wrong in one LF: it raised on these rows, and its votes there are abstains.

    Parameters
    ----------
    lf
        The LF's name.
    rows
        The rows on which it raised, ascending, the first row is 0.
    error
        The first exception, as one line.
    traceback
        The first traceback, whole.
    """

    lf: str
    rows: tuple[int, ...]
    error: str
    traceback: str

    def __str__(self) -> str:
        return f"{self.lf} raised {self.error} on row {some(self.rows)}; it abstains there"


@dataclass(frozen=True, eq=False, repr=False)
class Votes:
    """A label matrix with its names.

    Parameters
    ----------
    matrix
        An [n, m] integer array with values in {-1, 0, ..., k-1}; kept as a read-only int8 copy.
    labels
        The k class names, class 0 first; 2 to 127 of them.
    lf_names
        The m LF names; by default ``lf_0`` to ``lf_<m-1>``.
    faults
        What went wrong while the LFs were applied, at most one entry an LF.
    cues
        For each row where in its text the LFs fired, in order, overlapping places merged; None where nobody asked.

    Raises
    ------
    InputError
        If the matrix is not two-dimensional, not of integers, holds a value outside its range, or does not
        agree with the names.

    Examples
    --------
    >>> votes = Votes([[0, -1], [0, 1], [-1, -1]], labels=["no", "yes"], lf_names=["a", "b"])
    >>> votes.covered.tolist(), votes.conflicting.tolist()
    ([True, True, False], [False, True, False])
    """

    matrix: npt.NDArray[np.int8]
    labels: tuple[str, ...] = field(kw_only=True)
    lf_names: tuple[str, ...] = field(default=(), kw_only=True)
    faults: tuple[Fault, ...] = field(default=(), kw_only=True)
    cues: "Sequence[Sequence[Span]] | None" = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        labels = check_labels(self.labels)
        matrix = np.asarray(self.matrix)
        if matrix.ndim != 2 or not np.issubdtype(matrix.dtype, np.integer):
            raise InputError(
                "a label matrix is a two-dimensional array of integers (rows x LFs); "
                f"got shape {matrix.shape} of {matrix.dtype}"
            )
        names = tuple(self.lf_names) or tuple(f"lf_{j}" for j in range(matrix.shape[1]))
        if len(names) != matrix.shape[1]:
            raise InputError(f"{len(names)} LF names for a label matrix of {matrix.shape[1]} columns")
        duplicates = sorted({name for name in names if names.count(name) > 1})
        if duplicates:
            raise InputError(f"LF names must be unique; more than once: {some(duplicates)}")
        fits = not matrix.size or (matrix.min() >= ABSTAIN and matrix.max() < len(labels))
        bad: Any = [] if fits else np.argwhere((matrix < ABSTAIN) | (matrix >= len(labels)))
        raise_all(
            InputError,
            [
                f"row {i}, LF {names[j]!r}: vote {matrix[i, j]} is not in -1..{len(labels) - 1} "
                f"({len(labels)} labels: {', '.join(labels)})"
                for i, j in bad[:5]
            ]
            + ([f"... and {len(bad) - 5} more such votes"] if len(bad) > 5 else []),
        )
        if matrix.dtype != np.int8 or matrix.flags.writeable or matrix.base is not None:
            matrix = matrix.astype(np.int8)
            matrix.flags.writeable = False
        for name, value in {"matrix": matrix, "labels": labels, "lf_names": names}.items():
            object.__setattr__(self, name, value)
        object.__setattr__(self, "faults", tuple(self.faults))
        if self.cues is not None and len(self.cues) != len(matrix):
            raise InputError(f"there are cues for {len(self.cues)} rows, and votes for {len(matrix)}")

    def __repr__(self) -> str:
        faults = f", {len(self.faults)} with faults" if self.faults else ""
        covered = int(self.covered.sum())
        return f"Votes({len(self)} rows, {covered} covered, {len(self.lf_names)} LFs{faults}, labels={self.labels})"

    def __len__(self) -> int:
        """Return the number of rows, n."""
        return len(self.matrix)

    @property
    def n_labels(self) -> int:
        """The number of classes, k."""
        return len(self.labels)

    @property
    def counts(self) -> npt.NDArray[np.int64]:
        """An [n, k] array: how many LFs vote for each class in each row."""
        classes = np.arange(self.n_labels)
        return np.stack([(self.matrix == c).sum(axis=1) for c in classes], axis=1)

    @property
    def covered(self) -> Bools:
        """An [n] mask: rows with at least one vote."""
        return np.asarray((self.matrix != ABSTAIN).any(axis=1))

    @property
    def conflicting(self) -> Bools:
        """An [n] mask: rows with votes for at least two classes."""
        return np.asarray((self.counts > 0).sum(axis=1) > 1)

    def rows(self, index: Ints | Bools | slice) -> "Votes":
        """Return the votes of some rows, by position or mask, with their cues and without the faults."""
        cues = None if self.cues is None else [self.cues[i] for i in np.arange(len(self))[index].tolist()]
        return Votes(self.matrix[index], labels=self.labels, lf_names=self.lf_names, cues=cues)

    def summary(self, gold: Gold | None = None) -> "pl.DataFrame":
        """Return one row an LF: polarity, coverage, overlaps, conflicts and, with gold, accuracy.

        See `labelfns.analysis.coverage.summary`.
        """
        from labelfns.analysis.coverage import summary

        return summary(self, gold)

    def save(self, path: str | Path) -> None:
        """Write a Parquet file: an int8 column an LF, labels and faults in the file's metadata."""
        import polars as pl

        meta = {"labels": list(self.labels), "faults": [fault.__dict__ for fault in self.faults]}
        frame = pl.DataFrame({name: self.matrix[:, j] for j, name in enumerate(self.lf_names)})
        frame.write_parquet(path, metadata={"labelfns.votes": json.dumps(meta)})

    @classmethod
    def load(cls, path: str | Path) -> "Votes":
        """Read what `save` wrote.

        Raises
        ------
        InputError
            If the file is not there or was not written by `save`.
        """
        import polars as pl

        if not Path(path).is_file():
            raise InputError(f"{path}: no such file of votes")
        try:
            meta = json.loads(pl.read_parquet_metadata(path)["labelfns.votes"])
        except (KeyError, pl.exceptions.PolarsError) as error:
            raise InputError(f"{path} is not a file of votes written by labelfns") from error
        frame = pl.read_parquet(path)
        faults = (Fault(**{**fault, "rows": tuple(fault["rows"])}) for fault in meta["faults"])
        return cls(frame.to_numpy(), labels=meta["labels"], lf_names=tuple(frame.columns), faults=tuple(faults))
