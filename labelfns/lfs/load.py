"""LFs and word lists from TOML and plain text files, for people who do not program.

A text file holds an entry a line; blank lines and lines that begin with ``# `` (a hash and a space) are left out. A
TOML file holds LFs::

    [[lf]]
    kind = "keywords"          # or hashtags, emoji, regex, lexicon, count
    label = "negative"
    name = "bad_words"
    words = ["awful", "let down"]          # or: file = "bad_words.txt"
    where = { not_negated = true }
    expects = { "what a let down" = "negative" }
"""

import inspect
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from labelfns.errors import InputError, LFError, did_you_mean, raise_all
from labelfns.lfs.base import LabelingFunction
from labelfns.lfs.builders import emoji, hashtags, keywords, regex
from labelfns.lfs.context import Context
from labelfns.lfs.lexicon import count, lexicon

_KINDS: Mapping[str, tuple[Callable[..., LabelingFunction], str]] = {
    "hashtags": (hashtags, "words"),
    "keywords": (keywords, "words"),
    "emoji": (emoji, "words"),
    "regex": (regex, "pattern"),
    "lexicon": (lexicon, "weights"),
    "count": (count, "what"),
}


def read_words(path: str | Path) -> list[str]:
    """Return the entries of a text file, one a line, in order.

    Raises
    ------
    InputError
        If the file is missing, not UTF-8 or without an entry.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path} cannot be read as a list of words: {error}") from error
    words = [line.strip() for line in lines if line.strip() and not line.startswith("# ")]
    if not words:
        raise InputError(f"{path} holds no word; write one a line")
    return words


def read_lfs(path: str | Path) -> list[LabelingFunction]:
    """Return the LFs of a TOML file, in order.

    Raises
    ------
    InputError
        If the file is missing or not TOML.
    LFError
        If it holds no LF or some are not right; all at once, each by its place.
    """
    path = Path(path)
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("lf", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path} cannot be read as TOML: {error}") from error
    if not entries or not isinstance(entries, list):
        raise LFError(f"{path} defines no labeling function: each begins with a line [[lf]]")
    lfs, problems = [], []
    for number, entry in enumerate(entries, start=1):
        try:
            lfs.append(_build(dict(entry), path.parent))
        except (LFError, InputError) as error:
            problems.append(f"{path}, [[lf]] number {number} ({entry.get('name', 'no name')}): {error}")
    raise_all(LFError, problems)
    return lfs


def _build(entry: dict[str, Any], folder: Path) -> LabelingFunction:
    kind, label = entry.pop("kind", None), entry.pop("label", None)
    if kind not in _KINDS:
        raise LFError(f"kind must be one of {', '.join(_KINDS)}; got {kind!r}{did_you_mean(str(kind), _KINDS)}")
    if label is None:
        raise LFError("label is missing: the label it votes for")
    builder, main = _KINDS[kind]
    if "file" in entry:
        words = read_words(folder / entry.pop("file"))
        entry["words"] = [*entry.get("words", []), *words]
    if main not in entry:
        raise LFError(f"{main} is missing" + (", or file = a text file with an entry a line" * (main == "words")))
    if "where" in entry:
        entry["where"] = _context(entry["where"])
    known = {*inspect.signature(builder).parameters, main}
    unknown = [name for name in entry if name not in known]
    raise_all(LFError, [f"{name} is not a setting of {kind}{did_you_mean(name, known)}" for name in unknown])
    try:
        return builder(label, entry.pop(main), **entry)
    except TypeError as error:
        raise LFError(str(error)) from error


def _context(values: Any) -> Context:
    try:
        return Context(**values)
    except TypeError as error:
        raise LFError(f"where: {error}") from error
