"""The compiled engine: all declared LFs answered in one pass over the texts.

The texts are cut at spaces (`labelfns.engine.text_index`); each distinct token that may hold something is looked up
once (`labelfns.engine.lf_index`), by the same code that answers a single LF, and its hits go to the token's rows. What
a token alone cannot tell, as phrases and contexts, is asked of the LF itself on the few rows where it may fire.
Patterns go to a linear-time engine where that answers exactly as `re` does.
"""

from collections.abc import MutableMapping, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from labelfns.engine.calling import Answer, call
from labelfns.engine.counts import OF_TOKENS, count_in_texts, count_in_tokens
from labelfns.engine.fields import RowNumbers
from labelfns.engine.lf_index import NO_HITS, Hits, LFIndex
from labelfns.engine.options import ApplyOptions, Declared
from labelfns.engine.regex_syntax import linear
from labelfns.engine.text_index import ROWS as ROWS
from labelfns.engine.text_index import Block, Ints, TextIndex, may_hold
from labelfns.engine.vote_parser import Column, VoteParser
from labelfns.lfs.base import ABSTAIN
from labelfns.lfs.declared import CountLF, LexiconLF, PatternLF
from labelfns.votes import Fault

VERSION = 3
"""Raised with every change of what an LF answers; caches of other versions are not read."""

_KEPT_TOKENS = 500_000
_SAMPLE = 500
_ASCII = r"^[ -~]*$"
Matrix = npt.NDArray[np.int8]


class Pairs(NamedTuple):
    """Rows, and the number of an LF or of a phrase word for each; [h] both."""

    rows: Ints
    ids: Ints


class RowHits(NamedTuple):
    """What stands in the rows of a block: `Hits`, with rows. `negates` is [n], `weights` has values beside."""

    fires: Pairs
    asks: Pairs
    phrase_words: Pairs
    weights: tuple[Pairs, Ints]
    negates: npt.NDArray[np.bool_]


