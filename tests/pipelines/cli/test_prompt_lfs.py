"""A pipeline whose LFs ask a language model: what a dry run, an analysis and a run say of it."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from labelfns.pipelines import Pipeline
from labelfns.pipelines.cli import app

LFS = """
from pathlib import Path

from labelfns import prompt


def ask(prompts):
    with open("asked.txt", "a") as file:
        file.write("".join(f"{one}\\n" for one in prompts))
    return [("positive" if "great" in one or "happy" in one else "negative", 0.01) for one in prompts]


by_prompt = prompt(
    "How is it? {text}",
    answers={"positive": "positive", "negative": "negative"},
    ask=ask,
    model="a function",
    price=0.02,
    cache="replies",
)
"""


@pytest.fixture
def project(tiny_project, monkeypatch):
    monkeypatch.chdir(tiny_project)
    (tiny_project / "lfs.py").write_text((tiny_project / "lfs.py").read_text() + LFS, encoding="utf-8")
    return tiny_project


def labelfns(*words):
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    assert done.exit_code == 0, done.output
    return done.stdout


def asked():
    return Path("asked.txt").read_text().splitlines() if Path("asked.txt").exists() else []


@pytest.mark.slow
def test_a_dry_run_asks_nothing_and_what_was_spent_is_said(project):
    rows = 80 + 1 + 20 + 30
    out = labelfns("run", "pipeline.toml", "--dry-run", "--output", "run")
    assert f"ask     by_prompt: {rows} texts: 0 replies are kept, 81 prompts would be sent for about 1.62" in out
    assert not asked()
    assert "by_prompt asked: 81 replies so far, which cost 0.81" in labelfns("analyze", "pipeline.toml")
    assert len(asked()) == 81
    labelfns("run", "pipeline.toml", "--output", "run")
    assert len(asked()) == 81
    metrics = json.loads(Path("run/metrics.json").read_text())
    assert metrics["asked"] == [{"lf": "by_prompt", "replies": 81, "cost": pytest.approx(0.81)}]
    loaded = Pipeline.load("run")
    assert "asked    by_prompt: 81 replies so far, which cost 0.81" in loaded.summary()
    loaded.predict(["what a great day", "the train"])
    assert len(asked()) == 83
