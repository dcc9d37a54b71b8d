"""The label models by the names that settings use; each class's fields are its settings."""

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
