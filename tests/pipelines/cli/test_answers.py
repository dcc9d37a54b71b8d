"""What `predict` reads and writes: every row, every column, whole or not at all."""

import datetime
import io
import json
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from labelfns.errors import InputError, WriteError
from labelfns.io.atomic import PART
from labelfns.pipelines.cli.answers import answer_table, as_frame, print_rows, read_input, write_rows
from labelfns.pipelines.prediction.predictor import Answers


def piped(monkeypatch, data, text="text", format=None):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    return dict(read_input("-", text, format).columns)


def answers(columns, text="text", labels=("no", "yes")):
    return answer_table(columns, text, alone(np.full((len(columns[text]), len(labels)), 1 / len(labels)), labels))


def alone(probs, labels=("no", "yes")):
    return replace(Answers.of(np.array(probs), None, None, 0), classes=tuple(labels))


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"one\ntwo\n", ["one", "two"]),
        (b"one\r\ntwo", ["one", "two"]),
        (b"one\rtwo\r", ["one", "two"]),
        (b"\xef\xbb\xbfone", ["one"]),
        ("a\u2028b\u0085c\x0cd\u2029e\x1ef\n".encode(), ["a\u2028b\u0085c\x0cd\u2029e\x1ef"]),
        (b"one\n\n  \ntwo\n", ["one", "", "  ", "two"]),
        (b"so, text or not\n", ["so, text or not"]),
        (b"{:\n", ["{:"]),
    ],
)
def test_line_feeds_alone_end_a_line(monkeypatch, tmp_path, data, lines):
    assert piped(monkeypatch, data) == {"text": lines}
    (tmp_path / "t.txt").write_bytes(data)
    assert read_input(str(tmp_path / "t.txt"), "text", None).columns == {"text": lines}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"caf\xe9\n", "standard input is not UTF-8: byte 0xe9 in line 1"),
        (b"", "standard input holds no text"),
        (b" \n\n", "standard input holds no text: its texts are blank"),
        (b"id,text\n1,so good\n", "begins like csv: say --format csv, or --format txt where each line is a text"),
        (b'"text"\tid\n', "begins like (csv|tsv): say --format tsv"),
        (b'{"text": "so good"}\n', "begins like jsonl: say --format jsonl"),
    ],
)
def test_what_cannot_be_read(monkeypatch, data, message):
    with pytest.raises(InputError, match=message):
        piped(monkeypatch, data)


@pytest.mark.parametrize(
    ("format", "data"),
    [
        ("csv", b'id,text\n1,"so, good"\n2,late\n'),
        ("tsv", b"id\ttext\n1\tso, good\n2\tlate\n"),
        ("jsonl", b'{"id": "1", "text": "so, good"}\n{"id": "2", "text": "late"}\n'),
    ],
)
def test_standard_input_of_any_format_gives_what_the_file_gives(monkeypatch, tmp_path, format, data):
    path = tmp_path / f"t.{format}"
    path.write_bytes(data)
    assert piped(monkeypatch, data, format=format) == dict(read_input(str(path), "text", None).columns)
    assert piped(monkeypatch, data, format=format) == {"id": ["1", "2"], "text": ["so, good", "late"]}
    assert piped(monkeypatch, b"id,text\n", format="txt") == {"text": ["id,text"]}


def test_what_is_not_sure_has_no_label():
    probs, weak = np.array([[0.9, 0.1], [0.5, 0.5], [0.4, 0.6]]), np.array([[0.5, 0.5], [0.5, 0.5], [0.1, 0.9]])
    given = replace(Answers.of(probs, weak, np.array([False, False, True]), 1.0), classes=("no", "yes"))
    given = given.of_rows(np.array([True, False, True, True]))
    table = answer_table({"text": ["a", " ", "b", "c"]}, "text", given, min_confidence=0.8)
    assert table["label"] == ["no", None, None, "yes"]
    assert table["answered_by"] == ["classifier", None, "neither", "both"]
    assert table["confidence"] == pytest.approx([0.9, None, 0.5, 0.54 / 0.58])
    assert table["p_no"][1] is None


