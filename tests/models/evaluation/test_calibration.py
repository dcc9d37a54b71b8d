import numpy as np
import pytest

from labelfns.models.evaluation.calibration import calibration_error


def test_bins_by_hand():
    # 20 rows, so two bins of ten; the 8 rows of .8 stand together, and their middle is in the first.
    confidence = np.array([0.9] * 6 + [0.8] * 8 + [0.6] * 6)
    right = np.array([True] * 9 + [False] * 5 + [True] * 6)
    found = calibration_error(confidence, right)
    middles = np.array([3, 10, 17]) / 20
    assert (middles * 2).astype(int).tolist() == [0, 1, 1]
    assert [part.rows for part in found.bins] == [6, 14]
    sure = [0.9, (8 * 0.8 + 6 * 0.6) / 14]
    accuracy = [1.0, 9 / 14]
    assert [part.confidence for part in found.bins] == pytest.approx(sure)
    assert [part.accuracy for part in found.bins] == pytest.approx(accuracy)
    assert found.error == pytest.approx((6 * abs(sure[0] - 1) + 14 * abs(sure[1] - accuracy[1])) / 20)
    assert found.too_sure == pytest.approx(confidence.mean() - right.mean())


def drawn(n, rng, off=0.0):
    confidence = rng.choice([0.55, 0.65, 0.75, 0.85], n)
    return confidence, rng.random(n) < confidence - off


def test_the_null_value_is_what_calibrated_models_show():
    rng = np.random.default_rng(0)
    confidence, right = drawn(200, rng)
    found = calibration_error(confidence, right)
    shown = [calibration_error(confidence, rng.random(200) < confidence).error for _ in range(200)]
    assert found.calibrated == pytest.approx(np.mean(shown), rel=0.1)
    assert found.calibrated_at_most == pytest.approx(np.quantile(shown, 0.95), rel=0.1)


@pytest.mark.parametrize("off", [0.03, 0.07])
def test_debiased_is_nearer_to_the_truth(off):
    rng = np.random.default_rng(1)
    found = [calibration_error(*drawn(150, rng, off)) for _ in range(150)]
    plain, debiased = (np.mean([getattr(one, name) for one in found]) - off for name in ("error", "debiased"))
    assert abs(debiased) < plain / 1.5


def test_a_model_that_is_too_sure_is_found_out():
    rng = np.random.default_rng(2)
    confidence, right = drawn(500, rng, 0.15)
    found = calibration_error(confidence, right)
    assert found.error > found.calibrated_at_most
    assert found.too_sure == pytest.approx(0.15, abs=0.05)


def test_few_rows_and_none():
    assert calibration_error(np.zeros(0), np.zeros(0, dtype=bool)) is None
    alone = calibration_error(np.array([1.0]), np.array([True]))
    assert (alone.error, alone.debiased, alone.calibrated, len(alone.bins)) == (0, 0, 0, 1)
