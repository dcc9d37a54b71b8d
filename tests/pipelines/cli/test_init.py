"""`labelfns init`: what it writes runs as it is, and overwrites nothing."""

import json
import tomllib

import pytest
from typer.testing import CliRunner

from labelfns.errors import InputError
from labelfns.lfset import LFSet
from labelfns.pipelines import load_settings
from labelfns.pipelines.cli import app

ROWS = 'tweet,gold\n"so ""good"" today",a\nlate again and again,\nanother train today,b\n'


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_written_pipeline_works_at_once(tmp_path):
    written = call("init", tmp_path / "new" / "start")
    assert written.exit_code == 0, written.output
    pipeline = tmp_path / "new" / "start" / "pipeline.toml"
    tests = call("test-lfs", pipeline, "--json")
    assert tests.exit_code == 0, tests.output
    assert json.loads(tests.stdout) == {"texts": 13, "failures": [], "lfs_without_expects": []}
    answer = json.loads(call("analyze", pipeline, "--json").stdout)
    assert (answer["coverage"]["rows"], answer["gold_rows"], answer["faults"]) == (10, 8, [])
    assert answer["label_model"]["scores"]["covered"]["accuracy"] == 1
    kinds = {type(lf).__name__ for lf in LFSet.from_file(pipeline.with_name("lfs.py"), ["negative", "positive"])}
    assert len(kinds) == 7


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
def test_the_written_pipeline_runs(tmp_path, tiny_backbone):
    call("init", tmp_path)
    backbone = f'classifier.backbone="{tiny_backbone.as_posix()}"'
    run = ["run", tmp_path / "pipeline.toml", "--output", tmp_path / "run", "--json", "--set", backbone]
    done = call(*run, "--set", "classifier.min_steps=1")
    assert done.exit_code == 0, (done.output, done.exception)
    assert (tmp_path / "run" / "model").is_dir()


@pytest.mark.parametrize("labels", [["a", "b"], ["a", "b", 'c "$x" [red]'], ["it's", "\\no", "-1", "ü\t'''"]])
def test_ones_own_file(tmp_path, labels):
    (tmp_path / "my data.csv").write_text(ROWS.replace(",a\n", ",\n").replace(",b\n", ",\n"), encoding="utf-8")
    options = ["--data", tmp_path / "my data.csv", "--text", "tweet", "--labels", ",".join(labels)]
    written = call("init", tmp_path / "start", *options)
    assert written.exit_code == 0, written.output
    pipeline = tmp_path / "start" / "pipeline.toml"
    data = tomllib.loads(pipeline.read_text(encoding="utf-8"))["data"]
    assert (data["labels"], data["pool"], data["text"]) == (labels, "../my data.csv", "tweet")
    assert not (tmp_path / "start" / "texts.jsonl").exists()
    tests = json.loads(call("test-lfs", pipeline, "--json").stdout)
    assert (tests["texts"], tests["failures"]) == (13 + len(labels) - 2, [])
    votes_for = {lf.label for lf in LFSet.from_file(pipeline.with_name("lfs.py"), labels) if hasattr(lf, "label")}
    assert votes_for == set(labels)
    assert json.loads(call("analyze", pipeline, "--json").stdout)["coverage"]["rows"] == 3
    assert "# Frequent in your texts: today, again, " in pipeline.with_name("lfs.py").read_text(encoding="utf-8")


def test_ones_own_gold(tmp_path):
    (tmp_path / "my.csv").write_text(ROWS, encoding="utf-8")
    options = ["--data", tmp_path / "my.csv", "--text", "tweet", "--gold", "gold", "--labels", "a, b"]
    assert call("init", tmp_path / "start", *options).exit_code == 0
    assert load_settings(tmp_path / "start" / "pipeline.toml").data.gold == "gold"
    assert json.loads(call("analyze", tmp_path / "start" / "pipeline.toml", "--json").stdout)["gold_rows"] == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--labels", "a,b"], "for others name your own data"),
        (["--labels", "a"], "labels must be 2 to 127 names"),
        (["--labels", "a,a"], "labels must be unique"),
        (["--labels", "a,b", "--data", "none.csv"], "no such file"),
        (["--labels", "a,b", "--data", "my.csv", "--text", "twet"], "did you mean 'tweet'?"),
        (["--labels", "a,c", "--data", "my.csv", "--text", "tweet", "--gold", "gold"], "a, c"),
        (["--labels", "a,b", "--data", "my.csv", "--text", "tweet", "--gold", "label"], "no column 'label'"),
    ],
)
def test_what_is_not_right_is_said_and_nothing_is_written(tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.csv").write_text(ROWS, encoding="utf-8")
    result = call("init", "start", *options)
    assert isinstance(result.exception, InputError)
    assert message in str(result.exception)
    assert not (tmp_path / "start").exists()


@pytest.mark.parametrize("name", ["pipeline.toml", "lfs.py", "texts.jsonl"])
def test_nothing_is_overwritten(tmp_path, name):
    (tmp_path / name).write_text("mine")
    result = call("init", tmp_path)
    assert isinstance(result.exception, InputError)
    assert f"{tmp_path / name} exists; nothing is overwritten" in str(result.exception)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"
