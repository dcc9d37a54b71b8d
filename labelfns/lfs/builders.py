"""Builders of declared LFs: hashtags, keywords, emoji, regular expressions and counts.

Words and hashtags are those of `labelfns.text.tokens`, emoji and emoticons those of `labelfns.text.emoji`
(docs/words.md); each LF can say where in the text it fired. The label comes first, then what to look for, then settings
by keyword; three of these are the same for all:

- ``name``, the LF's name, by default the builder's and the label: ``keywords_positive``. In an LF file an LF without
  one is called as its variable. A name is one line of any text without control characters.
- ``where``, a `Context`: in which places a hit counts.
- ``expects``, texts and the votes they must get.
"""

import re
from collections.abc import Iterable
from typing import Any

from labelfns.errors import LFError
from labelfns.lfs.base import Expects, Label, naming
from labelfns.lfs.context import Context
from labelfns.lfs.declared import Count, CountLF, PatternLF, SymbolsLF, TagsLF, WordsLF
from labelfns.setting_types import brief
from labelfns.text.word_lists import as_list, warn_of_spaceless


def hashtags(
    label: Label,
    tags: Iterable[str],
    *,
    parts: bool = False,
    name: str | None = None,
    where: Context | None = None,
    expects: Expects | None = None,
) -> TagsLF:
    """Vote `label` where one of the hashtags stands in the text.

    Whole tags by the rules of `labelfns.text.tokens`, letter case ignored, with or without the leading ``#`` in the
    list; a trailing ``*`` stands for any ending.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    tags
        At least one hashtag, without spaces.
    parts
        Whether a part of a CamelCase tag counts too: ``happy`` in ``#SoHappyToday``.
    name, where, expects
        As in all builders, see `labelfns.lfs.builders`.

    Raises
    ------
    LFError
        If the list is empty, an entry is not one hashtag, or a setting is not right.

    Examples
    --------
    >>> lf = hashtags("positive", ["happy", "#blessed"])
    >>> lf("Sunday lunch with gran #Blessed"), lf("a happy day"), lf("#happyhour")
    ('positive', -1, -1)
    """
    entries = as_list("hashtags", tags, label)
    return TagsLF(label=label, tags=entries, in_parts=parts, **common("hashtags", label, name, where, expects))


def keywords(
    label: Label,
    words: Iterable[str],
    *,
    name: str | None = None,
    where: Context | None = None,
    expects: Expects | None = None,
) -> WordsLF:
    """Vote `label` where one of the words or phrases stands in the text.

    Whole words by the rules of `labelfns.text.tokens`, letter case ignored. In a phrase any run of white space counts
    as one space; apostrophes of any kind are the same; a trailing ``*`` stands for any ending
    (``"disappoint*"``). A word inside a hashtag, a handle, a web address or a longer word does not count. In an entry
    with other signs (``c++``) these stand as written.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    words
        At least one word or phrase.
    name, where, expects
        As in all builders, see `labelfns.lfs.builders`.

    Raises
    ------
    LFError
        If the list is empty, an entry is blank or not a string, or a setting is not right.

    Warns
    -----
    LabelFnsWarning
        If words are in a script that is written without spaces (Thai, Chinese): `regex` finds those anywhere.

    Examples
    --------
    >>> lf = keywords("negative", ["let down", "disappoint*", "can't believe"])
    >>> lf("Can\u2019t  believe this"), lf("so disappointing"), lf("#disappointed")
    ('negative', 'negative', -1)
    """
    entries = as_list("keywords", words, label)
    warn_of_spaceless("keywords()", entries, 2)
    return WordsLF(label=label, words=entries, **common("keywords", label, name, where, expects))


def emoji(
    label: Label,
    symbols: Iterable[str],
    *,
    name: str | None = None,
    where: Context | None = None,
    expects: Expects | None = None,
) -> SymbolsLF:
    """Vote `label` where one of the emoji or emoticons stands in the text.

    Skin tones, gender and hair signs, and the text or picture style do not matter: each counts as the base emoji. A
    sequence joined from several emoji (a family, a heart on fire) is an emoji of its own, not its parts, and so is a
    flag. Emoticons (``":)"``) match as written, at the end of a word too, and not inside a word, a number or a web
    address; `labelfns.text.emoji` has the rules.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    symbols
        At least one emoji or emoticon.
    name, where, expects
        As in all builders, see `labelfns.lfs.builders`.

    Raises
    ------
    LFError
        If the list is empty, an entry is blank, not a string, or a plain word, or a setting is not right.

    Examples
    --------
    >>> lf = emoji("positive", ["\U0001f44d", ":)"])
    >>> lf("ok \U0001f44d\U0001f3fd"), lf("see you :)"), lf("http://x.org:)")
    ('positive', 'positive', -1)
    """
    return SymbolsLF(
        label=label, symbols=as_list("emoji", symbols, label), **common("emoji", label, name, where, expects)
    )


def regex(
    label: Label,
    pattern: str,
    *,
    ignore_case: bool = True,
    name: str | None = None,
    where: Context | None = None,
    expects: Expects | None = None,
) -> PatternLF:
    """Vote `label` where the regular expression is found in the text.

    A pattern that only backtracking can match runs under a time limit, see `LFSet.apply`.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    pattern
        In the syntax of Python's `re`.
    ignore_case
        Whether letter case is ignored.
    name, where, expects
        As in all builders, see `labelfns.lfs.builders`.

    Raises
    ------
    LFError
        If the pattern does not compile, or a setting is not right.

    Examples
    --------
    >>> regex("negative", r"still (no|nothing)")("Still no refund")
    'negative'
    """
    if not isinstance(pattern, str):
        raise LFError(f"regex() takes the pattern as a string; got {pattern!r}")
    try:
        compiled = re.compile(pattern, re.IGNORECASE if ignore_case else 0)
    except (re.error, OverflowError, RecursionError) as error:
        raise LFError(f"regex {brief(pattern)} does not compile: {error}") from error
    return PatternLF(label=label, pattern=compiled, **common("regex", label, name, where, expects))


def count(
    label: Label,
    what: Count,
    *,
    at_least: int,
    at_most: int | None = None,
    name: str | None = None,
    where: Context | None = None,
    expects: Expects | None = None,
) -> CountLF:
    """Vote `label` where a count is in a range.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    what
        ``"exclamations"`` or ``"questions"``, marks of that kind; ``"capitals"``, upper-case characters;
        ``"shouted"``, words of two or more letters all in capitals; ``"letters"``, characters of any kind;
        ``"words"``, words without hashtags.
    at_least, at_most
        The range, both ends included, at least 0; without an upper end by default.
    name, where, expects
        As in all builders, see `labelfns.lfs.builders`; the default name is ``<what>_<label>``. Only the condition
        `only_with` makes sense here: a count stands in no place.

    Raises
    ------
    LFError
        If `what` is unknown, a number is not right or no count is in the range; all at once.

    Examples
    --------
    >>> lf = count("positive", "exclamations", at_least=3)
    >>> lf("yes!!!"), lf("yes!")
    ('positive', -1)
    """
    settings = common(what, label, name, where, expects)
    return CountLF(label=label, what=what, at_least=at_least, at_most=at_most, **settings)


def common(
    kind: str, label: object, name: str | None, where: Context | None, expects: Expects | None
) -> dict[str, Any]:
    """Return the fields that all declared LFs share; they are checked by the LF itself."""
    return {**naming(name, f"{kind}_{label}"), "where": where, "expects": {} if expects is None else expects}
