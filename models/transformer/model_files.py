"""The files of a saved transformer, looked at before transformers opens them.

A model folder may come from a stranger. Nothing in it may run code: not a module that its configuration names, not a
pickle; and transformers, which would ask on standard input whether it may, is never let to ask.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from safetensors import safe_open
from transformers.utils.hub import cached_file

from labelfns.errors import InputError, raise_all

_CONFIGS = ("config.json", "tokenizer_config.json")
_SAFE, _SAFE_INDEX = "model.safetensors", "model.safetensors.index.json"
_PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json")

CONVERT = (
    "convert it once, where you trust it: "
    "`AutoModel.from_pretrained(FOLDER, use_safetensors=False).save_pretrained(NEW_FOLDER)`; "
    "or set allow_pickle, with which torch's reader for weights alone opens it"
)


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
    """Yield what in a configuration, at any depth, names code to run or weights to unpickle."""
    parts = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else ()
    for name, value in parts:
        if name in ("auto_map", "custom_pipelines") and value:
            yield (
                f"names code of its own ({name}), which is not run: take a model whose architecture is part of "
                "transformers; where this one's is, remove that entry"
            )
        elif name in ("attn_implementation", "experts_implementation") and "/" in str(value):
            yield f"names code on the hub ({name} = {value!r}), which is not run: remove that entry"
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
