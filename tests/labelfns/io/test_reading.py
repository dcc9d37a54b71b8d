import json

import numpy as np
import polars as pl
import pytest
from labelfns.io.reading import read_texts

from labelfns.errors import InputError

LABELS = ["negative", "neutral", "positive"]
TEXTS = ['so "good", really', "naïve 😀", "line\nbreak"]


def read(path, **options):
    return read_texts(str(path), **{"text": "text", "gold": "label", "labels": LABELS, **options})


@pytest.fixture(params=["csv", "tsv", "jsonl", "parquet"])
def file(request, tmp_path):
    """The same three rows in each format, gold by name, by id and unknown."""
    path = tmp_path / f"texts.{request.param}"
    frame = pl.DataFrame({"text": TEXTS, "label": ["positive", "0", None]})
    if request.param == "csv":
        frame.write_csv(path)
    elif request.param == "tsv":
        frame.write_csv(path, separator="\t")
    elif request.param == "jsonl":
        frame.write_ndjson(path)
    else:
        frame.write_parquet(path)
    return path


def test_every_format_reads_the_same(file):
    found = read(file)
    assert found.texts == TEXTS
    assert found.gold.tolist() == [2, 0, -1]


def test_gold_ids_and_a_byte_order_mark(tmp_path):
    path = tmp_path / "t.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps({"text": "a", "label": 1}).encode() + b"\n\n")
    assert read(path).gold.tolist() == [1]


def test_windows_line_ends(tmp_path):
    (tmp_path / "t.csv").write_bytes(b"text,label\r\na,positive\r\n")
    assert read(tmp_path / "t.csv").gold.tolist() == [2]
    (tmp_path / "t.jsonl").write_bytes(b'{"text": "a"}\r\n{"text": "b"}\r\n')
    assert read(tmp_path / "t.jsonl").texts == ["a", "b"]


def test_a_text_a_line(tmp_path):
    path = tmp_path / "t.txt"
    path.write_bytes('\ufeffa tweet, naïve\r\n "quoted"\u2028 one line\n'.encode())
    assert read(path).texts == ["a tweet, naïve", ' "quoted"\u2028 one line']
    assert read(path).gold is None
    with pytest.raises(InputError, match="no column 'label'"):
        read(path, need_gold=True)
    path.write_bytes(b"a\n\nb\n")
    with pytest.raises(InputError, match="empty in row 1"):
        read(path)


def test_no_gold_column_is_no_gold_unless_needed(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("text\na\n")
    assert read(path).gold is None
    with pytest.raises(InputError, match=r"no column 'label'.*data\.gold"):
        read(path, need_gold=True)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.jsonl", b'{"txt": "a"}', r"no column 'text'; its columns are txt; did you mean 'txt'\?"),
        ("t.jsonl", b"", "is empty"),
        ("t.csv", b"text,label\n", "no rows"),
        ("t.jsonl", b'{"text": null}\n{"text": ""}\n{"text": 3}', "3 problems"),
        ("t.csv", b"text,label\n,positive\n", "null in row 0"),
        ("t.jsonl", b'{"text": "a"}\n{"text"', "line 2 is not JSON"),
        ("t.jsonl", b'["a"]', "line 1 is not a JSON object"),
        ("t.csv", b"text\nok\ncaf\xe9\n", "not UTF-8: byte 0xe9 at offset 11, line 3"),
        ("t.csv", b'text,label\n"open,positive\n', "cannot be read as CSV"),
        ("t.csv", b"text,label\na,positive,extra\n", "cannot be read as CSV"),
        ("t.parquet", b"not parquet", "cannot be read as Parquet"),
        ("t.xml", b"a", "cannot tell its format"),
        ("t.csv", b"text,label\na,postive\nb,9\nc,postive\n", "2 problems"),
        ("t.csv", b"text,label\na,postive\n", r"'postive' in row 0 .* did you mean 'positive'\?"),
        ("t.jsonl", b'{"text": "a", "label": true}', "True in row 0"),
        ("t.jsonl", b'{"text": "a", "label": 1.0}', "1.0 in row 0"),
    ],
)
def test_bad_files_are_named(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path / name)
    assert name in str(caught.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "none.csv")


@pytest.mark.slow
def test_hub_data_sets_by_a_local_folder_of_the_same_form(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    folder = tmp_path / "owner" / "tweets"
    folder.mkdir(parents=True)
    rows = [{"text": "a", "label": "positive"}, {"text": "b", "label": "negative"}]
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.chdir(tmp_path)
    found = read("hub:./owner/tweets:train")
    assert (found.texts, found.gold.tolist()) == (["a", "b"], [2, 0])
    with pytest.raises(InputError, match="cannot be loaded"):
        read("hub:./owner/tweets:nosuchsplit")


def test_hub_class_labels_are_matched_by_name(monkeypatch):
    import datasets

    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["positive", "negative"])}
    )
    rows = datasets.Dataset.from_dict({"text": ["a", "b", "c"], "label": [0, 1, None]}, features=features)
    asked = []

    def load_dataset(*arguments, **options):
        asked.append((arguments, options))
        return rows

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    assert read("hub:owner/name:config:train[:3]".replace("[:3]", "")).gold.tolist() == [2, 0, -1]
    assert asked == [(("owner/name", "config"), {"split": "train"})]
    assert isinstance(read("hub:owner/name:train").gold, np.ndarray)


@pytest.mark.parametrize("source", ["hub:", "hub:owner/name", "hub:a:b:c:d", "hub:a:b:"])
def test_malformed_hub_names(source):
    with pytest.raises(InputError, match="OWNER/NAME"):
        read(source)
