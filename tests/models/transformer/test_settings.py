"""Settings are checked when they are made, all at once, and need no torch."""

import dataclasses
import subprocess
import sys
from math import inf, nan

import pytest

from labelfns.errors import SettingsError
from labelfns.models.transformer.loss import WeakLabelLoss
from labelfns.models.transformer.settings import FineTuning
from labelfns.models.transformer.trainer import training_arguments


def test_settings_are_checked_all_at_once():
    with pytest.raises(SettingsError) as caught:
        FineTuning(epochs=0, batch_size=0, hide_cues=2, trainer={"bf61": True})
    for part in ("4 problems", "epochs must be above 0", "batch_size", "hide_cues", "trainer.bf61"):
        assert part in str(caught.value)


NUMBERS = [field.name for field in dataclasses.fields(FineTuning) if field.type in ("int", "float", int, float)]


@pytest.mark.parametrize("value", [inf, -inf, nan, "3", None, True, [1], 10**400, -(10**400)], ids=repr)
@pytest.mark.parametrize("name", NUMBERS)
def test_what_is_no_number_is_refused(name, value):
    with pytest.raises(SettingsError, match=f"{name} must be"):
        FineTuning(**{name: value})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 1e12}, "epochs must be at most 1000000000; got 1"),
        ({"batch_size": 10**12}, "batch_size must be at most 65536"),
        ({"batch_size": 1e12}, "batch_size must be a whole number, at least 1|batch_size must be at"),
        ({"layers": 0}, "layers must be at least 1"),
        ({"precision": "half"}, "precision must be one of auto, full, bf16; got 'half'"),
        ({"allow_pickle": "no"}, "allow_pickle must be true or false; got 'no'"),
        ({"loss": {"smoothing": 0.1}}, "loss must be a WeakLabelLoss"),
        ({"trainer": [1]}, "trainer must be a table"),
    ],
)
def test_odd_values(options, message):
    with pytest.raises(SettingsError, match=message):
        FineTuning(**options)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("label_smoothing_factor", 0.9, r"is not taken: use loss\.smoothing"),
        ("learning_rate", 0.1, "is not taken: use learning_rate"),
        ("num_train_epochs", 2, "is not taken: use epochs"),
        ("per_device_train_batch_size", 2, "is not taken: use batch_size"),
        ("save_steps", 5, "is not taken: use checkpoint_minutes"),
        ("seed", 5, "is not taken: use the classifier's seed"),
        ("warmup_steps", 5, "is not taken: use warmup"),
        ("eval_steps", 5, "would do nothing: a fit evaluates nothing"),
        ("load_best_model_at_end", True, "would do nothing: a fit ends with its last weights"),
        ("remove_unused_columns", True, "would do nothing"),
        ("max_step", 5, "is not one of transformers.TrainingArguments; did you mean 'max_steps'"),
        ("max_steps", "ten", "must be a whole number; got 'ten'"),
        ("max_steps", 2.5, "must be a whole number; got 2.5"),
        ("max_steps", -2, "must be at least -1; got -2"),
        ("max_grad_norm", nan, "must be a number; got nan"),
        ("max_grad_norm", inf, "must be a number; got inf"),
        ("adam_beta1", 1.0, r"must be in \[0, 1\); got 1.0"),
        ("gradient_accumulation_steps", 0, "must be at least 1; got 0"),
        ("bf16", 1, "must be true or false; got 1"),
        ("bf16", "yes", "must be true or false; got 'yes'"),
        ("lr_scheduler_type", "linaer", "must be one of linear, cosine"),
        ("optim", "adam", "must be one of .*adamw_torch"),
        ("report_to", 3, "must be a string or a list; got 3"),
    ],
)
def test_what_is_handed_through_is_checked(name, value, message):
    with pytest.raises(SettingsError, match=rf"trainer\.{name} {message}"):
        FineTuning(trainer={name: value})


def test_what_may_be_handed_through():
    options = {
        "bf16": True,
        "report_to": ["none"],
        "max_steps": 3,
        "max_grad_norm": 1,
        "lr_scheduler_type": "cosine",
        "lr_scheduler_kwargs": {"num_cycles": 1},
        "torch_compile_mode": None,
    }
    arguments = training_arguments(FineTuning(trainer=options), "unused", seed=0, rows=10)
    assert (arguments.max_steps, arguments.lr_scheduler_type.value) == (3, "cosine")


def test_what_transformers_refuses_is_a_setting():
    settings = FineTuning(trainer={"bf16": True, "fp16": True})
    with pytest.raises(SettingsError, match=r"does not take trainer = .*At most one of fp16 and bf16"):
        training_arguments(settings, "unused", seed=0, rows=10)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"consistency": "two_pass"}, "consistency must be one of none, .*; got 'two_pass'; did you mean 'two_passes'"),
        ({"smoothing": nan, "label_weight": inf, "min_confidence": "0"}, "3 problems"),
    ],
)
def test_the_loss_too(options, message):
    with pytest.raises(SettingsError, match=message):
        WeakLabelLoss(**options)


LIGHT = """
import sys
from labelfns.models.transformer.settings import FineTuning
from labelfns.models.transformer.loss import WeakLabelLoss
from labelfns.models.selection import Selection
import labelfns.models.class_balance, labelfns.models.seeding
FineTuning(epochs=1), WeakLabelLoss(), Selection()
print(sorted({"torch", "transformers", "sklearn", "accelerate", "pandas", "pydantic"} & set(sys.modules)))
"""


def test_settings_do_not_wait_for_torch():
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
