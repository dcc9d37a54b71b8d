import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import InputError
from labelfns.models import accuracy_against_coverage, reliability
from labelfns.models.evaluation.metrics import wilson

VOTES = Votes(np.array([[0], [1], [0], [1], [-1]]), labels=["a", "b"])
PROBS = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.45, 0.55], [0.5, 0.5]])
GOLD = np.array([0, 1, 1, 1, 0])


def test_points_with_gold_by_hand():
    points = accuracy_against_coverage(PROBS, VOTES, GOLD, thresholds=(0.0, 0.75, 0.95))
    assert [point.rows for point in points] == [4, 2, 0]
    assert [point.coverage for point in points] == [0.8, 0.4, 0.0]
    assert [point.accuracy for point in points] == [0.75, 1.0, None]
    assert points[0].interval == wilson(3, 4)


def test_points_without_gold_are_what_the_model_believes():
    point = accuracy_against_coverage(PROBS, VOTES, thresholds=(0.75,))[0]
    assert (point.accuracy, point.interval, point.known) == (pytest.approx(0.85), None, 0)


def test_reliability_by_hand():
    found = reliability(PROBS, VOTES, GOLD)
    # Confidences .9, .8, .7 and .55 of rows that are right, right, wrong, right, each in a bin of its own.
    assert found.error == pytest.approx((0.1 + 0.2 + 0.7 + 0.45) / 4)
    assert [part.rows for part in found.curve] == [1, 1, 1, 1]
    assert reliability(PROBS, VOTES, np.full(5, -1)) is None


def test_gold_by_name_and_what_does_not_fit():
    named = ["a", "b", "b", "b", None]
    assert accuracy_against_coverage(PROBS, VOTES, named)[0].known == 4
    assert reliability(PROBS, VOTES, named).error == reliability(PROBS, VOTES, np.array([0, 1, 1, 1, -1])).error
    for answer in (accuracy_against_coverage, reliability):
        with pytest.raises(InputError, match=r"shape \(5, 2\); got \(4, 2\)"):
            answer(PROBS[:4], VOTES, GOLD)
        with pytest.raises(InputError, match="4 gold labels for 5 rows"):
            answer(PROBS, VOTES, GOLD[:4])
