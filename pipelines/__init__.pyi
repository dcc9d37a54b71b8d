from .few_gold import LittleGold
from .pipeline import Pipeline
from .run.inputs import read_texts as read_texts
from .run.run import run_pipeline
from .run.settings import PipelineSettings, load_settings
from .self_training.ledger import Labelled, Ledger, Round, Rounds, SelfTrainingResult
from .self_training.loop import SelfTraining

__all__ = [
    "Labelled",
    "Ledger",
    "LittleGold",
    "Pipeline",
    "PipelineSettings",
    "Round",
    "Rounds",
    "SelfTraining",
    "SelfTrainingResult",
    "load_settings",
    "read_texts",
    "run_pipeline",
]
