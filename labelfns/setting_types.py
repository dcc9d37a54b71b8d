"""What a setting may be: types of dataclass fields, checked and put into words (a leaf: standard library)."""

import reprlib
import types
from collections.abc import Callable
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Annotated, Any, Literal, Union, get_args, get_origin


@dataclass(frozen=True)
class PathSetting:
    """Marks a string that is a path: ``file: Annotated[str, PathSetting()]``.

    Parameters
    ----------
    unless
        Which values are names of something else, and stay as they are.
    """

    unless: Callable[[str], bool] = lambda _: False


class Unbounded:
    """Marks a number that may be infinite: ``time_limit: Annotated[float, Unbounded]``."""


def bare(hint: Any) -> Any:
    """Return a type without what `Annotated` adds."""
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def marks(hint: Any) -> tuple[Any, ...]:
    """Return what `Annotated` adds to a type, or to an alternative of it."""
    own = hint.__metadata__ if get_origin(hint) is Annotated else ()
    return (*own, *(mark for kind in alternatives(hint) if kind is not hint for mark in marks(kind)))


def lossless(value: Any, hint: Any) -> Any:
    """Convert where nothing is lost: a whole number where a number is due, a list where a tuple is."""
    kinds = [bare(kind) for kind in alternatives(hint)]
    if isinstance(value, Integral) and not isinstance(value, bool) and int in kinds:
        return int(value)
    if isinstance(value, Real) and not isinstance(value, bool) and float in kinds:
        too_large = isinstance(value, Integral) and int(value).bit_length() > 1000
        return value if too_large else float(value)
    if isinstance(value, list | tuple) and (
        inner := [get_args(kind)[0] for kind in kinds if get_origin(kind) is tuple]
    ):
        return tuple(lossless(item, inner[0]) for item in value)
    return value


def describe(hint: Any) -> str:
    """Return in words what a value must be."""
    words = {int: "a whole number", float: "a number", str: "a string", bool: "true or false"}
    parts = []
    for kind in map(bare, alternatives(hint)):
        if get_origin(kind) is Literal:
            parts += [f'"{value}"' for value in get_args(kind)]
        elif get_origin(kind) is tuple:
            parts.append(f"a list, each {describe(get_args(kind)[0])}")
        elif kind is not type(None):
            parts.append(words.get(kind, "a table of settings"))
    return " or ".join(parts)


def brief(value: object) -> str:
    """Return a value as written, shortened where it is long."""
    short = reprlib.Repr()
    short.maxstring = short.maxother = 80
    try:
        return short.repr(value)
    except ValueError:  # an integer of thousands of digits cannot be written
        return "a number too long to write"


def alternatives(hint: Any) -> tuple[Any, ...]:
    """Return the types of a union, or the one type there is."""
    kind = bare(hint)
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (hint,)


def fits(value: Any, hint: Any) -> bool:
    """Tell whether a value is of a type."""
    for kind in map(bare, alternatives(hint)):
        origin, args = get_origin(kind), get_args(kind)
        if origin is Literal:
            right = isinstance(value, str) and value in args
        elif origin is tuple:
            right = isinstance(value, tuple) and all(fits(item, args[0]) for item in value)
        elif kind in (int, float):
            right = type(value) is kind
        else:
            right = kind is Any or isinstance(value, origin or kind)
        if right:
            return True
    return False
