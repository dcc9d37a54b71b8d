"""What a set of declared LFs looks for, indexed: a token is looked up once, however many LFs there are."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from labelfns.engine.text_index import AROUND
from labelfns.lfs.base import LabelingFunction
from labelfns.lfs.context import NEGATIONS, is_negation
from labelfns.lfs.declared import LexiconLF, SymbolsLF, TagsLF, WordsLF
from labelfns.text.characters import APOSTROPHES
from labelfns.text.emoji import Symbols
from labelfns.text.tokens import RUN, Token, fold, iter_tokens, keys, parts
from labelfns.text.word_lists import Words

_LITERAL = re.compile(r"[a-z0-9_]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_APOSTROPHES = APOSTROPHES + "&\\"  # and how an entity or an escape of one begins
_WEB = "www"  # with dots around it, it may be the beginning of a web address


class Hits(NamedTuple):
    """What stands in a token.

    Parameters
    ----------
    fires
        LFs that fire.
    asks
        LFs that may fire, and must be asked on the text.
    phrase_words
        Words of phrases, by their number in `LFIndex`.
    weights
        Lexicon LFs, and the sum of the words' weights for each.
    negates
        Whether there is a negation; noted for lexicons alone.
    """

    fires: tuple[int, ...] = ()
    asks: tuple[int, ...] = ()
    phrase_words: tuple[int, ...] = ()
    weights: tuple[tuple[int, int], ...] = ()
    negates: bool = False


NO_HITS = Hits()


class WordIndex:
    """Words or tags, and what each means.

    Attributes
    ----------
    exact
        By folded word.
    prefixes
        By folded beginning; looked up at the lengths that occur.
    """

    def __init__(self) -> None:
        self.exact: dict[str, Hits] = {}
        self.prefixes: dict[str, Hits] = {}
        self._lengths: tuple[int, ...] = ()

    def add(self, singles: Iterable[str], prefixes: Iterable[str], hits: Hits) -> None:
        """Add words and beginnings that mean `hits`."""
        for index, words in ((self.exact, singles), (self.prefixes, prefixes)):
            for word in words:
                index[word] = merged([index[word], hits]) if word in index else hits
        self._lengths = tuple(sorted({len(prefix) for prefix in self.prefixes}))

    def find(self, forms: Iterable[str]) -> list[Hits]:
        """Return what a word with these forms means."""
        hits = []
        for form in forms:
            if form in self.exact:
                hits.append(self.exact[form])
            for length in self._lengths:
                if length > len(form):
                    break
                if form[:length] in self.prefixes:
                    hits.append(self.prefixes[form[:length]])
        return hits


class LFIndex:
    """Everything that declared LFs look for word by word.

    Parameters
    ----------
    lfs
        The m LFs; those that are not of words, tags, symbols or a lexicon are passed over.

    Attributes
    ----------
    phrase_of_word, lf_of_phrase, words_of_phrase
        The phrase of each phrase word; the LF of each phrase, and how many words it has that must all be there.
    lexicons
        The lexicon LFs by their numbers.
    """

    def __init__(self, lfs: Sequence[LabelingFunction]) -> None:
        self.words, self.tags, self.parts = WordIndex(), WordIndex(), WordIndex()
        self.symbols: dict[str, list[tuple[Hits, Symbols | None]]] = {}
        self.lexicons: dict[int, LexiconLF] = {}
        self.phrase_of_word: list[int] = []
        self.lf_of_phrase: list[int] = []
        self.words_of_phrase: list[int] = []
        for j, lf in enumerate(lfs):
            hits = Hits(fires=(j,)) if getattr(lf, "where", None) is None else Hits(asks=(j,))
            if isinstance(lf, WordsLF):
                self._add_words(lf.matcher, j, hits)
            elif isinstance(lf, TagsLF):
                self.tags.add(lf.matcher.singles, lf.matcher.prefixes, hits)
                if lf.in_parts:
                    self.parts.add(lf.matcher.singles, lf.matcher.prefixes, hits)
            elif isinstance(lf, SymbolsLF):
                for char in lf.matcher.firsts:
                    self.symbols.setdefault(char, []).append((hits, lf.matcher))
            elif isinstance(lf, LexiconLF):
                self.lexicons[j] = lf
        self.plain = not self.words.prefixes and not self.lexicons  # a word is looked up as it is
        self.whole = not (self.tags.prefixes or self.parts.exact or self.parts.prefixes)  # and so is a tag
        self._first_chars = frozenset(self.symbols)

    def _add_words(self, matcher: Words, j: int, hits: Hits) -> None:
        self.words.add(matcher.singles, matcher.prefixes, hits)
        for first, phrases in matcher.phrases.items():
            for rest, ending in phrases:
                whole = {first, *(rest[:-1] if ending else rest)}
                for word in whole:
                    self.words.add([word], [], Hits(phrase_words=(len(self.phrase_of_word),)))
                    self.phrase_of_word.append(len(self.lf_of_phrase))
                self.lf_of_phrase.append(j)
                self.words_of_phrase.append(len(whole))
        for char in matcher.sign_marks:
            self.symbols.setdefault(char, []).append((Hits(asks=(j,)), None))

    @property
    def literals(self) -> list[str]:
        """Strings, ASCII letter case ignored, one of which is in every token with hits, or in its forms."""
        words = [*self.words.exact, *self.words.prefixes, *self.parts.exact, *self.parts.prefixes]
        for lf in self.lexicons.values():
            words += lf.weights
        strings = {sign + tag for sign in "#\uff03" for tag in (*self.tags.exact, *self.tags.prefixes)}
        strings |= {_longest_literal(word) for word in words}
        if self.lexicons:
            strings |= NEGATIONS | {"n" + joint for joint in _APOSTROPHES}
        return sorted(_for_polars(strings | set(self.symbols)))

    @property
    def listed(self) -> list[str]:
        """The words, and the tags with ``#``, that are looked for as they are."""
        return _for_polars([*self.words.exact, *(f"#{tag}" for tag in self.tags.exact)])

    @property
    def symbol_chars(self) -> list[str]:
        """Characters one of which is in every token with a symbol."""
        return _for_polars(self.symbols)

    def ready(self) -> dict[str, Hits]:
        """Return what `look_up` says of listed words and tags of plain letters; empty where more than these count."""
        if not (self.plain and self.whole):
            return {}
        return {
            word: hits
            for word, hits in (self.words.exact | {f"#{tag}": hits for tag, hits in self.tags.exact.items()}).items()
            if _LITERAL.fullmatch(word.removeprefix("#"))
            and not RUN.search(word)
            and self._first_chars.isdisjoint(word)
        }

    def look_up(self, token: str) -> Hits:
        """Return what stands in a token, a piece of text without spaces."""
        hits: list[Hits] = []
        word = token.strip(AROUND).lower() if token.isascii() else ""
        if not word.isalnum() or word == _WEB:
            for inner in iter_tokens(token):
                hits += self._of_token(inner)
        elif self.plain and not RUN.search(word):
            hits += [self.words.exact[word]] if word in self.words.exact else []
        else:
            hits += self._of_token(Token(False, word, 0, len(word)))
        for char in self._first_chars.intersection(token) if self._first_chars else ():
            hits += [own for own, symbols in self.symbols[char] if symbols is None or symbols.find(token)]
        return merged(hits)

    def _of_token(self, token: Token) -> list[Hits]:
        forms = keys(token.raw)
        if token.tag:
            in_parts = self.parts.find(parts(token.raw)) if self.parts.exact or self.parts.prefixes else []
            return self.tags.find(forms) + in_parts
        hits = self.words.find(forms)
        if self.lexicons:
            weights = tuple((j, weight) for j, lf in self.lexicons.items() if (weight := lf.weight(token)))
            hits.append(Hits(weights=weights, negates=is_negation(fold(token.raw))))
        return hits


def _longest_literal(word: str) -> str:
    """Return what any token that holds a folded word holds too: an apostrophe or an entity in it may be another one."""
    return max(_LITERAL.findall(word), key=len, default=word) if word.isascii() else word


def _for_polars(strings: Iterable[str]) -> list[str]:
    """Return strings without those with half a surrogate pair: they stand only in texts that polars does not get."""
    return [string for string in strings if not _SURROGATE.search(string)]


def merged(hits: Sequence[Hits]) -> Hits:
    """Return several hits as one; weights of an LF are added up."""
    if len(hits) < 2:
        return hits[0] if hits else NO_HITS
    weights: dict[int, int] = {}
    for j, weight in (pair for one in hits for pair in one.weights):
        weights[j] = weights.get(j, 0) + weight
    return Hits(
        tuple(dict.fromkeys(j for one in hits for j in one.fires)),
        tuple(dict.fromkeys(j for one in hits for j in one.asks)),
        tuple(dict.fromkeys(word for one in hits for word in one.phrase_words)),
        tuple(weights.items()),
        any(one.negates for one in hits),
    )
