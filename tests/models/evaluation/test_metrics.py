import numpy as np
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from labelfns.models.evaluation.metrics import macro_recall, score


def test_figures_agree_with_scikit_learn():
    rng = np.random.default_rng(0)
    gold, predicted = rng.integers(0, 4, 200), rng.integers(0, 4, 200)
    found = score(gold, predicted, 4)
    assert found.accuracy == pytest.approx(accuracy_score(gold, predicted))
    assert found.macro_f1 == pytest.approx(f1_score(gold, predicted, average="macro"))
    assert found.macro_recall == pytest.approx(balanced_accuracy_score(gold, predicted))
    assert found.accuracy_interval[0] < found.accuracy < found.accuracy_interval[1]
    assert found.macro_f1_interval[0] < found.macro_f1 < found.macro_f1_interval[1]


def test_unknown_gold_is_left_out_and_an_abstain_is_wrong():
    found = score(np.array([0, 1, 1, -1]), np.array([0, 1, -1, 0]), 2)
    assert (found.rows, found.accuracy, found.macro_recall) == (3, pytest.approx(2 / 3), 0.75)
    assert found.macro_f1 == pytest.approx((1 + 2 / 3) / 2)
    assert found.confusion == ((1, 0), (0, 1))


def test_a_perfect_score_on_few_rows_is_not_certain():
    found = score(np.array([0, 1, 1]), np.array([0, 1, 1]), 3)
    assert (found.accuracy, found.macro_f1) == (1.0, 1.0)
    # Wilson: (1 + z^2/6 -+ z^2/6) / (1 + z^2/3) with z = 1.96
    assert found.accuracy_interval == (pytest.approx(1 / (1 + 1.959964**2 / 3)), 1.0)


def test_no_gold_at_all():
    assert score(np.array([-1, -1]), np.array([0, 1]), 2) is None


def test_recall_over_the_classes_that_gold_has():
    # recalls 1/2 of two rows and 1 of one row: mean 3/4, error sqrt(1/4 / 2) / 2
    recall, error = macro_recall(np.array([0, 0, 1, -1]), np.array([0, 1, 1, 0]), 5)
    assert (recall, error) == (0.75, pytest.approx(np.sqrt(1 / 8) / 2))
