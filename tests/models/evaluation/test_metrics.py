import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, precision_recall_fscore_support

from labelfns.errors import InputError
from labelfns.models.evaluation.metrics import Scores, macro_recall, score, wilson


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


@pytest.mark.parametrize(("right", "n"), [(7, 10), (0, 5), (5, 5), (1, 1), (431, 1000)])
def test_wilson_is_scipys(right, n):
    assert wilson(right, n) == pytest.approx(tuple(binomtest(right, n).proportion_ci(method="wilson")), abs=1e-15)


def test_figures_of_each_class():
    rng = np.random.default_rng(1)
    gold, predicted = rng.integers(0, 4, 200), rng.integers(-1, 4, 200)
    found = score(gold, predicted, 5)  # class 4 is neither gold nor predicted
    figures = precision_recall_fscore_support(gold, predicted, labels=[0, 1, 2, 3])
    for c, one in enumerate(found.by_class[:4]):
        assert (one.precision, one.recall, one.f1, one.rows) == pytest.approx(tuple(column[c] for column in figures))
        assert one.predicted == (predicted == c).sum()
    assert (found.by_class[4].precision, found.by_class[4].recall, found.by_class[4].f1) == (None, None, None)
    assert sum(found.abstained) == (predicted == -1).sum()
    assert np.mean([one.f1 for one in found.by_class[:4]]) == pytest.approx(found.macro_f1)


def test_scores_written_before_abstains_were_counted_open():
    before = Scores(3, 1.0, 1.0, 1.0, (0.4, 1.0), (1.0, 1.0), ((2, 0), (0, 1)))
    assert [one.recall for one in before.by_class] == [1.0, 1.0]


def test_what_cannot_be_compared():
    with pytest.raises(InputError, match="one length; got 2 and 3"):
        score(np.array([0, 1]), np.array([0, 1, 1]), 2)
    with pytest.raises(InputError, match=r"predicted labels must be in -1..1; row 1 has 2"):
        score(np.array([0, 1]), np.array([0, 2]), 2)