class CompiledLFs:
    """A set of declared LFs made ready, for any number of texts and threads.

    Parameters
    ----------
    lfs
        The m LFs, of the kinds for which `can_compile` holds.
    parser
        How votes are read.
    """

    def __init__(self, lfs: Sequence[Declared], parser: VoteParser) -> None:
        self.lfs = tuple(lfs)
        self.parser = parser
        self.votes = np.array([*(parser.class_id(lf.label) for lf in lfs), ABSTAIN], dtype=np.int8)
        self.index = LFIndex(lfs)
        self._literals = self.index.literals
        self._looked_up = self.index.ready()
        self._counts_tokens = any(isinstance(lf, CountLF) and lf.what in OF_TOKENS for lf in lfs)

    def votes_of(
        self,
        texts: Sequence[str],
        first: int,
        options: ApplyOptions,
        numbers: RowNumbers,
        kept: MutableMapping[int, TextIndex] | None = None,
    ) -> tuple[Matrix, list[Fault]]:
        """Answer a block of texts.

        Parameters
        ----------
        texts
            The n texts, at most `ROWS`.
        first
            The row of the first of them.
        options
            How failures are treated, and how long a search may take.
        numbers
            The numbers of these rows, [n], for faults and messages.
        kept
            Indices of texts by `first`: one that is there is used, one that is made is put in. None by default.

        Returns
        -------
        tuple
            The votes, int8 [n, m], and the faults.
        """
        block = Block.of(texts, first)
        kept = {} if kept is None else kept
        matrix = np.full((len(texts), len(self.lfs)), ABSTAIN, dtype=np.int8)
        faults: list[Fault] = []
        if self._literals:
            self._answer_words(block, self._text_index(block, kept), matrix)
        for j, lf in enumerate(self.lfs):
            if isinstance(lf, CountLF):
                matrix[:, j] = self._count(block, kept, j, lf)
        self._answer_surrogates(block, matrix)
        clean: npt.NDArray[np.bool_] | None = None
        for j, lf in enumerate(self.lfs):
            if type(lf) is PatternLF:
                clean = np.asarray(block.series.str.contains(_ASCII)) if clean is None else clean
                matrix[:, j], fault, _ = self._pattern(block, j, lf, clean, options, numbers)
                faults += [fault] if fault else []
        return matrix, faults

    def _answer_words(self, block: Block, index: TextIndex, matrix: Matrix) -> None:
        """Answer every LF that is found by words and symbols."""
        hits = self._hits(block, index)
        matrix[hits.fires.rows, hits.fires.ids] = self.votes[hits.fires.ids]
        asks = [hits.asks, self._whole_phrases(hits.phrase_words)]
        for j, lf in self.index.lexicons.items():
            asks.append(self._lexicon(j, lf, hits, matrix))
        self._ask(block, matrix, asks)

    def _whole_phrases(self, words: Pairs) -> Pairs:
        """Return the rows where all words of a phrase stand somewhere, and the LF of each."""
        if not len(words.rows):
            return words
        index, n_words, n_phrases = self.index, len(self.index.phrase_of_word), len(self.index.lf_of_phrase)
        row, word = np.divmod(_distinct(words.rows * n_words + words.ids), n_words)
        phrases, n_there = np.unique(row * n_phrases + np.array(index.phrase_of_word)[word], return_counts=True)
        row, phrase = np.divmod(phrases, n_phrases)
        whole = n_there == np.array(index.words_of_phrase)[phrase]
        return Pairs(row[whole], np.array(index.lf_of_phrase)[phrase[whole]])

    def _lexicon(self, j: int, lf: LexiconLF, hits: RowHits, matrix: Matrix) -> Pairs:
        """Answer a lexicon where its words' weights tell; return the rows where it must be asked."""
        pairs, weights = hits.weights
        mine = pairs.ids == j
        n = len(matrix)
        total = np.bincount(pairs.rows[mine], weights=weights[mine], minlength=n).astype(np.int64) * 100
        touched = np.bincount(pairs.rows[mine], minlength=n) > 0
        reached = total >= lf.threshold * 100 if lf.threshold > 0 else total <= lf.threshold * 100
        if lf.where is None:
            matrix[touched & reached & ~hits.negates, j] = self.votes[j]
        rows = np.flatnonzero(touched & (hits.negates | (reached if lf.where is not None else False)))
        return Pairs(rows, np.full(len(rows), j))

    def _ask(self, block: Block, matrix: Matrix, asks: list[Pairs]) -> None:
        """Ask the LFs themselves where a token alone cannot tell, row by row so that a row is tokenized once."""
        rows = np.concatenate([pairs.rows for pairs in asks])
        ids = np.concatenate([pairs.ids for pairs in asks])
        open_ = matrix[rows, ids] == ABSTAIN
        for pair in _distinct(rows[open_] * len(self.lfs) + ids[open_]).tolist():
            i, j = divmod(pair, len(self.lfs))
            if self.lfs[j](block.texts[i]) != ABSTAIN:
                matrix[i, j] = self.votes[j]

    def _hits(self, block: Block, index: TextIndex) -> RowHits:
        """Return what stands in each row."""
        tokens = self._tokens_with_hits(index)
        ready = self._looked_up.get
        all_hits = [self._look_up(key) if (hits := ready(key)) is None else hits for key in tokens["key"].to_list()]
        some = np.array([hits != NO_HITS for hits in all_hits], dtype=bool)
        kept_hits = [hits for hits in all_hits if hits != NO_HITS]
        row_lists = tokens["row"].filter(pl.Series(some, dtype=pl.Boolean))
        rows = row_lists.explode().to_numpy().astype(np.int64)
        token = np.repeat(np.arange(len(kept_hits)), row_lists.list.len().to_numpy())
        negates = np.zeros(len(block.texts), dtype=bool)
        negates[rows[np.array([hits.negates for hits in kept_hits], dtype=bool)[token]]] = True
        weights = [hits.weights for hits in kept_hits]
        return RowHits(
            _spread(rows, token, [hits.fires for hits in kept_hits]),
            _spread(rows, token, [hits.asks for hits in kept_hits]),
            _spread(rows, token, [hits.phrase_words for hits in kept_hits]),
            (
                _spread(rows, token, [tuple(j for j, _ in pairs) for pairs in weights]),
                _spread(rows, token, [tuple(weight for _, weight in pairs) for pairs in weights]).ids,
            ),
            negates,
        )

    def _text_index(self, block: Block, kept: MutableMapping[int, TextIndex]) -> TextIndex:
        if block.first not in kept:
            series = block.series
            sample = may_hold(series.gather_every(max(1, len(series) // _SAMPLE)), self._literals)
            few = len(series) > _SAMPLE and 2 * int(sample.sum()) < len(sample)
            if few and not self._counts_tokens:  # few rows hold anything: cut only these
                may = may_hold(series, self._literals)
                return TextIndex.of(series.filter(may), np.flatnonzero(may.to_numpy()))
            kept[block.first] = TextIndex.of(series)
        return kept[block.first]

    def _tokens_with_hits(self, index: TextIndex) -> pl.DataFrame:
        """Return the tokens that may have hits, with ``key``, what to look each up as."""
        word, text = pl.col("word"), pl.coalesce("forms", "token")
        if self.index.symbol_chars:  # they may stand around a word
            word = pl.when(~pl.col("token").str.contains_any(self.index.symbol_chars)).then(word)
        if not self.index.whole:  # parts of a tag begin with capitals
            word = pl.when(~word.str.starts_with("#")).then(word)
        held = text.str.contains_any(self._literals, ascii_case_insensitive=True)
        if not self.index.plain:
            return index.frame.filter(held).with_columns(key=pl.coalesce(word, "token"))
        keyed = index.frame.with_columns(key=word)
        listed = keyed.filter(pl.col("key").is_in(self.index.listed))
        others = keyed.filter(pl.col("key").is_null()).filter(held).with_columns(key="token")
        return pl.concat([listed, others])

    def _look_up(self, key: str) -> Hits:
        if len(self._looked_up) >= _KEPT_TOKENS:
            self._looked_up.clear()
        hits = self._looked_up[key] = self.index.look_up(key)
        return hits

    def _count(self, block: Block, kept: MutableMapping[int, TextIndex], j: int, lf: CountLF) -> Column:
        if lf.what in OF_TOKENS:
            counts = count_in_tokens(lf.what, self._text_index(block, kept), len(block.texts))
        else:
            counts = count_in_texts(lf.what, block)
        fires = (counts >= lf.at_least) & (counts <= (lf.at_most if lf.at_most is not None else counts.max(initial=0)))
        if lf.where is not None:
            for i in np.flatnonzero(fires).tolist():
                fires[i] = lf(block.texts[i]) != ABSTAIN
        return np.where(fires, self.votes[j], ABSTAIN).astype(np.int8)

    def _answer_surrogates(self, block: Block, matrix: Matrix) -> None:
        for i in block.surrogate_rows.tolist():
            for j, lf in enumerate(self.lfs):
                if type(lf) is not PatternLF:
                    matrix[i, j] = ABSTAIN if lf(block.texts[i]) == ABSTAIN else self.votes[j]

    def _pattern(
        self,
        block: Block,
        j: int,
        lf: PatternLF,
        clean: npt.NDArray[np.bool_],
        options: ApplyOptions,
        numbers: RowNumbers,
    ) -> Answer:
        column = np.full(len(block.texts), ABSTAIN, dtype=np.int8)
        open_ = np.ones(len(column), dtype=bool)
        matches = _linear_matches(lf, block)
        if matches is not None:
            matches &= clean
            open_ = ~clean if lf.where is None else ~clean | matches
            column[matches & ~open_] = self.votes[j]
        open_[block.surrogate_rows] = True
        rows = np.flatnonzero(open_)
        if not len(rows):
            return Answer(column, None)
        texts = [block.texts[i] for i in rows.tolist()]
        asked = call(lf, texts, self.parser, options, numbers.take(rows))
        column[rows] = asked.column
        return Answer(column, asked.fault)


def _linear_matches(lf: PatternLF, block: Block) -> npt.NDArray[np.bool_] | None:
    """Return in which rows a linear-time engine finds the pattern, [n]; None where it must be left to `re`."""
    pattern = linear(lf.pattern)
    if pattern is None:
        return None
    try:
        return block.series.str.contains(pattern).to_numpy(writable=True)
    except pl.exceptions.ComputeError:  # too large for that engine
        return None


def _spread(rows: Ints, token: Ints, per_token: list[tuple[int, ...]]) -> Pairs:
    """Give rows what their tokens hold.

    Parameters
    ----------
    rows
        The row of each place where a token stands, [p].
    token
        The number of the token there, [p] in 0..t-1.
    per_token
        What each token holds, [t].
    """
    counts = np.fromiter(map(len, per_token), dtype=np.int64, count=len(per_token))
    if not counts.any():
        return Pairs(rows[:0], rows[:0])
    values = np.fromiter(chain.from_iterable(per_token), dtype=np.int64, count=int(counts.sum()))
    starts = np.cumsum(counts) - counts
    repeats = counts[token]
    within = np.arange(repeats.sum()) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    return Pairs(np.repeat(rows, repeats), values[np.repeat(starts[token], repeats) + within])


def _distinct(numbers: Ints) -> Ints:
    """Return the distinct numbers in order; `np.unique` does this by hashing, several times as slow."""
    ordered = np.sort(numbers)
    new = np.ones(len(ordered), dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]
