"""`labelfns label`, as a user meets it."""

import json
from importlib import import_module

import numpy as np
import pytest
from typer.testing import CliRunner

from labelfns.errors import InputError
from labelfns.pipelines.cli import app

LFS = """
from labelfns import keywords
good = keywords("positive", ["great"], name="good")
bad = keywords("negative", ["awful", "bad"], name="bad")
"""
WORDS = ["great day", "awful day", "great, not bad", "the train", "a bad idea"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "lfs.py").write_text(LFS)
    lines = [json.dumps({"text": f"{WORDS[i % 5]} {i}"}) + "\n" for i in range(60)]
    (tmp_path / "pool.jsonl").write_text("".join(lines))
    (tmp_path / "pipeline.toml").write_text(
        '[data]\nlabels = ["negative", "positive"]\npool = "pool.jsonl"\n[lfs]\nfile = "lfs.py"\n'
        '[label_model]\nkind = "majority"\n'
    )

    def vectors(*_, **__):
        return np.random.default_rng(0).normal(size=(60, 4))

    monkeypatch.setattr("labelfns.models.TransformerClassifier.frozen_features", vectors)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(app, ["label", *map(str, arguments)], catch_exceptions=False)


def rows(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_rows_are_written_and_waited_for(project):
    first = run(project / "pipeline.toml", "-k", 8, "--no-ask")
    drawn = rows(project / "pool_gold.jsonl")
    assert len(drawn) == 8
    assert {row["label"] for row in drawn} == {None}
    assert {row["draw"] for row in drawn} == {1}
    assert sum(row["weight"] for row in drawn) == pytest.approx(60, abs=0.01)
    assert "8 of 60 rows" in first.output
    assert 'pool_gold = "pool_gold.jsonl"' in first.output
    again = run(project / "pipeline.toml", "-k", 8, "--no-ask")
    assert "8 rows wait for a label in" in again.output
    assert rows(project / "pool_gold.jsonl") == drawn


def test_without_a_terminal_it_says_that_it_asks_nothing(project):
    assert "Nothing was asked" in run(project / "pipeline.toml", "-k", 3).output
    assert "Nothing was asked" not in run(project / "pipeline.toml", "--no-ask").output


def test_one_key_a_label_and_analyze_reads_them_with_their_weights(project, monkeypatch):
    monkeypatch.setattr("sys.stdin", type("Terminal", (), {"isatty": lambda self: True})())
    keys = iter("12us1q")
    monkeypatch.setattr("typer.getchar", lambda: next(keys))
    import_module("labelfns.pipelines.cli.rows").label(project / "pipeline.toml", 8)
    found = [row["label"] for row in rows(project / "pool_gold.jsonl")]
    assert found[:3] == ["negative", None, "negative"]
    text = (project / "pipeline.toml").read_text()
    (project / "pipeline.toml").write_text(text.replace("[lfs]", 'pool_gold = "pool_gold.jsonl"\n[lfs]'))
    monkeypatch.undo()
    said = CliRunner().invoke(app, ["analyze", str(project / "pipeline.toml"), "--json"], catch_exceptions=False)
    answer = json.loads(said.stdout)
    assert answer["gold_rows"] == 2
    assert answer["label_model"]["evaluation"]["promises"] == []
    assert any("stand for as many rows as their weights say" in note for note in answer["label_model"]["notes"])


def test_when_all_are_answered_others_are_drawn(project):
    run(project / "pipeline.toml", "-k", 8, "--no-ask")
    path = project / "pool_gold.jsonl"
    path.write_text("".join(json.dumps(row | {"label": "positive"}) + "\n" for row in rows(path)))
    assert "points (within" in run(project / "pipeline.toml", "-k", 5, "--no-ask").output
    assert [row["draw"] for row in rows(path)] == [1] * 8 + [2] * 5
    assert len({row["text"] for row in rows(path)}) == 13


def test_gold_rows_need_a_file_of_their_own(project):
    with pytest.raises(InputError, match=r"is data\.pool: gold rows need a file of their own"):
        run(project / "pipeline.toml", "--output", project / "pool.jsonl")
    with pytest.raises(InputError, match="a file of JSON lines"):
        run(project / "pipeline.toml", "--output", project / "x.csv")


@pytest.mark.parametrize("row", [{"weight": "heavy"}, {"weight": -1}, {"draw": 0}, {"draw": "first"}])
def test_weights_that_were_changed_by_hand(project, row):
    run(project / "pipeline.toml", "-k", 4, "--no-ask")
    path = project / "pool_gold.jsonl"
    path.write_text("".join(json.dumps(one | {"label": "positive"} | row) + "\n" for one in rows(path)))
    with pytest.raises(InputError, match="weight is no number above 0 or draw no whole number"):
        CliRunner().invoke(
            app,
            ["analyze", str(project / "pipeline.toml"), "--set", f"data.pool_gold={path}"],
            catch_exceptions=False,
        )
