from .analysis.analyze import analyze, analyze_votes
from .analysis.changes import VotesChange, votes_change
from .analysis.compare_runs import compare_runs
from .analysis.one_lf import OneLF, one_lf
from .analysis.result import Analysis
from .analysis.runs import RunComparison
from .few_gold.settings import FewGold, LittleGold
from .gold.draw import RowsToLabel, rows_to_label, second_voter
from .pipeline import Pipeline
from .prediction.predictor import Answers, Predictor, VoteWeight
from .prediction.settings import Prediction
from .run.inputs import read_texts as read_texts
from .run.run import run_pipeline
from .run.settings import PipelineSettings, load_settings
from .scoring import predict_frame
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
    "OneLF",
    "Pipeline",
    "PipelineSettings",
    "Prediction",
    "Predictor",
    "Round",
    "Rounds",
    "RowsToLabel",
    "RunComparison",
    "SelfTraining",
    "SelfTrainingResult",
    "VoteWeight",
    "VotesChange",
    "analyze",
    "analyze_votes",
    "compare_runs",
    "load_settings",
    "one_lf",
    "predict_frame",
    "read_texts",
    "rows_to_label",
    "run_pipeline",
    "second_voter",
    "votes_change",
]
