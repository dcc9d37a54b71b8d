"""What is typed in the page: a form of plain fields, as the table of an LF in a TOML file, and back."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from labelfns.errors import LFError, raise_all
from labelfns.lfs.as_toml import lf_table
from labelfns.lfs.declared import DeclaredLF

KINDS = ("keywords", "hashtags", "emoji", "regex", "lexicon", "count")
Form = Mapping[str, Any]
"""The fields of the page by name: strings, truth values, and the label by its id."""

_BETWEEN = re.compile(r"[\s,]+")
_WEIGHT = re.compile(r"(.+?)[\s:=]+(\S+)")


def table_of(form: Form, labels: Sequence[str]) -> dict[str, Any] | None:
    """Return what is typed as a table that `labelfns.lfs.load.lf_of_table` reads; None where nothing is looked for yet.

    Parameters
    ----------
    form
        The fields. A word list has an entry a line; hashtags and emoji may stand side by side; a lexicon has a word
        and its weight a line. Where the label is None, the table has the first one.
    labels
        The k label names.

    Raises
    ------
    LFError
        If a field is not what it must be; all at once.
    """
    fields = _Fields(form)
    kind = fields.text("kind")
    if kind not in KINDS:
        raise LFError(f"kind must be one of {', '.join(KINDS)}; got {kind!r}")
    label = form.get("label")
    if label is not None and (type(label) is not int or not 0 <= label < len(labels)):
        raise LFError(f"label must be the id of a label, 0 to {len(labels) - 1}; got {label!r}")
    name = fields.text("name").strip()
    table = {"kind": kind, "label": labels[label or 0], "name": name, **_SETTINGS[kind](fields)}
    if where := _where(fields):
        table["where"] = where
    raise_all(LFError, fields.problems)
    looked_for = table.get("words", table.get("pattern", table.get("weights", table.get("at_least"))))
    return None if looked_for in ([], "", {}, None) else table


def form_of(lf: DeclaredLF, labels: Sequence[str]) -> dict[str, Any]:
    """Return the fields of an LF; what they cannot say is lost, so that `table_of` gives another one."""
    table = lf_table(lf)
    where = table.pop("where", {})
    words = table.get("words", [])
    entries = "\n".join(words)
    if "weights" in table:
        entries = "\n".join(f"{word} {weight:g}" for word, weight in table["weights"].items())
    return {
        "kind": table["kind"],
        "label": table["label"] if isinstance(table["label"], int) else labels.index(table["label"]),
        "name": table["name"],
        "entries": entries,
        "pattern": table.get("pattern", ""),
        "ignore_case": table.get("ignore_case", True),
        "parts": table.get("parts", False),
        "what": table.get("what", "exclamations"),
        **{name: _written(table.get(name)) for name in ("threshold", "negated", "at_least", "at_most")},
        "not_negated": where.get("not_negated", False),
        "only_with": "\n".join(where.get("only_with", ())),
        **{name: _written(where.get(name)) for name in ("first_words", "last_words")},
    }


def _written(number: float | None) -> str:
    return "" if number is None else f"{number:.10g}"


class _Fields:
    """The fields of a form, read as what they must be; what is wrong is noted."""

    def __init__(self, form: Form) -> None:
        self._form = form
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        value = self._form.get(name, "")
        if isinstance(value, str):
            return value
        self.problems.append(f"{name} must be text; got {value!r}")
        return ""

    def lines(self, name: str) -> list[str]:
        return [line.strip() for line in self.text(name).split("\n") if line.strip()]

    def flag(self, name: str, default: bool = False) -> bool:
        value = self._form.get(name, default)
        if not isinstance(value, bool):
            self.problems.append(f"{name} must be true or false; got {value!r}")
        return value is True

    def number(self, name: str, kind: type[int] | type[float]) -> dict[str, Any]:
        """Return the setting, or nothing where the field is empty."""
        text = self.text(name).strip()
        try:
            return {name: kind(text)} if text else {}
        except ValueError:
            self.problems.append(f"{name} must be a {'whole ' * (kind is int)}number; got {text!r}")
            return {}


def _words(fields: _Fields) -> dict[str, Any]:
    return {"words": fields.lines("entries")}


def _side_by_side(fields: _Fields) -> list[str]:
    return [entry for entry in _BETWEEN.split(fields.text("entries")) if entry]


def _weights(fields: _Fields) -> dict[str, Any]:
    weights: dict[str, float] = {}
    for line in fields.lines("entries"):
        match = _WEIGHT.fullmatch(line)
        try:
            weights[match[1] if match else ""] = float(match[2] if match else "")
        except ValueError:
            fields.problems.append(f"a line of a lexicon is a word and its weight, as: good 1.5; got {line!r}")
    return {"weights": weights, **fields.number("threshold", float), **fields.number("negated", float)}


def _count(fields: _Fields) -> dict[str, Any]:
    return {"what": fields.text("what"), **fields.number("at_least", int), **fields.number("at_most", int)}


def _where(fields: _Fields) -> dict[str, Any]:
    conditions: dict[str, Any] = {**fields.number("first_words", int), **fields.number("last_words", int)}
    if fields.flag("not_negated"):
        conditions["not_negated"] = True
    if words := fields.lines("only_with"):
        conditions["only_with"] = words
    return conditions


_SETTINGS = {
    "keywords": _words,
    "hashtags": lambda fields: {"words": _side_by_side(fields)} | ({"parts": True} if fields.flag("parts") else {}),
    "emoji": lambda fields: {"words": _side_by_side(fields)},
    "regex": lambda fields: {
        "pattern": fields.text("pattern"),
        **({} if fields.flag("ignore_case", True) else {"ignore_case": False}),
    },
    "lexicon": _weights,
    "count": _count,
}
