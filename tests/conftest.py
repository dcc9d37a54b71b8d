"""Shared fixtures: no network, and a tiny transformer built in code."""

import json
import os
import shutil
import socket
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"  # before anything imports the hub's client
os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ.setdefault("OMP_NUM_THREADS", "1")  # models this small are no faster on more, and slower beside other work

import hypothesis
import numpy as np
import pytest

hypothesis.settings.register_profile("any machine", deadline=None)  # how long an input takes depends on what else runs
hypothesis.settings.load_profile("any machine")

TINY_TOML = """
[data]
labels = ["negative", "positive"]
pool = "pool.jsonl"
val = "val.csv"
test = "test.tsv"

[lfs]
file = "lfs.py"

[label_model]
kind = "majority"

[classifier]
backbone = "{backbone}"
epochs = 1
min_steps = 1

[self_training]
judges = 0.2
"""

TINY_LFS = """
from labelfns import hashtags, keywords, labeling_function

good_tags = hashtags("positive", ["happy"], name="good_tags")
bad_tags = hashtags("negative", ["fail"], name="bad_tags")
good_words = keywords("positive", ["great"], name="good_words")
bad_words = keywords("negative", ["awful"], name="bad_words")

@labeling_function
def fragile(text):
    if "boom" in text:
        raise ValueError("cannot read this")
    return None
"""


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Fail whatever reaches out of this machine."""
    connect = socket.socket.connect

    def guarded(self, address):
        local = self.family == getattr(socket, "AF_UNIX", None)
        if not local and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise AssertionError(f"a test reached for the network: {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session", autouse=True)
def no_state_of_the_user(tmp_path_factory):
    """Keep what runs leave in a user's state folder out of the tester's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        patch.setenv("LABELFNS_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def tiny_backbone(tmp_path_factory) -> Path:
    """A BERT of two layers of 16 units with a vocabulary of letters and a few words, saved in a folder."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = ["great", "awful", "happy", "fail", "lunch", "train", "today", "so", "the", "#", "boom"]
    letters = [chr(c) for c in range(97, 123)]
    vocab = {token: i for i, token in enumerate([*special, *words, *letters, *(f"##{x}" for x in letters)])}
    tokenizer = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    names = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, **{f"{name}_token": token for name, token in names.items()}
    )
    fast.save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(vocab),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    from labelfns.models.seeding import isolated_rng

    with isolated_rng(0):
        BertForSequenceClassification(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def toy_texts() -> tuple[list[str], np.ndarray]:
    """Eighty texts of two classes that a tiny model can learn, and their gold."""
    fillers = [
        "lunch today",
        "the train",
        "so the lunch",
        "today",
        "the lunch so",
        "train today",
        "so today",
        "train",
    ]
    cues = ["great", "#happy", "awful", "#fail", "great", "#happy", "awful", "#fail", "", ""]
    texts, gold = [], []
    for i, filler in enumerate(fillers):
        for j, cue in enumerate(cues):
            texts.append(f"{filler} {cue} {'abcdefgh'[i]}{'abcdefghij'[j]}")
            gold.append(int("great" in cue or "happy" in cue))
    return texts, np.array(gold)


@pytest.fixture
def tiny_project(tmp_path, tiny_backbone, toy_texts) -> Path:
    """A folder with a pipeline file that runs in seconds: texts in three formats, LFs, settings."""
    texts, gold = toy_texts
    names = ["negative", "positive"]
    pool = [*texts, "boom"]
    (tmp_path / "pool.jsonl").write_text("".join(json.dumps({"text": t}) + "\n" for t in pool), encoding="utf-8")
    rows = list(zip(texts, gold, strict=True))
    (tmp_path / "val.csv").write_text(
        "text,label\n" + "".join(f'"{t}",{names[y]}\n' for t, y in rows[:20]), encoding="utf-8"
    )
    (tmp_path / "test.tsv").write_text(
        "text\tlabel\n" + "".join(f"{t}\t{y}\n" for t, y in rows[20:50]), encoding="utf-8"
    )
    (tmp_path / "lfs.py").write_text(TINY_LFS, encoding="utf-8")
    (tmp_path / "pipeline.toml").write_text(TINY_TOML.format(backbone=tiny_backbone.as_posix()), encoding="utf-8")
    return tmp_path


@pytest.fixture(scope="session")
def stop_a_run():
    """Return a function that copies the project of before to a folder and leaves there a run ``stopped`` in round 1."""
    from labelfns.pipelines import load_settings, run_pipeline

    class Stop(Exception):
        pass

    def progress(what, done, total):
        if what == "round 1: fine-tuning" and done == 2:
            raise Stop

    def stopped(home, overrides):
        before = Path(__file__).parent / "fixtures" / "before_rooms" / "project"
        shutil.copytree(before, home, ignore=shutil.ignore_patterns("run"), dirs_exist_ok=True)
        file = home / "pipeline.toml"
        file.write_text(file.read_text().replace("/project/backbone", (home / "backbone").as_posix()))
        settings = load_settings(file, overrides)
        with pytest.raises(Stop):
            run_pipeline(settings, home / "stopped", progress=progress)
        return settings

    return stopped


@pytest.fixture(scope="session")
def make_round():
    """Make a `Round` of a given ledger, all but empty."""
    from labelfns.pipelines import Ledger, Round

    plain = {
        "round": 0,
        "trained_on": 1,
        "kept": {},
        "added": {},
        "dropped": {},
        "flipped": {},
        "confidence": 1.0,
        "agreement": 1.0,
        "judged": None,
        "judged_error": None,
        "predicted_shares": {},
        "drift": 0.0,
        "label_changes": 0.5,
        "shift": None,
        "collapsed": (),
        "pseudo_label_accuracy": None,
        "scores": {},
        "hidden_scores": {},
    }
    return lambda **given: Round(None, None, None, Ledger(**{**plain, **given}), None)


@pytest.fixture
def browser():
    """Debian's chromium, driven by playwright; skipped where there is neither."""
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture
def barriers():
    """Return a function that lists what axe-core finds on a page that keeps people out, by rule and element."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()

    def of(page):
        found = axe.run(page).response
        assert found["passes"]  # it ran
        return [(rule["id"], node["html"][:200]) for rule in found["violations"] for node in rule["nodes"]]

    return of
