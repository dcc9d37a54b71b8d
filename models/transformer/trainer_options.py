"""Which `transformers.TrainingArguments` may be handed through, and with what values.

transformers is imported only where there are some: settings should not wait for it.
"""

import dataclasses
import types
from collections.abc import Iterator, Mapping
from enum import Enum
from math import isfinite
from typing import Any, Union, get_args, get_origin, get_type_hints

from labelfns.errors import did_you_mean
from labelfns.models.ranges import Rule, number

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
    "dataloader_drop_last": "every batch is full",
    "group_by_length": "batches are grouped by length",
    "ignore_data_skip": "a fit resumes at the batch where it stopped",
    "length_column_name": "batches are grouped by length",
    "load_best_model_at_end": "a fit ends with its last weights",
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


def trainer_rules(options: Mapping[str, Any]) -> Iterator[Rule]:
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
        return isfinite(value) and (float in kinds or isinstance(value, int))
    return isinstance(value, tuple(kinds))


def _describe(hint: Any) -> str:
    names = {int: "a whole number", float: "a number", str: "a string", bool: "true or false", list: "a list"}
    kinds = [kind for kind in _kinds(hint) if kind is not type(None)]
    if words := [member.value for kind in kinds if issubclass(kind, Enum) for member in kind]:
        return f"one of {', '.join(map(str, words))}"
    return " or ".join(names.get(kind, "a table") for kind in kinds)
