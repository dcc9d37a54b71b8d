import json
import random

import numpy as np
import pytest
import torch
from transformers import TrainerCallback, pipeline

from labelfns.errors import InputError, SettingsError
from labelfns.models import FineTuning, TransformerClassifier, WeakLabelLoss

LABELS = ["negative", "positive"]
FAST = FineTuning(epochs=12, min_steps=1, learning_rate=5e-3, frozen_layers=-1)
ONE = FineTuning(epochs=1, min_steps=1)


def quiet(what, done, total):
    pass


@pytest.fixture(scope="module")
def fitted(tiny_backbone, toy_texts):
    texts, gold = toy_texts
    return TransformerClassifier(tiny_backbone, labels=LABELS, settings=FAST).fit(
        texts, np.eye(2)[gold], progress=quiet
    )


@pytest.mark.slow
def test_it_learns(fitted, toy_texts):
    texts, gold = toy_texts
    probs = fitted.predict_proba(texts, progress=quiet)
    assert probs.shape == (80, 2)
    np.testing.assert_allclose(probs.sum(axis=1), 1, rtol=1e-5)
    assert (probs.argmax(axis=1) == gold).mean() > 0.9
    assert fitted.classes_ == ("negative", "positive")


def test_scores_do_not_depend_on_the_batch_a_text_is_in(fitted, toy_texts):
    texts, _ = toy_texts
    together = fitted.predict_proba(texts, progress=quiet)
    alone = np.concatenate([fitted.predict_proba([text], progress=quiet) for text in texts[:9]])
    np.testing.assert_allclose(together[:9], alone, atol=1e-5)


def test_transformers_opens_what_is_saved(fitted, toy_texts, tmp_path):
    fitted.save_pretrained(tmp_path / "m")
    (answer,) = pipeline("text-classification", str(tmp_path / "m"))(["great lunch"])
    assert answer["label"] in LABELS
    again = TransformerClassifier.from_pretrained(tmp_path / "m")
    texts, _ = toy_texts
    assert again.classes_ == fitted.classes_
    np.testing.assert_allclose(
        again.predict_proba(texts, progress=quiet), fitted.predict_proba(texts, progress=quiet), atol=1e-6
    )


@pytest.mark.slow
@pytest.mark.parametrize("consistency", ["none", "two_passes", "perturbed"])
def test_same_seed_same_weights_and_global_generators_alone(tiny_backbone, toy_texts, consistency):
    texts, gold = toy_texts
    settings = FineTuning(epochs=1, min_steps=1, hide_cues=0.5, loss=WeakLabelLoss(consistency=consistency))
    cues = [[(0, 4)] for _ in texts]

    def fit(seed):
        classifier = TransformerClassifier(tiny_backbone, settings=settings, seed=seed)
        return classifier.fit(texts, np.eye(2)[gold], cues=cues, progress=quiet).model_.state_dict()

    before = random.getstate(), torch.get_rng_state().tolist()
    first = fit(1)
    assert (random.getstate(), torch.get_rng_state().tolist()) == before
    torch.rand(5)
    second, other = fit(1), fit(2)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


@pytest.mark.slow
def test_rows_of_weight_nought_teach_nothing(tiny_backbone, toy_texts):
    texts, gold = toy_texts
    wrong = np.concatenate([np.eye(2)[gold], np.eye(2)[1 - gold]])
    weights = np.repeat([1.0, 0.0], 80)
    classifier = TransformerClassifier(tiny_backbone, settings=FAST)
    classifier.fit([*texts, *texts], wrong, weights=weights, progress=quiet)
    assert (classifier.predict(texts, progress=quiet) == gold).mean() > 0.9


def test_a_warm_start_goes_on_from_the_teacher(fitted, toy_texts):
    texts, gold = toy_texts
    still = FineTuning(epochs=1, min_steps=1, learning_rate=1e-12, loss=WeakLabelLoss(consistency="none"))
    student = TransformerClassifier("never opened", labels=LABELS, settings=still)
    student.fit(texts, np.eye(2)[gold], start=fitted, progress=quiet)
    assert student.model_ is not fitted.model_
    np.testing.assert_allclose(
        student.predict_proba(texts, progress=quiet), fitted.predict_proba(texts, progress=quiet), atol=1e-4
    )


