r"""Rows of files of lines: CSV, TSV, JSON lines and plain lines.

Every row is given or reported with the number of the line where it begins; none is lost, and none is joined to
another.

CSV is as RFC 4180 has it: a field may stand in quotes, with each quote inside written twice; then it may hold commas
and line ends. A quote within a field that does not begin with one is a plain sign: ``my 5" phone,positive``. A field
that begins with a quote which is not closed before a comma or line end, and one that has ``\"`` inside, make a row
that is reported.

TSV has no quotes, except that a field may stand in quotes as in CSV if its closing quote stands before a tab or line
end and the row then has as many fields as the header. Other quotes are plain signs. If lines could be taken for one
quoted row or for as many plain rows, they are plain rows.
"""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from labelfns.errors import did_you_mean, first_line, number_of, some
from labelfns.io.lines import LONGEST, Line, Lines


class Row(NamedTuple):
    """One row: its values, or what is wrong with it.

    Parameters
    ----------
    number
        The number of the line where it begins; the first is 1.
    values
        Its fields as strings, its JSON object, or its text; None if something is wrong.
    problem
        What is wrong: "not JSON".
    """

    number: int
    values: Any
    problem: str = ""


def plain_rows(lines: Lines) -> Iterator[Row]:
    """Yield one text per line."""
    return (Row(number, text) for number, text, _ in lines)


def json_rows(lines: Lines, column: str) -> Iterator[Row]:
    """Yield one object per line that is not blank; one without the column is reported."""
    missing = ""
    for number, line, _ in lines:
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            yield Row(number, None, f"not JSON ({error.msg})")
            continue
        except (RecursionError, ValueError) as error:  # nested too deep, or a number of thousands of digits
            yield Row(number, None, f"not JSON that can be read ({first_line(error)})")
            continue
        if not isinstance(row, dict):
            yield Row(number, None, f"not a JSON object but of type {type(row).__name__}")
        elif column not in row:
            missing = missing or (
                f"has no column {column!r}; its columns are {some(list(row), 10)}{did_you_mean(column, row)}"
            )
            yield Row(number, None, missing)
        else:
            yield Row(number, row)


def separated_rows(lines: Lines, separator: str, width: int | None = None) -> Iterator[Row]:
    """Yield the fields of rows of CSV or TSV.

    Parameters
    ----------
    lines
        The lines.
    separator
        A comma or a tab.
    width
        How many fields a row has; by default as many as the first.
    """
    for line in lines:
        if not line.text and width != 1:
            continue
        fields, problem, last = [], "", line.number
        if '"' not in line.text:
            fields = line.text.split(separator)
        elif separator == "\t":
            fields = _tab_separated(line, lines, width)
        else:
            quoted = _quoted(line, lines, separator)
            fields, problem = (quoted.fields, "") if quoted else ([], _OPEN)
            last += len(quoted.more) if quoted else 0
        width = width or len(fields)
        if not problem and len(fields) != width:
            problem = f"{number_of(len(fields), 'field')} where the header has {width:,}"
            problem += f", with what stands in quotes up to line {last}" if last > line.number else ""
        yield Row(line.number, None if problem else fields, problem)


_OPEN = (
    "a field begins with a quote that is not closed before a comma or line end; "
    "put the field in quotes and write each quote inside it twice"
)


class _Quoted(NamedTuple):
    """A row with quotes: its fields, and the lines it took after the first."""

    fields: list[str]
    more: list[Line]


def _tab_separated(line: Line, lines: Lines, width: int | None) -> list[str]:
    quoted = _quoted(line, lines, "\t", strict=False)
    plain = line.text.split("\t")
    if quoted is None:
        return plain
    full_rows = width != 1 and all(part.text.count("\t") + 1 == width for part in (line, *quoted.more))
    if width is None or (len(quoted.fields) == width and not (quoted.more and full_rows)):
        return quoted.fields
    lines.put_back(quoted.more)
    return plain


def _quoted(line: Line, lines: Lines, separator: str, *, strict: bool = True) -> _Quoted | None:
    """Take a row apart that may have quoted fields, with as many further lines as they reach over.

    A quote that opens a field and is not closed is a plain sign; if `strict`, there is no row then.
    """
    text, fields, taken, start = line.text, [], [line], 0
    while True:
        if text.startswith('"', start):
            text, end = _close(text, start, taken, lines, separator)
            if end >= 0:
                fields.append(text[start + 1 : end].replace('""', '"'))
                if end + 1 == len(text):
                    return _Quoted(fields, taken[1:])
                start = end + 2
                continue
            if strict:
                lines.put_back(taken[1:])
                return None
        end = text.find(separator, start)
        if end < 0:
            return _Quoted([*fields, text[start:]], taken[1:])
        fields.append(text[start:end])
        start = end + 1


def _close(text: str, start: int, taken: list[Line], lines: Lines, separator: str) -> tuple[str, int]:
    """Find the quote that closes the field which begins at `start`.

    Returns
    -------
    tuple
        The text with as many further lines as were needed, which are taken, and where the quote is; the text as it was
        and -1 if none closes it.
    """
    n_taken, parts, size, end = len(taken), [text], len(text), _single_quote(text, start + 1)
    while end < 0 and size < LONGEST:
        following = next(lines, None)
        if following is None:
            break
        parts += [taken[-1].end, following.text]
        size += len(taken[-1].end)
        at = _single_quote(following.text, 0)
        end, size = (size + at if at >= 0 else -1), size + len(following.text)
        taken.append(following)
    if end >= 0:
        longer = "".join(parts)
        if end + 1 == size or longer.startswith(separator, end + 1):
            return longer, end
    lines.put_back(taken[n_taken:])
    del taken[n_taken:]
    return text, -1


def _single_quote(text: str, start: int) -> int:
    """Return where the first quote from `start` on is that is not doubled; -1 if there is none."""
    end = text.find('"', start)
    while end >= 0 and text.startswith('""', end):
        end = text.find('"', end + 2)
    return end
