import numpy as np
import pytest

from labelfns import Votes
from labelfns.models import LabelModel, MajorityVote
from labelfns.models.evaluation.coverage import accuracy_against_coverage, reliability
from labelfns.models.evaluation.leave_one_out import leave_one_out
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


def test_wilson():
    low, high = wilson(8, 10)
    assert (low, high) == (pytest.approx(0.490, abs=1e-3), pytest.approx(0.943, abs=1e-3))
    assert wilson(0, 5)[0] == 0
    assert wilson(5, 5)[1] == 1


@pytest.mark.parametrize("model", [MajorityVote(), LabelModel()], ids=["majority", "default"])
def test_leave_one_out(model):
    votes = Votes(np.array([[0, -1, -1], [0, 0, 1], [1, 1, -1], [-1, 0, -1]]), labels=["a", "b"])
    alone, _second, third = leave_one_out(model, votes, np.array([0, 0, 1, 0]))
    assert (alone.coverage, third.coverage) == (0.25, 0.0)
    assert third.changed == 0
    steps = []
    assert all(left.accuracy is None for left in leave_one_out(model, votes, progress=lambda *step: steps.append(step)))
    assert steps[-1][1:] == (3, 3)
