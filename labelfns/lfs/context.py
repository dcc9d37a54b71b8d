"""Where in a text a hit counts: not after a negation, only near another word, at the start or the end."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from labelfns.errors import LFError, number_of, raise_all, some
from labelfns.text.spans import Span, outside
from labelfns.text.tokens import Token, fold, skipped, tokens
from labelfns.text.word_lists import Words, warn_of_spaceless

_NEGATIONS = (
    "not no never none nobody nothing neither nor nowhere hardly barely scarcely without cannot cant dont doesnt "
    "didnt isnt arent wasnt werent wont wouldnt couldnt shouldnt hasnt havent hadnt aint lack lacks"
)
NEGATIONS = frozenset(_NEGATIONS.split())
"""Words that negate what follows; besides these, every word that ends in ``n't``."""

_BREAK = re.compile(
    "[.!?;:,\n()\u2026\u2028\u2029\u061f\u060c\u061b\u0964\u3001\u3002\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f]"
)
_REACH = 3


@dataclass(frozen=True)
class Context:
    """In which places a hit counts; every condition that is set must hold.

    Parameters
    ----------
    not_negated
        Not where one of the three words before it, in the same part of the sentence, is a negation.
    only_with
        Only where one of these words or phrases (as in `keywords`) stands anywhere in the text.
    first_words, last_words
        Only where it begins among the first, or ends among the last, words of the text: how many, at least 1.
        Hashtags count as words.

    Raises
    ------
    LFError
        If no condition is set or one is not right.

    Examples
    --------
    >>> from labelfns import keywords
    >>> lf = keywords("positive", ["good"], where=Context(not_negated=True))
    >>> lf("so good"), lf("not that good"), lf("I do not know, good question")
    ('positive', -1, 'positive')
    """

    not_negated: bool = False
    only_with: tuple[str, ...] = ()
    first_words: int | None = None
    last_words: int | None = None

    def __post_init__(self) -> None:
        problems = []
        if isinstance(self.only_with, str | bytes) or not isinstance(self.only_with, Iterable):
            what = "the string " * isinstance(self.only_with, str)
            problems.append(f"only_with takes a list of words; got {what}{self.only_with!r}")
        else:
            object.__setattr__(self, "only_with", tuple(self.only_with))
        if not isinstance(self.not_negated, bool):
            problems.append(f"not_negated must be True or False; got {self.not_negated!r}")
        for name in ("first_words", "last_words"):
            value = getattr(self, name)
            if value is not None and (type(value) is not int or value < 1):
                problems.append(f"{name} must be a whole number of at least 1; got {value!r}")
        if not problems and not (self.not_negated or self.only_with or self.first_words or self.last_words):
            problems.append("a Context without a condition says nothing; leave `where` out")
        raise_all(LFError, problems)
        if self.only_with:
            _ = self._others
            warn_of_spaceless("Context(only_with=...)", self.only_with, 3)

    @property
    def about(self) -> str:
        """The conditions, in words."""
        said = {"not negated": self.not_negated}
        said |= {f"only with {some(self.only_with)}": bool(self.only_with)}
        said |= {f"among the first {number_of(self.first_words or 0, 'word')}": self.first_words is not None}
        said |= {f"among the last {number_of(self.last_words or 0, 'word')}": self.last_words is not None}
        return ", ".join(words for words, holds in said.items() if holds)

    @cached_property
    def _others(self) -> Words:
        return Words.of("Context(only_with=...)", self.only_with)

    def keep(self, text: str, spans: Sequence[Span]) -> list[Span]:
        """Return those of the spans of a text that count."""
        if not spans or (self.only_with and not self._others.find(text)):
            return []
        places = places_of(text)
        return [span for span in spans if self._keeps(places, span)]

    def keeps(self, text: str, span: Span) -> bool:
        """Return whether a hit at `span` counts; for many spans of one text, `keep` is faster."""
        return bool(self.keep(text, [span]))

    def _keeps(self, places: "Places", span: Span) -> bool:
        return (
            not (self.not_negated and places.negated(span[0]))
            and (self.first_words is None or places.tokens_before(span[0]) < self.first_words)
            and (self.last_words is None or places.tokens_after(span[1]) < self.last_words)
        )


class Places:
    """What stands around the places of one text; each question takes time by the logarithm of its length.

    Parameters
    ----------
    text
        The text.
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens(text)

    def tokens_before(self, start: int) -> int:
        """Return how many words and hashtags end before a place."""
        return bisect_right(self._ends, start)

    def tokens_after(self, end: int) -> int:
        """Return how many words and hashtags begin after a place."""
        return len(self._tokens) - bisect_left(self._starts, end)

    def negated(self, start: int) -> bool:
        """Return whether one of the three words before a place negates, in the same part of the sentence."""
        last = bisect_right(self._word_ends, start)
        return any(
            is_negation(word.raw) and bisect_left(self._breaks, word.end) == bisect_left(self._breaks, start)
            for word in self._words[max(0, last - _REACH) : last]
        )

    @cached_property
    def _starts(self) -> list[int]:
        return [token.start for token in self._tokens]

    @cached_property
    def _ends(self) -> list[int]:
        return [token.end for token in self._tokens]

    @cached_property
    def _words(self) -> list[Token]:
        return [token for token in self._tokens if not token.tag]

    @cached_property
    def _word_ends(self) -> list[int]:
        return [word.end for word in self._words]

    @cached_property
    def _breaks(self) -> list[int]:
        breaks = [match.span() for match in _BREAK.finditer(self._text)]
        return [start for start, _ in outside(breaks, skipped(self._text))] if breaks else []


@lru_cache(maxsize=4)
def places_of(text: str) -> Places:
    """Return the places of a text; the last few are remembered, the LFs of a row ask one after the other."""
    return Places(text)


@lru_cache(maxsize=1 << 12)
def is_negation(word: str) -> bool:
    """Return whether a word, folded or not, negates what follows."""
    key = fold(word)
    return key in NEGATIONS or key.endswith("n't")
