"""Every exception that labelfns raises on purpose (a leaf: standard library only).

A message says what was expected, what came, the likely cause and the next step. The command line prints the
message without a traceback and exits with 2.
"""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class LabelFnsError(Exception):
    """Base of all errors that a user can mend."""


class InputError(LabelFnsError, ValueError):
    """Texts, votes, gold labels, files or folders that cannot be used as they are."""


class LFError(LabelFnsError, ValueError):
    """A labeling function or a set of them that is not right."""


class SettingsError(LabelFnsError, ValueError):
    """Settings that are unknown, of the wrong type or out of range."""


class MissingExtraError(LabelFnsError, ImportError):
    """A feature whose optional package is not installed."""


class WriteError(LabelFnsError, OSError):
    """A file that cannot be written: a full disk, no right to write, a folder that went away."""

    @classmethod
    def of(cls, path: object, error: Exception) -> "WriteError":
        """Return the error for a path and what went wrong there; libraries raise of many kinds."""
        what = str(error).strip().splitlines() or ["no reason given"]
        return cls(
            f"{path} could not be written ({type(error).__name__}: {what[0]}). What was finished before is kept; "
            "make room or mend the cause, then go on with `labelfns run ... --resume`"
        )


class LabelFnsWarning(UserWarning):
    """What went on, and should be looked at."""


def raise_all(error: type[LabelFnsError], problems: Sequence[str]) -> None:
    """Raise one `error` that lists every problem; do nothing where there is none."""
    if len(problems) == 1:
        raise error(problems[0])
    if problems:
        lines = "".join(f"\n  - {problem}" for problem in problems)
        raise error(f"{len(problems)} problems:{lines}")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the nearest known word, or an empty string."""
    close = get_close_matches(word, list(known), n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def some(items: Sequence[object], limit: int = 5) -> str:
    """Write the first few of many items: ``"3, 8, 11 and 40 more"``."""
    shown = ", ".join(str(item) for item in items[:limit])
    return shown if len(items) <= limit else f"{shown} and {len(items) - limit} more"
