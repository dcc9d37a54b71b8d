"""A model folder of a stranger runs no code, and one that is odd is refused by name."""

import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForMaskedLM

from labelfns.errors import InputError
from labelfns.models import FineTuning, TransformerClassifier
from labelfns.models.transformer.backbone import check_backbone, load_backbone
from labelfns.progress import silent

WAYS = {
    "from_pretrained": lambda folder: TransformerClassifier.from_pretrained(folder),
    "load_backbone": lambda folder: load_backbone(folder, ["a", "b"]),
    "check_backbone": lambda folder: TransformerClassifier(folder).check_backbone(["a", "b"]),
    "fit": lambda folder: TransformerClassifier(folder).fit(["a", "b"], [0, 1], progress=silent),
    "frozen_features": lambda folder: TransformerClassifier(folder).frozen_features(["a"], progress=silent),
}
EVERY_WAY = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


class Untouchable:
    """A standard input that nobody may read, or even look at."""

    def __getattr__(self, name):
        raise AssertionError(f"standard input was touched: {name}")


class Canary:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.write_text, (Path(self.path), "sang")


@pytest.fixture(autouse=True)
def stdin(monkeypatch):
    monkeypatch.setattr(sys, "stdin", Untouchable())


@pytest.fixture
def folder(tiny_backbone, tmp_path):
    return Path(shutil.copytree(tiny_backbone, tmp_path / "model"))


@pytest.fixture
def canary(tmp_path):
    path = tmp_path / "canary"
    yield path
    assert not path.exists()


def change(folder, file, **values):
    path = folder / file
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def pickled(canary):
    buffer = io.BytesIO()
    torch.save({"bert.pooler.dense.bias": Canary(canary)}, buffer)
    return buffer.getvalue()


def write_code(folder, canary):
    source = f"from pathlib import Path\nPath({str(canary)!r}).write_text('sang')\n"
    (folder / "evil.py").write_text(source + "class Evil: pass\n")


CODE = {
    "model": ("config.json", {"auto_map": {"AutoModelForSequenceClassification": "evil.Evil"}}),
    "config": ("config.json", {"auto_map": {"AutoConfig": "evil.Evil"}, "model_type": "evil"}),
    "a config within": ("config.json", {"text_config": {"auto_map": {"AutoConfig": "evil.Evil"}}}),
    "elsewhere": ("config.json", {"auto_map": {"AutoModelForSequenceClassification": "someone/else--evil.Evil"}}),
    "pipeline": ("config.json", {"custom_pipelines": {"text-classification": {"impl": "evil.Evil"}}}),
    "attention": ("config.json", {"attn_implementation": "someone/kernel"}),
    "tokenizer": ("tokenizer_config.json", {"auto_map": {"AutoTokenizer": ["evil.Evil", "evil.Evil"]}}),
    "tokenizer, old form": ("tokenizer_config.json", {"auto_map": ["evil.Evil", None]}),
}


@EVERY_WAY
@pytest.mark.parametrize(("file", "values"), CODE.values(), ids=CODE)
def test_code_that_comes_with_a_model_is_not_run(folder, canary, way, file, values):
    write_code(folder, canary)
    change(folder, file, **values)
    with pytest.raises(InputError, match=rf"model {folder} cannot be opened: {file} names code .*, which is not run"):
        way(folder)


@EVERY_WAY
@pytest.mark.parametrize("hidden", [False, True], ids=["alone", "named by config.json"])
def test_pickled_weights_are_not_opened(folder, canary, way, hidden):
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(pickled(canary))
    if hidden:
        change(folder, "config.json", transformers_weights="pytorch_model.bin")
    with pytest.raises(InputError, match=r"pytorch_model\.bin.*\n?.*(save_pretrained|remove that entry)"):
        way(folder)


def test_a_pickle_among_shards_is_not_opened(folder, canary):
    (folder / "model.safetensors").unlink()
    (folder / "evil.bin").write_bytes(pickled(canary))
    index = {"metadata": {}, "weight_map": {"bert.pooler.dense.bias": "evil.bin"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(InputError, match=r"names 'evil\.bin', which is not a safetensors file"):
        load_backbone(folder, ["a", "b"])


@pytest.mark.slow
def test_pickled_weights_by_an_explicit_setting_run_no_code_either(folder, canary, toy_texts):
    texts, gold = toy_texts
    model, _ = load_backbone(folder, ["a", "b"])
    (folder / "model.safetensors").unlink()
    torch.save(model.state_dict(), folder / "pytorch_model.bin")
    settings = FineTuning(epochs=1, min_steps=1, allow_pickle=True)
    TransformerClassifier(folder, settings=settings).fit(texts, gold, progress=silent)
    opened = TransformerClassifier.from_pretrained(folder, allow_pickle=True)
    assert torch.equal(opened.model_.classifier.weight, model.classifier.weight)
    (folder / "pytorch_model.bin").write_bytes(pickled(canary))
    with pytest.raises(InputError, match="cannot be opened"):
        TransformerClassifier.from_pretrained(folder, allow_pickle=True)


def test_an_adapter_is_refused(folder):
    (folder / "adapter_config.json").write_text(json.dumps({"base_model_name_or_path": "someone/else"}))
    with pytest.raises(InputError, match="it is an adapter: merge it"):
        load_backbone(folder, ["a", "b"])


def without(*names):
    return lambda folder: [(folder / name).unlink() for name in names]


def cut(name, size):
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:size])


