"""Folders as a stranger, a broken disk or an editor leaves them: a whole one, changed in seeded ways."""

import io
import json
import os
import random
import shutil
import struct
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import polars as pl
import torch

VALUES: list[Any] = [
    None, True, False, 0, -1, 1, 3, 0.5, -2.5, 10**6, 10**9, 10**30, float("inf"), float("nan"), "", "x", "x" * 10_000,
    "../../thesis.txt", "/etc/passwd", "someone/else", "evil.Evil", "\x1b[2J", "${HOME}", "\ud800", [], {}, [[]],
    [None], ["a", "b"], [-1] * 5, {"a": {"b": []}}, {"0": "a"}, [[[[[[]]]]]], "bfloat16", "float64", "int8",
]  # fmt: skip

CODE: dict[str, Any] = {
    "auto_map": dict.fromkeys(("AutoConfig", "AutoModelForSequenceClassification", "AutoTokenizer"), "evil.Evil"),
    "custom_pipelines": {"text-classification": {"impl": "evil.Evil", "pt": ["evil.Evil"]}},
    "attn_implementation": "someone/kernel",
    "_attn_implementation": "someone/kernel",
    "experts_implementation": "someone/kernel",
    "transformers_weights": "pytorch_model.bin",
    "quantization_config": {"quant_method": "gptq", "bits": 4},
    "tokenizer_class": "EvilTokenizer",
    "processor_class": "EvilProcessor",
    "tokenizer_file": "../../thesis.txt",
    "vocab_file": "../../thesis.txt",
    "model_type": "evil",
    "_name_or_path": "someone/else",
    "base_model_name_or_path": "someone/else",
    "custom_generate": "someone/else",
    "dtype": "float16",
    "problem_type": "multi_label_classification",
    "num_hidden_layers": 10**7,
    "hidden_size": 10**8,
    "vocab_size": 10**10,
    "id2label": {"0": "only"},
    "num_labels": 5,
    "architectures": ["BertForMaskedLM"],
    "torchscript": True,
    "output_attentions": True,
    "return_dict": False,
    "output_hidden_states": True,
    "is_decoder": True,
    "pruned_heads": {"0": [0, 1]},
    "hidden_act": "evil",
}


class Canary:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.write_text, (Path(self.path), "sang")


def pickled(canary: Path) -> bytes:
    """Return a file of tensors, as torch pickles it, that runs code when it is unpickled."""
    buffer = io.BytesIO()
    torch.save({"bert.pooler.dense.bias": Canary(canary)}, buffer)
    return buffer.getvalue()


def evil(folder: Path, canary: Path) -> None:
    """Put code into a folder, as modules that a configuration could name, and as pickles."""
    source = f"from pathlib import Path\nPath({str(canary)!r}).write_text('sang')\nclass Evil: pass\n"
    for name in ("evil.py", "modeling_evil.py", "tokenization_evil.py", "generate.py", "__init__.py", "conftest.py"):
        (folder / name).write_text(source)
    for name in ("pytorch_model.bin", "model.pt", "training_args.bin", "model.bin", "optimizer.pt", "pickle.pkl"):
        (folder / name).write_bytes(pickled(canary))


def spoil(path: Path, rng: random.Random, canary: Path, outside: Path) -> str:
    """Change one file of a folder; return what was done."""
    changes: list[Callable[..., object]] = [_cut, _empty, _flip, _gone, _link, _folder, _pipe, _text]
    of_kind = {".json": [_edit] * 16, ".safetensors": [_header, _weights] * 8, ".parquet": [_table] * 16}
    of_kind |= dict.fromkeys((".pt", ".pth", ".bin"), [_pickle] * 8)
    change = rng.choice([*changes, *of_kind.get(path.suffix, [])])
    done = change(path, rng, canary, outside)
    return f"{path.name}: {change.__name__} {str(done)[:200]}"


def _cut(path: Path, rng: random.Random, *_: Path) -> None:
    path.write_bytes(path.read_bytes()[: rng.randrange(max(1, path.stat().st_size))])


def _empty(path: Path, *_: object) -> None:
    path.write_bytes(b"")


def _flip(path: Path, rng: random.Random, *_: Path) -> None:
    data = bytearray(path.read_bytes() or b"x")
    for _times in range(rng.choice([1, 3, 30])):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    path.write_bytes(data)


def _gone(path: Path, *_: object) -> None:
    path.unlink()


def _link(path: Path, rng: random.Random, canary: Path, outside: Path) -> str:
    """Put a link in a file's place, out of the folder, to nothing or to itself."""
    target = rng.choice(
        [outside / "thesis.txt", outside, outside / "missing", path, Path(os.devnull), Path("/dev/zero")]
    )
    path.unlink()
    path.symlink_to(target)
    return str(target)


def _folder(path: Path, *_: object) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path, *_: object) -> None:
    path.unlink()
    os.mkfifo(path)


def _text(path: Path, rng: random.Random, *_: Path) -> str:
    text = rng.choice(
        ["[]", "{}", "null", "3", '"a"', "[" * 5000, '{"a": ' * 5000, "\x00", "NaN", "{'a': 1}", "1" * 5000]
    )
    path.write_text(text)
    return text[:20]


