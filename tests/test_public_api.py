"""The public names and their parameters, kept in ``public_api.txt``: what is removed or renamed there breaks somebody.

After a change that is meant, run ``python tests/test_public_api.py`` and say it in the changelog. Compared with any
earlier commit: ``griffe check labelfns -a COMMIT``.
"""

from pathlib import Path

import griffe

ROOT = Path(__file__).parents[1]
SNAPSHOT = Path(__file__).with_suffix("").with_name("public_api.txt")
ROOMS = ("labelfns", "labelfns.frames", "labelfns.interop", "labelfns.models", "labelfns.pipelines")
MARKS = {griffe.ParameterKind.var_positional: "*", griffe.ParameterKind.var_keyword: "**"}


def parameters(function) -> str:
    """Return a signature: names, kinds and defaults; annotations may grow wider without breaking anybody."""
    parts, keyword_only = [], False
    for one in function.parameters:
        if one.name in ("self", "cls"):
            continue
        if one.kind is griffe.ParameterKind.var_positional:
            keyword_only = True
        if one.kind is griffe.ParameterKind.keyword_only and not keyword_only:
            keyword_only = True
            parts.append("*")
        default = "" if one.default is None or one.kind in MARKS else f"={one.default}"
        parts.append(f"{MARKS.get(one.kind, '')}{one.name}{default}")
    return f"({', '.join(parts)})"


def lines(path: str, thing) -> list[str]:
    """Return one line per public function, class, method and attribute of a public name."""
    if thing.is_function:
        return [f"{path}{parameters(thing)}"]
    if not thing.is_class:
        return [path]
    members = {**thing.inherited_members, **thing.members}
    shown = [f"{path}{parameters(thing)}"]
    for name, member in sorted(members.items()):
        if not name.startswith("_"):
            shown.append(f"{path}.{name}{parameters(member) if member.is_function else ''}")
    return shown


def public_api() -> list[str]:
    """Return every public name, in order, read from the source without importing it."""
    package = griffe.load("labelfns", search_paths=[ROOT], resolve_aliases=True)
    shown = []
    for room in ROOMS:
        module = package[room.removeprefix("labelfns").removeprefix(".")] if room != "labelfns" else package
        for name in sorted(export if isinstance(export, str) else export.name for export in module.exports):
            shown += lines(f"{room}.{name}", module[name])
    return shown


def test_public_names_are_what_they_were():
    now, before = public_api(), SNAPSHOT.read_text(encoding="utf-8").splitlines()
    assert sorted(set(before) - set(now)) == [], "removed or changed; if that is meant, see this file's first lines"
    assert sorted(set(now) - set(before)) == [], "new; write them down: python tests/test_public_api.py"


if __name__ == "__main__":
    SNAPSHOT.write_text("\n".join(public_api()) + "\n", encoding="utf-8")
