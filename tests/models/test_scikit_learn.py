"""Label models and classifier where scikit-learn's own tools take them, and its checks."""

import warnings

import numpy as np
import pytest
import sklearn.utils.estimator_checks
from sklearn.base import is_classifier
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from labelfns import LFSet, keywords
from labelfns.errors import InputError
from labelfns.models import MACE, DawidSkene, FineTuning, LabelModel, MajorityVote, SnorkelLabelModel
from labelfns.models.transformer.classifier import TransformerClassifier

LABELS = ("no", "yes")
LFS = LFSet(
    LABELS,
    [
        keywords("yes", ["great"], name="great"),
        keywords("no", ["bad"], name="bad"),
        keywords("yes", ["wow"], name="wow"),
    ],
)
TEXTS = ["great wow", "bad", "wow", "bad bad", "great", "so so"] * 10
GOLD = [1, 0, 1, 0, 1, 0] * 10
NAMES = [LABELS[label] for label in GOLD]
VOTES = LFS.apply(TEXTS)

NUMBERS = "the check gives numbers: label models take Votes, which know labels and LFs, and the classifier texts"
DATA_CHECKS = """
    check_fit_score_takes_y check_estimators_overwrite_params check_dont_overwrite_parameters
    check_estimators_fit_returns_self check_readonly_memmap_input check_positive_only_tag_during_fit
    check_estimators_dtypes check_pipeline_consistency check_estimator_sparse_tag check_estimator_sparse_array
    check_estimator_sparse_matrix check_estimators_pickle check_f_contiguous_array_estimator
    check_classifier_data_not_an_array check_classifiers_one_label check_classifiers_classes check_classifiers_train
    check_methods_sample_order_invariance check_methods_subset_invariance check_fit2d_1sample check_fit2d_1feature
    check_dict_unchanged check_fit_idempotent check_fit_check_is_fitted
"""
EXPECTED = dict.fromkeys(DATA_CHECKS.split(), NUMBERS) | {
    "check_estimators_unfitted": "what is not fitted raises InputError, not scikit-learn's NotFittedError",
}
CHECKED_AT_ONCE = {
    "check_do_not_raise_errors_in_init_or_set_params": "settings are checked when they are set, not when fit is called"
}
OF_THE_CLASSIFIER = {
    "check_parameters_default_constructible": "its backbone has no default, and its settings are a dataclass"
}


class _Asked:
    """Says that it takes tables of numbers, without which scikit-learn skips all checks but that of `clone`."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        return tags


def asked(kind):
    return type(kind.__name__, (_Asked, kind), {"__repr__": lambda self: kind.__name__})  # the same in each process


ASKED = [asked(kind)() for kind in (LabelModel, MajorityVote, SnorkelLabelModel, DawidSkene, MACE)]
with warnings.catch_warnings(action="ignore"):  # they do not inherit from BaseEstimator, as that would import it
    scikit_learns_checks = sklearn.utils.estimator_checks.parametrize_with_checks(
        [*ASKED, asked(TransformerClassifier)("embedded")],
        expected_failed_checks=lambda model: (
            EXPECTED
            | (CHECKED_AT_ONCE if model.get_params() and not isinstance(model, TransformerClassifier) else {})
            | (OF_THE_CLASSIFIER if isinstance(model, TransformerClassifier) else {})
        ),
    )


@pytest.mark.filterwarnings("ignore:.*recommended to delay parameter validation")  # settings are checked when set
@scikit_learns_checks
def test_scikit_learns_checks(estimator, check):
    check(estimator)


@pytest.mark.slow
def test_label_models_are_cross_validated_on_votes():
    for gold in (GOLD, NAMES, None):
        probs = cross_val_predict(LabelModel(), VOTES, gold, method="predict_proba")
        assert probs.shape == (60, 2)
        assert (probs[:5].argmax(axis=1) == GOLD[:5]).all()
    assert cross_val_predict(LabelModel(), VOTES, GOLD)[:6].tolist() == [1, 0, 1, 0, 1, -1]
    assert cross_val_score(MajorityVote(), VOTES, NAMES).tolist() == pytest.approx([5 / 6] * 5)
    assert cross_val_score(MajorityVote(), VOTES, GOLD, scoring="accuracy").tolist() == pytest.approx([5 / 6] * 5)


def test_what_is_learned_of_a_fold_is_learned_of_its_rows_alone():
    train, left_out = np.arange(30, 60), np.arange(30)
    ((split,), expected) = (
        [(train, left_out)],
        LabelModel().fit(VOTES.rows(train)).score(VOTES.rows(left_out), NAMES[:30]),
    )
    assert cross_val_score(LabelModel(), VOTES, NAMES, cv=[split]).tolist() == [expected]


@pytest.mark.slow
def test_settings_are_searched():
    search = GridSearchCV(LabelModel(), {"accuracy": [0.6, 0.8]}).fit(VOTES, NAMES)
    assert search.best_params_ == {"accuracy": 0.6}
    assert search.best_estimator_.predict(VOTES)[:6].tolist() == [1, 0, 1, 0, 1, -1]

    def surprise(model, texts, gold):
        return -log_loss(gold, model.predict_proba(texts))

    pipeline = make_pipeline(FunctionTransformer(LFS.apply), LabelModel())
    search = GridSearchCV(pipeline, {"labelmodel__accuracy": [0.6, 0.8]}, scoring=surprise).fit(TEXTS, GOLD)
    assert set(search.cv_results_["param_labelmodel__accuracy"]) == {0.6, 0.8}
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_lfs_and_label_model_are_a_pipeline_of_texts():
    pipeline = make_pipeline(FunctionTransformer(LFS.apply), LabelModel())
    assert is_classifier(pipeline)
    assert pipeline.fit(TEXTS).predict(["great", "so"]).tolist() == [1, -1]
    assert pipeline.classes_ == LABELS
    assert pipeline.score(TEXTS, NAMES) == pytest.approx(5 / 6)


def test_score_counts_rows_with_gold_and_an_abstain_is_not_right():
    model = MajorityVote().fit(VOTES)
    assert model.score(VOTES.rows(slice(6)), ["yes", None, -1, "yes", None, "no"]) == pytest.approx(1 / 3)
    with pytest.raises(InputError, match="none of the 60 rows has a gold label"):
        model.score(VOTES, [-1] * 60)


def test_rows_of_votes_as_scikit_learn_takes_them():
    assert VOTES.shape == (60, 3)
    assert VOTES[np.array([1, 0]), ...].matrix.tolist() == [[-1, 0, -1], [1, -1, 1]]
    with pytest.raises(InputError, match="an LF is taken by its name"):
        VOTES[0]


@pytest.mark.slow
def test_the_classifier_is_cross_validated_and_searched(tiny_backbone, toy_texts):
    texts, gold = toy_texts
    short, longer = FineTuning(epochs=1, min_steps=1), FineTuning(epochs=2, min_steps=1)
    model = TransformerClassifier(tiny_backbone, labels=("negative", "positive"), settings=short)
    assert is_classifier(model)
    out_of_fold = cross_val_predict(model, texts, gold, cv=2, method="predict_proba")
    assert out_of_fold.shape == (80, 2)
    pipeline = make_pipeline(FunctionTransformer(lower), model)
    grid = {"transformerclassifier__settings": [short, longer]}
    search = GridSearchCV(pipeline, grid, cv=2).fit(texts, np.array(["negative", "positive"])[gold])
    assert set(search.best_estimator_.predict(texts)) <= {0, 1}
    again = search.best_estimator_.score(texts, gold)
    assert 0 <= again <= 1


def lower(texts):
    return [text.lower() for text in texts]
