"""A tiny project with a stopped and a finished run, made once; and a standard input that nobody may touch."""

import shutil
import sys
from pathlib import Path

import pytest

from labelfns.pipelines import load_settings, run_pipeline
from labelfns.progress import silent

BEFORE = Path(__file__).parents[1] / "fixtures" / "before_rooms" / "project"
SETTINGS = ["classifier.checkpoint_minutes=0", "classifier.batch_size=32", 'classifier.precision="full"']


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
def project(tmp_path_factory):
    """A project with ``stopped``, a run that was stopped in its second round, and ``finished``."""
    home = tmp_path_factory.mktemp("project")
    shutil.copytree(BEFORE, home, ignore=shutil.ignore_patterns("run"), dirs_exist_ok=True)
    file = home / "pipeline.toml"
    file.write_text(file.read_text().replace("/project/backbone", (home / "backbone").as_posix()))

    def progress(what, done, total):
        if what == "round 1: fine-tuning" and done == 2:
            raise Stop

    settings = load_settings(file, SETTINGS)
    with pytest.raises(Stop):
        run_pipeline(settings, home / "stopped", progress=progress)
    shutil.copytree(home / "stopped", home / "finished")
    run_pipeline(settings, home / "finished", resume=True, progress=silent)
    return home