def _pickle(path: Path, rng: random.Random, canary: Path, *_: Path) -> str:
    kind = rng.randrange(3)
    if kind == 0:
        path.write_bytes(pickled(canary))
    elif kind == 1:
        torch.save(rng.choice([{}, [], {"state": {}, "param_groups": []}, torch.zeros(3), {"a": torch.zeros(2)}]), path)
    else:
        torch.save({"state": {0: {"step": torch.tensor(1.0), "exp_avg": torch.zeros(1)}}, "param_groups": [{}]}, path)
    return str(kind)


def _edit(path: Path, rng: random.Random, *_: Path) -> str:
    """Change a JSON file, at any depth: other values, other keys, fewer."""
    value = json.loads(path.read_text(encoding="utf-8"))
    done = ""
    for _times in range(rng.choice([1, 1, 2, 5])):
        holders = [holder for holder in _holders(value) if holder]
        holder = rng.choice(holders) if holders and rng.random() < 0.7 else value
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if isinstance(holder, dict) and rng.random() < 0.4:
            key = rng.choice(list(CODE))
            holder[key] = deepcopy(CODE[key])
        elif keys and rng.random() < 0.25:
            key = rng.choice(keys)
            del holder[key]
        elif keys:
            key = rng.choice(keys)
            holder[key] = deepcopy(rng.choice(VALUES))  # a later edit may change what is inside
        else:
            continue
        done += f"{key} = {holder[key] if isinstance(holder, dict) and key in holder else 'other'!r}; "
    path.write_text(json.dumps(value), encoding="utf-8")
    return done


def _holders(value: Any) -> list[Any]:
    """Return all objects and lists in a JSON value."""
    if isinstance(value, dict):
        return [value, *(inner for part in value.values() for inner in _holders(part))]
    if isinstance(value, list):
        return [value, *(inner for part in value for inner in _holders(part))]
    return []


def _header(path: Path, rng: random.Random, *_: Path) -> str:
    """Change what a safetensors file says of its tensors."""
    data = path.read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    header, tensors = json.loads(data[8 : 8 + size]), data[8 + size :]
    name = rng.choice([name for name in header if name != "__metadata__"])
    key = rng.choice(["dtype", "shape", "data_offsets", "gone", "renamed"])
    other = rng.choice([*VALUES, "F16", "I64", "F8_E4M3", "BOOL", [2, 2], [0, 10**12], [0]])
    if key in ("gone", "renamed"):
        entry = header.pop(name)
        header |= {"bert.evil": entry} if key == "renamed" else {}
    else:
        header[name][key] = other
    encoded = json.dumps(header).encode()
    size = rng.choice([len(encoded), len(encoded), len(encoded), 10**15])
    path.write_bytes(struct.pack("<Q", size) + encoded + tensors)
    return f"{name} {key} {other!r}"


def _weights(path: Path, rng: random.Random, *_: Path) -> str:
    """Write other numbers: none, nothing finite, of another type or shape."""
    from safetensors.torch import load_file, save_file

    tensors = load_file(path)
    name, kind = (
        rng.choice(list(tensors)),
        rng.choice(["nan", "inf", "half", "double", "long", "shape", "scalar", "all"]),
    )
    tensor = tensors[name]
    if kind in ("nan", "inf"):
        tensors[name] = torch.full_like(tensor, float(kind))
    elif kind == "all":
        tensors = {name: torch.full_like(tensor, float("nan")) for name, tensor in tensors.items()}
    elif kind in ("half", "double", "long"):
        tensors[name] = getattr(tensor, kind)()
    else:
        tensors[name] = torch.zeros(()) if kind == "scalar" else torch.cat([tensor, tensor])
    save_file(tensors, path, metadata={"format": "pt"})
    return f"{name} {kind}"


def _table(path: Path, rng: random.Random, *_: Path) -> str:
    """Change a Parquet file: fewer rows, columns gone, renamed, of another type, nothing in them."""
    frame = pl.read_parquet(path)
    name, kind = (
        rng.choice(frame.columns),
        rng.choice(["rows", "gone", "renamed", "string", "null", "list", "nan", "none"]),
    )
    match kind:
        case "rows":
            frame = frame[: rng.randrange(len(frame))] if rng.random() < 0.5 else pl.concat([frame, frame])
        case "gone":
            frame = frame.drop(name)
        case "renamed":
            frame = frame.rename({name: "evil"})
        case "none":
            frame = pl.DataFrame()
        case _:
            value = {"string": "x", "null": None, "list": [1], "nan": float("nan")}[kind]
            frame = frame.with_columns(pl.lit(value).alias(name) if kind != "list" else pl.lit([1]).alias(name))
    frame.write_parquet(path)
    return f"{name} {kind}"


def copy(source: Path, target: Path) -> Path:
    """Copy a folder over whatever is there."""
    if target.is_dir() and not target.is_symlink():
        shutil.rmtree(target)
    elif os.path.lexists(target):
        target.unlink()
    return Path(shutil.copytree(source, target, symlinks=True))


def state(folder: Path) -> dict[str, Any]:
    """Return what is in a folder: the bytes of files, where links lead."""
    return {
        path.relative_to(folder).as_posix(): path.readlink() if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }
