"""A label model over a frame of votes: its probabilities as columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from labelfns.checks import Ints
from labelfns.errors import InputError, raise_all
from labelfns.frames.engines import work_on
from labelfns.frames.work import Work
from labelfns.lfs.base import ABSTAIN
from labelfns.votes import Probs, Votes

if TYPE_CHECKING:
    import pyarrow as pa

    from labelfns.frames.work import Answer


class FittedModel(Protocol):
    """A fitted label model."""

    classes_: tuple[str, ...]
    lf_names_: tuple[str, ...]

    def predict_proba(self, votes: Votes) -> Probs:
        """Return class probabilities."""

    def predict(self, votes: Votes) -> npt.NDArray[np.int64]:
        """Return class ids."""


def probabilities(label_model: FittedModel, frame: Any, *, keys: Sequence[Any] | None = None) -> Any:
    """Return a frame of the same engine with what a label model says of its votes; nothing runs yet.

    Parameters
    ----------
    label_model
        The label model, fitted on votes of these LFs.
    frame
        The Spark or Dask frame that ``LFSet.apply`` gave, or what was read of it again.
    keys
        The columns that stay; all by default, the votes among them.

    Returns
    -------
    frame
        Those columns, ``label``, the most likely label's name, null where no LF votes or labels tie, and ``p_LABEL``,
        its probability, for each label.

    Raises
    ------
    InputError
        If the model is not fitted, the frame lacks the column of an LF, or a column that stays has such a name.
    """
    if not hasattr(label_model, "lf_names_"):
        raise InputError(f"this {type(label_model).__name__} is not fitted yet; call fit(votes) first")
    work = Weighing(label_model)
    return work_on(frame, work, {"the label model": label_model}, keys=keys, read=label_model.lf_names_)


@dataclass(frozen=True)
class Weighing(Work):
    """A label model that weighs votes.

    Parameters
    ----------
    label_model
        The label model.
    """

    label_model: FittedModel

    @property
    def schema(self) -> "pa.Schema":
        import pyarrow as pa

        return pa.schema([("label", pa.string()), *((f"p_{name}", pa.float64()) for name in self.label_model.classes_)])

    def open(self) -> "Answer":
        return self._answer

    def _answer(self, table: "pa.Table") -> Sequence[Any]:
        model = self.label_model
        votes = votes_of([table[name] for name in model.lf_names_], model.classes_, model.lf_names_)
        probs = model.predict_proba(votes)
        return [names_of(model.predict(votes), model.classes_), *probability_columns(probs)]


def names_of(ids: Ints, labels: Sequence[str]) -> Any:
    """Return class ids [n] as a column of label names, null for an abstain."""
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array(ids, pa.int32(), mask=ids == ABSTAIN), list(labels)).cast(
        pa.string()
    )


def probability_columns(probs: Probs) -> list[Any]:
    """Return probabilities [n, k] as k columns."""
    import pyarrow as pa

    return [pa.array(probs[:, c], pa.float64()) for c in range(probs.shape[1])]


def votes_of(columns: Sequence[Any], labels: Sequence[str], lf_names: Sequence[str]) -> Votes:
    """Return m columns of a frame, n values each, as votes.

    Raises
    ------
    InputError
        If they are no votes.
    """
    raise_all(
        InputError,
        [
            f"the votes of LF {name!r} have nulls; they are -1 where an LF abstains"
            for name, column in zip(lf_names, columns, strict=True)
            if column.null_count
        ],
    )
    matrix = np.stack([column.to_numpy() for column in columns], axis=1)
    return Votes(matrix, labels=tuple(labels), lf_names=tuple(lf_names))
