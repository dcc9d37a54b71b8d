import dataclasses
import json

import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import InputError
from labelfns.pipelines.prediction.evaluated import SetEvaluation, read_evaluation
from labelfns.pipelines.prediction.predictor import Answers

LABELS = ["no", "yes"]
VOTES = Votes([[0], [0], [1], [-1], [-1], [1]], labels=LABELS)
GOLD = np.array([0, 1, 1, 1, 0, -1])
WEAK = np.array([[0.9, 0.1], [0.9, 0.1], [0.5, 0.5], [0.5, 0.5], [0.5, 0.5], [0.2, 0.8]])
CLASSIFIER = np.array([[0.4, 0.6], [0.3, 0.7], [0.2, 0.8], [0.6, 0.4], [0.9, 0.1], [0.1, 0.9]])
TOGETHER = np.array([[0.7, 0.3], [0.4, 0.6], [0.2, 0.8], [0.6, 0.4], [0.9, 0.1], [0.1, 0.9]])


@pytest.fixture
def found():
    return SetEvaluation.of(WEAK, Answers(TOGETHER, CLASSIFIER, WEAK, VOTES.covered), VOTES, GOLD, np.arange(6))


def test_by_hand(found):
    assert (found.label_model.answers.coverage, found.label_model.answers.accuracy) == (0.4, 0.5)  # a tie is no answer
    assert (found.together.answers.coverage, found.together.answers.accuracy) == (1, 0.8)
    assert found.over_label_model.difference == pytest.approx(3 / 3 - 1 / 3)  # on the rows with a vote and gold
    assert found.over_label_model.rows == 3
    assert found.over_classifier.difference == pytest.approx(0.2)
    assert [(one.threshold, one.known, one.accuracy) for one in found.by_confidence[:3]] == [
        (0.0, 5, 0.8),
        (0.5, 5, 0.8),
        (0.6, 5, 0.8),
    ]
    assert found.by_confidence[4].known == 2


def test_copies_are_drawn_together():
    answers = Answers(TOGETHER, CLASSIFIER, WEAK, VOTES.covered)
    found = SetEvaluation.of(WEAK, answers, VOTES, GOLD, np.zeros(6, dtype=int))
    assert found.over_label_model.groups == found.over_classifier.groups == 1


def test_without_gold_or_votes():
    answers = Answers(TOGETHER, CLASSIFIER, WEAK, VOTES.covered)
    assert SetEvaluation.of(WEAK, answers, VOTES, np.full(6, -1), np.arange(6)) is None
    silent = Votes(np.full((6, 1), -1), labels=LABELS)
    assert SetEvaluation.of(WEAK, answers, silent, GOLD, np.arange(6)).over_label_model is None


def test_it_is_read_back_from_json(found):
    facts = {"evaluation": {"val": json.loads(json.dumps(dataclasses.asdict(found))), "test": {}}}
    assert read_evaluation(facts, None) == ("val", found)
    with pytest.raises(InputError, match="the figures of 'test' are damaged: label_model: Field required"):
        read_evaluation(facts, "test")
    with pytest.raises(InputError, match="no gold labels of 'dev'; there are some of val and test"):
        read_evaluation(facts, "dev")
    with pytest.raises(InputError, match="no set with gold was given"):
        read_evaluation({"evaluation": {}}, None)
