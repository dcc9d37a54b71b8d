"""One fine-tuning run: settings and a `transformers.Trainer` that computes our loss."""

from contextlib import suppress
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from typing import Any, Literal, get_args

import torch
from torch import Tensor
from transformers import (
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from labelfns.errors import SettingsError, WriteError
from labelfns.io.atomic import remove
from labelfns.progress import Progress
from labelfns.settings import check

from . import checkpoints
from . import distributed as parallel
from .backbone import quiet
from .loss import WeakLabelLoss
from .weight_average import WeightAverage

Precision = Literal["auto", "full", "bf16"]

_OURS = {
    "num_train_epochs": "epochs",
    "per_device_train_batch_size": "batch_size",
    "train_sampling_strategy": "nothing, batches are grouped by length",
    "seed": "the run's seed",
    "output_dir": "the run folder",
    "save_strategy": "checkpoint_minutes",
    "save_steps": "checkpoint_minutes",
    "save_total_limit": "nothing, the last checkpoint is kept",
}
"""What of `TrainingArguments` may not be overridden, and what to use instead."""


@dataclass(frozen=True)
class FineTuning:
    """How a classifier is fine-tuned.

    Parameters
    ----------
    epochs
        Passes over the training rows, above 0.
    min_steps
        At least this many steps are taken: a small training set is passed over more often. At least 1.
    learning_rate
        Peak rate of AdamW, above 0; it rises over the first `warmup` share of the steps and falls to 0.
    batch_size
        Rows a step, at least 1; several processes or GPUs share them evenly.
    warmup
        Share of the steps, in [0, 1).
    weight_decay
        At least 0.
    max_length
        Tokens kept of a text, at least 8; the rest is cut off.
    hide_cues
        Probability, in [0, 1], with which each piece of text that made an LF fire is hidden at each reading, so
        that the student learns the rest of the text too: for texts that will not hold these pieces. 0, the default,
        hides nothing, which was as good or better on the real sets that it was measured on (docs/rounds.md).
    word_dropout
        Probability, in [0, 1], with which the perturbed view hides a word (``loss.consistency = "perturbed"``).
    layers
        How many of the backbone's lower layers to use; all by default.
    frozen_layers
        How many of the lower layers, and the embeddings under them, stay as they are and are not trained: faster, less
        memory; 0, the default, is the embeddings alone; -1 trains everything.
    average
        Decay, in [0, 1), of a moving average over the weights, which the trained model gets at the end (.99 looks back
        over some 100 steps); 0, the default, takes the last weights as they are.
    precision
        ``"bf16"``: training computes in bfloat16 where that is safe (autocast); ``"full"``: in the model's own numbers;
        ``"auto"``: in bfloat16 where the GPU, or the CPU (AMX, AVX-512 BF16), has instructions for it. Scoring is
        always in the model's own numbers.
    checkpoint_minutes
        Minutes between checkpoints, from which a run that was stopped goes on; at least 0, which is after every step.
    loss
        The parts of the loss.
    trainer
        Further `transformers.TrainingArguments` (``{"bf16": True, "report_to": "wandb"}``), which go before ours;
        but for those that the settings above, the run's seed and its folder decide.

    Raises
    ------
    SettingsError
        If settings are out of range; all at once.
    """

    epochs: float = 3.0
    min_steps: int = 150
    learning_rate: float = 1e-4
    batch_size: int = 16
    warmup: float = 0.1
    weight_decay: float = 0.01
    max_length: int = 128
    hide_cues: float = 0.0
    word_dropout: float = 0.1
    layers: int | None = None
    frozen_layers: int = 0
    average: float = 0.0
    precision: Precision = "auto"
    checkpoint_minutes: float = 5.0
    loss: WeakLabelLoss = field(default_factory=WeakLabelLoss)
    trainer: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = TrainingArguments.__dataclass_fields__
        unknown = [name for name in self.trainer if name not in known]
        ours = [f"trainer.{name} is not taken: use {_OURS[name]}" for name in self.trainer if name in _OURS]
        check(
            (self.epochs > 0, f"epochs must be above 0; got {self.epochs}"),
            (self.min_steps >= 1, f"min_steps must be at least 1; got {self.min_steps}"),
            (self.learning_rate > 0, f"learning_rate must be above 0; got {self.learning_rate}"),
            (self.batch_size >= 1, f"batch_size must be at least 1; got {self.batch_size}"),
            (0 <= self.warmup < 1, f"warmup must be in [0, 1); got {self.warmup}"),
            (self.weight_decay >= 0, f"weight_decay must be at least 0; got {self.weight_decay}"),
            (self.max_length >= 8, f"max_length must be at least 8; got {self.max_length}"),
            (0 <= self.hide_cues <= 1, f"hide_cues must be in [0, 1]; got {self.hide_cues}"),
            (0 <= self.word_dropout <= 1, f"word_dropout must be in [0, 1]; got {self.word_dropout}"),
            (self.layers is None or self.layers >= 1, f"layers must be at least 1; got {self.layers}"),
            (0 <= self.average < 1, f"average must be in [0, 1); got {self.average}"),
            (self.frozen_layers >= -1, f"frozen_layers must be at least -1; got {self.frozen_layers}"),
            (
                self.precision in get_args(Precision),
                f"precision must be one of {', '.join(get_args(Precision))}; got {self.precision!r}",
            ),
            (self.checkpoint_minutes >= 0, f"checkpoint_minutes must be at least 0; got {self.checkpoint_minutes}"),
            (not unknown, f"trainer.{', '.join(unknown)} is not one of transformers.TrainingArguments"),
            *((False, problem) for problem in ours),
        )

    def steps(self, rows: int) -> int:
        """Return how many batches are read of a training set of so many rows."""
        most = self.trainer.get("max_steps", 0) * self.trainer.get("gradient_accumulation_steps", 1)
        return int(most) if most > 0 else max(ceil(self.epochs * rows / self.batch_size), self.min_steps)

    def arguments(self, folder: str, seed: int, rows: int) -> TrainingArguments:
        """Return these settings as `TrainingArguments` for a training set of so many rows, read by a `TrainingPlan`.

        Raises
        ------
        SettingsError
            If the rows of a step cannot be shared evenly by the processes or GPUs that train together.
        """
        ours: dict[str, Any] = {
            "output_dir": folder,
            "seed": seed,
            "num_train_epochs": 1,  # the plan holds all passes
            "learning_rate": self.learning_rate,
            "warmup_steps": self.warmup,
            "weight_decay": self.weight_decay,
            "train_sampling_strategy": "sequential",
            "save_strategy": "no",
            "logging_steps": ceil(rows / self.batch_size),  # once a pass
            "report_to": "none",
            "use_cpu": not torch.accelerator.is_available(),  # without it, processes on CPUs do not train together
            "disable_tqdm": True,
            "remove_unused_columns": False,
            "dataloader_pin_memory": torch.cuda.is_available(),
        }
        half = self.precision == "bf16" or (self.precision == "auto" and fast_bf16())
        if half and not {"bf16", "fp16"} & set(self.trainer):
            ours["bf16"] = True
        arguments = TrainingArguments(**{**ours, **self.trainer})
        devices = arguments.world_size * max(1, arguments.n_gpu)
        if self.batch_size % devices:
            raise SettingsError(
                f"batch_size = {self.batch_size}, the rows of a step, cannot be shared by {devices} processes or GPUs: "
                f"make it a multiple of {devices}"
            )
        arguments.per_device_train_batch_size = self.batch_size // devices
        return arguments


def fast_bf16() -> bool:
    """Tell whether the device that trains has instructions for bfloat16."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    asked = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")  # torch has no public way to ask
    return not torch.backends.mps.is_available() and any(getattr(torch.cpu, name, bool)() for name in asked)


class WeakLabelTrainer(Trainer):
    """`transformers.Trainer` with the loss on weak labels."""

    loss_is_scaled_for_ga = False  # ours is a mean over the batch

    def __init__(self, *, loss: WeakLabelLoss, average: WeightAverage | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.weak_label_loss, self.average = loss, average
        if average is not None:
            self.add_callback(average)
        self.remove_callback(PrinterCallback)

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """Return the loss of a batch that `Padded` made, and the outputs where asked for."""
        targets, weights = inputs.pop("targets"), inputs.pop("weights")
        outputs = model(**inputs)
        views = outputs.logits.float().split(len(targets))
        done = self.state.global_step / max(self.state.max_steps, 1)
        second = views[1] if len(views) > 1 else None
        loss = self.weak_label_loss(views[0], targets, weights, second, done)
        return (loss, outputs) if return_outputs else loss

    def _save_checkpoint(self, model: torch.nn.Module, trial: Any) -> None:
        """Save a checkpoint whole or not at all, and remove the one before it."""
        folder, name = Path(str(self.args.output_dir)), f"checkpoint-{self.state.global_step}"
        self.args.output_dir = str(folder / checkpoints.UNFINISHED)
        try:
            with quiet():
                super()._save_checkpoint(model, trial)
            parallel.wait()  # each process adds the state of its own generators
            if parallel.is_main():
                if self.average is not None:
                    self.average.save(folder / checkpoints.UNFINISHED / name)
                checkpoints.keep(folder, name)
            parallel.wait()
        except Exception as error:  # torch, safetensors and Python each have their own for a full disk
            with suppress(OSError):
                remove(folder / checkpoints.UNFINISHED)
            raise WriteError.of(folder / name, error) from error
        finally:
            self.args.output_dir = str(folder)


class ProgressCallback(TrainerCallback):
    """Tells a `Progress` after each step."""

    def __init__(self, progress: Progress, what: str) -> None:
        self.progress, self.what = progress, what

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Report the step."""
        self.progress(self.what, state.global_step, state.max_steps)
