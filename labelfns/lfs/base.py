"""Labeling functions (LFs): one voter each, a name and a function from a text to a vote."""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from numbers import Integral
from types import SimpleNamespace
from typing import Any, ClassVar, overload

from labelfns.errors import LFError, raise_all
from labelfns.text.spans import Span

ABSTAIN = -1
"""The vote of an LF that has nothing to say about a text."""

Label = str | int
"""A class, by its name or by its id in 0..k-1."""

Expects = Mapping[str, Label | None]
"""Texts and the votes they must get, None for an abstain; `labelfns.expectations` runs them."""


@dataclass(frozen=True)
class LabelingFunction(ABC):
    """A voter.

    Parameters
    ----------
    name
        The LF's name, unique within an `LFSet`: one line of any text, without control characters.
    expects
        Texts and the votes they must get, None for an abstain.
    named
        Whether the name was chosen; one that was not gives way to the variable's when the LF is taken from a file.
    origin
        Finds this very LF in another process, from the file it was defined in; None where it travels by value.

    Raises
    ------
    LFError
        If a setting is not right; all at once.
    """

    name: str
    expects: Expects = field(default_factory=dict, kw_only=True, compare=False)
    named: bool = field(default=True, kw_only=True, compare=False, repr=False)
    origin: "Callable[[], LabelingFunction] | None" = field(default=None, kw_only=True, compare=False, repr=False)

    kind: ClassVar[str] = "Python"

    def __post_init__(self) -> None:
        raise_all(LFError, self.problems())

    def problems(self) -> list[str]:
        """Return what is not right about the settings."""
        problems = []
        if not isinstance(self.name, str) or not self.name.strip():
            problems.append(f"an LF's name must be a non-empty string; got {self.name!r}")
        elif not all(map(_fits_a_name, self.name)):
            problems.append(f"an LF's name must be one line without control characters; got {self.name!r}")
        if not isinstance(self.expects, Mapping) or not all(isinstance(text, str) for text in self.expects):
            problems.append(f'LF {self.name!r}: expects is a mapping {{"text": "label"}}; got {self.expects!r}')
        return problems

    def __reduce_ex__(self, protocol: Any) -> Any:
        source = self.origin() if self.origin is not None else None
        if source is self:
            return self.origin, ()
        if source is not None and replace(source, name=self.name) == self:
            return _renamed, (self.origin, self.name, self.expects, self.named)
        return super().__reduce_ex__(protocol)

    def __deepcopy__(self, memo: object) -> "LabelingFunction":
        return self

    @abstractmethod
    def __call__(self, text: str) -> object:
        """Return a label's name, its id, `None` or `ABSTAIN`; the `LFSet` checks what comes."""

    def spans(self, text: str) -> list[Span]:
        """Return where in `text` the LF fires; empty for an LF that cannot tell."""
        return []

    @property
    def about(self) -> str:
        """What it looks for, in a line; empty where it cannot tell."""
        return ""

    @property
    def soft(self) -> bool:
        """Whether each vote comes with its strength, as a pair of both."""
        return False

    @property
    def known_labels(self) -> tuple[Label, ...]:
        """The labels that it votes for, as they were given; empty where it may vote for any, as a Python function."""
        return ()

    @property
    def votes_for(self) -> str:
        """The labels that it votes for, in a line."""
        return ", ".join(map(str, self.known_labels)) or "any label"

    def _repr_html_(self) -> str:
        from labelfns.display.html import lf_html

        expects = {text: "abstains" if label is None else str(label) for text, label in self.expects.items()}
        return lf_html(self.name, self.votes_for, self.kind, self.about, expects)


def declared_label(lf: LabelingFunction, labels: Sequence[str]) -> str | None:
    """Return which of the labels an LF is declared to vote for; None where it may vote for any."""
    if lf.votes_for in labels:
        return lf.votes_for
    return {str(c): name for c, name in enumerate(labels)}.get(lf.votes_for)


