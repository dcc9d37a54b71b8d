"""LFs as Python code: literals, calls of builders, as a person would write them."""

from collections.abc import Mapping, Sequence
from typing import Any

from labelfns.errors import shown
from labelfns.lfs.load import BUILDERS

WIDTH = 120


def literal_code(name: str, value: Any, context: str = "Context") -> str:
    """Return a setting of an LF as Python code, on one line.

    Parameters
    ----------
    name
        The setting: a pattern is written as a raw string, a context as a call.
    value
        Its value.
    context
        How `Context` is called.
    """
    if isinstance(value, str):
        plain = '"' not in value and not value.endswith("\\") and shown(value) == value
        if name == "pattern" and "\\" in value and plain:
            return f'r"{value}"'
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{shown(escaped)}"'
    if isinstance(value, Mapping):
        pairs = [(str(key), literal_code("", one)) for key, one in value.items()]
        if name == "where":
            return f"{context}({', '.join('='.join(pair) for pair in pairs)})"
        return "{" + ", ".join(f"{literal_code('', key)}: {code}" for key, code in pairs) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(literal_code("", one) for one in value) + "]"
    return repr(value)


def call_code(table: Mapping[str, Any], builder: str, context: str = "Context") -> str:
    """Return the call that makes the LF of a table: on one line if it fits beside a name, else an argument a line.

    Parameters
    ----------
    table
        The settings, as in a TOML file; those that are as the builder has them anyway are left out.
    builder, context
        How the builder, and `Context`, are called.
    """
    main = BUILDERS[table["kind"]][1]
    rest = {
        name: value
        for name, value in table.items()
        if name not in ("kind", "label", main) and (name, value) not in _DEFAULTS
    }
    arguments = [literal_code("", table["label"]), literal_code(main, table[main])]
    arguments += [f"{name}={literal_code(name, value, context)}" for name, value in rest.items()]
    line = f"{builder}({', '.join(arguments)})"
    if len(line) < WIDTH - 40:
        return line
    arguments[1] = _broken(table[main], arguments[1])
    return f"{builder}(\n    " + ",\n    ".join(arguments) + ",\n)"


_DEFAULTS = (("ignore_case", True), ("parts", False), ("negated", -0.74))


def _broken(value: Any, line: str) -> str:
    """Return a list or a mapping on as many lines as it takes; anything else on one."""
    if len(line) < WIDTH - 5 or isinstance(value, str):
        return line
    if isinstance(value, Mapping):
        entries = [f"{literal_code('', key)}: {literal_code('', one)}" for key, one in value.items()]
    else:
        entries = [literal_code("", one) for one in value]
    lines = [""]
    for entry in entries:
        if len(lines[-1]) + len(entry) > WIDTH - 12 and lines[-1]:
            lines.append("")
        lines[-1] += f"{entry}, "
    inside = "\n".join(f"        {one.rstrip()}" for one in lines)
    return f"{line[0]}\n{inside}\n    {line[-1]}"
