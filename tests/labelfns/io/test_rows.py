"""Rows of CSV and TSV against Python's own writer, and joined lines put apart."""

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labelfns.io.lines import Lines
from labelfns.io.rows import separated_rows

ANY_MACHINE = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)

FIELD = st.text(st.sampled_from([*'ab"\\,\t \n\r', "\u2028", "é", "\0", "'"]), max_size=6)


def rows(content, separator=","):
    return list(separated_rows(Lines(io.BytesIO(content.encode()), "t"), separator))


@ANY_MACHINE
@given(st.lists(st.lists(FIELD, min_size=2, max_size=2), min_size=1, max_size=6), st.booleans())
def test_what_python_writes_as_csv_is_read(table, quote_all):
    table = [["x", "y"], *table]
    file = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(file, quoting=quoting).writerows(table)
    read = rows(file.getvalue())
    assert [row.values for row in read] == table
    assert not any(row.problem for row in read)


@ANY_MACHINE
@given(st.lists(st.lists(FIELD, min_size=3, max_size=3), min_size=1, max_size=6))
def test_tsv_in_quotes_is_read_if_lines_could_not_be_rows(table):
    table = [[field.replace("\t", " ") for field in row[:2]] + [row[2].replace("\t", " ") + "."] for row in table]
    file = io.StringIO(newline="")
    csv.writer(file, delimiter="\t", lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([["x", "y", "z"], *table])
    assert [row.values for row in rows(file.getvalue(), "\t")] == [["x", "y", "z"], *table]


@ANY_MACHINE
@given(st.lists(st.text('ab"\\,\t \u2028', min_size=1, max_size=9), min_size=1, max_size=8))
@pytest.mark.parametrize("separator", [",", "\t"])
def test_no_line_is_lost_and_no_two_are_joined_but_by_quotes(separator, lines):
    read = rows("\n".join(["x" + separator + "y", *lines]), separator)
    numbers = [row.number for row in read]
    assert numbers == sorted(set(numbers))
    for row, following in zip(read, [*numbers[1:], len(lines) + 2], strict=False):
        if following > row.number + 1:  # a row of several lines is one field in quotes, with the lines in it
            assert row.problem or any("\n" in field for field in row.values) or separator == "\t"
    assert all(bool(row.problem) != (row.values is not None and len(row.values) == 2) for row in read)


@ANY_MACHINE
@given(st.lists(st.text('ab" ', min_size=1, max_size=5), min_size=1, max_size=8))
def test_plain_tsv_with_quotes_as_signs_keeps_its_lines(texts):
    read = rows("\n".join(["x\ty", *(f"{text}c\t1" for text in texts)]), "\t")
    assert [row.number for row in read] == list(range(1, len(texts) + 2))
    assert [row.values[0] for row in read[1:]] == [f"{text}c" for text in texts]
