"""Views of a text for training: the same text with some of it hidden (a leaf: numpy, types of `labelfns`)."""

import re
from collections.abc import Sequence

import numpy as np

from labelfns.text.spans import Span, replace


def hide(text: str, spans: Sequence[Span], mask: str) -> str:
    """Return the text with the given pieces replaced by the mask token; spans ascend and do not overlap.

    Examples
    --------
    >>> hide("so #happy today", [(3, 9)], "[MASK]")
    'so [MASK] today'
    """
    return replace(text, spans, lambda piece: mask)


def hide_some(text: str, spans: Sequence[Span], share: float, mask: str, rng: np.random.Generator) -> str:
    """Hide each span with probability `share`, in [0, 1]."""
    if not spans or share == 0:
        return text
    return hide(text, [span for span in spans if rng.random() < share], mask)


def drop_words(text: str, share: float, mask: str, rng: np.random.Generator) -> str:
    """Hide each word, a run of non-space characters, with probability `share`, in [0, 1]."""
    return hide_some(text, [match.span() for match in re.finditer(r"\S+", text)], share, mask, rng)
