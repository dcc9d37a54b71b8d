import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from labelfns import LFSet, prototypes, radii, zero_shot
from labelfns.errors import InputError, LFError
from labelfns.models.reading import SentenceVectors

TEXTS = ["great lunch today", "the train", "awful so awful"]


@pytest.fixture
def model(tmp_path, tiny_backbone):
    return shutil.copytree(tiny_backbone, tmp_path / "model")


@pytest.fixture(scope="module")
def inference_model(tmp_path_factory, tiny_backbone):
    """A tiny model that says what it makes of pairs of sentences, by weights drawn at random."""
    from transformers import AutoTokenizer, BertConfig, BertForSequenceClassification

    from labelfns.models.seeding import isolated_rng

    folder = tmp_path_factory.mktemp("inference")
    config = BertConfig.from_pretrained(tiny_backbone, num_labels=3)
    config.id2label = {0: "contradiction", 1: "neutral", 2: "entailment"}
    config.label2id = {name: i for i, name in config.id2label.items()}
    config.initializer_range = 1.0
    with isolated_rng(0):
        BertForSequenceClassification(config).save_pretrained(folder)
    AutoTokenizer.from_pretrained(tiny_backbone).save_pretrained(folder)
    return folder


def pooled(folder, **config):
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate([("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")])
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir(exist_ok=True)
    (folder / "1_Pooling" / "config.json").write_text(json.dumps({"word_embedding_dimension": 16, **config}))


def test_vectors_are_pooled_as_the_folder_says(model):
    mean = SentenceVectors(str(model)).read(TEXTS)
    pooled(model, pooling_mode_cls_token=False, pooling_mode_mean_tokens=True)
    assert np.array_equal(SentenceVectors(str(model)).read(TEXTS), mean)
    pooled(model, pooling_mode="cls")
    first = SentenceVectors(str(model)).read(TEXTS)
    assert not np.allclose(first, mean)
    pooled(model, pooling_mode_cls_token=True, pooling_mode_mean_tokens=False)
    assert np.array_equal(SentenceVectors(str(model)).read(TEXTS), first)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["cls", "mean"])
def test_vectors_are_those_of_sentence_transformers(model, mode):
    library = pytest.importorskip("sentence_transformers")
    pooled(model, pooling_mode=mode)
    theirs = library.SentenceTransformer(str(model), device="cpu").encode(TEXTS, normalize_embeddings=True)
    ours = SentenceVectors(str(model)).read(TEXTS)
    assert np.allclose(ours / np.linalg.norm(ours, axis=1, keepdims=True), theirs, atol=1e-5)


def test_modules_that_are_not_read_are_refused(model):
    pooled(model, pooling_mode=["max", "mean"])
    with pytest.raises(InputError, match="pools its tokens by"):
        SentenceVectors(str(model)).digest  # noqa: B018
    pooled(model, pooling_mode_max_tokens=True, pooling_mode_mean_tokens=True)
    with pytest.raises(InputError, match="pools its tokens by"):
        SentenceVectors(str(model)).digest  # noqa: B018
    (model / "modules.json").write_text('[{"type": "sentence_transformers.models.Dense", "path": "2_Dense"}]')
    with pytest.raises(InputError, match="Dense"):
        SentenceVectors(str(model)).digest  # noqa: B018
    (model / "modules.json").write_text('[{"type": "sentence_transformers.models.Pooling", "path": "../elsewhere"}]')
    with pytest.raises(InputError, match="modules that are not read"):
        SentenceVectors(str(model)).digest  # noqa: B018


def test_the_digest_goes_by_content(model, tmp_path):
    before = SentenceVectors(str(model)).digest
    assert SentenceVectors(str(shutil.copytree(model, tmp_path / "copy"))).digest == before
    config = json.loads((model / "config.json").read_text())
    (model / "config.json").write_text(json.dumps(config | {"layer_norm_eps": 1e-3}))
    assert SentenceVectors(str(model)).digest != before


