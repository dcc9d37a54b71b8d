"""A fit that was stopped goes on to the same weights."""

import errno
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import TrainerCallback

from labelfns.errors import InputError, WriteError
from labelfns.models import FineTuning, TransformerClassifier, WeakLabelLoss
from labelfns.models.transformer.checkpoints import check_checkpoint, last_checkpoint
from labelfns.progress import silent

SETTINGS = FineTuning(
    epochs=2, min_steps=1, hide_cues=0.5, checkpoint_minutes=0, loss=WeakLabelLoss(consistency="perturbed")
)


class Stop(TrainerCallback):
    """Ends a fit as a power cut would, after a step."""

    def __init__(self, step):
        self.step = step

    def on_step_begin(self, args, state, control, **kwargs):
        if state.global_step == self.step:
            raise KeyboardInterrupt


@pytest.fixture
def fit(tiny_backbone, toy_texts, tmp_path):
    texts, gold = toy_texts

    def call(*callbacks, folder="checkpoints", settings=SETTINGS):
        classifier = TransformerClassifier(tiny_backbone, settings=settings, seed=3, callbacks=callbacks)
        classifier.fit(
            texts,
            np.eye(2)[gold],
            cues=[[(0, 4)] for _ in texts],
            checkpoints=folder and tmp_path / folder,
            progress=silent,
        )
        return classifier.model_.state_dict()

    return call


def same(first, second):
    return all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.slow
@pytest.mark.parametrize("step", [0, 1, 6, 9])
def test_a_stopped_fit_goes_on_to_the_same_weights(fit, tmp_path, step):
    undisturbed = fit(folder=None)
    with pytest.raises(KeyboardInterrupt):
        fit(Stop(step))
    kept = last_checkpoint(tmp_path / "checkpoints")
    assert (kept and kept.name) == (f"checkpoint-{step}" if step else None)
    assert same(fit(), undisturbed)
    assert [path.name for path in (tmp_path / "checkpoints").iterdir()] == ["checkpoint-10"]
    assert same(fit(), undisturbed)  # from the checkpoint after the last step: nothing is left to do


@pytest.mark.slow
@pytest.mark.parametrize(
    "trainer", [{"bf16": True}, {"torch_compile": True, "torch_compile_backend": "eager"}, {"max_steps": 4}]
)
def test_so_does_one_with_other_trainer_arguments(fit, trainer):
    settings = replace(SETTINGS, trainer=trainer)
    undisturbed = fit(folder=None, settings=settings)
    assert all(values.dtype == torch.float32 for values in undisturbed.values())
    with pytest.raises(KeyboardInterrupt):
        fit(Stop(2), settings=settings)
    assert same(fit(settings=settings), undisturbed)


@pytest.mark.slow
def test_so_does_one_with_averaged_weights(fit):
    settings = replace(SETTINGS, average=0.9)
    undisturbed = fit(folder=None, settings=settings)
    assert not same(undisturbed, fit(folder=None))
    with pytest.raises(KeyboardInterrupt):
        fit(Stop(4), settings=settings)
    assert same(fit(settings=settings), undisturbed)


@pytest.mark.slow
def test_a_full_disk_leaves_the_checkpoint_before(fit, tmp_path, monkeypatch):
    undisturbed, sync, files = fit(folder=None), os.fsync, []

    def full(handle):
        files.append(handle)
        if len(files) > 40:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(handle)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError, match=r"could not be written \(OSError: \[Errno 28\] No space left"):
        fit()
    monkeypatch.undo()
    assert last_checkpoint(tmp_path / "checkpoints") is not None
    assert same(fit(), undisturbed)


@pytest.mark.slow
def test_checkpoints_are_due_by_the_clock(fit, tmp_path):
    fit(settings=FineTuning(epochs=2, min_steps=1))
    assert last_checkpoint(tmp_path / "checkpoints") is None


class Canary:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.write_text, (Path(self.path), "sang")


