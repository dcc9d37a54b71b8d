"""Class probabilities of many texts, quickly: batches of texts of like length, shared out over processes.

May import: numpy, torch, transformers, `labelfns` and siblings.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from transformers import DataCollatorWithPadding, PreTrainedModel, PreTrainedTokenizerBase

from labelfns.progress import Progress
from labelfns.votes import Probs

from . import parallel

_CHUNK = 4096
"""Texts tokenised, and held as tokens, at a time."""

_TOKENS = {"cpu": 2048}
"""Tokens of a batch, padding included, by device. On a CPU more do not fit its caches: 16,384 are a third slower."""

_MANY_TOKENS = 65536
"""Tokens of a batch on any other device."""


@torch.inference_mode()
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
    pad, budget = DataCollatorWithPadding(tokenizer), _TOKENS.get(model.device.type, _MANY_TOKENS)
    probs = np.zeros((len(texts), int(model.config.num_labels or 0)), dtype=np.float32)
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
            logits = model(**{name: tensor.to(model.device) for name, tensor in inputs.items()}).logits
            probs[chunk[batch]] = logits.float().softmax(dim=1).cpu().numpy()
            progress("scoring", done, len(order))
    return parallel.summed(probs, model.device)


def batches(lengths: npt.NDArray[np.int64], budget: int) -> list[npt.NDArray[np.int64]]:
    """Split positions [n] into batches, longest first, whose longest length times their size is within the budget.

    Examples
    --------
    >>> [batch.tolist() for batch in batches(np.array([3, 9, 2, 4]), budget=8)]
    [[1], [3, 0], [2]]
    """
    order, found, at = np.argsort(-lengths, kind="stable"), [], 0
    while at < len(order):
        size = max(1, budget // int(lengths[order[at]]))
        found.append(order[at : at + size])
        at += size
    return found
