"""Entries of a word list that are found in no text: a typo, a missing comma, a word that nobody writes."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from labelfns.lfs.base import ABSTAIN, LabelingFunction
from labelfns.lfs.declared import DeclaredLF, SymbolsLF, TagsLF, WordsLF
from labelfns.lfset import LFSet
from labelfns.progress import silent

LISTS: dict[type[LabelingFunction], str] = {WordsLF: "words", TagsLF: "tags", SymbolsLF: "symbols"}
"""The LFs that look for entries of a list, and the field that has it."""


def entries_of(lf: LabelingFunction) -> tuple[str, ...]:
    """Return the words, hashtags or symbols that an LF looks for; none of an LF that has no such list."""
    return getattr(lf, LISTS[type(lf)]) if type(lf) in LISTS else ()


def entries_not_found(lf: LabelingFunction, labels: Sequence[str], texts: Sequence[str]) -> tuple[str, ...]:
    """Return which entries of an LF's list stand in none of n texts, in whatever context.

    Parameters
    ----------
    lf
        The LF.
    labels
        The k label names.
    texts
        The n texts.

    Examples
    --------
    >>> from labelfns import keywords
    >>> entries_not_found(keywords("yes", ["good", "so" "bad"]), ["no", "yes"], ["good", "so bad"])
    ('sobad',)
    """
    entries = entries_of(lf)
    if not isinstance(lf, DeclaredLF) or not entries:
        return ()
    field = LISTS[type(lf)]
    anywhere = replace(lf, where=None, expects={})
    rows = np.flatnonzero(LFSet(labels, [anywhere]).apply(texts, progress=silent).covered).tolist()
    if not rows:
        return entries
    apart = [replace(anywhere, name=str(i), **{field: (entry,)}) for i, entry in enumerate(entries)]
    found = LFSet(labels, apart).apply([texts[row] for row in rows], progress=silent).matrix != ABSTAIN
    return tuple(entry for entry, there in zip(entries, found.any(axis=0).tolist(), strict=True) if not there)