def test_prototypes_with_a_model_in_a_folder(model, tmp_path):
    lf = prototypes({"yes": ["great lunch today"], "no": ["awful"]}, min_similarity=0.999, margin=0, model=str(model))
    lfs = LFSet(["no", "yes"], [lf])
    texts = ["great lunch today", "awful"]
    assert lfs.apply(texts, cache=tmp_path / "columns").matrix[:, 0].tolist() == [1, 0]
    assert len(list((tmp_path / "columns").iterdir())) == 1
    found = radii(lfs, texts, gold=["yes", "yes"])
    own = next(one for one in found.radii if one.min_similarity == 0.999)
    assert (own.votes, own.by_label, own.known, own.right, own.precision) == (2, {"no": 1, "yes": 1}, 2, 1, 0.5)
    assert "0.999  covers   100% (no 1, yes 1); right on 50.0% of 2 (now)" in str(found).splitlines()
    with pytest.raises(InputError, match="no_such"):
        radii(lfs, texts, lf="no_such")


def test_a_model_that_is_not_there_stops_the_lf(tmp_path):
    lfs = LFSet(["no", "yes"], [prototypes({"yes": ["a"]}, model=str(tmp_path / "none"))])
    with pytest.raises(LFError, match=r"LF 'prototypes': backbone .* cannot be opened"):
        lfs.apply(["a"])
    with pytest.raises(LFError, match="LF 'prototypes': backbone"):
        lfs.apply(["a"], cache=tmp_path / "columns")


def test_zero_shot_is_what_transformers_says(inference_model, tmp_path):
    from transformers import pipeline

    hypotheses = {"yes": "great lunch", "no": "awful train"}
    lf = zero_shot(hypotheses, model=str(inference_model), at_least=0.6, cache=tmp_path)
    theirs = pipeline("zero-shot-classification", model=str(inference_model), device="cpu")(
        TEXTS, candidate_labels=list(hypotheses.values()), hypothesis_template="{}"
    )
    names = {hypothesis: label for label, hypothesis in hypotheses.items()}
    expected = [names[one["labels"][0]] if one["scores"][0] >= 0.6 else None for one in theirs]
    assert [lf(text) for text in TEXTS] == expected
    soft = zero_shot(hypotheses, model=str(inference_model), at_least=0.0, soft=True, cache=tmp_path)
    votes = LFSet(["no", "yes"], [soft]).apply(TEXTS)
    assert votes.strength[:, 0].tolist() == pytest.approx([one["scores"][0] for one in theirs], abs=1e-3)
    assert lf.known_labels == ("yes", "no")


def test_zero_shot_needs_a_model_of_entailment(tiny_backbone):
    with pytest.raises(LFError, match="does not tell entailment"):
        LFSet(["no", "yes"], [zero_shot(["yes"], model=str(tiny_backbone))]).apply(["a"])


def test_labels_become_hypotheses_and_problems_are_named_at_once():
    assert zero_shot(["joy"], model="m", template="It is {}.").hypotheses == {"joy": "It is joy."}
    with pytest.raises(LFError, match="must stand in the template"):
        zero_shot(["joy"], model="m", template="It is.")
    with pytest.raises(LFError, match="takes labels"):
        zero_shot("joy", model="m")
    with pytest.raises(LFError) as caught:
        zero_shot({"a": "x", "b": "x", "c": ""}, model="", at_least=7)
    for part in ("same hypothesis", "'c' needs", "model must", "at_least must"):
        assert part in str(caught.value)


@pytest.mark.slow
def test_making_such_lfs_is_light():
    code = (
        "import sys, labelfns as l; l.prototypes({'a': ['b']}); l.zero_shot(['a'], model='m'); "
        "l.prompt('{text}', answers={'a': 'a'}, ask=print, model='m').about; "
        "print(sorted({'torch', 'transformers', 'sklearn', 'polars', 'sqlite3'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
