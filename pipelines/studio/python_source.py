"""LFs in a Python file: where a builder's call makes one, and the file with that call changed, all else as it was.

Nothing here is run: calls are read as literals. A change is tried as small as it can be, first the entries of a list
that come or go, then the whole call; the first that reads back as the LF, with the rest of the file the same, is taken.
"""

import ast
import inspect
import keyword
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path
from typing import Any

from labelfns.errors import LabelFnsError, LFError
from labelfns.lfs.as_toml import lf_table
from labelfns.lfs.context import Context
from labelfns.lfs.declared import DeclaredLF
from labelfns.lfs.load import BUILDERS, lf_of_table

from .python_code import call_code, literal_code

_LINE = re.compile(rb"\r\n|\r|\n")
_BOM = b"\xef\xbb\xbf"
Edit = tuple[int, int, str]
"""From where to where, in bytes, and what to write there."""


@dataclass(frozen=True, eq=False)
class PythonFile:
    """A Python file of LFs.

    Parameters
    ----------
    source
        What it holds: UTF-8, that Python can parse.
    """

    source: bytes

    @cached_property
    def tree(self) -> ast.Module:
        """The file, parsed."""
        return ast.parse(self.source)

    @cached_property
    def builders(self) -> dict[str, str]:
        """The names under which builders, and `Context`, were imported, as written: ``{"labelfns.emoji": "emoji"}``."""
        names: dict[str, str] = {}
        for node in self.tree.body:
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "labelfns":
                names |= {alias.asname or alias.name: alias.name for alias in node.names}
                names |= {name: name for name in _NAMES if "*" in names}
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.name == "labelfns":
                        names |= {f"{alias.asname or alias.name}.{name}": name for name in _NAMES}
        return {
            written: name
            for written, name in names.items()
            if name in _NAMES and not self._bound[written.split(".")[0]]
        }

    @cached_property
    def _bound(self) -> Counter[str]:
        """How often each name is bound outside of functions, imports of labelfns apart."""
        found: Counter[str] = Counter()
        nodes: list[ast.AST] = list(self.tree.body)
        while nodes:
            node = nodes.pop()
            if isinstance(node, _DEFINITION):
                found[node.name] += 1
                continue
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
                found[node.id] += 1
            elif isinstance(node, ast.Import | ast.ImportFrom):
                ours = isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "labelfns"
                names = [
                    (one.asname or one.name).split(".")[0] for one in node.names if one.name.split(".")[0] != "labelfns"
                ]
                found.update([] if ours else names)
            nodes += ast.iter_child_nodes(node)
        return found

    @cached_property
    def calls(self) -> dict[str, ast.Call]:
        """The builders' calls at the top of the file, by the names of their LFs."""
        found = {}
        for variable, call in self._candidates():
            if BUILDERS.get(self._kind(call)) is not None:
                given = next((one.value for one in call.keywords if one.arg == "name"), None)
                name = variable if given is None else getattr(given, "value", None)
                if isinstance(name, str):
                    found[name] = call
        return found

    @cached_property
    def listed(self) -> ast.Assign | None:
        """The statement ``lfs = ...``, where there is one: the LFs are what that list says."""
        lists = [node for node in self.tree.body if "lfs" in _targets(node)]
        return lists[-1] if lists else None  # type: ignore[return-value]

    def table(self, name: str) -> dict[str, Any] | None:
        """Return an LF as a table of a TOML file; None where no call of literals makes it."""
        call = self.calls.get(name)
        if call is None or not all(one.arg for one in call.keywords):
            return None
        parameters = list(inspect.signature(BUILDERS[self._kind(call)][0]).parameters)
        nodes = dict(zip(parameters, call.args, strict=False)) | {str(one.arg): one.value for one in call.keywords}
        try:
            values = {parameter: self._literal(node) for parameter, node in nodes.items()}
        except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
            return None
        main = BUILDERS[self._kind(call)][1]
        values[main] = values.pop(parameters[1], None)
        if isinstance(values[main], tuple):
            values[main] = list(values[main])
        given = {setting: value for setting, value in values.items() if value is not None}
        return {"kind": self._kind(call), **given, "name": name}

    def makes(self, lf: DeclaredLF) -> bool:
        """Return whether the call that has its name makes this very LF."""
        table = self.table(lf.name)
        try:
            made = None if table is None else lf_of_table(table, Path())
        except LabelFnsError:
            return False
        return made == lf and dict(made.expects) == dict(lf.expects)

    def changed(self, old: DeclaredLF, new: DeclaredLF) -> bytes:
        """Return the file with another LF of the same name in one's place.

        Raises
        ------
        LFError
            If that cannot be done without touching anything else.
        """
        call = self.calls[old.name]
        table = lf_table(new) | ({} if not new.expects else {"expects": dict(new.expects)})
        if not any(one.arg == "name" for one in call.keywords):
            del table["name"]
        whole: list[Edit] = []
        same_kind = table["kind"] == self._kind(call)
        built = self._written(call.func) if same_kind else self._import(table["kind"], whole)
        context = self._import("Context", whole) if "where" in table else "Context"
        whole.append((*self._place(call), call_code(table, built, context)))
        for edits in (*([self._small_edits(call, old, new)] if same_kind else []), whole):
            after = self._edited(edits)
            if _same_but(self, after, new):
                return after
        raise LFError(f"{new.name} could not be changed without touching the rest of the file; change it there")

    def with_new(self, lf: DeclaredLF) -> bytes:
        """Return the file with an LF added: at its end, or before its list ``lfs`` and in it.

        Raises
        ------
        LFError
            If the list is computed.
        """
        variable = _variable(lf.name, self._variables)
        table = lf_table(lf) | ({} if not lf.expects else {"expects": dict(lf.expects)})
        if variable == lf.name:
            del table["name"]
        edits: list[Edit] = []
        built = self._import(table["kind"], edits)
        context = self._import("Context", edits) if "where" in table else "Context"
        code = f"{variable} = {call_code(table, built, context)}"
        if self._bound["lfs"] > (self.listed is not None):
            raise LFError(f"the file computes its list lfs; write it there, and add it to that list: {code}")
        if self.listed is None:
            ended = not self.source or self.source.endswith((b"\n", b"\r"))
            gap = 1 + isinstance(self.tree.body[-1] if self.tree.body else None, _DEFINITION)
            edits.append((len(self.source), len(self.source), ("" if ended else "\n") + "\n" * gap + f"{code}\n"))
        else:
            value = self.listed.value
            if not isinstance(value, ast.List):
                raise LFError(f"the file computes its list lfs; write it there, and add it to that list: {code}")
            edits.append((self._place(self.listed)[0],) * 2 + (f"{code}\n",))
            edits.append(_after_last(self._places(value.elts), self._place(value)[0] + 1, [variable]))
        after = self._edited(edits)
        if not _same_but(self, after, lf):
            raise LFError(f"{lf.name} could not be added without touching the rest of the file; write it there: {code}")
        return after

    def _candidates(self) -> Iterator[tuple[str | None, ast.Call]]:
        for node in self.tree.body:
            value = getattr(node, "value", None)
            if isinstance(value, ast.Call):
                targets = _targets(node)
                yield (targets[0] if targets else None), value
            elif isinstance(value, ast.List) and node is self.listed:
                yield from ((None, item) for item in value.elts if isinstance(item, ast.Call))

    @property
    def _variables(self) -> set[str]:
        return {node.id for node in ast.walk(self.tree) if isinstance(node, ast.Name)} | {
            name for node in ast.walk(self.tree) for name in [getattr(node, "name", None)] if isinstance(name, str)
        } | {alias.asname or alias.name for node in ast.walk(self.tree) for alias in getattr(node, "names", ())
             if isinstance(alias, ast.alias)}  # fmt: skip

    def _kind(self, call: ast.Call) -> str:
        return self.builders.get(self._written(call.func), "")

    def _imported(self, name: str) -> str:
        return next((written for written, builder in self.builders.items() if builder == name), name)

    def _literal(self, node: ast.expr) -> Any:
        if isinstance(node, ast.Call) and self.builders.get(self._written(node.func)) == Context.__name__:
            if node.args or not all(one.arg for one in node.keywords):
                raise ValueError("not a literal")
            conditions = {str(one.arg): ast.literal_eval(one.value) for one in node.keywords}
            return {name: value for name, value in conditions.items() if value is not None}
        return ast.literal_eval(node)

    def _import(self, name: str, edits: list[Edit]) -> str:
        """Return how a builder is written here; where it is not imported, add what imports it to the edits."""
        if name in self.builders.values():
            return self._imported(name)
        if self._bound[name]:
            raise LFError(f"{name} is something else in the file than labelfns.{name}; change it there")
        imports = [node for node in self.tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        ours = [node for node in imports if isinstance(node, ast.ImportFrom) and node.module == "labelfns"]
        if ours:
            after = [alias for alias in ours[0].names if alias.name < name]
            at = self._place(after[-1])[1] if after else self._place(ours[0].names[0])[0]
            edits.append((at, at, f", {name}" if after else f"{name}, "))
            return name
        docstring = [node for node in self.tree.body[:1] if isinstance(node, ast.Expr)]
        last = (imports or docstring)[-1:]
        at = self._end_of_line(self._place(last[0])[1]) if last else len(_BOM) * self.source.startswith(_BOM)
        edits.append((at, at, f"from labelfns import {name}\n"))
        return name

    def _small_edits(self, call: ast.Call, old: DeclaredLF, new: DeclaredLF) -> list[Edit]:
        """Return the edits that change single settings, and single entries of a list."""
        kind, main = self._kind(call), BUILDERS[self._kind(call)][1]
        parameters = list(inspect.signature(BUILDERS[kind][0]).parameters)
        nodes = dict(zip(parameters, call.args, strict=False)) | {str(one.arg): one.value for one in call.keywords}
        nodes = {main if name == parameters[1] else name: node for name, node in nodes.items()}
        before, after, written = lf_table(old), lf_table(new), self.table(old.name) or {}
        edits, added = list[Edit](), list[str]()
        for name in dict.fromkeys([*before, *after]):
            if before.get(name) == after.get(name) or name == "kind":
                continue
            node = nodes.get(name)
            code = literal_code(name, after.get(name), self._imported("Context"))
            if node is None:
                added.append(f"{name}={code}")
            elif isinstance(node, ast.List):
                edits += self._list_edits(node, written[name], after[name])
            else:
                edits.append((*self._place(node), code))
        ends = [self._place(node)[1] for node in [*call.args, *call.keywords]]
        return [*edits, (ends[-1], ends[-1], "".join(f", {one}" for one in added))]

    def _list_edits(self, node: ast.List, old: Sequence[Any], new: Sequence[Any]) -> list[Edit]:
        places, edits = self._places(node.elts), list[Edit]()
        for kind, i, j, a, b in SequenceMatcher(None, list(old), list(new), autojunk=False).get_opcodes():
            written = [literal_code("", entry) for entry in new[a:b]]
            if kind == "replace":
                edits.append((places[i][0], places[j - 1][1], ", ".join(written)))
            elif kind == "insert" and i < len(places):
                edits.append((places[i][0],) * 2 + ("".join(f"{one}, " for one in written),))
            elif kind == "insert":
                edits.append(_after_last(places, self._place(node)[0] + 1, written))
            elif kind == "delete" and j < len(places):
                edits.append((places[i][0], places[j][0], ""))
            elif kind == "delete":
                edits.append((places[i - 1][1] if i else places[0][0], places[j - 1][1], ""))
        return edits

    def _edited(self, edits: Sequence[Edit]) -> bytes:
        source = self.source
        line = match.group() if (match := _LINE.search(source)) else b"\n"
        order = sorted(range(len(edits)), key=lambda at: (edits[at][:2], at), reverse=True)
        for start, end, text in (edits[at] for at in order):
            source = source[:start] + text.encode().replace(b"\n", line) + source[end:]
        return source

    @cached_property
    def _starts(self) -> list[int]:
        begin = len(_BOM) * self.source.startswith(_BOM)
        return [begin, *(match.end() for match in _LINE.finditer(self.source))]

    def _place(self, node: Any) -> tuple[int, int]:
        """Return where a node stands, in bytes."""
        return (
            self._starts[node.lineno - 1] + node.col_offset,
            self._starts[node.end_lineno - 1] + node.end_col_offset,
        )

    def _places(self, nodes: Sequence[ast.expr]) -> list[tuple[int, int]]:
        return [self._place(node) for node in nodes]

    def _end_of_line(self, at: int) -> int:
        match = _LINE.search(self.source, at)
        return match.end() if match else len(self.source)

    def _written(self, node: ast.expr) -> str:
        start, end = self._place(node)
        return self.source[start:end].decode()


_DEFINITION = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NAMES = (*BUILDERS, Context.__name__)


def _targets(node: ast.stmt) -> list[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _after_last(places: Sequence[tuple[int, int]], start: int, written: Sequence[str]) -> Edit:
    """Return the edit that puts entries at the end of a list."""
    at = places[-1][1] if places else start
    return at, at, "".join(f", {one}" for one in written) if places else ", ".join(written)


def _variable(name: str, taken: set[str]) -> str:
    """Return a variable for an LF: its name where that can be one."""
    if name.isascii() and name.isidentifier() and not keyword.iskeyword(name) and name not in {*taken, *_NAMES, "lfs"}:
        return name
    return next(one for number in range(1, len(taken) + 3) if (one := f"lf_{number}") not in taken)


def _same_but(before: PythonFile, source: bytes, lf: DeclaredLF) -> bool:
    """Return whether a file is another one, but for one LF, which it makes."""
    after = PythonFile(source)
    try:
        if not after.makes(lf):
            return False
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return _without(before, lf.name) == _without(after, lf.name)


def _without(file: PythonFile, name: str) -> list[str]:
    """Return the statements of a file, without what makes one LF, and without imports of builders."""
    call = file.calls.get(name)
    variable = None
    if call is not None:
        variable = next((_targets(node) for node in file.tree.body if getattr(node, "value", None) is call), None)
    kept = []
    for node in file.tree.body:
        if getattr(node, "value", None) is call and call is not None:
            continue
        if node is file.listed and isinstance(node.value, ast.List):
            items = [
                item for item in node.value.elts
                if item is not call and not (isinstance(item, ast.Name) and variable and item.id in variable)
            ]  # fmt: skip
            kept += ["lfs", *map(ast.dump, items)]
        elif isinstance(node, ast.ImportFrom) and node.module == "labelfns":
            kept += sorted(ast.dump(alias) for alias in node.names if alias.name not in _NAMES)
        else:
            kept.append(ast.dump(node))
    return kept
