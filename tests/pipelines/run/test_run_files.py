"""A run removes what runs write, and nothing else."""

import os
import shutil
from pathlib import Path

import pytest

from labelfns.io.atomic import PART
from labelfns.pipelines.run.run_files import MARK, discard, strangers

BEFORE = Path(__file__).parents[2] / "fixtures" / "before_rooms" / "project" / "run"

STRANGERS = [
    "thesis.txt",
    "rounds/0/thesis.txt",
    "rounds/0/model/thesis.txt",
    "rounds/thesis/chapter.txt",
    "model/notes.md",
    "second_view/notes.md",
    "model/deeper/config.json",
    "checkpoints/0/checkpoint-3/thesis.txt",
    "checkpoints/mine.pt",
    "words/mine.txt",
    "rounds/zero/metrics.json",
    "metrics.json.bak",
    "model.safetensors",
    "votes.parquet/thesis.txt",
    f"rounds/0{PART}/thesis.txt",
]


@pytest.fixture
def run(tmp_path):
    """A run of version 0.1, with what a stopped run of this one may leave."""
    shutil.copytree(BEFORE, tmp_path / "run")
    for name in (
        MARK,
        ".lock",
        "lfs.toml",
        "words/1_bad words.txt",
        f"report.html{PART}",
        "rounds/1/checksums.json",
        f"rounds/2{PART}/model/config.json",
        f"model{PART}/vocab.txt",
        "second_view/head.json",
        "second_view/model.safetensors",
        f"second_view{PART}/config.json",
        "checkpoints/2/checkpoint-12/optimizer.pt",
        "checkpoints/2/labelfns-unfinished/checkpoint-14/rng_state_1.pth",
        "__pycache__/lfs.cpython-311.pyc",
    ):
        path = tmp_path / "run" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return tmp_path / "run"


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir() or path.is_symlink()}


def test_a_run_holds_no_stranger_and_is_removed(run):
    assert strangers(run) == []
    assert discard(run) == []
    assert not run.exists()


@pytest.mark.parametrize("name", STRANGERS)
def test_a_stranger_is_named_and_stays(run, name):
    path = run / name
    if path.parent.is_file():
        path.parent.unlink()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("years of work")
    named = strangers(run)
    assert len(named) == 1
    assert name.startswith(named[0])
    assert discard(run) == named
    assert files(run) == {name}
    assert path.read_text() == "years of work"


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
@pytest.mark.parametrize("name", ["model", "rounds/0", "metrics.json", "elsewhere"])
def test_a_link_is_a_stranger_and_not_followed(run, tmp_path, name):
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "config.json").write_text("years of work")
    target, link = tmp_path / "target", run / name
    if link.is_dir():
        shutil.rmtree(link)
    link.unlink(missing_ok=True)
    link.symlink_to(target if name != "metrics.json" else target / "config.json")
    assert strangers(run) == [name]
    assert discard(run) == [name]
    assert (target / "config.json").read_text() == "years of work"
    assert link.is_symlink()


def test_parts_are_removed_by_themselves(run):
    before = files(run)
    discard(run, "rounds/1", "checkpoints")
    gone = before - files(run)
    assert gone == {name for name in before if name.startswith(("rounds/1/", "checkpoints/"))}
    assert (run / "rounds").is_dir()
    assert not (run / "checkpoints").exists()
    discard(run, "rounds/2")
    assert not (run / "rounds" / f"2{PART}").exists()


def test_what_is_not_there(tmp_path):
    assert strangers(tmp_path / "none") == discard(tmp_path / "none") == []
