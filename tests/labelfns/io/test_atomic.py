import errno

import pytest

from labelfns.errors import InputError, WriteError
from labelfns.io.atomic import whole


def names(folder):
    return [path.name for path in folder.iterdir()]


def test_a_file_gets_its_name_when_it_is_whole(tmp_path):
    target = tmp_path / "a.txt"
    with whole(target) as part:
        part.write_text("new")
        assert not target.exists()
    assert target.read_text() == "new"
    assert names(tmp_path) == ["a.txt"]


def test_a_folder_takes_the_place_of_another_and_of_what_was_left_unfinished(tmp_path):
    for name in ("model", "model.part"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "old").touch()
    with whole(tmp_path / "model") as part:
        part.mkdir()
        (part / "new").touch()
    assert names(tmp_path) == ["model"]
    assert names(tmp_path / "model") == ["new"]


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), WriteError),
        (RuntimeError("file write failed"), WriteError),  # as torch has it
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
        assert "--resume" in str(caught.value)
        assert str(error) in str(caught.value)
