"""The tweet tokenizer: what counts as a word, a hashtag, a handle and a web address.

White space separates. Inside a piece without white space these are found, from left to right:

- a **web address**, from ``http://``, ``https://`` or ``www.`` to the next white space; nothing inside it counts;
- an **HTML entity** (``&amp;``), which is no word; one that stands for an apostrophe joins words as an apostrophe;
- **hashtags**, ``#`` or its full-width form and what Twitter lets a hashtag hold: letters, digits, ``_``, combining
  marks, the joiners U+200C and U+200D and some punctuation of other scripts; not right after a word or ``&``;
  ``#so#happy`` is two tags;
- a **handle**, ``@`` and letters; what is glued to a word with ``#`` or ``@`` (``me@home``) counts as neither;
- a **word**: letters, digits, ``_`` and combining marks, joined by apostrophes of any kind (``can't``, ``can´t``)
  and by invisible characters (`labelfns.text.characters`).

Words and tags are compared by their `fold`: NFKC normalization and full case folding, apostrophes straight, without
invisible characters and tatweel, the dotted and the dotless i one letter, as `re` has it. So ``GRÜSSE`` is ``grüße``
and the "fancy" letters of social media are the plain ones. A word that ends in a clitic (``'s 'll 're 've 'd 'm``)
also counts as the word without it, and one in which a letter stands three times or more in a row also counts with each
such run cut to one and to two letters (``soooo goood`` is ``so good``).

The characters of a hashtag are those of https://github.com/twitter/twitter-text (``hashtagSpecialChars``), and what is
followed by ``://`` is none; except that a tag of digits alone counts too. docs/words.md has a table of examples.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import pairwise, product
from typing import NamedTuple

from labelfns.text.characters import ANY_APOSTROPHE, JOINERS, LEFT_OUT, marks, normalized
from labelfns.text.spans import Span

_CLITICS = ("'s", "'ll", "'re", "'ve", "'d", "'m")
_TAG_SIGNS = (  # beside letters, digits, marks and _
    "\u200c\u200d\ua67e\u05be\u05f3\u05f4\uff5e\u301c\u309b\u309c\u30a0\u30fb\u3003\u0f0b\u0f0c\u00b7"
)
_INSIDE_PARTS = "\u200c\u200d\u00b7\u05f3\u05f4"  # signs that stand between the letters of one word
_MAX_RUNS = 4
_REMEMBERED = 16  # texts; a long one takes a hundred times its size


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
    w = rf"[\w{marks()}]"
    tag = rf"[#\uff03][{_TAG_SIGNS}]*{w}[\w{marks()}{_TAG_SIGNS}]*+(?!://)"
    joint = rf"(?:[{JOINERS}]*(?:{ANY_APOSTROPHE.pattern})[{JOINERS}]*|[{JOINERS}]+)"
    return re.compile(
        r"(?P<skip>(?i:https?://|www\.)(?=\S*\w)\S+"  # www... is a word and dots
        r"|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});)"
        rf"|(?P<tags>(?<!{w})(?<!&)(?:{tag})+)"
        rf"|{tag}|[@\uff20]{w}+"
        rf"|(?P<word>{w}+(?:{joint}{w}+)*)"
    )


@cache
def _letter_or_digit() -> re.Pattern[str]:
    """Return what finds a letter or a digit of a hashtag with all that belongs to it."""
    rest = rf"[{marks()}{_INSIDE_PARTS}]*"
    return re.compile(rf"(?P<digit>\d{rest})|(?P<letter>[^\W\d_]{rest})")


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


@lru_cache(maxsize=_REMEMBERED)
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
        return (ANY_APOSTROPHE.sub("'", word) if _MAY_BE_APOSTROPHE.search(word) else word).lower()
    plain = ANY_APOSTROPHE.sub("'", normalized(ANY_APOSTROPHE.sub("'", word)))
    folded = (LEFT_OUT.sub("", plain) or plain).casefold().replace("i\u0307", "i").replace("\u0131", "i")
    return normalized(folded)


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
