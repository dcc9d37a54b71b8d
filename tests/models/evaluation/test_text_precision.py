import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import InputError
from labelfns.models.evaluation import text_precision as module
from labelfns.models.evaluation.metrics import wilson
from labelfns.models.evaluation.text_precision import rows_to_ask, text_precision

LABELS = ["no", "yes"]


def made(n=1500, seed=0):
    """Return votes of LFs that are right .95, .9, .85 and .55 of the time, vectors that tell the class, and gold."""
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, 2, n)
    features = rng.normal(0, 0.5, (n, 6)) + np.eye(6)[gold]
    matrix = np.full((n, 4), -1, dtype=np.int8)
    for j, right in enumerate((0.95, 0.9, 0.85, 0.55)):
        fires = rng.random(n) < 0.3
        matrix[fires, j] = np.where(rng.random(fires.sum()) < right, gold[fires], 1 - gold[fires])
    return Votes(matrix, labels=LABELS, lf_names=["best", "good", "fair", "coin"]), features, gold


def test_the_text_orders_lfs_without_gold():
    votes, features, _ = made()
    rows = rows_to_ask(votes)
    found = text_precision(votes, rows, features[rows])
    assert [(one.lf, one.label) for one in found] == [(lf, label) for lf in votes.lf_names for label in LABELS]
    mean = {lf: np.mean([one.precision for one in found if one.lf == lf]) for lf in votes.lf_names}
    assert mean["coin"] + 0.05 < mean["fair"] < mean["best"]


def test_the_level_is_that_of_the_label_model():
    votes, features, _ = made()
    rows = rows_to_ask(votes)
    found = text_precision(votes, rows, features[rows])
    counted = [one.votes for one in found]
    level = np.average([one.by_votes for one in found], weights=counted)
    assert np.average([one.precision for one in found], weights=counted) == pytest.approx(level)


def test_an_interval_never_gets_as_narrow_as_many_votes_alone_would_have_it():
    votes, features, _ = made()
    rows = rows_to_ask(votes)
    for one in text_precision(votes, rows, features[rows]):
        worth = one.votes * module.TRUST / (one.votes + module.TRUST)
        assert one.interval == wilson(one.precision * worth, worth)
        assert one.interval[1] - one.interval[0] > 0.3


def test_an_lf_has_no_part_in_the_head_that_judges_it():
    # the vectors hold nothing but whether "own" fires; a head that had seen its rows would call it right every time
    rng = np.random.default_rng(0)
    gold = rng.integers(0, 2, 900)
    fires = rng.random(900) < 0.4
    matrix = np.full((900, 3), -1, dtype=np.int8)
    matrix[fires, 0] = 1
    matrix[~fires, 1] = gold[~fires]
    matrix[::3, 2] = gold[::3]
    features = np.stack([fires, np.ones(900)], axis=1) + rng.normal(0, 0.01, (900, 2))
    votes = Votes(matrix, labels=LABELS, lf_names=["own", "others", "all_over"])
    means = {}

    def levelled(judged):
        means.update({(one.lf, one.label): one.mean for one in judged})
        return [one.mean for one in judged]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_levelled", levelled)
        text_precision(votes, rows_to_ask(votes), features[rows_to_ask(votes)])
    assert means["own", "yes"] == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize(
    ("columns", "lf", "reason"),
    [
        (
            {"often": (slice(0, 400), 1), "other": (slice(300, 800), 0)},
            "often",
            "fewer than 100 other texts of the label",
        ),
        ({"seldom": (slice(0, 19), 1), "yes": (slice(0, 400), 1), "no": (slice(400, 800), 0)}, "seldom", "20 votes"),
    ],
)
def test_where_the_text_cannot_say_it_says_why(columns, lf, reason):
    matrix = np.full((800, len(columns)), -1, dtype=np.int8)
    for j, (rows, label) in enumerate(columns.values()):
        matrix[rows, j] = label
    votes = Votes(matrix, labels=LABELS, lf_names=list(columns))
    features = np.random.default_rng(0).normal(size=(800, 3))
    found = {one.lf: one for one in text_precision(votes, np.arange(800), features)}
    assert found[lf].precision is None
    assert found[lf].interval is None
    assert reason in found[lf].reason
    assert 0 < found[lf].by_votes < 1


def test_large_pools_are_asked_in_part(monkeypatch):
    votes, features, _ = made()
    monkeypatch.setattr(module, "MOST_ROWS", 500)
    rows = rows_to_ask(votes)
    assert len(rows) == 500
    assert np.array_equal(rows, rows_to_ask(votes))
    assert votes.covered[rows].all()
    assert sum(one.votes for one in text_precision(votes, rows, features[rows])) < (votes.matrix >= 0).sum()


def test_no_votes_no_opinion():
    votes = Votes(np.full((5, 2), -1), labels=LABELS)
    assert text_precision(votes, rows_to_ask(votes), np.ones((0, 3))) == ()
    with pytest.raises(InputError, match="a vector for each of the 5 rows; got 4"):
        text_precision(votes, np.arange(5), np.ones((4, 3)))
