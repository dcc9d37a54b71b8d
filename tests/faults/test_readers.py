"""Faults of kind 2, 3 and 4 in files: one reader, one answer by every command; no row lost, none joined to another."""

import json
import random
import sys
import warnings
from io import BytesIO, TextIOWrapper

import pytest
from typer.testing import CliRunner

from labelfns import LFSet, Votes, apply_file, keywords
from labelfns.errors import InputError, LabelFnsError
from labelfns.io.lines import Lines
from labelfns.io.read import iter_texts, read_table, read_texts
from labelfns.io.rows import separated_rows
from labelfns.pipelines.cli import app
from labelfns.pipelines.cli.answers import read_input

from ..labelfns.io.mutations import SUFFIXES, mutated, real_file
from .campaign import seeded, try_all

LABELS = ["negative", "neutral", "positive"]
LFS = LFSet(["negative", "positive"], [keywords(1, ["good"], name="good"), keywords(0, ["bad"], name="bad")])

PIPELINE = """
[data]
labels = ["negative", "positive"]
pool = "{}"
[lfs]
file = "lfs.py"
[label_model]
kind = "majority"
"""

READ = {
    "quote.csv": ('text,label\nmy 5" phone is good,positive\nso bad,negative\n', ['my 5" phone is good', "so bad"]),
    "returns.csv": ("text,label\rso good,positive\rbad,negative\r", ["so good", "bad"]),
    "mark.csv": ("\ufefftext,label\r\nso good,positive\r\n", ["so good"]),
    "decimals.csv": ("text,x\ngood,1.5\nbad,2.25\n", ["good", "bad"]),
    "brackets[1].csv": ("text\ngood\nbad\n", ["good", "bad"]),
    "nul.csv": ("text\nso\0 good\n", ["so\0 good"]),
    "quotes.tsv": (
        'text\tlabel\n"good so\tpositive\nmid\tnegative\nlast" one\tpositive\n',
        ['"good so', "mid", 'last" one'],
    ),
    "joints.txt": ("good\u2028so\x85a\x0cb\x1cc\nbad\n", ["good\u2028so\x85a\x0cb\x1cc", "bad"]),
    "nested.jsonl": ('{"text": "good", "n": ' + "[" * 900 + "]" * 900 + "}\n", ["good"]),
    "digits.jsonl": ('{"text": "good", "n": ' + "1" * 4000 + "}\n", ["good"]),
    "halves.jsonl": ('{"text": "good \\ud800", "\\udfff": 1}\n', ["good \ud800"]),
    "infinite.jsonl": ('{"text": "good", "n": 1e999, "m": NaN}\n', ["good"]),
}

REFUSED = {
    "few.csv": ("text,label\ngood,positive\nbad\n", "few.csv, line 3: 1 field where the header has 2"),
    "many.csv": ("text,label\ngood,positive,x\n", "many.csv, line 2: 3 fields where the header has 2"),
    "escaped.csv": (
        'text,label\n"say \\"good\\"",positive\n',
        "line 2: a field begins with a quote that is not closed",
    ),
    "twice.csv": ("text,text\na,b\n", "2 columns that are called 'text'"),
    "semicolon.csv": ("text;label\na;b\n", "has no column 'text'; its columns are text;label"),
    "header.csv": ("text,label\n", "has no rows"),
    "blank.csv": ("text,label\n ,positive\ngood,positive\n", "the text is empty in line 2"),
    "deep.jsonl": ('{"text": ' + "[" * 100_000 + "]" * 100_000 + "}\n", "line 1: not JSON that can be read"),
    "digits.jsonl": ('{"text": "good", "n": ' + "1" * 5000 + "}\n", "line 1: not JSON that can be read"),
    "array.jsonl": ('[{"text": "good"}]\n', "line 1: not a JSON object but of type list"),
    "null.jsonl": ('{"text": null}\n{"text": "good"}\n', "the text is null in line 1"),
    "number.jsonl": ('{"text": 5}\n', "the text is not a string in line 1"),
    "broken.parquet": ("PAR1 and more PAR1", "cannot be read as Parquet"),
    "wide.csv": (
        ",".join(f"c{i}" for i in range(20_000)) + "\n",
        "has no column 'text'; its columns are c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 and 19,990 more",
    ),
}


