"""What `predict` reads from standard input and writes."""

import io
import json
import sys

import numpy as np
import polars as pl
import pytest

from labelfns.errors import InputError, WriteError
from labelfns.pipelines.cli.answers import answer_table, print_rows, read_lines, write_rows


def lines_of(monkeypatch, data):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    return read_lines()


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"one\ntwo\n", ["one", "two"]),
        (b"one\r\ntwo", ["one", "two"]),
        (b"\xef\xbb\xbfone", ["one"]),
        ("a\u2028b\u0085c\x0cd\u2029e\x1ef\n".encode(), ["a\u2028b\u0085c\x0cd\u2029e\x1ef"]),
        (b"one\n\n  \ntwo\n", ["one", "", "  ", "two"]),
    ],
)
def test_line_feeds_alone_end_a_line(monkeypatch, data, lines):
    assert lines_of(monkeypatch, data) == lines


@pytest.mark.parametrize(
    ("data", "message"), [(b"caf\xe9\n", "not UTF-8 at byte 3"), (b"", "holds no text"), (b" \n\n", "holds no text")]
)
def test_what_cannot_be_read(monkeypatch, data, message):
    with pytest.raises(InputError, match=message):
        lines_of(monkeypatch, data)


def test_a_blank_text_keeps_its_row_without_a_label():
    table = answer_table(["a", " ", "b"], np.array([[0.9, 0.1], [0.2, 0.8]]), ["no", "yes"])
    assert table.to_dicts() == [
        {"text": "a", "label": "no", "confidence": 0.9, "p_no": 0.9, "p_yes": 0.1},
        {"text": " ", "label": None, "confidence": None, "p_no": None, "p_yes": None},
        {"text": "b", "label": "yes", "confidence": 0.8, "p_no": 0.2, "p_yes": 0.8},
    ]


def test_no_label_takes_the_name_of_a_column_of_ours():
    labels = ["text", "label", "confidence", "p_text", "p_"]
    table = answer_table(["a"], np.array([[0.1, 0.1, 0.1, 0.6, 0.1]]), labels)
    assert table.columns == ["text", "label", "confidence", *(f"p_{name}" for name in labels)]
    assert table["label"].to_list() == ["p_text"]


@pytest.mark.parametrize("raw", [False, True])
def test_formulas_in_cells_are_text_unless_raw(tmp_path, raw):
    texts = ['=HYPERLINK("x")', "+1", "-1", "@a", "\tx", "plain = text", "👍"]
    table = answer_table(texts, np.full((7, 2), 0.5), ["=1+1", "b"])
    write_rows(table, tmp_path / "p.csv", raw=raw)
    rows = pl.read_csv(tmp_path / "p.csv", infer_schema=False)
    mark = "" if raw else "'"
    assert rows["text"].to_list() == [f"{mark}{text}" for text in texts[:5]] + texts[5:]
    assert set(rows["label"]) == {f"{mark}=1+1"}
    write_rows(table, tmp_path / "p.jsonl", raw=raw)
    assert json.loads((tmp_path / "p.jsonl").read_text(encoding="utf-8").splitlines()[0])["text"] == texts[0]


@pytest.mark.parametrize("suffix", [".jsonl", ".csv", ".parquet"])
def test_whole_or_not_at_all(tmp_path, monkeypatch, suffix):
    table = answer_table(["a"], np.array([[0.9, 0.1]]), ["no", "yes"])
    target = tmp_path / f"p{suffix}"
    target.write_text("before")
    for name in ("write_ndjson", "write_csv", "write_parquet"):

        def half(self, path):
            path.write_text("half")
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(pl.DataFrame, name, half)
    with pytest.raises(WriteError, match="No space left"):
        write_rows(table, target, raw=False)
    assert [path.name for path in tmp_path.iterdir()] == [target.name]
    assert target.read_text() == "before"


def test_printed_rows_are_json_lines(capsys):
    print_rows(answer_table(["a\nb", ""], np.array([[0.9, 0.1]]), ["no", "yes"]))
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["text"], second["label"]) == ("a\nb", None)
