import json
from dataclasses import asdict

import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import InputError
from labelfns.models import evaluate
from labelfns.models.evaluation.metrics import wilson

# one vote, agreeing, conflicting, a tie of votes, no vote, a row without gold
VOTES = Votes(
    [[0, -1, -1], [1, 1, -1], [0, 0, 1], [0, 1, -1], [-1, -1, -1], [1, -1, -1]], labels=["a", "b"]
)  # fmt: skip
PROBS = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.4, 0.6], [0.5, 0.5], [0.1, 0.9]])
GOLD = [0, 1, 1, 1, 1, None]


def test_three_figures_that_are_never_merged():
    found = evaluate(PROBS, VOTES, GOLD)
    assert found.rows == 5
    answers = found.answers
    assert (answers.coverage, answers.accuracy) == (0.8, 0.75)
    assert (answers.abstain_wrong, answers.abstain_frequent) == (0.6, 0.8)  # the most frequent label, b, is right
    assert answers.coverage_interval == wilson(4, 5)
    assert answers.accuracy_interval == wilson(3, 4)
    assert answers.abstain_frequent_interval == wilson(4, 5)
    majority = found.majority_vote
    assert (majority.coverage, majority.accuracy) == (0.6, pytest.approx(2 / 3))
    assert (majority.abstain_wrong, majority.abstain_frequent) == (0.4, 0.8)
    frequent = found.most_frequent
    assert (frequent.name, frequent.coverage, frequent.accuracy) == ("always b", 1.0, 0.8)


def test_differences_are_over_all_rows():
    found = evaluate(PROBS, VOTES, GOLD)
    assert found.against_majority_vote.difference == pytest.approx(0)
    assert found.against_most_frequent.difference == pytest.approx(0)
    assert found.against_most_frequent.rows == 5
    assert evaluate(PROBS, VOTES, GOLD, groups=[0, 0, 1, 1, 2, 2]).against_most_frequent.groups == 3


def test_by_pattern_and_by_class():
    found = evaluate(PROBS, VOTES, GOLD)
    assert {reach.name: (reach.rows, reach.accuracy) for reach in found.by_pattern} == {
        "one vote": (1, 1.0),
        "agreeing": (1, 1.0),
        "conflicting": (2, 0.5),
    }
    a, b = found.by_class
    assert (a.rows, a.coverage, a.accuracy) == (1, 1.0, 1.0)
    assert (b.rows, b.coverage, b.accuracy) == (4, 0.75, pytest.approx(2 / 3))
    assert b.coverage_interval == wilson(3, 4)


def test_the_curve_ends_at_the_coverage():
    found = evaluate(PROBS, VOTES, GOLD)
    assert [point.threshold for point in found.curve] == [0.9, 0.8, 0.7, 0.6]
    assert (found.curve[-1].coverage, found.curve[-1].accuracy) == (found.answers.coverage, found.answers.accuracy)
    assert [promise.precision for promise in found.promises] == [0.8, 0.9, 0.95]
    assert found.calibration.bins[0].rows == 4


def test_a_classifier_answers_everywhere():
    found = evaluate(PROBS, VOTES, GOLD, answered=np.ones(6, dtype=bool))
    assert found.answers.coverage == 0.8  # the row of equal probabilities is a tie
    sure = np.where(PROBS == 0.5, [0.3, 0.7], PROBS)
    assert evaluate(sure, VOTES, GOLD, answered=np.ones(6, dtype=bool)).answers.coverage == 1
    assert evaluate(sure, VOTES, GOLD).answers.coverage == 0.8


def test_without_gold_and_without_an_answer():
    assert evaluate(PROBS, VOTES, [None] * 6) is None
    found = evaluate(PROBS, VOTES, [None] * 4 + [1, None])
    assert (found.answers.coverage, found.answers.accuracy, found.answers.abstain_frequent) == (0, None, 1)
    assert (found.curve, found.areas, found.calibration, found.by_pattern) == ((), None, None, ())
    assert all(promise.threshold is None for promise in found.promises)
    json.dumps(asdict(found), allow_nan=False)


def test_what_does_not_fit():
    with pytest.raises(InputError, match=r"shape \(6, 2\); got \(5, 2\)"):
        evaluate(PROBS[:5], VOTES, GOLD)
    with pytest.raises(InputError, match="5 gold labels for 6 rows"):
        evaluate(PROBS, VOTES, GOLD[:5])
    with pytest.raises(InputError, match=r"answered must have one entry per row, 6; got shape \(1,\)"):
        evaluate(PROBS, VOTES, GOLD, answered=[True])
    with pytest.raises(InputError, match="groups must have one entry per row"):
        evaluate(PROBS, VOTES, GOLD, groups=[0])


def test_printed_it_is_tables_and_sentences():
    lines = str(evaluate(PROBS, VOTES, GOLD)).split("\n")
    assert lines[0] == "How right, of 5 texts with gold"
    assert lines[2].split() == ["these", "answers", "80.0%", "0.750", "(0.30-0.95)", "0.600", "0.800"]
    assert lines[-1] == ("What can be promised with 95% confidence: precision 0.8 cannot be promised.")
    assert not [line for line in lines if "Evaluation(" in line or "None" in line]


@pytest.mark.parametrize(("right", "word"), [(range(100), "right"), ([], "wrong"), (range(50), None)])
def test_answers_that_are_all_right_or_all_wrong_are_said_to_be(right, word):
    gold = [0 if i in right else 1 for i in range(100)]
    text = str(evaluate(np.full((100, 2), [0.9, 0.1]), Votes([[0, -1]] * 100, labels=["a", "b"]), gold))
    assert ("where confidence tells nothing" in text) == (word is None)
    assert (f"All answers are {word}, so confidence has nothing to tell apart." in text) == (word is not None)
    assert "against majority vote: no difference on any of the 100 texts;" in text
