import csv
import json

import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from labelfns import (
    LFSet,
    SparseVotes,
    Votes,
    apply_file,
    column,
    emoji,
    hashtags,
    keywords,
    labeling_function,
    read_texts,
    regex,
    row_function,
)
from labelfns.errors import InputError, LabelFnsWarning, LFError, WriteError
from labelfns.sparse import smaller

LABELS = ["no", "yes"]
pytestmark = pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")


@labeling_function
def fragile(text):
    return {"b": None}.get(text[0]) if text[0] != "c" else [][0]


LFS = LFSet(LABELS, [hashtags("yes", ["a"]), keywords("no", ["b"]), fragile])
TEXTS = [["#a", "b, said\n she", 'c "quoted" #a', "ö, b"][i % 4] + f" {i}" for i in range(1000)]
SUFFIXES = [".parquet", ".csv", ".tsv", ".jsonl", ".txt"]


def write(texts, path):
    """Write texts beside a column of numbers in the format that the path's name tells."""
    if path.suffix == ".parquet":
        pl.DataFrame({"id": range(len(texts)), "text": texts}).write_parquet(path, row_group_size=100)
    elif path.suffix == ".jsonl":
        lines = [json.dumps({"id": i, "text": text}) for i, text in enumerate(texts)]
        path.write_text("\ufeff" + "\n\n".join(lines), encoding="utf-8")
    elif path.suffix == ".txt":
        path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8", newline="")
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter="\t" if path.suffix == ".tsv" else ",", quoting=csv.QUOTE_ALL)
            writer.writerows([("id", "text"), *enumerate(texts)])


@pytest.mark.slow
@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("rows", [7, 1000])
def test_a_streamed_file_gives_the_same_votes_in_the_same_order(tmp_path, suffix, rows):
    source, output, seen = tmp_path / f"in{suffix}", tmp_path / "votes.parquet", []
    texts = [text.replace("\n", " ") for text in TEXTS] if suffix == ".txt" else TEXTS
    write(texts, source)
    with pytest.warns(LabelFnsWarning, match="fragile raised IndexError"):
        done = apply_file(LFS, source, output=output, chunk_rows=rows, progress=lambda *step: seen.append(step[1:]))
    whole = LFS.apply(texts)
    votes = Votes.load(output)
    assert (done.rows, done.coverage.covered) == (1000, whole.covered.sum())
    assert (votes.matrix == whole.matrix).all()
    assert [fault.rows for fault in done.faults] == [fault.rows for fault in votes.faults]
    assert [fault.rows for fault in votes.faults] == [fault.rows for fault in whole.faults]
    assert (sorted(seen), seen[-1]) == (seen, (100, 100))
    with pytest.raises(InputError, match="overwrite"):
        apply_file(LFS, source, output=output)
    with pytest.raises(InputError, match="no such folder"):
        apply_file(LFS, source, output=tmp_path / "none" / "votes.parquet")


ARBITRARY = LFSet(
    LABELS,
    [
        hashtags("yes", ["a", "é*"]),
        keywords("no", ["b", "so b"]),
        emoji("yes", [":)", "👍"]),
        regex("no", r"(?<!b)\d", name="behind"),
        labeling_function(name="long")(lambda text: "yes" if len(text) > 3 else None),
        fragile,
    ],
)
WORD = st.one_of(st.sampled_from(["#a", "b", "so", "#É", "👍🏽", ":)", "c", '"', "1", "\r\n"]), st.text(max_size=3))
TEXT = st.lists(WORD, min_size=1, max_size=5).map(" ".join).filter(str.strip)


@pytest.mark.slow
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXT, min_size=1, max_size=12), st.integers(1, 5), st.sampled_from(SUFFIXES), st.booleans())
def test_chunks_of_any_texts_change_nothing(tmp_path, texts, rows, suffix, cached):
    if suffix == ".txt":
        texts = [text.replace("\n", " ").replace("\r", " ") + "." for text in texts]
    elif suffix != ".jsonl":  # the others cannot hold half a surrogate pair, nor CSV a null character
        texts = [text.encode("utf-8", "ignore").decode().replace("\0", "") + "." for text in texts]
    source, output = tmp_path / f"in{suffix}", tmp_path / "votes.parquet"
    write(texts, source)
    done = apply_file(
        ARBITRARY, source, output=output, chunk_rows=rows, cache=tmp_path if cached else None, overwrite=True
    )
    whole = ARBITRARY.apply(texts, engine="plain")
    assert Votes.load(output).matrix.tolist() == whole.matrix.tolist()
    assert [(fault.lf, fault.rows) for fault in done.faults] == [(fault.lf, fault.rows) for fault in whole.faults]