def test_frozen_layers_stay_as_they_are(fitted, toy_texts):
    texts, gold = toy_texts
    settings = FineTuning(epochs=1, min_steps=1, learning_rate=1e-2, frozen_layers=1, loss=ONE.loss)
    student = TransformerClassifier("never opened", labels=LABELS, settings=settings)
    student.fit(texts, np.eye(2)[gold], start=fitted, progress=quiet)
    before, after = fitted.model_.state_dict(), student.model_.state_dict()
    changed = {name for name in before if not torch.equal(before[name], after[name])}
    assert changed
    assert all("layer.1" in name or "pooler" in name or "classifier" in name for name in changed)


def test_logits_are_divided_and_shifted_in_what_is_saved(fitted, toy_texts, tmp_path):
    texts, _ = toy_texts
    logits = np.log(fitted.predict_proba(texts[:8], progress=quiet))
    fitted.adjusted(temperature=2.0, shift=[0.5, -0.5]).save_pretrained(tmp_path)
    found = TransformerClassifier.from_pretrained(tmp_path).predict_proba(texts[:8], progress=quiet)
    powers = np.exp(logits / 2 + [0.5, -0.5])
    np.testing.assert_allclose(found, powers / powers.sum(axis=1, keepdims=True), atol=1e-5)
    np.testing.assert_allclose(np.log(fitted.predict_proba(texts[:8], progress=quiet)), logits, atol=1e-5)


def test_a_last_layer_without_biases_is_not_shifted(fitted):
    bare = fitted.adjusted()
    assert bare.shiftable
    bare.model_.classifier.bias = None
    assert not bare.shiftable
    assert bare.adjustable
    with pytest.raises(InputError, match="cannot shift the last layer, which has no biases"):
        bare.adjusted(shift=[1.0, 0.0])
    bare.model_.classifier = torch.nn.Identity()
    with pytest.raises(InputError, match="cannot tell the last layer"):
        bare.adjusted(temperature=2.0)


def test_half_a_surrogate_pair_is_read_as_a_question_mark(fitted):
    probs = fitted.predict_proba(["\udce9 lunch", "? lunch"], progress=quiet)
    np.testing.assert_allclose(probs[0], probs[1], atol=1e-6)


def test_hidden_pieces_are_not_seen(fitted):
    probs = fitted.predict_proba(["lunch great", "lunch awful"], hidden=[[(6, 11)], [(6, 11)]], progress=quiet)
    np.testing.assert_allclose(probs[0], probs[1], atol=1e-6)


@pytest.mark.slow
def test_users_callbacks_and_trainer_arguments_are_used(tiny_backbone, toy_texts):
    texts, gold = toy_texts

    class Count(TrainerCallback):
        steps = 0

        def on_step_end(self, args, state, control, **kwargs):
            self.steps += 1

    count = Count()
    settings = FineTuning(epochs=3, min_steps=1, trainer={"max_steps": 2})
    TransformerClassifier(tiny_backbone, settings=settings, callbacks=[count]).fit(
        texts, np.eye(2)[gold], progress=quiet
    )
    assert count.steps == 2


@pytest.mark.slow
def test_progress_is_told(tiny_backbone, toy_texts):
    texts, gold = toy_texts
    seen = []
    classifier = TransformerClassifier(tiny_backbone, settings=ONE)
    classifier.fit(texts, np.eye(2)[gold], progress=lambda *step: seen.append(step))
    assert seen[-1] == ("fine-tuning", 5, 5)
    classifier.predict_proba(texts, progress=lambda *step: seen.append(step))
    assert seen[-1] == ("scoring", 80, 80)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"probs": np.eye(3)[:2]}, "3 columns for 2 labels"),
        ({"probs": np.array([[0.5, 0.5], [0.5, 0.6]])}, "probs of row 1"),
        ({"probs": np.array([[0.5, 0.5], [np.nan, 0.5]])}, "probs of row 1"),
        ({"weights": [1.0]}, "weights has 1 entry for 2 texts"),
        ({"weights": [1.0, -1.0]}, "weights of row 1"),
        ({"weights": [0.0, 0.0]}, "all weights are 0"),
        ({"texts": ["a", ""]}, "empty in row 1"),
        ({"cues": [[]]}, "cues has 1 entry for 2 texts"),
        ({"cues": [[], [], []]}, "cues has 3 entries for 2 texts"),
    ],
)
def test_bad_training_input(options, message):
    arguments = {"texts": ["a", "b"], "probs": np.eye(2)} | options
    with pytest.raises(InputError, match=message):
        TransformerClassifier("never opened", labels=LABELS).fit(arguments.pop("texts"), **arguments)


