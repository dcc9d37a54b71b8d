"""The terms of a text that an LF can be made of: words, pairs of words, hashtags and emoji."""

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

from labelfns.lfs.base import LabelingFunction
from labelfns.lfs.context import NEGATIONS
from labelfns.lfs.declared import LexiconLF, PatternLF, SymbolsLF, TagsLF, WordsLF
from labelfns.text.emoji import emoji_in
from labelfns.text.tokens import fold, tokens

Kind = Literal["keywords", "hashtags", "emoji"]
Term = tuple[Kind, str]
"""The builder that a term goes into, and the folded word or pair of words, the tag without ``#``, or the bare emoji."""

_STOP_WORDS = (
    "the and for are but not you all any can had her was one our has him his how its who did get may she too use "
    "that this with have from they will your what when were been than them then there their these those into some "
    "very just also only such more most other about after because before being between could does doing during each "
    "having here itself myself same should through under until where which while whom why would yours ours hers "
    "theirs himself herself themselves yourself ourselves upon per a an i is it he we me my to of in on at by or as "
    "be so if do us am go "
    "i'm i've i'll i'd it's you're we're they're he's she's that's there's what's let's don't doesn't didn't isn't "
    "aren't wasn't weren't won't wouldn't couldn't shouldn't hasn't haven't hadn't can't cannot amp rt via"
)
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""English words that stand everywhere and say nothing of a class alone."""

_ARTICLES = frozenset({"the", "a", "an", "and"})


def terms(text: str) -> set[Term]:
    """Return the words of three letters or more, hashtags and emoji of a text; no numbers, ``#172943`` neither.

    Examples
    --------
    >>> sorted(terms("So Good #Win \U0001f44d\U0001f3fd 8:15"))
    [('emoji', '👍'), ('hashtags', 'win'), ('keywords', 'good')]
    """
    distinct: set[Term] = {("emoji", symbol) for symbol in emoji_in(text)}
    for token in tokens(text):
        key = fold(token.raw)
        if key.isdigit():
            continue
        if token.tag:
            distinct.add(("hashtags", key))
        elif len(key) > 2:
            distinct.add(("keywords", key))
    return distinct


def word_pairs(text: str) -> set[Term]:
    """Return the pairs of words of a text between which only white space is, as in a phrase of `keywords`.

    Examples
    --------
    >>> sorted(word_pairs("So  Good, really so good"))
    [('keywords', 'really so'), ('keywords', 'so good')]
    """
    return {
        ("keywords", f"{fold(one.raw)} {fold(other.raw)}")
        for one, other in pairwise(tokens(text))
        if not one.tag and not other.tag and text[one.end : other.start].isspace()
    }


def is_pair(term: Term) -> bool:
    """Return whether a term is a pair of words."""
    return " " in term[1]


def is_phrase(term: Term) -> bool:
    """Return whether a term is a pair of words of which each says something, a negation too.

    Examples
    --------
    >>> [is_phrase(("keywords", words)) for words in ("slow train", "not bad", "me see", "bad")]
    [True, True, False, False]
    """
    words = term[1].split()
    return is_pair(term) and not any(word.isdigit() or word in STOP_WORDS - NEGATIONS for word in words)


def says_nothing(term: Term) -> bool:
    """Return whether a term is a stop word, a pair of them, or a pair with an article."""
    kind, written = term
    words = written.split()
    return kind == "keywords" and (
        all(word in STOP_WORDS or word.isdigit() for word in words) or not _ARTICLES.isdisjoint(words)
    )


def already_in(lfs: Iterable[LabelingFunction], term: Term) -> bool:
    """Return whether the word list, or the pattern, of one of some LFs has a term; contexts are left aside."""
    return any(_has(lf, *term) for lf in lfs)


def _has(lf: LabelingFunction, kind: Kind, written: str) -> bool:
    if isinstance(lf, WordsLF | TagsLF | SymbolsLF):
        text = f"#{written}" if kind == "hashtags" else written
        return (0, len(text)) in lf.find(text)
    if isinstance(lf, LexiconLF):
        return kind == "keywords" and written in lf.weights
    return isinstance(lf, PatternLF) and bool(
        re.search(rf"(?<!\w){re.escape(written)}(?!\w)", fold(re.sub(r"\\[a-zA-Z]", " ", lf.pattern.pattern)))
    )
