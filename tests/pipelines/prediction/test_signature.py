import os
import stat

import platformdirs
import pytest

from labelfns.pipelines.prediction.signature import is_signed, signature


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "lfs.py"
    path.write_text("lfs = []\n")
    return path


@pytest.fixture
def state(tmp_path, monkeypatch):
    monkeypatch.setattr(platformdirs, "user_state_path", lambda name: tmp_path / "state" / name)
    return tmp_path / "state" / "labelfns" / "key"


def test_a_file_is_ones_own_as_long_as_it_stays_as_it_is(file, state):
    signed = signature(file.read_bytes())
    assert is_signed(file.read_bytes(), signed)
    assert signature(file.read_bytes()) == signed
    file.write_text("lfs = [1]\n")
    assert not is_signed(file.read_bytes(), signed)


def test_another_users_key_signs_otherwise(file, state):
    signed = signature(file.read_bytes())
    state.unlink()
    assert not is_signed(file.read_bytes(), signed)


@pytest.mark.parametrize("given", [None, "", 3, True, "é", "0" * 64, ["a"]])
def test_what_is_no_signature(file, state, given):
    assert not is_signed(file.read_bytes(), given)


@pytest.mark.skipif(os.name != "posix", reason="rights are POSIX's")
def test_the_key_is_for_its_user_alone(file, state):
    signature(file.read_bytes())
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert len(state.read_bytes()) == 32


@pytest.mark.parametrize("content", [b"", b"short"])
def test_without_a_key_nothing_is_signed(file, state, content):
    state.parent.mkdir(parents=True)
    state.write_bytes(content)
    assert signature(file.read_bytes()) == ""
    assert not is_signed(file.read_bytes(), "")
