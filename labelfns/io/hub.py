"""Data sets of the Hugging Face hub, by name, and `datasets.Dataset` objects, column by column."""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from labelfns.errors import InputError, first_line
from labelfns.io.corpus import Column

HUB = "hub:"
_NAME = re.compile(r"hub:(?P<name>[^:\[\]]+)(:(?P<config>[^:\[\]]+))?:(?P<split>[^:\[\]]+(\[.*\])?)")


def load(source: str) -> Any:
    """Return the data set that ``hub:OWNER/NAME[:CONFIG]:SPLIT`` names; a split may be cut, ``train[:100]``.

    Raises
    ------
    InputError
        If the name has another form, or the data set cannot be loaded.
    """
    parts = _NAME.fullmatch(source)
    if parts is None:
        raise InputError(f"{source!r}: a hub data set is named hub:OWNER/NAME:SPLIT or hub:OWNER/NAME:CONFIG:SPLIT")
    from datasets import load_dataset

    try:
        return load_dataset(parts["name"], parts["config"], split=parts["split"])
    except Exception as error:  # the library raises of many kinds: network, names, splits, formats
        raise InputError(
            f"{source}: the data set cannot be loaded ({type(error).__name__}: {first_line(error)}). "
            "Check the name, the configuration, the split and the network"
        ) from error


def columns_of(
    data: Any, rows: range | None = None, *, gold: str | None = None, labels: Sequence[str] | None = None
) -> Mapping[str, Sequence[Any]]:
    """Return the columns of a data set.

    Parameters
    ----------
    data
        The data set.
    rows
        Which rows; by default all.
    gold, labels
        The column of gold labels, and the label names: where the data set has names for its classes and these are
        among the labels, they stand for its ids.

    Raises
    ------
    InputError
        If the data set is a stream, whose rows cannot be counted.
    """
    if not hasattr(data, "__len__") or data.column_names is None:
        raise InputError(f"texts must be a data set whose rows can be counted; got a {type(data).__name__}")
    rows = range(len(data)) if rows is None else rows
    names = getattr(data.features.get(gold), "names", None) if gold is not None else None
    if names is None or labels is None or not set(names) <= set(labels):
        names, gold = None, None
    return {
        name: Column(len(rows), partial(_values, data, name, rows, names if name == gold else None))
        for name in data.column_names
    }


def _values(data: Any, name: str, rows: range, names: Sequence[str] | None) -> list[Any]:
    values = list(data.select_columns([name])[rows.start : rows.stop][name])
    return values if names is None else [None if c is None or c < 0 else names[c] for c in values]
