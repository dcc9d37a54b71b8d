"""What is asked of a frame of votes: its faults, and its distinct rows with their counts; this runs the engine."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError
from labelfns.frames.engines import need_engine, running
from labelfns.frames.voting import FAULTS
from labelfns.frames.weighing import votes_of
from labelfns.io.corpus import check_columns
from labelfns.votes import Votes

if TYPE_CHECKING:
    import polars as pl

MOST_DISTINCT = 5_000_000
"""How many distinct rows of votes are brought to this machine."""


class LFs(Protocol):
    """A set of LFs: an `LFSet`."""

    labels: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the LFs."""


def faults_of(frame: Any, *, keys: Sequence[Any] = (), limit: int = 1000) -> "pl.DataFrame":
    """Return what LFs raised, from a frame that ``LFSet.apply`` gave; this runs the engine.

    Parameters
    ----------
    frame
        The Spark or Dask frame, or what was read of it again.
    keys
        Its columns that name a row.
    limit
        How many kinds of faults are returned, at least 1.

    Returns
    -------
    pl.DataFrame
        One row per LF and type of error, the most frequent first: ``lf``, ``type``, ``rows``, how many rows it was
        raised on, and ``error``, ``traceback`` and ``key``, a struct of the keys, of the first such row by key that
        has a traceback (a worker keeps one per LF and type of error in some 65,000 rows).

    Raises
    ------
    InputError
        If the frame has no such columns, or the engine's cluster is not there.
    """
    import polars as pl

    if isinstance(limit, bool) or not isinstance(limit, int) or limit < 1:
        raise InputError(f"limit must be a whole number of at least 1; got {limit!r}")
    engine = need_engine(frame)
    with running(engine):
        check_columns(engine.columns(frame), [*keys, FAULTS], f"the {engine.NAME} frame")
        found = engine.faults(frame, list(keys), limit)
    schema: dict[str, Any] = dict.fromkeys(("lf", "type", "rows", "error", "traceback"), pl.String)
    table = pl.DataFrame([{name: row[name] for name in schema} for row in found], schema=schema | {"rows": pl.Int64})
    return table.with_columns(pl.Series("key", [row["key"] for row in found], strict=False)) if keys else table


def counted_votes(frame: Any, lfs: LFs, *, most: int = MOST_DISTINCT) -> tuple[Votes, npt.NDArray[np.int64]]:
    """Return the distinct rows of votes of a frame and how often each is there; this runs the engine.

    Label models depend on nothing else, and take them as ``fit(votes, counts=counts)``. Rows come in order of their
    votes, so that what is fitted is the same to the last bit on every engine and on one machine.

    Parameters
    ----------
    frame
        The Spark or Dask frame that ``lfs.apply`` gave, or what was read of it again.
    lfs
        The LFs.
    most
        How many distinct rows are taken at most; 60,000 rows of real votes hold some 2,500.

    Returns
    -------
    tuple
        The votes, [r, m], and their counts, int64 [r].

    Raises
    ------
    InputError
        If the frame lacks the column of an LF, has nulls there, has no rows or more distinct ones than `most`, or the
        engine's cluster is not there.
    """
    engine, names = need_engine(frame), list(lfs.names)
    with running(engine):
        check_columns(engine.columns(frame), names, f"the {engine.NAME} frame")
        table = engine.counted(frame, names, most)
    if len(table) > most:
        raise InputError(
            f"there are more than {most:,} distinct rows of votes: too many LFs vote on too many rows to be counted. "
            "Leave LFs out, or fit on a sample of rows; most=... takes more"
        )
    if not len(table):
        raise InputError(f"the {engine.NAME} frame has no rows")
    votes = votes_of(table.columns[: len(names)], lfs.labels, names)
    order = np.lexsort(votes.matrix.T[::-1])
    counts = table.column(len(names)).to_numpy().astype(np.int64)
    return votes.rows(order), counts[order]
