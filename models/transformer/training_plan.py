"""What a fit reads, step by step, fixed by the seed before the first step.

The order of the rows, their views and their tokens follow from the seed and the position alone: a fit that resumes
from a checkpoint, and every process of several, sees the batches that an undisturbed one sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import Dataset
from transformers import DataCollatorWithPadding, PreTrainedTokenizerBase

from labelfns.text.spans import Span
from labelfns.votes import Probs

from .inference_settings import MASK
from .settings import FineTuning
from .views import drop_words, hide_some

_BATCHES = 50
"""At most so many batches are drawn, tokenized and grouped by length together, and held in memory."""

_ORDER, _VIEWS = 0, 1  # what a generator is for

Tokens = dict[str, list[int]]


@dataclass(frozen=True, eq=False)
class TrainingRows:
    """What a fit learns from.

    Parameters
    ----------
    texts
        The n texts.
    targets
        Their label probabilities, an [n, k] array.
    weights
        Their weights [n], at least 0.
    cues
        For each text the cues, which may be hidden.
    """

    texts: Sequence[str]
    targets: Probs
    weights: npt.NDArray[np.floating]
    cues: Sequence[Sequence[Span]]


@dataclass(frozen=True, eq=False)
class Example:
    """One text as one step reads it.

    Parameters
    ----------
    views
        The tokens of its views, one or two.
    target
        Its label probabilities [k].
    weight
        Its weight, at least 0.
    """

    views: Sequence[Tokens]
    target: npt.NDArray[np.floating]
    weight: float


class TrainingPlan(Dataset[Example]):
    """Everything that a fit reads, in order: pass after pass over the rows, each in an order of its own.

    A stretch of steps at a time is drawn, tokenized in bulk, grouped by length into batches, and the batches shuffled.
    A stretch is at most 50 batches and a quarter of the rows, as transformers' `LengthGroupedSampler` has it, so that
    its batches stay a fair draw; memory does not grow with the number of rows or passes.

    Parameters
    ----------
    rows
        The n rows.
    tokenizer
        The tokenizer.
    settings
        How many steps, how long the texts, what is hidden.
    seed
        At least 0.
    """

    def __init__(self, rows: TrainingRows, tokenizer: PreTrainedTokenizerBase, settings: FineTuning, seed: int) -> None:
        self.rows, self.tokenizer, self.settings, self.seed = rows, tokenizer, settings, seed
        size = settings.batch_size
        self._length = settings.steps(len(rows.texts)) * size
        self._stretch = size * max(1, min(_BATCHES, len(rows.texts) // (4 * size)))
        self._order: tuple[int, npt.NDArray[np.int64]] = (-1, np.empty(0, dtype=np.int64))
        self._drawn: tuple[int, list[Example]] = (-1, [])

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, position: int) -> Example:
        number, at = divmod(position, self._stretch)
        if self._drawn[0] != number:
            self._drawn = number, self._draw(number)
        return self._drawn[1][at]

    def _draw(self, number: int) -> list[Example]:
        """Return the examples of a stretch, batch after batch."""
        start = number * self._stretch
        rows = self._rows(np.arange(start, min(start + self._stretch, self._length)))
        rng = np.random.default_rng([self.seed, _VIEWS, number])
        texts = [self._view(row, rng, second=False) for row in rows]
        if self.settings.loss.n_views == 2:
            texts += [self._view(row, rng, second=True) for row in rows]
        encoded = self.tokenizer(texts, truncation=True, max_length=self.settings.max_length)
        tokens: list[Tokens] = [{name: encoded[name][i] for name in encoded} for i in range(len(texts))]
        views = [tokens[i :: len(rows)] for i in range(len(rows))]
        lengths = [max(len(view["input_ids"]) for view in pair) for pair in views]
        batches = np.argsort([-length for length in lengths], kind="stable").reshape(-1, self.settings.batch_size)
        return [
            Example(views[i], self.rows.targets[rows[i]], float(self.rows.weights[rows[i]]))
            for i in rng.permutation(batches).ravel().tolist()
        ]

    def _rows(self, positions: npt.NDArray[np.int64]) -> list[int]:
        """Return which row each position reads."""
        passes, offsets = np.divmod(positions, len(self.rows.texts))
        return [row for p in np.unique(passes).tolist() for row in self._pass(p)[offsets[passes == p]].tolist()]

    def _pass(self, number: int) -> npt.NDArray[np.int64]:
        """Return the order of the rows in a pass."""
        if self._order[0] != number:
            rng = np.random.default_rng([self.seed, _ORDER, number])
            self._order = number, rng.permutation(len(self.rows.texts))
        return self._order[1]

    def _view(self, row: int, rng: np.random.Generator, *, second: bool) -> str:
        mask = str(self.tokenizer.mask_token or MASK)
        consistency = self.settings.loss.consistency if second else "none"
        share = 1.0 if consistency == "hidden_cues" else self.settings.hide_cues
        text = hide_some(self.rows.texts[row], self.rows.cues[row], share, mask, rng)
        if consistency == "perturbed":
            return drop_words(text, self.settings.word_dropout, mask, rng)
        return text


class PadCollator:
    """A data collator: a batch of b examples, padded to the longest; the rows of the second views follow the first."""

    def __init__(self, tokenizer: PreTrainedTokenizerBase) -> None:
        self._pad = DataCollatorWithPadding(tokenizer)

    def __call__(self, examples: Sequence[Example]) -> dict[str, Tensor]:
        n_views = len(examples[0].views)
        batch: dict[str, Any] = dict(self._pad([example.views[v] for v in range(n_views) for example in examples]))
        batch["targets"] = torch.as_tensor(np.stack([example.target for example in examples]), dtype=torch.float32)
        batch["weights"] = torch.tensor([example.weight for example in examples])
        return batch
