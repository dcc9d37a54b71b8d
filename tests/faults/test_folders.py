"""A folder without our mark, or with strangers in it, is never wiped: every way to name one, through the commands."""

import os
import shutil
from pathlib import Path

import pytest

from labelfns.io.atomic import OLD, PART, whole
from labelfns.models import FineTuning, TransformerClassifier
from labelfns.pipelines.run.run_files import MARK
from labelfns.progress import silent

from .conftest import BEFORE
from .hostile import state

WAYS = [[], ["--overwrite"], ["--resume"]]
EVERY_WAY = pytest.mark.parametrize("way", WAYS, ids=["plain", "overwrite", "resume"])
LINKS = pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")


@pytest.fixture
def mine(tmp_path, monkeypatch):
    """A user's project, which is the current folder: pipeline, LFs, texts, a thesis, a finished run."""
    shutil.copytree(BEFORE, tmp_path, ignore=shutil.ignore_patterns("run"), dirs_exist_ok=True)
    file = tmp_path / "pipeline.toml"
    file.write_text(file.read_text().replace("/project/backbone", (tmp_path / "backbone").as_posix()))
    (tmp_path / "thesis.txt").write_text("years of work")
    (tmp_path / "notes" / "deep").mkdir(parents=True)
    (tmp_path / "notes" / "deep" / "idea.txt").write_text("a good one")
    shutil.copytree(BEFORE / "run", tmp_path / "runs" / "first")
    (tmp_path / "runs" / "first" / MARK).touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def empty(mine):
    (mine / "runs" / "first" / MARK).unlink()
    (mine / "runs" / "first" / "made_from.json").unlink()


def link(name, target):
    def make(mine):
        (mine / name).symlink_to(mine / target, target_is_directory=True)

    return make


def put(name):
    def make(mine):
        (mine / name).parent.mkdir(parents=True, exist_ok=True)
        (mine / name).write_text("years of work")

    return make


def nothing(mine):
    pass


PLACES = {
    "the current folder": (".", nothing),
    "the current folder by its path": ("../{name}", nothing),
    "its parent": ("..", nothing),
    "a folder of notes": ("notes", nothing),
    "a file": ("thesis.txt", nothing),
    "a folder that holds runs": ("runs", nothing),
    "a run without its mark": ("runs/first", empty),
    "inside a run": ("runs/first/second", nothing),
    "a part of a run": ("runs/first/model", nothing),
    "the next round of a run": ("runs/first/rounds/7", nothing),
    "a model": ("runs/first/rounds/0/model", nothing),
    "a link to the project": ("there", link("there", ".")),
    "a link to nothing": ("there", link("there", "missing")),
    "a link in a circle": ("there", link("there", "there")),
    "a mark alone in a project": (".", put(MARK)),
}


@LINKS
@EVERY_WAY
@pytest.mark.parametrize("place", PLACES)
def test_no_place_of_the_users_is_taken_for_a_run(mine, command, way, place):
    output, prepare = PLACES[place]
    prepare(mine)
    before = state(mine)
    code, _, err = command("run", "pipeline.toml", "--output", output.format(name=mine.name), *way)
    assert (code, "Traceback" in err) == (2, False), err
    assert "--output" in err
    assert state(mine) == before


STRANGERS = ["thesis.txt", "model/thesis.txt", "rounds/0/thesis.txt", "rounds/0/model/notes/idea.txt", "words/mine.txt"]


@pytest.mark.parametrize("name", STRANGERS)
def test_a_run_with_a_stranger_in_it_is_not_replaced(mine, command, name):
    put(f"runs/first/{name}")(mine)
    before = state(mine)
    code, _, err = command("run", "pipeline.toml", "--output", "runs/first", "--overwrite")
    assert code == 2
    assert name.rpartition("/")[0].split("/")[-1] in err
    assert state(mine) == before


@LINKS
@pytest.mark.parametrize("name", ["model", "rounds/0", "votes.parquet", ".lock", MARK])
@pytest.mark.parametrize("way", WAYS[1:], ids=["overwrite", "resume"])
def test_what_links_in_a_run_lead_to_stays(mine, command, name, way):
    """Nothing is written, cut short or removed through a link."""
    path = mine / "runs" / "first" / name
    target = mine / ("notes" if path.is_dir() else "thesis.txt")
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    path.symlink_to(target)
    outside = [mine / "notes" / "deep" / "idea.txt", mine / "thesis.txt"]
    before = [path.read_bytes() for path in outside]
    code, _, err = command("run", "pipeline.toml", "--output", "runs/first", *way)
    assert (code in (0, 2), "Traceback" in err) == (True, False), err
    assert [path.read_bytes() for path in outside] == before


INSIDE = ["lfs.file", "data.pool", "data.val", "data.test", "data.few_gold", "classifier.backbone"]


@pytest.mark.parametrize("folder", ["runs/first", "runs/first.labelfns-replaced"])
@pytest.mark.parametrize("setting", INSIDE)
def test_no_input_is_inside_what_is_replaced(mine, command, setting, folder):
    """Nor in the run that was moved aside and is removed when the new one has begun."""
    if folder != "runs/first":
        shutil.copytree(mine / "runs" / "first", mine / folder)
    name = {"lfs.file": "lfs.py", "classifier.backbone": "model"}.get(setting, "votes.parquet")
    before = state(mine)
    value = (mine / folder / name).as_posix()
    arguments = ["--output", "runs/first", "--overwrite", "--set", f"{setting}={value}"]
    code, _, err = command("run", "pipeline.toml", *arguments)
    assert code == 2
    assert "this run would read" in err
    assert name in err
    assert state(mine) == before


