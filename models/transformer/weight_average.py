"""A moving average of the weights while they are trained (torch, safetensors, transformers)."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

_FILE = "average.safetensors"


class WeightAverage(TrainerCallback):
    """Keeps an exponential moving average of the trained weights; at the end the model gets it (mean teacher).

    Source: Tarvainen and Valpola 2017. Early on the decay is at most (1 + t) / (10 + t) after t steps, so that the
    first weights are soon forgotten.

    Parameters
    ----------
    decay
        In (0, 1): how much of the average stays at a step.
    checkpoint
        The checkpoint that the fit resumes from, if any.
    """

    def __init__(self, decay: float, checkpoint: Path | None) -> None:
        self.decay, self.checkpoint = decay, checkpoint
        self.average: dict[str, Tensor] = {}

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Start from the model's weights, or from the checkpoint's average."""
        self.average = {name: weight.detach().clone() for name, weight in _trained(kwargs["model"])}
        if self.checkpoint is not None:
            saved = load_file(self.checkpoint / _FILE)
            self.average = {name: saved[name].to(weight.device) for name, weight in self.average.items()}

    @torch.no_grad()
    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Move the average towards the weights."""
        decay = min(self.decay, (1 + state.global_step) / (10 + state.global_step))
        for name, weight in _trained(kwargs["model"]):
            self.average[name].lerp_(weight, 1 - decay)

    @torch.no_grad()
    def on_train_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Give the model the average."""
        for name, weight in _trained(kwargs["model"]):
            weight.copy_(self.average[name])

    def save(self, folder: Path) -> None:
        """Add the average to a checkpoint that is being written."""
        save_file(self.average, folder / _FILE)


def _trained(model: torch.nn.Module) -> list[tuple[str, torch.nn.Parameter]]:
    return [(name, weight) for name, weight in model.named_parameters() if weight.requires_grad]
