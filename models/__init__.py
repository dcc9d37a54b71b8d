"""Label models, selection rules, losses and the transformer classifier."""

from .base import BaseLabelModel
from .classifier import TransformerClassifier
from .crowd import DawidSkene
from .label_model import LabelModel
from .losses import WeakLabelLoss
from .majority import MajorityVote
from .selection import Selection
from .snorkel import SnorkelLabelModel
from .training import FineTuning

__all__ = [
    "BaseLabelModel",
    "DawidSkene",
    "FineTuning",
    "LabelModel",
    "MajorityVote",
    "Selection",
    "SnorkelLabelModel",
    "TransformerClassifier",
    "WeakLabelLoss",
]
