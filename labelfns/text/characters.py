r"""What single characters mean in words and symbols, by Unicode's data: a leaf.

- Apostrophes, and accents, primes and quotes typed for one, are one character; so is an HTML entity for one.
- Invisible characters (soft hyphen, joiners, marks of direction) stand inside words, as UAX 29 has it, and are left out
  when words are compared; so is the Arabic tatweel, which only draws a word out. The zero-width space is a boundary.
- ``&lt;``, ``&gt;``, ``&amp;`` and ``&quot;`` stand for their characters.
"""

import html
import re
import unicodedata
from functools import cache
from itertools import accumulate

APOSTROPHES = "'\u2018\u2019\u201b\u02bb\u02bc\uff07\u00b4`\u2032"
"""Characters that people write for an apostrophe; inside words they are one."""

ANY_APOSTROPHE = re.compile(
    rf"[{APOSTROPHES}]|&(?:#0?39|#821[67]|#[xX]27|#[xX]201[89]|apos|[lr]squo|acute|prime);|\\u201[89]"
)
JOINERS = "\u00ad\u061c\u180e\u200c-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
"""Invisible characters that join: of the word break classes Format and ZWJ, and U+200C."""

_TATWEEL = "\u0640"
_IGNORABLE = (  # Default_Ignorable_Code_Point
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
LEFT_OUT = re.compile(f"[{_TATWEEL}{_IGNORABLE}]")
"""What does not count when words are compared."""

_ENTITIES = {"<": ("lt", "60", "3c"), ">": ("gt", "62", "3e"), "&": ("amp", "38", "26"), '"': ("quot", "34", "22")}
_LONG = 200  # characters of a word; within so many a sort by insertion takes no time
_NOT_IN_WORDS = {0xFE0E, 0xFE0F, 0x20E3}  # style selectors and the key cap belong to emoji


@cache
def marks() -> str:
    """Return the inside of a character class with every combining mark; `re` has no name for them."""
    points = [*range(0x300, 0x1F000), *range(0xE0100, 0xE01F0)]
    found = [p for p in points if unicodedata.category(chr(p))[0] == "M" and p not in _NOT_IN_WORDS]
    ranges: list[list[int]] = []
    for point in found:
        if ranges and point == ranges[-1][1] + 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"{chr(a)}-{chr(b)}" for a, b in ranges)


def normalized(word: str) -> str:
    r"""Return a word in Unicode's form NFKC.

    `unicodedata` puts combining marks into their order by insertion, which takes the square of their number; words with
    long runs of them are put into it before.

    Examples
    --------
    >>> normalized("e\u0301"), len(normalized("e" + "\u0301\u0323" * 99))
    ('é', 198)
    """
    if len(word) > _LONG and _many_marks().search(word):
        signs = "".join(unicodedata.normalize("NFKD", sign) for sign in word)
        classes = list(map(unicodedata.combining, signs))
        runs = list(accumulate(c == 0 for c in classes))
        word = "".join(signs[i] for i in sorted(range(len(signs)), key=lambda i: (runs[i], classes[i])))
    return unicodedata.normalize("NFKC", word)


@cache
def _many_marks() -> re.Pattern[str]:
    return re.compile(f"[{marks()}]{{{_LONG // 4}}}")


def is_space(gap: str) -> bool:
    r"""Return whether between two words there is white space, and invisible characters besides.

    Examples
    --------
    >>> is_space(" \u200e"), is_space("&nbsp;"), is_space("\u200b"), is_space(", ")
    (True, True, False, False)
    """
    return gap.isspace() or (not gap.isalnum() and LEFT_OUT.sub("", html.unescape(gap)).isspace())


def written(signs: str) -> str:
    r"""Return a pattern for signs as they may be written: apostrophes of any kind, entities, any white space.

    Examples
    --------
    >>> bool(re.fullmatch(written("<3"), "&lt;3")), bool(re.fullmatch(written("a 'b"), "a \n&#39;b"))
    (True, True)
    """
    return "".join(map(_one, re.findall(r"\s+|\S", signs)))


def beginnings(sign: str) -> frozenset[str]:
    """Return the characters with which a sign begins, however it is written."""
    if sign in APOSTROPHES:
        return frozenset(APOSTROPHES + "&\\")
    return frozenset({sign, "&"} if sign in _ENTITIES else {sign})


def _one(sign: str) -> str:
    if sign.isspace():
        return r"\s+"
    if sign in APOSTROPHES:
        return f"(?:{ANY_APOSTROPHE.pattern})"
    if sign in _ENTITIES:
        name, number, hexadecimal = _ENTITIES[sign]
        return f"(?:&(?i:{name}|#0*{number}|#x0*{hexadecimal});|{re.escape(sign)})"
    return re.escape(sign)


@cache
def _spaceless() -> "re.Pattern[str]":
    import regex  # it knows scripts and line breaks

    pattern: re.Pattern[str] = regex.compile(
        r"[\p{Line_Break=SA}\p{Line_Break=AK}\p{Line_Break=AS}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]"
    )
    return pattern


def without_spaces(word: str) -> bool:
    """Return whether a word holds letters of a script that is written without spaces between words.

    Examples
    --------
    >>> without_spaces("\u597d"), without_spaces("\u0e14\u0e35"), without_spaces("\uc88b\uc544"), without_spaces("good")
    (True, True, False, False)
    """
    return not word.isascii() and _spaceless().search(word) is not None
