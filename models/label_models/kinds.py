"""The label models by the names that settings use; each class's fields are its settings."""

import json
from os import PathLike
from pathlib import Path

from labelfns.errors import InputError

from .base import BaseLabelModel
from .crowd import MACE, DawidSkene
from .label_model import LabelModel
from .majority import MajorityVote
from .snorkel import SnorkelLabelModel

KINDS: dict[str, type[BaseLabelModel]] = {
    "labelfns": LabelModel,
    "snorkel": SnorkelLabelModel,
    "majority": MajorityVote,
    "dawid_skene": DawidSkene,
    "mace": MACE,
}

FORMER_KINDS = {"default": "labelfns"}
"""Names of before, taken for one release."""


def load_label_model(path: str | PathLike[str]) -> BaseLabelModel:
    """Read a label model of whatever kind, as `BaseLabelModel.save` wrote it.

    Raises
    ------
    InputError
        If there is none in the file, or it is damaged.
    """
    if not Path(path).is_file():
        raise InputError(f"{path}: no such file of a label model")
    kinds = {kind.__name__: kind for kind in KINDS.values()}
    try:
        kind = kinds[json.loads(Path(path).read_text(encoding="utf-8"))["kind"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise InputError(f"{path} holds no label model of labelfns: {error!r}; fit and save it again") from error
    return kind.load(path)
