import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns import Votes
from labelfns.pipelines.self_training.judges import Verdict, ask, hold_out, may_be_guess
from labelfns.pipelines.self_training.pool import Pool

LABELS = ["no", "yes"]


def drawn_one_by_one(votes, weak, share, seed):
    """Return the rule for texts without copies: a share of the covered rows of each class, shuffled."""
    rng = np.random.default_rng(seed)
    judges = np.zeros(len(votes), dtype=bool)
    for c in range(votes.n_labels):
        rows = np.flatnonzero(votes.covered & (weak.argmax(axis=1) == c))
        judges[rng.permutation(rows)[: int(share * len(rows))]] = True
    return judges


def pool(labels):
    votes = Votes(np.array(labels).reshape(-1, 1), labels=LABELS)
    return votes, np.eye(2)[np.maximum(votes.matrix[:, 0], 0)]


ROWS = st.lists(st.integers(-1, 1), min_size=1, max_size=60)


@settings(deadline=None)
@given(ROWS, st.floats(0, 0.99), st.integers(0, 9))
def test_without_copies_rows_are_drawn_one_by_one(labels, share, seed):
    votes, weak = pool(labels)
    rows = hold_out(votes, weak, share, seed, np.arange(len(labels)))
    np.testing.assert_array_equal(rows, drawn_one_by_one(votes, weak, share, seed))


@settings(deadline=None)
@given(ROWS, st.floats(0, 0.99), st.integers(0, 9), st.data())
def test_copies_are_on_one_side_and_no_class_gives_more_than_its_share(labels, share, seed, data):
    votes, weak = pool(labels)
    groups = np.array(data.draw(st.lists(st.integers(0, 9), min_size=len(labels), max_size=len(labels))))
    groups += 10 * weak.argmax(axis=1)  # copies have one label
    rows = hold_out(votes, weak, share, seed, groups)
    assert not set(groups[rows]) & set(groups[~rows])
    for c in range(2):
        of_class = votes.covered & (weak.argmax(axis=1) == c)
        assert (rows & of_class).sum() <= share * of_class.sum()


def test_a_retweeted_text_is_not_judged_by_what_was_trained_on():
    labels = [0, 1] * 50
    votes, weak = pool(labels)
    groups = np.array([i // 10 if i < 50 else i for i in range(100)])  # five texts ten times each
    rows = hold_out(votes, weak, 0.2, 0, groups)
    assert rows.any()
    assert not set(groups[rows]) & set(groups[~rows])


def test_a_verdict_is_over_the_same_judges_by_groups():
    votes, weak = pool([0, 0, 0, 0, 1, 1, 1, 1, -1])
    held_out = np.arange(9) % 4 != 3  # rows 3 and 7 are trained on, row 8 has no vote
    groups = np.array([0, 0, 1, 2, 3, 4, 5, 6, 7])
    texts = Pool(list("abcdefghi"), votes, [[]] * 9, None, weak, held_out, groups, None, len)
    best, now = np.array([1, 1, 0, 1, 1, 0]), np.array([0, 0, 0, 1, 0, 0])
    verdict = Verdict.of(now, texts, (2, best))
    assert verdict.judged == pytest.approx((1 + 1 / 3) / 2)
    assert verdict.against == 2
    # rows 0 and 1, copies, are won, each a third of a class of two; row 5 is lost
    assert verdict.gain == pytest.approx((2 / 3 - 1 / 3) / 2)
    assert verdict.gain_error == pytest.approx(np.hypot(2 / 6, 1 / 6))
    first = Verdict.of(now, texts, None)
    assert (first.judged, first.against, first.gain) == (verdict.judged, None, None)
    same = Verdict.of(best, texts, (2, best))
    assert (same.gain, same.gain_error) == (0, 0)


def test_without_judges_nothing_is_judged():
    votes, weak = pool([0, 1])
    texts = Pool(["a", "b"], votes, [[]] * 2, None, weak, np.zeros(2, dtype=bool), np.arange(2), None, len)
    verdict = Verdict.of(ask(None, texts, None), texts, None)
    assert (len(verdict.answers), verdict.judged, verdict.gain) == (0, None, None)


@pytest.mark.parametrize(
    ("judges", "answers", "guess"),
    [
        ([0, 1] * 20, [0] * 40, True),  # one class for all
        ([0, 1] * 20, [0, 0, 1, 1] * 10, True),  # right on half of each class
        ([0, 1] * 20, [0, 1] * 20, False),
        ([0, 1] * 20, [0, 1] * 14 + [1, 0] * 6, False),  # .7, where a guess reaches .63
        ([0, 1], [0, 1], True),  # a guess is right on both one time in four
        ([0] * 9, [0] * 9, True),  # judges of one class tell nothing
    ],
)
def test_what_a_guess_reaches_too_may_be_one(judges, answers, guess):
    votes, weak = pool(judges)
    n = len(judges)
    texts = Pool(list(map(str, range(n))), votes, [[]] * n, None, weak, np.ones(n, dtype=bool), np.arange(n), None, len)
    verdict = Verdict.of(np.array(answers), texts, None)
    assert may_be_guess(vars(verdict)) is guess
    assert not may_be_guess({"judged": verdict.judged})  # a ledger of 0.1
