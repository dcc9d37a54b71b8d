"""The compiled engine: all declared LFs answered in one pass over the texts.

The texts are cut at spaces (`labelfns.engine.text_index`); each distinct piece that may hold something is looked up
once (`labelfns.engine.lf_index`), by the same code that answers a single LF, and what was found goes to the piece's
rows. What a piece alone cannot tell, as phrases and contexts, is asked of the LF itself on the few rows where it may
fire. Patterns go to a linear-time engine where that answers exactly as `re` does.
"""

from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from labelfns.engine.lf_index import Hits, Vocabulary
from labelfns.engine.linear_regex import linear
from labelfns.engine.plain import Column, Rules, call
from labelfns.engine.text_index import AROUND, Pieces, may_hold
from labelfns.engine.text_index import ROWS as ROWS
from labelfns.lfs.base import ABSTAIN
from labelfns.lfs.declared import Count, CountLF, DeclaredLF, PatternLF, count_of
from labelfns.votes import Fault

VERSION = 2
"""Raised with every change of what an LF answers; caches of other versions are not read."""

_KEPT_PIECES = 500_000
_SAMPLE = 500
_ASCII = r"^[ -~]*$"
_BY_PIECE = {"words": "^[A-Za-z0-9_]+$", "shouted": "^(?:[A-Z][A-Z0-9_]+|[0-9_]+[A-Z][A-Z0-9_]*)$"}
"""What plain ASCII pieces count for one, by what is counted."""
_COUNTED = {"exclamations": ("!", "\uff01"), "questions": ("?", "\uff1f")}
Ints = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Block:
    """Texts that are answered together.

    Parameters
    ----------
    texts
        The n texts.
    first
        The number of the first row.
    series
        The texts for polars, empty where one holds half a surrogate pair, which polars cannot.
    odd
        The rows of those, [o].
    """

    texts: Sequence[str]
    first: int
    series: pl.Series
    odd: Ints

    @classmethod
    def of(cls, texts: Sequence[str], first: int) -> "Block":
        """Take texts over to polars."""
        try:
            return cls(texts, first, pl.Series(texts, dtype=pl.String), np.zeros(0, dtype=np.int64))
        except UnicodeEncodeError:
            odd = [i for i, text in enumerate(texts) if any("\ud800" <= char <= "\udfff" for char in text)]
            kept = list(texts)
            for i in odd:
                kept[i] = ""
            return cls(texts, first, pl.Series(kept, dtype=pl.String), np.array(odd))


