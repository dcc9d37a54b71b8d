"""LFs applied to `Texts`, as many at a time as are to be in memory."""

import numpy as np

from labelfns.engine.apply import CuesWhenAsked, LFApplier, merge_faults
from labelfns.engine.fields import RowNumbers
from labelfns.engine.options import ApplyOptions
from labelfns.errors import InputError
from labelfns.io.corpus import Texts
from labelfns.lfs.columns import ColumnLF, RowLF
from labelfns.progress import Progress, silent
from labelfns.votes import Fault, Votes


def apply_to_parts(
    applier: LFApplier, texts: Texts, options: ApplyOptions, *, fields: object, cues: bool, progress: Progress
) -> Votes:
    """Let LFs vote on texts; arguments and errors are those of `LFSet.apply`.

    Of texts that lie on the disk the cues are found when they are asked for.
    """
    n, faults = len(texts), list[Fault]()
    matrix = np.empty((n, len(applier.lfs)), dtype=np.int8)
    needed = fields is None and any(isinstance(lf, RowLF | ColumnLF) for lf in applier.lfs)
    for start, part in texts.parts(fields=needed):
        is_all = len(part) == n
        if fields is not None and not is_all:
            raise InputError("fields are for texts in memory; LFs see the columns of the file that texts are read from")
        others = {name: values for name, values in (part.fields or {}).items() if name != "text"}
        votes = applier.apply(
            part.texts,
            options,
            fields=others if fields is None else fields,
            numbers=RowNumbers(np.arange(start, start + len(part)), part.row_numbers, part.unit),
            cues=cues and is_all,
            progress=progress if is_all else silent,
        )
        if is_all:
            return votes
        matrix[start : start + len(part)] = votes.matrix
        faults += votes.faults
        progress("applying LFs", start + len(part), n)
    matrix.flags.writeable = False
    names, places = tuple(lf.name for lf in applier.lfs), CuesWhenAsked(applier.lfs, texts, matrix, options)
    merged = merge_faults(faults)
    return Votes(matrix, labels=applier.labels, lf_names=names, faults=merged, cues=places if cues else None)