@pytest.fixture(scope="module")
def written(tiny_backbone, toy_texts, tmp_path_factory):
    """A folder with one checkpoint of a fit that was stopped."""
    texts, gold = toy_texts
    folder = tmp_path_factory.mktemp("checkpoints")
    classifier = TransformerClassifier(tiny_backbone, settings=SETTINGS, callbacks=[Stop(1)])
    with pytest.raises(KeyboardInterrupt):
        classifier.fit(texts, gold, checkpoints=folder, progress=silent)
    return folder


@pytest.fixture
def stopped(written, tmp_path):
    return shutil.copytree(written, tmp_path / "copy") / "checkpoint-1"


def edit(path):
    path.write_text(path.read_text().replace('"global_step": 1', '"global_step": 2'))


DAMAGE = {
    "cut off": (lambda f: (f / "optimizer.pt").write_bytes((f / "optimizer.pt").read_bytes()[:999]), "optimizer.pt"),
    "edited": (lambda f: edit(f / "trainer_state.json"), "trainer_state.json"),
    "gone": (lambda f: (f / "scheduler.pt").unlink(), "scheduler.pt"),
    "another's": (lambda f: shutil.copy(f / "scheduler.pt", f / "optimizer.pt"), "optimizer.pt"),
    "added": (lambda f: (f / "scaler.pt").write_bytes(b"?"), "scaler.pt"),
    "sums": (lambda f: (f / "files.json").write_text("{"), "files.json"),
}


@pytest.mark.parametrize(("damage", "file"), DAMAGE.values(), ids=DAMAGE)
def test_a_checkpoint_that_is_not_as_it_was_written(stopped, damage, file):
    check_checkpoint(stopped)
    damage(stopped)
    with pytest.raises(InputError, match=rf"{stopped}: {file} .*remove this folder"):
        last_checkpoint(stopped.parent)


HOSTILE = ["rng_state.pth", "optimizer.pt", "scheduler.pt", "pytorch_model.bin"]


@pytest.mark.parametrize("sums", ["none", "forged"])
@pytest.mark.parametrize("file", HOSTILE)
def test_a_hostile_checkpoint_runs_no_code(stopped, tiny_backbone, toy_texts, tmp_path, file, sums):
    from labelfns.models.transformer import checkpoints

    torch.save({"python": Canary(tmp_path / "canary")}, stopped / file)
    if file == "pytorch_model.bin":
        (stopped / "model.safetensors").unlink()
    (stopped / "files.json").unlink()
    if sums == "forged":
        forged = {path.name: checkpoints._sha256(path) for path in stopped.iterdir()}
        (stopped / "files.json").write_text(json.dumps(forged))
    texts, gold = toy_texts
    with pytest.raises(InputError, match=file):
        TransformerClassifier(tiny_backbone, settings=SETTINGS).fit(
            texts, gold, checkpoints=stopped.parent, progress=silent
        )
    assert not (tmp_path / "canary").exists()


@pytest.mark.slow
@pytest.mark.parametrize("file", HOSTILE[:3])
def test_what_transformers_itself_reads_runs_no_code(stopped, tiny_backbone, toy_texts, tmp_path, monkeypatch, file):
    monkeypatch.setattr("labelfns.models.transformer.checkpoints.check_checkpoint", lambda folder: None)
    torch.save({"python": Canary(tmp_path / "canary")}, stopped / file)
    texts, gold = toy_texts
    with pytest.raises(InputError, match="Weights only load failed"):
        TransformerClassifier(tiny_backbone, settings=SETTINGS).fit(
            texts, gold, checkpoints=stopped.parent, progress=silent
        )
    assert not (tmp_path / "canary").exists()


def test_a_checkpoint_of_an_earlier_version_has_no_sums(stopped):
    (stopped / "files.json").unlink()
    (stopped.parent / "checkpoint-notes").mkdir()
    assert last_checkpoint(stopped.parent) == stopped
