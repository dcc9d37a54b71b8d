"""The declared LFs: defined by their fields alone, so that a set of them is answered in one pass.

Each class here is the plain way to answer, and the reference that `labelfns.engine.compiled` is proven equal to.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from labelfns.errors import LFError
from labelfns.lfs.base import ABSTAIN, DeclaredLF, Label
from labelfns.lfs.context import negated
from labelfns.text.tokens import Span, Token, keys, tokens
from labelfns.text.word_lists import Tags, Words, outer

Count = Literal["exclamations", "questions", "capitals", "shouted", "letters", "words"]


@dataclass(frozen=True)
class WordsLF(DeclaredLF):
    """An LF that votes where a word or phrase of a list stands; see `keywords`."""

    words: tuple[str, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.matcher

    @cached_property
    def matcher(self) -> Words:
        """The list, taken apart."""
        return Words.of("keywords", self.words)

    def find(self, text: str) -> list[Span]:
        return self.matcher.find(text)


@dataclass(frozen=True)
class TagsLF(DeclaredLF):
    """An LF that votes where a hashtag of a list stands; see `hashtags`."""

    tags: tuple[str, ...]
    in_parts: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.matcher

    @cached_property
    def matcher(self) -> Tags:
        """The list, taken apart."""
        return Tags.of(self.tags, in_parts=self.in_parts)

    def find(self, text: str) -> list[Span]:
        return self.matcher.find(text)


@dataclass(frozen=True)
class PatternLF(DeclaredLF):
    """An LF that votes wherever a regular expression is found; see `regex`."""

    pattern: re.Pattern[str]

    def find(self, text: str) -> list[Span]:
        return [match.span() for match in self.pattern.finditer(text) if match.group()]

    def __call__(self, text: str) -> Label:
        if self.where is not None:
            return super().__call__(text)
        return self.label if self.pattern.search(text) else ABSTAIN


@dataclass(frozen=True)
class SymbolsLF(PatternLF):
    """An LF that votes where an emoji or emoticon stands; see `emoji`.

    Parameters
    ----------
    firsts
        The first character of each symbol: no text without one of them is voted on.
    """

    firsts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CountLF(DeclaredLF):
    """An LF that votes where a count is in a range; see `count`. It tells no place in the text."""

    what: Count
    at_least: int
    at_most: int | None = None

    def find(self, text: str) -> list[Span]:
        return [(0, len(text))] if self.holds(count_of(self.what, text)) else []

    def holds(self, number: int) -> bool:
        """Tell whether a count is in the range."""
        return number >= self.at_least and (self.at_most is None or number <= self.at_most)

    def __call__(self, text: str) -> Label:
        return self.label if super().spans(text) else ABSTAIN

    def spans(self, text: str) -> list[Span]:
        return []


@dataclass(frozen=True)
class LexiconLF(DeclaredLF):
    """An LF that adds up the weights of a text's words and votes from a threshold on; see `lexicon`.

    Parameters
    ----------
    weights
        Weight in thousandths of each folded word: whole numbers, so that sums do not depend on their order.
    threshold
        In thousandths; a positive one is reached from below, a negative one from above.
    negated_percent
        What a word after a negation counts, in percent.
    """

    weights: dict[str, int] = field(repr=False, hash=False)
    threshold: int
    negated_percent: int = -74

    def weight(self, token: Token) -> int:
        """Return a word's weight, 0 where it has none; its closest form counts."""
        if token.tag:
            return 0
        return next((self.weights[key] for key in keys(token.raw) if key in self.weights), 0)

    def score(self, text: str) -> int:
        """Return the sum of the weights of a text's words, in hundred-thousandths."""
        total = 0
        for token in tokens(text):
            weight = self.weight(token)
            if weight:
                total += weight * (self.negated_percent if negated(text, token.start) else 100)
        return total

    def reached(self, score: int) -> bool:
        """Tell whether a score in hundred-thousandths reaches the threshold."""
        return score >= self.threshold * 100 if self.threshold > 0 else score <= self.threshold * 100

    def find(self, text: str) -> list[Span]:
        if not self.reached(self.score(text)):
            return []
        return outer((token.start, token.end) for token in tokens(text) if self.weight(token))


def count_of(what: Count, text: str) -> int:
    """Count in a text; see `count` for what the names mean."""
    if what == "exclamations":
        return text.count("!") + text.count("\uff01")
    if what == "questions":
        return text.count("?") + text.count("\uff1f")
    if what == "capitals":
        return sum(map(str.isupper, text))
    if what == "letters":
        return len(text)
    words = [token.raw for token in tokens(text) if not token.tag]
    if what == "words":
        return len(words)
    return sum(len(word) > 1 and word.isupper() for word in words)


def check_count(what: str, at_least: object, at_most: object) -> None:
    """Check the settings of a `CountLF`.

    Raises
    ------
    LFError
        If one is not right.
    """
    names = Count.__args__  # type: ignore[attr-defined]
    if what not in names:
        raise LFError(f"count() counts {', '.join(names)}; got {what!r}")
    for name, value in (("at_least", at_least), ("at_most", at_most)):
        if (value is not None or name == "at_least") and (type(value) is not int or value < 0):
            raise LFError(f"count(): {name} must be a whole number of at least 0; got {value!r}")
