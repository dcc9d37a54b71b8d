"""Where in a text a find counts: not after a negation, only near another word, at the start or the end."""

import re
from dataclasses import dataclass
from functools import cached_property

from labelfns.errors import LFError, raise_all
from labelfns.text.tokens import Span, fold, tokens
from labelfns.text.word_lists import Words

_NEGATIONS = (
    "not no never none nobody nothing neither nor nowhere hardly barely scarcely without cannot cant dont doesnt "
    "didnt isnt arent wasnt werent wont wouldnt couldnt shouldnt hasnt havent hadnt aint lack lacks"
)
NEGATIONS = frozenset(_NEGATIONS.split())
"""Words that negate what follows; besides these, every word that ends in ``n't``."""

_BREAK = re.compile(r"[.!?;:,\n()]")
_REACH = 3


@dataclass(frozen=True)
class Context:
    """In which places a find counts; every condition that is set must hold.

    Parameters
    ----------
    not_negated
        Not where one of the three words before it, in the same part of the sentence, is a negation.
    only_with
        Only where one of these words or phrases (as in `keywords`) stands anywhere in the text.
    first_words, last_words
        Only where it begins among the first, or ends among the last, so many words of the text (tags are words);
        at least 1.

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
        if isinstance(self.only_with, str):
            problems.append(f"only_with takes a list of words; got the string {self.only_with!r}")
        else:
            object.__setattr__(self, "only_with", tuple(self.only_with))
        for name in ("first_words", "last_words"):
            value = getattr(self, name)
            if value is not None and (type(value) is not int or value < 1):
                problems.append(f"{name} must be a whole number of at least 1; got {value!r}")
        if not problems and not (self.not_negated or self.only_with or self.first_words or self.last_words):
            problems.append("a Context without a condition says nothing; leave `where` out")
        raise_all(LFError, problems)
        if self.only_with:
            _ = self._others

    @cached_property
    def _others(self) -> Words:
        return Words.of("Context(only_with=...)", self.only_with)

    def keeps(self, text: str, span: Span) -> bool:
        """Tell whether a find at `span` counts."""
        if self.not_negated and negated(text, span[0]):
            return False
        if self.only_with and not self._others.find(text):
            return False
        if self.first_words is None and self.last_words is None:
            return True
        words = tokens(text)
        before = sum(token.end <= span[0] for token in words)
        after = sum(token.start >= span[1] for token in words)
        return (self.first_words is None or before < self.first_words) and (
            self.last_words is None or after < self.last_words
        )


def is_negation(word: str) -> bool:
    """Tell whether a word, folded or not, negates what follows."""
    key = fold(word)
    return key in NEGATIONS or key.endswith("n't")


def negated(text: str, start: int) -> bool:
    """Tell whether one of the three words before `start` negates, with no punctuation between that ends a part."""
    before = [token for token in tokens(text) if token.end <= start and not token.tag][-_REACH:]
    return any(is_negation(token.raw) and not _BREAK.search(text, token.end, start) for token in before)
