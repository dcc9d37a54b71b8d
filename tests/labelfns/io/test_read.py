"""One reader: every format, whole and in parts, gives the same rows and reports the same."""

import io
import json
import warnings
from decimal import Decimal
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from labelfns.errors import InputError, LabelFnsWarning
from labelfns.io.read import iter_texts, read_texts

from .mutations import SUFFIXES, write

LABELS = ["negative", "neutral", "positive"]
TEXTS = ['so "good", really', "naïve 😀", "line\nbreak"]


def read(path, **options):
    return read_texts(path, **{"labels": LABELS, **options})


def saved(folder, name, content):
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.fixture(params=["csv", "tsv", "jsonl", "parquet"])
def file(request, tmp_path):
    """The same three rows in each format, gold by name, by id and unknown."""
    path = tmp_path / f"texts.{request.param}"
    frame = pl.DataFrame({"id": ["7", "8", "9"], "text": TEXTS, "label": ["positive", "0", None]})
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
    texts = read(file)
    assert texts.texts == TEXTS
    assert texts.gold.tolist() == [2, 0, -1]
    assert (list(texts.fields), list(texts.fields["id"])) == (["id"], ["7", "8", "9"])
    first = {".csv": 2, ".tsv": 2, ".jsonl": 1, ".parquet": 0}[file.suffix]
    assert texts.row_numbers.tolist() == [first, first + 1, first + 2]
    assert str(file) == texts.name


