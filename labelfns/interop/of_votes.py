"""A label matrix to and from frames of other libraries and sparse matrices."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError
from labelfns.vote_tables import strength_columns

from .tables import arrow_of, dataset_of, names_in, polars_of

if TYPE_CHECKING:
    import datasets
    import pandas as pd
    import polars as pl
    import pyarrow as pa
    from scipy import sparse

Matrix = npt.NDArray[np.int8]


class FramedVotes:
    """The part of `labelfns.Votes` that other libraries read and write.

    A frame has one column per LF: class ids as int8, -1 for an abstain; or label names and nulls. Strengths stand
    behind them as float32 columns ``"LF (strength)"``. Faults and cues are left out; `Votes.save` keeps the faults.
    """

    matrix: Matrix
    labels: tuple[str, ...]
    lf_names: tuple[str, ...]
    strength: npt.NDArray[np.float32] | None

    def to_arrow(self, *, names: bool = False) -> "pa.Table":
        """Return a table of pyarrow with one column per LF: class ids, -1 for an abstain; or label names and nulls.

        Strengths stand behind them as columns ``"LF (strength)"``; faults and cues are left out.

        Raises
        ------
        InputError
            If there is no LF, and so no column that could hold the rows.
        """
        import pyarrow as pa

        if not self.lf_names:
            raise InputError("votes of no LF have no columns, so a frame cannot hold their rows")
        said = np.array([*self.labels, None], dtype=object)
        columns = [
            pa.array(said[column], pa.string()) if names else pa.array(np.ascontiguousarray(column))
            for column in self.matrix.T
        ]
        own = list(self.lf_names)
        if self.strength is not None:
            columns += [pa.array(np.ascontiguousarray(column)) for column in self.strength.T]
            own += strength_columns(self.lf_names, self.lf_names).values()
        return pa.Table.from_arrays(columns, names=own)

    def to_pandas(self, *, names: bool = False) -> "pd.DataFrame":
        """Return a frame of pandas; columns and errors are those of `to_arrow`."""
        return self.to_arrow(names=names).to_pandas()

    def to_polars(self, *, names: bool = False) -> "pl.DataFrame":
        """Return a frame of polars; columns and errors are those of `to_arrow`."""
        return polars_of(self.to_arrow(names=names))

    def to_dataset(self) -> "datasets.Dataset":
        """Return a data set of the library datasets, whose columns are ClassLabel and keep the label names.

        Errors are those of `to_arrow`, and an LF's name with a NUL, which a data set cannot hold.
        """
        import datasets

        kind = datasets.ClassLabel(names=list(self.labels))
        return dataset_of(self.to_arrow(), dict.fromkeys(self.lf_names, kind))

    def to_sparse(self) -> "sparse.csr_array":
        """Return a sparse [n, m] matrix of class id + 1, so that an abstain is what is not stored.

        Raises
        ------
        InputError
            If the votes have strengths, which it cannot hold.
        """
        from scipy import sparse

        if self.strength is not None:
            raise InputError(
                "a sparse matrix of class ids cannot hold strengths: write both, votes.strength by "
                "scipy.sparse.csr_array(votes.strength), and the ids by dataclasses.replace(votes, strength=None)"
            )
        return sparse.csr_array(self.matrix.astype(np.int16) + 1)

    def to_long(self) -> "pl.DataFrame":
        """Return one row per vote: ``task``, the row, from 0; ``worker``, the LF; ``label``, its name.

        Strengths are a fourth column. crowd-kit takes it as ``votes.to_long().to_pandas()``.
        """
        import polars as pl

        rows, lfs = np.nonzero(self.matrix >= 0)
        columns: dict[str, Any] = {
            "task": pl.Series(rows, dtype=pl.Int64),
            "worker": pl.Series([self.lf_names[j] for j in lfs.tolist()], dtype=pl.String),
            "label": pl.Series([self.labels[c] for c in self.matrix[rows, lfs].tolist()], dtype=pl.String),
        }
        if self.strength is not None:
            columns["strength"] = pl.Series(self.strength[rows, lfs], dtype=pl.Float32)
        return pl.DataFrame(columns)

    @classmethod
    def from_frame(cls, frame: Any, labels: Sequence[str] | None = None) -> Self:
        """Return the votes of a frame as `to_pandas`, `to_polars`, `to_arrow` and `to_dataset` make it.

        Parameters
        ----------
        frame
            A frame of pandas, polars or pyarrow, or a data set: one column of class ids in {-1, 0, ..., k-1}, or of
            label names and nulls, per LF, and perhaps columns of strengths.
        labels
            The k label names; a data set of ClassLabel columns has them.

        Raises
        ------
        InputError
            If the label names are missing or not those of the data set, or a column holds no votes.

        Examples
        --------
        >>> import pandas as pd
        >>> from labelfns import Votes
        >>> Votes.from_frame(pd.DataFrame({"thanks": [1, -1], "late": [-1, 0]}), labels=["no", "yes"]).lf_names
        ('thanks', 'late')
        """
        import pyarrow.types as kinds

        table, written = arrow_of(frame)
        silent = {name for name in table.column_names if _is_empty(table[name])}  # by CSV such a column becomes floats
        lf_names = [
            name
            for name in table.column_names
            if name in silent or not kinds.is_floating(table.schema.field(name).type)
        ]
        soft = {name for name in table.column_names if name not in lf_names}
        places = strength_columns(lf_names, lf_names)
        if soft and soft != set(places.values()):
            wrong = ", ".join(map(repr, sorted(soft - set(places.values())) or sorted(set(places.values()) - soft)))
            raise InputError(
                f"class ids are whole numbers, and strengths stand in columns called 'LF (strength)', one per LF; "
                f"what does not fit: {wrong}. A column of floats with nulls becomes ids by .fillna(-1).astype(int)"
            )
        names = names_in({name: written[name] for name in lf_names if name in written}, labels)
        nowhere = np.full(table.num_rows, -1)
        columns = [nowhere if name in silent else _ids(table[name], name, names) for name in lf_names]
        matrix = np.stack(columns, axis=1) if columns else np.empty((table.num_rows, 0), dtype=np.int8)
        strength = np.stack([table[places[lf]].to_numpy() for lf in lf_names], axis=1) if soft else None
        made: Any = cls
        votes: Self = made(matrix, labels=names, lf_names=tuple(lf_names), strength=strength)
        return votes

    @classmethod
    def from_sparse(cls, matrix: Any, labels: Sequence[str], lf_names: Sequence[str] = ()) -> Self:
        """Return the votes of a sparse [n, m] matrix as `to_sparse` makes it.

        Raises
        ------
        InputError
            If it holds other values than 0 to k, or the names do not fit.
        """
        dense = matrix.toarray()
        if not np.issubdtype(dense.dtype, np.integer):
            raise InputError(f"a sparse matrix of votes holds whole numbers, class id + 1; got {dense.dtype}")
        made: Any = cls
        votes: Self = made(dense.astype(np.int64) - 1, labels=labels, lf_names=tuple(lf_names))
        return votes


def _is_empty(column: "pa.ChunkedArray") -> bool:
    """Tell whether a column has rows, and a value in none of them."""
    import pyarrow.compute as pc

    return len(column) > 0 and bool(pc.all(pc.is_null(column, nan_is_null=True)).as_py())


def _ids(column: "pa.ChunkedArray", name: str, labels: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Return a column of class ids, or of label names and nulls, as class ids [n].

    Raises
    ------
    InputError
        If it holds anything else; the first row that does is named.
    """
    import pyarrow.types as kinds

    ids = {None: -1} | {label: c for c, label in enumerate(labels)}
    if kinds.is_integer(column.type) and not column.null_count:
        return np.asarray(column.to_numpy(), dtype=np.int64)
    if kinds.is_integer(column.type):
        raise InputError(f"null in the votes of {name!r}; write -1 for an abstain")
    values = column.to_pylist()
    for row, value in enumerate(values):
        if not isinstance(value, str | None) or value not in ids:
            raise InputError(
                f"row {row}, LF {name!r}: {repr(value)[:60]} is none of the labels {', '.join(labels)}, nor null; of a "
                "frame with other columns give those of the LFs alone, frame[lf_names]"
            )
    return np.array([ids[value] for value in values], dtype=np.int64)
