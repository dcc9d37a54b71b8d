"""A tiny project with a stopped and a finished run, made once; and a standard input that nobody may touch."""

import re
import shutil
import sys
import warnings
from pathlib import Path

import pytest

from labelfns import LFSet, read_texts
from labelfns.pipelines import Pipeline, Rounds, cli, run_pipeline
from labelfns.progress import silent

BEFORE = Path(__file__).parents[1] / "fixtures" / "before_rooms" / "project"
SETTINGS = ["classifier.checkpoint_minutes=0", "classifier.batch_size=32", 'classifier.precision="full"']


TODO = r"(?i)\b(save|fetch|remove|name|set|start|take|give|convert|merge|put|resume|check)\b|--without-lfs"


class Stop(Exception):
    pass


class Untouchable:
    """A standard input that nobody may read, or even look at."""

    def __getattr__(self, name):
        raise AssertionError(f"standard input was touched: {name}")


@pytest.fixture
def stdin(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Untouchable())


@pytest.fixture(scope="session")
def project(tmp_path_factory, stop_a_run):
    """A project with a run ``stopped`` in its second round, one that is ``finished``, and ``saved``, a `Pipeline`."""
    home = tmp_path_factory.mktemp("project")
    settings = stop_a_run(home, SETTINGS)
    shutil.copytree(home / "stopped", home / "finished")
    run_pipeline(settings, home / "finished", resume=True, progress=silent)
    pipeline = Pipeline(LFSet.from_file(home / "lfs.py", ["negative", "positive"]), home / "backbone")
    texts = read_texts(home / "pool.jsonl", labels=["negative", "positive"])
    pipeline.settings, pipeline.rounds = settings.classifier, Rounds(rounds=0)
    with warnings.catch_warnings(action="ignore"):  # an LF raises on purpose
        pipeline.fit(texts, progress=silent).save(home / "saved")
    return home


@pytest.fixture
def home(tmp_path):
    """What is outside of the folders, and may not change."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "thesis.txt").write_text("years of work")
    return tmp_path


@pytest.fixture
def command(monkeypatch, capsys):
    """Run a command as a user does; return its exit code and what it says on standard output and error."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["labelfns", *map(str, arguments)])
        try:
            with warnings.catch_warnings(action="default"):
                cli.main()
        except SystemExit as end:
            return end.code or 0, *capsys.readouterr()
        raise AssertionError("a command ends by its exit code")

    return call


def check_message(message, *names):
    assert len(message.splitlines()) <= 12, message
    assert any(str(name) in message for name in names), message
    assert re.search(TODO, message) or "pipeline.toml" in message, message
    assert "\x1b" not in message
