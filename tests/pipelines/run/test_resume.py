"""Runs that were stopped, and what may not change while they are."""

import errno
import json
import os
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from labelfns.errors import InputError, WriteError
from labelfns.pipelines import cli, load_settings, run_pipeline
from labelfns.progress import silent


def contents(folder):
    """Return every file of a run but for the figures of time."""
    found = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    del found[Path("report.html")]
    found[Path("metrics.json")] = json.loads(found[Path("metrics.json")]) | {"seconds": None}
    return found


@pytest.fixture
def run(tiny_project):
    def call(name, *overrides, **options):
        settings = load_settings(tiny_project / "pipeline.toml", overrides)
        return run_pipeline(settings, tiny_project / name, progress=silent, **options)

    return call


@pytest.mark.slow
def test_a_full_disk_at_any_file_is_one_message_and_the_run_goes_on(tiny_project, run, monkeypatch, capsys):
    settings = ["classifier.checkpoint_minutes=0", "classifier.batch_size=32"]
    overrides = [part for setting in settings for part in ("--set", setting)]
    sync, written = os.fsync, []
    monkeypatch.setattr(os, "fsync", lambda handle: (sync(handle), written.append(handle)))
    run("undisturbed", *settings)
    expected = contents(tiny_project / "undisturbed")
    arguments = ["labelfns", "run", str(tiny_project / "pipeline.toml"), *overrides, "--output"]
    report = 4  # the last are the card's and the report's, which a run is complete without
    for room in (2, len(written) // 2, len(written) - report - 1):
        left = iter(range(room))

        def full(handle, left=left):
            if next(left, None) is None:
                raise OSError(errno.ENOSPC, "No space left on device")
            sync(handle)

        folder = tiny_project / str(room)
        monkeypatch.setattr(os, "fsync", full)
        monkeypatch.setattr(sys, "argv", [*arguments, str(folder)])
        with pytest.raises(SystemExit) as stop:
            cli.main()
        error = capsys.readouterr().err
        assert (stop.value.code, "Traceback" in error) == (2, False)
        assert "could not be written (OSError: [Errno 28] No space left on device)" in error
        assert "--resume" in error
        monkeypatch.setattr(os, "fsync", sync)
        monkeypatch.setattr(sys, "argv", [*arguments, str(folder), "--resume"])
        with pytest.raises(SystemExit, match=r"^0$"):
            cli.main()
        assert contents(folder) == expected


@pytest.mark.slow
def test_a_complete_run_says_so_and_stays(tiny_project, run, monkeypatch, capsys):
    metrics = run("out")
    before = contents(tiny_project / "out")
    monkeypatch.setattr(
        sys,
        "argv",
        ["labelfns", "run", str(tiny_project / "pipeline.toml"), "--output", str(tiny_project / "out"), "--resume"],
    )
    with pytest.raises(SystemExit, match=r"^0$"):
        cli.main()
    assert "out is complete: nothing was left to do" in " ".join(capsys.readouterr().err.split())
    assert run("out", resume=True) == metrics
    assert contents(tiny_project / "out") == before


def stopped(run, monkeypatch, name="out"):
    """Leave a run that was stopped before round 0 was trained."""

    def stop(self, labels, settings):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("labelfns.pipelines.run.run.RunFolder.read_rounds", stop)
        with pytest.raises(KeyboardInterrupt):
            run(name)


def add(name, text):
    def change(project, monkeypatch):
        path = project / name
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    return change


def other_torch(project, monkeypatch):
    from labelfns.pipelines.run import inputs

    monkeypatch.setattr(
        inputs, "version", lambda name, version=inputs.version: version(name) + "+x" * (name == "torch")
    )


CHANGES = {
    "a setting": (add("pipeline.toml", "patience = 3\n"), "self_training.patience was 1 and is 3"),
    "the LF file": (add("lfs.py", "# a word\n"), "the LF file changed: "),
    "a file that it imports": (add("words.py", "words.append('lunch')\n"), "what the LFs fire on changed"),
    "the pool": (add("pool.jsonl", '{"text": "one more"}\n'), "the rows of data.pool changed"),
    "gold": (add("val.csv", "one more,negative\n"), "the rows of data.val changed"),
    "a version": (other_torch, "+x"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_changed_run_is_refused(tiny_project, run, monkeypatch, case):
    (tiny_project / "words.py").write_text("words = ['great']\n")
    lfs = tiny_project / "lfs.py"
    lfs.write_text("import sys\nsys.modules.pop('words', None)\nfrom words import words\n" + lfs.read_text())
    lfs.write_text(lfs.read_text().replace('["great"]', "words"))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    stopped(run, monkeypatch)
    change, message = CHANGES[case]
    change(tiny_project, monkeypatch)
    with pytest.raises(InputError) as caught:
        run("out", resume=True)
    assert "cannot be resumed" in str(caught.value)
    assert message in str(caught.value)


def test_all_changes_are_named(tiny_project, run, monkeypatch):
    stopped(run, monkeypatch)
    add("lfs.py", "# a word\n")(tiny_project, monkeypatch)
    with pytest.raises(InputError) as caught:
        run("out", "seed=3", "classifier.epochs=2", resume=True)
    for part in ("seed was 0 and is 3", "classifier.epochs was 1.0 and is 2.0", "the LF file changed", "--overwrite"):
        assert part in str(caught.value)
    for part in ("Give the same settings again, in the pipeline file or by --set seed=0 --set classifier.epochs=1.0.",):
        assert part in str(caught.value)


def test_a_folder_in_use_is_refused(tiny_project, run, monkeypatch):
    stopped(run, monkeypatch)
    with FileLock(tiny_project / "out" / ".lock"):
        for options in ({"resume": True}, {"overwrite": True}):
            with pytest.raises(InputError, match="is in use by a run that is still going"):
                run("out", **options)
    assert (tiny_project / "out" / "votes.parquet").is_file()


def test_not_what_may_go_on(tiny_project, run, monkeypatch):
    with pytest.raises(InputError, match="choose one"):
        run("out", resume=True, overwrite=True)
    (tiny_project / "precious").mkdir()
    (tiny_project / "precious" / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="is not a run folder"):
        run("precious", resume=True)
    stopped(run, monkeypatch)
    with pytest.raises(InputError, match="--resume to go on"):
        run("out")


def test_a_folder_that_cannot_be_made(tiny_project, run):
    (tiny_project / "file").touch()
    with pytest.raises(WriteError, match="could not be written"):
        run("file/out")
