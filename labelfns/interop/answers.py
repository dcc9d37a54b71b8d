"""Texts with weak labels or predictions, to and from frames."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from labelfns.checks import Ints, check_labels
from labelfns.errors import InputError
from labelfns.interop.tables import FrameFormat, arrow_of, frame_of


@dataclass(frozen=True, eq=False)
class Answers:
    """Texts with the labels that a label model or a predictor gave.

    Parameters
    ----------
    texts
        The n texts.
    ids
        Class ids [n] in {-1, 0, ..., k-1}; -1 where there is no answer.
    probs
        Probabilities [n, k], kept as float32.
    labels
        The k label names.

    Raises
    ------
    InputError
        If they do not fit together.
    """

    texts: Sequence[str]
    ids: Ints
    probs: npt.NDArray[np.float32]
    labels: Sequence[str]

    def __post_init__(self) -> None:
        labels, ids = check_labels(self.labels), np.asarray(self.ids, dtype=np.int64)
        probs = np.asarray(self.probs, dtype=np.float32)
        n = len(self.texts)
        if ids.shape != (n,) or probs.shape != (n, len(labels)):
            raise InputError(
                f"{n} texts and {len(labels)} labels need ids [{n}] and probs [{n}, {len(labels)}]; "
                f"got {list(ids.shape)} and {list(probs.shape)}"
            )
        if n and (ids.min() < -1 or ids.max() >= len(labels)):
            raise InputError(f"ids must be in -1..{len(labels) - 1}")
        for name, value in {"texts": tuple(self.texts), "ids": ids, "probs": probs, "labels": labels}.items():
            object.__setattr__(self, name, value)

    def to(self, format: FrameFormat) -> Any:
        """Return a frame with the columns ``text``, ``label`` (a class id, -1 for no answer) and ``probs``."""
        import pyarrow as pa

        values = pa.array(self.probs.ravel())
        starts = pa.array(np.arange(len(self.texts) + 1, dtype=np.int32) * len(self.labels))
        probs = pa.ListArray.from_arrays(starts, values)
        text = pa.array(self.texts, type=pa.string())
        table = pa.table({"text": text, "label": pa.array(self.ids), "probs": probs})
        return frame_of(table, format, self.labels, ["label"])

    @classmethod
    def of(cls, frame: Any, labels: Sequence[str] | None = None) -> "Answers":
        """Return what `to` made a frame of; frames other than data sets need the label names.

        Raises
        ------
        InputError
            If a column or the label names are missing.
        """
        table, written = arrow_of(frame)
        names = written if labels is None else tuple(labels)
        missing = [name for name in ("text", "label", "probs") if name not in table.column_names]
        if missing or names is None:
            raise InputError(f"the frame lacks {', '.join(missing) or 'label names; pass labels=[...]'}")
        if written is not None and names != written:
            raise InputError(f"the data set has the labels {', '.join(written)}; got {', '.join(names)}")
        rows = table["probs"].to_pylist()
        if any(row is None or len(row) != len(names) for row in rows):
            raise InputError(f"every row of probs must hold {len(names)} numbers, one per label")
        probs = np.array(rows, dtype=np.float32).reshape(len(rows), len(names))
        return cls(table["text"].to_pylist(), table["label"].to_numpy(), probs, names)
