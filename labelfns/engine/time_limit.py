"""A time limit for the searches of a pattern, in any thread and on any system.

`re` cannot be interrupted, the `regex` package can: it searches here for what `re` would find
(`labelfns.engine.regex_syntax`).
"""

import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import chain
from math import inf, isinf
from typing import Any, TypeVar

from labelfns.engine.regex_syntax import translated
from labelfns.errors import LFError
from labelfns.lfs.declared import PatternLF

Result = TypeVar("Result")
_UNASSIGNED = "\uffff"  # for ever
_FILLING = (range(0x80, 0x20000), range(0x2A6D0, 0x34000))  # where Unicode still puts characters


class TimeLimitError(TimeoutError):
    """A search took longer than it may."""


@dataclass(frozen=True)
class TimedPattern:
    """A pattern that takes the place of a `re.Pattern` and ends each search in time.

    Parameters
    ----------
    original
        The pattern.
    seconds
        The limit of a search; more than 0.
    until
        When all searches end, by `time.monotonic`.
    """

    original: re.Pattern[str]
    seconds: float
    until: float = inf

    def search(self, text: str) -> Any:
        """Return the first match or None.

        Raises
        ------
        TimeLimitError
            If that takes too long.
        """
        return self._in_time(lambda: self._regex.search(self._old(text), timeout=self.seconds))

    def finditer(self, text: str) -> Iterator[Any]:
        """Return all matches; errors as in `search`, for all of them together."""
        return iter(self._in_time(lambda: list(self._regex.finditer(self._old(text), timeout=self.seconds))))

    @cached_property
    def _regex(self) -> Any:
        import regex

        flags = regex.VERSION0
        for ours, theirs in ((re.IGNORECASE, regex.IGNORECASE), (re.ASCII, regex.ASCII)):
            flags |= theirs if self.original.flags & ours else 0
        try:
            return regex.compile(translated(self.original), flags)
        except (LFError, regex.error) as error:
            raise LFError(
                f"the pattern {self.original.pattern!r} cannot be searched under a time limit ({error}). Write it "
                "otherwise, or pass time_limit=math.inf to wait as long as it takes"
            ) from error

    def _old(self, text: str) -> str:
        """Return a text without what `regex` knows and `re` does not, whose Unicode tables are Python's."""
        if text.isascii() or _newer().keys().isdisjoint(text) or not _newer().keys().isdisjoint(self.original.pattern):
            return text
        return text.translate({ord(char): _UNASSIGNED for char in _newer()})

    def _in_time(self, search: Callable[[], Result]) -> Result:
        if time.monotonic() > self.until:
            raise TimeLimitError("took longer than the time limit for all texts together")
        try:
            return search()
        except TimeoutError:
            raise TimeLimitError(f"took longer than the time limit of {self.seconds:g} s") from None


@cache
def _newer() -> dict[str, str]:
    """Return a character that is never assigned for each that is in the tables of `regex` and not in Python's."""
    import regex

    unknown = "".join(char for char in map(chr, chain(*_FILLING)) if unicodedata.category(char) == "Cn")
    return dict.fromkeys([_UNASSIGNED, *regex.findall(r"\P{Cn}", unknown)], _UNASSIGNED)


def limited(lf: object, seconds: float, until: float = inf) -> Any:
    """Return an LF that does the same, the searches of a pattern limited; no other LF is.

    Raises
    ------
    LFError
        If its pattern cannot be searched under a limit.
    """
    if type(lf) is not PatternLF or isinf(seconds):
        return lf
    pattern = TimedPattern(lf.pattern, seconds, until)
    try:
        _ = pattern._regex
    except LFError as error:
        raise LFError(f"LF {lf.name!r}: {error}") from error
    return replace(lf, pattern=pattern)  # type: ignore[arg-type] # it does what a pattern does
