import polars as pl
import pytest

from labelfns import LFSet, SparseVotes, Votes, apply_file, hashtags, keywords, labeling_function
from labelfns.errors import InputError
from labelfns.sparse import smaller

LABELS = ["no", "yes"]


@labeling_function
def fragile(text):
    return {"b": None}.get(text[0]) if text[0] != "c" else [][0]


LFS = LFSet(LABELS, [hashtags("yes", ["a"]), keywords("no", ["b"]), fragile])
TEXTS = [["#a", "b, said\n she", 'c "quoted" #a', "ö, b"][i % 4] + f" {i}" for i in range(1000)]


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
@pytest.mark.parametrize("rows", [7, 1000])
def test_a_streamed_file_gives_the_same_votes_in_the_same_order(tmp_path, suffix, rows):
    source, output = tmp_path / f"in{suffix}", tmp_path / "votes.parquet"
    frame = pl.DataFrame({"id": range(1000), "text": TEXTS})
    frame.write_parquet(source, row_group_size=100) if suffix == ".parquet" else frame.write_csv(source)
    done = apply_file(LFS, source, output=output, chunk_rows=rows)
    whole = LFS.apply(TEXTS)
    votes = Votes.load(output)
    assert done.rows == 1000
    assert (votes.matrix == whole.matrix).all()
    assert [fault.rows for fault in votes.faults] == [fault.rows for fault in whole.faults]
    with pytest.raises(InputError, match="overwrite"):
        apply_file(LFS, source, output=output)


def test_what_cannot_be_streamed(tmp_path):
    pl.DataFrame({"txt": ["a"]}).write_csv(tmp_path / "a.csv")
    pl.DataFrame({"text": ["a", None]}).write_parquet(tmp_path / "b.parquet")
    (tmp_path / "c.parquet").write_bytes(b"no")
    for name, message in [
        ("a.csv", r"no column 'text'; its columns are txt"),
        ("b.parquet", "null in row 1"),
        ("c.parquet", "cannot be read"),
        ("d.csv", "no such file"),
    ]:
        with pytest.raises(InputError, match=message):
            apply_file(LFS, tmp_path / name, output=tmp_path / "out.parquet")
    assert not list(tmp_path.glob("out*"))


def test_sparse_votes_come_back_whole():
    votes = LFS.apply(TEXTS)
    sparse = SparseVotes.of(votes)
    assert (sparse.dense().matrix == votes.matrix).all()
    assert (len(sparse), sparse.dense().faults) == (len(votes), votes.faults)
    few = Votes([[-1] * 50] * 99 + [[0] + [-1] * 49], labels=LABELS)
    assert isinstance(smaller(few), SparseVotes)
    assert isinstance(smaller(votes), Votes)
