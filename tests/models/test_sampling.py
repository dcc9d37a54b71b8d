"""Draws with known probabilities, and what rows stand for."""

import numpy as np
import pytest

from labelfns.models.evaluation.metrics import share_right, weighted_share, wilson
from labelfns.models.sampling import inclusion, of_all_draws, systematic


@pytest.mark.parametrize("k", [1, 7, 40, 100])
def test_chances_sum_to_k_and_have_a_floor(k):
    score = np.random.default_rng(0).exponential(size=100) ** 3
    chance = inclusion(score, k)
    assert chance.sum() == pytest.approx(k)
    assert chance.max() <= 1
    assert chance.min() >= 0.25 * k / 100 * (1 - 1e-9)


def test_a_draw_has_k_different_rows_and_meets_its_chances():
    score = np.arange(1.0, 41.0)
    chance = inclusion(score, 10)
    drawn = np.array([systematic(chance, seed) for seed in range(4000)])
    assert (np.diff(np.sort(drawn), axis=1) > 0).all()
    shares = np.bincount(drawn.ravel(), minlength=40) / 4000
    assert np.abs(shares - chance).max() < 4 * 0.5 / np.sqrt(4000)


def test_where_nothing_is_worth_more_the_draw_is_even():
    assert inclusion(np.zeros(8), 2).tolist() == [0.25] * 8


def test_two_draws_together_are_unbiased():
    rng = np.random.default_rng(1)
    n, value = 60, np.random.default_rng(2).random(60)
    score, found = value**2 + 0.1, []
    for seed in range(3000):
        weights, draws = np.ones(n), np.zeros(n, dtype=np.int64)
        for draw in (1, 2):
            left = np.flatnonzero(draws == 0)
            chance = inclusion(score[left] if draw == 1 else rng.random(len(left)) + 0.1, 12)
            order = rng.permutation(len(left))
            picked = order[systematic(chance[order], 10 * seed + draw)]
            weights[left[picked]], draws[left[picked]] = 1 / chance[picked], draw
        counted = of_all_draws(weights, draws, draws > 0)
        found.append(counted @ value / counted.sum())
    assert np.mean(found) == pytest.approx(value.mean(), abs=4 * np.std(found) / np.sqrt(3000) + 0.003)


def test_equal_weights_are_wilsons_interval_with_students_quantile():
    right = np.arange(20) < 13
    assert weighted_share(right, np.full(20, 7.0)) == (0.65, pytest.approx(wilson(13, 20, 2.0930), abs=1e-4))
    assert share_right(right) == (0.65, wilson(13, 20))


def test_copies_that_were_drawn_together_are_one_row():
    right = np.repeat([True, False, True, True], 5)
    of_copies = weighted_share(right, np.ones(20), np.repeat(np.arange(4), 5))[1]
    assert of_copies == pytest.approx(wilson(3, 4, 3.18245), abs=1e-4)


def test_unequal_weights_widen_the_interval_also_where_all_are_right():
    low, _ = weighted_share(np.ones(30, dtype=bool), np.r_[np.ones(20), np.full(10, 9.0)])[1]
    assert low < wilson(30, 30)[0]


@pytest.mark.slow
def test_intervals_of_drawn_rows_hold_the_truth():
    rng = np.random.default_rng(0)
    doubt = rng.beta(1, 3, 1500)
    right = rng.random(1500) > doubt
    for k in (30, 100):
        chance, held = inclusion(doubt, k), 0
        for seed in range(1000):
            drawn = systematic(chance, seed)
            low, high = weighted_share(right[drawn], 1 / chance[drawn])[1]
            held += low <= right.mean() <= high
        assert held >= 940