class Compiled:
    """A set of declared LFs made ready.

    Parameters
    ----------
    lfs
        The m LFs.
    rules
        How votes are read and failures treated.
    known
        The pieces of blocks of the texts, by the first row of each; more are put in. Without it none are kept.
    offset
        The number of the first row of the first block, for faults and messages.
    """

    def __init__(
        self,
        lfs: Sequence[DeclaredLF],
        rules: Rules,
        known: MutableMapping[int, Pieces] | None = None,
        offset: int = 0,
    ) -> None:
        self.lfs = tuple(lfs)
        self.rules = rules
        self.offset = offset
        self.known = {} if known is None else known
        self.keep = known is not None
        self.votes = [rules.class_id(lf.label) for lf in lfs]
        self.vocabulary = Vocabulary(lfs)
        self._literals = self.vocabulary.literals
        self._looked_up = self.vocabulary.ready()
        self._counts_words = any(isinstance(lf, CountLF) and lf.what in _BY_PIECE for lf in lfs)
        self._by_word = any(not isinstance(lf, CountLF) and type(lf) is not PatternLF for lf in lfs)

    def apply(self, texts: Sequence[str], matrix: Matrix, first: int = 0) -> list[Fault]:
        """Write the votes of n texts, a block that starts at row `first`, into `matrix`; return the faults.

        `matrix` is int8 [n, m], all abstains.
        """
        block = Block.of(texts, first)
        faults: list[Fault] = []
        if self._by_word:
            self._words(block, matrix)
        clean: Ints | None = None
        for j, lf in enumerate(self.lfs):
            if isinstance(lf, CountLF):
                matrix[:, j] = self._count(block, j, lf)
            elif type(lf) is PatternLF:
                clean = np.asarray(block.series.str.contains(_ASCII)) if clean is None else clean
                matrix[:, j], fault = self._pattern(block, j, lf, clean)
                faults += [fault] if fault else []
        for i in block.odd.tolist():
            for j, lf in enumerate(self.lfs):
                if type(lf) is not PatternLF:
                    matrix[i, j] = ABSTAIN if lf(texts[i]) == ABSTAIN else self.votes[j]
        if not self.keep:
            self.known.clear()
        return faults

    def _words(self, block: Block, matrix: Matrix) -> None:
        """Answer every LF that is found by words and symbols."""
        rows, codes, values = self._hits(block)
        of_phrase = codes > self.vocabulary.negation
        asked = [self._phrases(rows[of_phrase], codes[of_phrase])]
        rows, codes, values = rows[~of_phrase], codes[~of_phrase], values[~of_phrase]
        lf, sure = codes // 2, (codes % 2 == 0) & (codes < self.vocabulary.negation)
        lexicons = np.zeros(len(self.lfs) + 1, dtype=bool)
        lexicons[[j // 2 for j, _ in self.vocabulary.lexicons]] = True
        fires = sure & ~lexicons[lf]
        matrix[rows[fires], lf[fires]] = np.array([*self.votes, ABSTAIN], dtype=np.int8)[lf[fires]]
        maybe = (codes % 2 == 1) & ~lexicons[lf]
        asked.append((rows[maybe], lf[maybe]))
        negated = np.zeros(len(block.texts), dtype=bool)
        negated[rows[codes == self.vocabulary.negation]] = True
        for code, lexicon in self.vocabulary.lexicons:
            mine = codes == code
            total = np.bincount(rows[mine], weights=values[mine], minlength=len(block.texts)).astype(np.int64) * 100
            touched = np.zeros(len(block.texts), dtype=bool)
            touched[rows[mine]] = True
            reached = total >= lexicon.threshold * 100 if lexicon.threshold > 0 else total <= lexicon.threshold * 100
            j = code // 2
            matrix[touched & reached & ~negated, j] = self.votes[j]
            where = np.flatnonzero(touched & (negated | (reached if lexicon.where else False)))
            matrix[where, j] = ABSTAIN
            asked.append((where, np.full(len(where), j)))
        self._ask(block, matrix, asked)

    def _phrases(self, rows: Ints, codes: Ints) -> tuple[Ints, Ints]:
        """Return the rows where all words of a phrase stand somewhere, and the LF of each."""
        vocabulary, m = self.vocabulary, len(self.vocabulary.phrase_of)
        if not len(rows):
            return rows, codes
        row, word = np.divmod(_distinct(rows * m + codes - vocabulary.negation - 1), m)
        n = len(vocabulary.lf_of)
        phrases, words = np.unique(row * n + np.array(vocabulary.phrase_of)[word], return_counts=True)
        row, phrase = np.divmod(phrases, n)
        whole = words == np.array(vocabulary.words_of)[phrase]
        return row[whole], np.array(vocabulary.lf_of)[phrase[whole]]

    def _ask(self, block: Block, matrix: Matrix, asked: list[tuple[Ints, Ints]]) -> None:
        """Ask the LFs themselves where a piece alone cannot tell, row by row so that a row is tokenised once."""
        rows = np.concatenate([rows for rows, _ in asked])
        lfs = np.concatenate([lfs for _, lfs in asked])
        open_ = matrix[rows, lfs] == ABSTAIN
        for pair in _distinct(rows[open_] * len(self.lfs) + lfs[open_]).tolist():
            i, j = divmod(pair, len(self.lfs))
            if self.lfs[j](block.texts[i]) != ABSTAIN:
                matrix[i, j] = self.votes[j]

    def _hits(self, block: Block) -> tuple[Ints, Ints, Ints]:
        """Return row, code and value of all that is found, [h] each."""
        found = self._holding(self._pieces(block))
        ready = self._looked_up.get
        hits = [self._look_up(key) if (known := ready(key)) is None else known for key in found["key"].to_list()]
        times = found["row"].list.len().to_numpy()  # how often each piece stands somewhere
        counts = np.fromiter(map(len, hits), dtype=np.int64, count=len(hits))  # how much each piece holds
        flat = np.array([pair for pairs in hits for pair in pairs], dtype=np.int64).reshape(-1, 2)
        kept = counts > 0
        rows = found["row"].filter(kept).explode().to_numpy().astype(np.int64)
        at = np.repeat(np.flatnonzero(kept), times[kept])
        repeats = counts[at]
        ends = np.cumsum(repeats)
        offsets = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - repeats, repeats)
        index = np.repeat((np.cumsum(counts) - counts)[at], repeats) + offsets
        return np.repeat(rows, repeats), flat[index, 0], flat[index, 1]

    def _pieces(self, block: Block) -> Pieces:
        if block.first not in self.known:
            series = block.series
            sample = may_hold(series.gather_every(max(1, len(series) // _SAMPLE)), self._literals)
            few = len(series) > _SAMPLE and 2 * int(sample.sum()) < len(sample)
            if few and not self._counts_words:  # few rows hold anything: cut only these
                may = may_hold(series, self._literals)
                return Pieces.of(series.filter(may), np.flatnonzero(may.to_numpy()))
            self.known[block.first] = Pieces.of(series)
        return self.known[block.first]

    def _holding(self, pieces: Pieces) -> pl.DataFrame:
        """Return the pieces that may hold something, with ``key``, what to look each up as."""
        word, text = pl.col("word"), pl.coalesce("forms", "piece")
        if self.vocabulary.symbols:  # they may stand around a word
            word = pl.when(~pl.col("piece").str.contains_any(list(self.vocabulary.symbols))).then(word)
        if not self.vocabulary.whole:  # parts of a tag begin with capitals
            word = pl.when(~word.str.starts_with("#")).then(word)
        held = text.str.contains_any(self._literals, ascii_case_insensitive=True)
        if not self.vocabulary.plain:
            return pieces.frame.filter(held).with_columns(key=pl.coalesce(word, "piece"))
        keyed = pieces.frame.with_columns(key=word)
        listed = keyed.filter(pl.col("key").is_in(self.vocabulary.listed))
        others = keyed.filter(pl.col("key").is_null()).filter(held).with_columns(key="piece")
        return pl.concat([listed, others])

    def _look_up(self, key: str) -> Hits:
        if len(self._looked_up) >= _KEPT_PIECES:
            self._looked_up.clear()
        hits = self._looked_up[key] = self.vocabulary.look_up(key)
        return hits

    def _count(self, block: Block, j: int, lf: CountLF) -> Column:
        if lf.what in _BY_PIECE:
            counts = self._count_by_piece(block, lf.what)
        else:
            counts = np.fromiter(_counts(block, lf), dtype=np.int64, count=len(block.texts))
        fires = (counts >= lf.at_least) & (counts <= (lf.at_most if lf.at_most is not None else counts.max(initial=0)))
        if lf.where is not None:
            for i in np.flatnonzero(fires).tolist():
                fires[i] = lf(block.texts[i]) != ABSTAIN
        return np.where(fires, self.votes[j], ABSTAIN).astype(np.int8)

    def _count_by_piece(self, block: Block, what: Count) -> Ints:
        """Return how many words, or words in capitals, each row has, [n]; a piece's count goes to all its rows."""
        frame = self._pieces(block).frame
        word = frame["piece"].str.strip_chars(AROUND)
        counts = word.str.contains(_BY_PIECE[what]).cast(pl.Int64).to_numpy(writable=True)
        others = np.flatnonzero(~word.str.contains("^[#@]?[A-Za-z0-9_]+$"))
        counts[others] = [count_of(what, piece) for piece in frame["piece"].gather(others).to_list()]
        weights = np.repeat(counts, frame["row"].list.len().to_numpy())
        rows = frame["row"].explode().to_numpy()
        return np.bincount(rows, weights=weights, minlength=len(block.texts)).astype(np.int64)

    def _pattern(self, block: Block, j: int, lf: PatternLF, clean: Ints) -> tuple[Column, Fault | None]:
        column = np.full(len(block.texts), ABSTAIN, dtype=np.int8)
        pattern = linear(lf.pattern)
        left = np.ones(len(column), dtype=bool)
        if pattern is not None:
            try:
                found = block.series.str.contains(pattern).to_numpy() & clean
            except pl.exceptions.ComputeError:  # too large for the linear engine
                found = None
            if found is not None:
                left = ~clean if lf.where is None else ~clean | found
                column[found & ~left] = self.votes[j]
        left[block.odd] = True
        rows = np.flatnonzero(left)
        asked = [block.texts[i] for i in rows.tolist()]
        numbers = (rows + self.offset + block.first).tolist()
        column[rows], fault = call(lf, asked, self.rules, numbers=numbers)
        return column, fault


def _distinct(numbers: Ints) -> Ints:
    """Return the distinct numbers in order; `np.unique` does this by hashing, several times as slow."""
    ordered = np.sort(numbers)
    new = np.ones(len(ordered), dtype=bool)
    new[1:] = ordered[1:] != ordered[:-1]
    return ordered[new]


def _counts(block: Block, lf: CountLF) -> Iterator[int]:
    if lf.what in _COUNTED:
        plain, wide = _COUNTED[lf.what]
        found = block.series.str.count_matches(plain, literal=True) + block.series.str.count_matches(wide, literal=True)
    elif lf.what == "capitals":
        found = block.series.str.count_matches("[A-Z]")
        other = np.flatnonzero(block.series.str.contains(r"[^\x00-\x7f]").to_numpy())
        found = found.scatter(other, [count_of(lf.what, block.texts[i]) for i in other.tolist()])
    else:
        found = block.series.str.len_chars()
    counts = found.to_list()
    for i in block.odd.tolist():
        counts[i] = count_of(lf.what, block.texts[i])
    return iter(counts)
