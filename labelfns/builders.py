"""Builders of declarative LFs: hashtags, keywords, emoji and regular expressions.

Each compiles its words to one regular expression, so that an LF is one search however long its list is, and so
that it can tell where in the text it fired. May import: `labelfns.lf`, `labelfns.errors`, the standard library.
"""

import re
from collections.abc import Callable, Iterable

from labelfns.errors import LFError, raise_all
from labelfns.lf import Label, PatternLF

_APOSTROPHES = "['\u2019\u02bc]"
_SKIN_OR_STYLE = "[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]"
_URL_OR_TAG_BEFORE = r"(?<![\w#@\uff03])"


def hashtags(label: Label, tags: Iterable[str], *, name: str | None = None) -> PatternLF:
    """Vote `label` where one of the hashtags stands in the text.

    Whole tags, letter case ignored, with or without the leading ``#`` in the list; ``#`` may also be the
    full-width form.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    tags
        At least one hashtag, without spaces.
    name
        The LF's name; by default ``hashtags_<label>``.

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

    def one(tag: str) -> str:
        word = tag.lstrip("#\uff03")
        if not re.fullmatch(r"\w+", word):
            raise LFError(f"{tag!r} is not a hashtag: letters, digits and _ only")
        return re.escape(word)

    body = _alternatives("hashtags", tags, one)
    pattern = re.compile(rf"(?<![\w&])[#\uff03](?:{body})(?!\w)", re.IGNORECASE)
    return PatternLF(name or f"hashtags_{label}", label, pattern)


def keywords(label: Label, words: Iterable[str], *, name: str | None = None) -> PatternLF:
    """Vote `label` where one of the words or phrases stands in the text.

    Whole words, letter case ignored. In a phrase any run of white space counts as one space; straight and curly
    apostrophes are the same; a trailing ``*`` stands for any ending (``"disappoint*"``). A word inside a hashtag,
    a handle or a longer word does not count.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    words
        At least one word or phrase.
    name
        The LF's name; by default ``keywords_<label>``.

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

    def one(word: str) -> str:
        stem = word.strip().removesuffix("*")
        if not re.search(r"\w", stem):
            raise LFError(f"{word!r} has no letter or digit; for symbols use emoji() or regex()")
        parts = (re.escape(part) for part in stem.split())
        body = re.sub(_APOSTROPHES, _APOSTROPHES, r"\s+".join(parts))
        return body + (r"\w*" if word.strip().endswith("*") else "")

    body = _alternatives("keywords", words, one)
    pattern = re.compile(rf"{_URL_OR_TAG_BEFORE}(?:{body})(?!\w)", re.IGNORECASE)
    return PatternLF(name or f"keywords_{label}", label, pattern)


def emoji(label: Label, symbols: Iterable[str], *, name: str | None = None) -> PatternLF:
    """Vote `label` where one of the emoji or emoticons stands in the text.

    Skin tones and the text or picture style do not matter. An emoji that is part of a longer joined sequence
    (a family, a profession) does not count as its parts. Emoticons (``":)"``) match as written, and not inside
    a word, a number or a web address.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    symbols
        At least one emoji or emoticon.
    name
        The LF's name; by default ``emoji_<label>``.

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

    def one(symbol: str) -> str:
        text = re.sub(_SKIN_OR_STYLE, "", symbol.strip())
        if not text or re.search(r"\s", text) or re.fullmatch(r"\w{3,}", text):
            raise LFError(f"{symbol!r} is neither an emoji nor an emoticon; for words use keywords()")
        if text.isascii():
            return rf"(?<![\w:/.]){re.escape(text)}(?![\w/])"
        joined = rf"{_SKIN_OR_STYLE}*".join(re.escape(char) for char in text)
        return rf"(?<!\u200d){joined}{_SKIN_OR_STYLE}*(?!{_SKIN_OR_STYLE}*\u200d)"

    return PatternLF(name or f"emoji_{label}", label, re.compile(_alternatives("emoji", symbols, one)))


def regex(label: Label, pattern: str, *, ignore_case: bool = True, name: str | None = None) -> PatternLF:
    """Vote `label` where the regular expression is found in the text.

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
    return PatternLF(name or f"regex_{label}", label, compiled)


def _alternatives(builder: str, entries: Iterable[str], one: Callable[[str], str]) -> str:
    """Join the entries' patterns, longest entry first so that the longest match wins; list every bad entry."""
    if isinstance(entries, str):
        raise LFError(f"{builder}() takes a list of entries, got the string {entries!r}: write [{entries!r}]")
    patterns: dict[str, str] = {}
    problems = []
    for entry in entries:
        try:
            if not isinstance(entry, str):
                raise LFError(f"{entry!r} is a {type(entry).__name__}, not a string")
            patterns[entry] = one(entry)
        except LFError as error:
            problems.append(f"{builder}(): {error}")
    raise_all(LFError, problems)
    if not patterns:
        raise LFError(f"{builder}() was given an empty list; an LF without words would never vote")
    return "|".join(patterns[entry] for entry in sorted(patterns, key=len, reverse=True))
