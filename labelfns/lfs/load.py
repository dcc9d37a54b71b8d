"""LFs from files: Python, TOML for people who do not program, and plain text files of words.

A text file holds one entry per line; blank lines and lines that begin with ``# `` (a hash and a space) are left out.
A TOML file holds LFs::

    [[lf]]
    kind = "keywords"          # or hashtags, emoji, regex, lexicon, count
    label = "negative"
    name = "bad_words"
    words = ["awful", "let down"]          # or: file = "bad_words.txt"
    where = { not_negated = true }
    expects = { "what a let down" = "negative" }

    [[lf]]
    kind = "prototypes"        # or zero_shot, with hypotheses; a model that begins with . lies beside the file
    name = "by_meaning"
    sentences = { negative = ["I am so disappointed."], positive = ["What a lovely day."] }
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import fields
from os import PathLike
from pathlib import Path
from typing import Any

from labelfns.errors import InputError, LFError, did_you_mean, first_line, raise_all, some
from labelfns.lfs.base import LabelingFunction
from labelfns.lfs.builders import count, emoji, hashtags, keywords, regex
from labelfns.lfs.context import Context
from labelfns.lfs.lexicon import lexicon
from labelfns.lfs.meaning.prototypes import prototypes
from labelfns.lfs.meaning.zero_shot import zero_shot
from labelfns.lfs.module import lfs_of_module as lfs_of_module
from labelfns.lfs.python_file import lfs_of_python_file
from labelfns.settings import read_toml

BUILDERS: Mapping[str, tuple[Callable[..., LabelingFunction], str]] = {
    "hashtags": (hashtags, "words"),
    "keywords": (keywords, "words"),
    "emoji": (emoji, "words"),
    "regex": (regex, "pattern"),
    "lexicon": (lexicon, "weights"),
    "count": (count, "what"),
}
"""By kind, the builder, and the setting that says what it looks for."""
OF_MEANING: Mapping[str, tuple[Callable[..., LabelingFunction], str]] = {
    "prototypes": (prototypes, "sentences"),
    "zero_shot": (zero_shot, "hypotheses"),
}
"""The same of those that say it by label."""


def read_lfs(path: str | PathLike[str]) -> list[LabelingFunction]:
    """Return the LFs that a Python file defines, or those of a TOML file.

    A Python file runs. Its list ``lfs`` is taken; without one, every LF at its top level, ours and Snorkel's, in the
    order of definition. An LF without a name of its own takes its variable's. The file may import what lies beside it,
    at its top or inside functions, in this process or another.

    Raises
    ------
    InputError
        If there is no such file, it is of another kind, or not TOML.
    LFError
        If a Python file does not run to its end, its line named; if there is no LF; or if LFs are not right.

    Warns
    -----
    LabelFnsWarning
        If plain functions stand at the top level of a Python file without a list, which may have lost their decorator,
        or a comma is missing between strings of a list.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file of labeling functions")
    return _read_toml(path) if path.suffix == ".toml" else lfs_of_python_file(path)


def read_words(path: str | PathLike[str]) -> list[str]:
    """Return the entries of a text file, one per line, in order.

    Raises
    ------
    InputError
        If the file is missing, not UTF-8 or without an entry.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").split("\n")
    except (OSError, ValueError) as error:  # not there, not UTF-8, no path
        raise InputError(f"{path} cannot be read as a list of words: {error}") from error
    words = [line.strip() for line in lines if line.strip() and not line.startswith("# ")]
    if not words:
        raise InputError(f"{path} holds no word; write one per line")
    return words


def _read_toml(path: Path) -> list[LabelingFunction]:
    try:
        content = read_toml(path)
    except (OSError, ValueError, RecursionError) as error:  # not UTF-8, a number of thousands of digits, too deep
        raise InputError(f"{path} cannot be read as TOML: {first_line(error)}") from error
    entries = content.get("lf", [])
    if not entries or not isinstance(entries, list):
        raise LFError(f"{path} defines no labeling function: each begins with a line [[lf]]")
    lfs = []
    problems = [
        f"{path}: {name} is no part of a file of LFs: each begins with a line [[lf]]"
        for name in content
        if name != "lf"
    ]
    for number, entry in enumerate(entries, start=1):
        try:
            lfs.append(lf_of_table(entry, path.parent))
        except (LFError, InputError) as error:
            name = entry.get("name", "no name") if isinstance(entry, dict) else "no name"
            problems.append(f"{path}, [[lf]] number {number} ({name}): {error}")
    raise_all(LFError, problems)
    return lfs


def lf_of_table(table: Any, folder: Path) -> LabelingFunction:
    """Return the LF of a table of a TOML file.

    Parameters
    ----------
    table
        Its settings: ``kind``, ``label`` and those of the builder.
    folder
        Where a text file of words, which it may name, lies.

    Raises
    ------
    InputError, LFError
        If a setting is not right.
    """
    if not isinstance(table, dict):
        raise LFError(f"an LF is a table of settings, which begins with a line [[lf]]; got {table!r}")
    entry = dict(table)
    kind = entry.pop("kind", None)
    kinds = {**BUILDERS, **OF_MEANING}
    if not isinstance(kind, str) or kind not in kinds:
        raise LFError(f"kind must be one of {', '.join(kinds)}; got {kind!r}{did_you_mean(str(kind), kinds)}")
    builder, main = kinds[kind]
    if kind in BUILDERS and entry.get("label") is None:
        raise LFError("label is missing: the label it votes for")
    first = [entry.pop("label")] if kind in BUILDERS else []
    if main == "words":
        entry |= {"words": words} if (words := _words(entry, folder)) is not None else {}
    settings = {*inspect.signature(builder).parameters, main} - {"label", "cache"}
    problems = [
        f"{name} is not a setting of {kind}{did_you_mean(name, settings) or f'; it has {some(sorted(settings), 12)}'}"
        for name in entry
        if name not in settings
    ]
    if main not in entry:
        problems.insert(0, f"{main} is missing" + ", or file = a text file with one entry per line" * (main == "words"))
    raise_all(LFError, problems)
    if "where" in entry:
        entry["where"] = _context(entry["where"])
    if str(entry.get("model", "")).startswith("."):
        entry["model"] = str(folder / entry["model"])
    try:
        return builder(*first, entry.pop(main), **entry)
    except TypeError as error:
        raise LFError(str(error)) from error


def _words(entry: dict[str, Any], folder: Path) -> list[object] | None:
    """Return the words of an entry and of its file, which is taken out of it."""
    words, file = entry.get("words"), entry.pop("file", None)
    if words is not None and not isinstance(words, list):
        raise LFError(f'words must be a list, as ["one", "two"]; got {words!r}')
    if file is None:
        return words
    if not isinstance(file, str):
        raise LFError(f"file must be the name of a text file; got {file!r}")
    return [*(words or []), *read_words(folder / file)]


def _context(values: Any) -> Context:
    if not isinstance(values, dict):
        raise LFError(f"where must be a table of conditions, as {{ not_negated = true }}; got {values!r}")
    conditions = [field.name for field in fields(Context)]
    unknown = [name for name in values if name not in conditions]
    raise_all(LFError, [f"where: {name} is not a condition{did_you_mean(name, conditions)}" for name in unknown])
    return Context(**values)