def test_numbers_of_answers_alone_are_rounded_and_only_where_it_is_asked():
    probs, likes = [[1 / 3, 2 / 3], [2e-9 / 3, 1 - 2e-9 / 3]], [1 / 3, None]
    columns = {"text": ["a", "b"], "likes": likes}
    table = answer_table(columns, "text", alone(probs), digits=6)
    assert (table["confidence"], table["p_no"]) == ([0.666667, 1.0], [0.333333, 6.66667e-10])
    assert (table["likes"], table["label"]) == (likes, ["yes", "yes"])
    assert answer_table(columns, "text", alone(probs))["p_no"] == [1 / 3, 2e-9 / 3]


def test_a_blank_text_keeps_its_row_without_a_label():
    columns = {"text": ["a", " ", None, "b"]}
    found = alone([[0.75, 0.25], [0.25, 0.75]]).of_rows(np.array([True, False, False, True]))
    table = answer_table(columns, "text", found)
    rows = list(zip(*table.values(), strict=True))
    assert list(table) == ["text", "label", "confidence", "answered_by", "p_no", "p_yes"]
    assert rows == [
        ("a", "no", 0.75, "classifier", 0.75, 0.25),
        (" ", None, None, None, None, None),
        (None, None, None, None, None, None),
        ("b", "yes", 0.75, "classifier", 0.25, 0.75),
    ]


def test_other_columns_are_kept_in_order_and_renamed_only_where_they_clash():
    columns = {"id": [7], "label": ["old"], "tweet": ["a"], "text": ["x"], "p_no": [0.1], "label (2)": [1], "b": [None]}
    table = answers(columns, "tweet")
    assert list(table) == [
        "text", "label", "confidence", "answered_by", "p_no", "p_yes",
        "id", "label (3)", "text (2)", "p_no (2)", "label (2)", "b",
    ]  # fmt: skip
    assert [table[name] for name in ("text", "label", "id", "label (3)")] == [["a"], ["no"], [7], ["old"]]


def test_no_label_takes_the_name_of_a_column_of_ours():
    labels = ["text", "label", "confidence", "p_text", "p_"]
    table = answer_table({"text": ["a"]}, "text", alone([[0.1, 0.1, 0.1, 0.6, 0.1]], labels))
    assert list(table) == ["text", "label", "confidence", "answered_by", *(f"p_{name}" for name in labels)]
    assert table["label"] == ["p_text"]


@pytest.mark.parametrize("raw", [False, True])
def test_formulas_in_cells_are_text_unless_raw(tmp_path, raw):
    texts = ['=HYPERLINK("x")', "+1", "-1", "@a", "\tx", "plain = text", "👍"]
    table = answers({"text": texts, "=2+2": ["=1"] * 7}, labels=["=1+1", "b"])
    changed = write_rows(table, tmp_path / "p.csv", raw=raw)
    rows = pl.read_csv(tmp_path / "p.csv", infer_schema=False)
    assert changed == (0 if raw else 5 + 7 + 7)
    mark = "" if raw else "'"
    assert rows["text"].to_list() == [f"{mark}{text}" for text in texts[:5]] + texts[5:]
    assert set(rows["label"]) == {f"{mark}=1+1"}
    assert set(rows[f"{mark}=2+2"]) == {f"{mark}=1"}
    write_rows(table, tmp_path / "p.jsonl", raw=raw)
    assert json.loads((tmp_path / "p.jsonl").read_text(encoding="utf-8").splitlines()[0])["text"] == texts[0]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.dates(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=3,
)


@given(st.dictionaries(st.text(st.characters()).filter(lambda name: name != "text"), ANYTHING, max_size=3), ANYTHING)
@example(first={"*": None, "^.*$": "=1", "^$": "=1"}, other=None)  # patterns of names, to polars
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_any_column_can_be_written(tmp_path, suffix, first, other):
    columns = {"text": ["a", "b\ud800"], **{name: [value, other] for name, value in first.items()}}
    write_rows(answers(columns), path := tmp_path / f"p{suffix}", raw=False)
    if suffix == ".jsonl":
        assert len([json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]) == 2
    else:
        read = pl.read_csv(path, infer_schema=False) if suffix == ".csv" else pl.read_parquet(path)
        assert read.shape == (2, 6 + len(first))


