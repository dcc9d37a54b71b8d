"""Tables of a label matrix: one row per LF, or one per row of data. `labelfns.Votes` wraps them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from labelfns.checks import Ints
from labelfns.counted import Counts, tally
from labelfns.errors import InputError
from labelfns.lfs.base import ABSTAIN

if TYPE_CHECKING:
    import polars as pl

Matrix = npt.NDArray[np.int8]
"""An [n, m] array of votes with values in {-1, 0, ..., k-1}."""


def lf_table(
    matrix: Matrix, labels: Sequence[str], lf_names: Sequence[str], gold: Ints | None, times: Counts
) -> "pl.DataFrame":
    """Return what each LF does, one row per LF; see `Votes.summary`.

    Parameters
    ----------
    matrix
        The votes, [n, m].
    labels, lf_names
        The k class names and the m LF names.
    gold
        Class ids [n], -1 where unknown; None for no comparison.
    times
        How often each row stands there, [n].
    """
    import polars as pl

    n, k, m = max(int(times.sum()), 1), len(labels), matrix.shape[1]
    votes = np.zeros((m, k), dtype=np.int64)
    overlaps, conflicts, correct, judged = np.zeros((4, m), dtype=np.int64)
    for rows in row_blocks(len(matrix)):
        part, here = matrix[rows], times[rows]
        voted = part != ABSTAIN
        n_votes = voted.sum(axis=1, keepdims=True)
        counts = np.stack([(part == c).sum(axis=1) for c in [*range(k), ABSTAIN]], axis=1)
        same = np.take_along_axis(counts, part.astype(np.int64), axis=1)
        votes += np.stack([tally(part == c, here) for c in range(k)], axis=1)
        overlaps += tally(voted & (n_votes > 1), here)
        conflicts += tally(voted & (same < n_votes), here)
        if gold is not None:
            known = voted & (gold[rows] >= 0)[:, None]
            correct += tally(known & (part == gold[rows, None]), here)
            judged += tally(known, here)
    columns: dict[str, object] = {
        "lf": list(lf_names),
        "polarity": [[labels[c] for c in np.flatnonzero(of_lf).tolist()] for of_lf in votes],
        "coverage": votes.sum(axis=1) / n,
        "overlaps": overlaps / n,
        "conflicts": conflicts / n,
    }
    types: dict[str, Any] = {"polarity": pl.List(pl.String)}
    if gold is not None:
        accuracy = [c / t if t else None for c, t in zip(correct, judged, strict=True)]
        columns |= {"correct": correct, "incorrect": judged - correct, "accuracy": accuracy}
        types["accuracy"] = pl.Float64()
    return pl.DataFrame(columns, schema_overrides=types)


def row_blocks(n: int, size: int = 1 << 16) -> Iterator[slice]:
    """Yield slices of n rows, one after the other, so that what is worked out of a block takes little memory."""
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def row_table(
    matrix: Matrix,
    labels: Sequence[str],
    lf_names: Sequence[str],
    rows: Ints,
    lf: int,
    gold: Ints | None,
    texts: Sequence[str] | None,
) -> "pl.DataFrame":
    """Return what is known of some rows, one row each; see `Votes.where`.

    Parameters
    ----------
    matrix, labels, lf_names, gold
        As in `lf_table`.
    rows
        The rows, by position.
    lf
        The LF whose label is shown, by position; it votes on all these rows.
    texts
        The n texts, if they are to be shown.
    """
    import polars as pl

    columns: dict[str, object] = {"row": rows}
    if texts is not None:
        columns["text"] = [texts[i] for i in rows.tolist()]
    columns["label"] = [labels[c] for c in matrix[rows, lf].tolist()]
    if gold is not None:
        columns["gold"] = [labels[c] if c >= 0 else None for c in gold[rows].tolist()]
    voters = [np.flatnonzero(matrix[i] != ABSTAIN).tolist() for i in rows.tolist()]
    columns["votes"] = [
        [{"lf": lf_names[j], "label": labels[int(matrix[i, j])]} for j in lfs]
        for i, lfs in zip(rows.tolist(), voters, strict=True)
    ]
    text, vote = pl.String(), pl.Struct({"lf": pl.String(), "label": pl.String()})
    types = {"row": pl.Int64(), "text": text, "label": text, "gold": text, "votes": pl.List(vote)}
    return pl.DataFrame(columns, schema={name: types[name] for name in columns})


def vote_frame(matrix: npt.NDArray[np.int8], lf_names: Sequence[str]) -> "pl.DataFrame":
    """Return votes [n, m] as a frame with one int8 column per LF."""
    import polars as pl

    columns = {lf: np.ascontiguousarray(column) for lf, column in zip(lf_names, matrix.T, strict=True)}
    return pl.DataFrame(columns, schema=dict.fromkeys(lf_names, pl.Int8))


def strength_columns(lf_names: Sequence[str], soft: Sequence[str]) -> dict[str, str]:
    """Return by soft LF the column of a file that has the strengths of its votes, named as no LF is."""
    sign = "strength"
    while any(f"{lf} ({sign})" in lf_names for lf in soft):
        sign += "'"
    return {lf: f"{lf} ({sign})" for lf in soft}


def checked_strength(
    strength: npt.ArrayLike, matrix: npt.NDArray[np.int8], lf_names: Sequence[str]
) -> npt.NDArray[np.float32]:
    """Return how much of a vote each vote is, read-only, 0 for abstains.

    Raises
    ------
    InputError
        If it is of another shape than the votes, or a vote's is not in [0, 1]; the first such vote is named.
    """
    values, voted = np.asarray(strength, dtype=np.float32), matrix != ABSTAIN
    if values.shape != matrix.shape:
        raise InputError(f"strength must be {matrix.shape} numbers in [0, 1], one per vote; got shape {values.shape}")
    wrong = np.argwhere(voted & ~((values >= 0) & (values <= 1)))
    if len(wrong):
        i, j = wrong[0]
        more = f", and {len(wrong) - 1} more votes" if len(wrong) > 1 else ""
        raise InputError(f"strength must be numbers in [0, 1]; row {i}, LF {lf_names[j]!r} has {values[i, j]:g}{more}")
    values = np.where(voted, values, np.float32(0))
    values.flags.writeable = False
    return values


def with_strengths(
    frame: "pl.DataFrame", strength: npt.NDArray[np.float32] | None, lf_names: Sequence[str], soft: Sequence[str]
) -> "pl.DataFrame":
    """Return a frame of votes with the strengths [n, m] of soft LFs behind them; 1 where there are none."""
    import polars as pl

    values = np.ones((len(frame), len(lf_names)), dtype=np.float32) if strength is None else strength
    return frame.with_columns(
        pl.Series(column, values[:, lf_names.index(lf)], dtype=pl.Float32)
        for lf, column in strength_columns(lf_names, soft).items()
    )


def strengths_in(
    frame: "pl.DataFrame", lf_names: Sequence[str], columns: Mapping[str, str]
) -> npt.NDArray[np.float32] | None:
    """Return the strengths [n, m] in a frame, of which `columns` names those of soft LFs; None where there is none."""
    if not columns:
        return None
    strength = np.ones((len(frame), len(lf_names)), dtype=np.float32)
    for lf, column in columns.items():
        strength[:, lf_names.index(lf)] = frame[column].to_numpy()
    return strength
