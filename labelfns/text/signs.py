"""Entries of word lists that hold other signs than words: ``c++``, ``24/7``, ``rock 'n' roll``, ``r&b``.

Their words and hashtags are those of the tokenizer, and are compared as all words are; the signs around and between
them stand as written, an apostrophe of any kind for another, an HTML entity for its character.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from labelfns.errors import LFError
from labelfns.text.characters import APOSTROPHES, beginnings, written
from labelfns.text.spans import Span
from labelfns.text.tokens import Token, fold, keys, tokens

_COMMON = "'.,-!?_"
_BEFORE = r"(?<![\w#@\uff03])"
_REACH = 12
"""How many characters a sign takes at most, in characters of the text."""


class Signed(NamedTuple):
    """An entry with signs.

    Parameters
    ----------
    words
        Its words, folded, and whether each is a hashtag; at least one.
    before, between, after
        What stands before the first word, between each two, and after the last.
    reach
        How far before the first word the entry may begin.
    ending
        Whether the last word, or what follows the signs after it, may have any ending.
    """

    words: tuple[tuple[bool, str], ...]
    before: re.Pattern[str] | None
    between: tuple[re.Pattern[str], ...]
    after: re.Pattern[str] | None
    reach: int
    ending: bool

    @classmethod
    def of(cls, stem: str, ending: bool) -> "Signed | None":
        """Parse an entry; None where it has no word, as ``@joe``."""
        words = tokens(stem)
        if not words:
            return None
        before, after = stem[: words[0].start], stem[words[-1].end :]
        return cls(
            tuple((word.tag, fold(word.raw)) for word in words),
            _compiled(rf"{_BEFORE}{written(before)}\Z") if before else None,
            tuple(_compiled(written(stem[one.end : other.start])) for one, other in pairwise(words)),
            _compiled(written(after) + (r"\w*" if ending else r"(?!\w)")) if after else None,
            _REACH * len(before),
            ending,
        )

    @property
    def open(self) -> bool:
        """Whether its first word may have any ending."""
        return self.ending and self.after is None and len(self.words) == 1

    def span(self, text: str, texts_tokens: Sequence[Token], i: int) -> Span | None:
        """Return where the entry stands if its first word is token i of the text, whose forms are known to fit."""
        here = texts_tokens[i : i + len(self.words)]
        if len(here) < len(self.words):
            return None
        start, end = here[0].start, here[-1].end
        last = len(here) - 1
        for k, ((tag, word), token) in enumerate(zip(self.words, here, strict=True)):
            if tag != token.tag or not _fits(word, token, self.ending and self.after is None and k == last):
                return None
        for pattern, (one, other) in zip(self.between, pairwise(here), strict=True):
            if not pattern.fullmatch(text, one.end, other.start):
                return None
        if self.before is not None:
            match = self.before.search(text, max(0, start - self.reach), start)
            if match is None:
                return None
            start = match.start()
        if self.after is not None:
            match = self.after.match(text, end)
            if match is None:
                return None
            end = match.end()
        return start, end


def as_written(stem: str, ending: bool) -> str:
    """Return a pattern for an entry without words, as ``@joe`` or a web address."""
    return _BEFORE + written(stem) + (r"\w*" if ending else r"(?!\w)")


def marks_of(stem: str) -> frozenset[str]:
    """Return characters one of which any match of an entry with signs holds.

    Raises
    ------
    LFError
        If it has no sign.
    """
    words, ends = tokens(stem), 0
    outside = ""
    for word in words:
        outside += stem[ends : word.start]
        ends = word.end
    outside += stem[ends:]
    signs = [char for char in outside if not char.isalnum() and not char.isspace()]
    rare = [char for char in signs if char not in _COMMON and char not in APOSTROPHES]
    if rare or signs:
        return beginnings((rare or signs)[0])
    if any(word.tag for word in words):
        return frozenset("#\uff03")
    raise LFError(f"{stem!r} is neither words nor words with symbols; use regex()")


def _fits(word: str, token: Token, ending: bool) -> bool:
    forms = keys(token.raw)
    return word in forms or (ending and any(form.startswith(word) for form in forms))


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
