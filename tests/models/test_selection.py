import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns.errors import InputError, SettingsError
from labelfns.models.selection import Selection, combine, cut_statistic, margins, sharpen, surest

PROBS = np.array([[0.9, 0.1], [0.8, 0.2], [0.6, 0.4], [0.3, 0.7], [0.45, 0.55]])


def select(rule, probs=PROBS, **settings):
    return Selection(rule, **settings)(probs).round(4).tolist()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"keep": 1.0}, [1, 1, 1, 1, 1]),
        ({"keep": 0.5}, [1, 1, 0, 1, 0]),  # 2 of 3 and 1 of 2
        ({"keep": 1.0, "min_confidence": 0.65}, [1, 1, 0, 1, 0]),
        ({"keep": 0.01}, [1, 0, 0, 1, 0]),  # the surest of each class stays
    ],
)
def test_quota(settings, expected):
    assert select("quota", **settings) == expected


def test_threshold():
    assert select("threshold", min_confidence=0.6) == [1, 1, 1, 1, 0]


def test_precision_keeps_the_longest_run_that_is_precise_enough():
    # means, surest first: .9, .85, .767 in the first class, .7, .625 in the second
    assert select("precision", precision=0.8) == [1, 1, 0, 0, 0]
    assert select("precision", precision=0.7) == [1, 1, 1, 1, 0]


def test_flexmatch_lowers_the_threshold_of_a_class_that_lags():
    # above .65: two rows of the first class, one of the second, two rows not yet: learned = (2, 1) / 2,
    # so thresholds .65 * 1 and .65 * (.5 / 1.5) = .217
    assert select("flexmatch", min_confidence=0.65) == [1, 1, 0, 1, 1]


def test_freematch_by_hand():
    # mean confidence .71, mean probabilities (.61, .39): thresholds .71 and .71 * .39 / .61 = .454
    assert select("freematch") == [1, 1, 0, 1, 1]


def test_softmatch_by_hand():
    # mean confidence .71, variance .0164
    under = [0.6, 0.7, 0.55]
    expected = [1, 1, *(round(float(np.exp(-((c - 0.71) ** 2) / 0.0328)), 4) for c in under)]
    assert select("softmatch") == expected


def test_entropy_weights():
    assert select("entropy", np.array([[1.0, 0.0], [0.5, 0.5]])) == [1, 0]


def test_the_cut_statistic_finds_the_row_whose_neighbours_disagree():
    rng = np.random.default_rng(0)
    features = np.concatenate([rng.normal([5, 0], 0.5, (30, 2)), rng.normal([0, 5], 0.5, (30, 2))])
    labels = np.repeat([0, 1], 30)
    labels[[3, 40]] = [1, 0]  # wrong
    z = cut_statistic(features, labels, neighbors=10)
    assert set(np.argsort(-z)[:2].tolist()) == {3, 40}
    weights = Selection("cut_statistic", keep=0.9, neighbors=10)(np.eye(2)[labels], features=features)
    assert weights[[3, 40]].tolist() == [0, 0]
    assert weights.sum() == 54


def test_a_margin_is_low_where_a_head_that_has_not_seen_the_row_says_otherwise():
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 100)
    features = rng.normal(0, 0.3, (100, 2)) + np.eye(2)[labels]
    wrong = labels.copy()
    wrong[:5] = 1 - wrong[:5]
    found = margins(features, wrong, 3)  # a class that no row has changes nothing
    assert np.array_equal(found, margins(features, wrong, 2))
    assert found[:5].max() < 0 < np.median(found)
    assert np.abs(found).max() <= 1
    assert margins(np.ones((1, 2)), np.array([0]), 2).tolist() == [0]


def test_ranks_by_neighbours_and_by_the_head_are_joined(monkeypatch):
    # ranks by the cut statistic 1 2 3 4, by the margins 4 2 3 1: together 5 4 6 5, of equal ones the earlier
    monkeypatch.setattr("labelfns.models.selection.cut_statistic", lambda *_: np.array([4.0, 3.0, 2.0, 1.0]))
    monkeypatch.setattr("labelfns.models.selection.margins", lambda *_: np.array([0.9, 0.3, 0.4, 0.2]))
    probs, features = np.tile([0.9, 0.1], (4, 1)), np.ones((4, 2))
    assert Selection("cut_statistic", keep=0.5)(probs, features=features).tolist() == [0, 0, 1, 1]
    assert Selection("cut_and_margin", keep=0.5)(probs, features=features).tolist() == [1, 0, 1, 0]


