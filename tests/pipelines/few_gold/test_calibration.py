import numpy as np
import pytest

from labelfns.pipelines.few_gold.calibration import temperature, weighted_mean


def test_temperature_by_hand():
    # sure to .9 and right in 6 of 10: the least cross-entropy has p = .6, so ln 9 / T = ln 1.5
    probs = np.array([[0.9, 0.1]] * 10)
    gold = np.array([0] * 6 + [1] * 4)
    found = [temperature(np.tile(probs, (n, 1)), np.tile(gold, n)) for n in (1, 10, 100_000)]
    assert 1 < found[0] < found[1] < found[2] == pytest.approx(np.log(9) / np.log(1.5), rel=1e-3), "few rows say little"


def test_temperature_weighs_rows():
    probs = np.array([[0.9, 0.1]] * 10 + [[0.2, 0.8]] * 3)
    gold = np.array([0] * 6 + [1] * 4 + [0] * 3)
    alone = temperature(probs[:10], gold[:10])
    assert temperature(probs, gold, np.array([1] * 10 + [0] * 3)) == pytest.approx(alone, rel=1e-3)
    assert temperature(probs, gold) != pytest.approx(alone, rel=0.1)


def test_a_weight_of_two_is_not_two_rows():
    values = np.array([0.3, -0.1, 0.5, 0.2])
    assert weighted_mean(values, np.ones(4)) == pytest.approx((values.mean(), values.std(ddof=1) / 2))
    # 1 and 0 with weights 2 and 1: mean 2/3; shares 2/3, 1/3 say as much as 9/5 rows of equal weight, a factor 9/4
    expected = (4 / 9 * 1 / 9 + 1 / 9 * 4 / 9) * 9 / 4
    assert weighted_mean(np.array([1.0, 0.0]), np.array([2.0, 1.0])) == pytest.approx((2 / 3, expected**0.5))
