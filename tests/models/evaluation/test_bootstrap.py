import numpy as np
import pytest

from labelfns.errors import InputError
from labelfns.models import paired_difference


def test_a_difference_is_that_of_rows_drawn_for_both():
    rng = np.random.default_rng(0)
    first = (rng.random(200) < 0.8).astype(float)
    second = np.where(rng.random(200) < 0.9, first, rng.random(200) < 0.7).astype(float)
    found = paired_difference(first, second)
    drawn = [(first - second)[rng.integers(0, 200, 200)].mean() for _ in range(1000)]
    assert found.difference == pytest.approx(first.mean() - second.mean())
    assert found.error == pytest.approx(np.std(drawn), rel=0.1)
    assert found.interval == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.01)
    assert (found.rows, found.groups) == (200, 200)
    unpaired = np.sqrt(first.var() / 200 + second.var() / 200)
    assert found.error < unpaired / 1.5


def test_no_difference_is_said_in_words():
    assert str(paired_difference([1, 0, 1], [1, 0, 1])) == "no difference on any of the 3 texts"
    assert str(paired_difference([1, 0, 1], [0, 1, 1])).startswith("+0.0 points (-")
    assert str(paired_difference([1, 1, 1], [0, 0, 0])) == "+100.0 points (+100.0 to +100.0)"


def test_copies_are_drawn_together():
    difference = np.repeat([1.0, 0.0, 0.0, 0.0], 50)
    alone, together = (paired_difference(difference, np.zeros(200), g) for g in (None, np.repeat(list("abcd"), 50)))
    assert (together.groups, together.rows) == (4, 200)
    assert alone.error == pytest.approx(np.sqrt(3 / 16 / 200), rel=0.1)
    assert together.error == pytest.approx(np.sqrt(3 / 16 / 4), rel=0.1)
    assert together.difference == alone.difference == 0.25


def test_groups_of_different_sizes_weigh_by_their_rows():
    groups = [0, 0, 0, 1]
    found = paired_difference([1, 1, 1, 0], [0, 0, 0, 0], groups)
    assert found.difference == 0.75
    assert found.interval == (0.0, 1.0)


def test_what_cannot_be_compared():
    with pytest.raises(InputError, match="no row to compare"):
        paired_difference([], [])
    with pytest.raises(InputError, match="second must have one entry per row, 2; got 3"):
        paired_difference([1, 0], [1, 0, 1])
    with pytest.raises(InputError, match="groups must have one entry per row, 2; got 1"):
        paired_difference([1, 0], [1, 0], [1])
