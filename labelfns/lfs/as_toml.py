"""Declared LFs as the TOML that `labelfns.lfs.load.read_lfs` reads: word lists that travel as data, not as code."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import tomli_w

from labelfns.errors import LFError, some
from labelfns.lfs.base import LabelingFunction
from labelfns.lfs.context import Context
from labelfns.lfs.declared import CountLF, DeclaredLF, LexiconLF, PatternLF, SymbolsLF, TagsLF, WordsLF
from labelfns.lfs.meaning.prototypes import PrototypesLF
from labelfns.lfs.meaning.reading import ReadingLF
from labelfns.lfs.meaning.zero_shot import ZeroShotLF


def is_data(lf: LabelingFunction) -> bool:
    """Return whether an LF is one that a builder makes, and a TOML file can say."""
    if type(lf) in _OF_MEANING:
        return all(isinstance(label, str) for label in lf.known_labels)  # names in TOML are text
    return type(lf) in _SETTINGS


def lfs_toml(lfs: Iterable[LabelingFunction]) -> str:
    """Return the TOML of LFs that builders made; what they expect of texts is left out where it is an abstain.

    Raises
    ------
    LFError
        If one of them is a Python function, a model, a prompt or an LF of Snorkel's; all are named.

    Examples
    --------
    >>> from labelfns import keywords
    >>> print(lfs_toml([keywords("positive", ["so good", "great"], name="praise")]))
    [[lf]]
    kind = "keywords"
    label = "positive"
    name = "praise"
    words = [
        "so good",
        "great",
    ]
    <BLANKLINE>
    """
    lfs = list(lfs)
    if code := [lf.name for lf in lfs if not is_data(lf)]:
        raise LFError(f"a TOML file holds word lists, patterns and counts, and no Python code, as {some(code)} have")
    return tomli_w.dumps({"lf": [lf_table(lf) for lf in lfs]})


def lf_table(lf: LabelingFunction) -> dict[str, Any]:
    """Return an LF that a builder made as a table that `labelfns.lfs.load.lf_of_table` reads."""
    entry: dict[str, Any] = {"kind": lf.kind}
    if isinstance(lf, DeclaredLF):
        entry |= {"label": lf.label if isinstance(lf.label, str) else int(lf.label)}
    entry |= {"name": lf.name, **{**_SETTINGS, **_OF_MEANING}[type(lf)](lf)}
    if isinstance(lf, DeclaredLF) and lf.where is not None:
        entry["where"] = {name: value for name, value in vars(lf.where).items() if name in _CONDITIONS and value}
    if expects := {text: label for text, label in lf.expects.items() if label is not None}:
        entry["expects"] = expects
    return entry


def _pattern(lf: PatternLF) -> dict[str, Any]:
    return {"pattern": lf.pattern.pattern, "ignore_case": bool(lf.pattern.flags & re.IGNORECASE)}


def _lexicon(lf: LexiconLF) -> dict[str, Any]:
    weights = {lf.typed.get(word, word): weight / 1000 for word, weight in lf.weights.items()}
    return {"weights": weights, "threshold": lf.threshold / 1000, "negated": lf.negated_percent / 100}


def _count(lf: CountLF) -> dict[str, Any]:
    most = {} if lf.at_most is None else {"at_most": lf.at_most}
    return {"what": lf.what, "at_least": lf.at_least, **most}


def _model(lf: ReadingLF) -> str:
    """Return a model as a file elsewhere can name it."""
    return str(Path(lf.model).absolute()) if lf.model.startswith(".") else lf.model


_CONDITIONS = Context.__dataclass_fields__
_SETTINGS: dict[type, Callable[[Any], dict[str, Any]]] = {
    WordsLF: lambda lf: {"words": lf.words},
    TagsLF: lambda lf: {"words": lf.tags, "parts": lf.in_parts},
    SymbolsLF: lambda lf: {"words": lf.symbols},
    PatternLF: _pattern,
    LexiconLF: _lexicon,
    CountLF: _count,
}
_OF_MEANING: dict[type, Callable[[Any], dict[str, Any]]] = {
    PrototypesLF: lambda lf: {
        "sentences": {label: list(given) for label, given in lf.sentences.items()},
        **{name: getattr(lf, name) for name in ("min_similarity", "margin")},
        "model": _model(lf),
    },
    ZeroShotLF: lambda lf: {
        "hypotheses": dict(lf.hypotheses),
        **{name: getattr(lf, name) for name in ("at_least", "soft")},
        "model": _model(lf),
    },
}
