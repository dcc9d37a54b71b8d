"""Votes to and from frames and sparse matrices."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from labelfns.errors import InputError
from labelfns.interop.tables import FrameFormat, arrow_of, frame_of
from labelfns.votes import Votes

if TYPE_CHECKING:
    from scipy import sparse


def votes_to(votes: Votes, format: FrameFormat) -> Any:
    """Return votes as a frame with one column of class ids per LF, -1 for an abstain.

    Parameters
    ----------
    votes
        The votes [n, m], m at least 1.
    format
        ``"pyarrow"``, ``"pandas"``, ``"polars"``, or ``"datasets"``, whose columns are ClassLabel and keep the names.

    Raises
    ------
    InputError
        If there is no LF, or no such format.
    """
    import pyarrow as pa

    if not votes.lf_names:
        raise InputError("votes of no LF have no columns, so a frame cannot hold their rows")
    columns = [pa.array(np.ascontiguousarray(column)) for column in votes.matrix.T]
    table = pa.Table.from_arrays(columns, names=list(votes.lf_names))
    return frame_of(table, format, votes.labels, votes.lf_names)


def votes_from(frame: Any, labels: Sequence[str] | None = None) -> Votes:
    """Return the votes of a frame as `votes_to` makes it.

    Parameters
    ----------
    frame
        One column of class ids in {-1, 0, ..., k-1} per LF.
    labels
        The k label names; a data set of ClassLabel columns has them.

    Raises
    ------
    InputError
        If the label names are missing or not those of the data set, or the columns are no votes.
    """
    table, written = arrow_of(frame)
    names = written if labels is None else tuple(labels)
    if names is None:
        raise InputError("a frame does not hold the label names; pass labels=[...]")
    if written is not None and names != written:
        raise InputError(f"the data set has the labels {', '.join(written)}; got {', '.join(names)}")
    missing = [name for name in table.column_names if table[name].null_count]
    if missing:
        raise InputError(f"null in the votes of {', '.join(map(repr, missing))}; write -1 for an abstain")
    columns = [table.column(j).to_numpy() for j in range(table.num_columns)]
    matrix = np.stack(columns, axis=1) if columns else np.empty((0, 0), dtype=np.int8)
    return Votes(matrix, labels=names, lf_names=tuple(table.column_names))


def votes_to_sparse(votes: Votes) -> "sparse.csr_array":
    """Return votes as a sparse [n, m] matrix that holds class id + 1, so that an abstain is what is not stored."""
    from scipy import sparse

    return sparse.csr_array(votes.matrix.astype(np.int16) + 1)


def votes_from_sparse(matrix: Any, labels: Sequence[str], lf_names: Sequence[str] = ()) -> Votes:
    """Return the votes of a sparse [n, m] matrix as `votes_to_sparse` makes it.

    Raises
    ------
    InputError
        If it holds other values than 0 to k, or the names do not fit.
    """
    return Votes(matrix.toarray() - 1, labels=tuple(labels), lf_names=tuple(lf_names))
