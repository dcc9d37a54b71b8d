"""Labels, gold labels and texts, checked in one place."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from labelfns.errors import InputError, raise_all, some

Ints = npt.NDArray[np.integer[Any]]
Bools = npt.NDArray[np.bool_]
Gold = Sequence[Any] | Ints
"""Gold labels, one per row: ids in 0..k-1 or label names; -1 or None where unknown."""


def check_texts(texts: Sequence[str], first: int = 0) -> list[str]:
    """Return the texts as a list: a series of another library may count its rows by labels of its own.

    Parameters
    ----------
    texts
        The texts.
    first
        The number of the first row, for messages.

    Raises
    ------
    InputError
        If there is no text, or some are null, blank or not strings; the rows are named, the first row is 0.
    """
    if isinstance(texts, str):
        raise InputError("texts must be a sequence of strings; got one string: put it in a list")
    if hasattr(texts, "columns") or isinstance(texts, Mapping):
        raise InputError(f"texts must be a sequence of strings; got a {type(texts).__name__}: pass its column of texts")
    texts = list(texts)
    if not texts:
        raise InputError("there are no texts; expected at least one")
    if set(map(type, texts)) == {str} and all(map(str.strip, texts)):
        return texts
    null = [i for i, text in enumerate(texts, first) if text is None or (isinstance(text, float) and text != text)]
    nulls = set(null)  # NaN, a data frame's null, among them
    other = [i for i, text in enumerate(texts, first) if not isinstance(text, str) and i not in nulls]
    blank = [i for i, text in enumerate(texts, first) if isinstance(text, str) and not text.strip()]
    problems = []
    for rows, what in ((null, "is null"), (blank, "is empty"), (other, "is not a string")):
        if rows:
            problems.append(f"the text {what} in row {some(rows)} (the first row is 0); mend or remove these rows")
    raise_all(InputError, problems)
    return texts


def check_labels(labels: Sequence[str]) -> tuple[str, ...]:
    """Return the label names as a tuple.

    Raises
    ------
    InputError
        If there are fewer than 2 or more than 127, or one is blank, not a string, or there twice.
    """
    if isinstance(labels, str) or not all(isinstance(x, str) and x.strip() for x in labels):
        raise InputError(f"labels must be a list of non-empty strings; got {labels!r}")
    if not 2 <= len(labels) <= 127:
        raise InputError(f"there must be 2 to 127 labels; got {len(labels)}: {some(labels)}")
    if len(set(labels)) < len(labels):
        raise InputError(f"labels must be unique; got {', '.join(labels)}")
    return tuple(labels)


def check_gold(gold: Gold, n: int, labels: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return gold labels as an int [n] array with -1 where unknown.

    Parameters
    ----------
    gold
        For each row a label's id in 0..k-1, its name, or -1 or None where it is not known.
    n
        How many rows there are.
    labels
        The k label names.

    Raises
    ------
    InputError
        If there are not n of them, or one is no label; the rows are named.
    """
    values = list(gold)
    if len(values) != n:
        raise InputError(f"there are {len(values)} gold labels for {n} rows; give one a row, -1 where unknown")
    ids: dict[object, int] = {name: c for c, name in enumerate(labels)} | {c: c for c in range(-1, len(labels))}
    ids[None] = -1
    fine = [isinstance(value, str | int | np.integer | None) and not isinstance(value, bool) for value in values]
    found = [ids.get(value) if ok else None for ok, value in zip(fine, values, strict=True)]
    bad = [i for i, one in enumerate(found) if one is None]
    if bad:
        raise InputError(
            f"the gold label of row {some(bad)} (the first row is 0) is neither one of {', '.join(labels)} "
            f"nor an id in -1..{len(labels) - 1}; got {values[bad[0]]!r}"
        )
    return np.array(found, dtype=np.int64)