def test_rows_in_messages_are_those_of_the_file(tmp_path):
    source, output = tmp_path / "in.jsonl", tmp_path / "out.parquet"
    odd = labeling_function(name="odd")(lambda text: 0.5 if text == "bad" else None)
    write([*"abcdefg", "bad"], source)
    for how in ({}, {"cache": tmp_path / "cache"}):
        with pytest.raises(LFError, match=r"'odd' returned on line 15 of .*in\.jsonl: 0\.5"):
            apply_file(LFSet(LABELS, [odd]), source, output=output, chunk_rows=3, **how)
        with pytest.raises(LFError, match=r"raised IndexError: .* on line 5 of .*in\.jsonl"):
            apply_file(LFS, source, output=output, chunk_rows=2, on_error="raise", **how)
    write([*"abcdefg", " "], source)
    with pytest.raises(InputError, match=r"in.jsonl: the text is empty in line 15"):
        apply_file(LFS, source, output=output, chunk_rows=3)
    assert not output.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "content", "where"),
    [("a.jsonl", '{"text": "a"}\n\n{"text": "bad"}\n', "line 3"), ("a.csv", 'text\n"a\nb"\nbad\n', "line 4")],
)
def test_a_fault_is_where_it_is_in_the_file_in_whatever_way_lfs_are_applied(tmp_path, name, content, where):
    (tmp_path / name).write_text(content)
    lfs = LFSet(LABELS, [labeling_function(name="odd")(lambda text: "yes" if 1 / (text != "bad") else None)])
    votes = [
        lfs.apply(read_texts(tmp_path / name)),
        lfs.apply(tmp_path / name, workers=2),
        apply_file(lfs, tmp_path / name, output=tmp_path / "v.parquet", chunk_rows=1),
    ]
    votes.append(Votes.load(tmp_path / "v.parquet"))
    for one in votes:
        (fault,) = one.faults
        assert (fault.rows, fault.where) == ((1,), where)
        assert f"ZeroDivisionError: division by zero on {where}; it abstains there" in str(fault)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"txt\na", r"no column 'text'; its columns are txt"),
        ("a.tsv", b"text,x\na,b", r"no column 'text'; its columns are text,x"),
        ("a.csv", b"text,x\n,1\n", "empty in line 2"),
        ("a.csv", b"text,x\na,1\nb\n", "line 3: 1 field where the header has 2"),
        ("a.csv", b"text\ncaf\xe9\n", "is not UTF-8: byte 0xe9 in line 2"),
        ("a.csv", b"text\n", "has no rows"),
        ("a.parquet", b"no", "cannot be read as Parquet"),
        ("a.txt", b"a\n\nb", "is empty in line 2"),
        ("a.txt", b"", "is empty"),
        ("a.xml", b"<a/>", "cannot tell its format"),
    ],
)
def test_what_cannot_be_streamed(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message) as caught:
        apply_file(LFS, tmp_path / name, output=tmp_path / "out.parquet")
    assert name in str(caught.value)
    assert [file.name for file in tmp_path.iterdir()] == [name]
    with pytest.raises(InputError, match="no such file"):
        apply_file(LFS, tmp_path / "none.csv", output=tmp_path / "out.parquet")


def test_a_file_that_cannot_be_written_is_named_and_nothing_is_left(tmp_path, monkeypatch):
    def full(self, table, **_):
        raise OSError("No space left on device")

    monkeypatch.setattr("pyarrow.parquet.ParquetWriter.write_table", full)
    write(["a"], tmp_path / "in.txt")
    with pytest.raises(WriteError, match=r"out\.parquet could not be written \(OSError: No space left"):
        apply_file(LFS, tmp_path / "in.txt", output=tmp_path / "out.parquet")
    assert [file.name for file in tmp_path.iterdir()] == ["in.txt"]