def outcome(parts):
    """What came of reading: texts, row numbers and what was reported; or the error's first words."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            texts = list(parts())
        except InputError as error:
            return "refused", str(error).split(" as Parquet")[0]
    rows = [(text, int(number)) for part in texts for text, number in zip(part, part.row_numbers, strict=True)]
    fields = [
        values for part in texts for values in zip(*(part.fields or {"": [""] * len(part)}).values(), strict=True)
    ]
    return "read", rows, fields, [str(warning.message) for warning in caught]


def streamed(path, **options):
    return (texts for texts, _ in iter_texts(path, rows=3, **options))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_whole_and_streamed_are_one_reader_whatever_is_in_a_file(tmp_path, suffix):
    for seed in range(60):
        path = write(tmp_path, suffix, seed)
        whole = outcome(lambda: [read_texts(path, fields=())])  # noqa: B023
        parts = outcome(lambda: streamed(path, fields=()))  # noqa: B023
        assert whole[0] == parts[0]  # with many faults a stream stops at the first
        assert whole[0] == "read" or len(whole[1].splitlines()) <= 12
        if whole[0] == "read":
            assert whole == parts
        skipping = {"fields": (), "on_bad_rows": "skip"}
        whole = outcome(lambda: [read_texts(path, **skipping)])  # noqa: B023
        assert whole == outcome(lambda: streamed(path, **skipping))  # noqa: B023


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_fields_and_gold_are_the_same_in_parts(tmp_path, suffix):
    path = tmp_path / f"t.{suffix}"
    rows = [{"text": f"row {i}", "label": ["0", "positive", None][i % 3], "n": str(i)} for i in range(10)]
    if suffix == "txt":
        path.write_text("".join(f"{row['text']}\n" for row in rows))
    elif suffix == "jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    elif suffix == "parquet":
        pl.DataFrame(rows).write_parquet(path)
    else:
        pl.DataFrame(rows).write_csv(path, separator="," if suffix == "csv" else "\t")
    whole = read(path)
    parts = [texts for texts, _ in iter_texts(path, gold="label", labels=LABELS, rows=4)]
    assert [len(part) for part in parts] == [4, 4, 2]
    assert [text for part in parts for text in part] == list(whole)
    assert [number for part in parts for number in part.row_numbers] == whole.row_numbers.tolist()
    if suffix != "txt":
        assert [c for part in parts for c in part.gold] == whole.gold.tolist() == [0, 2, -1] * 3 + [0]
        assert [value for part in parts for value in part.fields["n"]] == list(whole.fields["n"])


def test_shares_go_up_to_one(tmp_path):
    path = saved(tmp_path, "t.jsonl", '{"text": "a"}\n' * 10)
    shares = [share for _, share in iter_texts(path, rows=3)]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.3, 1.0)


# Row by row: what is read, and what is reported with its line.


def test_a_quote_within_a_field_is_a_plain_sign(tmp_path):
    path = saved(tmp_path, "t.csv", 'text,label\nmy 5" phone is great,positive\n"so ""good"", yes",0\n')
    assert read(path).texts == ['my 5" phone is great', 'so "good", yes']


def test_quotes_in_tsv_are_plain_signs_unless_they_close_a_field(tmp_path):
    path = saved(tmp_path, "t.tsv", 'text\tlabel\n"good so\tpositive\nfine\t\nhe said last" one\tpositive\n')
    assert read(path).texts == ['"good so', "fine", 'he said last" one']
    path = saved(tmp_path, "t.tsv", 'text\tlabel\n"good so\tpositive\nfine\t\nlast"\tpositive\n')
    assert read(path).texts == ['"good so', "fine", 'last"']  # three full rows, or one: three
    path = saved(tmp_path, "t.tsv", 'text\tlabel\n"a\ttab, ""a"" li\tne\n end"\t0\n"x" y\t0\n')
    assert read(path).texts == ['a\ttab, "a" li\tne\n end', '"x" y']
    assert read(path).row_numbers.tolist() == [2, 4]


@pytest.mark.parametrize("suffix", ["csv", "tsv"])
def test_rows_with_a_field_too_few_or_too_many_are_reported(tmp_path, suffix):
    content = "text,label\na,0\nb\n\nc,0\nd,0,x\ne\n"
    path = saved(tmp_path, f"t.{suffix}", content if suffix == "csv" else content.replace(",", "\t"))
    message = rf"(?s)2 problems.*t.{suffix}, lines 3 and 7: 1 field where the header has 2.*line 6: 3 fields"
    with pytest.raises(InputError, match=message):
        read(path)
    with pytest.warns(LabelFnsWarning, match=r"3 of its rows left out"):
        assert read(path, on_bad_rows="skip").texts == ["a", "c"]


@pytest.mark.parametrize(
    "row",
    [r'"he said \"hi\"",0', '"great" phone,0', '"never closed,0', '"a ""b,0'],
    ids=["escape", "after", "open", "pair"],
)
def test_a_quoted_field_that_does_not_end_is_reported_and_no_other_row_is_lost(tmp_path, row):
    path = saved(tmp_path, "t.csv", f"text,label\na,0\n{row}\nc,0\n")
    with pytest.raises(InputError, match=r"t.csv, line 3: a field begins with a quote that is not closed"):
        read(path)
    with pytest.warns(LabelFnsWarning, match="line 3"):
        assert read(path, on_bad_rows="skip").texts == ["a", "c"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "BOM"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_and_a_byte_order_mark(tmp_path, end, mark, last):
    odd = "a\u2028b\x85c\x0cd\x0be\x1cf"  # none of these ends a line
    rows = {
        "t.csv": ["text,label", f"{odd},0", f'"b{end}c",2'],
        "t.tsv": ["text\tlabel", f"{odd}\t0", f'"b{end}c"\t2'],
        "t.txt": [odd, "b"],
        "t.jsonl": [json.dumps({"text": odd, "label": 0}, ensure_ascii=False), '{"text": "b", "label": 2}'],
    }
    for name, lines in rows.items():
        texts = read(saved(tmp_path, name, mark + end.join(lines) + end * last))
        assert texts.texts == [odd, f"b{end}c" if name < "t.j" or name == "t.tsv" else "b"]
        assert texts.gold is None if name == "t.txt" else texts.gold.tolist() == [0, 2]


def test_a_text_per_line(tmp_path):
    path = saved(tmp_path, "t.txt", '\ufeffa tweet, naïve\r\n "quoted"\u2028 one line\n')
    assert read(path).texts == ["a tweet, naïve", ' "quoted"\u2028 one line']
    assert read(path).gold is None
    with pytest.raises(InputError, match="no column 'label'"):
        read(path, need_gold=True)
    with pytest.raises(InputError, match="the text is empty in line 2"):
        read(saved(tmp_path, "t.txt", "a\n\nb\n"))


def test_json_that_is_too_deep_or_too_long_is_one_row_reported(tmp_path):
    content = "\n".join(
        ['{"text": "a"}', '{"text": "b", "x": ' + "[" * 100_000, '{"text": "c", "x": ' + "1" * 5000 + "}", "[1]", "{"]
    )
    path = saved(tmp_path, "t.jsonl", content)
    with pytest.raises(
        InputError, match=r"(?s)4 problems.*line 2: not JSON that can.*line 3.*line 4.*line 5: not JSON"
    ):
        read(path)
    with pytest.warns(LabelFnsWarning, match="4 of its rows"):
        assert read(path, on_bad_rows="skip").texts == ["a"]


def test_json_rows_may_lack_any_column_but_the_text(tmp_path):
    path = saved(tmp_path, "t.jsonl", '{"text": "a"}\n\n{"text": "b", "label": 2, "at": {"lang": "en"}}\n')
    texts = read(path)
    assert (texts.gold.tolist(), list(texts.fields["at"])) == ([-1, 2], [None, {"lang": "en"}])
    with pytest.raises(InputError, match=r"line 2: has no column 'text'; its columns are txt; did you mean 'txt'\?"):
        read(saved(tmp_path, "t.jsonl", '{"text": "a"}\n{"txt": "b"}\n'))


def test_columns_that_are_not_asked_for_do_no_harm(tmp_path):
    frame = pl.DataFrame({"text": ["a"], "price": [Decimal("1.50")], "at": [{"x": [1, None]}], "null": [None]})
    frame.write_parquet(tmp_path / "t.parquet")
    assert list(read(tmp_path / "t.parquet").fields["price"]) == [Decimal("1.50")]
    path = saved(tmp_path, "t.csv", "text,price,,price,price (2),,\na,1.50,,NaN,2,,\n")
    assert {name: list(values) for name, values in read(path).fields.items()} == {
        "price": ["1.50"],
        "": [""],
        "price (3)": ["NaN"],
        "price (2)": ["2"],
        " (2)": [""],
        " (3)": [""],
    }
    assert read(path, fields=["price"]).fields.keys() == {"price"}
    assert read(path, fields=()).fields is None
    with pytest.raises(InputError, match=r"has no column 'prize'.*did you mean 'price'"):
        read(path, fields=["prize"])


def test_no_labels_no_gold(tmp_path):
    path = saved(tmp_path, "t.csv", "text,label\na,anything\n")
    texts = read_texts(path)
    assert (texts.gold, list(texts.fields["label"])) == (None, ["anything"])
    with pytest.raises(InputError, match="pass labels="):
        read_texts(path, need_gold=True)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.jsonl", b'{"txt": "a"}', r"no column 'text'; its columns are txt; did you mean 'txt'\?"),
        ("t.csv", b"txt,label\na,0\n", r"no column 'text'; its columns are txt and label; did you mean 'txt'\?"),
        ("t.jsonl", b"", "is empty"),
        ("t.csv", b"\xef\xbb\xbf", "is empty"),
        ("t.csv", b"text,label\n", "no rows"),
        ("t.jsonl", b"\n \n", "no rows"),
        ("t.csv", b"text,text\na,b\n", "2 columns that are called 'text'"),
        ("t.jsonl", b'{"text": null}\n{"text": ""}\n{"text": 3}', "3 problems"),
        ("t.jsonl", b'{"text": NaN}', "null in line 1"),
        ("t.csv", b"text,label\n,positive\n", "empty in line 2"),
        ("t.csv", b"text\na\n\nb\n", "empty in line 3"),
        ("t.jsonl", b'{"text": "a"}\n{"text"', "line 2: not JSON"),
        ("t.jsonl", b'["a"]', "line 1: not a JSON object"),
        ("t.csv", b"text\nok\ncaf\xe9\n", "not UTF-8: byte 0xe9 in line 3"),
        ("t.csv", "text\nok\n".encode("utf-16"), "UTF-16"),
        ("t.jsonl", '{"text": "a"}\n'.encode("utf-16-le"), "UTF-16"),
        ("t.csv", b'"text,label\na,positive\n', "line 1: a field begins with a quote"),
        ("t.parquet", b"not parquet", "cannot be read as Parquet"),
        ("t.parquet", b"PAR1" + b"\xff" * 200 + b"PAR1", "cannot be read as Parquet"),
        ("t.xml", b"a", "cannot tell its format"),
        ("t.csv", b"text,label\na,postive\nb,9\nc,postive\n", "2 problems"),
        ("t.csv", b"text,label\na,postive\n", r"gold label of line 2 .*; got 'postive'; did you mean 'positive'\?"),
        ("t.jsonl", b'{"text": "a", "label": true}', "line 1 .* got True"),
        ("t.jsonl", b'{"text": "a", "label": 1.5}', "line 1 .* got 1.5"),
        ("t.jsonl", b'{"text": "a", "label": ' + b"[" * 500 + b"]" * 500 + b"}", "neither one of"),
    ],
)
def test_bad_files_are_named_in_one_message(tmp_path, name, content, message):
    path = saved(tmp_path, name, content)
    with pytest.raises(InputError, match=message) as caught:
        read(path)
    assert name in str(caught.value)
    with pytest.raises(InputError, match=r"t\."):
        list(iter_texts(path, gold="label", labels=LABELS, rows=1))


def test_cut_off_parquet(tmp_path, file):
    content = file.read_bytes()
    path = saved(tmp_path, "cut.parquet", content[: len(content) // 2])
    with pytest.raises(InputError, match=r"cut.parquet cannot be read as Parquet"):
        read(path)


def test_parquet_without_rows(tmp_path):
    pl.DataFrame({"text": []}, schema={"text": pl.String}).write_parquet(tmp_path / "t.parquet")
    with pytest.raises(InputError, match="has no rows"):
        read(tmp_path / "t.parquet")


def test_a_message_is_short_however_much_is_wrong(tmp_path):
    names = ",".join(f"column{i}" for i in range(20_000))
    with pytest.raises(InputError, match=r"column9 and 19,990 more") as caught:
        read(saved(tmp_path, "t.csv", f"{names}\n{',' * 19_999}\n"))
    assert len(str(caught.value)) < 400
    rows = "".join(f"a,wrong{i}\n" for i in range(5000))
    with pytest.raises(InputError, match=r"5,000 problems") as caught:
        read(saved(tmp_path, "t.csv", f"text,label\n{rows}"))
    assert len(str(caught.value).splitlines()) == 12
    rows = "".join(f"a{',' * (i % 40)}\n" for i in range(5000))
    with pytest.raises(InputError, match=r"\.\.\. and 29 more"):
        read(saved(tmp_path, "t.csv", f"text,label\n{rows}"))


def test_nul_bytes_are_signs_like_others(tmp_path):
    assert read(saved(tmp_path, "t.csv", "text,label\na\0b,0\n")).texts == ["a\0b"]


def test_a_line_without_end_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("labelfns.io.lines.LONGEST", 1 << 20)
    with pytest.raises(InputError, match="line 2 has over 1 MB"):
        read(saved(tmp_path, "t.txt", "a\n" + "b" * (3 << 20)))


# Sources.


@pytest.mark.parametrize("folder", ["exp[1]", "a*b", "~x", "100%", "d#e"])
@pytest.mark.parametrize("make", [str, Path])
def test_paths_are_no_patterns(tmp_path, monkeypatch, folder, make):
    monkeypatch.chdir(tmp_path)
    Path(folder).mkdir()
    for name in ("t[0].csv", "t*.parquet", "T.CSV"):
        path = Path(folder) / name
        pl.DataFrame({"text": ["a"]}).write_parquet(path) if name.endswith("t") else path.write_text("text\na\n")
        assert read(make(path)).texts == ["a"]


def test_a_tilde_is_the_home_folder_unless_a_file_is_called_so(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    saved(tmp_path, "t.txt", "home\n")
    assert read("~/t.txt").texts == ["home"]
    (tmp_path / "here" / "~").mkdir(parents=True)
    saved(tmp_path / "here" / "~", "t.txt", "here\n")
    monkeypatch.chdir(tmp_path / "here")
    assert read("~/t.txt").texts == ["here"]


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        read(tmp_path / "folder.csv")


@pytest.mark.parametrize("format", ["csv", "tsv", "jsonl", "txt", "parquet"])
def test_streams(format):
    frame = pl.DataFrame({"text": ["a\u2028b\x0c", "c"]})
    buffer = io.BytesIO()
    if format == "parquet":
        frame.write_parquet(buffer)
    elif format == "jsonl":
        frame.write_ndjson(buffer)
    else:
        buffer.write(("text\n" * (format != "txt") + "a\u2028b\x0c\nc\n").encode())
    buffer.seek(0)
    assert read(buffer, format=format).texts == ["a\u2028b\x0c", "c"]


def test_what_is_no_binary_stream():
    with pytest.raises(InputError, match=r"\.buffer"):
        read(io.StringIO("a"), format="txt")
    with pytest.raises(InputError, match="format must be one of"):
        read(io.BytesIO(b"a"))
    with pytest.raises(InputError, match="has no rows"):
        read(io.BytesIO(b""), format="txt")


@pytest.mark.slow
def test_hub_data_sets_by_a_local_folder_of_the_same_form(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    folder = tmp_path / "owner" / "tweets"
    folder.mkdir(parents=True)
    rows = [{"text": "a", "label": "positive"}, {"text": "b", "label": "negative"}]
    (folder / "train.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.chdir(tmp_path)
    texts = read("hub:./owner/tweets:train")
    assert (texts.texts, texts.gold.tolist()) == (["a", "b"], [2, 0])
    assert read("hub:./owner/tweets:train[1:]").texts == ["b"]
    with pytest.raises(InputError, match="cannot be loaded"):
        read("hub:./owner/tweets:nosuchsplit")


@pytest.mark.slow
def test_hub_class_labels_are_matched_by_name(monkeypatch):
    import datasets

    features = datasets.Features(
        {"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["positive", "negative"])}
    )
    rows = datasets.Dataset.from_dict({"text": ["a", "b", "c"], "label": [0, 1, None]}, features=features)
    calls = []

    def load_dataset(*arguments, **options):
        calls.append((arguments, options))
        return rows

    monkeypatch.setattr(datasets, "load_dataset", load_dataset)
    assert read("hub:owner/name:config:train").gold.tolist() == [2, 0, -1]
    assert calls == [(("owner/name", "config"), {"split": "train"})]
    assert isinstance(read("hub:owner/name:train").gold, np.ndarray)
    parts = list(iter_texts("hub:owner/name:train[:3]", gold="label", labels=LABELS, rows=2))
    assert [(part.gold.tolist(), part.row_numbers.tolist(), share) for part, share in parts] == [
        ([2, 0], [0, 1], pytest.approx(2 / 3)),
        ([-1], [2], 1.0),
    ]
    assert read("hub:owner/name:train", labels=["a", "b"]).gold.tolist() == [0, 1, -1]  # other names: by id


@pytest.mark.parametrize("source", ["hub:", "hub:owner/name", "hub:a:b:c:d", "hub:a:b:"])
def test_malformed_hub_names(source):
    with pytest.raises(InputError, match="OWNER/NAME"):
        read(source)


def test_json_lines_without_the_column_of_texts_name_it_and_theirs(tmp_path):
    (tmp_path / "val.jsonl").write_text('{"text": "x", "label": "no"}\n' * 2)
    with pytest.raises(InputError, match=r"lines 1 and 2: has no column 'review'; its columns are text and label"):
        read_texts(tmp_path / "val.jsonl", "review", labels=["no", "yes"], need_gold=True)


@pytest.mark.parametrize("sign", [";", "\t", "|"])
def test_a_file_with_other_signs_between_its_columns_is_told(tmp_path, sign):
    (tmp_path / "own.csv").write_text(f"review{sign}stars\nso good{sign}5\n")
    with pytest.raises(InputError, match=r"it seems to have .* between columns") as error:
        read_texts(tmp_path / "own.csv", "review")
    assert repr(sign) in str(error.value)
    assert "did you mean" not in str(error.value)
