"""Copies among texts: retweets, and texts that differ only in case, user names, web addresses or white space."""

import re
from collections.abc import Sequence

import numpy as np

from labelfns.checks import Ints

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")
_USER = re.compile(r"[@\uff20]\w+")
_RETWEET = re.compile(r"^(?:rt @:? ?)+")


def without_details(text: str) -> str:
    """Return a text with case, white space, user names and web addresses folded, and a leading ``RT @user:`` dropped.

    Examples
    --------
    >>> without_details("RT @ann: So  HAPPY, @bob https://t.co/1") == without_details("so happy, @you www.b.org")
    True
    """
    folded = " ".join(text.casefold().split())
    if "http" in folded or "www." in folded:
        folded = _ADDRESS.sub("http", folded)
    if "@" in folded or "\uff20" in folded:
        folded = _RETWEET.sub("", _USER.sub("@", folded))
    return folded


def copy_groups(texts: Sequence[str]) -> Ints:
    """Return for each text [n] the number of its group, 0, 1, ... by first appearance; copies are in one group.

    Examples
    --------
    >>> copy_groups(["so happy", "late again", "So happy"]).tolist()
    [0, 1, 0]
    """
    numbers: dict[str, int] = {}
    return np.array([numbers.setdefault(without_details(text), len(numbers)) for text in texts], dtype=np.int64)
