"""How a classifier is fine-tuned: settings alone, without torch; transformers only where `trainer` is set."""

import dataclasses
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from math import ceil
from sys import float_info
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from labelfns.errors import did_you_mean
from labelfns.models.ranges import Rule, choices, number, numbers, only_with
from labelfns.settings import check

from .loss import WeakLabelLoss

Precision = Literal["auto", "full", "bf16"]

MAX_LENGTH = 128
"""Tokens kept of a text by default."""

_INSTEAD = {
    "auto_find_batch_size": "batch_size",
    "data_seed": "the classifier's seed",
    "eval_strategy": "a set with gold labels, for figures after each round",
    "label_smoothing_factor": "loss.smoothing",
    "learning_rate": "learning_rate",
    "num_train_epochs": "epochs",
    "output_dir": "the folder of checkpoints",
    "per_device_train_batch_size": "batch_size",
    "resume_from_checkpoint": "the folder of checkpoints",
    "save_steps": "checkpoint_minutes",
    "save_strategy": "checkpoint_minutes",
    "seed": "the classifier's seed",
    "warmup_ratio": "warmup",
    "warmup_steps": "warmup",
    "weight_decay": "weight_decay",
}
"""Arguments that another setting decides, and which."""

_NOTHING = {
    "average_tokens_across_devices": "the loss is a mean over rows",
    "bf16_full_eval": "scoring is in the model's own numbers",
    "dataloader_drop_last": "every batch is full",
    "do_eval": "a fit evaluates nothing",
    "do_predict": "a fit predicts nothing",
    "do_train": "a fit trains",
    "fp16_full_eval": "scoring is in the model's own numbers",
    "greater_is_better": "a fit evaluates nothing",
    "group_by_length": "batches are grouped by length",
    "ignore_data_skip": "a fit resumes at the batch where it stopped",
    "include_for_metrics": "a fit evaluates nothing",
    "batch_eval_metrics": "a fit evaluates nothing",
    "label_names": "the labels are those of the classifier",
    "length_column_name": "batches are grouped by length",
    "load_best_model_at_end": "a fit ends with its last weights",
    "metric_for_best_model": "a fit evaluates nothing",
    "prediction_loss_only": "a fit evaluates nothing",
    "remove_unused_columns": "batches are made here",
    "save_only_model": "a checkpoint holds all that a fit needs to resume",
    "save_total_limit": "the last checkpoint is kept",
    "train_sampling_strategy": "batches are grouped by length",
}
"""Arguments that would do nothing, or break what they stand for, and why."""