def test_values_stay_what_they_are(tmp_path):
    day = datetime.date(2020, 1, 2)
    columns = {"text": ["a", "b"], "n": [1, None], "x": [0.5, 1], "is": [True, False]}
    columns |= {"o": [{"a": 1}, [1]], "d": [day, day]}
    write_rows(answers(columns), tmp_path / "p.parquet", raw=False)
    rows = pl.read_parquet(tmp_path / "p.parquet").select("n", "x", "is", "o", "d").rows()
    assert rows == [(1, 0.5, True, '{"a": 1}', day), (None, 1.0, False, "[1]", day)]
    write_rows(answers(columns), tmp_path / "p.jsonl", raw=False)
    assert json.loads((tmp_path / "p.jsonl").read_text().splitlines()[0])["o"] == {"a": 1}


COLUMNS = {
    "id": [1000, 1001],
    "score": [0.5, None],
    "is": [True, None],
    "user": ["007", None],
    "day": [datetime.date(1, 1, 1), None],
    "at": [datetime.datetime(9999, 12, 31, 23, 59, 59, 999999), None],
    "sent": [datetime.datetime(2020, 1, 2, 3, 4, tzinfo=datetime.UTC), None],
    "hour": [datetime.time(3, 4, 5, 6), None],
}


def test_columns_of_a_parquet_file_keep_their_types(tmp_path):
    given = pl.DataFrame({"text": ["a", "b"], **COLUMNS})
    given.write_parquet(tmp_path / "in.parquet")
    table = answers(read_input(str(tmp_path / "in.parquet"), "text", None).columns)
    write_rows(table, tmp_path / "out.parquet", raw=False)
    assert pl.read_parquet(tmp_path / "out.parquet")[given.columns].equals(given)
    write_rows(table, tmp_path / "out.csv", raw=False)
    rows = pl.read_csv(tmp_path / "out.csv", try_parse_dates=True)
    assert rows.schema["id"] == pl.Int64
    assert rows["sent"].to_list() == COLUMNS["sent"]
    write_rows(table, tmp_path / "out.jsonl", raw=False)
    row = json.loads((tmp_path / "out.jsonl").read_text().splitlines()[0])
    assert [row[name] for name in ("id", "score", "is", "user", "day")] == [1000, 0.5, True, "007", "0001-01-01"]


def test_times_that_have_no_type_in_common_are_text(tmp_path):
    noon, zone = datetime.datetime(2020, 1, 2, 12), datetime.timezone(datetime.timedelta(hours=2))
    there, last = noon.replace(tzinfo=zone), datetime.datetime(9999, 12, 31, tzinfo=datetime.UTC)
    pairs = {"zones": [noon, there], "kinds": [noon, noon.date()], "last": [last, None], "two zones": [there, there]}
    pairs |= {"fine": [pd.Timestamp("2020-01-02 12:00:00.000000001"), None], "pandas": [pd.Timestamp(there), noon]}
    pairs |= {"of pandas": [pd.Timestamp(noon), noon], "hour": [noon.time().replace(tzinfo=zone), None]}
    frame = as_frame({name: list(values) for name, values in pairs.items()})
    kinds = dict.fromkeys(pairs, pl.String) | {"two zones": pl.Datetime("us", "UTC"), "of pandas": pl.Datetime("us")}
    assert dict(frame.schema) == kinds
    assert frame["two zones"].to_list() == [there, there]
    assert frame["zones"].to_list() == ["2020-01-02 12:00:00", "2020-01-02 12:00:00+02:00"]


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_whole_or_not_at_all(tmp_path, monkeypatch, suffix):
    target = tmp_path / f"p{suffix}"
    target.write_text("before")

    def half(*_, **__):
        next(tmp_path.glob("*part"), tmp_path / f"p{suffix}{PART}").write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("labelfns.pipelines.cli.answers._json_lines", half)
    for name in ("write_csv", "write_parquet"):
        monkeypatch.setattr(pl.DataFrame, name, half)
    with pytest.raises(WriteError, match="No space left"):
        write_rows(answers({"text": ["a"]}), target, raw=False)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert target.read_text() == "before"


def test_printed_rows_are_json_lines(capsys):
    print_rows(answer_table({"text": ["a\nb", ""]}, "text", alone([[0.5, 0.5]]).of_rows(np.array([True, False]))))
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["text"], second["label"]) == ("a\nb", None)
