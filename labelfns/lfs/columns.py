"""LFs over the other fields of a row, over whole columns, and over many texts at a time."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, overload

import numpy as np

from labelfns.errors import InputError, LFError, number_of
from labelfns.lfs.base import Expects, Label, LabelingFunction, label_problems, naming, told

if TYPE_CHECKING:
    import polars as pl

Fields = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class RowLF(LabelingFunction):
    """An LF that takes a row with several fields; what `row_function` returns."""

    function: Callable[[dict[str, Any]], object]
    kind: ClassVar[str] = "row_function"

    def __call__(self, text: str) -> object:
        return self.function({"text": text})

    @property
    def about(self) -> str:
        return told(self.function)


@dataclass(frozen=True)
class BatchLF(LabelingFunction):
    """An LF that answers many rows at a time."""

    @abstractmethod
    def batch(self, rows: Any) -> Sequence[object]:
        """Return one vote per row."""


@dataclass(frozen=True)
class TextsLF(BatchLF):
    """An LF that answers many texts at a time: `vote_batch` is all that a subclass must have.

    Parameters
    ----------
    batch_size
        How many texts it is given at a time, at least 1.
    """

    batch_size: int = field(default=256, kw_only=True, compare=False)
    patience: ClassVar[int | None] = None
    """After how many errors in a row the LF is no more asked; None for never."""

    def problems(self) -> list[str]:
        problems = super().problems()
        if type(self.batch_size) is not int or self.batch_size < 1:
            problems.append(f"{self.kind}(): batch_size must be a whole number of at least 1; got {self.batch_size!r}")
        return problems

    def __call__(self, text: str) -> object:
        (vote,) = self.vote_batch([text])
        if isinstance(vote, Exception):
            raise vote
        return vote

    def batch(self, rows: Sequence[str]) -> Sequence[object]:
        return self.vote_batch(rows)

    @abstractmethod
    def vote_batch(self, texts: Sequence[str]) -> Sequence[object]:
        """Return for each text its vote, or the error that stood in its way."""

    def vote_kept(self, texts: Sequence[str], error: BaseException) -> Sequence[object]:
        """Return for each text the vote that is kept of it, or else an error: what an LF says that is not asked."""
        return [error] * len(texts)

    def definition(self) -> str | None:
        """Return what its votes depend on besides the text, in a text of any form; None where that cannot be told."""
        return None


@dataclass(frozen=True)
class ColumnLF(BatchLF):
    """An LF that is a condition on whole columns; see `column`."""

    label: Label
    condition: Any
    kind: ClassVar[str] = "column"

    def problems(self) -> list[str]:
        problems = super().problems() + label_problems(self.label)
        if not callable(self.condition) and not type(self.condition).__module__.startswith("polars."):
            problems.append(f"column() takes a polars expression or a function of a frame; got {self.condition!r}")
        return problems

    @property
    def about(self) -> str:
        return told(self.condition) if callable(self.condition) else str(self.condition)

    @property
    def known_labels(self) -> tuple[Label, ...]:
        return (self.label,)

    def __call__(self, text: str) -> object:
        import polars as pl

        return self.batch(pl.DataFrame({"text": [text]}))[0]

    def batch(self, rows: "pl.DataFrame") -> Sequence[object]:
        import polars as pl

        frame, condition = rows, self.condition
        if isinstance(condition, pl.Expr):
            answer: Any = frame.select(condition.alias("fires"))["fires"]
        else:
            answer = self._answer(frame)
        if isinstance(answer, pl.Series):
            answer = answer.fill_null(False).to_numpy() if answer.dtype == pl.Boolean else answer.to_numpy()
        mask = np.asarray(answer)
        if mask.dtype != np.bool_ or mask.shape != (len(frame),):
            raise LFError(
                f"LF {self.name!r}: its condition must give {number_of(len(frame), 'boolean')}, one per row; "
                f"got shape {mask.shape} of {mask.dtype}"
            )
        return [self.label if fires else None for fires in mask.tolist()]

    def _answer(self, frame: "pl.DataFrame") -> Any:
        try:
            return self.condition(frame)
        except Exception as error:
            error.add_note(f'The function of column() gets the frame of all columns: frame["{frame.columns[-1]}"]')
            raise


@overload
def row_function(
    function: Callable[[dict[str, Any]], object], *, name: str | None = None, expects: Expects | None = None
) -> RowLF: ...
@overload
def row_function(
    function: None = None, *, name: str | None = None, expects: Expects | None = None
) -> Callable[[Callable[[dict[str, Any]], object]], RowLF]: ...
def row_function(
    function: Callable[[dict[str, Any]], object] | None = None,
    *,
    name: str | None = None,
    expects: Expects | None = None,
) -> RowLF | Callable[[Callable[[dict[str, Any]], object]], RowLF]:
    """Turn a Python function of a row, a dict of its fields with the text in ``"text"``, into an LF.

    Used as a decorator, bare or with settings. The fields are the other columns of the texts, or go in as
    ``LFSet.apply(texts, fields={...})``.

    Parameters
    ----------
    function
        Takes the row, returns a label's name, its id, `None` or `ABSTAIN`.
    name
        The LF's name; by default the function's.
    expects
        Texts and the votes that a row with this text alone must get.

    Raises
    ------
    LFError
        If a setting is not right.

    Examples
    --------
    >>> from labelfns import LFSet
    >>> liked = row_function(lambda row: "yes" if row["likes"] > 10 else None, name="liked")
    >>> LFSet(["no", "yes"], [liked]).apply(["a", "b"], fields={"likes": [3, 30]}).matrix.tolist()
    [[-1], [1]]
    """
    if function is None:
        return partial(row_function, name=name, expects=expects)
    if not callable(function):
        raise LFError(f"row_function() takes a function of a row; got {function!r}")
    default = str(getattr(function, "__name__", ""))
    return RowLF(**naming(name, default), function=function, expects={} if expects is None else expects)


def column(label: Label, condition: Any, *, name: str | None = None, expects: Expects | None = None) -> ColumnLF:
    """Vote `label` where a condition on whole columns holds.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    condition
        A polars expression over ``text`` and the fields, or a function of the polars frame that returns n booleans.
        A null is no vote.
    name
        The LF's name; by default ``column_<label>``.
    expects
        Texts and the votes that a frame with this text alone must get.

    Raises
    ------
    LFError
        If a setting is not right; all at once.

    Examples
    --------
    >>> import polars as pl
    >>> from labelfns import LFSet
    >>> long = column("yes", pl.col("text").str.len_chars() > 3, name="long")
    >>> LFSet(["no", "yes"], [long]).apply(["abc", "abcd"]).matrix.tolist()
    [[-1], [1]]
    """
    named = naming(name, f"column_{label}")
    return ColumnLF(label=label, condition=condition, **named, expects={} if expects is None else expects)


def reads_columns(lfs: Iterable[LabelingFunction]) -> bool:
    """Tell whether one of some LFs reads other columns than the texts."""
    return any(isinstance(lf, RowLF | ColumnLF) for lf in lfs)


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
        raise InputError(
            f"fields {', '.join(wrong)}: each needs {number_of(len(texts), 'value')}, and none may be called 'text'"
        )
    return pl.DataFrame({"text": list(texts), **columns})


def _is_frame(fields: object) -> bool:
    return hasattr(fields, "columns")
