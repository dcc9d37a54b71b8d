"""To a hub and back: the same answers, nothing run, nothing told that is the user's own."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from labelfns import LFSet, hashtags, keywords
from labelfns.errors import InputError, LabelFnsWarning
from labelfns.models import FineTuning, LabelModel
from labelfns.pipelines import Pipeline, Rounds
from labelfns.pipelines.sharing.hub import is_on_hub, shared
from labelfns.progress import silent

LABELS = ("negative", "positive")
REPO = "someone/tweets"


@pytest.fixture(scope="module")
def fitted(tiny_backbone, toy_texts):
    texts, gold = toy_texts
    lfs = LFSet(
        LABELS,
        [
            hashtags("positive", ["happy"], name="good_tags"),
            hashtags("negative", ["fail"], name="bad_tags"),
            keywords("positive", ["great"], name="good_words"),
            keywords("negative", ["awful"], name="bad_words"),
        ],
    )
    pipeline = Pipeline(
        lfs,
        tiny_backbone,
        label_model=LabelModel(),
        settings=FineTuning(epochs=1, min_steps=1),
        rounds=Rounds(rounds=0, judges=0.2),
    )
    return pipeline.fit(texts, val=(texts[:20], gold[:20]), progress=silent)


def answers(pipeline, texts, **options):
    return pipeline.answer(texts, progress=silent, **options).probs


@pytest.mark.slow
def test_to_the_hub_and_back_the_answers_are_the_same(hub, fitted, toy_texts, tiny_backbone, tmp_path):
    from transformers import pipeline as of_transformers

    pushed = fitted.push_to_hub(REPO)
    content = hub.repos[REPO][-1]
    assert set(pushed.files) == set(content)
    assert {"config.json", "model.safetensors", "README.md", "labelfns/lfs.toml", "labelfns/predictor.json"} <= set(
        content
    )
    assert b'pipeline("text-classification", "someone/tweets")' in content["README.md"]
    assert b'Pipeline.load("someone/tweets")' in content["README.md"]
    told = b"".join(one for name, one in content.items() if not name.endswith(".safetensors"))
    assert not [secret for secret in (str(tiny_backbone), str(tmp_path), *toy_texts[0]) if secret.encode() in told]

    loaded = Pipeline.load(REPO)
    texts = toy_texts[0]
    assert np.array_equal(answers(loaded, texts), answers(fitted, texts))
    assert loaded.summary() == fitted.summary()
    alone = of_transformers("text-classification", REPO)(texts[:3], top_k=None)
    expected = answers(fitted, texts[:3], without_lfs=True)
    for row, of_row in zip(alone, expected, strict=True):
        assert {one["label"]: one["score"] for one in row} == pytest.approx(
            dict(zip(LABELS, of_row.tolist(), strict=True)), abs=1e-5
        )
    loaded.save(tmp_path / "again")
    assert np.array_equal(answers(Pipeline.load(tmp_path / "again"), texts), answers(fitted, texts))


@pytest.mark.slow
def test_python_lfs_are_pushed_when_asked_for_and_run_when_trusted(hub, fitted, toy_texts, tmp_path):
    file = tmp_path / "lfs.py"
    ran = tmp_path / "ran"
    file.write_text(
        "from labelfns import hashtags, keywords\n"
        "from pathlib import Path\n"
        f"Path({str(ran)!r}).touch()\n"
        "good_tags = hashtags('positive', ['happy'], name='good_tags')\n"
        "bad_tags = hashtags('negative', ['fail'], name='bad_tags')\n"
        "good_words = keywords('positive', ['great'], name='good_words')\n"
        "bad_words = keywords('negative', ['awful'], name='bad_words')\n",
        encoding="utf-8",
    )
    fitted.save(tmp_path / "saved", lf_file=file)
    saved = Pipeline.load(tmp_path / "saved")
    texts = toy_texts[0]
    with pytest.warns(LabelFnsWarning, match=r"lfs\.py is Python code and is not uploaded"):
        pushed = saved.push_to_hub(REPO)
    assert not [name for name in pushed.files if "lfs." in name]
    with pytest.raises(InputError, match="saved without its LFs"):
        Pipeline.load(REPO).answer(texts, progress=silent)

    assert not ran.exists()
    pushed = saved.push_to_hub(REPO, python_lfs=True)
    assert "labelfns/lfs.py" in pushed.files
    assert "trust_lfs=True" in hub.repos[REPO][-1]["README.md"].decode()
    with pytest.raises(InputError, match="trust it: --trust-lfs"):  # though this user's own run wrote it
        Pipeline.load(REPO).answer(texts, progress=silent)
    assert not ran.exists()
    trusted = Pipeline.load(REPO, trust_lfs=True, revision=pushed.commit)
    assert np.array_equal(answers(trusted, texts), answers(fitted, texts))
    assert ran.exists()

    fitted.push_to_hub(REPO)  # what an earlier push left is gone
    assert not [name for name in hub.repos[REPO][-1] if name.endswith("lfs.py")]


@pytest.mark.slow
def test_what_comes_from_a_hub_runs_nothing_and_reaches_nothing_else(hub, fitted, toy_texts, tmp_path):
    fitted.push_to_hub(REPO)
    content = hub.repos[REPO][-1]
    secret = tmp_path / "secret.txt"
    secret.write_text("great\n", encoding="utf-8")
    toml = content["labelfns/lfs.toml"].decode()
    (tmp_path / "words.txt").write_text("great\n", encoding="utf-8")
    config = json.loads(content["config.json"])

    hub.repos["a/words"] = [
        content | {"labelfns/lfs.toml": reading(toml, "words/1_words.txt"), "labelfns/words/1_words.txt": b"great\n"}
    ]
    assert np.array_equal(answers(Pipeline.load("a/words"), toy_texts[0]), answers(fitted, toy_texts[0]))
    for outside in (str(secret), "../../../../../secret.txt"):
        hub.repos["a/reader"] = [content | {"labelfns/lfs.toml": reading(toml, outside)}]
        shutil.rmtree(tmp_path / "cache")
        with pytest.raises(InputError, match="what a folder keeps lies in it"):
            Pipeline.load("a/reader").answer(toy_texts[0], progress=silent)

    code = json.dumps(config | {"auto_map": {"AutoModelForSequenceClassification": "evil.Model"}}).encode()
    hub.repos["a/code"] = [content | {"config.json": code, "evil.py": b"raise SystemExit('ran')"}]
    with pytest.raises(InputError, match="names code of its own"):
        Pipeline.load("a/code")
    pickled = {name: one for name, one in content.items() if name != "model.safetensors"}
    hub.repos["a/pickle"] = [pickled | {"pytorch_model.bin": b"cos\nsystem\n"}]
    with pytest.raises(InputError, match="no weights in it"):
        Pipeline.load("a/pickle")
    assert not [one for one in hub.asked if "pytorch_model.bin" in one]


def reading(toml, file):
    """Return LFs of which one reads its words from a file."""
    assert 'words = ["great"]' in toml.replace('[\n    "great",\n]', '["great"]'), toml
    return (
        toml.replace('[\n    "great",\n]', '["great"]')
        .replace('words = ["great"]', f"file = {json.dumps(file)}")
        .encode()
    )


@pytest.mark.slow
def test_what_an_owner_wrote_at_the_top_of_a_card_stays(hub, fitted):
    fitted.push_to_hub(REPO)
    before = hub.repos[REPO][-1]["README.md"].decode()
    edited = before.replace("---\n", "---\nlicense: mit\nlanguage: en\n", 1).replace("# Text", "# My text", 1)
    hub.repos[REPO].append(hub.repos[REPO][-1] | {"README.md": edited.encode()})
    fitted.push_to_hub(REPO)
    after = hub.repos[REPO][-1]["README.md"].decode()
    assert "license: mit" in after
    assert "language: en" in after
    assert after.count("model-index") == 1
    assert "# My text" not in after


def test_what_cannot_be_fetched_or_pushed_is_one_message(hub, monkeypatch):
    with pytest.raises(InputError, match="there is no folder runs/frist, and no pipeline of that name can be fetched"):
        Pipeline.load("runs/frist")
    hub.repos["a/plain"] = [{"config.json": b"{}"}]
    with pytest.raises(
        InputError, match=r"a/plain on the hub holds no pipeline of labelfns.*from_pretrained\('a/plain'\)"
    ):
        Pipeline.load("a/plain")
    with pytest.raises(InputError, match="not fitted"):
        Pipeline(None).push_to_hub(REPO)
    assert REPO not in hub.repos


def test_a_folder_goes_before_a_name_on_the_hub(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("some/one").mkdir(parents=True)
    assert not is_on_hub("some/one")
    assert is_on_hub("some/other")
    assert not any(map(is_on_hub, (Path("some/other"), "./some/other", "/some/other", "~/x", "one", "a/b/c", "../x")))


def test_what_a_run_tells_others():
    facts = {
        "data": {"pool": {"source": "/home/me/secret.csv", "rows": 3}, "val": {"source": "hub:a/b:test", "rows": 2}},
        "backbone": "/home/me/model",
        "faults": [{"traceback": "a text"}],
        "warnings": ["a text"],
        "stopped": "all rounds are done",
    }
    assert shared(facts) == {
        "data": {"pool": {"rows": 3}, "val": {"rows": 2, "source": "hub:a/b:test"}},
        "stopped": "all rounds are done",
    }
    assert shared({"backbone": "vinai/bertweet-base"})["backbone"] == "vinai/bertweet-base"