def project(folder, name, content):
    (folder / name).write_text(content, encoding="utf-8", errors="surrogatepass", newline="")
    (folder / "lfs.py").write_text("from labelfns import keywords\ngood = keywords(1, ['good'])\n")
    (folder / "pipeline.toml").write_text(PIPELINE.format(name))
    return folder / name


def commands(folder):
    file = str(folder / "pipeline.toml")
    yield "apply", file, "--output", str(folder / "v.parquet"), "--overwrite", "--json"
    yield "analyze", file, "--json"
    yield "suggest", file, "--json"


@pytest.mark.parametrize("name", READ)
def test_every_command_reads_the_same_rows(tmp_path, name):
    content, texts = READ[name]
    path = project(tmp_path, name, content)
    assert read_texts(path).texts == texts
    assert [text for part, _ in iter_texts(path, rows=1) for text in part] == texts
    assert read_table(path).columns["text"] == read_input(str(path), "text", None).columns["text"] == texts
    fired = sum("good" in text for text in texts)
    for arguments in commands(tmp_path):
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.exception
        answer = json.loads(done.stdout)
        counted = answer if arguments[0] == "apply" else answer["coverage"] if arguments[0] == "analyze" else None
        assert counted is None or (counted["rows"], counted["covered"]) == (len(texts), fired)
    assert len(Votes.load(tmp_path / "v.parquet")) == len(texts)


@pytest.mark.parametrize("name", REFUSED)
def test_every_command_refuses_in_the_same_words(tmp_path, name):
    content, message = REFUSED[name]
    path = project(tmp_path, name, content)
    said = set()
    for arguments in commands(tmp_path):
        error = CliRunner().invoke(app, arguments).exception
        assert isinstance(error, LabelFnsError)
        said.add(error.args[0])  # what reads may add a hint
    for read in (read_texts, lambda path: list(iter_texts(path, rows=1))):
        with pytest.raises(InputError) as caught:
            read(path)
        said.add(str(caught.value))
    (only,) = said
    assert message in only
    assert len(only) < 2000
    assert not (tmp_path / "v.parquet").exists()


def test_a_wide_file_is_read_and_its_columns_are_carried(tmp_path):
    names = [f"c{i}" for i in range(2_000)]
    path = project(tmp_path, "wide.csv", ",".join(["text", *names]) + "\n" + ",".join(["good", *names]) + "\n")
    apply_file(LFS, path, output=tmp_path / "v.parquet")
    import polars as pl

    assert pl.read_parquet(tmp_path / "v.parquet").columns == ["good", "bad", *names]


@pytest.mark.parametrize(
    ("labels", "gold", "ids"),
    [
        (["-1", "0", "1"], ["-1", "0", "1", ""], [0, 1, 2, -1]),
        (["1", "2", "3", "4", "5"], ["1", "5", ""], [0, 4, -1]),
        (["a", "b"], ["0", "b", "-1", ""], [0, 1, -1, -1]),
        (["a", "b"], ["1.0", ""], [1, -1]),
    ],
)
def test_gold_in_a_file_is_gold_in_python(tmp_path, labels, gold, ids):
    from labelfns.checks import check_gold

    path = tmp_path / "t.csv"
    path.write_text("text,label\n" + "".join(f"a,{value}\n" for value in gold))
    assert read_texts(path, labels=labels).gold.tolist() == check_gold(gold, len(gold), labels).tolist() == ids


@pytest.mark.parametrize("unknown", ["nan", "NA", "null", "None"])
def test_words_for_unknown_are_told_what_to_write(tmp_path, unknown):
    path = tmp_path / "t.csv"
    path.write_text(f"text,label\na,{unknown}\n")
    with pytest.raises(InputError, match=r"line 2 is neither .* Where a label is unknown, leave its field empty"):
        read_texts(path, labels=LABELS)


