r"""Patterns of `re` for other engines, each of which reads some of the syntax otherwise.

For the `regex` package, which can end a search, a pattern is taken apart by `re`'s own parser and written again with
everything said out: what `\w`, `\s` and `\b` mean (in `regex` a combining mark is part of a word), flags, counts, and
the letters that are one without case. What is found then agrees, but for characters that are newer than Python's
Unicode tables (`labelfns.engine.time_limit` takes them out).

For polars's engine, which takes linear time, patterns stay as they are. Only patterns and rows on which it cannot
differ from `re` are taken: the constructs below, on rows of printable ASCII. Look-around, back references, `re`'s own
spellings and everything else that is read differently is left to the others, under a time limit.
"""

import re
import warnings
from collections.abc import Iterable
from typing import Any

from labelfns.errors import LFError

_parser: Any = re._parser  # type: ignore[attr-defined]  # the deprecated `sre_parse`; there is no other way to the tree
_I_LETTERS = frozenset(map(ord, "iI\u0130\u0131"))  # `re` takes the four for one without case, `regex` does not
_NOT_SPACE = "\\x00-\\x08\\x0e-\\x1b!-\\x84\\x86-\\x9f\\xa1-\u167f\u1681-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u205e"
_JOINING = "\u203f\u2040\u2054\ufe33\ufe34\ufe4d-\ufe4f\uff3f"  # the punctuation beside `_`
_NOT_EMPTY = "" if re.search(r"\B", "") else r"(?!\A\Z)"  # before Python 3.14 \B is nowhere in an empty text
_UNICODE = {
    "CATEGORY_DIGIT": r"\p{Nd}",
    "CATEGORY_NOT_DIGIT": r"\P{Nd}",
    "CATEGORY_SPACE": r"\s\x1c-\x1f",
    "CATEGORY_NOT_SPACE": _NOT_SPACE + "\u2060-\u2fff\u3001-\U0010ffff",
    "CATEGORY_WORD": r"\p{L}\p{N}_",
    "CATEGORY_NOT_WORD": r"\p{M}\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}\p{S}\p{Z}\p{C}" + _JOINING,
}
_ASCII = {
    "CATEGORY_DIGIT": "0-9",
    "CATEGORY_NOT_DIGIT": "\\x00-/:-\U0010ffff",
    "CATEGORY_SPACE": "\\t-\\r ",
    "CATEGORY_NOT_SPACE": "\\x00-\\x08\\x0e-\\x1f!-\U0010ffff",
    "CATEGORY_WORD": "a-zA-Z0-9_",
    "CATEGORY_NOT_WORD": "\\x00-/:-@\\[-\\^`\\{-\U0010ffff",
}
_GROUPS = {
    ("ASSERT", 1): "(?=",
    ("ASSERT", -1): "(?<=",
    ("ASSERT_NOT", 1): "(?!",
    ("ASSERT_NOT", -1): "(?<!",
}
_LAZINESS = {"MAX_REPEAT": "", "MIN_REPEAT": "?", "POSSESSIVE_REPEAT": "+"}


