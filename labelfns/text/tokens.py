"""The tweet tokeniser: what counts as a word, a hashtag, a handle and a web address. A leaf: standard library only.

White space separates. Inside a piece without white space these are found, from left to right:

- a **web address**, from ``http://``, ``https://`` or ``www.`` to the next white space; nothing inside it counts;
- an **HTML entity** (``&amp;``), which is no word; one that stands for an apostrophe joins words as an apostrophe;
- **hashtags**, ``#`` or its full-width form and what Twitter lets a hashtag hold: letters, digits, ``_``, combining
  marks, the joiners U+200C and U+200D and some punctuation of other scripts; not right after a word or ``&``;
  ``#so#happy`` is two tags;
- a **handle**, ``@`` and letters; what is glued to a word with ``#`` or ``@`` (``me@home``) counts as neither;
- a **word**: letters, digits, ``_`` and combining marks, joined by apostrophes of any kind (``can't``, ``can´t``)
  or by U+200C and U+200D, which are invisible.

Words and tags are compared by their `fold`: NFKC normalisation and full case folding, apostrophes straight. So
``GRÜSSE`` is ``grüße`` and the "fancy" letters of social media are the plain ones. A word that ends in a clitic
(``'s 'll 're 've 'd 'm``) also counts as the word without it, and one in which a letter stands three times or more in
a row also counts with each such run cut to one and to two letters (``soooo goood`` is ``so good``).

The characters of a hashtag are those of https://github.com/twitter/twitter-text (``hashtagSpecialChars``), except that
a tag of digits alone counts too.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise, product
from typing import NamedTuple

from labelfns.text.spans import Span

APOSTROPHES = "'\u2018\u2019\u02bc\uff07\u00b4`\u2032"
"""Characters that people write for an apostrophe; inside words they are one."""

_NOT_IN_WORDS = {0xFE0E, 0xFE0F, 0x20E3}  # style selectors and the key cap belong to emoji
_CLITICS = ("'s", "'ll", "'re", "'ve", "'d", "'m")
_APOSTROPHE = rf"(?:[{APOSTROPHES}]|&(?:#0?39|#821[67]|#[xX]27|#[xX]201[89]|apos|[lr]squo|acute|prime);|\\u201[89])"
_JOINERS = "\u200c\u200d"
_TAG_SIGNS = _JOINERS + "\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
_INSIDE_PARTS = _JOINERS + "\u00b7\u05f3\u05f4"  # signs that stand between the letters of one word
_MAX_RUNS = 4


@cache
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
    tag = rf"[#\uff03][{_TAG_SIGNS}]*{w}[\w{_marks()}{_TAG_SIGNS}]*"
    return re.compile(
        r"(?P<skip>(?i:https?://|www\.)(?=\S*\w)\S+"  # www... is a word and dots
        r"|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
        rf"|(?P<tags>(?<!{w})(?<!&)(?:{tag})+)"
        rf"|{tag}|[@\uff20]{w}+"
        rf"|(?P<word>{w}+(?:(?:{_APOSTROPHE}|[{_JOINERS}]){w}+)*)"
    )


@cache
def _letter_or_digit() -> re.Pattern[str]:
    """Return what finds a letter or a digit of a hashtag with all that belongs to it."""
    rest = rf"[{_marks()}{_INSIDE_PARTS}]*"
    return re.compile(rf"(?P<digit>\d{rest})|(?P<letter>[^\W\d_]{rest})")


_ANY_APOSTROPHE = re.compile(_APOSTROPHE)
_MAY_BE_APOSTROPHE = re.compile(r"[&\\`]")
_TAG = re.compile(r"[#\uff03]([^#\uff03]+)")
RUN = re.compile(r"([^\W\d_])\1{2,}")


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


def skipped(text: str) -> list[Span]:
    """Return where a text holds web addresses and HTML entities, in order: nothing counts inside them.

    Examples
    --------
    >>> skipped("a &amp; b, www.x.org/a-b c")
    [(2, 7), (11, 24)]
    """
    return [match.span() for match in _pattern().finditer(text) if match.lastgroup == "skip"]


def fold(word: str) -> str:
    """Return the form in which words are compared.

    Examples
    --------
    >>> fold("GRÜSSE") == fold("grüße"), fold("Can\u2019t"), fold("\U0001d421\U0001d41a\U0001d429\U0001d429\U0001d432")
    (True, "can't", 'happy')
    """
    if word.isascii():
        return (_ANY_APOSTROPHE.sub("'", word) if _MAY_BE_APOSTROPHE.search(word) else word).lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _ANY_APOSTROPHE.sub("'", word)).casefold())


@lru_cache(maxsize=1 << 15)
def keys(raw: str) -> tuple[str, ...]:
    """Return the forms under which a word or tag may stand in a word list, the closest first.

    Examples
    --------
    >>> keys("Gran's"), keys("HAPPPY")
    (("gran's", 'gran'), ('happpy', 'hapy', 'happy'))
    """
    forms = [fold(raw)]
    if "'" in forms[0]:
        forms += [forms[0].removesuffix(end) for end in _CLITICS if forms[0].endswith(end)]
    forms += [cut for form in tuple(forms) for cut in _cut_runs(form)]
    return tuple(forms)


def parts(raw: str) -> list[str]:
    """Return the folded CamelCase, digit and ``_`` parts of a hashtag, none where it is of one piece.

    A letter stays with its combining marks.

    Examples
    --------
    >>> parts("SoHappyToday"), parts("BBCNews24"), parts("happy")
    (['so', 'happy', 'today'], ['bbc', 'news', '24'], [])
    """
    letters = list(_letter_or_digit().finditer(raw))
    starts = [i for i in range(len(letters)) if i == 0 or _begins_part(letters, i)]
    if len(starts) < 2:
        return []
    return [fold(raw[letters[a].start() : letters[b - 1].end()]) for a, b in pairwise([*starts, len(letters)])]


def _begins_part(letters: list[re.Match[str]], i: int) -> bool:
    """Return whether a new part begins with letter or digit i, at least 1."""
    last, this = letters[i - 1], letters[i]
    if last.end() < this.start() or last.lastgroup != this.lastgroup:
        return True
    if not this.group()[0].isupper():
        return False
    before = last.group()[0]
    ends_capitals = (
        i + 1 < len(letters) and letters[i + 1].start() == this.end() and letters[i + 1].group()[0].islower()
    )
    return before.islower() or (before.isupper() and ends_capitals)


def _cut_runs(key: str) -> list[str]:
    runs = list(RUN.finditer(key))
    if not runs or len(runs) > _MAX_RUNS:
        return []
    ends = [0, *(run.end() for run in runs)]
    pieces = [key[end : run.start()] for end, run in zip(ends, runs, strict=False)]
    return [
        "".join(piece + run.group(1) * n for piece, run, n in zip(pieces, runs, lengths, strict=True)) + key[ends[-1] :]
        for lengths in product((1, 2), repeat=len(runs))
    ]