def test_not_fitted_and_not_saved(tmp_path):
    with pytest.raises(InputError, match="not fitted"):
        TransformerClassifier("never opened").predict(["a"])
    with pytest.raises(InputError, match=r"no config\.json"):
        TransformerClassifier.from_pretrained(tmp_path)


@pytest.mark.slow
def test_a_warm_start_is_the_same_from_memory_and_from_disk(tiny_backbone, toy_texts, tmp_path):
    texts, gold = toy_texts
    settings = FineTuning(epochs=1, min_steps=1, precision="bf16")

    def fit(start=None):
        model = TransformerClassifier(tiny_backbone, settings=settings, seed=1)
        return model.fit(texts, np.eye(2)[gold], start=start, progress=quiet)

    first = fit()
    first.save_pretrained(tmp_path / "saved")
    again = TransformerClassifier.from_pretrained(tmp_path / "saved")
    probs = [model.predict_proba(texts, progress=quiet) for model in (first, again)]
    np.testing.assert_array_equal(*probs)  # both in full precision
    for ours, theirs in zip(fit(first).model_.parameters(), fit(again).model_.parameters(), strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.slow
def test_what_decides_the_answers_is_saved(fitted, toy_texts, tmp_path):
    long = ["lunch " * 30 + "great", "lunch " * 30 + "awful"]
    wide = fitted.unfitted(settings=FineTuning(epochs=12, min_steps=1, learning_rate=5e-3, max_length=64))
    wide.fit(toy_texts[0], toy_texts[1], start=fitted, progress=quiet).save_pretrained(tmp_path / "m")
    again = TransformerClassifier.from_pretrained(tmp_path / "m")
    assert again.settings.max_length == 64
    np.testing.assert_array_equal(again.predict_proba(long, progress=quiet), wide.predict_proba(long, progress=quiet))
    saved = json.loads((tmp_path / "m" / "labelfns.json").read_text())
    assert saved == {"version": saved["version"], "labels": LABELS, "max_length": 64, "mask": "[MASK]"}
    (tmp_path / "m" / "labelfns.json").unlink()  # as another maker, or an earlier version, left it
    assert TransformerClassifier.from_pretrained(tmp_path / "m").settings.max_length == 128


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "labelfns.json is not JSON"),
        ("[]", "must hold a JSON object"),
        ('{"max_length": 2}', "max_length must be at least 8; got 2"),
        ('{"max_length": "many"}', "max_length must be a whole number"),
        ('{"max_length": 65}', "at most 64 tokens"),
        ('{"labels": ["positive", "negative"]}', r"labels positive, negative, but config\.json negative, positive"),
        ('{"labels": [1, 2]}', "labels must be a list of strings"),
        ('{"mask": 3}', "mask must be a string"),
    ],
)
def test_what_was_saved_and_edited(fitted, tmp_path, text, message):
    fitted.save_pretrained(tmp_path)
    (tmp_path / "labelfns.json").write_text(text)
    with pytest.raises(InputError, match=message):
        TransformerClassifier.from_pretrained(tmp_path)


@pytest.mark.parametrize("length", [65, 100_000])
def test_more_tokens_than_the_backbone_reads(tiny_backbone, length):
    classifier = TransformerClassifier(tiny_backbone, settings=FineTuning(max_length=length))
    with pytest.raises(InputError, match=rf"max_length = {length}: .* reads at most 64 tokens"):
        classifier.fit(["great " * 99, "awful"], np.eye(2), progress=quiet)
    with pytest.raises(InputError, match=rf"max_length = {length}: .* reads at most 64 tokens"):
        classifier.frozen_features(["great"], progress=quiet)


