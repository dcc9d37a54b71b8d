"""Texts cut at spaces, and the rows of each whitespace token: what all declared LFs share, whatever they look for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from labelfns.text.tokens import iter_tokens, keys, parts

ROWS = 65_536
"""Rows answered at a time, at most: what bounds the memory, and row numbers fit in 16 bits."""

# Non-ASCII characters that are neither letters, digits nor marks, nor invisible: they cannot be part of a word.
SAFE_NON_ASCII = (
    "\xa1-\xa9\xab\xac\xae-\xb1\xb4\xb6\xb8\xbb\xbf\xd7\xf7\u2000-\u200b\u2010-\u2029\u202f-\u203e\u2041-\u2053\u2190-\u23ff\u2500-\u2775"
    "\u2794-\u2bff\u3000-\u3002\u3004\ufe0e\ufe0f\uff01-\uff0f\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff"
)
AROUND = '"().,!?;:'
"""Characters around a word that have no meaning for the tokenizer."""
_TRIPLES = [letter * 3 for letter in "abcdefghijklmnopqrstuvwxyz"]
Ints = npt.NDArray[np.int64]


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
    surrogate_rows
        The rows of those, [s].
    """

    texts: Sequence[str]
    first: int
    series: pl.Series
    surrogate_rows: Ints

    @classmethod
    def of(cls, texts: Sequence[str], first: int) -> "Block":
        """Hand texts over to polars."""
        try:
            return cls(texts, first, pl.Series(texts, dtype=pl.String), np.zeros(0, dtype=np.int64))
        except UnicodeEncodeError:
            rows = [i for i, text in enumerate(texts) if any("\ud800" <= char <= "\udfff" for char in text)]
            kept = list(texts)
            for i in rows:
                kept[i] = ""
            return cls(texts, first, pl.Series(kept, dtype=pl.String), np.array(rows))


@dataclass(frozen=True)
class TextIndex:
    """The distinct whitespace tokens of some texts.

    Parameters
    ----------
    frame
        One row per distinct token, with four columns.

        - ``token``: the token.
        - ``word``: for a plain ASCII word, tag or handle the token in lower case, without what is around it but with
          its ``#`` or ``@``; else null.
        - ``forms``: for a token that is not plain ASCII or holds elongated words, the forms under which its words and,
          with ``#``, its tags may stand in a list; else null.
        - ``row``: the numbers of its rows, once for each time it stands there.
    """

    frame: pl.DataFrame

    @classmethod
    def of(cls, texts: pl.Series, rows: npt.NDArray[np.integer] | None = None) -> "TextIndex":
        """Cut n texts at spaces.

        Parameters
        ----------
        texts
            The texts.
        rows
            Their numbers, [n], less than `ROWS`; 0 to n-1 by default.
        """
        cut = _split(texts)
        numbers = np.arange(len(texts)) if rows is None else rows
        row = np.repeat(numbers.astype(np.uint16), cut.list.len().to_numpy())
        frame = pl.DataFrame({"token": cut.explode(), "row": row}).group_by("token").agg("row")
        token = frame["token"]
        unusual = np.flatnonzero(may_hold(token, []).to_numpy())
        forms = pl.Series("forms", [None], dtype=pl.String).new_from_index(0, len(frame))
        forms.scatter(unusual, [_forms(token[i]) for i in unusual.tolist()])
        word = token.str.strip_chars(AROUND).str.to_lowercase()
        plain = word.str.contains("^[#@]?[a-z0-9_]+$") & forms.is_null()
        words = pl.select(word=pl.when(plain).then(word)).to_series()
        return cls(frame.with_columns(words, forms))


def index_of(texts: Sequence[str]) -> dict[int, TextIndex]:
    """Return the index of each block of n texts, by its first row; some 20 MB for 100,000 tweets."""
    firsts = range(0, len(texts), ROWS)
    return {first: TextIndex.of(Block.of(texts[first : first + ROWS], first).series) for first in firsts}


def _split(texts: pl.Series) -> pl.Series:
    """Split texts at spaces, in two halves side by side: polars works on columns in parallel, on one in a row."""
    half = (len(texts) + 1) // 2
    halves = pl.DataFrame({"a": texts[:half], "b": texts[half:].extend_constant(None, 2 * half - len(texts))})
    cut = halves.select(pl.all().str.split(" "))
    return pl.concat([cut["a"], cut["b"][: len(texts) - half]], rechunk=False)


def may_hold(texts: pl.Series, literals: Sequence[str]) -> pl.Series:
    """Return which texts may hold one of some strings once their words are in the forms of `TextIndex`."""
    may = texts.str.contains_any([*literals, *_TRIPLES], ascii_case_insensitive=True)
    wide = np.flatnonzero(texts.str.len_bytes() != texts.str.len_chars())
    return may.scatter(wide, may.gather(wide) | texts.gather(wide).str.contains(rf"[^\x00-\x7f{SAFE_NON_ASCII}]"))


def _forms(token: str) -> str:
    forms = [token]
    for word in iter_tokens(token):
        forms += [f"#{key}" if word.tag else key for key in keys(word.raw)]
        forms += parts(word.raw) if word.tag else []
    return " ".join(forms)
