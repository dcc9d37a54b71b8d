"""Opening a transformer with its tokenizer: a backbone, or a fine-tuned classifier."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging

from labelfns.errors import InputError, first_line, is_failure, number_of, some

from .architecture import freeze, is_head, text_length
from .model_files import EMBEDDED as EMBEDDED
from .model_files import check_files, locate, locate_backbone, weight_bytes
from .settings import MAX_LENGTH

_FRESH = 10_000_000
"""How many weights a model may have that are not in its files: the head."""


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' notices and bars about loading and saving off the screen; its errors still come."""
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def load_backbone(
    backbone: str | Path, labels: Sequence[str], layers: int | None = None, *, allow_pickle: bool = False
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Open a backbone with a head for the given labels.

    Parameters
    ----------
    backbone
        ``"embedded"``, a folder, or a name on the hub.
    labels
        The k label names; a head of another size in the checkpoint is replaced by a fresh one.
    layers
        How many of the lower layers to keep; all by default.
    allow_pickle
        Whether weights may be read from a pickle file where there are no safetensors.

    Raises
    ------
    InputError
        If there is no such backbone, it has fewer layers, its files are not whole, or it comes with code of its own.
    MissingExtraError
        If it is the embedded one and its extra is not installed.
    """
    source = locate_backbone(backbone)
    check_files(source, allow_pickle=allow_pickle)
    head = _head(labels, layers)
    _empty_model(source, _open_config(source, layers, **head))
    tokenizer = _open_tokenizer(source)
    model, info = _open_model(source, allow_pickle, **head)
    _check_weights(source, [name for name in _fresh(info) if not is_head(name, model) and "pooler" not in name])
    _set_padding(source, model, tokenizer)
    _try(source, model, tokenizer)
    return model, tokenizer


def check_backbone(
    backbone: str | Path,
    labels: Sequence[str],
    layers: int | None = None,
    *,
    frozen_layers: int = -1,
    max_length: int = MAX_LENGTH,
    allow_pickle: bool = False,
) -> None:
    """Check all of a backbone that can be told without its weights, before work is done for it.

    Parameters
    ----------
    backbone, labels, layers, allow_pickle
        As for `load_backbone`.
    frozen_layers, max_length
        As in `FineTuning`.

    Raises
    ------
    InputError
        As `load_backbone` does, or if the backbone reads fewer tokens than `max_length`, or has not these layers.
    MissingExtraError
        If it is the embedded one and its extra is not installed.
    """
    source = locate_backbone(backbone)
    check_files(source, allow_pickle=allow_pickle)
    config = _open_config(source, layers, **_head(labels, layers))
    tokenizer = _open_tokenizer(source)
    model = _empty_model(source, config)
    _set_padding(source, model, tokenizer)
    freeze(model, frozen_layers)
    text_length(model, max_length)


def load_classifier(
    source: str | Path, *, allow_pickle: bool = False
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase, tuple[str, ...]]:
    """Open a fine-tuned sequence classifier, ready to predict, and the names of its k labels.

    Parameters
    ----------
    source
        A folder, or a name on the hub.
    allow_pickle
        Whether weights may be read from a pickle file where there are no safetensors.

    Raises
    ------
    InputError
        If it is not a whole one: weights are missing or of other shapes than its configuration says, it has no
        tokenizer, or it comes with code of its own.
    """
    source = locate(source, f"{source} does not hold a saved classifier")
    check_files(source, allow_pickle=allow_pickle)
    _empty_model(source, _open_config(source))
    tokenizer = _open_tokenizer(source)
    model, info = _open_model(source, allow_pickle)
    _check_weights(
        source,
        _fresh(info),
        "it was not fine-tuned as a classifier, or config.json is not its own; "
        "to fine-tune it, take it as the backbone of a TransformerClassifier",
    )
    names: Mapping[Any, str] = model.config.id2label or {}
    if len(names) < 2 or set(names) != set(range(len(names))):
        raise InputError(
            f"model {source}: id2label in config.json must name at least 2 labels, of the ids 0, 1, ...; got {names}"
        )
    labels = tuple(str(names[i]) for i in range(len(names)))
    _set_padding(source, model, tokenizer)
    _try(source, model, tokenizer)
    return model, tokenizer, labels


def save(model: Any, tokenizer: PreTrainedTokenizerBase, folder: str | Path) -> None:
    """Write a transformer, or the part of it below its head, and its tokenizer as transformers opens them."""
    if tokenizer.is_fast:  # how it was last called is no part of it; saved, it would come back as settings
        tokenizer.backend_tokenizer.no_truncation()
        tokenizer.backend_tokenizer.no_padding()
    with quiet():
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


@contextmanager
def _opening(source: str, files: str) -> Iterator[None]:
    """Turn what transformers raises on files that it cannot make sense of, of many kinds, into one."""
    try:
        with quiet():
            yield
    except (MemoryError, torch.OutOfMemoryError):
        raise
    except BaseException as error:
        if not is_failure(error):
            raise
        raise InputError(
            f"model {source} cannot be opened: {files} cannot be read as that of a sequence classifier or backbone "
            f"by the installed transformers ({first_line(error)}); fetch or save the model again"
        ) from error


def _open_config(source: str, layers: int | None = None, **options: Any) -> Any:
    if layers is not None:
        count = getattr(_open_config(source), "num_hidden_layers", layers)
        if layers > count:
            raise InputError(f"layers = {layers}: the backbone {source} has {count} layers")
    with _opening(source, "config.json"):
        return AutoConfig.from_pretrained(source, trust_remote_code=False, **options)


def _empty_model(source: str, config: Any) -> PreTrainedModel:
    """Return a model without weights, and check that it is not so large that its files cannot hold them."""
    with _opening(source, "config.json"), torch.device("meta"):
        model: PreTrainedModel = AutoModelForSequenceClassification.from_config(config, trust_remote_code=False)  # type: ignore[no-untyped-call]
    size, room = sum(part.numel() for part in model.parameters()), weight_bytes(source)
    if room is not None and size > 4 * room + _FRESH:
        raise InputError(
            f"model {source}: config.json says {number_of(size, 'weight')}, but its files have room for {room:,}: "
            "they are not of one model; fetch or save the model again"
        )
    return model


def _open_tokenizer(source: str) -> PreTrainedTokenizerBase:
    with _opening(source, "its tokenizer (tokenizer.json, tokenizer_config.json)"):
        return AutoTokenizer.from_pretrained(source, trust_remote_code=False)


def _open_model(source: str, allow_pickle: bool, **options: Any) -> tuple[PreTrainedModel, Mapping[str, Any]]:
    with _opening(source, "what it holds (config.json, weights)"):
        model, info = AutoModelForSequenceClassification.from_pretrained(
            source,
            trust_remote_code=False,
            use_safetensors=None if allow_pickle else True,
            weights_only=True,
            ignore_mismatched_sizes=True,  # they are named in what comes back
            output_loading_info=True,
            **options,
        )
    return model, info


def _try(source: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
    """Let a model answer on a text: settings that do not go with its weights show here, not after all other work."""
    with _opening(source, "what it holds (config.json, weights, tokenizer)"), torch.inference_mode():
        logits = model.eval()(**tokenizer("a text", return_tensors="pt", truncation=True, max_length=8)).logits  # type: ignore[no-untyped-call]
        if logits.shape != (1, model.config.num_labels) or not logits.isfinite().all():
            raise ValueError(f"on a text it answers {logits.flatten().tolist()[:5]}")


def _head(labels: Sequence[str], layers: int | None) -> dict[str, Any]:
    """Return the options of a configuration with a head for the given labels."""
    names = dict(enumerate(labels))
    ids = {name: i for i, name in names.items()}
    depth = {} if layers is None else {"num_hidden_layers": layers}
    return {"num_labels": len(names), "id2label": names, "label2id": ids, **depth}


def _fresh(info: Mapping[str, Any]) -> list[str]:
    """Return the names of the weights that the files did not give, and so were drawn at random."""
    return sorted([*info["missing_keys"], *(entry[0] for entry in info["mismatched_keys"])])


def _check_weights(source: str, fresh: Sequence[str], advice: str = "fetch or save the model again") -> None:
    if fresh:
        raise InputError(
            f"model {source}: its weights are missing or have other shapes than config.json says: "
            f"{some(fresh)}; {advice}"
        )


def _set_padding(source: str, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
    """Check that a tokenizer belongs to a model, and let both know how to pad."""
    size = int(model.get_input_embeddings().num_embeddings)  # type: ignore[arg-type]
    if len(tokenizer) <= len(tokenizer.all_special_tokens):
        raise InputError(f"model {source}: there is no tokenizer in it; save its tokenizer into the same place")
    if len(tokenizer) > size:
        raise InputError(
            f"model {source}: its tokenizer has {len(tokenizer)} tokens, but its weights know {size}: they are not of "
            "one model; save both again"
        )
    if tokenizer.pad_token is None:  # decoder-only models have none; their end token serves
        tokenizer.pad_token = tokenizer.eos_token
    if tokenizer.pad_token is None:
        raise InputError(
            f"model {source}: its tokenizer has no padding token; set tokenizer.pad_token and save it again"
        )
    model.config.pad_token_id = tokenizer.pad_token_id
