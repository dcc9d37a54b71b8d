"""One fine-tuning run: a `transformers.Trainer` that computes our loss, and its arguments."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from math import ceil
from pathlib import Path
from typing import Any

import torch
from accelerate.utils import extract_model_from_parallel
from torch import Tensor
from transformers import (
    PreTrainedModel,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)

from labelfns.errors import ProcessError, SettingsError, WriteError
from labelfns.io.atomic import remove
from labelfns.progress import Progress

from . import checkpoints
from . import distributed as parallel
from .backbone import quiet
from .settings import FineTuning
from .weight_average import WeightAverage


def training_arguments(settings: FineTuning, folder: str | Path, seed: int, rows: int) -> TrainingArguments:
    """Return settings as `TrainingArguments` for a training set of so many rows, read by a `TrainingPlan`.

    Parameters
    ----------
    settings
        How a classifier is fine-tuned.
    folder
        Where checkpoints go.
    seed
        At least 0; its last 32 bits are taken.
    rows
        How many rows the training set has, at least 1.

    Raises
    ------
    SettingsError
        If the rows of a step cannot be shared evenly by the processes or GPUs that train together, or transformers
        does not take what `settings.trainer` holds.
    """
    ours: dict[str, Any] = {
        "output_dir": str(folder),
        "seed": seed % 2**32,
        "num_train_epochs": 1,  # the plan holds all passes
        "learning_rate": settings.learning_rate,
        "warmup_steps": settings.warmup,
        "weight_decay": settings.weight_decay,
        "train_sampling_strategy": "sequential",
        "save_strategy": "no",
        "logging_steps": ceil(rows / settings.batch_size),  # once per pass
        "report_to": "none",
        "use_cpu": not torch.accelerator.is_available(),  # without it, processes on CPUs do not train together
        "disable_tqdm": True,
        "remove_unused_columns": False,
        "dataloader_pin_memory": torch.cuda.is_available(),
    }
    half = settings.precision == "bf16" or (settings.precision == "auto" and fast_bf16())
    if half and not {"bf16", "fp16"} & set(settings.trainer):
        ours["bf16"] = True
    with _refused_as_settings(settings):
        arguments = TrainingArguments(**{**ours, **settings.trainer})
    devices = arguments.world_size * max(1, arguments.n_gpu)
    if settings.batch_size % devices:
        raise SettingsError(
            f"batch_size = {settings.batch_size}, the rows of a step, cannot be shared by {devices} processes or GPUs: "
            f"make it a multiple of {devices}"
        )
    arguments.per_device_train_batch_size = settings.batch_size // devices
    return arguments


def fast_bf16() -> bool:
    """Tell whether the device that trains has instructions for bfloat16."""
    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    tests = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")  # torch has no public way to ask
    return not torch.backends.mps.is_available() and any(getattr(torch.cpu, name, bool)() for name in tests)


def unwrapped(model: PreTrainedModel) -> PreTrainedModel:
    """Return a trained model as it was before accelerate prepared it: else it would score in bfloat16."""
    model = extract_model_from_parallel(model, keep_fp32_wrapper=False)
    vars(model).pop("_is_accelerate_prepared", None)  # else it would not be prepared again; no public way takes it
    return model.eval()  # type: ignore[no-any-return, no-untyped-call]


@contextmanager
def _refused_as_settings(settings: FineTuning) -> Iterator[None]:
    """Name `settings.trainer` where transformers does not take what it holds."""
    try:
        yield
    except (ImportError, RuntimeError, TypeError, ValueError) as error:
        if not settings.trainer:
            raise
        raise SettingsError(
            f"transformers does not take trainer = {settings.trainer}: {str(error).strip().splitlines()[0]}"
        ) from error


class WeakLabelTrainer(Trainer):
    """`transformers.Trainer` with the loss on weak labels.

    Parameters
    ----------
    settings
        How the model is fine-tuned.
    average
        The moving average of the weights, if one is kept.
    options
        Arguments of `transformers.Trainer`.

    Raises
    ------
    SettingsError
        If transformers does not take what `settings.trainer` holds.
    """

    loss_is_scaled_for_ga = False  # ours is a mean over the batch

    def __init__(self, settings: FineTuning, *, average: WeightAverage | None = None, **options: Any) -> None:
        with _refused_as_settings(settings):
            super().__init__(**options)
        self.weak_label_loss, self.average = settings.loss, average
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
        """Return the loss of a batch that `PadCollator` made, and the outputs where they are asked for."""
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
            with parallel.all_or_none(), quiet():
                super()._save_checkpoint(model, trial)  # each process adds the state of its own generators
            with parallel.all_or_none():
                if parallel.is_main():
                    if self.average is not None:
                        self.average.save(folder / checkpoints.UNFINISHED / name)
                    checkpoints.keep(folder, name)
        except ProcessError:
            raise
        except Exception as error:  # torch, safetensors and Python each have their own for a full disk
            with suppress(OSError):
                remove(folder / checkpoints.UNFINISHED)
            raise WriteError.of(folder / name, error) from error
        finally:
            self.args.output_dir = str(folder)


class ProgressCallback(TrainerCallback):
    """Reports each step to a `Progress`."""

    def __init__(self, progress: Progress, what: str) -> None:
        self.progress, self.what = progress, what

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Report the step."""
        self.progress(self.what, state.global_step, state.max_steps)
