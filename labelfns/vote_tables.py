"""Tables of a label matrix: one row per LF, or one per row of data. `labelfns.Votes` wraps them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from labelfns.checks import Ints
from labelfns.counted import Counts, tally
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

    n, voted = max(int(times.sum()), 1), matrix != ABSTAIN
    n_votes = voted.sum(axis=1, keepdims=True)
    counts = np.stack([(matrix == c).sum(axis=1) for c in range(len(labels))], axis=1)
    same = np.take_along_axis(np.pad(counts, ((0, 0), (0, 1))), matrix.astype(np.int64), axis=1)
    columns: dict[str, object] = {
        "lf": list(lf_names),
        "polarity": [[labels[c] for c in np.unique(column[(column >= 0) & (times > 0)])] for column in matrix.T],
        "coverage": tally(voted, times) / n,
        "overlaps": tally(voted & (n_votes > 1), times) / n,
        "conflicts": tally(voted & (same < n_votes), times) / n,
    }
    types: dict[str, Any] = {"polarity": pl.List(pl.String)}
    if gold is not None:
        judged = voted & (gold >= 0)[:, None]
        correct, total = tally(judged & (matrix == gold[:, None]), times), tally(judged, times)
        accuracy = [c / t if t else None for c, t in zip(correct, total, strict=True)]
        columns |= {"correct": correct, "incorrect": total - correct, "accuracy": accuracy}
        types["accuracy"] = pl.Float64()
    return pl.DataFrame(columns, schema_overrides=types)


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
