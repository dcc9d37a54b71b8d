r"""What counts as an emoji, and what as an emoticon.

An **emoji** is a whole sequence by Unicode's rules (UTS 51): a flag is two regional indicators, counted in pairs from
the left; what is joined by U+200D, as a family or a heart on fire, is one emoji; so is a flag spelled with tags. Two
emoji are the same where they are equal without skin tones, text or picture style, and gender and hair signs.

An **emoticon** is written in ASCII. It counts as written, at the end of a word too (``thanks:)``), but not

- inside a web address or an HTML entity (``http://x.org:)``), or right after ``:`` or ``/``;
- where it begins with ``:/``, right after ``http`` or ``https``: that is an address cut off, as at a tweet's end;
- where it begins or ends with a letter or digit, next to another one (``boxD``, ``a:person``), and where it ends with
  a digit, right after one (``4:3``);
- where it begins with a closing bracket, right after a word (``(like this):``).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from labelfns.errors import LFError
from labelfns.text.characters import beginnings, written
from labelfns.text.spans import Span, outside
from labelfns.text.tokens import skipped
from labelfns.text.word_lists import check_entries

if TYPE_CHECKING:
    import regex

_SKIN_OR_STYLE = "[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]"
_SIGN = "(?:\u200d(?:[\u2640\u2642\u27a1]|[\U0001f9b0-\U0001f9b3])\ufe0f?)"
_FLAG_LETTER = "[\U0001f1e6-\U0001f1ff]"
_TAG = "[\U000e0020-\U000e007f]"
_KEY_CAP = "\ufe0f?\u20e3"


@dataclass(frozen=True)
class Symbols:
    """A parsed list of emoji and emoticons.

    Parameters
    ----------
    pattern
        Finds them in its groups ``emoji`` and ``emoticon``; what else it finds is passed over.
    firsts
        The characters with which they begin: no text without one of them holds any.
    """

    pattern: re.Pattern[str]
    firsts: frozenset[str]

    @classmethod
    def of(cls, entries: Iterable[str]) -> "Symbols":
        """Parse a list.

        Raises
        ------
        LFError
            If it is empty or an entry is not right; all entries at once.
        """
        symbols = [bare(entry) for entry in check_entries("emoji", entries, _check_symbol)]
        symbols.sort(key=len, reverse=True)
        groups = {"emoji": [s for s in symbols if not s.isascii()], "emoticon": [s for s in symbols if s.isascii()]}
        pattern = "|".join(f"(?P<{name}>{'|'.join(map(_pattern, some))})" for name, some in groups.items() if some)
        flags = f"|{_FLAG_LETTER}{{2}}" * any(re.match(_FLAG_LETTER, symbol) for symbol in symbols)
        return cls(re.compile(pattern + flags), frozenset().union(*(beginnings(symbol[0]) for symbol in symbols)))

    def find(self, text: str) -> list[Span]:
        """Return where symbols of the list stand, in order; the longest at one place."""
        matches = [match for match in self.pattern.finditer(text) if match.lastgroup]
        if all(match.lastgroup == "emoji" for match in matches):
            return [match.span() for match in matches]
        counting = set(outside((match.span() for match in matches), skipped(text)))
        return [match.span() for match in matches if match.lastgroup == "emoji" or match.span() in counting]


def bare(symbol: str) -> str:
    """Return a symbol without skin tones, styles, gender and hair signs.

    Examples
    --------
    >>> bare("\U0001f926\U0001f3fd\u200d\u2640\ufe0f") == "\U0001f926"
    True
    """
    return re.sub(_SKIN_OR_STYLE, "", re.sub(_SIGN, "", symbol.strip()))


def emoji_in(text: str) -> list[str]:
    """Return the emoji of a text from left to right, each `bare`.

    Examples
    --------
    >>> len(emoji_in("\U0001f1e6\U0001f1fa\U0001f1f8\U0001f1ea \u2764\ufe0f\u200d\U0001f525 1 \u00a9"))
    3
    """
    return [] if text.isascii() else [bare(whole) for whole in _whole().findall(text)]


def styled(symbol: str) -> str:
    """Return a `bare` emoji as Unicode recommends to write it, with the signs for picture style."""
    return _styled().get(symbol, symbol)


@cache
def _whole() -> "regex.Pattern[str]":
    import regex  # it knows which characters are pictures

    rest = f"(?:{_SKIN_OR_STYLE}|{_TAG})*+"
    one = rf"(?:{_FLAG_LETTER}{{2}}|[0-9#*]{_KEY_CAP}|(?![\xa9\xae\u2122])\p{{Extended_Pictographic}}{rest})"
    return regex.compile(f"{one}(?:\u200d{one})*+")


@cache
def _styled() -> dict[str, str]:
    from emoji import EMOJI_DATA, STATUS

    whole = (symbol for symbol, about in EMOJI_DATA.items() if about["status"] == STATUS["fully_qualified"])
    return {bare(symbol): symbol for symbol in sorted(whole, key=len, reverse=True)}


def _check_symbol(symbol: str) -> None:
    text = bare(symbol)
    if not text or re.search(r"\s", text) or re.fullmatch(r"\w{3,}", text):
        raise LFError(f"{symbol!r} is neither an emoji nor an emoticon; for words use keywords()")


def _pattern(symbol: str) -> str:
    """Return what finds a `bare` symbol."""
    if symbol.isascii():
        return _before(symbol) + written(symbol) + rf"(?![\w/]|{_KEY_CAP})"
    joined = f"{_SKIN_OR_STYLE}*+".join(re.escape(char) for char in symbol)
    letters = re.search(f"{_FLAG_LETTER}*$", symbol)
    half_flag = f"(?!{_FLAG_LETTER})" * (len(letters[0]) % 2 if letters else 0)
    tags = f"(?!{_TAG})" * (not re.search(_TAG, symbol))
    return rf"(?<!\u200d){joined}{half_flag}{tags}{_SKIN_OR_STYLE}*+{_SIGN}*+(?!{_SKIN_OR_STYLE}*+\u200d)"


def _before(emoticon: str) -> str:
    """Return what must not stand before an emoticon."""
    if re.match(r"\w", emoticon):
        return r"(?<![\w:/])(?<!\w\.)"
    if emoticon[0] in ")]":
        return r"(?<![\w:/])"
    cut_off = "(?<!(?i:http))(?<!(?i:https))" * emoticon.startswith(":/")
    return r"(?<![:/])" + cut_off + r"(?<!\d)" * emoticon[-1].isdigit()
