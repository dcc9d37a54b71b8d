import json

import numpy as np
import pytest

from labelfns.errors import InputError, SettingsError
from labelfns.models import FineTuning, TransformerClassifier
from labelfns.pipelines import Labelled, load_settings, run_pipeline
from labelfns.pipelines.few_gold import LittleGold, check_few_gold, refine, temperature, weighted_mean
from labelfns.pipelines.run import run

EVEN = [0.5, 0.5]
LEARN = FineTuning(epochs=12, min_steps=1, learning_rate=5e-3, frozen_layers=-1)


def quiet(what, done, total):
    pass


def test_temperature_by_hand():
    # sure to .9 and right in 6 of 10: the least cross-entropy has p = .6, so ln 9 / T = ln 1.5
    probs = np.array([[0.9, 0.1]] * 10)
    gold = np.array([0] * 6 + [1] * 4)
    assert temperature(probs, gold) == pytest.approx(np.log(9) / np.log(1.5), rel=1e-3)


def test_temperature_weighs_rows():
    probs = np.array([[0.9, 0.1]] * 10 + [[0.2, 0.8]] * 3)
    gold = np.array([0] * 6 + [1] * 4 + [0] * 3)
    alone = temperature(probs[:10], gold[:10])
    assert temperature(probs, gold, np.array([1] * 10 + [0] * 3)) == pytest.approx(alone, rel=1e-3)
    assert temperature(probs, gold) != pytest.approx(alone, rel=0.1)


def test_a_weight_of_two_is_not_two_rows():
    values = np.array([0.3, -0.1, 0.5, 0.2])
    assert weighted_mean(values, np.ones(4)) == pytest.approx((values.mean(), values.std(ddof=1) / 2))
    # 1 and 0 with weights 2 and 1: mean 2/3; shares 2/3, 1/3 say as much as 9/5 rows of equal weight, a factor 9/4
    expected = (4 / 9 * 1 / 9 + 1 / 9 * 4 / 9) * 9 / 4
    assert weighted_mean(np.array([1.0, 0.0]), np.array([2.0, 1.0])) == pytest.approx((2 / 3, expected**0.5))


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
    labelled = {"test": Labelled(texts[60:], gold[60:])}
    known = np.append(gold[:40], -1)  # a row without gold is left out
    found = refine(fitted[1], [*texts[:40], "?"], known, EVEN, LittleGold(steps=80, rate=1.0), labelled, quiet)
    assert found.figures.trained_further
    assert found.figures.gain > found.figures.gain_error
    assert found.figures.after.accuracy > 0.8 > 0.1 > found.figures.before.accuracy
    assert found.figures.refined["test"].accuracy > 0.8
    assert found.figures.gold_alone["test"].rows == len(texts) - 60
    assert found.figures.rows == 40


@pytest.mark.slow
def test_further_training_is_not_kept_where_it_hurts(fitted, toy_texts):
    texts, gold = toy_texts
    wild = LittleGold(steps=3, rate=200.0)  # a rate that wrecks the model
    found = refine(fitted[0], texts[:30], gold[:30], EVEN, wild, {"test": Labelled(texts, gold)}, quiet)
    assert not found.figures.trained_further
    before, after = (model.predict_proba(texts, progress=quiet) for model in (fitted[0], found.classifier))
    np.testing.assert_array_equal(before.argmax(axis=1), after.argmax(axis=1))
    assert found.figures.refined["test"].accuracy == (before.argmax(axis=1) == gold).mean()


@pytest.mark.slow
def test_a_model_without_a_known_last_layer_is_not_calibrated(fitted, toy_texts, monkeypatch):
    texts, gold = toy_texts
    monkeypatch.setattr(TransformerClassifier, "adjustable", False)
    found = refine(fitted[0], texts[:12], gold[:12], EVEN, LittleGold(steps=2), {}, quiet)
    assert found.figures.temperature == 1
    assert found.classifier is fitted[0] or found.figures.trained_further


def test_rows_without_gold_are_left_out_and_every_label_needs_two():
    check_few_gold(np.array([0, 1, -1, 0, 1]), ["no", "yes"])
    with pytest.raises(InputError, match=r"2 problems(.|\n)*1 row\(s\) of 'no'(.|\n)*0 row\(s\) of 'maybe'"):
        check_few_gold(np.array([0, 1, -1, 1]), ["no", "yes", "maybe"])


def test_settings_are_checked():
    with pytest.raises(SettingsError, match="3 problems"):
        LittleGold(folds=1, steps=0, rate=0)


@pytest.mark.slow
def test_gold_drawn_evenly_is_weighed_to_the_class_shares(fitted):
    texts, gold = ["nothing to tell them by"] * 20, np.arange(20) % 2
    found = refine(fitted[0], texts, gold, [0.9, 0.1], LittleGold(steps=80, rate=1.0), {}, quiet)
    assert found.figures.trained_further
    assert found.classifier.predict_proba(texts[:1], progress=quiet)[0, 0] == pytest.approx(0.9, abs=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("known", [None, [0.3, 0.7]])
def test_a_run_tells_what_gold_was_used_for(tiny_project, toy_texts, monkeypatch, known):
    texts, gold = toy_texts
    weighed = []
    monkeypatch.setattr(run, "refine", lambda *given: weighed.append(given[3]) or refine(*given))
    rows = [{"text": text, "label": ["negative", "positive"][c]} for text, c in zip(texts[:12], gold[:12], strict=True)]
    (tiny_project / "few.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    given = ["data.few_gold=few.jsonl", "little_gold.steps=2"]
    settings = load_settings(
        tiny_project / "pipeline.toml", given if known is None else [*given, f"self_training.class_shares={known}"]
    )
    metrics = run_pipeline(settings, tiny_project / "run", progress=quiet)
    assert metrics["gold_rows"]["training"]["rows"] == metrics["little_gold"]["rows"] == 12
    assert "baseline on gold alone" in metrics["gold_rows"]["few_gold"]["used_for"]
    assert metrics["little_gold"]["gold_alone"]["test"]["rows"] > 0
    if known is not None:
        assert list(weighed[0]) == known
    else:
        best = tiny_project / "run" / "rounds" / str(metrics["best_round"]) / "model"
        found = TransformerClassifier.from_pretrained(best).predict_proba([*texts, "boom"], progress=quiet)
        assert weighed[0] == pytest.approx(found.mean(axis=0), abs=1e-5)
    page = (tiny_project / "run" / "report.html").read_text(encoding="utf-8")
    assert "12 gold rows alone" in page
    kept = TransformerClassifier.from_pretrained(tiny_project / "run" / "model")
    assert kept.predict_proba(texts[:3], progress=quiet).shape == (3, 2)