def test_the_cut_statistic_by_hand():
    # on a circle at 0, 0, 90 degrees: of the first row the neighbours are at 0 and at sqrt 2
    features, labels = np.array([[1.0, 0], [2.0, 0], [0, 1.0]]), np.array([0, 0, 1])
    w = np.array([1, 1 / (1 + 2**0.5)])
    expected = (w[1] - w.sum() / 3) / np.sqrt(2 / 9 * (w**2).sum())
    assert cut_statistic(features, labels, neighbors=2)[0] == pytest.approx(expected)


def test_nothing_is_cut_with_one_label_or_one_row():
    assert cut_statistic(np.ones((4, 2)), np.zeros(4, dtype=int)).tolist() == [0] * 4
    assert cut_statistic(np.ones((1, 2)), np.array([1])).tolist() == [0]


RULES = ["threshold", "quota", "precision", "flexmatch", "freematch", "softmatch", "entropy"]
RULES += ["cut_statistic", "cut_and_margin"]


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=20)
@given(st.integers(2, 5), st.integers(1, 40), st.integers(0, 10_000))
def test_every_rule_can_hold_class_shares(rule, k, n, seed):
    rng = np.random.default_rng(seed)
    probs, shares = rng.dirichlet(np.ones(k), n), rng.dirichlet(np.full(k, 5.0))
    keeping = ("quota", "cut_statistic", "cut_and_margin")
    own = {"keep": 0.5} if rule in keeping else {"precision": 0.6} if rule == "precision" else {}
    selection = Selection(rule, min_confidence=0.3, keep_class_balance=True, **own)
    weights = selection(probs, features=rng.normal(size=(n, 3)), class_balance=shares)
    assert weights.shape == (n,)
    assert np.isfinite(weights).all()
    assert (weights >= 0).all()
    found = np.bincount(probs.argmax(axis=1), weights=weights, minlength=k)
    wanted = shares * (found > 0)
    if found.sum() > 0:
        np.testing.assert_allclose(found / found.sum(), wanted / wanted.sum())


def test_what_a_rule_needs_is_asked_for():
    for rule in ("cut_statistic", "cut_and_margin"):
        with pytest.raises(InputError, match=f'"{rule}" needs features'):
            Selection(rule)(PROBS)
    with pytest.raises(InputError, match="needs the class balance"):
        Selection("quota", keep_class_balance=True)(PROBS)


def test_settings_are_checked():
    with pytest.raises(SettingsError, match="4 problems"):
        Selection(keep=0, min_confidence=2, precision=0.5, neighbors=0)
    with pytest.raises(SettingsError, match=r"rule must be one of .*; got 'qouta'; did you mean 'quota'"):
        Selection("qouta")
    with pytest.raises(SettingsError, match="3 problems"):
        Selection(keep=float("nan"), neighbors=2.5, keep_class_balance="no")


def test_ties_go_to_the_earlier_row():
    assert surest(np.array([0.7, 0.7, 0.7]), np.array([1, 1, 1]), 0.4).tolist() == [1, 1, 0]


def test_combine_by_hand():
    # (0.6 * 0.5, 0.4 * 0.5) leaves 0.6; (0.9 * 0.2, 0.1 * 0.8) = (0.18, 0.08)
    found = combine(np.array([[0.6, 0.4], [0.9, 0.1]]), np.array([[0.5, 0.5], [0.2, 0.8]]))
    np.testing.assert_allclose(found, [[0.6, 0.4], [18 / 26, 8 / 26]], atol=1e-9)


def test_sharpen_by_hand():
    # f = (1.4, 0.6): (0.81 / 1.4, 0.01 / 0.6) and (0.25 / 1.4, 0.25 / 0.6)
    found = sharpen(np.array([[0.9, 0.1], [0.5, 0.5]]))
    np.testing.assert_allclose(found, [[0.97201, 0.02799], [0.3, 0.7]], atol=1e-4)


def test_of_many_rows_the_same_few_are_asked(monkeypatch):
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 400)
    features = rng.normal(0, 0.3, (400, 5)) + np.eye(5)[labels]
    wrong = labels.copy()
    wrong[:20] = 1 - wrong[:20]
    every = cut_statistic(features, wrong, neighbors=10)
    monkeypatch.setattr("labelfns.models.selection.MAX_NEIGHBOR_ROWS", 100)
    some = cut_statistic(features, wrong, neighbors=10)
    assert np.array_equal(some, cut_statistic(features, wrong, neighbors=10))
    assert np.corrcoef(every, some)[0, 1] > 0.8
    assert every[:20].min() > np.median(every)
    assert some[:20].mean() > some[20:].mean() + 2


def test_a_row_is_not_its_own_neighbour_even_among_copies():
    labels = np.array([0, 1, 1, 1, 0, 0])
    z = cut_statistic(np.ones((6, 2)), labels, neighbors=5)
    assert z[labels == 0] == pytest.approx(z[0])
    assert z[0] > 0  # of the five others three have another label, half of them by chance
