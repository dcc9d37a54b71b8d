"""LFs in a TOML file: the file with one table changed or added, comments and all else as they were (tomlkit)."""

import tomllib
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from labelfns.errors import LabelFnsError, LFError
from labelfns.lfs.as_toml import lf_table
from labelfns.lfs.declared import DeclaredLF
from labelfns.lfs.load import lf_of_table

_LONG = 80


def makes(source: bytes, lf: DeclaredLF) -> bool:
    """Return whether a table of the file, without a file of words, makes this very LF."""
    return _place(source, lf) is not None


def changed(source: bytes, old: DeclaredLF, new: DeclaredLF) -> bytes:
    """Return the file with another LF of the same name in one's place.

    Raises
    ------
    LFError
        If that cannot be done without touching anything else.
    """
    import tomlkit

    place = _place(source, old)
    if place is None:
        raise LFError(f"{old.name} is not made by a table of the file alone")
    before, after = lf_table(old), lf_table(new)
    for by_entry in (True, False):
        document = tomlkit.parse(source.decode())
        table: Any = document["lf"][place]
        for name in dict.fromkeys([*before, *after]):
            if before.get(name) == after.get(name):
                continue
            if name not in after:
                del table[name]
            elif by_entry and name == "words" and name in table:
                _change_entries(table[name], list(table[name].unwrap()), list(after[name]))
            else:
                table[name] = _item(after[name])
        text = document.as_string().encode()
        if _same_but(source, text, place, new):
            return text
    raise LFError(f"{new.name} could not be changed without touching the rest of the file; change it there")


def with_new(source: bytes, lf: DeclaredLF) -> bytes:
    """Return the file with a table added at its end.

    Raises
    ------
    LFError
        If the file would hold something else then.
    """
    import tomlkit

    line = b"\r\n" if b"\r\n" in source else b"\n"
    table = tomlkit.table()
    for name, value in lf_table(lf).items():
        table[name] = _item(value)
    tables = tomlkit.aot()
    tables.append(table)
    code = tomlkit.dumps({"lf": tables}).strip().encode().replace(b"\n", line) + line
    text = source + line * (bool(source) and not source.endswith(b"\n")) + line + code
    if not _same_but(source, text, len(_tables(source)), lf):
        raise LFError(f"{lf.name} could not be added without touching the rest of the file; write it there")
    return text


def _place(source: bytes, lf: DeclaredLF) -> int | None:
    for place, table in enumerate(_tables(source)):
        if isinstance(table, dict) and "file" not in table and _reads_as(table, lf):
            return place
    return None


def _reads_as(table: dict[str, Any], lf: DeclaredLF) -> bool:
    try:
        made = lf_of_table(table, Path())
    except LabelFnsError:
        return False
    return made == lf and dict(made.expects) == dict(lf.expects)


def _same_but(before: bytes, after: bytes, place: int, lf: DeclaredLF) -> bool:
    """Return whether two files hold the same, but for the table at a place, which makes an LF."""
    try:
        old, new = _tables(before), _tables(after)
    except (ValueError, RecursionError):
        return False
    if place >= len(new) or not _reads_as(new[place], lf):
        return False
    return old[:place] == new[:place] and old[place + 1 :] == new[place + 1 :]


def _tables(source: bytes) -> list[Any]:
    tables = tomllib.loads(source.decode("utf-8-sig")).get("lf", [])
    return tables if isinstance(tables, list) else []


def _change_entries(array: Any, old: list[str], new: list[str]) -> None:
    """Take entries out of an array and put others in, so that what stands beside the rest stays."""
    for kind, i, j, a, b in reversed(SequenceMatcher(None, old, new, autojunk=False).get_opcodes()):
        if kind != "equal":
            for _ in range(i, j):
                del array[i]
            for entry in reversed(new[a:b]):
                array.insert(i, entry)


def _item(value: Any) -> Any:
    """Return a value as it is written: tables on one line, long lists on several."""
    import tomlkit

    if isinstance(value, dict):
        table = tomlkit.inline_table()
        for name, one in value.items():
            table[name] = _item(one)
        return table
    if isinstance(value, list | tuple):
        array = tomlkit.array()
        array.extend(value)
        return array.multiline(sum(map(len, map(repr, value))) > _LONG)
    return value
