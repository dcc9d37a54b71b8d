"""LFs as they are typed: made from a form, named, and told from those that the page cannot change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labelfns.errors import LabelFnsError, LFError
from labelfns.lfs.as_toml import is_data
from labelfns.lfs.base import LabelingFunction
from labelfns.lfs.declared import DeclaredLF
from labelfns.lfs.load import lf_of_table
from labelfns.votes import Fault

from .counts import Column
from .forms import Form, form_of, table_of
from .write_back import is_made_there


@dataclass(frozen=True)
class Draft:
    """An LF with its votes, as it is typed or as it is on disk.

    Parameters
    ----------
    lf
        The LF.
    column
        Its votes, int8 [n].
    fault
        What went wrong; None where nothing did.
    notes
        What to know of it, one sentence each.
    labeled
        Whether its label is chosen; without one the votes are for any, so that only where they stand counts.
    """

    lf: LabelingFunction
    column: Column
    fault: Fault | None
    notes: tuple[str, ...]
    labeled: bool = True


def made(table: Mapping[str, Any], was: LabelingFunction | None, labels: Sequence[str]) -> DeclaredLF:
    """Return the LF of a table, with what no form says as it was: texts it must vote on, and a label's id.

    Parameters
    ----------
    table
        What `table_of` gives.
    was
        The LF that it takes the place of; None for a new one.
    labels
        The k label names.

    Raises
    ------
    LFError
        If a setting is not right.
    """
    settings = dict(table)
    if isinstance(was, DeclaredLF):
        settings |= {"expects": was.expects} if was.expects else {}
        settings |= {} if isinstance(was.label, str) else {"label": labels.index(settings["label"])}
    lf = lf_of_table(settings, Path())
    assert isinstance(lf, DeclaredLF)
    return lf


def name_of(form: Form, taken: Sequence[str], labels: Sequence[str]) -> object:
    """Return the name that is typed for a new LF, or else one that is free.

    Raises
    ------
    LFError
        If there is an LF of that name.
    """
    given = form.get("name", "")
    if not isinstance(given, str) or given.strip():
        if str(given).strip() in taken:
            raise LFError(f"there is an LF named {str(given).strip()!r} already; choose it in the list to change it")
        return given
    label = form.get("label")
    about = f"_{labels[label]}" if type(label) is int and 0 <= label < len(labels) else ""
    plain = "".join(char if char.isalnum() else "_" for char in f"{form.get('kind')}{about}")
    names = (f"{plain}_{number}" if number > 1 else plain for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)


def with_label(form: Form, was: LabelingFunction | None, labels: Sequence[str]) -> Form:
    """Return a form without a label with that of the LF's last version, by whose votes new and lost rows are told."""
    if form.get("label") is not None or not isinstance(was, DeclaredLF):
        return form
    return {**form, "label": was.label if isinstance(was.label, int) else labels.index(was.label)}


def editable(lf: LabelingFunction, labels: Sequence[str], file: Path, source: bytes) -> dict[str, Any]:
    """Return the form of an LF, and in words why it cannot be changed in the page; empty where it can.

    Parameters
    ----------
    lf
        The LF.
    labels
        The k label names.
    file, source
        The LF file, and what it held when it was read.
    """
    if not isinstance(lf, DeclaredLF) or not is_data(lf):
        what = "the page has no fields for it" if is_data(lf) else "it is Python code"
        return {"form": None, "reason": f"{what}: change it in {file.name}"}
    form = form_of(lf, labels)
    try:
        again = made(table_of(form, labels) or {}, lf, labels)
    except LabelFnsError:
        again = None
    if again != lf:
        return {"form": None, "reason": f"the page has no fields for what it says: change it in {file.name}"}
    if not is_made_there(file, source, lf):
        how = f"{file.name} does not make it of plain values (it reads a file, or computes them)"
        return {"form": form, "reason": f"{how}: change it there"}
    return {"form": form, "reason": ""}
