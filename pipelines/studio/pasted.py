"""LFs in a pasted answer of a stranger: read as data, never run.

What is looked for are calls of builders with literals, as `labelfns.lfs.builders` has them, one to a statement, and
``[[lf]]`` tables of TOML; prose around them, fences and bullets are passed over. Anything else that looks like code is
told, and not taken.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from labelfns.engine.vote_parser import VoteParser
from labelfns.errors import LabelFnsError, LFError, first_line
from labelfns.lfs.declared import DeclaredLF
from labelfns.lfs.load import BUILDERS, lf_of_table

from .python_source import PythonFile

MOST = 1_000_000
"""Characters of an answer that are read."""
_MOST_LINES = 50  # of one call
_CALL = re.compile(rf"\s*(?:[-*]\s+|\d+[.)]\s+)?`*((?:(\w+)\s*=\s*)?(?:{'|'.join(BUILDERS)})\(.*)")
_CODE = re.compile(r"^\s*(?:def |class |import |from |@|lambda\b|\w[\w.]*\(.*\)\s*$)")
_IMPORT = b"from labelfns import *\n"


@dataclass(frozen=True)
class Pasted:
    """What an answer holds.

    Parameters
    ----------
    lfs
        The LFs, with names that none of the others has.
    problems
        What was not taken, a line each.
    """

    lfs: tuple[DeclaredLF, ...]
    problems: tuple[str, ...]


def read_answer(answer: str, labels: Sequence[str], taken: Sequence[str]) -> Pasted:
    """Read the LFs in an answer.

    Parameters
    ----------
    answer
        The answer, whatever stands around the LFs.
    labels
        The k label names; LFs for others are not taken.
    taken
        Names of LFs that there are; a new one of such a name gets another.
    """
    lfs: list[DeclaredLF] = []
    problems: list[str] = []
    parser = VoteParser(tuple(labels))
    for where, table in _tables(answer[:MOST]):
        if isinstance(table, str):
            problems.append(f"{where}: {table}")
            continue
        try:
            if "file" in table or str(table.get("kind")) not in BUILDERS:
                raise LFError("only words, patterns and counts that stand in the answer itself are taken")
            lf = lf_of_table(table, Path())
            assert isinstance(lf, DeclaredLF)
            parser.class_id(lf.label)
        except LabelFnsError as error:
            problems.append(f"{where}: {first_line(error)}")
            continue
        same = next((one for one in lfs if replace(one, name=lf.name) == lf), None)
        if same is not None:
            problems.append(f"{where}: it is {same.name} again")
            continue
        lfs.append(replace(lf, name=_free(lf.name, {*taken, *(one.name for one in lfs)}), named=True))
    return Pasted(tuple(lfs), tuple(problems))


def _tables(answer: str) -> Iterator[tuple[str, dict[str, Any] | str]]:
    """Yield where something stands, and the table of an LF, or why it is none."""
    if re.search(r"^\s*\[\[lf\]\]", answer, re.MULTILINE):
        yield from _of_toml(answer)
        return
    lines = answer.splitlines()
    at = 0
    while at < len(lines):
        where = f"line {at + 1}"
        call = _CALL.match(lines[at])
        if call is None:
            if _CODE.match(lines[at].strip("`")) and not lines[at].strip().startswith("from labelfns import"):
                yield where, "code is not run, and so not taken"
            at += 1
            continue
        at, table = _call([call[1], *lines[at + 1 : at + _MOST_LINES]], at, call[2])
        yield where, table


def _call(lines: Sequence[str], at: int, variable: str | None) -> tuple[int, dict[str, Any] | str]:
    """Return the number of the line after a call that begins with these, and its table, or why it has none."""
    for count in range(1, len(lines) + 1):
        code = "\n".join(lines[:count]).rstrip("`;, \n")
        statement = code if variable else f"pasted = {code}"
        try:
            tree = ast.parse(statement)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if len(tree.body) != 1:
            break
        file = PythonFile(_IMPORT + statement.encode("utf-8", "replace"))
        name = next(iter(file.calls), "")
        table = file.table(name)
        if table is None:
            return at + count, "its settings are not plain text, numbers and lists"
        if name == "pasted" and not variable:
            del table["name"]
        return at + count, table
    return at + 1, "it is no whole call of a builder"


def _of_toml(answer: str) -> Iterator[tuple[str, dict[str, Any] | str]]:
    fenced = re.findall(r"^```\w*\n(.*?)^```", answer, re.DOTALL | re.MULTILINE)
    for number, text in enumerate([one for one in fenced if "[[lf]]" in one] or [answer], start=1):
        try:
            entries = tomllib.loads(text)["lf"]
        except (ValueError, KeyError, RecursionError) as error:
            yield f"block {number}", f"it cannot be read as TOML ({first_line(error)})"
            continue
        for place, entry in enumerate(entries if isinstance(entries, list) else [entries], start=1):
            yield f"[[lf]] number {place}", entry if isinstance(entry, dict) else "it is no table"


def _free(name: str, taken: set[str]) -> str:
    return next(one for one in (name, *(f"{name}_{i}" for i in range(2, len(taken) + 3))) if one not in taken)
