import json

import pytest
from typer.testing import CliRunner

from labelfns import __version__
from labelfns.errors import LabelFnsError
from labelfns.pipelines.cli import app


def dry(project, *arguments):
    done = CliRunner().invoke(app, ["run", str(project / "pipeline.toml"), "--dry-run", *map(str, arguments)])
    if done.exception is not None:
        raise done.exception
    return done


def files(project):
    return {path: path.stat().st_mtime_ns for path in project.rglob("*") if "__pycache__" not in path.parts}


def test_version():
    done = CliRunner().invoke(app, ["--version"])
    assert (done.exit_code, done.stdout) == (0, f"labelfns {__version__}\n")


@pytest.mark.slow
def test_it_says_what_a_run_would_do_and_writes_nothing(tiny_project):
    before = files(tiny_project)
    done = dry(tiny_project, "--output", tiny_project / "out", "--set", "lfs.cache=kept")
    assert files(tiny_project) == before
    assert "LF fragile raised ValueError: cannot read this on 1 of 81 rows" in done.stdout.splitlines()[1]
    for part in (
        "pool: 81 texts, 0 with gold",
        "val: 20 texts, 20 with gold",
        "64 of 81 texts of the pool have a vote",
        "fragile raised, as above says: a run goes on without its votes there.",
    ):
        assert part in done.stdout
    assert "Nothing is wrong with settings, data, LFs" not in done.stdout
    line = done.stderr.splitlines()[-1]
    assert line.startswith("Next, run it: labelfns run ")
    assert line.endswith("--set lfs.cache=kept")
    answer = json.loads(dry(tiny_project, "--output", tiny_project / "out", "--json").stdout)
    assert (answer["coverage"]["covered"], answer["sets"]["test"]) == (64, {"rows": 30, "gold": 30})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--set", "classifier.epochs=-1"), "epochs"),
        (("--set", "data.pool=nothing.csv"), "nothing.csv"),
        (("--set", "lfs.file=nothing.py"), "nothing.py"),
        (("--set", "classifier.backbone=nothing"), "nothing"),
        (("--output", "{}/pool.jsonl"), "is a file"),
        (("--output", "{}"), "is not a run folder"),
    ],
)
def test_what_would_stop_a_run_is_said(tiny_project, monkeypatch, arguments, message):
    monkeypatch.chdir(tiny_project)
    with pytest.raises(LabelFnsError, match=message):
        dry(tiny_project, *(argument.format(tiny_project) for argument in arguments))


def test_an_lf_file_that_does_not_compile(tiny_project):
    (tiny_project / "lfs.py").write_text("def f(:\n")
    with pytest.raises(LabelFnsError, match=r"lfs\.py"):
        dry(tiny_project)
