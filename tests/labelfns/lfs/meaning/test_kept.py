import pytest

from labelfns.errors import LFError
from labelfns.lfs.meaning.kept import Kept, usual_folder


def test_what_is_put_is_there_for_whoever_opens_the_file(tmp_path):
    kept = Kept(tmp_path / "a", "x")
    assert kept.get(["t"]) == {}
    assert kept.total() == (0, 0.0)
    texts = [f"text {i}" for i in range(1200)]
    with kept.keeping() as keep:
        keep({text: text.encode() for text in texts}, 0.01)
    kept.put({"half \ud800": b"1"})
    again = Kept(tmp_path / "a", "x")
    assert again.get([*texts, "half \ud800", "other"]) == {text: text.encode() for text in texts} | {
        "half \ud800": b"1"
    }
    assert again.total() == (1201, pytest.approx(12.0))
    assert Kept(tmp_path / "a", "y").get(texts) == {}


def test_what_is_asked_twice_costs_twice(tmp_path):
    kept = Kept(tmp_path, "x")
    with kept.keeping() as keep:
        keep({"t": b"1"}, 0.5)
        keep({"t": b"2"}, 0.25)
    assert kept.get(["t"]) == {"t": b"2"}
    assert kept.total() == (1, 0.75)


def test_a_damaged_file_and_no_folder_are_said(tmp_path):
    (tmp_path / "x.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(LFError, match="remove it"):
        Kept(tmp_path, "x").get(["t"])
    with pytest.raises(LFError, match="cache="):
        Kept(tmp_path / "x.sqlite" / "in", "y").put({"t": b""})


def test_the_usual_folder_can_be_named(monkeypatch, tmp_path):
    monkeypatch.setenv("LABELFNS_CACHE", str(tmp_path))
    assert usual_folder() == tmp_path
    monkeypatch.delenv("LABELFNS_CACHE")
    assert usual_folder().parts[-2:] == ("labelfns", "answers")
