"""Label models, selection rules, losses and the transformer classifier."""

from .base import BaseLabelModel
from .classifier import TransformerClassifier
from .losses import WeakLabelLoss
from .majority import MajorityVote
from .snorkel import SnorkelLabelModel
from .training import FineTuning

__all__ = [
    "BaseLabelModel",
    "FineTuning",
    "MajorityVote",
    "SnorkelLabelModel",
    "TransformerClassifier",
    "WeakLabelLoss",
]
