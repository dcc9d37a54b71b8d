"""Where a run may write, what it replaces, and what it leaves of the user's files."""

import json
import os
import shutil
from pathlib import Path

import pytest

from labelfns.errors import InputError, LabelFnsWarning
from labelfns.io.atomic import PART
from labelfns.pipelines import load_settings, run_pipeline
from labelfns.pipelines.run import run
from labelfns.pipelines.run.folder import RunFolder, next_free, to_resume
from labelfns.pipelines.run.run_files import MARK
from labelfns.progress import silent

BEFORE = Path(__file__).parents[2] / "fixtures" / "before_rooms" / "project" / "run"
WAYS = [{"overwrite": True}, {"resume": True}]


class Stop(Exception):
    pass


@pytest.fixture
def begin(tiny_project, monkeypatch):
    """Begin a run and stop it before anything is trained."""

    def call(name="out", *overrides, **options):
        settings = load_settings(tiny_project / "pipeline.toml", overrides)
        with monkeypatch.context() as patched:
            patched.setattr("labelfns.pipelines.run.run.train", stop)
            with pytest.raises(Stop):
                run_pipeline(settings, tiny_project / name, progress=silent, **options)

    return call


def stop(*_, **__):
    raise Stop


def tree(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def same_but_lock(folder, before):
    return {name: data for name, data in tree(folder).items() if name != ".lock"} == {
        name: data for name, data in before.items() if name != ".lock"
    }


@pytest.mark.parametrize("options", WAYS, ids=["overwrite", "resume"])
def test_the_users_project_is_never_taken_for_a_run(tiny_project, options):
    (tiny_project / "thesis.txt").write_text("years of work")
    before = tree(tiny_project)
    settings = load_settings(tiny_project / "pipeline.toml")
    with pytest.raises(InputError, match="is not a run folder: it holds") as caught:
        run_pipeline(settings, tiny_project, progress=silent, **options)
    assert "thesis.txt" in str(caught.value)
    assert tree(tiny_project) == before


@pytest.mark.parametrize("options", WAYS, ids=["overwrite", "resume"])
def test_files_that_are_named_like_a_runs_are_still_the_users(tiny_project, options):
    home = tiny_project / "home"
    home.mkdir()
    for name in ("pipeline.toml", "lfs.py"):
        shutil.copy(tiny_project / name, home / name)
    before = tree(home)
    settings = load_settings(tiny_project / "pipeline.toml")
    with pytest.raises(InputError, match=r"is not a run folder: it holds lfs\.py and pipeline\.toml"):
        run_pipeline(settings, home, progress=silent, **options)
    assert tree(home) == before


def test_the_current_folder(tiny_project, monkeypatch):
    monkeypatch.chdir(tiny_project)
    before = tree(tiny_project)
    with pytest.raises(InputError, match="is not a run folder"):
        run_pipeline(load_settings(Path("pipeline.toml")), Path(), overwrite=True, progress=silent)
    assert tree(tiny_project) == before


@pytest.mark.parametrize("name", ["thesis.txt", "rounds/0/thesis.txt", "model/thesis.txt", "deep/er/thesis.txt"])
def test_a_stranger_in_a_run_keeps_it_from_being_replaced(tiny_project, begin, name):
    begin()
    path = tiny_project / "out" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("years of work")
    before = tree(tiny_project / "out")
    with pytest.raises(InputError, match="holds what no run wrote") as caught:
        run_pipeline(
            load_settings(tiny_project / "pipeline.toml"), tiny_project / "out", overwrite=True, progress=silent
        )
    assert name.split("/")[0] in str(caught.value)
    assert tree(tiny_project / "out") == before


@pytest.mark.parametrize("name", ["rounds/0/thesis.txt", "model/thesis.txt", "checkpoints/0/thesis.txt"])
def test_nor_resumed_where_it_would_be_removed(tiny_project, begin, name):
    begin()
    path = tiny_project / "out" / name
    path.parent.mkdir(parents=True)
    path.write_text("years of work")
    with pytest.raises(InputError, match=f"holds what no run wrote.*{name}"):
        run_pipeline(load_settings(tiny_project / "pipeline.toml"), tiny_project / "out", resume=True, progress=silent)
    assert path.is_file()


def test_notes_beside_a_run_do_not_keep_it_from_being_resumed(tiny_project, begin):
    begin()
    (tiny_project / "out" / "notes.txt").write_text("a good one")
    begin(resume=True)
    assert (tiny_project / "out" / "notes.txt").read_text() == "a good one"


def test_at_most_ten_strangers_are_named(tiny_project, begin):
    begin()
    for number in range(30):
        (tiny_project / "out" / f"note_{number:02}").touch()
    with pytest.raises(InputError, match="and 20 more") as caught:
        RunFolder(tiny_project / "out").check(overwrite=True)
    assert str(caught.value).count("note_") == 10


def test_a_run_is_replaced_and_the_old_one_goes_last(tiny_project, begin, monkeypatch):
    begin()
    old = (tiny_project / "out" / "made_from.json").read_bytes()
    seen = []
    drop = RunFolder.drop_aside
    monkeypatch.setattr(RunFolder, "drop_aside", lambda self: (seen.append((self.begun, tree(self.aside))), drop(self)))
    begin("out", "seed=3", overwrite=True)
    assert [(begun, parts["made_from.json"]) for begun, parts in seen] == [(True, old)]
    assert "seed = 3" in (tiny_project / "out" / "pipeline.toml").read_text()
    assert (tiny_project / "out" / MARK).is_file()
    assert not RunFolder(tiny_project / "out").aside.exists()


def test_a_run_of_the_version_before_is_replaced(tiny_project, begin):
    shutil.copytree(BEFORE, tiny_project / "out")
    begin(overwrite=True)
    assert (tiny_project / "out" / MARK).is_file()
    assert not (tiny_project / "out" / "rounds").exists()


def test_bad_input_leaves_the_old_run(tiny_project, begin):
    begin()
    before = tree(tiny_project / "out")
    (tiny_project / "pool.jsonl").write_text("")
    with pytest.raises(InputError):
        run_pipeline(
            load_settings(tiny_project / "pipeline.toml"), tiny_project / "out", overwrite=True, progress=silent
        )
    assert same_but_lock(tiny_project / "out", before)


INSIDE = {
    "the LF file": ("lfs.file", "lfs.py"),
    "the pool": ("data.pool", "votes.parquet"),
    "val": ("data.val", "weak_labels.parquet"),
    "the backbone": ("classifier.backbone", "model"),
}


@pytest.mark.parametrize("case", INSIDE)
def test_what_the_run_reads_is_never_inside_what_is_replaced(tiny_project, case):
    setting, name = INSIDE[case]
    out = tiny_project / "out"
    shutil.copytree(BEFORE, out)
    before = tree(out)
    settings = load_settings(tiny_project / "pipeline.toml", [f"{setting}={(out / name).as_posix()}"])
    with pytest.raises(InputError, match="this run would read") as caught:
        run_pipeline(settings, out, overwrite=True, progress=silent)
    assert str(out / name) in str(caught.value)
    assert tree(out) == before


def test_nor_inside_what_a_resumed_run_removes(tiny_project, begin):
    begin()
    folder = RunFolder(tiny_project / "out")
    copies = [folder.path / "lfs.py", folder.path / "pipeline.toml"]
    folder.check(overwrite=False, resume=True, inputs=copies)  # a run that has begun keeps these
    with pytest.raises(InputError, match="this run would read"):
        folder.check(overwrite=False, resume=True, inputs=[folder.path / "model"])
    (folder.path / "made_from.json").unlink()
    with pytest.raises(InputError, match=r"this run would read .*lfs\.py"):
        folder.check(overwrite=False, resume=True, inputs=copies)


def test_nor_the_pipeline_file(tiny_project, begin):
    begin()
    with pytest.raises(InputError, match="this run would read"):
        run_pipeline(
            load_settings(tiny_project / "out" / "pipeline.toml"),
            tiny_project / "out",
            overwrite=True,
            keep=[tiny_project / "out" / "pipeline.toml"],
            progress=silent,
        )


@pytest.mark.skipif(os.name != "posix", reason="links need rights elsewhere")
def test_a_link_to_a_run_is_not_replaced(tiny_project, begin):
    begin("real")
    (tiny_project / "out").symlink_to(tiny_project / "real")
    with pytest.raises(InputError, match="is a link to"):
        RunFolder(tiny_project / "out").check(overwrite=True)
    begin(resume=True)
    assert (tiny_project / "real" / "votes.parquet").is_file()


def test_a_beginning_that_was_killed_at_once(tiny_project, begin):
    (tiny_project / "out").mkdir()
    for name in (".lock", MARK + PART):
        (tiny_project / "out" / name).touch()
    begin()
    assert (tiny_project / "out" / MARK).is_file()


def test_a_file_is_no_folder(tiny_project):
    with pytest.raises(InputError, match="is a file"):
        RunFolder(tiny_project / "pool.jsonl").check(overwrite=True)


class Kill(BaseException):
    """The end of the process, at some moment."""


def kill(*_, **__):
    raise Kill


MOMENTS = {
    "before the folder is made": "pathlib.Path.mkdir",
    "before the mark": "labelfns.pipelines.run.folder.write_text",
    "before the LFs are copied": "labelfns.pipelines.run.folder.copy_lfs",
    "before the votes": "labelfns.votes.Votes.save",
    "before it has begun": "labelfns.pipelines.run.folder.write_json",
    "before the old run goes": "labelfns.pipelines.run.output_folder.discard",
}


@pytest.mark.parametrize("options", [{"overwrite": True}, {"resume": True}], ids=["overwrite", "resume"])
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_replacement_killed_at_any_moment(tiny_project, begin, monkeypatch, moment, options):
    begin()
    old, out = tree(tiny_project / "out"), tiny_project / "out"
    with monkeypatch.context() as patched:
        rename = Path.rename

        def renamed(self, target):
            rename(self, target)
            patched.setattr(MOMENTS[moment], kill)

        patched.setattr(Path, "rename", renamed)
        with pytest.raises(Kill):
            run_pipeline(load_settings(tiny_project / "pipeline.toml"), out, overwrite=True, progress=silent)
    assert same_but_lock(RunFolder(out).aside, old) or RunFolder(out).begun
    begin(**options)
    assert not RunFolder(out).aside.exists()
    assert json.loads((out / "made_from.json").read_text()) == json.loads(old["made_from.json"])
    assert {name for name in tree(out) if name != ".lock"} == {name for name in old if name != ".lock"}


def test_an_old_run_comes_back_where_no_new_one_was_made(tiny_project, begin):
    begin()
    before = tree(tiny_project / "out")
    folder = RunFolder(tiny_project / "out")
    folder.path.rename(folder.aside)
    with pytest.raises(InputError, match="exists; name another"):
        run_pipeline(load_settings(tiny_project / "pipeline.toml"), folder.path, progress=silent)
    assert same_but_lock(folder.path, before)


def test_what_was_put_into_the_old_run_meanwhile_stays(tiny_project, begin):
    begin()
    folder = RunFolder(tiny_project / "out")
    shutil.copytree(folder.path, folder.aside)
    (folder.aside / "thesis.txt").write_text("years of work")
    with pytest.warns(LabelFnsWarning, match="stays: it holds what no run wrote: thesis.txt"):
        folder.recover()
    assert tree(folder.aside) == {"thesis.txt": b"years of work"}
    with pytest.raises(InputError, match="is in the way"), folder.locked(replace=True):
        pass
    assert folder.begun


def test_a_lost_beginning_does_not_mix_two_runs(tiny_project, begin):
    begin()
    folder = RunFolder(tiny_project / "out")
    (folder.path / "made_from.json").unlink()
    (folder.path / "rounds" / "0").mkdir(parents=True)
    (folder.path / "rounds" / "0" / "metrics.json").write_text("{}")
    begin("out", "seed=3", resume=True)
    assert not (folder.path / "rounds").exists()


def test_the_run_to_resume_and_the_next(tmp_path):
    def names():
        return to_resume(tmp_path, "a").name, next_free(tmp_path, "a").name

    assert names() == ("a-1", "a-1")
    for name in ("a-1", "a-2", "a-10", "a-b", "a-2.labelfns-replaced", "b-11", "a-011"):
        (tmp_path / name).mkdir()
        (tmp_path / name / MARK).touch()
    assert names() == ("a-10", "a-11")
    (tmp_path / "a-10" / "metrics.json").touch()
    assert names() == ("a-2", "a-11")  # the last that is not finished
    shutil.rmtree(tmp_path / "a-1")
    assert names() == ("a-2", "a-11")
    (tmp_path / "a-2" / "metrics.json").touch()
    assert names() == ("a-10", "a-11")  # all are
    (tmp_path / "a-11").mkdir()
    assert names() == ("a-11", "a-12")  # stopped before it wrote anything
    (tmp_path / "a-11" / "thesis.txt").touch()
    assert names() == ("a-10", "a-12")  # no run
    (tmp_path / "[1]-4").mkdir()
    assert to_resume(tmp_path, "[1]").name == "[1]-4"


@pytest.mark.parametrize("options", WAYS, ids=["overwrite", "resume"])
def test_what_comes_into_the_folder_while_lfs_vote_stays(tiny_project, begin, monkeypatch, options):
    begin()
    thesis = tiny_project / "out" / "model" / "thesis.txt"

    prepare = run.prepare

    def slow(*args, **kwargs):
        thesis.parent.mkdir(exist_ok=True)
        thesis.write_text("years of work")
        return prepare(*args, **kwargs)

    monkeypatch.setattr(run, "prepare", slow)
    with pytest.raises(InputError, match=r"holds what no run wrote.*model/thesis\.txt"):
        run_pipeline(load_settings(tiny_project / "pipeline.toml"), tiny_project / "out", progress=silent, **options)
    assert thesis.read_text() == "years of work"
