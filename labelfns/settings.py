"""Settings: frozen dataclasses filled from plain mappings, with every problem reported at once.

A leaf: standard library and `labelfns.errors`.
"""

import dataclasses
import types
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from labelfns.errors import SettingsError, did_you_mean, raise_all

T = TypeVar("T")


def check(*rules: tuple[bool, str]) -> None:
    """Raise one `SettingsError` with the messages of all rules that do not hold."""
    raise_all(SettingsError, [message for holds, message in rules if not holds])


def from_mapping(cls: type[T], values: Mapping[str, Any], section: str, problems: list[str]) -> T | None:
    """Build the dataclass `cls` from a mapping, a nested dataclass from a nested mapping.

    Parameters
    ----------
    cls
        A dataclass whose fields are the known settings.
    values
        What was given, as TOML gives it.
    section
        The section's name, for messages.
    problems
        Everything that is wrong is appended here, each with the setting's full name.

    Returns
    -------
    T | None
        The settings, or None where something was wrong.
    """
    hints = get_type_hints(cls)
    fields = {field.name: field for field in dataclasses.fields(cls) if field.init}  # type: ignore[arg-type]
    before = len(problems)
    given: dict[str, Any] = {}
    for name, value in values.items():
        if name not in fields:
            problems.append(f"{section}.{name} is not a setting{did_you_mean(name, fields)}")
        elif dataclasses.is_dataclass(hints[name]) and isinstance(value, Mapping):
            given[name] = from_mapping(hints[name], value, f"{section}.{name}", problems)
        else:
            given[name] = _convert(value, hints[name])
            if not _fits(given[name], hints[name]):
                problems.append(f"{section}.{name} must be {_describe(hints[name])}; got {value!r}")
    missing = [
        name
        for name, field in fields.items()
        if name not in values and field.default is field.default_factory is dataclasses.MISSING
    ]
    problems += [f"{section}.{name} is missing; it must be {_describe(hints[name])}" for name in missing]
    if len(problems) > before:
        return None
    try:
        return cls(**given)
    except SettingsError as error:
        problems += [
            f"{section}.{line.removeprefix('  - ')}"
            for line in str(error).splitlines()
            if not line.endswith(" problems:")
        ]
        return None


def to_mapping(settings: object) -> dict[str, Any]:
    """Return a settings dataclass as plain nested values; settings that are None are left out."""
    plain: dict[str, Any] = {}
    for field in dataclasses.fields(settings):  # type: ignore[arg-type]
        value = getattr(settings, field.name)
        if dataclasses.is_dataclass(value):
            plain[field.name] = to_mapping(value)
        elif value is not None:
            plain[field.name] = list(value) if isinstance(value, tuple) else value
    return plain


def _convert(value: Any, hint: Any) -> Any:
    """Make the two conversions that lose nothing: an int where a float is due, a list where a tuple is."""
    kinds = _alternatives(hint)
    if isinstance(value, int) and not isinstance(value, bool) and float in kinds and int not in kinds:
        return float(value)
    if isinstance(value, list) and any(get_origin(kind) is tuple for kind in kinds):
        inner = next(get_args(kind)[0] for kind in kinds if get_origin(kind) is tuple)
        return tuple(_convert(item, inner) for item in value)
    return value


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, types.UnionType) else (hint,)


def _fits(value: Any, hint: Any) -> bool:
    for kind in _alternatives(hint):
        origin, args = get_origin(kind), get_args(kind)
        if origin is Literal:
            fits = value in args
        elif origin is tuple:
            fits = isinstance(value, tuple) and all(_fits(item, args[0]) for item in value)
        elif origin is dict:
            fits = isinstance(value, dict)
        elif kind in (int, float):
            fits = type(value) is kind
        else:
            fits = isinstance(value, kind)
        if fits:
            return True
    return False


def _describe(hint: Any) -> str:
    words = {int: "a whole number", float: "a number", str: "a string", bool: "true or false"}
    parts = []
    for kind in _alternatives(hint):
        if get_origin(kind) is Literal:
            parts += [f'"{value}"' for value in get_args(kind)]
        elif get_origin(kind) is tuple:
            parts.append(f"a list, each {_describe(get_args(kind)[0])}")
        elif kind is not type(None):
            parts.append(words.get(kind, "a table of settings"))
    return " or ".join(parts)
