"""Which rows are drawn for a gold label."""

import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import InputError
from labelfns.pipelines import rows_to_label, second_voter

N = 400


@pytest.fixture
def pool():
    rng = np.random.default_rng(0)
    matrix = np.where(rng.random((N, 4)) < 0.4, rng.integers(0, 2, (N, 1)), -1)
    votes = Votes(matrix, labels=["no", "yes"])
    weak = np.where(votes.covered[:, None], 0.1, 0.5) + np.zeros((N, 2))
    weak[np.arange(N), np.maximum(matrix.max(axis=1), 0)] = np.where(votes.covered, 0.9, 0.5)
    answers = weak[:, ::-1].copy()
    answers[40:] = weak[40:]
    return [f"text {i}" for i in range(N)], votes, weak, answers


def test_rows_on_which_voters_disagree_are_drawn_more_often(pool):
    drawn = rows_to_label(*pool, 60)
    assert len(set(drawn.rows.tolist())) == 60
    covered = pool[1].covered
    disputed = (drawn.rows < 40) & covered[drawn.rows]
    assert disputed.mean() > 1.2 * (np.arange(N) < 40)[covered].mean()
    assert drawn.weights[disputed].max() < drawn.weights[~disputed & covered[drawn.rows]].min()


def test_weights_stand_for_all_rows_without_gold(pool):
    gold = np.full(N, -1)
    gold[:100] = 1
    drawn = rows_to_label(*pool, 50, gold=gold)
    assert drawn.drawn_from == 300
    assert (drawn.rows >= 100).all()
    assert drawn.weights.sum() == pytest.approx(300)
    assert drawn.weights.max() < 5 * 300 / 50


def test_copies_are_one_row(pool):
    texts = ["the same" if i < 200 else text for i, text in enumerate(pool[0])]
    drawn = rows_to_label(texts, *pool[1:], 201)
    assert sorted(drawn.rows.tolist()) == [0, *range(200, N)]
    gold = np.full(N, -1)
    gold[7] = 0
    assert 0 not in rows_to_label(texts, *pool[1:], 50, gold=gold).rows


def test_a_seed_is_a_draw(pool):
    first, again, other = (rows_to_label(*pool, 20, seed=seed) for seed in (0, 0, 1))
    assert first.rows.tolist() == again.rows.tolist() != other.rows.tolist()


def test_a_draw_that_is_larger_than_the_pool_takes_all(pool):
    drawn = rows_to_label(*pool, 10_000)
    assert sorted(drawn.rows.tolist()) == list(range(N))
    assert drawn.weights.tolist() == pytest.approx([1.0] * N)


def test_errors(pool):
    with pytest.raises(InputError, match="k, how many rows"):
        rows_to_label(*pool, 0)
    with pytest.raises(InputError, match="each of the 400 texts has a gold label"):
        rows_to_label(*pool, gold=np.zeros(N, dtype=int))
    with pytest.raises(InputError, match="answers must be probabilities of shape"):
        rows_to_label(*pool[:3], pool[3][:5])


def test_the_second_voter_answers_everywhere(pool):
    _, votes, weak, _ = pool
    features = np.random.default_rng(0).normal(size=(N, 5)) + weak[:, :1]
    probs = second_voter(features, votes, weak)
    assert probs.sum(axis=1) == pytest.approx(np.ones(N))
    assert second_voter(features, votes, np.full((N, 2), 0.5)).tolist() == [[0.5, 0.5]] * N
