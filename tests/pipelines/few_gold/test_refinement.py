import inspect
import json

import numpy as np
import pytest

from labelfns.errors import InputError
from labelfns.models import FineTuning, TransformerClassifier
from labelfns.pipelines import FewGold, Labeled, load_settings, run_pipeline
from labelfns.pipelines.few_gold import refine
from labelfns.pipelines.run import training

EVEN = [0.5, 0.5]
LEARN = FineTuning(epochs=12, min_steps=1, learning_rate=5e-3, frozen_layers=-1)


def quiet(what, done, total):
    pass


@pytest.fixture(scope="module")
def fitted(tiny_backbone, toy_texts):
    """A classifier that has learned the toy texts, and one that has learned the opposite."""
    texts, gold = toy_texts
    template = TransformerClassifier(tiny_backbone, labels=["negative", "positive"], settings=LEARN)

    def fit(labels):
        model = TransformerClassifier(tiny_backbone, labels=template.labels, settings=LEARN)
        return model.fit(texts, np.eye(2)[labels], progress=quiet)

    return fit(gold), fit(1 - gold)


@pytest.mark.slow
def test_further_training_is_kept_where_it_helps(fitted, toy_texts):
    texts, gold = toy_texts
    labeled = {"test": Labeled(texts[60:], gold[60:])}
    some = np.append(gold[:40], -1)  # a row without gold is left out
    result = refine(fitted[1], [*texts[:40], "?"], some, EVEN, FewGold(steps=80, rate=1.0), labeled, quiet)
    assert result.metrics.trained_further
    assert result.metrics.gain > result.metrics.gain_error
    assert result.metrics.after.accuracy > 0.8 > 0.1 > result.metrics.before.accuracy
    assert result.metrics.refined["test"].accuracy > 0.8
    assert result.metrics.gold_alone["test"].rows == len(texts) - 60
    assert result.metrics.rows == 40


@pytest.mark.slow
def test_further_training_is_not_kept_where_it_hurts(fitted, toy_texts):
    texts, gold = toy_texts
    wild = FewGold(steps=3, rate=200.0)  # a rate that wrecks the model
    result = refine(fitted[0], texts[:30], gold[:30], EVEN, wild, {"test": Labeled(texts, gold)}, quiet)
    assert not result.metrics.trained_further
    before, after = (model.predict_proba(texts, progress=quiet) for model in (fitted[0], result.classifier))
    np.testing.assert_array_equal(before.argmax(axis=1), after.argmax(axis=1))
    assert result.metrics.refined["test"].accuracy == (before.argmax(axis=1) == gold).mean()


def test_gold_that_does_not_fit_is_refused(tiny_backbone):
    model = TransformerClassifier(tiny_backbone)
    model.classes_ = ("negative", "positive")
    with pytest.raises(InputError, match="gold has 1 entry for 2 texts"):
        refine(model, ["a", "b"], [0], EVEN, FewGold(), {}, quiet)
    with pytest.raises(InputError, match="have 1 of 'negative'"):
        refine(model, ["a", "b"], ["negative", None], EVEN, FewGold(), {}, quiet)


@pytest.mark.slow
def test_a_model_without_a_known_last_layer_is_not_calibrated(fitted, toy_texts, monkeypatch):
    texts, gold = toy_texts
    monkeypatch.setattr(TransformerClassifier, "adjustable", False)
    result = refine(fitted[0], texts[:12], gold[:12], EVEN, FewGold(steps=2), {}, quiet)
    assert result.metrics.temperature == 1
    assert result.classifier is fitted[0] or result.metrics.trained_further


@pytest.mark.slow
def test_gold_drawn_evenly_is_weighted_to_the_class_balance(fitted):
    texts, gold = ["nothing to tell them by"] * 20, np.arange(20) % 2
    result = refine(fitted[0], texts, gold, [0.9, 0.1], FewGold(steps=80, rate=1.0), {}, quiet)
    assert result.metrics.trained_further
    assert result.classifier.predict_proba(texts[:1], progress=quiet)[0, 0] == pytest.approx(0.9, abs=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("balance", [None, [0.3, 0.7]])
def test_a_run_says_what_gold_was_used_for(tiny_project, toy_texts, monkeypatch, balance):
    texts, gold = toy_texts
    balances = []

    def watched(*args, **options):
        balances.append(inspect.signature(refine).bind(*args, **options).arguments["class_balance"])
        return refine(*args, **options)

    monkeypatch.setattr(training, "refine", watched)
    rows = [{"text": text, "label": ["negative", "positive"][c]} for text, c in zip(texts[:12], gold[:12], strict=True)]
    (tiny_project / "few.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    overrides = ["data.few_gold=few.jsonl", "few_gold.steps=2"]
    settings = load_settings(
        tiny_project / "pipeline.toml",
        overrides if balance is None else [*overrides, f"self_training.class_balance={balance}"],
    )
    metrics = run_pipeline(settings, tiny_project / "run", progress=quiet)
    assert metrics["gold_rows"]["training"]["rows"] == metrics["few_gold"]["rows"] == 12
    assert "baseline on gold alone" in metrics["gold_rows"]["few_gold"]["used_for"]
    assert metrics["few_gold"]["gold_alone"]["test"]["rows"] > 0
    if balance is not None:
        assert list(balances[0]) == balance
    else:
        best = tiny_project / "run" / "rounds" / str(metrics["best_round"]) / "model"
        answers = TransformerClassifier.from_pretrained(best).predict_proba([*texts, "boom"], progress=quiet)
        assert balances[0] == pytest.approx(answers.mean(axis=0), abs=1e-5)
    assert set(metrics["by_class"]) == {"val", "test"}
    assert metrics["by_class"]["test"]["positive"]["rows"] == sum(
        metrics["few_gold"]["refined"]["test"]["confusion"][1]
    )
    page = (tiny_project / "run" / "report.html").read_text(encoding="utf-8")
    assert "12 gold rows alone" in page
    kept = TransformerClassifier.from_pretrained(tiny_project / "run" / "model")
    assert kept.predict_proba(texts[:3], progress=quiet).shape == (3, 2)
