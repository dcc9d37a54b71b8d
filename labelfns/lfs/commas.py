"""Commas that are missing in a list of strings of a Python file: Python joins such strings without a word."""

import ast
import io
import tokenize

_PASSED_OVER = {tokenize.NL, tokenize.COMMENT}


def joined_strings(source: bytes) -> list[tuple[int, str]]:
    """Return the line and the value of strings in lists that Python joins, as no comma stands between them.

    Strings with white space where they join are taken to be one on purpose, as are those in brackets of their own.

    Parameters
    ----------
    source
        A file that Python can run.

    Examples
    --------
    >>> joined_strings(b'words = ["good", "so" "bad"]')
    [(1, 'sobad')]
    >>> joined_strings(b'words = ["good", ("so" "bad"), "so " "so"]')
    []
    """
    found, brackets, before = [], [""], None
    for token in tokenize.tokenize(io.BytesIO(source).readline):
        if token.type in _PASSED_OVER:
            continue
        text = _text(token) if token.type == tokenize.STRING else None
        if brackets[-1] == "[" and before and text and not (before[-1].isspace() or text[0].isspace()):
            found.append((token.start[0], before + text))
        before = text
        if token.type == tokenize.OP and token.string in "([{":
            brackets.append(token.string)
        elif token.type == tokenize.OP and token.string in ")]}":
            brackets.pop()
    return found


def _text(token: tokenize.TokenInfo) -> str | None:
    """Return the string that a token stands for; None for bytes and strings with values in them."""
    try:
        value = ast.literal_eval(token.string)
    except (ValueError, SyntaxError):
        return None
    return value if isinstance(value, str) else None
