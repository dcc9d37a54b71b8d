"""Rules for settings: numbers within an interval, words of a list (a leaf: standard library, `labelfns.errors`)."""

from collections.abc import Iterator
from dataclasses import fields
from numbers import Integral, Real
from sys import float_info
from typing import Any, Literal, get_args, get_origin, get_type_hints

from labelfns.errors import did_you_mean

Rule = tuple[bool, str]
"""Whether it holds, and the message where it does not, for `labelfns.settings.check`."""


_LONG = 1000  # intervals that end further out are said by one of their bounds


def numbers(settings: object, interval: str, *names: str, whole: bool = False) -> Iterator[Rule]:
    """Yield a rule for each named setting: a finite number in an interval.

    Parameters
    ----------
    settings
        What has the settings as attributes.
    interval
        ``"[0, 1)"``, ``"(0, inf)"``: brackets include a bound, parentheses do not.
    names
        The settings.
    whole
        Whether they must be whole numbers.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> list(numbers(SimpleNamespace(keep=1.5), "(0, 1]", "keep"))
    [(False, 'keep must be in (0, 1]; got 1.5')]
    """
    for name in names:
        yield number(name, getattr(settings, name), interval, whole=whole)


def number(name: str, value: Any, interval: str, *, whole: bool = False) -> Rule:
    """Return the rule for one value; see `numbers`."""
    low, high = (float(bound) for bound in interval[1:-1].split(","))
    is_number = isinstance(value, Integral if whole else Real) and not isinstance(value, bool)
    is_number = is_number and abs(value) <= float_info.max  # NaN is not
    above = is_number and (value >= low if interval[0] == "[" else value > low)
    below = is_number and (value <= high if interval[-1] == "]" else value < high)
    kind = "" if is_number else "a whole number, " if whole else "a number, "
    return above and below, f"{name} must be {kind}{_words(interval, over=is_number and above)}; got {value!r}"


def only_with(settings: object, used: bool, what: str, *names: str) -> Iterator[Rule]:
    """Yield a rule for each named field of a dataclass that does something only sometimes: else it keeps its default.

    Parameters
    ----------
    settings
        What has the settings as attributes.
    used
        Whether they do something.
    what
        What makes them: ``'rule = "quota"'``.
    names
        The settings.

    Examples
    --------
    >>> from dataclasses import make_dataclass
    >>> Quota = make_dataclass("Quota", [("keep", float, 0.8)])
    >>> list(only_with(Quota(0.5), False, 'rule = "quota"', "keep"))
    [(False, 'keep would do nothing: it goes with rule = "quota"; got 0.5')]
    """
    defaults = {field.name: field.default for field in fields(settings)}  # type: ignore[arg-type]
    for name in names:
        value = getattr(settings, name)
        yield used or value == defaults[name], f"{name} would do nothing: it goes with {what}; got {value!r}"


def choices(settings: object) -> Iterator[Rule]:
    """Yield a rule for each field of a dataclass whose type is a `Literal` of words or a `bool`."""
    for name, hint in get_type_hints(type(settings)).items():
        value = getattr(settings, name)
        if get_origin(hint) is Literal:
            words = get_args(hint)
            guess = did_you_mean(value, words) if isinstance(value, str) else ""
            yield value in words, f"{name} must be one of {', '.join(words)}; got {value!r}{guess}"
        elif hint is bool:
            yield isinstance(value, bool), f"{name} must be true or false; got {value!r}"


def _words(interval: str, *, over: bool) -> str:
    """Say an interval: ``"in [0, 1)"``, or where it is a long one the bound that matters, ``"above 0"``."""
    low, high = interval[1:-1].split(", ")
    if float(high) <= _LONG:
        return f"in {interval}"
    if over and high != "inf":
        return f"at most {high}"
    return f"{'at least' if interval[0] == '[' else 'above'} {low}"
