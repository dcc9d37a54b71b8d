"""Labeling functions (LFs): one voter each, a name and a function from a text to a vote.

May import: `labelfns.errors` and the standard library.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import overload

from labelfns.errors import LFError

ABSTAIN = -1
"""The vote of an LF that has nothing to say about a text."""

Label = str | int
"""A class, by its name or by its id in 0..k-1."""

Span = tuple[int, int]
"""Start and end of a piece of a text, in characters, end exclusive."""


@dataclass(frozen=True)
class LabelingFunction(ABC):
    """A voter.

    Parameters
    ----------
    name
        The LF's name, unique within an `LFSet`.
    """

    name: str

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise LFError(f"an LF's name must be a non-empty string; got {self.name!r}")

    @abstractmethod
    def __call__(self, text: str) -> object:
        """Return a label's name, its id, `None` or `ABSTAIN`; the `LFSet` checks what comes."""

    def spans(self, text: str) -> list[Span]:
        """Return where in `text` the LF fires; empty for an LF that cannot tell."""
        return []


@dataclass(frozen=True)
class FunctionLF(LabelingFunction):
    """An LF that is a plain Python function of the text."""

    function: Callable[[str], object]

    def __call__(self, text: str) -> object:
        return self.function(text)


@dataclass(frozen=True)
class PatternLF(LabelingFunction):
    """An LF that votes for one label wherever a pattern is found; what the builders return.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    pattern
        The compiled regular expression that is searched for.
    """

    label: Label
    pattern: re.Pattern[str]

    def __call__(self, text: str) -> Label:
        return self.label if self.pattern.search(text) else ABSTAIN

    def spans(self, text: str) -> list[Span]:
        return [match.span() for match in self.pattern.finditer(text) if match.group()]


@dataclass(frozen=True)
class SnorkelLF(LabelingFunction):
    """A Snorkel `LabelingFunction`, called with a data point whose only field is `text`."""

    original: Callable[[SimpleNamespace], object]

    def __call__(self, text: str) -> object:
        return self.original(SimpleNamespace(text=text))


def as_lf(candidate: object) -> LabelingFunction:
    """Return `candidate` as an LF; Snorkel's own objects are wrapped.

    Raises
    ------
    LFError
        If it is neither, with the likely slip named.
    """
    if isinstance(candidate, LabelingFunction):
        return candidate
    if callable(candidate) and type(candidate).__module__.startswith("snorkel."):
        return SnorkelLF(str(getattr(candidate, "name", "")), candidate)
    name = getattr(candidate, "__name__", repr(candidate))
    hint = " (decorate it with @labeling_function)" if callable(candidate) else ""
    raise LFError(f"{name} is a {type(candidate).__name__}, not a labeling function{hint}")


@overload
def labeling_function(function: Callable[[str], object], /) -> LabelingFunction: ...
@overload
def labeling_function(*, name: str | None = None) -> Callable[[Callable[[str], object]], LabelingFunction]: ...
def labeling_function(
    function: Callable[[str], object] | None = None, /, *, name: str | None = None
) -> LabelingFunction | Callable[[Callable[[str], object]], LabelingFunction]:
    """Turn a Python function of a text into a labeling function; a decorator, with or without parentheses.

    Parameters
    ----------
    function
        Takes a text, returns a label's name, its id, `None` or `ABSTAIN`.
    name
        The LF's name; by default the function's.

    Examples
    --------
    >>> @labeling_function
    ... def shouting(text):
    ...     return "negative" if text.isupper() else None
    >>> shouting.name, shouting("NOT AGAIN")
    ('shouting', 'negative')
    """

    def decorate(inner: Callable[[str], object]) -> LabelingFunction:
        if not callable(inner):
            raise LFError(f"@labeling_function takes a function, got {inner!r}; a name goes in as name={inner!r}")
        return FunctionLF(name or str(getattr(inner, "__name__", "")), inner)

    return decorate if function is None else decorate(function)
