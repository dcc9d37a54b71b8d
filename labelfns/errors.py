"""Every exception that labelfns raises on purpose, and how messages are written (a leaf: standard library only).

A message says what was expected, what came, the likely cause and the next step. It is plain text: control characters
and terminal escapes in it, which may come from a file or a name, are written out. The command line prints the message
without a traceback and exits with 2.
"""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import PurePath

MOST = 10
"""How many problems or names one message lists."""

_WIDTH = 80  # characters of one name or value in a message
_COMPARED = 1000  # how many names are compared for "did you mean"

# Control characters, line and paragraph separators, marks that reverse the direction of writing, half surrogate pairs.
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


class LabelFnsError(Exception):
    """Base of all errors that a user can fix.

    Parameters
    ----------
    message
        What is wrong and what to do; shown as plain text.

    Attributes
    ----------
    most
        How many problems one message lists.
    hint
        What to do next in the words of the caller, a command for instance; it ends the message. Whoever catches the
        error may set it.
    """

    most: int = MOST
    hint: str = ""

    def __init__(self, message: object = "") -> None:
        super().__init__(shown(message, lines=True))

    def __str__(self) -> str:
        return f"{self.args[0]} {self.hint}".rstrip()


class InputError(LabelFnsError, ValueError):
    """Texts, votes, gold labels, files or folders that cannot be used as they are."""


class ColumnError(InputError):
    """Texts that lack a column."""


class RowsError(InputError):
    """Rows of a source that cannot be read, or hold no text: with ``on_bad_rows="skip"`` they are left out."""


class NotAttainableError(InputError):
    """A precision that gold rows cannot promise."""


class LFError(LabelFnsError, ValueError):
    """A labeling function or a set of them that is not right."""


class SettingsError(LabelFnsError, ValueError):
    """Settings that are unknown, of the wrong type or out of range; they are few, and are fixed together."""

    most = 40


class MissingExtraError(LabelFnsError, ImportError):
    """A feature whose optional package is not installed."""


class WriteError(LabelFnsError, OSError):
    """A file that cannot be written: a full disk, no right to write, a folder that went away."""

    @classmethod
    def of(cls, path: object, error: BaseException) -> "WriteError":
        """Return the error for a path and what went wrong there; libraries raise of many kinds."""
        return cls(
            f"{path} could not be written ({type(error).__name__}: {first_line(error)}). Nothing is left of it; what "
            "was finished before is kept. Check the room on the disk and the right to write there."
        )


class ProcessError(LabelFnsError, RuntimeError):
    """Another of several processes that train together has stopped, or does not answer in time."""


class LabelFnsWarning(UserWarning):
    """What happened, and should be looked at.

    Parameters
    ----------
    message
        What happened.
    in_python
        What to do about it in Python; it ends the message, and the command line leaves it out.
    """

    def __init__(self, message: object = "", in_python: str = "") -> None:
        super().__init__(message)
        self.in_python = in_python

    def __str__(self) -> str:
        return f"{self.args[0]} {self.in_python}".rstrip()


def raise_all(error: type[LabelFnsError], problems: Sequence[str]) -> None:
    """Raise one `error` that lists the first problems and counts the others; do nothing where there is none."""
    if len(problems) == 1:
        raise error(problems[0])
    if problems:
        lines = [f"\n  - {problem}" for problem in problems[: error.most]]
        more = [f"\n  ... and {len(problems) - error.most:,} more"] if len(problems) > error.most else []
        raise error(f"{len(problems):,} problems:{''.join(lines + more)}")


def did_you_mean(word: str, names: Iterable[str], section: str = "") -> str:
    """Return ``"; did you mean 'x'?"`` for the nearest name, with its section before it, or an empty string."""
    comparable = [name for name, _ in zip(names, range(_COMPARED), strict=False) if len(name) <= _WIDTH]
    close = get_close_matches(word[:_WIDTH], comparable, n=1)
    before = f"{section}." if section else ""
    return f"; did you mean {before + close[0]!r}?" if close else ""


def some(items: Sequence[object], limit: int = 5) -> str:
    """Write the first few of many items: ``"3 and 8"``, ``"3, 8, 11 and 4,000 more"``.

    Examples
    --------
    >>> some([3]), some([3, 8, 11]), some(range(9), 3)
    ('3', '3, 8 and 11', '0, 1, 2 and 6 more')
    """
    first = [shortened(item) for item in items[:limit]]
    rest = [f"{len(items) - limit:,} more"] if len(items) > limit else []
    *most, last = [*first, *rest] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def number_of(n: int, one: str, many: str = "") -> str:
    """Write a count with its word, thousands separated: ``"1 row"``, ``"1,500 rows"``.

    Parameters
    ----------
    n
        How many.
    one, many
        The words for one and for any other number, a verb with them where there is one; by default `many` is `one` and
        an s.

    Examples
    --------
    >>> number_of(1, "gold row"), number_of(1500, "gold row"), number_of(1, "LF votes", "LFs vote")
    ('1 gold row', '1,500 gold rows', '1 LF votes')
    """
    return f"{n:,} {one if n == 1 else many or f'{one}s'}"


def some_rows(rows: Sequence[int], word: str = "row") -> str:
    """Write row numbers with their word: ``"row 3"``, ``"rows 1 and 4"``, ``"rows 1, 4, 7, 9, 12 and 20 more"``.

    Examples
    --------
    >>> some_rows([3]), some_rows([1, 4], "line")
    ('row 3', 'lines 1 and 4')
    """
    return f"{word}{'s' * (len(rows) != 1)} {some(rows)}"


def is_failure(error: BaseException) -> bool:
    """Tell whether an error is of the work and not a call to stop; panics of polars and tokenizers are no `Exception`.

    Examples
    --------
    >>> is_failure(ValueError()), is_failure(KeyboardInterrupt())
    (True, False)
    """
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def first_line(error: BaseException) -> str:
    """Return the first line of what an error of a library says, cut if it is long."""
    return shortened(next(iter(str(error).strip().splitlines()), "") or "no reason given", 3 * _WIDTH)


def shortened(item: object, width: int = _WIDTH) -> str:
    """Return a text, or what `str` makes a text of, cut after `width` characters, with ``...`` where it is; no path is.

    Examples
    --------
    >>> shortened("on time again", 7)
    'on time...'
    """
    text = str(item)
    return text if len(text) <= width or isinstance(item, PurePath) else f"{text[:width]}..."
