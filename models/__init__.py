"""Label models, selection rules, losses and the transformer classifier."""

from .base import BaseLabelModel
from .classifier import TransformerClassifier
from .crowd import MACE, DawidSkene
from .label_model import LabelModel
from .losses import WeakLabelLoss
from .majority import MajorityVote
from .snorkel import SnorkelLabelModel
from .training import FineTuning

__all__ = [
    "MACE",
    "BaseLabelModel",
    "DawidSkene",
    "FineTuning",
    "LabelModel",
    "MajorityVote",
    "SnorkelLabelModel",
    "TransformerClassifier",
    "WeakLabelLoss",
]
