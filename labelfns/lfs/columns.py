"""LFs over other fields, whole columns, and models."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from labelfns.errors import InputError, LFError
from labelfns.lfs.base import Label, LabelingFunction

if TYPE_CHECKING:
    import polars as pl

Fields = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class RowLF(LabelingFunction):
    """An LF that takes a row with several fields; what `row_function` returns."""

    function: Callable[[dict[str, Any]], object]

    def __call__(self, text: str) -> object:
        return self.function({"text": text})


@dataclass(frozen=True)
class BatchLF(LabelingFunction):
    """An LF that answers many rows at a time."""

    def __call__(self, text: str) -> object:
        import polars as pl

        return self.batch(pl.DataFrame({"text": [text]}))[0]

    @abstractmethod
    def batch(self, frame: "pl.DataFrame") -> Sequence[object]:
        """Return one vote a row."""


@dataclass(frozen=True)
class ColumnLF(BatchLF):
    """An LF that is a condition on whole columns; see `column`."""

    label: Label
    condition: Any

    def batch(self, frame: "pl.DataFrame") -> Sequence[object]:
        import polars as pl

        asked = self.condition
        answer = frame.select(asked.alias("fires"))["fires"] if isinstance(asked, pl.Expr) else asked(frame)
        if isinstance(answer, pl.Series):
            answer = answer.fill_null(False).to_numpy() if answer.dtype == pl.Boolean else answer.to_numpy()
        mask = np.asarray(answer)
        if mask.dtype != np.bool_ or mask.shape != (len(frame),):
            raise LFError(
                f"LF {self.name!r}: its condition must give {len(frame)} booleans, one a row; "
                f"got shape {mask.shape} of {mask.dtype}"
            )
        return [self.label if fires else None for fires in mask.tolist()]


@dataclass(frozen=True)
class ModelLF(BatchLF):
    """An LF that is a classifier; see `model`."""

    classifier: Any
    at_least: float
    labels: Mapping[str, Label | None] | None
    batch_size: int

    def batch(self, frame: "pl.DataFrame") -> Sequence[object]:
        texts = frame["text"].to_list()
        votes: list[object] = []
        for start in range(0, len(texts), self.batch_size):
            for name, confidence in _predict(self.classifier, texts[start : start + self.batch_size]):
                votes.append(self._vote(name) if confidence >= self.at_least else None)
        return votes

    def _vote(self, name: object) -> object:
        plain = name.item() if isinstance(name, np.generic) else name
        if self.labels is None:
            return plain
        if plain not in self.labels:
            raise LFError(f"LF {self.name!r}: the model says {plain!r}, for which `labels` has no entry")
        return self.labels[plain]  # type: ignore[index]


def row_function(
    function: Callable[[dict[str, Any]], object],
    *,
    name: str | None = None,
    expects: Mapping[str, Label | None] | None = None,
) -> RowLF:
    """Turn a Python function of a row, a dict of its fields with the text in ``"text"``, into an LF.

    The fields go in as ``LFSet.apply(texts, fields={...})``.

    Examples
    --------
    >>> from labelfns import LFSet
    >>> liked = row_function(lambda row: "yes" if row["likes"] > 10 else None, name="liked")
    >>> LFSet(["no", "yes"], [liked]).apply(["a", "b"], fields={"likes": [3, 30]}).matrix.tolist()
    [[-1], [1]]
    """
    return RowLF(name or str(getattr(function, "__name__", "")), function, expects=expects or {})


def column(label: Label, condition: Any, *, name: str) -> ColumnLF:
    """Vote `label` where a condition on whole columns holds.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    condition
        A polars expression over ``text`` and the fields, or a function of the polars frame that returns n booleans.
        A null is no vote.
    name
        The LF's name.

    Examples
    --------
    >>> import polars as pl
    >>> from labelfns import LFSet
    >>> long = column("yes", pl.col("text").str.len_chars() > 3, name="long")
    >>> LFSet(["no", "yes"], [long]).apply(["abc", "abcd"]).matrix.tolist()
    [[-1], [1]]
    """
    return ColumnLF(name, label, condition)


def model(
    classifier: Any,
    *,
    at_least: float,
    name: str,
    labels: Mapping[str, Label | None] | None = None,
    batch_size: int = 256,
) -> ModelLF:
    """Let a classifier vote where it is confident.

    Parameters
    ----------
    classifier
        A fitted scikit-learn classifier or pipeline of texts (``predict_proba``, ``classes_``), or a Hugging Face
        ``pipeline("text-classification")``.
    at_least
        The confidence from which on it votes, in [0, 1].
    name
        The LF's name.
    labels
        The label for each of the model's classes, None for one that is no vote; by default they are the same.
    batch_size
        How many texts it is given at a time, at least 1.

    Raises
    ------
    LFError
        If a setting is out of range.
    """
    if not 0 <= at_least <= 1 or batch_size < 1:
        raise LFError(f"model(): at_least must be in [0, 1] and batch_size at least 1; got {at_least}, {batch_size}")
    return ModelLF(name, classifier, at_least, labels, batch_size)


def frame_of(texts: Sequence[str], fields: Fields | None) -> "pl.DataFrame":
    """Return the texts and fields as one frame.

    Raises
    ------
    InputError
        If a field is called ``text`` or has another length.
    """
    import polars as pl

    columns = {name: fields[name] for name in fields} if fields is not None and not _is_frame(fields) else {}
    if fields is not None and _is_frame(fields):
        columns = {name: fields[name] for name in fields.columns if name != "text"}  # type: ignore[attr-defined]
    wrong = [name for name, values in columns.items() if name == "text" or len(values) != len(texts)]
    if wrong:
        raise InputError(f"fields {', '.join(wrong)}: each needs {len(texts)} values, and none may be called 'text'")
    return pl.DataFrame({"text": list(texts), **columns})


def _is_frame(fields: object) -> bool:
    return hasattr(fields, "columns")


def _predict(classifier: Any, texts: list[str]) -> list[tuple[object, float]]:
    if hasattr(classifier, "predict_proba"):
        probs = np.asarray(classifier.predict_proba(texts))
        return [(classifier.classes_[c], float(probs[i, c])) for i, c in enumerate(probs.argmax(axis=1))]
    return [(answer["label"], float(answer["score"])) for answer in classifier(texts)]
