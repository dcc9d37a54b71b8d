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
from .multi_label.figures import MultiLabelScores, score_sets
from .multi_label.head import MultiLabelHead
from .multi_label.label_sets import label_names, label_table
from .multi_label.model import MultiLabelModel
from .multi_label.questions import by_label
from .multi_label.thresholds import prevalence_thresholds
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
    "MultiLabelHead",
    "MultiLabelModel",
    "MultiLabelScores",
    "Scores",
    "Selection",
    "SnorkelLabelModel",
    "TransformerClassifier",
    "WeakLabelLoss",
    "accuracy_against_coverage",
    "by_label",
    "evaluate",
    "label_names",
    "label_table",
    "leave_one_out",
    "paired_difference",
    "prevalence_thresholds",
    "reliability",
    "score",
    "score_sets",
]
