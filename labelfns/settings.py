"""Settings: frozen dataclasses, filled from plain mappings, checked field by field, every problem reported at once.

Written by hand as starts are to be quick: pydantic, tried in its place, adds a tenth of a second to every command and,
with its errors put into these words, saves some fifteen lines.
"""

import dataclasses
import json
import math
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol, TypeVar, get_origin, get_type_hints

from labelfns.errors import SettingsError, did_you_mean, raise_all
from labelfns.setting_types import Unbounded, alternatives, bare, brief, describe, fits, lossless, marks

T = TypeVar("T")


class Table(Protocol):
    """Settings whose table is not simply their fields: they read and write it themselves."""

    @classmethod
    def read_table(cls, values: Mapping[str, Any], section: str, reader: "Reader") -> Any:
        """Return the settings, or None where something was wrong, which goes to the reader's problems."""

    def to_table(self) -> dict[str, Any]:
        """Return plain nested values, as `read_table` takes them."""

    @classmethod
    def setting_names(cls) -> set[str]:
        """Return every name that may stand in the table."""


_TOML_HINTS = {
    "Unescaped": r"within double quotes a backslash begins an escape; in single quotes, '\d+', it stands for itself",
    "Invalid value": "a text stands in quotes, true and false are written in lower case",
}
"""What to do, by how the parser's message begins."""


def read_toml(path: Path) -> dict[str, Any]:
    """Return what a TOML file that people write holds.

    Raises
    ------
    OSError, ValueError, RecursionError
        If it cannot be read, is not UTF-8 or not TOML, or is nested too deep.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        hint = next((f": {hint}" for begins, hint in _TOML_HINTS.items() if str(error).startswith(begins)), "")
        raise ValueError(f"{error}{hint}") from error


def check(*rules: tuple[bool, str]) -> None:
    """Raise one `SettingsError` with the messages of all rules that do not hold."""
    raise_all(SettingsError, [message for holds, message in rules if not holds])


def check_classes(**arguments: tuple[object, Any, str]) -> None:
    """Check what arguments are: by name its value, the class it must be of, or several, and what that is in words.

    Raises
    ------
    SettingsError
        If some are of another class; all at once.
    """
    check(
        *(
            (isinstance(value, kind), f"{name} must be {words}; got {brief(value)}")
            for name, (value, kind, words) in arguments.items()
        )
    )


def check_types(settings: object) -> None:
    """Check the type of every field, of nested settings too.

    For ``__post_init__``: settings made in Python are held to what those of a file are. Whole numbers become numbers
    and lists tuples where these are due.

    Raises
    ------
    SettingsError
        If a value is of another type, none of the words of a `Literal`, or not finite; all at once.
    """
    raise_all(SettingsError, _type_problems(settings, ""))


def to_mapping(settings: object) -> dict[str, Any]:
    """Return a settings dataclass as plain nested values; settings that are None are left out."""
    if hasattr(settings, "to_table"):
        table: dict[str, Any] = settings.to_table()
        return table
    plain: dict[str, Any] = {}
    for field in dataclasses.fields(settings):  # type: ignore[arg-type]
        value = getattr(settings, field.name)
        if dataclasses.is_dataclass(value):
            plain[field.name] = to_mapping(value)
        elif value is not None:
            plain[field.name] = list(value) if isinstance(value, tuple) else value
    return plain


class Reader:
    """Fills settings dataclasses from mappings.

    Parameters
    ----------
    root
        The dataclass at the top; a setting that stands in the wrong section is told its place in it.
    renamed
        Old names of settings and their new ones; an old name is taken where the new one is a setting.

    Attributes
    ----------
    problems
        Everything that is wrong, each with the setting's full name.
    old_names
        What came by an old name: ``"old.name is now new.name"``.
    """

    def __init__(self, root: type, renamed: Mapping[str, str] | None = None) -> None:
        self.root, self.renamed = root, renamed or {}
        self.problems: list[str] = []
        self.old_names: list[str] = []

    def read(self, cls: type[T], values: Mapping[str, Any], section: str = "") -> T | None:
        """Build a dataclass from a mapping, nested ones from nested mappings; None where something was wrong.

        Parameters
        ----------
        cls
            A dataclass whose fields are the settings that there are, or a `Table`.
        values
            What was given, as TOML gives it.
        section
            The section's full name.
        """
        if hasattr(cls, "read_table"):
            table: Any = cls
            settings: T | None = table.read_table(values, section, self)
            return settings
        fields = {field.name: field for field in dataclasses.fields(cls) if field.init}  # type: ignore[arg-type]
        hints, before = type_hints(cls), len(self.problems)
        arguments: dict[str, Any] = {}
        for name, value in self._by_new_names(values, fields, section).items():
            full = joined(section, name)
            if name not in fields:
                self.problems.append(f"{full} is not a setting{self.place_of(name, section, fields)}")
            elif dataclasses.is_dataclass(bare(hints[name])) and isinstance(value, Mapping):
                arguments[name] = self.read(bare(hints[name]), value, full)
            else:
                arguments[name] = lossless(value, hints[name])
                self.problems += _problems_of(arguments[name], hints[name], full, value)
        self.problems += [
            f"{joined(section, name)} is missing; it must be {describe(hints[name])}"
            for name, field in fields.items()
            if name not in arguments and field.default is field.default_factory is dataclasses.MISSING
        ]
        return self.build(cls, arguments, section) if len(self.problems) == before else None

    def build(self, cls: Callable[..., T], arguments: Mapping[str, Any], section: str) -> T | None:
        """Call a dataclass; what its own checks say gets the section's name."""
        try:
            return cls(**arguments)
        except SettingsError as error:
            self.problems += [joined(section, problem) for problem in problems_in(error)]
            return None

    def place_of(self, name: str, section: str, fields: Mapping[str, Any]) -> str:
        """Return where a setting belongs that is none here, or the nearest that is one."""
        homes = [home for home, cls in _sections(self.root) if home != section and _has(cls, name)]
        if homes and name not in fields:
            places = (
                f"under [{home}]: {joined(home, name)}" if home else f"at the top, before any section: {name}"
                for home in homes
            )
            return f" here; it goes {' or '.join(places)}"
        return did_you_mean(name, fields, section)

    def _by_new_names(self, values: Mapping[str, Any], fields: Mapping[str, Any], section: str) -> dict[str, Any]:
        """Return the values with old names replaced."""
        plain: dict[str, Any] = {}
        for name, value in values.items():
            new = self.renamed.get(name, name)
            if name in fields or new not in fields or new == name:
                plain[name] = value
            elif new in values:
                full = joined(section, new)
                self.problems.append(f"{joined(section, name)} is the old name of {full}, which is given too: keep one")
            else:
                plain[new] = value
                self.old_names.append(f"{joined(section, name)} is now {joined(section, new)}")
        return plain


