"""LFs over the frames of an engine."""

from collections.abc import Sequence
from typing import Any

from labelfns.engine.options import ApplyOptions
from labelfns.errors import LFError, some
from labelfns.frames.engines import columns_of, work_on
from labelfns.frames.travel import by_value
from labelfns.frames.voting import Voting
from labelfns.lfs.base import LabelingFunction
from labelfns.lfs.columns import ColumnLF, reads_columns


def votes_on(
    frame: Any,
    labels: tuple[str, ...],
    lfs: Sequence[LabelingFunction],
    *,
    text: str,
    keys: Sequence[Any] | None,
    options: ApplyOptions,
) -> Any:
    """Return a frame of the same engine with key columns, the votes as one int8 column per LF, and ``faults``.

    Raises
    ------
    InputError
        If a column is missing or has the name of an answer, or the texts are none.
    LFError
        If an LF cannot be sent to a worker, or sees rows other than the one it votes on.
    """
    whole = [lf.name for lf in lfs if isinstance(lf, ColumnLF) and not _answers_by_row(lf.condition)]
    if whole:
        raise LFError(
            f"{some(whole)}: a condition over all rows, as with a mean or a rank, has no answer where some rows are "
            "seen at a time; work that number out before, and write it in"
        )
    read = columns_of(frame) if reads_columns(lfs) else [text]
    work = Voting(labels, by_value(lfs), options, text)
    parts: dict[str, object] = {f"LF {lf.name}": lf for lf in work.lfs}
    return work_on(frame, work, parts, keys=keys, read=read, texts=text)


def _answers_by_row(condition: Any) -> bool:
    """Tell whether a polars expression answers each row by itself; of a function it cannot be told."""
    of_expression = getattr(condition, "meta", None)
    separable = getattr(of_expression, "is_row_separable", None)
    return callable(condition) or separable is None or bool(separable())
