"""The pieces of text between spaces, and the rows of each: what all declared LFs share, whatever they look for."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from labelfns.text.tokens import iter_tokens, keys, parts

ROWS = 65_536
"""Rows answered at a time, at most: what bounds the memory, and row numbers fit in 16 bits."""

# Non-ASCII characters that are neither letters, digits nor marks: they cannot be part of a word.
SAFE_NON_ASCII = (
    "\xa1-\xa9\xab-\xb1\xb4\xb6-\xb8\xbb\xbf\xd7\xf7\u2000-\u203e\u2041-\u2053\u2190-\u23ff\u2500-\u2775\u2794-\u2bff"
    "\u3000-\u3004\ufe0e\ufe0f\uff01-\uff0f\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff"
)
AROUND = '"().,!?;:'  # around a word without a meaning for the tokeniser
_TRIPLES = [letter * 3 for letter in "abcdefghijklmnopqrstuvwxyz"]


@dataclass(frozen=True)
class Pieces:
    """The distinct pieces of some texts.

    Parameters
    ----------
    frame
        A row a piece: ``piece``; ``word``, for a plain ASCII word, tag or handle itself without what is around it, in
        lower case and with its sign, else null; ``forms``, for a piece that is not plain ASCII or holds elongated
        words the forms its words and, with ``#``, its tags may have in a list, else null; ``row``, the numbers of its
        rows, one a time it stands there.
    """

    frame: pl.DataFrame

    @classmethod
    def of(cls, texts: pl.Series, rows: npt.NDArray[np.integer] | None = None) -> "Pieces":
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
        frame = pl.DataFrame({"piece": cut.explode(), "row": row}).group_by("piece").agg("row")
        piece = frame["piece"]
        odd = np.flatnonzero(may_hold(piece, []).to_numpy())
        forms = pl.Series("forms", [None], dtype=pl.String).new_from_index(0, len(frame))
        forms.scatter(odd, [_forms(piece[i]) for i in odd.tolist()])
        word = piece.str.strip_chars(AROUND).str.to_lowercase()
        plain = word.str.contains("^[#@]?[a-z0-9_]+$") & forms.is_null()
        words = pl.select(word=pl.when(plain).then(word)).to_series()
        return cls(frame.with_columns(words, forms))


def _split(texts: pl.Series) -> pl.Series:
    """Split texts at spaces, in two halves side by side: polars works on columns in parallel, on one in a row."""
    half = (len(texts) + 1) // 2
    halves = pl.DataFrame({"a": texts[:half], "b": texts[half:].extend_constant(None, 2 * half - len(texts))})
    cut = halves.select(pl.all().str.split(" "))
    return pl.concat([cut["a"], cut["b"][: len(texts) - half]], rechunk=False)


def may_hold(texts: pl.Series, literals: Sequence[str]) -> pl.Series:
    """Return which texts may hold one of some strings once their words are in the forms of `Pieces`."""
    may = texts.str.contains_any([*literals, *_TRIPLES], ascii_case_insensitive=True)
    wide = np.flatnonzero(texts.str.len_bytes() != texts.str.len_chars())
    return may.scatter(wide, may.gather(wide) | texts.gather(wide).str.contains(rf"[^\x00-\x7f{SAFE_NON_ASCII}]"))


def _forms(piece: str) -> str:
    found = [piece]
    for token in iter_tokens(piece):
        found += [f"#{key}" if token.tag else key for key in keys(token.raw)]
        found += parts(token.raw) if token.tag else []
    return " ".join(found)
