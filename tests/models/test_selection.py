import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns.errors import InputError, NotAttainableError, SettingsError
from labelfns.models.selection import Selection, combine, sharpen

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


def test_mean_confidence_keeps_the_longest_run_that_is_sure_enough():
    # means, surest first: .9, .85, .767 in the first class, .7, .625 in the second
    assert select("mean_confidence", precision=0.8) == [1, 1, 0, 0, 0]
    assert select("mean_confidence", precision=0.7) == [1, 1, 1, 1, 0]


def gold_rows(*parts):
    """Return few gold rows of (confidence, how many are right, how many are wrong) each, all labeled 0."""
    probs = np.concatenate([np.tile([sure, 1 - sure], (right + wrong, 1)) for sure, right, wrong in parts])
    return probs, np.concatenate([np.repeat([0, 1], [right, wrong]) for _, right, wrong in parts])


def test_precision_keeps_what_gold_rows_promise():
    few = gold_rows((0.9, 60, 0), (0.6, 30, 30))
    selection = Selection("precision", precision=0.9)
    assert selection(PROBS, few_gold=few).tolist() == [1, 0, 0, 0, 0]
    assert Selection("precision", precision=0.5)(PROBS, few_gold=few).tolist() == [1, 1, 1, 1, 0]
    promise = selection.promised(few)
    assert (promise.threshold, promise.rows, promise.coverage, promise.accuracy) == (0.9, 60, 0.5, 1.0)
    # of log2(120), 7 thresholds, 18, 35, 52, 69, 86, 103 and 120 rows, there are two different ones: 60 and all
    assert promise.tried == 2
    assert promise.at_least == pytest.approx(0.025 ** (1 / 60))
    more = Selection("precision", precision=0.9, certainty=0.99).promised(few)
    assert more.at_least == pytest.approx(0.005 ** (1 / 60))


def test_gold_rows_that_are_unknown_or_less_sure_than_candidates_may_be_say_nothing():
    probs, gold = gold_rows((0.9, 60, 0), (0.6, 30, 30))
    selection = Selection("precision", precision=0.9, min_confidence=0.7)
    assert selection.promised((probs, gold)).tried == 1
    assert selection(PROBS, few_gold=(probs, gold)).tolist() == [1, 0, 0, 0, 0]
    gold[:20] = -1
    assert selection.promised((probs, gold)).rows == 40


def test_a_promise_that_is_not_attainable_is_an_error_that_says_what_it_takes():
    with pytest.raises(
        NotAttainableError, match=r"0\.9 with 95% .* not attainable: of 28 gold rows the labels of 28 .* 29"
    ):
        Selection("precision")(PROBS, few_gold=gold_rows((0.9, 28, 0)))
    with pytest.raises(NotAttainableError, match="of 0 gold rows the labels of 0"):
        Selection("precision")(PROBS, few_gold=(np.zeros((0, 2)), np.zeros(0, dtype=int)))
    assert Selection("precision").promised(gold_rows((0.9, 29, 0))).rows == 29


@pytest.mark.slow
def test_a_promised_precision_is_missed_less_often_than_it_may_be():
    rng = np.random.default_rng(0)
    missed = 0
    for _ in range(400):
        confidence = rng.uniform(0.5, 1, 150)
        chance = np.where(confidence > 0.9, 0.79, 0.9)  # the surest rows are less often right
        gold = (rng.random(150) > chance).astype(int)
        try:
            least = Selection("precision", precision=0.8).promised((np.stack([confidence, 1 - confidence], 1), gold))
        except NotAttainableError:
            continue
        kept = max(0.9 - least.threshold, 0), min(1 - least.threshold, 0.1)  # lengths of either part
        missed += (kept[0] * 0.9 + kept[1] * 0.79) / sum(kept) < 0.8
    assert missed <= 20


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


def test_ranks_by_neighbours_and_by_the_head_are_joined(monkeypatch):
    # ranks by the cut statistic 1 2 3 4, by the margins 4 2 3 1: together 5 4 6 5, of equal ones the earlier
    monkeypatch.setattr("labelfns.models.selection.cut_statistic", lambda *_: np.array([4.0, 3.0, 2.0, 1.0]))
    monkeypatch.setattr("labelfns.models.selection.margins", lambda *_: np.array([0.9, 0.3, 0.4, 0.2]))
    probs, features = np.tile([0.9, 0.1], (4, 1)), np.ones((4, 2))
    assert Selection("cut_statistic", keep=0.5)(probs, features=features).tolist() == [0, 0, 1, 1]
    assert Selection("cut_and_margin", keep=0.5)(probs, features=features).tolist() == [1, 0, 1, 0]


RULES = ["threshold", "quota", "precision", "mean_confidence", "flexmatch", "freematch", "softmatch", "entropy"]
RULES += ["cut_statistic", "cut_and_margin"]


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=20)
@given(st.integers(2, 5), st.integers(1, 40), st.integers(0, 10_000))
def test_every_rule_can_hold_class_shares(rule, k, n, seed):
    rng = np.random.default_rng(seed)
    probs, shares = rng.dirichlet(np.ones(k), n), rng.dirichlet(np.full(k, 5.0))
    keeping = ("quota", "cut_statistic", "cut_and_margin")
    own = {"keep": 0.5} if rule in keeping else {"precision": 0.6} if rule in ("precision", "mean_confidence") else {}
    selection = Selection(rule, min_confidence=0.3, keep_class_balance=True, **own)
    weights = selection(
        probs, features=rng.normal(size=(n, 3)), class_balance=shares, few_gold=gold_rows((0.4, 9, 9), (0.7, 60, 0))
    )
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
    with pytest.raises(InputError, match='"precision" needs gold rows'):
        Selection("precision")(PROBS)
    with pytest.raises(InputError, match=r"few_gold needs a class id per row, 5; got shape \(2,\)"):
        Selection("precision")(PROBS, few_gold=(PROBS, [0, 1]))
    with pytest.raises(InputError, match="needs the class balance"):
        Selection("quota", keep_class_balance=True)(PROBS)


def test_settings_are_checked():
    with pytest.raises(SettingsError, match="5 problems"):
        Selection(keep=0, min_confidence=2, precision=0.5, certainty=0.9, neighbors=0)
    with pytest.raises(SettingsError, match=r"precision must be in \(0, 1\); got 1"):
        Selection("precision", precision=1)
    assert Selection("mean_confidence", precision=1).precision == 1
    with pytest.raises(SettingsError, match=r"rule must be one of .*; got 'qouta'; did you mean 'quota'"):
        Selection("qouta")
    with pytest.raises(SettingsError, match="3 problems"):
        Selection(keep=float("nan"), neighbors=2.5, keep_class_balance="no")


def test_combine_by_hand():
    # (0.6 * 0.5, 0.4 * 0.5) leaves 0.6; (0.9 * 0.2, 0.1 * 0.8) = (0.18, 0.08)
    found = combine(np.array([[0.6, 0.4], [0.9, 0.1]]), np.array([[0.5, 0.5], [0.2, 0.8]]))
    np.testing.assert_allclose(found, [[0.6, 0.4], [18 / 26, 8 / 26]], atol=1e-9)


def test_sharpen_by_hand():
    # f = (1.4, 0.6): (0.81 / 1.4, 0.01 / 0.6) and (0.25 / 1.4, 0.25 / 0.6)
    found = sharpen(np.array([[0.9, 0.1], [0.5, 0.5]]))
    np.testing.assert_allclose(found, [[0.97201, 0.02799], [0.3, 0.7]], atol=1e-4)