ODD_COLUMNS = {
    "decimals": (["1.5", None], "decimal128(20, 3)", ["1.500", None]),
    "nanoseconds": ([1, None], "timestamp(ns)", ["1970-01-01 00:00:00.000000001", None]),
    "a year after 9999": ([2**62, 0], "timestamp(us)", [str(2**62), "1970-01-01 00:00:00"]),
    "days after 9999": ([2**30, None], "date32", [2**30, None]),
    "large numbers": ([2**64 - 1, None], "uint64", [str(2**64 - 1), None]),
    "bytes": ([b"\xff", None], "binary", ["b'\\xff'", None]),
    "not UTF-8": ([b"a\xff", None], "string", ["a\ufffd", None]),
    "nulls": ([None, None], "null", [None, None]),
    "nested": ([{"a": [1]}, None], "struct", ['{"a": [1]}', None]),
}


@pytest.mark.parametrize("name", ODD_COLUMNS)
def test_columns_that_nobody_asks_for_do_no_harm(tmp_path, name):
    import decimal

    import polars as pl
    import pyarrow as pa
    import pyarrow.parquet as pq

    values, kind, wanted = ODD_COLUMNS[name]
    if kind == "struct":
        column = pa.array(values)
    elif kind == "string":
        column = pa.array(values, pa.binary()).view(pa.string())
    elif kind.startswith("decimal"):
        column = pa.array([value and decimal.Decimal(value) for value in values], pa.decimal128(20, 3))
    else:
        unit = kind.partition("(")[2].rstrip(")")
        column = pa.array(values, pa.timestamp(unit) if unit else getattr(pa, kind)())
    pq.write_table(pa.table({"text": ["so good", "bad"], "odd": column}), tmp_path / "t.parquet")
    assert read_texts(tmp_path / "t.parquet").texts == ["so good", "bad"]
    apply_file(LFS, tmp_path / "t.parquet", output=tmp_path / "v.parquet")
    assert pl.read_parquet(tmp_path / "v.parquet")["odd"].to_list() == wanted
    assert read_table(tmp_path / "t.parquet").columns["text"] == ["so good", "bad"]


def outcome(read):
    """Return rows read and what was reported, or that the file was refused."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            texts = list(read())
        except InputError as error:
            return "refused", [], max(0, len(str(error).splitlines()) - 12)
    rows = [(text, int(number)) for part in texts for text, number in zip(part, part.row_numbers, strict=True)]
    left_out = [str(entry.message).split(": ")[1].split(" of its rows")[0] for entry in caught]
    return "read", rows, int(left_out[0].replace(",", "")) if left_out else 0


def no_line_is_lost(content, suffix):
    """Check that each line is a row, part of a row's quoted field, reported, or blank."""
    lines = [line.text for line in Lines(BytesIO(content), "t")]
    rows = list(separated_rows(Lines(BytesIO(content), "t"), "\t" if suffix == "tsv" else ","))
    ends = [row.number for row in rows[1:]] + [len(lines) + 1]
    for row, end in zip(rows, ends, strict=True):
        further = [line for line in lines[row.number : end - 1] if line]
        if further and row.values is None:
            assert f"up to line {end - 1}" in row.problem or not lines[end - 2]
        elif further:
            assert sum(value.count("\n") + value.count("\r") for value in row.values) >= len(further)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_mutated_files(tmp_path, suffix):
    path = tmp_path / f"t.{suffix}"

    def check(number, rng):
        content = mutated(real_file(suffix, rng.choice([36, 39])), rng)
        path.write_bytes(content)
        size = rng.choice([1, 7, 30])
        how = {"labels": LABELS, "on_bad_rows": rng.choice(["raise", "skip"])}
        whole = outcome(lambda: [read_texts(path, **how)])
        parts = outcome(lambda: (texts for texts, _ in iter_texts(path, gold="label", rows=size, **how)))
        assert whole == parts
        assert whole[0] == "read" or not whole[2]  # ten lines at most
        stream = outcome(lambda: [read_texts(BytesIO(content), format=suffix, **how)])
        assert stream == whole or not content
        if whole[0] == "read" and suffix in ("txt", "jsonl"):
            lines = [line.text for line in Lines(BytesIO(content), "t")]
            assert len(whole[1]) + whole[2] == sum(bool(line.strip()) or suffix == "txt" for line in lines)
        if whole[0] == "read" and suffix in ("csv", "tsv"):
            no_line_is_lost(content, suffix)
        if number % 50 == 0 and whole[0] == "read" and not whole[2]:
            done = apply_file(LFS, path, output=tmp_path / "v.parquet", chunk_rows=size, overwrite=True)
            assert done.rows == len(Votes.load(tmp_path / "v.parquet")) == len(whole[1])

    try_all(20, check)


