"""Labeling functions (LFs): one voter each, a name and a function from a text to a vote."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import overload

from labelfns.errors import LFError
from labelfns.lfs.context import Context
from labelfns.text.tokens import Span

ABSTAIN = -1
"""The vote of an LF that has nothing to say about a text."""

Label = str | int
"""A class, by its name or by its id in 0..k-1."""


@dataclass(frozen=True)
class LabelingFunction(ABC):
    """A voter.

    Parameters
    ----------
    name
        The LF's name, unique within an `LFSet`.
    expects
        Texts and the votes they must get, None for an abstain; what ``labelfns test-lfs`` runs.
    """

    name: str
    expects: Mapping[str, Label | None] = field(default_factory=dict, kw_only=True, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip():
            raise LFError(f"an LF's name must be a non-empty string; got {self.name!r}")
        if not isinstance(self.expects, Mapping):
            raise LFError(f'LF {self.name!r}: expects is a mapping {{"text": "label"}}; got {self.expects!r}')

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
class DeclaredLF(LabelingFunction):
    """An LF that votes for one label wherever something is found in the text; what the builders return.

    It is defined by its fields alone, so that an `LFSet` can answer many of them in one pass and a cache can tell
    when one has changed. Calling it is the plain way, and the reference for the compiled one.

    Parameters
    ----------
    label
        The label voted for, by name or id.
    where
        In which places it counts; everywhere where None.
    """

    label: Label
    where: Context | None = field(default=None, kw_only=True)

    def __call__(self, text: str) -> Label:
        return self.label if self.spans(text) else ABSTAIN

    def spans(self, text: str) -> list[Span]:
        found = self.find(text)
        if self.where is None:
            return found
        return [span for span in found if self.where.keeps(text, span)]

    @abstractmethod
    def find(self, text: str) -> list[Span]:
        """Return what is found in `text` in order, whatever its context; longest first at one place."""


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
def labeling_function(
    *, name: str | None = None, expects: Mapping[str, Label | None] | None = None
) -> Callable[[Callable[[str], object]], LabelingFunction]: ...
def labeling_function(
    function: Callable[[str], object] | None = None,
    /,
    *,
    name: str | None = None,
    expects: Mapping[str, Label | None] | None = None,
) -> LabelingFunction | Callable[[Callable[[str], object]], LabelingFunction]:
    """Turn a Python function of a text into a labeling function; a decorator, with or without parentheses.

    Parameters
    ----------
    function
        Takes a text, returns a label's name, its id, `None` or `ABSTAIN`.
    name
        The LF's name; by default the function's.
    expects
        Texts and the votes they must get, None for an abstain; what ``labelfns test-lfs`` runs.

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
        return FunctionLF(name or str(getattr(inner, "__name__", "")), inner, expects=expects or {})

    return decorate if function is None else decorate(function)
