r"""Four ways in which people write a word-list LF by hand, on a string and on Snorkel's row.

- one search a word: whole words, the plain equivalent of a declared LF;
- as Snorkel's tutorial writes them: ``any(word in x.text.lower() ...)``, which finds parts of words too;
- one compiled pattern;
- for speed: cut the text into words, one set operation.
"""

import re
from collections.abc import Callable
from typing import Any

WORD = re.compile(r"(?<![#@\w])\w+(?:'\w+)*")
TAG = re.compile(r"#(\w+)")
Fires = Callable[[Any], bool]


def search_a_word(words: list[str], tag: bool) -> tuple[Fires, Fires]:
    """One search a word."""
    found = [rf"(?<!\w)#{re.escape(w)}\b" if tag else rf"\b{re.escape(w)}\b" for w in words]
    return (
        lambda text: any(re.search(pattern, text, re.IGNORECASE) for pattern in found),
        lambda x: any(re.search(pattern, x.text, re.IGNORECASE) for pattern in found),
    )


def tutorial(words: list[str], tag: bool) -> tuple[Fires, Fires]:
    """Look for each word as a part of the text."""
    wanted = [f"#{word}" for word in words] if tag else words
    return lambda text: any(w in text.lower() for w in wanted), lambda x: any(w in x.text.lower() for w in wanted)


def one_pattern(words: list[str], tag: bool) -> tuple[Fires, Fires]:
    """One compiled pattern of all words."""
    body = "|".join(map(re.escape, words))
    pattern = re.compile(rf"(?<![\w&])#(?:{body})(?!\w)" if tag else rf"(?<![\w#@])(?:{body})(?!\w)", re.IGNORECASE)
    return lambda text: pattern.search(text) is not None, lambda x: pattern.search(x.text) is not None


def for_speed(words: list[str], tag: bool) -> tuple[Fires, Fires]:
    """One set operation."""
    wanted, cut = frozenset(words), (TAG if tag else WORD).findall
    return lambda text: not wanted.isdisjoint(cut(text.lower())), lambda x: not wanted.isdisjoint(cut(x.text.lower()))


STYLES = {
    "one search a word": search_a_word,
    "as Snorkel's tutorial writes them": tutorial,
    "one compiled pattern": one_pattern,
    "written for speed": for_speed,
}