def joined(section: str, name: str) -> str:
    """Return ``section.name``."""
    return f"{section}.{name}" if section else name


def problems_in(error: SettingsError) -> list[str]:
    """Return the problems that one error lists, a line each."""
    lines = str(error).splitlines()
    return [line.removeprefix("  - ") for line in lines if not line.endswith(" problems:") and line[:5] != "  ..."]


def type_hints(cls: Any) -> dict[str, Any]:
    """Return the types of a dataclass's fields, `Annotated` kept."""
    return get_type_hints(cls, include_extras=True)


def _type_problems(settings: object, section: str) -> list[str]:
    hints, problems = type_hints(type(settings)), []
    for field in dataclasses.fields(settings):  # type: ignore[arg-type]
        value, hint, name = getattr(settings, field.name), hints[field.name], joined(section, field.name)
        converted = lossless(value, hint)
        if converted is not value:
            object.__setattr__(settings, field.name, converted)
        problems += _problems_of(converted, hint, name, value)
        if dataclasses.is_dataclass(converted) and not isinstance(converted, type):
            problems += _type_problems(converted, name)
    return problems


def _problems_of(value: Any, hint: Any, name: str, given: Any) -> list[str]:
    if not fits(value, hint):
        return [f"{name} must be {describe(hint)}; got {brief(given)}{_as_list(given, hint)}"]
    if isinstance(value, float) and not math.isfinite(value) and (math.isnan(value) or Unbounded not in marks(hint)):
        return [f"{name} must be a number that is not {value}"]
    if isinstance(value, int) and abs(value) >= 2**63:
        return [f"{name} must be a whole number below 2**63; got {brief(given)}"]
    return []


def _as_list(given: Any, hint: Any) -> str:
    """Show how a list is written, where names with commas were given for one."""
    if not isinstance(given, str) or not any(get_origin(bare(kind)) is tuple for kind in alternatives(hint)):
        return ""
    parts = [part.strip() for part in given.split(",")]
    return f"; a list is written {json.dumps(parts, ensure_ascii=False)}" if len(given) < 200 else ""


def _has(cls: type, name: str) -> bool:
    """Tell whether a dataclass has a setting of that name; a section is none."""
    if hasattr(cls, "setting_names"):
        return name in cls.setting_names()
    hint = bare(type_hints(cls).get(name))
    return hint is not None and not dataclasses.is_dataclass(hint)


def _sections(cls: type, name: str = "") -> list[tuple[str, type]]:
    """Return the sections under a dataclass, itself among them, by their full names."""
    nested = [(part, bare(hint)) for part, hint in type_hints(cls).items() if dataclasses.is_dataclass(bare(hint))]
    return [(name, cls), *(section for part, kind in nested for section in _sections(kind, joined(name, part)))]
