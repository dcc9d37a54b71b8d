"""The sample of a large pool: by class, by what is hard, the same at each call."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelfns import Votes
from labelfns.pipelines.self_training.sample import HARD, draw, drawn_sentence, quotas


def pool(covered=600, uncovered=400, rare=5, hard=100):
    """Two LFs: both on the first `hard` rows, for different labels; `rare` rows are of the third label alone."""
    n = covered + uncovered
    matrix = np.full((n, 3), -1)
    matrix[: covered - rare, 0] = np.arange(covered - rare) % 2
    matrix[:hard, 1] = 1 - matrix[:hard, 0]
    matrix[covered - rare : covered, 2] = 2
    votes = Votes(matrix, labels=["a", "b", "c"])
    weak = np.full((n, 3), 0.1)
    weak[np.arange(n), np.where(matrix[:, 0] >= 0, matrix[:, 0], np.where(matrix[:, 2] >= 0, 2, 0))] = 0.8
    weak[covered:] = 1 / 3
    return votes, weak


def test_it_has_so_many_rows_each_once():
    votes, weak = pool()
    for size in (3, 10, 500, 1000):
        rows, drawn = draw(votes, weak, size, seed=0)
        assert len(np.unique(rows)) == len(rows) == drawn.rows == size
        assert (np.diff(rows) > 0).all()
        assert drawn.of == 1000


def test_it_follows_from_the_seed():
    votes, weak = pool()
    assert draw(votes, weak, 100, seed=3)[0].tolist() == draw(votes, weak, 100, seed=3)[0].tolist()
    assert draw(votes, weak, 100, seed=3)[0].tolist() != draw(votes, weak, 100, seed=4)[0].tolist()


def test_covered_and_uncovered_keep_their_proportion_and_half_is_covered():
    votes, weak = pool()
    assert votes.covered[draw(votes, weak, 100, seed=0)[0]].sum() == 60
    votes, weak = pool(covered=200, uncovered=800)
    assert votes.covered[draw(votes, weak, 100, seed=0)[0]].sum() == 50
    votes, weak = pool(covered=200, uncovered=800)
    assert votes.covered[draw(votes, weak, 900, seed=0)[0]].sum() == 200
    assert votes.covered[draw(votes, weak, 150, seed=0, covered_only=True)[0]].sum() == 150


def test_labels_keep_their_proportion_and_none_is_lost():
    votes, weak = pool()
    _, drawn = draw(votes, weak, 100, seed=0)
    assert drawn.of_by_label == {"a": 298, "b": 297, "c": 5}
    assert drawn.by_label == {"a": 29, "b": 29, "c": 2}
    assert abs(drawn.by_label["a"] - drawn.by_label["b"]) <= 1


def test_what_is_hard_is_drawn_less_readily():
    votes, weak = pool(rare=0)
    _, drawn = draw(votes, weak, 100, seed=0)
    odds = (drawn.hard / drawn.of_hard) / ((60 - drawn.hard) / (600 - drawn.of_hard))
    assert drawn.of_hard == 100
    assert odds == pytest.approx(HARD, abs=0.1)


@given(
    st.lists(st.tuples(st.floats(0.1, 10), st.integers(0, 50)), min_size=1, max_size=6),
    st.integers(0, 200),
)
def test_quotas_fit_in_their_room(parts, total):
    weights, room = (np.array(values) for values in zip(*parts, strict=True))
    taken = quotas(weights, room, total)
    assert taken.sum() == min(total, room.sum())
    assert ((taken >= 0) & (taken <= room)).all()
    free = taken < room
    shares = taken[free] / weights[free]
    if free.sum() > 1:  # in proportion, but for the rounding to whole rows
        assert shares.max() - shares.min() <= 1 / weights[free].min() + 1e-9


def test_a_sentence_says_it():
    assert drawn_sentence(None) == ""
    votes, weak = pool()
    told = drawn_sentence(vars(draw(votes, weak, 100, seed=0)[1]))
    assert told.startswith(
        "The rounds saw 100 of the pool's 1,000 texts, drawn by class and by what is hard (a 29 of 298;"
    )
    assert "without a vote 40 of 400" in told
