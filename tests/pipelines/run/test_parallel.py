"""Two processes that train together, as torchrun starts them, do what one does."""

import json
import shutil
import subprocess
import sys

import numpy as np
import pytest
from safetensors.numpy import load_file

from labelfns.errors import SettingsError
from labelfns.models import FineTuning
from labelfns.models.transformer.trainer import training_arguments
from labelfns.pipelines import load_settings, run_pipeline
from labelfns.progress import silent


@pytest.mark.slow
def test_two_processes_end_where_one_does(tiny_project, tiny_backbone):
    still = tiny_project / "no_dropout"  # processes draw their own, so only without it can they agree
    shutil.copytree(tiny_backbone, still)
    config = json.loads((still / "config.json").read_text())
    config |= {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    (still / "config.json").write_text(json.dumps(config))
    changes = [f"classifier.backbone={still.as_posix()}", "classifier.epochs=3", "classifier.batch_size=6"]
    changes.append("classifier.precision=full")  # sums in another order differ by more in bfloat16
    overrides = [part for change in changes for part in ("--set", change)]
    command = ["run", tiny_project / "pipeline.toml", "--output", tiny_project / "two", *overrides, "--json"]
    found = subprocess.run(
        [
            sys.executable,
            "-m",
            "torch.distributed.run",
            "--standalone",
            "--nproc-per-node=2",
            "-m",
            "labelfns",
            *command,
        ],
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    together = json.loads(found.stdout)  # said once, by the main process
    alone = run_pipeline(load_settings(tiny_project / "pipeline.toml", changes), tiny_project / "one", progress=silent)
    assert {path.relative_to(tiny_project / "two") for path in (tiny_project / "two").rglob("*")} == {
        path.relative_to(tiny_project / "one") for path in (tiny_project / "one").rglob("*")
    }
    for number in (0, 1):
        for key in ("trained_on", "kept", "judged", "predicted_shares", "scores"):
            assert together["rounds"][number][key] == alone["rounds"][number][key]
        weights = [
            load_file(tiny_project / name / f"rounds/{number}/model/model.safetensors") for name in ("one", "two")
        ]
        for name, values in weights[0].items():
            np.testing.assert_allclose(weights[1][name], values, atol=1e-5, err_msg=name)


def test_a_step_that_cannot_be_shared(monkeypatch):
    from transformers import TrainingArguments

    monkeypatch.setattr(TrainingArguments, "world_size", property(lambda self: 3))
    with pytest.raises(SettingsError, match="batch_size = 16, the rows of a step, cannot be shared by 3 processes"):
        training_arguments(FineTuning(), "unused", seed=0, rows=10)
