from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from labelfns.models.evaluation.metrics import wilson
from labelfns.models.evaluation.steps import Steps, telling

ROWS = st.lists(st.tuples(st.sampled_from([0.5, 0.7, 0.9]), st.booleans()), min_size=1, max_size=6)


def by_every_order(confidence, right):
    """Return AURC and AUGRC as the mean over all orders in which no row comes before a surer one."""
    n, found = len(confidence), []
    for order in permutations(range(n)):
        if all(confidence[a] >= confidence[b] for a, b in pairwise(order)):
            wrong = np.cumsum([not right[i] for i in order])
            found.append(((wrong / np.arange(1, n + 1)).mean(), (wrong / n).mean()))
    return np.mean(found, axis=0)


@settings(deadline=None, max_examples=40)
@given(ROWS)
def test_areas_are_the_mean_over_the_orders_of_tied_rows(rows):
    confidence, right = np.array([c for c, _ in rows]), np.array([r for _, r in rows])
    areas = Steps.of(confidence, right).areas()
    assert (areas.aurc, areas.augrc) == pytest.approx(by_every_order(confidence, right))
    oracle, chance = by_every_order(right.astype(float), right), by_every_order(np.ones(len(right)), right)
    assert (areas.oracle_aurc, areas.oracle_augrc) == pytest.approx(oracle)
    assert (areas.chance_aurc, areas.chance_augrc) == pytest.approx(chance)
    assert areas.excess == pytest.approx(areas.aurc - oracle[0])


def test_the_interval_of_an_area_is_that_of_rows_drawn_again():
    rng = np.random.default_rng(0)
    confidence = rng.choice([0.5, 0.6, 0.8, 0.9], 150)
    right = rng.random(150) < confidence
    low, high = Steps.of(confidence, right).areas().augrc_interval
    drawn = []
    for _ in range(1000):
        rows = rng.integers(0, 150, 150)
        drawn.append(augrc_by_rows(confidence[rows], right[rows]))
    assert (low, high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.008)


def augrc_by_rows(confidence, right):
    order = np.argsort(-confidence)
    mean = {c: (~right[confidence == c]).mean() for c in np.unique(confidence)}
    return np.cumsum([mean[c] for c in confidence[order]]).mean() / len(right)


def test_a_curve_by_hand():
    # Two sure rows of which one is right, one less sure one that is; a fourth row has no answer.
    points = Steps.of(np.array([0.6, 0.9, 0.9]), np.array([True, True, False]), out_of=4).curve()
    assert [(p.threshold, p.rows, p.coverage, p.accuracy) for p in points] == [
        (0.9, 2, 0.5, 0.5),
        (0.6, 3, 0.75, pytest.approx(2 / 3)),
    ]
    assert [p.oracle for p in points] == [1.0, pytest.approx(2 / 3)]
    assert points[0].interval == wilson(1, 2)


def test_confidences_that_differ_by_the_order_of_a_sum_are_one_step():
    steps = Steps.of(np.array([0.3, 0.1 + 0.2, 0.5]), np.array([True, False, True]))
    assert steps.rows.tolist() == [1, 2]
    assert steps.wrong.tolist() == [0, 1]


def test_a_long_curve_is_thinned_and_keeps_its_ends():
    confidence = np.linspace(0.4, 0.99, 5000)
    points = Steps.of(confidence, np.ones(5000, dtype=bool)).curve()
    assert len(points) == 200
    assert (points[0].rows, points[-1].rows) == (1, 5000)


def promised_by_trial(confidence, right, precision):
    """Return rows and bound of the largest of ceil(log2 n) sets, evenly spread, that scipy's exact test lets pass."""
    n, order = len(right), np.argsort(-confidence, kind="stable")
    tries = int(np.ceil(np.log2(n)))
    kept = {int((confidence >= confidence[order][int(np.ceil(n * j / tries)) - 1]).sum()) for j in range(1, tries + 1)}
    best = 0, None
    for rows in sorted(kept):
        hits = int(right[order][:rows].sum())
        level = 1 - 2 * 0.05 / len(kept)  # the lower end of a two-sided interval
        low = binomtest(hits, rows).proportion_ci(level, method="exact").low
        if low >= precision:
            best = rows, low
    return best


@pytest.mark.parametrize("levels", [4, 1000])
@pytest.mark.parametrize("precision", [0.7, 0.8, 0.9])
def test_promises_are_those_of_the_exact_test(levels, precision):
    rng = np.random.default_rng(levels)
    confidence = (rng.integers(0, levels, 300) + 0.5) / levels
    right = rng.random(300) < 0.6 + 0.4 * confidence
    found = Steps.of(confidence, right, out_of=400).promise(precision)
    rows, low = promised_by_trial(confidence, right, precision)
    assert found.rows == rows
    if rows:
        assert (found.coverage, found.at_least) == (rows / 400, pytest.approx(low))
        assert (confidence >= found.threshold).sum() == rows
        assert found.accuracy == right[confidence >= found.threshold].mean()
        assert str(found).startswith(f"precision {precision:g} from confidence {found.threshold:.3f} on")
    assert 1 <= found.tried <= 9


def test_what_few_rows_cannot_promise():
    for n in (0, 1, 20):
        found = Steps.of(np.full(n, 0.9), np.ones(n, dtype=bool)).promise(0.9)
        assert (found.threshold, found.rows, found.coverage, found.at_least) == (None, 0, 0.0, None)
    assert Steps.of(np.full(29, 0.9), np.ones(29, dtype=bool)).promise(0.9).rows == 29  # .9^29 is under .05
    assert Steps.of(np.full(28, 0.9), np.ones(28, dtype=bool)).promise(0.9).threshold is None


@pytest.mark.slow
def test_promises_are_broken_less_often_than_they_may_be():
    rng = np.random.default_rng(0)
    broken = 0
    for _ in range(400):
        confidence = rng.random(200)
        chance = np.where(confidence > 0.8, 0.79, 0.9)  # the surest rows are less often right
        found = Steps.of(confidence, rng.random(200) < chance).promise(0.8)
        broken += found.threshold is not None and chance[confidence >= found.threshold].mean() < 0.8
    assert broken <= 20


def test_of_promises_the_telling_ones_are_listed():
    """The first half is always right, the second half never; from another confidence on there is another promise."""
    confidence, right = np.repeat([0.9, 0.6], 100), np.arange(200) < 100
    steps = Steps.of(confidence, right)
    promises = [steps.promise(precision) for precision in (0.3, 0.8, 0.9, 0.95, 0.99, 0.999)]
    assert [(one.precision, one.threshold) for one in promises] == [
        (0.3, 0.6), (0.8, 0.9), (0.9, 0.9), (0.95, 0.9), (0.99, None), (0.999, None),
    ]  # fmt: skip
    assert [one.precision for one in telling(promises)] == [0.3, 0.95, 0.99]
    assert telling([]) == []


def test_nothing_answered():
    steps = Steps.of(np.zeros(0), np.zeros(0, dtype=bool), out_of=3)
    assert (steps.curve(), steps.areas()) == ((), None)
