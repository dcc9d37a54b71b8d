from .evaluation.bootstrap import paired_difference
from .evaluation.coverage import accuracy_against_coverage, reliability
from .evaluation.evaluate import evaluate
from .evaluation.leave_one_out import leave_one_out
from .evaluation.metrics import Scores, score
from .label_models.base import BaseLabelModel
from .label_models.crowd import MACE, DawidSkene
from .label_models.label_model import LabelModel
from .label_models.majority import MajorityVote
from .label_models.snorkel import SnorkelLabelModel
from .selection import Selection
from .transformer.classifier import TransformerClassifier
from .transformer.loss import WeakLabelLoss
from .transformer.settings import FineTuning

__all__ = [
    "MACE",
    "BaseLabelModel",
    "DawidSkene",
    "FineTuning",
    "LabelModel",
    "MajorityVote",
    "Scores",
    "Selection",
    "SnorkelLabelModel",
    "TransformerClassifier",
    "WeakLabelLoss",
    "accuracy_against_coverage",
    "evaluate",
    "leave_one_out",
    "paired_difference",
    "reliability",
    "score",
]
