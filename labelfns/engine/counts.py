"""The counts of `CountLF` over many texts at a time: marks, capitals, letters, words."""

import numpy as np

from labelfns.engine.text_index import AROUND, Block, Ints, TextIndex
from labelfns.lfs.declared import Count, count_of

OF_TOKENS = {"words": "^[A-Za-z0-9_]+$", "shouted": "^(?:[A-Z][A-Z0-9_]+|[0-9_]+[A-Z][A-Z0-9_]*)$"}
"""What is counted token by token, and the plain ASCII tokens that count for one."""

_MARKS = {"exclamations": ("!", "\uff01"), "questions": ("?", "\uff1f")}
_SURE = "^[#@]?[A-Za-z0-9_]+$"


def count_in_texts(what: Count, block: Block) -> Ints:
    """Return how often something that is no word stands in each text, [n]."""
    if what in _MARKS:
        plain, wide = _MARKS[what]
        counts = block.series.str.count_matches(plain, literal=True) + block.series.str.count_matches(
            wide, literal=True
        )
    elif what == "capitals":
        counts = block.series.str.count_matches("[A-Z]")
        other = np.flatnonzero(block.series.str.contains(r"[^\x00-\x7f]").to_numpy())
        counts = counts.scatter(other, [count_of(what, block.texts[i]) for i in other.tolist()])
    else:
        counts = block.series.str.len_chars()
    column = counts.to_numpy().astype(np.int64)
    for i in block.surrogate_rows.tolist():
        column[i] = count_of(what, block.texts[i])
    return column


def count_in_tokens(what: Count, index: TextIndex, n: int) -> Ints:
    """Return how many words, or words in capitals, each of n rows has, [n]; a token's count goes to all its rows."""
    word = index.frame["token"].str.strip_chars(AROUND)
    counts = word.str.contains(OF_TOKENS[what]).to_numpy().astype(np.int64)
    sure = word.str.contains(_SURE) & (word.str.to_lowercase() != "www")  # which may begin a web address
    others = np.flatnonzero(~sure)
    counts[others] = [count_of(what, token) for token in index.frame["token"].gather(others).to_list()]
    weights = np.repeat(counts, index.frame["row"].list.len().to_numpy())
    rows = index.frame["row"].explode().to_numpy()
    return np.bincount(rows, weights=weights, minlength=n).astype(np.int64)
