"""LFs over the frames of an engine."""

from collections.abc import Sequence
from typing import Any

from labelfns.engine.options import ApplyOptions
from labelfns.errors import InputError, some
from labelfns.frames.engines import columns_of, work_on
from labelfns.frames.travel import by_value
from labelfns.frames.voting import Voting
from labelfns.lfs.base import LabelingFunction
from labelfns.lfs.columns import reads_columns


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
        If a column is missing or has the name of an answer, the texts are none, or an LF's votes have strengths.
    LFError
        If an LF cannot be sent to a worker.
    """
    soft = [lf.name for lf in lfs if lf.soft]
    if soft:
        raise InputError(
            f"LFs whose votes have strengths have no column for them in a frame: {some(soft)}; leave soft out"
        )
    read = columns_of(frame) if reads_columns(lfs) else [text]
    work = Voting(labels, by_value(lfs), options, text)
    parts: dict[str, object] = {f"LF {lf.name}": lf for lf in work.lfs}
    return work_on(frame, work, parts, keys=keys, read=read, texts=text)
