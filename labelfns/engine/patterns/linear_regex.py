"""Which regular expressions a linear-time engine answers exactly as `re` does. A leaf: standard library only.

Only patterns and rows on which the two engines cannot differ are taken: the constructs below, on rows of printable
ASCII. Look-around, back references, `re`'s own spellings and everything else that is read differently is left to
`re`, under a time limit.
"""

import re

_SAFE = re.compile(
    r"""(?:
      \\[bdDwWsSntr]             # classes and breaks that mean the same on printable ASCII
    | \\[^a-zA-Z0-9\s<>]         # escaped punctuation; \< and \> are word breaks elsewhere
    | \[\^?(?:                   # a class, without nested ones and set operations
          \\[dDwWsSntr] | \\[^a-zA-Z0-9\s<>]
        | (?!&&|--|~~|\|\|)[^\]\[\\\^]
      )+\]
    | \(\?: | \((?!\?) | \) | \|
    | [*+?](?![+*{])\??          # no possessive forms
    | \{\d{1,3}(?:,\d{0,3})?\}(?![+*{])\??
    | [\^$.]
    | [^\\\[\](){}*+?|^$.]       # a plain character
    )*""",
    re.VERBOSE,
)


def linear(pattern: re.Pattern[str]) -> str | None:
    r"""Return a pattern in the linear engine's syntax, None where it must be left to `re`.

    Examples
    --------
    >>> linear(re.compile(r"\bso+ (?:good|bad)$", re.IGNORECASE))
    '(?i)\\bso+ (?:good|bad)$'
    >>> linear(re.compile(r"(?<!not )good")), linear(re.compile(r"(a)\1"))
    (None, None)
    """
    flags = pattern.flags & ~re.UNICODE
    text = pattern.pattern
    if flags & ~re.IGNORECASE or not text.isascii() or not text.isprintable() or r"\b{" in text:
        return None
    if not _SAFE.fullmatch(text):
        return None
    return f"(?i){text}" if flags & re.IGNORECASE else text
