"""Labels, gold labels and texts, checked in one place."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from reprlib import Repr
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from labelfns.errors import MOST, InputError, did_you_mean, raise_all, some, some_rows

Ints = npt.NDArray[np.integer[Any]]
Bools = npt.NDArray[np.bool_]
Gold = Sequence[Any] | Ints
"""Gold labels, one per row: label names, ids in 0..k-1, or unknown; `check_gold` has the rule."""

Unit = Literal["row", "line"]
"""What the numbers of rows in messages count: rows from 0, or the lines of a file from 1."""

_HALF = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(r"[+-]?\d+(\.0+)?")
_UNKNOWN = frozenset({"nan", "na", "n/a", "<na>", "nat", "null", "none", "nil", "-", "?", "unknown"})
_WHOLE = 1 << 31  # ids are smaller
_REPR = Repr()  # cuts what is long or deep
_REPR.maxstring = _REPR.maxother = 60


def numbered(rows: Sequence[int], unit: Unit = "row") -> str:
    """Write row numbers for a message: ``"lines 3 and 7"``, ``"row 2 (the first row is 0)"``."""
    return some_rows(rows, unit) + (" (the first row is 0)" if unit == "row" else "")


def values_of(data: Any, argument: str = "texts") -> list[Any]:
    """Return what a sequence holds, by position.

    Parameters
    ----------
    data
        A list, tuple, one-dimensional array, or a series or column of pandas, polars, pyarrow, modin or datasets. A
        series' own labels of its rows play no part.
    argument
        What it is called in messages.

    Raises
    ------
    InputError
        If it is a string, a mapping, a frame, a set, a generator or no sequence at all.
    """
    kind = type(data).__name__
    if isinstance(data, list | tuple):
        return list(data)
    if isinstance(data, str | bytes):
        raise InputError(f"{argument} must be a sequence, one value per row; got one string: put it in a list")
    if isinstance(data, Mapping) or hasattr(type(data), "columns") or hasattr(data, "column_names"):
        raise InputError(f"{argument} must be a sequence, one value per row; got a {kind}: pass its column")
    for method in ("to_pylist", "to_list", "tolist"):  # pyarrow; pandas, polars, modin; numpy
        if hasattr(data, method) and len(getattr(data, "shape", (0,))) == 1:
            return list(getattr(data, method)())
    if hasattr(data, "shape"):
        raise InputError(f"{argument} must have one dimension; got a {kind} of shape {tuple(data.shape)}")
    if isinstance(data, Sequence):
        return list(data[:])
    what = f"a {kind}, which has no order" if isinstance(data, AbstractSet) else f"a {kind}"
    raise InputError(f"{argument} must be a sequence, one value per row; got {what}: pass a list")


def one_per_text(values: Any, n: int, argument: str) -> list[Any]:
    """Return what an argument has for each of n texts, by position; errors as in `values_of`, and of another length."""
    entries = values_of(values, argument)
    if len(entries) != n:
        raise InputError(
            f"{argument} has {len(entries)} entries for {n} texts; it needs one per text, in the order of the texts"
        )
    return entries


def is_null(value: object) -> bool:
    """Whether a value stands for nothing: None, NaN, NaT or pandas' NA."""
    if value is None:
        return True
    if isinstance(value, str):
        return False
    try:
        return bool(value != value)
    except TypeError:  # pandas' NA is neither equal nor unequal to itself
        return type(value).__name__ == "NAType"
    except ValueError:  # an array
        return False


NOT_A_STRING = "the text is not a string"
"""The one of `text_problems` that is a mistake in any case: a text that is null or blank may be one that lacks."""


def text_problems(texts: Sequence[Any]) -> dict[str, list[int]]:
    """Return what is wrong with texts, and at which positions: ``{"the text is null": [0, 4]}``."""
    if set(map(type, texts)) <= {str} and all(map(str.strip, texts)):
        return {}
    problems: dict[str, list[int]] = {"is null": [], "is empty": [], "is not a string": []}
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            problems["is null" if is_null(text) else "is not a string"].append(i)
        elif not text.strip():
            problems["is empty"].append(i)
    return {f"the text {what}": rows for what, rows in problems.items() if rows}


