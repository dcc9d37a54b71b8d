"""Files that the studio writes: LF file, pipeline file, marked rows. Each only as it was read, and as it was shown."""

import difflib
import hashlib
import json
import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labelfns.errors import InputError, LFError, first_line
from labelfns.io.atomic import whole
from labelfns.lfs.declared import DeclaredLF

from . import toml_source
from .python_source import PythonFile


@dataclass(frozen=True)
class Change:
    """What is to be written to a file.

    Parameters
    ----------
    path
        The file.
    before, after
        What it holds, None where it is not there, and what it will hold.
    """

    path: Path
    before: bytes | None
    after: bytes

    @property
    def mark(self) -> str:
        """A hash of both: whoever agrees to a change names what was shown."""
        return hashlib.sha256(repr((str(self.path), self.before, self.after)).encode()).hexdigest()

    @property
    def lines(self) -> list[str]:
        """The change as a unified diff, with three lines around each piece."""
        old, new = (side.decode("utf-8-sig", "replace").splitlines() for side in (self.before or b"", self.after))
        name = self.path.name
        return list(difflib.unified_diff(old, new, name, name, lineterm=""))

    def write(self, folder: Path) -> None:
        """Write the file, whole or not at all.

        Parameters
        ----------
        folder
            The pipeline's: nothing is written outside of it.

        Raises
        ------
        InputError
            If the file lies elsewhere, or is not what it was.
        WriteError
            If it cannot be written.
        """
        check_inside(self.path, folder)
        if (self.path.read_bytes() if self.path.exists() else None) != self.before:
            raise InputError(f"{self.path.name} has changed since it was read; read it again, and look at the change")
        with whole(self.path) as part:
            part.write_bytes(self.after)
            if self.path.exists():
                shutil.copymode(self.path, part)


def check_inside(path: Path, folder: Path) -> None:
    """Check that a file lies in a folder, links followed.

    Raises
    ------
    InputError
        If it does not.
    """
    if not path.resolve().is_relative_to(folder.resolve()):
        raise InputError(f"{path} is not in the pipeline's folder, and the studio writes nowhere else; change it there")


def lf_change(path: Path, source: bytes, old: DeclaredLF | None, new: DeclaredLF) -> Change:
    """Return the change of an LF file that puts an LF in the place of another one, or adds it.

    Parameters
    ----------
    path, source
        The LF file, and what it held when it was read.
    old
        The LF that gives way, of the same name; None for a new one.
    new
        The LF.

    Raises
    ------
    LFError
        If that is not possible with all else in the file as it was.
    """
    try:
        if path.suffix == ".toml":
            after = toml_source.with_new(source, new) if old is None else toml_source.changed(source, old, new)
        else:
            file = PythonFile(source)
            after = file.with_new(new) if old is None else file.changed(old, new)
    except UnicodeError as error:
        raise LFError(f"{path.name} cannot hold it: {first_line(error)}") from error
    return Change(path, source, after)


def is_made_there(path: Path, source: bytes, lf: DeclaredLF) -> bool:
    """Return whether the LF file makes an LF by a call, or a table, of plain values, so that it can be changed."""
    try:
        return toml_source.makes(source, lf) if path.suffix == ".toml" else PythonFile(source).makes(lf)
    except (SyntaxError, ValueError, RecursionError):
        return False


def setting_change(path: Path, table: str, after: str, name: str, value: str) -> Change:
    """Return the change of a pipeline file that adds a setting on a line of its own.

    Parameters
    ----------
    path
        The file.
    table, name, value
        The setting, a string, and the table that it goes into.
    after
        The setting behind which it is to stand, where that is possible.

    Raises
    ------
    InputError
        If no place is found for it.
    """
    source = path.read_bytes()
    lines = source.splitlines(keepends=True)
    expected = _toml(source)
    if expected is None:
        raise InputError(f"{path.name} is no TOML as it is now; mend it first")
    expected.setdefault(table, {})[name] = value
    end = b"\r\n" if b"\r\n" in source else b"\n"
    line = f"{name} = {json.dumps(value, ensure_ascii=False)}".encode() + end
    dotted = f"{table}.".encode()
    places = sorted(range(len(lines)), key=lambda at: lines[at].split(b"=")[0].strip() != after.encode())
    for at, prefix in ((at, prefix) for at in places for prefix in (b"", dotted)):
        gap = b"" if lines[at].endswith((b"\n", b"\r")) else end
        changed = b"".join([*lines[: at + 1], gap, prefix, line, *lines[at + 1 :]])
        if _toml(changed) == expected:
            return Change(path, source, changed)
    raise InputError(f"{path.name}: found no place for {table}.{name}; add the line there: {line.decode().strip()}")


def gold_change(path: Path, text: str, label: str | None, columns: tuple[str, str]) -> Change:
    """Return the change of a file of marked rows that gives a text a label; all else stays as it is.

    Parameters
    ----------
    path
        The file, JSON lines; it need not be there.
    text, label
        The text, and its label; None where it is not known any more.
    columns
        The names of the columns of texts and of labels.

    Raises
    ------
    InputError
        If the file is of another form.
    """
    if path.suffix not in (".jsonl", ".ndjson"):
        raise InputError(f"{path.name}: rows are marked in a file of JSON lines, and this one is not; name another")
    before = path.read_bytes() if path.exists() else None
    lines = (before or b"").splitlines(keepends=True)
    rows = [_row_of(one, path) for one in lines]
    own = [row for row in rows if row.get(columns[0]) == text]
    row = (own[-1] if own else {}) | dict(zip(columns, (text, label), strict=True))
    try:
        line = json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which UTF-8 does not have
        line = json.dumps(row).encode()
    kept = [one for one, row in zip(lines, rows, strict=True) if row.get(columns[0]) != text]
    if kept and not kept[-1].endswith(b"\n"):
        kept[-1] += b"\n"
    return Change(path, before, b"".join([*kept, line, b"\n"]))


def _row_of(line: bytes, path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(line).items()) if line.strip() else {}
    except (ValueError, AttributeError, RecursionError) as error:
        raise InputError(f"{path.name} is not a file of JSON lines: {first_line(error)}") from error


def _toml(source: bytes) -> Any:
    try:
        return tomllib.loads(source.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