_INTERVALS = {
    "adam_beta1": "[0, 1)",
    "adam_beta2": "[0, 1)",
    "adam_epsilon": "(0, inf)",
    "ddp_timeout": "[1, inf)",
    "dataloader_num_workers": "[0, inf)",
    "gradient_accumulation_steps": "[1, inf)",
    "logging_steps": "(0, inf)",
    "max_grad_norm": "[0, inf)",
    "max_steps": "[-1, 1000000000]",
}


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
        Rows per step, in 1..65536; several processes or GPUs share them evenly.
    warmup
        Share of the steps, in [0, 1).
    weight_decay
        At least 0.
    max_length
        Tokens kept of a text, at least 8; the rest is cut off. The default, 128, gives way to a backbone that reads
        less; any other value above what the backbone reads is refused before training.
    hide_cues
        Probability, in [0, 1], with which each cue, a piece of text that made an LF fire, is replaced by the mask token
        whenever the text is read in training. The student then has to learn from the rest of the text, which helps
        where the texts to come lack the cues. 0, the default, hides none: as good or better on the real sets that it
        was measured on (docs/rounds_measured.md).
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
        Minutes between checkpoints, from which a fit that was stopped resumes; at least 0, which is after every step.
    allow_pickle
        Whether a backbone without safetensors may be read from ``pytorch_model.bin``, a pickle file; torch's reader
        for weights alone opens it, which runs no code. By default such a backbone is refused.
    loss
        The parts of the loss.
    trainer
        Further `transformers.TrainingArguments` (``{"bf16": True, "report_to": "wandb"}``). Those that another setting
        decides, and those that would do nothing here, are refused.

    Raises
    ------
    SettingsError
        If settings are out of range, unknown or of the wrong type; all at once.
    """

    epochs: float = 3.0
    min_steps: int = 150
    learning_rate: float = 1e-4
    batch_size: int = 16
    warmup: float = 0.1
    weight_decay: float = 0.01
    max_length: int = MAX_LENGTH
    hide_cues: float = 0.0
    word_dropout: float = 0.1
    layers: int | None = None
    frozen_layers: int = 0
    average: float = 0.0
    precision: Precision = "auto"
    checkpoint_minutes: float = 5.0
    allow_pickle: bool = False
    loss: WeakLabelLoss = field(default_factory=WeakLabelLoss)
    trainer: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check(
            *numbers(self, "(0, 1000000000]", "epochs"),
            *numbers(self, "[1, 1000000000]", "min_steps", whole=True),
            *numbers(self, "(0, 1000]", "learning_rate"),
            *numbers(self, "[1, 65536]", "batch_size", whole=True),
            *numbers(self, "[0, 1)", "warmup", "average"),
            *numbers(self, "[0, 1000000000]", "weight_decay", "checkpoint_minutes"),
            *numbers(self, "[8, 1000000]", "max_length", whole=True),
            *numbers(self, "[0, 1]", "hide_cues", "word_dropout"),
            *(numbers(self, "[1, inf)", "layers", whole=True) if self.layers is not None else ()),
            *numbers(self, "[-1, inf)", "frozen_layers", whole=True),
            *choices(self),
            (isinstance(self.loss, WeakLabelLoss), f"loss must be a WeakLabelLoss; got {self.loss!r}"),
            *only_with(
                self,
                getattr(self.loss, "consistency", "") == "perturbed",
                'loss.consistency = "perturbed"',
                "word_dropout",
            ),
            *_trainer_rules(self.trainer),
        )

    def steps(self, rows: int) -> int:
        """Return how many batches are read of a training set of so many rows."""
        most = self.trainer.get("max_steps", 0) * self.trainer.get("gradient_accumulation_steps", 1)
        return int(most) if most > 0 else max(ceil(self.epochs * rows / self.batch_size), self.min_steps)


def _trainer_rules(options: Mapping[str, Any]) -> Iterator[Rule]:
    """Yield a rule for each of the options, by name, that are handed through to `TrainingArguments`."""
    if not isinstance(options, Mapping):
        yield False, f"trainer must be a table of transformers.TrainingArguments; got {options!r}"
    elif options:
        for name, value in options.items():
            yield _rule(str(name), value, _hints())


def _hints() -> dict[str, Any]:
    from transformers import TrainingArguments

    hints = get_type_hints(TrainingArguments)
    return {field.name: hints[field.name] for field in dataclasses.fields(TrainingArguments)}


def _rule(name: str, value: Any, hints: Mapping[str, Any]) -> Rule:
    full = f"trainer.{name}"
    if name in _INSTEAD:
        return False, f"{full} is not taken: use {_INSTEAD[name]}"
    if name in _NOTHING or name.startswith(("eval_", "per_device_eval")):
        return False, f"{full} would do nothing: {_NOTHING.get(name, 'a fit evaluates nothing')}"
    if name not in hints:
        return False, f"{full} is not one of transformers.TrainingArguments{did_you_mean(name, hints)}"
    if not _fits(value, hints[name]):
        return False, f"{full} must be {_describe(hints[name])}; got {value!r}"
    if name in _INTERVALS:
        return number(full, value, _INTERVALS[name])
    return True, ""


def _kinds(hint: Any) -> list[Any]:
    """Return the classes that a type hint allows, enumerations among them."""
    parts = get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)
    return [kind for part in parts if isinstance(kind := get_origin(part) or part, type)]


def _fits(value: Any, hint: Any) -> bool:
    kinds = _kinds(hint)
    words = [member.value for kind in kinds if issubclass(kind, Enum) for member in kind]
    if isinstance(value, bool):
        return bool in kinds
    if isinstance(value, str) and words:
        return value in words
    if isinstance(value, int | float) and {int, float} & set(kinds):
        return abs(value) <= float_info.max and (float in kinds or isinstance(value, int))
    return isinstance(value, tuple(kinds))


def _describe(hint: Any) -> str:
    names = {int: "a whole number", float: "a number", str: "a string", bool: "true or false", list: "a list"}
    kinds = [kind for kind in _kinds(hint) if kind is not type(None)]
    if words := [member.value for kind in kinds if issubclass(kind, Enum) for member in kind]:
        return f"one of {', '.join(map(str, words))}"
    return " or ".join(names.get(kind, "a table") for kind in kinds)
