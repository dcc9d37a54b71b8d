"""How a classifier is fine-tuned: settings alone, without torch."""

from dataclasses import dataclass, field
from math import ceil
from typing import Any, Literal

from labelfns.models.ranges import choices, numbers
from labelfns.settings import check

from .loss import WeakLabelLoss
from .trainer_options import trainer_rules

Precision = Literal["auto", "full", "bf16"]

MAX_LENGTH = 128
"""Tokens kept of a text by default."""


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
        was measured on (docs/rounds.md).
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
            *numbers(self, "(0, inf)", "learning_rate"),
            *numbers(self, "[1, 65536]", "batch_size", whole=True),
            *numbers(self, "[0, 1)", "warmup", "average"),
            *numbers(self, "[0, inf)", "weight_decay", "checkpoint_minutes"),
            *numbers(self, "[8, 1000000]", "max_length", whole=True),
            *numbers(self, "[0, 1]", "hide_cues", "word_dropout"),
            *(numbers(self, "[1, inf)", "layers", whole=True) if self.layers is not None else ()),
            *numbers(self, "[-1, inf)", "frozen_layers", whole=True),
            *choices(self),
            (isinstance(self.loss, WeakLabelLoss), f"loss must be a WeakLabelLoss; got {self.loss!r}"),
            *trainer_rules(self.trainer),
        )

    def steps(self, rows: int) -> int:
        """Return how many batches are read of a training set of so many rows."""
        most = self.trainer.get("max_steps", 0) * self.trainer.get("gradient_accumulation_steps", 1)
        return int(most) if most > 0 else max(ceil(self.epochs * rows / self.batch_size), self.min_steps)
