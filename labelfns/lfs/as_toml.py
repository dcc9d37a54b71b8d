"""Declared LFs as the TOML that `labelfns.lfs.load.read_lfs` reads: word lists that travel as data, not as code."""

import re
from collections.abc import Iterable
from typing import Any

import tomli_w

from labelfns.errors import LFError, some
from labelfns.lfs.base import LabelingFunction
from labelfns.lfs.context import Context
from labelfns.lfs.declared import CountLF, DeclaredLF, LexiconLF, PatternLF, SymbolsLF, TagsLF, WordsLF


def is_data(lf: LabelingFunction) -> bool:
    """Return whether an LF is one that a builder makes, all of which a TOML file can say."""
    return type(lf) in _SETTINGS


def lfs_toml(lfs: Iterable[LabelingFunction]) -> str:
    """Return the TOML of LFs that builders made; what they expect of texts is left out where it is an abstain.

    Raises
    ------
    LFError
        If one of them is a Python function, a model or an LF of Snorkel's; all are named.

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
    return tomli_w.dumps({"lf": [lf_table(lf) for lf in lfs if isinstance(lf, DeclaredLF)]})


def lf_table(lf: DeclaredLF) -> dict[str, Any]:
    """Return an LF that a builder made as a table that `labelfns.lfs.load.lf_of_table` reads."""
    kind, settings = _SETTINGS[type(lf)]
    entry = {
        "kind": kind,
        "label": lf.label if isinstance(lf.label, str) else int(lf.label),
        "name": lf.name,
        **settings(lf),
    }
    if lf.where is not None:
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


_CONDITIONS = Context.__dataclass_fields__
_SETTINGS: dict[type, tuple[str, Any]] = {
    WordsLF: ("keywords", lambda lf: {"words": lf.words}),
    TagsLF: ("hashtags", lambda lf: {"words": lf.tags, "parts": lf.in_parts}),
    SymbolsLF: ("emoji", lambda lf: {"words": lf.symbols}),
    PatternLF: ("regex", _pattern),
    LexiconLF: ("lexicon", _lexicon),
    CountLF: ("count", _count),
}