def test_lfs_of_rows_and_columns_see_the_other_columns_of_the_file(tmp_path):
    frame = pl.DataFrame({"tweet": ["a", "b", "c"], "likes": [1, 20, 30], "text": ["x", "y", "z"]})
    frame.write_parquet(tmp_path / "in.parquet")
    lfs = LFSet(
        LABELS,
        [
            row_function(lambda row: "yes" if row["likes"] > 10 and row["text"] != "b" else None, name="liked"),
            column("no", pl.col("likes") < 10, name="few"),
        ],
    )
    done = apply_file(
        lfs, str(tmp_path / "in.parquet"), output=str(tmp_path / "v[1].parquet"), text="tweet", chunk_rows=2
    )
    assert (done.rows, done.faults, done.output) == (3, (), tmp_path / "v[1].parquet")
    assert pl.read_parquet(done.output, glob=False).rows() == [(-1, 0, 1, "x"), (-1, -1, 20, "y"), (1, -1, 30, "z")]


def test_sparse_votes_come_back_whole():
    votes = LFS.apply(TEXTS)
    sparse = SparseVotes.of(votes)
    assert (sparse.dense().matrix == votes.matrix).all()
    assert (len(sparse), sparse.dense().faults) == (len(votes), votes.faults)
    few = Votes([[-1] * 50] * 99 + [[0] + [-1] * 49], labels=LABELS)
    assert isinstance(smaller(few), SparseVotes)
    assert isinstance(smaller(votes), Votes)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".parquet"])
@pytest.mark.parametrize("rows", [1, 2, 9])
def test_other_columns_stand_beside_the_votes(tmp_path, suffix, rows):
    source, text = tmp_path / f"in{suffix}", ["so good", "so bad", "none"]
    frame = pl.DataFrame({"id": [7, 8, 9], "good": ["a", None, "c"], "text": text, "z": [None, 2, 3]})
    if suffix == ".jsonl":
        lines = [json.dumps({k: v for k, v in row.items() if v is not None}) for row in frame.to_dicts()]
        source.write_text("\n".join(lines))
    elif suffix == ".parquet":
        frame.write_parquet(source)
    else:
        frame.write_csv(source, separator="\t" if suffix == ".tsv" else ",")
        frame = frame.select(pl.all().cast(pl.String).fill_null(""))
    lfs = LFSet(LABELS, [keywords("yes", ["good"], name="good"), keywords("no", ["bad"], name="bad")])
    how = {"output": tmp_path / "v.parquet", "chunk_rows": rows, "overwrite": True}
    apply_file(lfs, source, **how)
    found = pl.read_parquet(tmp_path / "v.parquet")
    assert found.drop("good", "bad").equals(frame.drop("text").rename({"good": "good (2)"}))
    votes = Votes.load(tmp_path / "v.parquet")
    assert (votes.lf_names, votes.matrix.tolist()) == (("good", "bad"), [[1, -1], [-1, 0], [-1, -1]])
    apply_file(lfs, source, keep_columns=False, **how)
    assert pl.read_parquet(tmp_path / "v.parquet").columns == ["good", "bad"]


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.lists(st.integers())


@settings(max_examples=40, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["*", "good", "good (2)", "good.b"]), VALUES), min_size=1, max_size=6))
@example([{"*": None}, {"*": False}, {"good.b": 0, "*": 0}])
def test_other_columns_are_the_same_however_few_rows_are_read_at_a_time(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("columns")
    (folder / "in.jsonl").write_text("".join(json.dumps({"text": "so good", **row}) + "\n" for row in rows))
    lfs = LFSet(LABELS, [keywords("yes", ["good"], name="good")])
    found = []
    for n in range(1, len(rows) + 1):
        apply_file(lfs, folder / "in.jsonl", output=folder / f"{n}.parquet", chunk_rows=n)
        found.append(pl.read_parquet(folder / f"{n}.parquet"))
        assert Votes.load(folder / f"{n}.parquet").matrix.tolist() == [[1]] * len(rows)
    assert all(frame.equals(found[-1]) for frame in found)
    assert sorted(file.suffix for file in folder.iterdir()) == [".jsonl"] + [".parquet"] * len(rows)
