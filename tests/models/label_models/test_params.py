import copy
import math
import pickle

import numpy as np
import pytest
from sklearn.base import clone

from labelfns import Votes
from labelfns.errors import SettingsError
from labelfns.models import MACE, DawidSkene, LabelModel, MajorityVote, SnorkelLabelModel
from labelfns.models.label_models.kinds import KINDS

VOTES = Votes([[0, 0, -1], [1, 1, 0], [-1, 1, 1], [0, -1, 0]], labels=["no", "yes"])
MODELS = [
    MajorityVote(),
    LabelModel(),
    LabelModel(class_balance=[0.3, 0.7], floor="off"),
    LabelModel(class_balance=np.array([0.3, 0.7])),
    SnorkelLabelModel(seed=3, lr=0.1, class_balance=(0.5, 0.5)),
    DawidSkene(algorithm="one-coin"),
    MACE(n_iter=7),
]


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_scikit_learns_contract(model):
    again = clone(model)
    assert again is not model
    assert again == model
    assert again.get_params().keys() == model.get_params().keys()
    assert repr(again) == repr(model)
    assert type(model)(**model.get_params()) == model
    assert not hasattr(again, "classes_")


@pytest.mark.parametrize("model", [MajorityVote(), LabelModel(accuracy=0.7)], ids=repr)
def test_a_clone_of_a_fitted_model_is_not_fitted(model):
    fitted = copy.copy(model).fit(VOTES)
    assert not hasattr(clone(fitted), "classes_")
    assert fitted == model
    copies = (copy.deepcopy(fitted), pickle.loads(pickle.dumps(fitted)))
    assert all(np.array_equal(one.predict_proba(VOTES), fitted.predict_proba(VOTES)) for one in copies)


def test_set_params_is_all_or_nothing():
    model = SnorkelLabelModel()
    assert model.set_params(seed=4, lr=0.5) is model
    assert (model.seed, model.lr) == (4, 0.5)
    with pytest.raises(SettingsError, match="2 problems"):
        model.set_params(seed=5, lr=0.0, l2=-1.0)
    assert (model.seed, model.lr) == (4, 0.5)
    with pytest.raises(SettingsError, match="n_epoch is not an argument of SnorkelLabelModel; did you mean 'n_epochs'"):
        model.set_params(n_epoch=4)


def test_equal_settings_are_equal_models():
    assert LabelModel(class_balance=(0.5, 0.5)) == LabelModel(class_balance=[0.5, 0.5])
    assert LabelModel() != LabelModel(accuracy=0.7)
    assert MajorityVote() == MajorityVote()
    assert MajorityVote() != LabelModel()


def test_kinds():
    assert list(KINDS) == ["labelfns", "snorkel", "majority", "dawid_skene", "mace"]
    for kind in KINDS.values():
        with pytest.raises(TypeError, match="unexpected keyword"):
            kind(no_such_setting=1)
    with pytest.raises(TypeError, match="n_epochs"):
        KINDS["labelfns"](n_epochs=5)


NUMBERS = (math.nan, math.inf, -1, "0.5", None, True)
BALANCES = ([], [1.0], (0.5, 0.2), (1.5, -0.5), (math.nan, 0.5), "x", 0.5, ["a", "b"], {0: 0.5, 1: 0.5}, (0.5, None))
WRONG = [
    *[(LabelModel, {"accuracy": value}) for value in (*NUMBERS, 0, 1)],
    *[(LabelModel, {"class_balance": value}) for value in (*BALANCES, None)],
    *[(LabelModel, {"floor": value}) for value in ("on", None, ["auto"])],
    *[(SnorkelLabelModel, {name: value}) for name in ("lr", "l2", "prec_init") for value in NUMBERS],
    *[(SnorkelLabelModel, {"lr": 0}), (SnorkelLabelModel, {"prec_init": 1})],
    *[(SnorkelLabelModel, {"n_epochs": value}) for value in (*NUMBERS, 0, 1.5)],
    *[(SnorkelLabelModel, {"class_balance": value}) for value in BALANCES],
    *[(kind, {"seed": value}) for kind in (SnorkelLabelModel, MACE) for value in (-1, 2**32, 0.5, None, "0", True)],
    *[(kind, {"n_iter": value}) for kind in (DawidSkene, MACE) for value in (*NUMBERS, 0)],
    *[(DawidSkene, {"algorithm": value}) for value in ("magic", None, ["one-coin"])],
]


@pytest.mark.parametrize(("kind", "setting"), WRONG, ids=lambda value: getattr(value, "__name__", str(value)))
def test_a_wrong_value_is_a_settings_error_that_names_it(kind, setting):
    with pytest.raises(SettingsError, match=f"^{next(iter(setting))} must be"):
        kind(**setting)


def test_all_problems_at_once():
    with pytest.raises(SettingsError, match="6 problems") as caught:
        SnorkelLabelModel(seed=-1, n_epochs=math.inf, lr=0, l2=math.nan, prec_init=2, class_balance=[])
    assert str(caught.value).count("\n  - ") == 6


@pytest.mark.parametrize("kind", [LabelModel, SnorkelLabelModel])
def test_a_class_balance_of_another_length(kind):
    with pytest.raises(SettingsError, match="class_balance must have 2 shares, one per label; got 3"):
        kind(class_balance=(0.2, 0.3, 0.5)).fit(VOTES)


def test_numpys_numbers_are_settings_too(tmp_path):
    model = LabelModel(accuracy=np.float32(0.75), class_balance=np.array([0.25, 0.75])).fit(VOTES)
    model.save(tmp_path / "model.json")
    assert LabelModel.load(tmp_path / "model.json") == model