def translated(pattern: re.Pattern[str]) -> str:
    r"""Return a pattern for ``regex.compile(..., flags)`` with `pattern`'s flags IGNORECASE and ASCII alone.

    Raises
    ------
    LFError
        If it switches between ASCII and Unicode inside, or holds something that is not known here.

    Examples
    --------
    >>> translated(re.compile(r"(?<!not )go{1,3}d$"))
    '(?<!not\\x20)g(?:o){1,3}d$'
    >>> translated(re.compile(r"(?s)a.+?[\w-]"))
    'a(?:(?s:.)){1,}?[\\p{L}\\p{N}_\\-]'
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what `re` says of a pattern, it said when the pattern was compiled
        nodes = _parser.parse(pattern.pattern, pattern.flags)
    return _written(nodes, pattern.flags)


def _written(nodes: Iterable[tuple[Any, Any]], flags: int) -> str:
    return "".join(_node(str(op), value, flags) for op, value in nodes)


def _node(op: str, value: Any, flags: int) -> str:
    match op:
        case "LITERAL" | "NOT_LITERAL":
            return _literal(value, flags, negate=op == "NOT_LITERAL")
        case "ANY":
            return "(?s:.)" if flags & re.DOTALL else r"[^\n]"
        case "IN":
            return _set(value, flags)
        case "AT":
            return _place(str(value), flags)
        case "BRANCH":
            return f"(?:{'|'.join(_written(branch, flags) for branch in value[1])})"
        case "SUBPATTERN":
            number, add, drop, body = value
            return _group(number, body, flags, (flags | add) & ~drop)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            least, most, body = value
            upper = "" if most is _parser.MAXREPEAT else most
            return f"(?:{_written(body, flags)}){{{least},{upper}}}{_LAZINESS[op]}"
        case "ASSERT" | "ASSERT_NOT":
            return f"{_GROUPS[op, value[0]]}{_written(value[1], flags)})"
        case "ATOMIC_GROUP":
            return f"(?>{_written(value, flags)})"
        case "GROUPREF":
            return rf"\g<{value}>"
        case "GROUPREF_EXISTS":
            group, yes, no = value
            return f"(?({group}){_written(yes, flags)}|{_written(no or (), flags)})"
        case "FAILURE":
            return "(?!)"
    raise LFError(f"it holds a {op}, which is not known here")


def _literal(code: int, flags: int, *, negate: bool) -> str:
    if _without_case(flags) and code in _I_LETTERS:
        return f"[{'^' if negate else ''}{_letters(_I_LETTERS)}]"
    return f"[^{_char(code)}]" if negate else _char(code)


def _set(items: list[tuple[Any, Any]], flags: int) -> str:
    """Return a set; its classes stand apart where letter case is ignored, as `regex` would ignore it in them too."""
    classes, chars, negate = "", "", False
    for kind, value in items:
        match str(kind):
            case "NEGATE":
                negate = True
            case "CATEGORY":
                classes += _class(str(value), flags)
            case "LITERAL":
                chars += _letters(_I_LETTERS) if _without_case(flags) and value in _I_LETTERS else _char(value)
            case "RANGE":
                chars += f"{_char(value[0])}-{_char(value[1])}"
                if _without_case(flags) and any(value[0] <= letter <= value[1] for letter in _I_LETTERS):
                    chars += _letters(_I_LETTERS)
    sign = "^" if negate else ""
    if not classes or not flags & re.IGNORECASE:
        return f"[{sign}{classes}{chars}]"
    if not chars:
        return f"(?-i:[{sign}{classes}])"
    return f"(?:(?!(?-i:[{classes}]))[^{chars}])" if negate else f"(?:(?-i:[{classes}])|[{chars}])"


def _place(place: str, flags: int) -> str:
    word = f"(?-i:[{_class('CATEGORY_WORD', flags)}])"
    return {
        "AT_BEGINNING": "(?m:^)" if flags & re.MULTILINE else r"\A",
        "AT_BEGINNING_STRING": r"\A",
        "AT_END": "(?m:$)" if flags & re.MULTILINE else "$",
        "AT_END_STRING": r"\Z",
        "AT_BOUNDARY": f"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))",
        "AT_NON_BOUNDARY": f"{_NOT_EMPTY}(?:(?<={word})(?={word})|(?<!{word})(?!{word}))",
    }[place]


def _group(number: int | None, body: Any, flags: int, inner: int) -> str:
    if (inner ^ flags) & re.ASCII:
        raise LFError("it switches between ASCII and Unicode inside")
    case = "" if not (inner ^ flags) & re.IGNORECASE else "i" if inner & re.IGNORECASE else "-i"
    text = f"(?{case}:{_written(body, inner)})"
    return text if number is None else f"({text if case else _written(body, inner)})"


def _class(name: str, flags: int) -> str:
    return (_ASCII if flags & re.ASCII else _UNICODE)[name]


def _without_case(flags: int) -> bool:
    return bool(flags & re.IGNORECASE) and not flags & re.ASCII


def _char(code: int) -> str:
    char = chr(code)
    if char.isascii():
        return char if char.isalnum() else rf"\x{code:02x}" if char.isspace() or code < 32 else f"\\{char}"
    return rf"\U{code:08x}"


def _letters(codes: Iterable[int]) -> str:
    return "".join(map(_char, sorted(codes)))


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
