"""Self-training rounds, pipeline files, run folders, the report and the command line.

Names are imported when they are first used: the command line lives in this room, and its ``--help`` should not wait
for torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .little_gold import LittleGold
    from .reading import read_texts
    from .rounds import Labelled, Ledger, Round, Rounds, SelfTrainingResult
    from .run import run_pipeline
    from .self_training import SelfTraining
    from .settings import PipelineSettings, load_settings

__all__ = [
    "Labelled",
    "Ledger",
    "LittleGold",
    "PipelineSettings",
    "Round",
    "Rounds",
    "SelfTraining",
    "SelfTrainingResult",
    "load_settings",
    "read_texts",
    "run_pipeline",
]

_HOMES = {
    "LittleGold": "little_gold",
    "PipelineSettings": "settings",
    "load_settings": "settings",
    "read_texts": "reading",
    "run_pipeline": "run",
    "SelfTraining": "self_training",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES.get(name, 'rounds')}"), name)
