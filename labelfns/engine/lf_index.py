"""What a set of declared LFs looks for, indexed: a piece of text is looked up once, however many LFs there are."""

import re
from collections.abc import Iterable, Sequence

from labelfns.engine.text_index import AROUND
from labelfns.lfs.context import NEGATIONS, is_negation
from labelfns.lfs.declared import DeclaredLF, LexiconLF, SymbolsLF, TagsLF, WordsLF
from labelfns.text.emoji import Symbols
from labelfns.text.tokens import APOSTROPHES, RUN, Token, fold, iter_tokens, keys, parts
from labelfns.text.word_lists import Words

Hits = tuple[tuple[int, int], ...]
"""Pairs of a code and a value: code 2j, LF j fires; 2j + 1, LF j may fire; 2m, there is a negation; 2m + 1 + w,
there is word w of those that phrases are made of, see `Vocabulary.phrase_of`.

The value is 1, save for a lexicon: there it is the sum of the weights.
"""

_LITERAL = re.compile(r"[a-z0-9_]+")


class Index:
    """Words or tags, and what each means.

    Attributes
    ----------
    exact
        By folded word, the codes.
    prefixes
        By folded beginning, the codes; looked up at the lengths that occur.
    """

    def __init__(self) -> None:
        self.exact: dict[str, tuple[int, ...]] = {}
        self.prefixes: dict[str, tuple[int, ...]] = {}
        self._lengths: tuple[int, ...] = ()

    def add(self, singles: Iterable[str], prefixes: Iterable[str], code: int) -> None:
        """Add words and beginnings that mean `code`."""
        for known, words in ((self.exact, singles), (self.prefixes, prefixes)):
            for word in words:
                known[word] = (*known.get(word, ()), code)
        self._lengths = tuple(sorted({len(prefix) for prefix in self.prefixes}))

    def find(self, forms: Iterable[str], found: dict[int, int]) -> None:
        """Note the codes of a word in `found`."""
        for form in forms:
            for code in self.exact.get(form, ()):
                found[code] = 1
            for length in self._lengths:
                if length > len(form):
                    break
                for code in self.prefixes.get(form[:length], ()):
                    found[code] = 1


class Vocabulary:
    """Everything that declared LFs look for word by word.

    Parameters
    ----------
    lfs
        The m LFs; those that are not of words, tags, symbols or a lexicon are passed over.

    Attributes
    ----------
    phrase_of, lf_of, words_of
        The phrase of each word w; the LF of each phrase, and how many words it has that must all be there.
    """

    def __init__(self, lfs: Sequence[DeclaredLF]) -> None:
        self.words, self.tags, self.parts = Index(), Index(), Index()
        self.symbols: dict[str, list[tuple[int, Symbols | None]]] = {}
        self.lexicons: list[tuple[int, LexiconLF]] = []
        self.negation = 2 * len(lfs)
        self.phrase_of: list[int] = []
        self.lf_of: list[int] = []
        self.words_of: list[int] = []
        for j, lf in enumerate(lfs):
            code = 2 * j + (lf.where is not None)
            if isinstance(lf, WordsLF):
                self._add_words(lf.matcher, code, j)
            elif isinstance(lf, TagsLF):
                self.tags.add(lf.matcher.singles, lf.matcher.prefixes, code)
                if lf.in_parts:
                    self.parts.add(lf.matcher.singles, lf.matcher.prefixes, code)
            elif isinstance(lf, SymbolsLF):
                for char in lf.matcher.firsts:
                    self.symbols.setdefault(char, []).append((code, lf.matcher))
            elif isinstance(lf, LexiconLF):
                self.lexicons.append((code, lf))
        self._first_chars = frozenset(self.symbols)
        self.plain = not self.words.prefixes and not self.lexicons  # a word is looked up as it is
        self.whole = not (self.tags.prefixes or self.parts.exact or self.parts.prefixes)  # and so is a tag

    def _add_words(self, matcher: Words, code: int, j: int) -> None:
        self.words.add(matcher.singles, matcher.prefixes, code)
        for first, phrases in matcher.phrases.items():
            for rest, ending in phrases:
                whole = {first, *(rest[:-1] if ending else rest)}
                for word in whole:
                    self.words.add([word], [], self.negation + 1 + len(self.phrase_of))
                    self.phrase_of.append(len(self.lf_of))
                self.lf_of.append(j)
                self.words_of.append(len(whole))
        for char in matcher.symbol_marks:
            self.symbols.setdefault(char, []).append((2 * j + 1, None))

    @property
    def literals(self) -> list[str]:
        """Strings, ASCII letter case ignored, one of which is in every piece that holds something, or in its forms."""
        words = [*self.words.exact, *self.words.prefixes, *self.parts.exact, *self.parts.prefixes]
        for _, lf in self.lexicons:
            words += lf.weights
        found = {sign + tag for sign in "#\uff03" for tag in (*self.tags.exact, *self.tags.prefixes)}
        found |= {max(_LITERAL.findall(word), key=len) if word.isascii() else word for word in words}
        if self.lexicons:
            found |= NEGATIONS | {"n" + joint for joint in (*APOSTROPHES, "&", "\\")}
        return sorted(found | set(self.symbols))

    @property
    def listed(self) -> list[str]:
        """The words, and the tags with ``#``, that are looked for as they are."""
        return [*self.words.exact, *(f"#{tag}" for tag in self.tags.exact)]

    def ready(self) -> dict[str, Hits]:
        """Return what `look_up` says of listed words and tags of plain letters; empty where more than these count."""
        if not (self.plain and self.whole):
            return {}
        listed = self.words.exact | {f"#{tag}": codes for tag, codes in self.tags.exact.items()}
        return {
            word: tuple((code, 1) for code in codes)
            for word, codes in listed.items()
            if _LITERAL.fullmatch(word.removeprefix("#"))
            and not RUN.search(word)
            and self._first_chars.isdisjoint(word)
        }

    def look_up(self, piece: str) -> Hits:
        """Return what a piece of text without spaces holds."""
        found: dict[int, int] = {}
        word = piece.strip(AROUND).lower() if piece.isascii() else ""
        if not word.isalnum():
            for token in iter_tokens(piece):
                self._word(token, found)
        elif self.plain and not RUN.search(word):
            for code in self.words.exact.get(word, ()):
                found[code] = 1
        else:
            self._word(Token(False, word, 0, len(word)), found)
        if self._first_chars:
            for char in self._first_chars.intersection(piece):
                for code, symbols in self.symbols[char]:
                    if symbols is None or symbols.find(piece):
                        found[code] = 1
        return tuple(found.items())

    def _word(self, token: Token, found: dict[int, int]) -> None:
        forms = keys(token.raw)
        if token.tag:
            self.tags.find(forms, found)
            if self.parts.exact or self.parts.prefixes:
                self.parts.find(parts(token.raw), found)
            return
        self.words.find(forms, found)
        for code, lf in self.lexicons:
            weight = lf.weight(token)
            if weight:
                found[code] = found.get(code, 0) + weight
        if self.lexicons and is_negation(fold(token.raw)):
            found[self.negation] = 1
