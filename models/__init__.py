"""Label models, selection rules, losses and the transformer classifier."""

from .base import BaseLabelModel
from .classifier import TransformerClassifier
from .crowd import MACE, DawidSkene
from .label_model import LabelModel
from .losses import WeakLabelLoss
from .majority import MajorityVote
from .selection import Selection
from .snorkel import SnorkelLabelModel
from .training import FineTuning

__all__ = [  # noqa: RUF022, sorted as Python sorts
    "BaseLabelModel",
    "DawidSkene",
    "FineTuning",
    "LabelModel",
    "MACE",
    "MajorityVote",
    "Selection",
    "SnorkelLabelModel",
    "TransformerClassifier",
    "WeakLabelLoss",
]
