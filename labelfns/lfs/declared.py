"""The declared LFs: defined by their fields alone, so that a set of them is answered in one pass.

Each class here is the plain way to answer, and the reference that the compiled engine is proven equal to.
"""

import re
from abc import abstractmethod
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Literal

from labelfns.errors import number_of, some
from labelfns.lfs.base import ABSTAIN, Label, LabelingFunction, label_problems
from labelfns.lfs.context import Context, places_of
from labelfns.text.emoji import Symbols
from labelfns.text.spans import Span, outer
from labelfns.text.tokens import Token, keys, tokens
from labelfns.text.word_lists import Tags, Words

Count = Literal["exclamations", "questions", "capitals", "shouted", "letters", "words"]
_SHOWN = 8  # words of a list that `about` has


@dataclass(frozen=True)
class DeclaredLF(LabelingFunction):
    """An LF that votes for one label wherever something is found in the text; what the builders return.

    It is defined by its fields alone, so that an `LFSet` can answer many of them in one pass and a cache can tell
    when one has changed. Calling it is the plain way, and the reference for the compiled one.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    where
        In which places it counts; everywhere where None.
    """

    label: Label
    where: Context | None = field(default=None, kw_only=True)

    def problems(self) -> list[str]:
        problems = super().problems() + label_problems(self.label)
        if not isinstance(self.where, Context | None):
            settings = self.where.items() if isinstance(self.where, dict) else ()
            given = ", ".join(f"{name}={value!r}" for name, value in settings)
            problems.append(f"where must be a Context; got {self.where!r}" + f": write Context({given})" * bool(given))
        return problems

    @property
    def known_labels(self) -> tuple[Label, ...]:
        return (self.label,)

    def __call__(self, text: str) -> Label:
        return self.label if self.spans(text) else ABSTAIN

    def spans(self, text: str) -> list[Span]:
        hits = self.find(text)
        return hits if self.where is None else self.where.keep(text, hits)

    @property
    def about(self) -> str:
        return "; ".join(filter(None, [self.found, "" if self.where is None else self.where.about]))

    @property
    @abstractmethod
    def found(self) -> str:
        """What is found, in a line."""

    @abstractmethod
    def find(self, text: str) -> list[Span]:
        """Return what is found in `text` in order, whatever its context; longest first at one place."""


@dataclass(frozen=True)
class WordsLF(DeclaredLF):
    """An LF that votes where a word or phrase of a list stands; see `keywords`."""

    words: tuple[str, ...]
    kind: ClassVar[str] = "keywords"

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.matcher

    @cached_property
    def matcher(self) -> Words:
        """The parsed list."""
        return Words.of("keywords", self.words)

    @property
    def found(self) -> str:
        return some(self.words, _SHOWN)

    def find(self, text: str) -> list[Span]:
        return self.matcher.find(text)


@dataclass(frozen=True)
class TagsLF(DeclaredLF):
    """An LF that votes where a hashtag of a list stands; see `hashtags`."""

    tags: tuple[str, ...]
    in_parts: bool = False
    kind: ClassVar[str] = "hashtags"

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.matcher

    @cached_property
    def matcher(self) -> Tags:
        """The parsed list."""
        return Tags.of(self.tags, in_parts=self.in_parts)

    @property
    def found(self) -> str:
        return some(self.tags, _SHOWN)

    def find(self, text: str) -> list[Span]:
        return self.matcher.find(text)


@dataclass(frozen=True)
class PatternLF(DeclaredLF):
    """An LF that votes wherever a regular expression is found; see `regex`."""

    pattern: re.Pattern[str]
    kind: ClassVar[str] = "regex"

    @property
    def found(self) -> str:
        return self.pattern.pattern

    def find(self, text: str) -> list[Span]:
        return [match.span() for match in self.pattern.finditer(text) if match.group()]

    def __call__(self, text: str) -> Label:
        if self.where is not None:
            return super().__call__(text)
        return self.label if self.pattern.search(text) else ABSTAIN


@dataclass(frozen=True)
class SymbolsLF(DeclaredLF):
    """An LF that votes where an emoji or emoticon of a list stands; see `emoji`."""

    symbols: tuple[str, ...]
    kind: ClassVar[str] = "emoji"

    def __post_init__(self) -> None:
        super().__post_init__()
        _ = self.matcher

    @cached_property
    def matcher(self) -> Symbols:
        """The parsed list."""
        return Symbols.of(self.symbols)

    @property
    def found(self) -> str:
        return some(self.symbols, _SHOWN)

    def find(self, text: str) -> list[Span]:
        return self.matcher.find(text)


@dataclass(frozen=True)
class CountLF(DeclaredLF):
    """An LF that votes where a count is in a range; see `count`. It has no place in the text."""

    what: Count
    at_least: int
    at_most: int | None = None
    kind: ClassVar[str] = "count"

    def problems(self) -> list[str]:
        problems = super().problems()
        names = Count.__args__  # type: ignore[attr-defined]
        if self.what not in names:
            problems.append(f"count() counts {', '.join(names)}; got {self.what!r}")
        ends = {"at_least": self.at_least} | ({} if self.at_most is None else {"at_most": self.at_most})
        bad = {name: end for name, end in ends.items() if type(end) is not int or end < 0}
        problems += [f"count(): {name} must be a whole number of at least 0; got {end!r}" for name, end in bad.items()]
        if not bad and self.at_most is not None and self.at_least > self.at_most:
            problems.append(
                f"count(): at_least must not be more than at_most; got {self.at_least} and {self.at_most}: "
                "no text has such a count"
            )
        return problems

    @property
    def found(self) -> str:
        most = "" if self.at_most is None else f" and at most {self.at_most}"
        return f"{self.what}: at least {self.at_least}{most}"

    def find(self, text: str) -> list[Span]:
        return [(0, len(text))] if self.holds(count_of(self.what, text)) else []

    def holds(self, number: int) -> bool:
        """Return whether a count is in the range."""
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
    typed
        How words were typed whose folded form is no word by itself, by that form: ``"½"``, which folded is ``"1⁄2"``.
    """

    weights: dict[str, int] = field(repr=False, hash=False)
    threshold: int
    negated_percent: int = -74
    typed: dict[str, str] = field(default_factory=dict, repr=False, compare=False)
    kind: ClassVar[str] = "lexicon"

    def weight(self, token: Token) -> int:
        """Return a word's weight, 0 where it has none; its closest form counts."""
        if token.tag:
            return 0
        return next((self.weights[key] for key in keys(token.raw) if key in self.weights), 0)

    def score(self, text: str) -> int:
        """Return the sum of the weights of a text's words, in hundred-thousandths."""
        total, places = 0, places_of(text)
        for token in tokens(text):
            weight = self.weight(token)
            if weight:
                total += weight * (self.negated_percent if places.negated(token.start) else 100)
        return total

    def reached(self, score: int) -> bool:
        """Return whether a score in hundred-thousandths reaches the threshold."""
        return score >= self.threshold * 100 if self.threshold > 0 else score <= self.threshold * 100

    @property
    def found(self) -> str:
        way = "or more" if self.threshold > 0 else "or less"
        return f"{number_of(len(self.weights), 'weighted word')}, a sum of {self.threshold / 1000:g} {way}"

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