def test_nor_the_pipeline_file(mine, command):
    before = state(mine)
    code, _, err = command("run", "runs/first/pipeline.toml", "--output", "runs/first", "--overwrite")
    assert code == 2
    assert "this run would read runs/first/pipeline.toml" in err
    assert state(mine) == before


def test_a_folder_that_is_named_like_a_replaced_run_stays(mine, command):
    """It is named as ours are, and has no mark."""
    shutil.copytree(mine / "runs" / "first" / "model", mine / "runs" / "first.labelfns-replaced" / "model")
    before = state(mine / "runs" / "first.labelfns-replaced")
    code, _, err = command("run", "pipeline.toml", "--output", "runs/first", "--overwrite")
    assert code == 2
    assert "is in the way" in err
    assert state(mine / "runs" / "first.labelfns-replaced") == before


@pytest.mark.parametrize("name", ["a.part", "a.old", "a.bak", "a.tmp", "a~"])
def test_nobodys_file_is_taken_for_an_unfinished_one(tmp_path, name):
    """Browsers and editors leave such names; ours are of our own."""
    (tmp_path / name).write_text("years of work")
    (tmp_path / "a").mkdir()
    with whole(tmp_path / "a") as part:
        part.mkdir()
    with whole(tmp_path / "a.txt") as part:
        part.touch()
    assert (tmp_path / name).read_text() == "years of work"
    assert "labelfns" in PART
    assert "labelfns" in OLD


def test_a_command_never_writes_over_what_it_reads(mine, command):
    for arguments in (
        ["predict", "runs/first", "val.csv", "--output", "val.csv", "--overwrite"],
        ["predict", "runs/first", "val.csv", "--output", "./notes/../val.csv", "--overwrite"],
        ["apply", "pipeline.toml", "--data", "votes.parquet", "--output", "votes.parquet", "--overwrite"],
    ):
        shutil.copy(mine / "runs" / "first" / "votes.parquet", mine / "votes.parquet")
        before = state(mine)
        code, _, err = command(*arguments)
        assert (code, "Traceback" in err) == (2, False), err
        assert "it is what is read" in err
        assert state(mine) == before


def test_predict_says_at_once_that_it_cannot_write(mine, command, monkeypatch):
    monkeypatch.setattr("labelfns.models.TransformerClassifier.from_pretrained", lambda folder: pytest.fail("too late"))
    for output in ("missing/p.csv", "notes", "p.xlsx", "thesis.txt/p.csv"):
        code, _, err = command("predict", "runs/first", "val.csv", "--output", output)
        assert code == 2
        assert Path(output).name in err


@pytest.mark.slow
def test_resume_without_output_takes_the_run_that_waits(mine, command, project):
    """The newest that is not finished; it is said which, and where there is none, that one begins."""
    stopped = ["--set", "classifier.checkpoint_minutes=0", "--set", "classifier.batch_size=32"]
    stopped += ["--set", 'classifier.precision="full"']
    code, _, err = command("run", project / "pipeline.toml", "--resume", *stopped)
    other = project.name
    assert f"There is no run to resume; runs/{other}-1 begins from its start" in " ".join(err.split())
    assert code == 0, err
    shutil.copytree(project / "stopped", mine / "runs" / f"{other}-2")
    shutil.copytree(project / "finished", mine / "runs" / f"{other}-3")
    shutil.rmtree(mine / "runs" / f"{other}-1")
    code, _, err = command("run", project / "pipeline.toml", "--resume", *stopped)
    assert code == 0, err
    assert f"Resuming runs/{other}-2" in " ".join(err.split())
    assert (mine / "runs" / f"{other}-2" / "metrics.json").is_file()
    assert not (mine / "runs" / f"{other}-1").exists()
    code, _, err = command("run", project / "pipeline.toml", "--resume", *stopped)
    assert "is complete: nothing was left to do" in " ".join(err.split())


@pytest.mark.slow
def test_a_file_never_takes_the_place_of_a_folder(mine, command):
    (mine / "runs" / "first" / "report.html").mkdir()
    put("runs/first/report.html/thesis.txt")(mine)
    before = state(mine)
    code, _, err = command("report", "runs/first")
    assert (code, "Traceback" in err) == (2, False), err
    assert "report.html" in err
    assert state(mine) == before


@pytest.mark.slow
def test_checkpoints_in_a_folder_of_the_users(mine):
    """`fit` takes any folder for its checkpoints, and removes its own alone."""
    kept = state(mine)
    settings = FineTuning(epochs=1, min_steps=3, checkpoint_minutes=0)
    for name in ("unfinished/checkpoint-1", "checkpoint-old"):
        put(f"{name}/thesis.txt")(mine)
    TransformerClassifier(mine / "runs" / "first" / "model", settings=settings).fit(
        ["so great", "awful"] * 4, [0, 1] * 4, checkpoints=mine, progress=silent
    )
    now = state(mine)
    assert {name: now.get(name) for name in kept} == kept
    for name in ("unfinished/checkpoint-1", "checkpoint-old"):
        assert (mine / name / "thesis.txt").is_file()
