"""A source that is larger than one wants in memory is there row by row, and the same as in memory."""

import json
import os

import numpy as np
import polars as pl
import pytest

from labelfns import LFSet, hashtags, keywords, row_function
from labelfns.errors import ColumnError, InputError, WriteError
from labelfns.io import stored
from labelfns.io.read import read_texts
from labelfns.io.stored import StoredTexts, Strings, read_or_store

LABELS = ["no", "yes"]
TEXTS = ["so great", "naïve 😀 #fail", "line\nbreak great", "great #fail", "half \ud800 pair", "lunch", "great", "x"]


@pytest.fixture(autouse=True)
def few_at_a_time(monkeypatch):
    monkeypatch.setattr(stored, "ROWS", 3)


@pytest.fixture(params=["jsonl", "csv", "parquet"])
def file(request, tmp_path):
    path = tmp_path / f"texts.{request.param}"
    texts = TEXTS if request.param == "jsonl" else [text.replace("\ud800", "?") for text in TEXTS]
    frame = {"id": list(range(8)), "text": texts, "label": ["yes", None, "0", *[None] * 4, "no"]}
    if request.param == "jsonl":
        rows = [dict(zip(frame, values, strict=True)) for values in zip(*frame.values(), strict=True)]
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    elif request.param == "csv":
        pl.DataFrame(frame).write_csv(path)
    else:
        pl.DataFrame(frame).write_parquet(path)
    return path


def both(path, most=2):
    return read_or_store(path, "text", "label", LABELS, most=most), read_texts(path, labels=LABELS)


def test_it_is_what_it_is_in_memory(file):
    texts, in_memory = both(file)
    assert isinstance(texts, StoredTexts)
    assert list(texts) == in_memory.texts
    assert [texts[i] for i in range(len(texts))] == in_memory.texts
    assert (texts[-1], texts.texts[1:7:2], texts.texts[5:2]) == (in_memory[-1], in_memory.texts[1:7:2], [])
    assert texts.gold.tolist() == in_memory.gold.tolist()
    assert (texts.name, texts.unit) == (in_memory.name, in_memory.unit)
    assert texts.where([1, 2]) == in_memory.where([1, 2])
    for some in (texts[2:5], texts.take([7, 0, 3]), texts.take(np.arange(8) > 5)):
        same = in_memory.take([in_memory.texts.index(text) for text in some])
        assert type(some) is type(in_memory)
        assert some.texts == same.texts
        assert some.gold.tolist() == same.gold.tolist()
        assert some.row_numbers.tolist() == same.row_numbers.tolist()
        assert list(some.fields["id"]) == list(same.fields["id"])
    assert list(texts.fields["id"]) == list(in_memory.fields["id"])
    with pytest.raises(IndexError):
        texts[8]


def test_its_parts_are_all_of_it(file):
    texts, in_memory = both(file)
    parts = list(texts.parts())
    assert [start for start, _ in parts] == [0, 3, 6]
    assert [text for _, part in parts for text in part.texts] == in_memory.texts
    assert [value for _, part in parts for value in part.fields["id"]] == list(in_memory.fields["id"])
    assert [number for _, part in parts for number in part.row_numbers] == in_memory.row_numbers.tolist()
    assert [part.fields for _, part in texts.parts(fields=False)] == [None] * 3
    assert texts.other_columns().types() == in_memory.other_columns().types()
    assert [start for start, _ in in_memory.parts()] == [0]


def test_what_fits_stays_in_memory(file):
    assert not isinstance(both(file, most=8)[0], StoredTexts)
    assert isinstance(both(file, most=7)[0], StoredTexts)


def test_lfs_see_what_they_see_in_memory(file):
    @row_function
    def early(row):
        if row["text"] == "lunch":
            raise ValueError("no")
        return "no" if int(row["id"]) < 4 else None

    lfs = LFSet(LABELS, [keywords("yes", ["great"]), hashtags("no", ["fail"]), early])
    texts, in_memory = both(file)
    with pytest.warns(match="raised"):
        votes = lfs.apply(texts, cues=True)
    with pytest.warns(match="raised"):
        expected = lfs.apply(in_memory, cues=True)
    assert votes.matrix.tolist() == expected.matrix.tolist()
    assert list(votes.cues) == expected.cues
    assert [votes.cues[i] for i in (3, 0)] == [expected.cues[i] for i in (3, 0)]
    (fault,), (same,) = votes.faults, expected.faults
    assert (fault.rows, fault.in_file, fault.error) == (same.rows, same.in_file, same.error)
    with pytest.raises(InputError, match="fields are for texts in memory"):
        lfs.apply(texts, fields={"id": list(range(8))})


def test_a_changed_source_is_said(file):
    texts, _ = both(file)
    read_texts(file)
    content = file.read_bytes().replace(b"lunch", b"brunc")
    file.write_bytes(content)
    if file.suffix != ".parquet":
        with pytest.raises(InputError, match="has changed since it was read"):
            list(texts.parts())
    assert "lunch" in list(texts)


def test_bad_rows_and_columns_are_named(tmp_path):
    path = tmp_path / "texts.csv"
    path.write_text("text\n" + "ok\n" * 4 + '" "\nok\n')
    with pytest.raises(InputError, match=r"texts\.csv: the text is empty in line 6"):
        read_or_store(path, "text", "label", LABELS, most=2)
    with pytest.raises(ColumnError, match="has no column 'tweet'"):
        read_or_store(path, "tweet", "label", LABELS, most=2)


def test_gold_that_only_later_rows_have(tmp_path):
    path = tmp_path / "texts.jsonl"
    rows = [{"text": f"row {i}", **({"label": "yes", "place": i} if i == 4 else {})} for i in range(6)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    texts, in_memory = both(path)
    assert texts.gold.tolist() == in_memory.gold.tolist() == [-1, -1, -1, -1, 1, -1]
    assert [list(part.fields["place"]) for _, part in texts.parts()] == [[None] * 3, [None, 4, None]]


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() == 0, reason="root may write everywhere")
def test_a_folder_without_a_right_to_write(tmp_path):
    path, folder = tmp_path / "texts.txt", tmp_path / "closed"
    path.write_text("a\n" * 9)
    folder.mkdir(mode=0o500)
    with pytest.raises(WriteError, match="closed could not be written"):
        read_or_store(path, "text", None, None, most=2, folder=folder)


def test_a_full_disk_is_one_message(tmp_path, monkeypatch):
    path = tmp_path / "texts.txt"
    path.write_text("a\n" * 9)

    def full(self, texts):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Strings, "add", full)
    with pytest.raises(WriteError, match="No space left on device"):
        read_or_store(path, "text", None, None, most=2, folder=tmp_path)
