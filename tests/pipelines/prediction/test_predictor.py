import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from labelfns import Votes
from labelfns.errors import InputError
from labelfns.models import LabelModel, MajorityVote
from labelfns.pipelines.prediction.predictor import USUAL, Answers, Predictor, VoteWeight, joined

LABELS = ["no", "yes"]


def rows(n, k):
    shares = hnp.arrays(float, (n, k), elements=st.floats(0.001, 1))
    return shares.map(lambda array: array / array.sum(axis=1, keepdims=True))


@given(rows(6, 3), rows(6, 3), hnp.arrays(bool, 6), st.floats(0, 1))
def test_joined_rows_are_probabilities_and_uncovered_ones_the_classifiers(classifier, weak, covered, weight):
    probs = joined(classifier, weak, covered, weight)
    np.testing.assert_allclose(probs.sum(axis=1), 1)
    assert (probs >= 0).all()
    np.testing.assert_array_equal(probs[~covered], classifier[~covered])
    np.testing.assert_allclose(joined(classifier, weak, covered, 0.0), classifier)


@given(rows(6, 3), st.floats(0.05, 1))
def test_votes_that_say_nothing_change_nothing(classifier, weight):
    probs = joined(classifier, np.full((6, 3), 1 / 3), np.ones(6, dtype=bool), weight)
    np.testing.assert_allclose(probs, classifier)


def test_where_an_answer_comes_from():
    classifier = np.array([[0.9, 0.1], [0.45, 0.55], [0.1, 0.9], [0.8, 0.2], [0.5, 0.5]])
    weak = np.array([[0.8, 0.2], [0.9, 0.1], [0.6, 0.4], [0.5, 0.5], [0.5, 0.5]])
    covered = np.array([True, True, True, False, False])
    answers = Answers.of(classifier, weak, covered, 1.0)
    assert answers.labels().tolist() == [0, 0, 1, 0, 0]
    assert answers.origins().tolist() == ["both", "votes", "classifier", "classifier", "classifier"]
    assert answers.labels(0.6).tolist() == [0, 0, 1, 0, -1]
    assert answers.origins(0.6).tolist() == ["both", "votes", "classifier", "classifier", "neither"]
    tied = Answers.of(np.array([[0.6, 0.4]]), np.array([[0.5, 0.5]]), np.array([True]), 1.0)
    assert tied.origins().tolist() == ["classifier"]
    assert set(Answers.of(classifier, weak, covered, 0.0).origins()) == {"classifier"}
    alone = Answers.of(classifier, None, None, 1.0)
    np.testing.assert_array_equal(alone.probs, classifier)
    assert set(alone.origins()) == {"classifier"}


def test_a_frame_of_answers_needs_the_label_names():
    with pytest.raises(InputError, match="lack the label names"):
        Answers.of(np.array([[0.9, 0.1]]), None, None, 0.0).to_polars()


class Fixed:
    """A classifier that answers what it is given."""

    classes_ = tuple(LABELS)

    def __init__(self, probs):
        self.probs = np.asarray(probs)

    def predict_proba(self, texts, progress=None):
        return self.probs


VOTES = Votes([[0, 0], [1, -1], [-1, -1]], labels=LABELS)


def test_it_asks_label_model_and_classifier():
    model = LabelModel().fit(VOTES)
    probs = [[0.6, 0.4], [0.6, 0.4], [0.6, 0.4]]
    answers = Predictor(Fixed(probs), model, USUAL).answer(["a", "b", "c"], VOTES)
    expected = joined(np.array(probs), model.predict_proba(VOTES), VOTES.covered, USUAL.value)
    np.testing.assert_array_equal(answers.probs, expected)
    assert answers.probs[0, 0] > 0.6


def test_what_does_not_fit_is_refused():
    model = MajorityVote().fit(VOTES)
    with pytest.raises(InputError, match="votes are on 3 texts; expected 2"):
        Predictor(Fixed([[0.6, 0.4]] * 2), model, USUAL).answer(["a", "b"], VOTES)
    other = Fixed([])
    other.classes_ = ("yes", "no")
    with pytest.raises(InputError, match="must be the same, in the same order"):
        Predictor(other, model, USUAL)


@pytest.mark.parametrize("value", [-0.1, 1.5, True, "much", float("nan"), None])
def test_a_weight_is_a_number_in_0_to_1(value):
    with pytest.raises(InputError, match=r"number in 0\.\.1"):
        VoteWeight(value, 0, {})
