"""What a transformer says of many texts, quickly: batches of texts of like length, shared out over processes."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from transformers import DataCollatorWithPadding, PreTrainedModel, PreTrainedTokenizerBase

from labelfns.progress import Progress
from labelfns.votes import Probs

from . import distributed as parallel

Pooling = Literal["mean", "cls"]

_CHUNK = 4096
"""How many texts are tokenized, and held as tokens, at a time."""

_TOKENS = {"cpu": 2048}
"""Tokens of a batch, padding included, by device. On a CPU more do not fit its caches: 16,384 are a third slower."""

_MANY_TOKENS = 65536
"""Tokens of a batch on any other device."""


def score(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    *,
    max_length: int,
    progress: Progress,
) -> Probs:
    """Return class probabilities, an [n, k] float32 array; of several processes, each has the whole answer.

    Parameters
    ----------
    model, tokenizer
        A sequence classifier of k classes, in evaluation mode.
    texts
        The n texts.
    max_length
        Tokens kept of a text, at least 1.
    progress
        Called after each batch.
    """

    def probs(inputs: dict[str, Tensor]) -> Tensor:
        logits: Tensor = model(**inputs).logits
        return logits.float().softmax(dim=1)

    return _read(model, tokenizer, texts, probs, int(model.config.num_labels or 0), max_length, progress, "scoring")


def embed(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    *,
    max_length: int,
    pooling: Pooling = "mean",
    progress: Progress,
) -> npt.NDArray[np.float32]:
    """Return the mean, or the first, of each text's last token vectors, an [n, d] float32 array; else as `score`."""

    def pooled(inputs: dict[str, Tensor]) -> Tensor:
        vectors: Tensor = model.base_model(**inputs).last_hidden_state.float()
        if pooling == "cls":
            return vectors[:, 0]
        present = inputs["attention_mask"].unsqueeze(-1)
        return (vectors * present).sum(dim=1) / present.sum(dim=1)

    return _read(model, tokenizer, texts, pooled, int(model.config.hidden_size), max_length, progress, "embedding")


@torch.inference_mode()
def _read(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    answer: Callable[[dict[str, Tensor]], Tensor],
    width: int,
    max_length: int,
    progress: Progress,
    what: str,
) -> npt.NDArray[np.float32]:
    """Return the answer, `width` numbers per text, on batches of texts: an [n, width] array."""
    pad, budget = DataCollatorWithPadding(tokenizer), _TOKENS.get(model.device.type, _MANY_TOKENS)
    answers = np.zeros((len(texts), width), dtype=np.float32)
    order = np.argsort([-len(text) for text in texts], kind="stable")  # roughly by length; chunks see to the rest
    done = 0
    for start in range(0, len(order), _CHUNK):
        chunk = order[start : start + _CHUNK]
        encoded = tokenizer([texts[i] for i in chunk], truncation=True, max_length=max_length)
        lengths = np.array([len(ids) for ids in encoded["input_ids"]])
        for number, batch in enumerate(batches(lengths, budget)):
            done += len(batch)
            if number % parallel.processes() != parallel.rank():
                continue
            inputs = pad([{name: encoded[name][i] for name in encoded} for i in batch])
            outputs = answer({name: tensor.to(model.device) for name, tensor in inputs.items()})
            answers[chunk[batch]] = outputs.cpu().numpy()
            progress(what, done, len(order))
    return parallel.summed(answers, model.device)


def batches(lengths: npt.NDArray[np.int64], budget: int) -> list[npt.NDArray[np.int64]]:
    """Split positions [n] into batches, longest first, whose longest length times their size is within the budget.

    Examples
    --------
    >>> [batch.tolist() for batch in batches(np.array([3, 9, 2, 4]), budget=8)]
    [[1], [3, 0], [2]]
    """
    order, parts, at = np.argsort(-lengths, kind="stable"), [], 0
    while at < len(order):
        size = max(1, budget // int(lengths[order[at]]))
        parts.append(order[at : at + size])
        at += size
    return parts