def test_the_default_length_gives_way(fitted):
    assert fitted.settings.max_length == 128
    probs = fitted.predict_proba(["lunch " * 99 + "great", "lunch " * 62], progress=quiet)
    np.testing.assert_allclose(probs[0], probs[1], atol=1e-6)


@pytest.mark.slow
def test_it_learns_from_names(tiny_backbone, toy_texts):
    texts, gold = toy_texts
    first = TransformerClassifier(tiny_backbone, settings=ONE).fit(texts, np.eye(2)[gold], progress=quiet)
    other = TransformerClassifier(tiny_backbone, settings=ONE).fit(texts, np.array(LABELS)[gold], progress=quiet)
    assert other.classes_ == ("negative", "positive")
    assert all(torch.equal(a, b) for a, b in zip(first.model_.parameters(), other.model_.parameters(), strict=True))


def test_names_of_labels(fitted, toy_texts):
    texts, _ = toy_texts
    ids, names = fitted.predict(texts, progress=quiet), fitted.label(texts, progress=quiet)
    assert names.tolist() == [LABELS[c] for c in ids]


@pytest.mark.slow
def test_scikit_learn_clones_it(tiny_backbone, fitted):
    from sklearn.base import clone

    classifier = TransformerClassifier(tiny_backbone, labels=LABELS, settings=ONE, seed=3, callbacks=(TrainerCallback,))
    copied = clone(classifier)
    assert copied.get_params() == classifier.get_params()
    assert clone(fitted).get_params() == fitted.get_params()
    assert not hasattr(clone(fitted), "model_")
    assert copied.set_params(seed=4).seed == 4
    with pytest.raises(SettingsError, match="seeds is not an argument of TransformerClassifier; did you mean 'seed'"):
        copied.set_params(seeds=4)


def test_labels_given_twice_must_be_the_same(fitted, toy_texts):
    texts, gold = toy_texts
    assert fitted.unfitted(LABELS, seed=5).seed == 5
    with pytest.raises(InputError, match=r"labels are given twice, and differ: \(negative, positive\) and \(no, yes\)"):
        fitted.unfitted(["no", "yes"])
    with pytest.raises(InputError, match="labels are given twice"):
        TransformerClassifier("never opened", labels=["no", "yes"]).fit(texts, np.eye(2)[gold], start=fitted)


def test_hidden_pieces_of_another_length(fitted):
    with pytest.raises(InputError, match="hidden has 1 entry for 2 texts"):
        fitted.predict_proba(["a", "b"], hidden=[[]], progress=quiet)


@pytest.mark.slow
def test_a_backbone_is_opened_once_for_features_and_fit(tiny_backbone, toy_texts, monkeypatch):
    from labelfns.models.transformer import classifier as module

    texts, gold = toy_texts
    opened, load = [], module.load_backbone
    monkeypatch.setattr(module, "load_backbone", lambda *given, **more: (opened.append(given), load(*given, **more))[1])

    def fit(*, keep_open, labels=LABELS):
        opened.clear()
        classifier = TransformerClassifier(tiny_backbone, labels=labels, settings=ONE, seed=3)
        features = classifier.frozen_features(texts, keep_open=keep_open, progress=quiet)
        return features, classifier.fit(texts, gold, progress=quiet).model_, len(opened)

    features, model, count = fit(keep_open=False)
    again, same, fewer = fit(keep_open=True)
    assert (count, fewer) == (2, 1)
    np.testing.assert_array_equal(features, again)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), same.parameters(), strict=True))
    assert fit(keep_open=True, labels=None)[2] == 2  # how many labels there will be is not known


@pytest.mark.slow
def test_the_top_of_the_seeds(tiny_backbone, toy_texts):
    texts, gold = toy_texts
    for seed in (2**32 - 1, 2**32 + 1):
        TransformerClassifier(tiny_backbone, settings=ONE, seed=seed).fit(texts, gold, progress=quiet)


def test_a_seed_is_a_number_of_at_least_nought():
    with pytest.raises(SettingsError, match="seed must be at least 0; got -1"):
        TransformerClassifier("never opened", seed=-1).fit(["a", "b"], [0, 1])
