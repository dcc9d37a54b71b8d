"""What a transformer is built of: its layers, its positions, and the head that gives one number per class."""

from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch.nn import Embedding, Linear, Module, ModuleList
from transformers import PreTrainedModel

from labelfns.errors import InputError

from .settings import MAX_LENGTH

_POSITIONS = ("position_embeddings", "wpe", "embed_positions")  # what architectures call their table of positions


def freeze(model: PreTrainedModel, layers: int) -> None:
    """Keep the embeddings and so many lower layers of a model from being trained, at -1 nothing, and let all else be.

    Raises
    ------
    InputError
        If the model has fewer layers, or no list of layers that can be told from its other parts.
    """
    model.requires_grad_(True)
    if layers < 0:
        return
    base, count = model.base_model, model.config.num_hidden_layers
    stacks = [part for part in base.modules() if isinstance(part, ModuleList) and len(part) == count]
    if layers > 0 and len(stacks) != 1:
        raise InputError(f"frozen_layers: cannot tell the layers of a {type(model).__name__}; set it to 0")
    if layers > count:
        raise InputError(f"frozen_layers = {layers}: the backbone has {count} layers")
    embeddings: Module = getattr(base, "embeddings", None) or base.get_input_embeddings()  # type: ignore[operator]
    for part in (embeddings, *(stacks[0][:layers] if layers else ())):
        part.requires_grad_(False)


def is_head(name: str, model: PreTrainedModel) -> bool:
    """Tell whether a part's name lies in the head, outside the backbone."""
    return not name.startswith(f"{model.base_model_prefix}.")


def text_length(model: PreTrainedModel, max_length: int) -> int:
    """Return how many tokens of a text a model is given: `max_length`, whose default gives way to what it reads.

    Raises
    ------
    InputError
        If another `max_length` is above what the model reads.
    """
    limit = _positions(model)
    if limit is None or max_length <= limit:
        return max_length
    if max_length == MAX_LENGTH:
        return limit
    raise InputError(
        f"max_length = {max_length}: a {type(model).__name__} with these weights reads at most {limit} tokens of a "
        f"text; set max_length to {limit} or less, or take another backbone"
    )


def heads(model: PreTrainedModel, k: int) -> list[Linear]:
    """Return the linear layers of the head that give k numbers; one where the last layer is known."""
    outer = [part for name, part in model.named_modules() if is_head(name, model)]
    return [part for part in outer if isinstance(part, Linear) and part.out_features == k]


def adjust(model: PreTrainedModel, k: int, temperature: float, shift: npt.NDArray[np.floating[Any]] | None) -> None:
    """Divide the k logits by a temperature above 0, then add a shift [k], by changing the last layer.

    Raises
    ------
    InputError
        If the model has no single last linear layer that gives the logits, or one without biases is to be shifted.
    """
    layers = heads(model, k)
    if len(layers) != 1 or (shift is not None and layers[0].bias is None):
        what = "tell the last layer" if len(layers) != 1 else "shift the last layer, which has no biases,"
        raise InputError(f"cannot {what} of a {type(model).__name__}, so it was not adjusted")
    with torch.no_grad():
        for parameter in layers[0].parameters():
            parameter.div_(temperature)
        if shift is not None:
            layers[0].bias.add_(torch.as_tensor(shift).to(layers[0].bias))


def _positions(model: PreTrainedModel) -> int | None:
    """Return how many tokens a model has positions for, None where it needs no table of them."""
    for name, part in model.base_model.named_modules():
        if isinstance(part, Embedding) and name.rpartition(".")[2] in _POSITIONS:
            padding = 0 if part.padding_idx is None else part.padding_idx + 1
            return int(part.num_embeddings - padding - getattr(part, "offset", 0))
    return None