def _renamed(origin: Callable[[], LabelingFunction], name: str, expects: Expects, named: bool) -> LabelingFunction:
    """Return an LF of a file under another name, wherever the file is run."""
    return replace(origin(), name=name, expects=expects, named=named)


@dataclass(frozen=True)
class FunctionLF(LabelingFunction):
    """An LF that is a plain Python function of the text."""

    function: Callable[[str], object]
    soft: bool = field(default=False, kw_only=True)
    kind: ClassVar[str] = "labeling_function"

    def __call__(self, text: str) -> object:
        return self.function(text)

    @property
    def about(self) -> str:
        return told(self.function)


@dataclass(frozen=True)
class SnorkelLF(LabelingFunction):
    """A Snorkel `LabelingFunction`, called with a data point whose only field is `text`."""

    original: Callable[[SimpleNamespace], object]
    kind: ClassVar[str] = "Snorkel"

    def __call__(self, text: str) -> object:
        return self.original(SimpleNamespace(text=text))


def told(function: object) -> str:
    """Return the first line of what a function's docstring says."""
    said = (getattr(function, "__doc__", None) or "").strip() if hasattr(function, "__name__") else ""
    return said.splitlines()[0].strip() if said else ""


def naming(name: str | None, default: str) -> dict[str, Any]:
    """Return the fields of an LF that say how it is called: the name given, or else a default."""
    if name is not None:
        return {"name": name}
    return {"name": "".join(char if _fits_a_name(char) else "_" for char in default), "named": False}


def label_problems(label: object) -> list[str]:
    """Return what is not right about the label an LF votes for."""
    if isinstance(label, str | Integral) and not isinstance(label, bool):
        return []
    return [f"label must be a label's name or its id; got {label!r}"]


def is_snorkel_lf(candidate: object) -> bool:
    """Return whether an object is one of Snorkel's own LFs."""
    return any(
        kind.__name__ == "LabelingFunction" and kind.__module__.startswith("snorkel.")
        for kind in type(candidate).__mro__
    )


def as_lf(candidate: object) -> LabelingFunction:
    """Return `candidate` as an LF; Snorkel's own objects are wrapped.

    Raises
    ------
    LFError
        If it is neither, with the likely slip named.
    """
    if isinstance(candidate, LabelingFunction):
        return candidate
    if callable(candidate) and is_snorkel_lf(candidate):
        return SnorkelLF(str(getattr(candidate, "name", "")), candidate)
    name = getattr(candidate, "__name__", repr(candidate))
    hint = " (decorate it with @labeling_function)" if callable(candidate) else ""
    raise LFError(f"{name} is a {type(candidate).__name__}, not a labeling function{hint}")


def _fits_a_name(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")


@overload
def labeling_function(function: Callable[[str], object], /) -> LabelingFunction: ...
@overload
def labeling_function(
    *, soft: bool = False, name: str | None = None, expects: Expects | None = None
) -> Callable[[Callable[[str], object]], LabelingFunction]: ...
def labeling_function(
    function: Callable[[str], object] | None = None,
    /,
    *,
    soft: bool = False,
    name: str | None = None,
    expects: Expects | None = None,
) -> LabelingFunction | Callable[[Callable[[str], object]], LabelingFunction]:
    """Turn a Python function of a text into a labeling function; a decorator, with or without parentheses.

    Parameters
    ----------
    function
        Takes a text, returns a label's name, its id, `None` or `ABSTAIN`.
    soft
        Whether it returns a pair in place of a label: the label, and how much of a vote that is, in [0, 1], such as a
        model's probability (`Votes.strength`).
    name
        The LF's name; by default the function's.
    expects
        Texts and the votes they must get, None for an abstain; `labelfns.expectations` runs them.

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
        default = str(getattr(inner, "__name__", ""))
        named = naming(name, default)
        return FunctionLF(**named, function=inner, soft=soft, expects={} if expects is None else expects)

    return decorate if function is None else decorate(function)
