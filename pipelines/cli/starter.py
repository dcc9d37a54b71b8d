"""What `labelfns init` writes: a pipeline that runs as it is, on sample rows or on a file of the user's."""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from labelfns.checks import check_labels, is_null
from labelfns.errors import InputError, RowsError, WriteError, number_of, some
from labelfns.io.atomic import whole
from labelfns.io.corpus import Texts, check_columns

TEMPLATES = Path(__file__).parent / "templates"
SAMPLE_LABELS = ("negative", "positive")
MOST_LABELS = 50

if TYPE_CHECKING:
    from labelfns.io.read import OnBadRows


@dataclass(frozen=True)
class Starter:
    """What was written.

    Parameters
    ----------
    files
        The files.
    labels
        The label names.
    silent
        The labels for which none of the LFs votes: there is one to write before a run.
    """

    files: list[Path]
    labels: tuple[str, ...]
    silent: list[str]


def write_starter(
    folder: Path,
    labels: Sequence[str] | None = None,
    *,
    data: Path | None = None,
    text: str = "text",
    gold: str | None = None,
) -> Starter:
    """Write a pipeline to begin with.

    Parameters
    ----------
    folder
        Where to; it is made where it is missing.
    labels
        The k label names; by default those of the sample rows, or the values of the column of gold labels.
    data
        A file of texts; by default ten sample rows are written.
    text, gold
        Its columns of texts, and of gold labels where it has some.

    Raises
    ------
    InputError
        If a file is there already, or labels or data are not right.
    WriteError
        If a file cannot be written.
    """
    labels = None if labels is None else check_labels(labels)
    if data is None and (gold is not None or labels not in (None, SAMPLE_LABELS)):
        raise InputError(
            f"the sample rows have the labels {', '.join(SAMPLE_LABELS)}; for others name your own data: --data my.csv"
        )
    names = ["pipeline.toml", "lfs.py", *(["texts.jsonl"] if data is None else [])]
    there = [str(folder / name) for name in names if (folder / name).exists()]
    if there:
        raise InputError(
            f"{' and '.join(there)} {'exists' if len(there) == 1 else 'exist'}; nothing is overwritten: name another "
            "folder"
        )
    silent: list[str] = []
    skips = False
    if data is None:
        labels, lfs, pool = SAMPLE_LABELS, _template("lfs.py"), "texts.jsonl"
        gold_line = f"gold = {_quoted('label')}"
    else:
        try:
            texts, labels = _own(data, text, gold, labels, "raise")
        except RowsError:
            texts, labels = _own(data, text, gold, labels, "skip")
            skips = True
        lfs, silent = _own_lf_file(texts, labels)
        pool, gold_line = _relative(data, folder), _gold_line(gold, [text, *(texts.fields or {})])
    listed = f"[{', '.join(map(_quoted, labels))}]"
    values = {"LABELS": listed, "POOL": _quoted(pool), "TEXT": _quoted(text), "GOLD": gold_line}
    values["ON_BAD_ROWS"] = 'on_bad_rows = "skip" #' if skips else '# on_bad_rows = "skip" #'
    contents = {"pipeline.toml": _filled("pipeline.toml", values), "lfs.py": lfs}
    if data is None:
        contents["texts.jsonl"] = _template("texts.jsonl")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError.of(folder, error) from error
    for name, content in contents.items():
        with whole(folder / name) as part:
            part.write_text(content, encoding="utf-8")
    return Starter([folder / name for name in names], labels, silent)


def _own(
    data: Path, text: str, gold: str | None, labels: tuple[str, ...] | None, on_bad_rows: "OnBadRows"
) -> tuple[Texts, tuple[str, ...]]:
    """Read the user's texts, with gold where a column of it is named; labels that are not given are its values."""
    from labelfns.io.read import read_texts

    if gold is None:
        if labels is None:
            raise InputError(
                f"which labels are there? Name them, --labels a,b,c, or the column of {data} that has gold labels, "
                "--gold COLUMN"
            )
        return read_texts(data, text=text, on_bad_rows=on_bad_rows), labels
    if gold == text:
        raise InputError(f"text and gold are both the column {text!r}; name two: --text COLUMN --gold COLUMN")
    if labels is None:
        labels = _values(read_texts(data, text=text, on_bad_rows=on_bad_rows), text, gold)
    texts = read_texts(data, text=text, gold=gold, labels=labels, need_gold=True, on_bad_rows=on_bad_rows)
    return texts, labels


def _values(texts: Texts, text: str, gold: str) -> tuple[str, ...]:
    """Return the values of a column of gold labels, sorted."""
    columns = {text: (), **(texts.fields or {})}
    check_columns(columns, [gold], texts.name)
    values = sorted({str(value) for value in columns[gold] if not is_null(value) and str(value).strip()})
    if not 2 <= len(values) <= MOST_LABELS:
        raise InputError(
            f"{texts.name}: the column {gold!r} has {number_of(len(values), 'different value')} "
            f"({some(values)}), where 2 to {MOST_LABELS} were expected, as labels are not named. Name them, "
            "--labels a,b,c, or another column, --gold COLUMN"
        )
    return check_labels(values)


def _own_lf_file(texts: Texts, labels: Sequence[str]) -> tuple[str, list[str]]:
    from .own_lfs import own_lfs

    lfs, silent = own_lfs(texts, labels)
    return _template("own_lfs_with_gold.py" if texts.gold is not None else "own_lfs.py") + lfs, silent


def _gold_line(gold: str | None, columns: Sequence[str]) -> str:
    """Return the setting of the column of gold labels; a column that has the default's name and is none is not read."""
    if gold is not None:
        return f"gold = {_quoted(gold)}"
    return 'gold = ""' if "label" in columns else '# gold = "label"'


def _template(name: str) -> str:
    return (TEMPLATES / f"{name}.template").read_text(encoding="utf-8")


def _filled(name: str, values: dict[str, str]) -> str:
    """Return a template with values in place of their names."""
    pieces = _template(name).split("@")  # every second piece is the name of a value
    return "".join(values[piece] if i % 2 else piece for i, piece in enumerate(pieces))


def _relative(path: Path, folder: Path) -> str:
    """Return a path as seen from a folder, as TOML takes it; on another drive, the whole path."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return path.absolute().as_posix()


def _quoted(text: str) -> str:
    """Return a TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