def check_texts(texts: Any, row_offset: int = 0) -> list[str]:
    """Return the texts as a list of plain strings.

    Parameters
    ----------
    texts
        The texts: what `values_of` takes.
    row_offset
        The number of the first row, for messages.

    Raises
    ------
    InputError
        If there is no text, or some are null, blank or not strings; the rows are named, the first row is 0.
    """
    values = values_of(texts)
    if not values:
        raise InputError("there are no texts; expected at least one")
    raise_all(
        InputError,
        [
            f"{what} in {numbered([row_offset + i for i in rows])}; fix or remove it"
            for what, rows in text_problems(values).items()
        ],
    )
    return plain_strings(values)


def plain_strings(texts: list[Any]) -> list[str]:
    """Return strings, among them perhaps numpy's or an enumeration's, as plain ones."""
    return texts if set(map(type, texts)) <= {str} else [str.__str__(text) for text in texts]


def check_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the label names as a tuple.

    Raises
    ------
    InputError
        If there are fewer than 2 or more than 127, or one is blank, not a string, or there twice.
    """
    if isinstance(labels, str) or not all(isinstance(x, str) and x.strip() for x in labels):
        raise InputError(f"labels must be a list of non-empty strings; got {labels!r}")
    if any(_HALF.search(name) for name in labels):
        raise InputError(f"labels must be text that UTF-8 can write, without half surrogate pairs; got {some(labels)}")
    if not 2 <= len(labels) <= 127:
        raise InputError(f"labels must be 2 to 127 names; got {len(labels)}: {some(labels)}")
    if len(set(labels)) < len(labels):
        raise InputError(f"labels must be unique; got {some(labels, 10)}")
    return tuple(labels)


def check_gold(
    gold: Any, n: int, labels: Sequence[str], *, row_numbers: Sequence[int] | Ints | None = None, unit: Unit = "row"
) -> npt.NDArray[np.int64]:
    """Return gold labels as ids, -1 where unknown: one rule for files and for Python.

    =====================================================  =====================================================
    value                                                  meaning
    =====================================================  =====================================================
    None, NaN, NaT, NA, a blank string                     unknown
    a label's name, also as a number (``1`` for ``"1"``)   that label
    -1, where no label is called ``"-1"``                  unknown
    a number in 0..k-1, where no label looks like one      the label with that id
    anything else                                          an error
    a numpy array of integers                              ids in -1..k-1, whatever the labels look like
    =====================================================  =====================================================

    A number may be an integer or its digits (what a CSV file holds), and beside unknown labels also a whole float (what
    pandas makes of integers beside a NaN). Where labels look like numbers, as in ``["1", "2", "3"]``, a number is a
    name and never an id, as one could be taken for the other; ids go in as a numpy array of integers, which is also
    what labelfns returns.

    Parameters
    ----------
    gold
        The n gold labels: what `values_of` takes.
    n
        How many rows there are.
    labels
        The k label names.
    row_numbers
        The n numbers that messages name rows by; by default 0 to n-1.
    unit
        What these count.

    Raises
    ------
    InputError
        If there are not n of them, or some are no label; the values and their rows are named, ten values at most.

    Examples
    --------
    >>> check_gold(["no", 1, "0", None, -1], 5, ["no", "yes"]).tolist()
    [0, 1, 0, -1, -1]
    >>> check_gold(["-1", 1, "0"], 3, ["-1", "0", "1"]).tolist()
    [0, 2, 1]
    """
    is_ids = isinstance(gold, np.ndarray) and np.issubdtype(gold.dtype, np.integer) and gold.ndim == 1
    values = gold if is_ids else values_of(gold, "gold")
    if len(values) != n:
        raise InputError(
            f"there are {len(values)} gold labels for {n} rows; give one per row, -1 or None where unknown"
        )
    ids, wrong = _checked_ids(gold, labels) if is_ids else _ids_by_value(values, labels)
    numbers = range(n) if row_numbers is None else row_numbers
    expected = _expected(labels, is_ids)
    raise_all(
        InputError,
        [
            f"the gold label of {numbered([int(numbers[i]) for i in rows], unit)} is {expected}; got {some([value])}"
            f"{_settle(value, labels, is_ids)}"
            for value, rows in wrong.items()
        ],
    )
    return ids


def _checked_ids(gold: Ints, labels: Sequence[str]) -> tuple[npt.NDArray[np.int64], dict[str, list[int]]]:
    ids = np.asarray(gold).astype(np.int64)
    wrong: dict[str, list[int]] = {}
    for i in np.flatnonzero((ids < -1) | (ids >= len(labels))).tolist():
        wrong.setdefault(str(ids[i]), []).append(i)
    return ids, wrong


def _ids_by_value(values: Sequence[Any], labels: Sequence[str]) -> tuple[npt.NDArray[np.int64], dict[str, list[int]]]:
    """Return the ids, and for each value that is no label the positions where it stands."""
    names = {name: c for c, name in enumerate(labels)}
    ids_as_digits = {} if _look_like_numbers(labels) else {str(c): c for c in range(len(labels))}
    numbers = {"-1": -1} | ids_as_digits | {_number(name): c for name, c in names.items()}
    has_value = [not (is_null(value) or (isinstance(value, str) and not value.strip())) for value in values]
    floats = not all(has_value)
    ids = np.full(len(values), -1, dtype=np.int64)
    wrong: dict[str, list[int]] = {}
    for i, value in enumerate(values):
        if isinstance(value, str) and value in names:
            ids[i] = names[value]
        elif has_value[i]:
            number = _number(value, floats)
            if number and number in numbers:
                ids[i] = numbers[number]
            else:
                wrong.setdefault(_REPR.repr(value), []).append(i)
    return ids, wrong


def _look_like_numbers(labels: Sequence[str]) -> bool:
    return any(map(_NUMBER.fullmatch, labels))


def _number(value: Any, floats: bool = False) -> str:
    """Return a whole number as digits: ``"1"`` for 1 or ``"+1"``, or 1.0 among floats; else an empty string."""
    if isinstance(value, bool | np.bool_):
        return ""
    if isinstance(value, str):
        is_whole = len(value) < 12 and _NUMBER.fullmatch(value) is not None and (floats or "." not in value)
        return str(int(float(value))) if is_whole else ""
    if isinstance(value, int | np.integer) or (
        floats and isinstance(value, float | np.floating) and float(value).is_integer()
    ):
        return str(int(value)) if -_WHOLE < int(value) < _WHOLE else ""
    return ""


def _expected(labels: Sequence[str], is_ids: bool) -> str:
    names = ", ".join(labels) if len(labels) <= MOST else some(labels, MOST)
    if is_ids:
        return f"no id in -1..{len(labels) - 1} of {names}"
    if _look_like_numbers(labels):
        return f"not one of {names}"
    return f"neither one of {names} nor an id in -1..{len(labels) - 1}"


def _settle(value: str, labels: Sequence[str], is_ids: bool) -> str:
    """Say how to settle a doubt about numbers, or which name was meant."""
    if is_ids and _look_like_numbers(labels):
        return ". In an array integers are ids; pass names as strings"
    text = value.strip("'\"")
    if _look_like_numbers(labels) and _NUMBER.fullmatch(text):
        return (
            ". Where labels look like numbers, a number is a name and not an id: "
            "write the names, or pass ids as a numpy array of integers"
        )
    if text.casefold() in _UNKNOWN:
        return ". Where a label is unknown, leave its field empty, or give None"
    if not is_ids and re.fullmatch(r"[+-]?\d+\.0+", text):
        return ". Only beside unknown labels, where pandas makes floats of integers, is a float an id: pass integers"
    return did_you_mean(text, labels) or (". Write the label's name" if text in ("True", "False") else "")
