from .analysis.analyze import analyze
from .analysis.result import Analysis
from .few_gold.settings import FewGold, LittleGold
from .pipeline import Pipeline
from .prediction.predictor import Answers, Predictor, VoteWeight
from .prediction.settings import Prediction
from .run.inputs import read_texts as read_texts
from .run.run import run_pipeline
from .run.settings import PipelineSettings, load_settings
from .self_training.labeled import Labeled, Labelled
from .self_training.ledger import Ledger, Round, SelfTrainingResult
from .self_training.loop import SelfTraining
from .self_training.settings import Rounds

__all__ = [
    "Analysis",
    "Answers",
    "FewGold",
    "Labeled",
    "Labelled",
    "Ledger",
    "LittleGold",
    "Pipeline",
    "PipelineSettings",
    "Prediction",
    "Predictor",
    "Round",
    "Rounds",
    "SelfTraining",
    "SelfTrainingResult",
    "VoteWeight",
    "analyze",
    "load_settings",
    "read_texts",
    "run_pipeline",
]