def masked_lm(folder):
    config = BertConfig.from_pretrained(folder)
    BertForMaskedLM(config).save_pretrained(folder)


def without_special_tokens(folder):
    """A post-processor that names tokens that it does not have: the library panics when it is first used."""
    values = json.loads((folder / "tokenizer.json").read_text())
    del values["post_processor"]["special_tokens"]["[CLS]"]
    (folder / "tokenizer.json").write_text(json.dumps(values))


ODD = {
    "no config": (without("config.json"), r"no config\.json"),
    "no weights": (without("model.safetensors"), r"no weights in it: expected model\.safetensors"),
    "no tokenizer": (without("tokenizer.json", "tokenizer_config.json"), "no tokenizer in it"),
    "half a tokenizer": (without("tokenizer.json"), r"its tokenizer \(tokenizer\.json"),
    "cut off weights": (cut("model.safetensors", 9000), r"model\.safetensors is cut off"),
    "cut off config": (cut("config.json", 90), r"config\.json is not JSON"),
    "cut off tokenizer": (cut("tokenizer.json", 700), r"its tokenizer \(tokenizer\.json"),
    "a tokenizer that panics": (without_special_tokens, "no entry found for key"),
    "a list for a config": (lambda f: (f / "config.json").write_text("[]"), r"config\.json must hold a JSON object"),
    "unknown architecture": (lambda f: change(f, "config.json", model_type="none"), r"config\.json cannot be read"),
    "another modality": (lambda f: change(f, "config.json", model_type="whisper"), r"config\.json"),
    "other shapes": (lambda f: change(f, "config.json", hidden_size=32), "other shapes than config.json says: bert"),
    "more layers": (lambda f: change(f, "config.json", num_hidden_layers=3), r"weights are missing .*layer\.2"),
    "another tokenizer": (lambda f: change(f, "config.json", vocab_size=20), "word_embeddings"),
}


@pytest.mark.slow
@pytest.mark.parametrize("way", [WAYS["from_pretrained"], WAYS["load_backbone"]], ids=["from_pretrained", "backbone"])
@pytest.mark.parametrize(("spoil", "message"), ODD.values(), ids=ODD)
def test_an_odd_folder_is_refused_by_name(folder, way, spoil, message):
    spoil(folder)
    with pytest.raises(InputError, match=message) as caught:
        way(folder)
    assert str(folder) in str(caught.value)


NO_CLASSIFIER = {
    "masked LM": (masked_lm, r"classifier\.weight; it was not fine-tuned as a classifier"),
    "another head": (
        lambda f: change(f, "config.json", id2label={"0": "a", "1": "b", "2": "c"}),
        r"classifier\.weight",
    ),
    "a gap in the labels": (lambda f: change(f, "config.json", id2label={"0": "a", "5": "b"}), "id2label"),
}


@pytest.mark.parametrize(("spoil", "message"), NO_CLASSIFIER.values(), ids=NO_CLASSIFIER)
def test_a_backbone_is_no_fine_tuned_classifier(folder, spoil, message):
    spoil(folder)
    with pytest.raises(InputError, match=message):
        TransformerClassifier.from_pretrained(folder)
    load_backbone(folder, ["a", "b"])


def test_what_can_be_told_without_weights(folder):
    check_backbone(folder, ["a", "b", "c"], 1, frozen_layers=1, max_length=64)
    with pytest.raises(InputError, match=r"layers = 3: the backbone .* has 2 layers"):
        check_backbone(folder, ["a", "b"], 3)
    with pytest.raises(InputError, match="frozen_layers = 2: the backbone has 1 layers"):
        check_backbone(folder, ["a", "b"], 1, frozen_layers=2)
    with pytest.raises(InputError, match=r"max_length = 65: .* reads at most 64 tokens"):
        check_backbone(folder, ["a", "b"], max_length=65)
    check_backbone(folder, ["a", "b"], max_length=128)  # the default gives way


def test_checking_leaves_the_generators_alone(folder):
    before = torch.get_rng_state(), np.random.get_state()[1].tolist()  # noqa: NPY002
    check_backbone(folder, ["a", "b"])
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.random.get_state()[1].tolist() == before[1]  # noqa: NPY002


@pytest.mark.slow
def test_yes_on_standard_input_runs_nothing(folder, canary):
    write_code(folder, canary)
    change(folder, "config.json", **CODE["config"][1])
    code = f"from labelfns.models import TransformerClassifier as T; T.from_pretrained({str(folder)!r})"
    done = subprocess.run([sys.executable, "-c", code], input="y\n" * 9, capture_output=True, text=True)
    assert "which is not run" in done.stderr
    assert "[y/N]" not in done.stdout
