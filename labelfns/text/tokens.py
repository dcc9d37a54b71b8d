"""The tweet tokeniser: what counts as a word, a hashtag, a handle and a web address. A leaf: standard library only.

What it does, exactly. White space separates; inside a piece without white space these are found, left to right:

- a **web address**, from ``http://``, ``https://`` or ``www.`` to the next white space; nothing inside it counts;
- an **HTML entity** (``&amp;``), which is no word; one that stands for an apostrophe joins words as an apostrophe;
- **hashtags**, ``#`` or its full-width form and letters, not right after a word or ``&``; ``#so#happy`` is two tags;
- a **handle**, ``@`` and letters; what is glued to a word with ``#`` or ``@`` (``me@home``) counts as neither;
- a **word**: letters, digits, ``_`` and combining marks, joined by apostrophes (``can't`` is one word).

Words and tags are compared by their `fold`: NFKC normalisation and full case folding, apostrophes straight. So
``GRÜSSE`` is ``grüße`` and the "fancy" letters of social media are the plain ones. A word that ends in a clitic
(``'s 'll 're 've 'd 'm``) also counts as the word without it, and one in which a letter stands three times or more in
a row also counts with each such run cut to one and to two letters (``soooo goood`` is ``so good``).
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import product
from typing import NamedTuple

Span = tuple[int, int]
"""Start and end of a piece of a text, in characters, end exclusive."""

_NOT_IN_WORDS = {0xFE0E, 0xFE0F, 0x20E3}  # style selectors and the key cap belong to emoji
_CLITICS = ("'s", "'ll", "'re", "'ve", "'d", "'m")
_JOIN = r"(?:['\u2019\u02bc\uff07]|&(?:#0?39|#8217|#[xX]27|#[xX]2019|apos|rsquo);|\\u2019)"
_MOSTRUNS = 4


def _marks() -> str:
    """Return the inside of a character class with every combining mark; `re` has no name for them."""
    points = [*range(0x300, 0x1F000), *range(0xE0100, 0xE01F0)]
    marks = [p for p in points if unicodedata.category(chr(p))[0] == "M" and p not in _NOT_IN_WORDS]
    ranges: list[list[int]] = []
    for point in marks:
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in ranges)


class Token(NamedTuple):
    """A word or a hashtag of a text.

    Parameters
    ----------
    tag
        Whether it is a hashtag.
    raw
        As written, without the ``#``.
    start, end
        Where it stands, in characters, the ``#`` included, end exclusive.
    """

    tag: bool
    raw: str
    start: int
    end: int


@cache
def _pattern() -> re.Pattern[str]:
    w = rf"[\w{_marks()}]"
    return re.compile(
        r"(?P<skip>(?i:https?://|www\.)\S+"
        r"|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
        rf"|(?P<tags>(?<!{w})(?<!&)(?:[#\uff03]{w}+)+)"
        rf"|[#\uff03@\uff20]{w}+"
        rf"|(?P<word>{w}+(?:{_JOIN}{w}+)*)"
    )


_JOINED = re.compile(_JOIN)
_TAG = re.compile(r"[#\uff03]([^#\uff03]+)")
RUN = re.compile(r"([^\W\d_])\1{2,}")
_PART = re.compile(r"\d+|[^\W\d_]+")


def iter_tokens(text: str) -> Iterator[Token]:
    """Yield the words and hashtags of a text from left to right."""
    for match in _pattern().finditer(text):
        kind = match.lastgroup
        if kind == "word":
            yield Token(False, match.group(), match.start(), match.end())
        elif kind == "tags":
            for tag in _TAG.finditer(match.group()):
                yield Token(True, tag.group(1), match.start() + tag.start(), match.start() + tag.end())


@lru_cache(maxsize=64)
def tokens(text: str) -> tuple[Token, ...]:
    """Return the words and hashtags of a text; the last few texts are remembered, LFs ask for the same one."""
    return tuple(iter_tokens(text))


def fold(word: str) -> str:
    """Return the form in which words are compared.

    Examples
    --------
    >>> fold("GRÜSSE") == fold("grüße"), fold("Can\u2019t"), fold("\U0001d421\U0001d41a\U0001d429\U0001d429\U0001d432")
    (True, "can't", 'happy')
    """
    if word.isascii():
        return (_JOINED.sub("'", word) if "&" in word or "\\" in word else word).lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _JOINED.sub("'", word)).casefold())


@lru_cache(maxsize=1 << 15)
def keys(raw: str) -> tuple[str, ...]:
    """Return the forms under which a word or tag may stand in a word list, the closest first.

    Examples
    --------
    >>> keys("Gran's"), keys("HAPPPY")
    (("gran's", 'gran'), ('happpy', 'hapy', 'happy'))
    """
    found = [fold(raw)]
    if "'" in found[0]:
        found += [found[0].removesuffix(end) for end in _CLITICS if found[0].endswith(end)]
    found += [cut for key in tuple(found) for cut in _cut_runs(key)]
    return tuple(found)


def parts(raw: str) -> list[str]:
    """Return the folded CamelCase, digit and ``_`` parts of a hashtag, none where it is of one piece.

    Examples
    --------
    >>> parts("SoHappyToday"), parts("BBCNews24"), parts("happy")
    (['so', 'happy', 'today'], ['bbc', 'news', '24'], [])
    """
    found: list[str] = []
    for piece in _PART.findall(raw):
        start = 0
        for i in range(1, len(piece)):
            begins = piece[i].isupper() and (
                piece[i - 1].islower() or (i + 1 < len(piece) and piece[i + 1].islower() and piece[i - 1].isupper())
            )
            if begins:
                found.append(fold(piece[start:i]))
                start = i
        found.append(fold(piece[start:]))
    return found if len(found) > 1 else []


def _cut_runs(key: str) -> list[str]:
    runs = list(RUN.finditer(key))
    if not runs or len(runs) > _MOSTRUNS:
        return []
    ends = [0, *(run.end() for run in runs)]
    pieces = [key[end : run.start()] for end, run in zip(ends, runs, strict=False)]
    return [
        "".join(piece + run.group(1) * n for piece, run, n in zip(pieces, runs, lengths, strict=True)) + key[ends[-1] :]
        for lengths in product((1, 2), repeat=len(runs))
    ]
