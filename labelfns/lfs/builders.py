"""Builders of declared LFs: hashtags, keywords, emoji and regular expressions.

Words and hashtags are found by the tokeniser of `labelfns.text.tokens`, symbols by a regular expression; each LF can
tell where in the text it fired.
"""

import re
from collections.abc import Iterable, Mapping

from labelfns.errors import LFError
from labelfns.lfs.base import Label
from labelfns.lfs.context import Context
from labelfns.lfs.declared import PatternLF, SymbolsLF, TagsLF, WordsLF
from labelfns.text.word_lists import as_list, check_entries

_SKIN_OR_STYLE = "[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]"
_SIGN = "(?:\u200d(?:[\u2640\u2642\u27a1]|[\U0001f9b0-\U0001f9b3])\ufe0f?)"
Expects = Mapping[str, Label | None]


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
    name
        The LF's name; by default ``hashtags_<label>``.
    where
        In which places a tag counts.
    expects
        Texts and the votes they must get; what ``labelfns test-lfs`` runs.

    Raises
    ------
    LFError
        If the list is empty, or an entry is not one hashtag.

    Examples
    --------
    >>> lf = hashtags("positive", ["happy", "#blessed"])
    >>> lf("Sunday lunch with gran #Blessed"), lf("a happy day"), lf("#happyhour")
    ('positive', -1, -1)
    """
    given = as_list("hashtags", tags)
    return TagsLF(name or f"hashtags_{label}", label, given, parts, where=where, expects=expects or {})


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
    as one space; straight and curly apostrophes are the same; a trailing ``*`` stands for any ending
    (``"disappoint*"``). A word inside a hashtag, a handle, a web address or a longer word does not count. An entry
    with other symbols (``c++``) is searched as written.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    words
        At least one word or phrase.
    name
        The LF's name; by default ``keywords_<label>``.
    where
        In which places a word counts.
    expects
        Texts and the votes they must get; what ``labelfns test-lfs`` runs.

    Raises
    ------
    LFError
        If the list is empty, or an entry is blank or not a string.

    Examples
    --------
    >>> lf = keywords("negative", ["let down", "disappoint*", "can't believe"])
    >>> lf("Can\u2019t  believe this"), lf("so disappointing"), lf("#disappointed")
    ('negative', 'negative', -1)
    """
    given = as_list("keywords", words)
    return WordsLF(name or f"keywords_{label}", label, given, where=where, expects=expects or {})


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
    sequence joined from several emoji (a family, a heart on fire) is an emoji of its own, not its parts. Emoticons
    (``":)"``) match as written, and not inside a word, a number or a web address.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    symbols
        At least one emoji or emoticon.
    name
        The LF's name; by default ``emoji_<label>``.
    where
        In which places a find counts.
    expects
        Texts and the votes they must get; what ``labelfns test-lfs`` runs.

    Raises
    ------
    LFError
        If the list is empty, or an entry is blank, not a string, or a plain word.

    Examples
    --------
    >>> lf = emoji("positive", ["\U0001f44d", ":)"])
    >>> lf("ok \U0001f44d\U0001f3fd"), lf("see you :)"), lf("http://x.org:)")
    ('positive', 'positive', -1)
    """
    given = check_entries("emoji", symbols, _check_symbol)
    body = "|".join(_symbol_pattern(symbol) for symbol in sorted(given, key=len, reverse=True))
    firsts = frozenset(_bare(symbol)[0] for symbol in given)
    lf_name = name or f"emoji_{label}"
    return SymbolsLF(lf_name, label, re.compile(body), firsts, where=where, expects=expects or {})


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
    name
        The LF's name; by default ``regex_<label>``.
    where
        In which places a find counts.
    expects
        Texts and the votes they must get; what ``labelfns test-lfs`` runs.

    Raises
    ------
    LFError
        If the pattern does not compile.

    Examples
    --------
    >>> regex("negative", r"still (no|nothing)")("Still no refund")
    'negative'
    """
    try:
        compiled = re.compile(pattern, re.IGNORECASE if ignore_case else 0)
    except (re.error, TypeError) as error:
        raise LFError(f"regex {pattern!r} does not compile: {error}") from error
    return PatternLF(name or f"regex_{label}", label, compiled, where=where, expects=expects or {})


def _bare(symbol: str) -> str:
    """Return a symbol without skin tones, styles, gender and hair signs."""
    return re.sub(_SKIN_OR_STYLE, "", re.sub(_SIGN, "", symbol.strip()))


def _check_symbol(symbol: str) -> None:
    text = _bare(symbol)
    if not text or re.search(r"\s", text) or re.fullmatch(r"\w{3,}", text):
        raise LFError(f"{symbol!r} is neither an emoji nor an emoticon; for words use keywords()")


def _symbol_pattern(symbol: str) -> str:
    text = _bare(symbol)
    if text.isascii():
        return rf"(?<![\w:/.]){re.escape(text)}(?![\w/])"
    joined = rf"{_SKIN_OR_STYLE}*".join(re.escape(char) for char in text)
    return rf"(?<!\u200d){joined}{_SKIN_OR_STYLE}*{_SIGN}?(?!{_SKIN_OR_STYLE}*\u200d)"
