"""What people name, made safe to show: a label, an LF or a message is text, whatever signs it holds."""

import re
import unicodedata

from markupsafe import Markup, escape

LIMIT = 80
"""Names longer than this are cut with an ellipsis."""

_MARKS = re.compile(r"([\\`*_{}\[\]<>()#+|~&$@:!]|(?<!\d)\.(?!\d)|-(?=-)|(?<=-)-|^[-=.])")
"""What Markdown, HTML and formulas in it are written with; a point also where an address would become a link."""

_TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}  # they change the direction of what follows
_UNSEEN = {"Cc", "Cs", "Zl", "Zp"}
_NO_SIGNS = {"\ufffe", "\uffff"}  # no XML may hold them


def printable(text: str, keep: str = "") -> str:
    r"""Return a text with control signs, lone surrogates and signs of direction written as escapes.

    Parameters
    ----------
    text
        The text.
    keep
        Signs that stay as they are.

    Examples
    --------
    >>> print(printable("late\x1b[2J\nagain"))
    late\x1b[2J\nagain
    """
    if text.isprintable():
        return text
    return "".join(
        sign if sign in keep or not _is_unseen(sign) else sign.encode("unicode_escape").decode("ascii") for sign in text
    )


def printable_json(text: str) -> str:
    r"""Return JSON of the same value in which such signs are escapes too, which `json.dumps` leaves as they are.

    Examples
    --------
    >>> print(printable_json('{"lf": "a\u202eb"}'))
    {"lf": "a\u202eb"}
    """
    if text.isprintable():
        return text
    return "".join(f"\\u{ord(sign):04x}" if _is_unseen(sign) and sign != "\n" else sign for sign in text)


def short(name: str, limit: int = LIMIT) -> str:
    """Return a name as one line of at most `limit` signs.

    Examples
    --------
    >>> short("a_very_long_name", limit=7)
    'a_very…'
    """
    line = printable(name)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def markdown(name: object, limit: int = LIMIT) -> str:
    r"""Return a name for a Markdown page: one line of at most `limit` signs, of which none is read as a mark.

    Examples
    --------
    >>> print(markdown("<b>|great_words"))
    \<b\>\|great\_words
    """
    return _MARKS.sub(r"\\\1", short(str(name), limit))


def name_html(name: object) -> Markup:
    """Return a name for a page: short, the whole of a cut one as its tooltip, its direction its own."""
    line = printable(str(name))
    cut = short(line)
    title = Markup(' title="{}"').format(line) if cut != line else ""
    return Markup("<bdi{}>{}</bdi>").format(title, escape(cut))


def _is_unseen(sign: str) -> bool:
    return unicodedata.category(sign) in _UNSEEN or unicodedata.bidirectional(sign) in _TURNING or sign in _NO_SIGNS
