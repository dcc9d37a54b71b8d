"""Text of the user, so that it can be printed anywhere."""

import re

_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(text: object, *, lines: bool = False) -> str:
    r"""Write text so that it can be printed anywhere: control characters and terminal escapes as ``\x1b``.

    Parameters
    ----------
    text
        The text, or what `str` makes a text of.
    lines
        Whether line feeds stay.

    Examples
    --------
    >>> print(shown("\x1b[2J👍🏽"))
    \x1b[2J👍🏽
    """

    def escape(match: re.Match[str]) -> str:
        sign = match.group()
        return sign if lines and sign == "\n" else sign.encode("unicode_escape").decode("ascii")

    return _UNSEEN.sub(escape, str(text))