def test_mutated_standard_input(tmp_path, monkeypatch):
    def check(number, rng):
        suffix = rng.choice(SUFFIXES)
        content = mutated(real_file(suffix, 36), rng)
        format = rng.choice([suffix, None])
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(content)))
        try:
            piped = read_input("-", "text", format).columns
        except InputError:
            return
        path = tmp_path / f"t.{format or 'txt'}"
        path.write_bytes(content)
        assert repr(piped) == repr(read_input(str(path), "text", None).columns)
        if format is None:
            assert len(piped["text"]) == len(list(Lines(BytesIO(content), "t")))

    try_all(40, check)


def test_a_column_that_ends_early_is_refused_in_parts_too():
    rng = random.Random(19832)
    content = mutated(real_file("parquet", rng.choice([36, 39])), rng)
    for rows in (1, 7, 30):
        with pytest.raises(InputError, match="cannot be read as Parquet"):
            list(iter_texts(BytesIO(content), rows=rows, format="parquet"))


def test_mutations_change_what_is_read():
    contents = {mutated(real_file("csv"), rng) for _, rng in seeded(5)}
    assert len(contents) >= 4


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on the size of files")
@pytest.mark.parametrize("what", ["apply", "jsonl", "csv", "parquet", "votes", "label model"])
def test_a_full_disk_leaves_what_was_there(tmp_path, what):
    import resource

    from labelfns.errors import WriteError
    from labelfns.models import MajorityVote
    from labelfns.pipelines.cli.answers import write_rows

    texts = [f"good {i * 7919}" for i in range(9000)]
    (tmp_path / "in.txt").write_text("\n".join(texts))
    target = tmp_path / f"out.{what if what in ('jsonl', 'csv') else 'parquet'}"
    target.write_text("before")
    many = LFSet(["a" * 30, "b"], [keywords(1, [str(i)], name=f"{i} " + "x" * 40) for i in range(300)])
    votes = many.apply(["none", "1"])
    writing = {
        "apply": lambda: apply_file(many, tmp_path / "in.txt", output=target, overwrite=True),
        "votes": lambda: votes.save(target),
        "label model": lambda: MajorityVote().fit(votes).save(target),
    }
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, hard))
    try:
        with pytest.raises(WriteError, match=r"could not be written .* Nothing is left of it"):
            writing.get(what, lambda: write_rows({"text": texts}, target, raw=False))()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert target.read_text() == "before"
    assert {path.name for path in tmp_path.iterdir()} == {target.name, "in.txt"}


@pytest.mark.parametrize("name", ["x" * 300, "none"])
def test_a_path_that_cannot_be_is_one_message(tmp_path, name):
    project(tmp_path, "pool.csv", "text\ngood\n")
    apply = ["apply", str(tmp_path / "pipeline.toml"), "--output"]
    for arguments in ([f"{name}/v.parquet"], [str(tmp_path / "v.parquet"), "--data", f"{name}.csv"]):
        done = CliRunner().invoke(app, [*apply, *arguments])
        assert isinstance(done.exception, InputError)
        assert len(str(done.exception).splitlines()) == 1
