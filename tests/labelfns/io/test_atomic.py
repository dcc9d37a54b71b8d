import errno

import polars as pl
import pytest

from labelfns.errors import InputError, WriteError
from labelfns.io.atomic import PART, check_target, remove, whole, write_text


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("options", [{}, {"shared": True}, {"sync": False}])
@pytest.mark.parametrize("make", [str, lambda path: path])
def test_a_file_gets_its_name_when_it_is_whole(tmp_path, options, make):
    target = tmp_path / "a[1].txt"
    with whole(make(target), **options) as part:
        part.write_text("new")
        assert not target.exists()
    assert target.read_text() == "new"
    assert names(tmp_path) == ["a[1].txt"]


def test_a_folder_takes_the_place_of_another_and_of_what_was_left_unfinished(tmp_path):
    for name in ("model", f"model{PART}", "model.part", "model.old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "old").touch()
    with whole(tmp_path / "model") as part:
        part.mkdir()
        (part / "new").touch()
    assert names(tmp_path) == ["model", "model.old", "model.part"]  # the latter are not ours
    assert names(tmp_path / "model") == ["new"]


def test_the_old_folder_stays_if_the_new_one_cannot_take_its_place(tmp_path, monkeypatch):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "old").touch()

    def write():
        with whole(tmp_path / "model"):
            pass  # nothing was made, so nothing can be moved

    with pytest.raises(WriteError):
        write()
    with pytest.raises(WriteError), whole(tmp_path / "model", sync=False):
        pass
    assert names(tmp_path / "model") == ["old"]
    assert names(tmp_path) == ["model"]


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), WriteError),
        (OSError(errno.EROFS, "Read-only file system"), WriteError),
        (RuntimeError("file write failed"), WriteError),  # as torch has it
        (pl.exceptions.PanicException("file write failed"), WriteError),
        (InputError("wrong"), InputError),
        (KeyboardInterrupt(), KeyboardInterrupt),
    ],
)
def test_what_fails_leaves_nothing_and_keeps_the_old(tmp_path, error, raised):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def write():
        with whole(target) as part:
            part.write_text("half")
            raise error

    with pytest.raises(raised) as caught:
        write()
    assert names(tmp_path) == ["a.txt"]
    assert target.read_text() == "old"
    if raised is WriteError:
        assert str(error) in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1


def test_a_folder_that_is_not_there_is_one_message(tmp_path):
    with pytest.raises(WriteError, match=r"a.txt could not be written \(FileNotFoundError"):
        write_text(tmp_path / "none" / "a.txt", "text")


def test_texts_are_written_as_they_are(tmp_path):
    write_text(tmp_path / "a.txt", "é\r\n\n")
    assert (tmp_path / "a.txt").read_bytes() == "é\r\n\n".encode()


def test_what_is_to_be_written_is_checked_before_the_work(tmp_path):
    target = tmp_path / "a.csv"
    assert check_target(str(target), suffixes=(".csv", ".parquet")) == target
    with pytest.raises(InputError, match=r"must end in \.jsonl or \.parquet"):
        check_target(target, suffixes=(".jsonl", ".parquet"))
    with pytest.raises(InputError, match=r"no such folder to write a\.csv to"):
        check_target(tmp_path / "none" / "a.csv")
    target.touch()
    with pytest.raises(InputError, match="exists"):
        check_target(target)
    assert check_target(target, overwrite=True) == target
    with pytest.raises(InputError, match="is a folder"):
        check_target(tmp_path, overwrite=True)


def test_a_link_to_a_folder_is_removed_and_not_the_folder(tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    remove(tmp_path / "link")
    remove(tmp_path / "none")
    assert names(tmp_path) == ["kept"]
