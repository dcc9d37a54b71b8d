"""Arguments of another class than they must be: one error before anything runs, all of them at once."""

import pytest

from labelfns import LFSet, keywords
from labelfns.errors import LFError, SettingsError
from labelfns.models import MajorityVote, TransformerClassifier
from labelfns.pipelines import Pipeline
from labelfns.pipelines.self_training.loop import SelfTraining

TEXTS = ["good", "bad"]
WRONG = {
    "lfs": ("lfs.py", [keywords("up", ["good"])]),
    "backbone": (3, None),
    "label_model": ("majority", MajorityVote),
    "settings": ({"epochs": 1}, "fast"),
    "rounds": (2, {"rounds": 2}),
    "few_gold": (20, {"folds": 5}),
    "prediction": ("both", True),
    "seed": ("1", 1.5, None),
}


def lfs():
    return LFSet(["up", "down"], [keywords("up", ["good"]), keywords("down", ["bad"])])


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in WRONG.items() for value in values])
def test_of_a_pipeline(name, value):
    pipeline = Pipeline(lfs()).set_params(**{name: value})
    with pytest.raises(SettingsError, match=rf"^{name} must be .*; got "):
        pipeline.fit(TEXTS)


def test_all_at_once():
    arguments = {name: values[0] for name, values in WRONG.items()}
    with pytest.raises(SettingsError) as error:
        Pipeline(**arguments).fit(TEXTS)
    assert all(f"{name} must be" in str(error.value) for name in WRONG)


@pytest.mark.parametrize("name", ["backbone", "settings"])
@pytest.mark.parametrize("number", [0, 1])
def test_of_a_classifier(name, number):
    arguments = {"backbone": "embedded"} | {name: WRONG[name][number]}
    with pytest.raises(SettingsError, match=f"^{name} must be"):
        TransformerClassifier(**arguments).fit(TEXTS, ["up", "down"])


def test_of_rounds_and_of_a_set_of_lfs():
    with pytest.raises(SettingsError, match=r"(?s)label_model must be.*classifier must be.*settings must be"):
        SelfTraining("majority", "embedded", 2)
    with pytest.raises(LFError, match="the LFs of a set are a list; got WordsLF"):
        LFSet(["up", "down"], keywords("up", ["good"]))
