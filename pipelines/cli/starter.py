"""What `labelfns init` writes: a pipeline that runs as it is, on sample rows or on a file of the user's."""

import json
import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from labelfns.checks import check_labels
from labelfns.errors import InputError, WriteError
from labelfns.io.atomic import whole

TEMPLATES = Path(__file__).parent / "templates"
SAMPLE_LABELS = ("negative", "positive")
FREQUENT = 20


def write_starter(
    folder: Path, labels: Sequence[str], *, data: Path | None = None, text: str = "text", gold: str | None = None
) -> list[Path]:
    """Write a pipeline to begin with.

    Parameters
    ----------
    folder
        Where to; it is made where it is missing.
    labels
        The k label names.
    data
        A file of texts; by default ten sample rows are written.
    text, gold
        Its columns of texts, and of gold labels where it has some.

    Returns
    -------
    list[Path]
        The files written.

    Raises
    ------
    InputError
        If a file is there already, or labels or data are not right.
    WriteError
        If a file cannot be written.
    """
    labels = check_labels(labels)
    if data is None and tuple(labels) != SAMPLE_LABELS:
        raise InputError(f"the sample rows have the labels {', '.join(SAMPLE_LABELS)}; for others name your own data")
    names = ["pipeline.toml", "lfs.py", *(["texts.jsonl"] if data is None else [])]
    there = [str(folder / name) for name in names if (folder / name).exists()]
    if there:
        raise InputError(f"{', '.join(there)} exists; nothing is overwritten: name another folder")
    frequent = [] if data is None else _frequent(data, text, gold, labels)
    contents = {"pipeline.toml": _pipeline(folder, labels, data, text, gold), "lfs.py": _lf_file(labels, frequent)}
    if data is None:
        contents["texts.jsonl"] = _template("texts.jsonl")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError.of(folder, error) from error
    for name, content in contents.items():
        with whole(folder / name) as part:
            part.write_text(content, encoding="utf-8")
    return [folder / name for name in names]


def _pipeline(folder: Path, labels: Sequence[str], data: Path | None, text: str, gold: str | None) -> str:
    values = {
        "LABELS": f"[{', '.join(map(_quoted, labels))}]",
        "POOL": _quoted("texts.jsonl" if data is None else _relative(data, folder)),
        "TEXT": _quoted(text),
        "GOLD": _quoted(gold or ("label" if text != "label" else "gold")),
    }
    pieces = _template("pipeline.toml").split("@")  # every second piece is the name of a value
    return "".join(values[piece] if i % 2 else piece for i, piece in enumerate(pieces))


def _lf_file(labels: Sequence[str], frequent: Sequence[str]) -> str:
    """Return the LF file: its LFs vote for the first two labels, one more LF for each other label."""
    content = _template("lfs.py")
    for word, label in zip(('"FIRST"', '"SECOND"'), labels, strict=False):
        content = content.replace(word, _literal(label))
    for number, label in enumerate(labels[2:], start=3):
        words, name = [f"word{number}", f"phrase of label {number}"], f"words_{number}"
        content += (
            f"\n{name} = keywords(\n    {_literal(label)}, {json.dumps(words)}, name={json.dumps(name)}, "
            f"expects={{{json.dumps(words[1])}: {_literal(label)}}},\n)\n"
        )
    if frequent:
        content += f"\n# Frequent in your texts: {', '.join(frequent)}.\n"
    return content


def _frequent(data: Path, text: str, gold: str | None, labels: Sequence[str]) -> list[str]:
    """Check a file of texts, and return the words and hashtags that most of its rows have."""
    from labelfns.analysis.terms import terms
    from labelfns.io.read import read_texts

    texts = read_texts(data, text=text, gold=gold or "", labels=labels, need_gold=gold is not None)
    counts = Counter(term for row in texts for kind, term in terms(row) if kind != "emoji" and len(term) > 3)
    return sorted(counts, key=lambda term: (-counts[term], term))[:FREQUENT]


def _template(name: str) -> str:
    return (TEMPLATES / f"{name}.template").read_text(encoding="utf-8")


def _relative(path: Path, folder: Path) -> str:
    """Return a path as seen from a folder, as TOML takes it; on another drive, the whole path."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.absolute().as_posix()


def _quoted(text: str) -> str:
    """Return a TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _literal(text: str) -> str:
    """Return a string as Python code, in double quotes where it can be."""
    return ascii(text) if not text.isprintable() else json.dumps(text, ensure_ascii=False)
