import dataclasses
import json

import numpy as np
import pytest

from labelfns import Votes
from labelfns.analysis.pairs import one_hot, vote_pairs
from labelfns.errors import InputError, SettingsError
from labelfns.models import LabelModel, MajorityVote
from labelfns.models.label_models import fit
from labelfns.models.label_models.calibration import Calibration
from labelfns.models.label_models.em import Prior
from labelfns.models.label_models.fit import WITHOUT_GOLD, near_duplicates, share_votes
from labelfns.models.label_models.one_accuracy import vote_worth

LABELS = ["a", "b", "c"]


def make(n=1500, accuracies=(0.95, 0.9, 0.8, 0.7, 0.6, 0.6, 0.6), k=3, coverage=0.4, seed=0):
    """Votes with a known truth: LF j votes on `coverage` of the rows and is right with its accuracy."""
    rng = np.random.default_rng(seed)
    m = len(accuracies)
    truth = rng.integers(0, k, n)
    wrong = (truth[:, None] + rng.integers(1, k, (n, m))) % k
    matrix = np.where(rng.random((n, m)) < accuracies, truth[:, None], wrong)
    matrix[rng.random((n, m)) > coverage] = -1
    return Votes(matrix, labels=LABELS[:k]), truth


def accuracy(model, votes, truth):
    probs = model.predict_proba(votes)[votes.covered]
    return float((probs.argmax(axis=1) == truth[votes.covered]).mean())


def test_learns_who_is_right():
    votes, truth = make()
    model = LabelModel().fit(votes)
    precision = model.precision_.reshape(7, 3, 3)[:, range(3), range(3)].mean(axis=1)
    assert precision[0] > precision[3] > precision[6]
    assert accuracy(model, votes, truth) > accuracy(MajorityVote().fit(votes), votes, truth) + 0.03


@pytest.mark.parametrize("draw", ["independent", "long rows"])
def test_no_order_and_no_seed_changes_the_answer(draw):
    votes, _ = make() if draw == "independent" else long_rows()
    n, m = votes.matrix.shape
    probs = LabelModel().fit(votes).predict_proba(votes)
    rng = np.random.default_rng(1)
    rows, lfs = rng.permutation(n), rng.permutation(m)
    shuffled = votes.rows(rows)
    np.testing.assert_array_equal(LabelModel().fit(shuffled).predict_proba(shuffled), probs[rows])
    turned = Votes(votes.matrix[:, lfs], labels=votes.labels, lf_names=[votes.lf_names[j] for j in lfs])
    np.testing.assert_allclose(LabelModel().fit(turned).predict_proba(turned), probs, atol=1e-9)


def test_convergence():
    votes, _ = make()
    found = LabelModel().fit(votes).convergence_
    assert found.converged
    assert found.residual < 1e-6
    assert found.gradient < 1e-5
    assert found.start_gap < 1e-5


def test_copies_share_one_vote():
    votes, truth = make(accuracies=(0.8, 0.8, 0.8, 0.3))
    copied = Votes(np.column_stack([votes.matrix, votes.matrix[:, 3], votes.matrix[:, 3]]), labels=LABELS)
    pairs = vote_pairs(one_hot(copied.matrix, 3), np.ones(len(copied), dtype=int), 3)
    np.testing.assert_allclose(share_votes(near_duplicates(pairs, 3)), [1, 1, 1, 1 / 3, 1 / 3, 1 / 3])
    without, with_copies = LabelModel().fit(votes), LabelModel().fit(copied)
    assert accuracy(with_copies, copied, truth) > accuracy(without, votes, truth) - 0.02
    assert accuracy(with_copies, copied, truth) > accuracy(MajorityVote().fit(copied), copied, truth) + 0.1


def test_gold_informs_and_says_so():
    votes, truth = make()
    gold = np.full(1500, -1)
    gold[:200] = truth[:200]
    plain, known = LabelModel().fit(votes), LabelModel().fit(votes, gold)
    true_accuracy = [0.95, 0.9, 0.8, 0.7, 0.6, 0.6, 0.6]

    def error(model):
        learned = model.precision_.reshape(7, 3, 3)[:, range(3), range(3)].mean(axis=1)
        return np.abs(learned - true_accuracy).mean()

    assert error(known) < error(plain)
    assert any("gold rows calibrate" in note for note in known.notes_)
    assert WITHOUT_GOLD in plain.notes_
    few = LabelModel().fit(votes, np.where(np.cumsum(gold >= 0) <= 4, gold, -1))
    assert any("4 covered gold rows are too few, 10 the least" in note for note in few.notes_)
    assert known.fitted_.gold_votes.sum() == (votes.matrix[:200] >= 0).sum()


def wrong_together(n=400):
    """Votes in which two LFs say the same wrong thing half of the time, and a third, overruled, is right."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, n)
    liars = np.where(rng.random(n) < 0.5, truth, 1 - truth)
    slips = rng.random((n, 2)) < 0.15  # else they would be near-copies
    matrix = np.column_stack([np.where(slips, 1 - liars[:, None], liars[:, None]), truth])
    return Votes(matrix, labels=["a", "b"]), truth


def test_gold_changes_verdicts_only_where_that_is_right_more_often():
    votes, truth = wrong_together()
    gold = np.where(np.arange(400) < 100, truth, -1)
    plain, taught = LabelModel().fit(votes), LabelModel().fit(votes, gold)
    assert accuracy(taught, votes, truth) > accuracy(plain, votes, truth) + 0.2
    assert any("gold rows sharpen" in note for note in taught.notes_)
    votes, truth = make(accuracies=(0.8,) * 7, coverage=0.2)
    gold = np.where(np.arange(1500) < 60, truth, -1)
    plain, taught = LabelModel().fit(votes), LabelModel().fit(votes, gold)
    np.testing.assert_array_equal(taught.predict(votes), plain.predict(votes))
    assert taught.fitted_.calibration != plain.fitted_.calibration


def long_rows(n=3000):
    """Votes of LFs that fire together on long rows, so that they are not independent given the class."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, n)
    length = rng.gamma(0.5, 2.0, n)
    matrix = np.full((n, 8), -1)
    for j in range(8):
        on = rng.random(n) < np.minimum(0.15 * length, 0.9)
        matrix[on, j] = np.where(rng.random(n) < (0.9 if j < 4 else 0.65), truth, 1 - truth)[on]
    return Votes(matrix, labels=["a", "b"]), truth


def test_abstains_count_only_where_lfs_are_independent():
    votes, _ = make()
    model = LabelModel().fit(votes)
    assert model.misfit_ < 0.2
    assert "independent LFs would" in model.notes_[0]
    votes, truth = long_rows()
    model = LabelModel().fit(votes)
    assert model.misfit_ > 0.3
    assert "more or less often than independent ones would): that one abstains is no evidence" in model.notes_[0]
    assert model.convergence_.converged
    assert accuracy(model, votes, truth) > accuracy(MajorityVote().fit(votes), votes, truth)


def alike(accuracy, n=3000):
    """LFs that are all right equally often, on rows of uneven length."""
    rng = np.random.default_rng(0)
    truth, length = rng.integers(0, 2, n), rng.gamma(1.0, 1.0, n)
    on = rng.random((n, 8)) < np.minimum(0.15 * length, 0.9)[:, None]
    voted = np.where(rng.random((n, 8)) < accuracy, truth[:, None], 1 - truth[:, None])
    return Votes(np.where(on, voted, -1), labels=["a", "b"]), truth


@pytest.mark.parametrize("right", [0.6, 0.95])
def test_agreement_sets_the_level_of_confidences_and_no_verdict(right, monkeypatch):
    votes, truth = alike(right)
    model = LabelModel().fit(votes)
    rows = votes.covered

    def gap(model):
        probs = model.predict_proba(votes)[rows]
        return abs(probs.max(axis=1).mean() - (probs.argmax(axis=1) == truth[rows]).mean())

    monkeypatch.setattr(fit, "tempered", lambda worth, votes, start, *rest: (votes, start, ""))
    before = LabelModel().fit(votes)
    assert gap(model) < gap(before) - 0.04
    np.testing.assert_array_equal(model.predict(votes), before.predict(votes))


def test_what_a_vote_is_worth():
    # Two LFs meet on 1,000 rows and agree on 68%, each class as often: as LFs that are right 80% of the time would.
    matrix = np.repeat([[0, 0], [1, 1], [0, 1], [1, 0]], [340, 340, 160, 160], axis=0).astype(np.int8)
    pairs = vote_pairs(one_hot(matrix, 2), np.ones(1000, dtype=int), 2)
    near, weights = near_duplicates(pairs, 2), np.ones(2)
    met = vote_worth(pairs, near, weights, Prior(0.8, rows=0.0), 2)
    assert met.log_odds == pytest.approx(np.log(4) + 0.5, abs=1e-9)  # a vote alone is on an easier row
    assert met.low < np.log(4) < met.high
    # Where LFs do not meet, a vote is worth what is believed, and the interval is wide.
    alone = vote_pairs(one_hot(np.array([[0, -1], [-1, 1]], dtype=np.int8), 2), np.ones(2, dtype=int), 2)
    believed = vote_worth(alone, near, weights, Prior(0.8), 2)
    assert believed.accuracy(2) == pytest.approx(0.8)
    assert believed.high - believed.low > met.high - met.low


def test_notes_say_how_far_confidences_can_be_trusted():
    votes, _ = alike(0.95)
    assert "on average, between 0." in LabelModel().fit(votes).notes_[1]
    few = Votes(alike(0.7)[0].matrix[:60], labels=votes.labels)
    assert "votes alone cannot tell them well" in LabelModel().fit(few).notes_[1]


@pytest.mark.parametrize(
    ("matrix", "why"),
    [
        ([[1], [1], [-1]], "there is one LF, so nothing can be learned"),
        ([[1, -1], [-1, 0], [-1, -1]], "no two LFs, near-copies apart, vote on one text, so nothing can be learned"),
        ([[1, 1]] * 9 + [[-1, -1]], "no two LFs, near-copies apart, vote on one text, so nothing can be learned"),
    ],
)
def test_lfs_that_do_not_meet_are_not_said_to_agree(matrix, why):
    model = LabelModel().fit(Votes(matrix, labels=["no", "yes"]))
    said = " ".join(model.notes_)
    assert why in said
    assert "It is assumed that a vote alone is right 80% of the time" in said
    assert "where they meet" not in said


def test_notes_name_the_labels():
    model = LabelModel(class_balance=[0.25, 0.75]).fit(Votes([[0, 0], [1, 0]], labels=["no", "yes"]))
    assert "class balance given: no 25.0% and yes 75.0%" in model.notes_
    labels = [f"label_{i:02}" for i in range(30)]
    many = LabelModel().fit(Votes([[i] for i in range(30)], labels=labels))
    assert any("label_09 3.3% and 20 more" in note for note in many.notes_)


def test_class_shares_are_found_where_abstains_count():
    # LFs of one label each, of like precision: the votes are spread evenly, and only abstains tell the shares.
    rng = np.random.default_rng(0)
    truth = (rng.random(4000) < 0.25).astype(int)
    matrix = np.full((4000, 8), -1)
    for j in range(8):
        hit, miss = ((0.3, 0.24), (0.75, 0.1))[j % 2]
        matrix[rng.random(4000) < np.where(truth == j % 2, hit, miss), j] = j % 2
    votes = Votes(matrix, labels=["a", "b"])
    model = LabelModel().fit(votes)
    assert model.balance_source_ == "estimated from votes and abstains"
    assert accuracy(model, votes, truth) > accuracy(MajorityVote().fit(votes), votes, truth) + 0.04
    given = LabelModel(class_balance=(0.75, 0.25)).fit(votes)
    np.testing.assert_allclose(given.class_balance_, [0.75, 0.25], atol=1e-3)
    assert given.balance_source_ == "given"


def test_no_accuracy_that_overturns_majorities():
    # Eight LFs of one class against two of the other: EM would give nearly every row to the first.
    rng = np.random.default_rng(3)
    truth = rng.integers(0, 2, 1500)
    length = rng.gamma(0.5, 2.0, 1500)
    matrix = np.full((1500, 10), -1)
    for j in range(10):
        c = int(j >= 7)
        chance = np.where(truth == c, 0.5, 0.25) * np.minimum(length, 1.8)
        matrix[rng.random(1500) < chance, j] = c
    votes = Votes(matrix, labels=["a", "b"])
    model = LabelModel().fit(votes)
    assert any("clear majorities" in note for note in model.notes_)
    assert accuracy(model, votes, truth) > accuracy(MajorityVote().fit(votes), votes, truth) - 0.02


@pytest.mark.slow
def test_floor_where_gold_shows_majority_vote_to_be_better():
    # LF 0 is right and stands alone against two that agree with each other and are wrong together half of the time.
    votes, truth = make(accuracies=(0.7,) * 5, coverage=0.9, k=2)
    gold = truth.copy()
    model = LabelModel(class_balance=(0.999, 0.001)).fit(votes, gold)
    assert model.floored_
    assert any("majority vote is used" in note for note in model.notes_)
    majority = MajorityVote().fit(votes)
    np.testing.assert_array_equal(model.predict(votes), majority.predict(votes))
    free = LabelModel(class_balance=(0.999, 0.001), floor="off").fit(votes, gold)
    assert not free.floored_


@pytest.mark.parametrize(
    ("matrix", "gold"),
    [
        (np.zeros((5, 1)), None),
        (np.zeros((1, 3)), None),
        (np.array([[0, 1], [1, 0]]), None),
        (np.zeros((20, 4)), None),
        (np.zeros((20, 4)), np.ones(20)),
        (np.tile([[0], [1]], (3, 300)), None),
        (np.array([[0, -1], [-1, 1], [-1, -1]]), None),
    ],
    ids=["one LF", "one row", "conflicting pair", "identical LFs", "all wrong", "300 equal votes", "never together"],
)
def test_degenerate_votes(matrix, gold):
    votes = Votes(matrix.astype(int), labels=["a", "b"])
    probs = LabelModel().fit(votes, None if gold is None else gold.astype(int)).predict_proba(votes)
    assert np.isfinite(probs).all()
    np.testing.assert_allclose(probs.sum(axis=1), 1)
    assert (probs >= 0).all()


def test_one_lf_is_believed_and_a_conflict_ties():
    votes = Votes(np.array([[0], [1], [-1]]), labels=["a", "b"])
    assert LabelModel().fit(votes).predict(votes).tolist() == [0, 1, -1]
    votes = Votes(np.array([[0, 1], [1, 0]]), labels=["a", "b"])
    np.testing.assert_allclose(LabelModel().fit(votes).predict_proba(votes), 0.5)


def test_all_abstain_is_an_error():
    with pytest.raises(InputError, match="no row is covered"):
        LabelModel().fit(Votes(np.full((3, 2), -1), labels=["a", "b"]))


@pytest.mark.slow
def test_five_thousand_lfs():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 200)
    matrix = np.where(rng.random((200, 5000)) < 0.8, truth[:, None], 1 - truth[:, None])
    matrix[rng.random((200, 5000)) > 0.02] = -1
    votes = Votes(matrix, labels=["a", "b"])
    assert accuracy(LabelModel().fit(votes), votes, truth) == 1


def test_explain_adds_up():
    votes, _ = make()
    model = LabelModel().fit(votes)
    row = int(np.argmax((votes.matrix >= 0).sum(axis=1)))
    found = model.explain(votes, row)
    probs = np.sort(model.predict_proba(votes)[row])
    total = found.start + sum(vote.log_odds for vote in found.votes)
    assert total == pytest.approx(np.log(probs[-1] / probs[-2]))
    assert found.confidence == pytest.approx(probs[-1])
    assert len(found.votes) == (votes.matrix[row] >= 0).sum()
    for vote in found.votes:
        assert vote.interval[0] < vote.accuracy < vote.interval[1]
        changed = votes.matrix[[row]].copy()
        changed[0, votes.lf_names.index(vote.lf)] = -1
        alone = model.predict(Votes(changed, labels=LABELS))[0]
        assert vote.without == (None if alone < 0 else LABELS[alone])


def test_explain_where_nothing_votes():
    votes = Votes(np.array([[0, 0], [-1, -1]]), labels=["a", "b"])
    model = LabelModel().fit(votes)
    assert model.explain(votes, 1).label is None
    assert model.explain(votes, 1).votes == ()
    with pytest.raises(InputError, match="there is no row 2"):
        model.explain(votes, 2)


def test_save_and_load(tmp_path):
    votes, truth = make()
    model = LabelModel(class_balance=(0.3, 0.3, 0.4)).fit(votes, np.where(np.arange(1500) < 50, truth, -1))
    model.save(tmp_path / "model.json")
    again = LabelModel.load(tmp_path / "model.json")
    assert again == model
    assert (again.notes_, again.convergence_) == (model.notes_, model.convergence_)
    np.testing.assert_array_equal(again.predict_proba(votes), model.predict_proba(votes))
    assert json.loads((tmp_path / "model.json").read_text())["lf_names"] == list(votes.lf_names)
    with pytest.raises(InputError, match="was fitted on"):
        again.predict_proba(Votes(votes.matrix, labels=["x", "y", "z"]))
    with pytest.raises(InputError, match="holds a LabelModel"):
        MajorityVote.load(tmp_path / "model.json")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "labelfns.label_model/1", "kind": "LabelModel"}'])
def test_files_that_hold_no_model(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(InputError, match=r"x\.json"):
        LabelModel.load(tmp_path / "x.json")
    with pytest.raises(InputError, match="no such file"):
        LabelModel.load(tmp_path / "none.json")


def test_fit_on_soft_votes():
    votes, _ = make()
    whole = LabelModel().fit(votes)
    ones = LabelModel().fit(votes, strength=np.ones((1500, 7)))
    np.testing.assert_allclose(ones.predict_proba(votes), whole.predict_proba(votes), atol=1e-6)
    # A vote of strength 0 is no vote: LF 6 unheard is LF 6 left out.
    unheard = np.where(np.arange(7) < 6, 1.0, 0.0) * np.ones((1500, 1))
    without = Votes(np.where(unheard > 0, votes.matrix, -1), labels=LABELS)
    left_out = LabelModel().fit(without).predict_proba(without)
    soft = LabelModel().fit(votes, strength=unheard).predict_proba(votes, strength=unheard)
    np.testing.assert_allclose(soft, left_out, atol=1e-6)
    for wrong, message in ((np.ones((1500, 6)), "got shape"), (np.full((1500, 7), 1.5), "row 0, LF 'lf_")):
        with pytest.raises(InputError, match=message):
            LabelModel().fit(votes, strength=wrong)
    with pytest.raises(InputError, match="no row is covered"):
        LabelModel().fit(votes, strength=np.zeros((1500, 7)))


def test_soft_votes_teach():
    # Every LF is right as often as its strength says; strengths tell the sure votes from the guesses.
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 2000)
    strength = rng.uniform(0, 1, (2000, 5))
    matrix = np.where(rng.random((2000, 5)) < 0.5 + strength / 2, truth[:, None], 1 - truth[:, None])
    votes = Votes(matrix, labels=["a", "b"])
    gold = np.where(np.arange(2000) < 50, truth, -1)
    hard, soft = LabelModel().fit(votes, gold), LabelModel().fit(votes, gold, strength=strength)
    heard = soft.predict_proba(votes, strength=strength).argmax(axis=1)
    assert (heard == truth).mean() > (hard.predict_proba(votes).argmax(axis=1) == truth).mean() + 0.03


def test_soft_votes():
    votes, _ = make(n=50)
    model = LabelModel().fit(votes)
    whole = model.predict_proba(votes)
    np.testing.assert_allclose(model.predict_proba(votes, strength=np.ones((50, 7))), whole)
    np.testing.assert_allclose(model.predict_proba(votes, strength=np.zeros((50, 7))), 1 / 3)
    lone = Votes(np.array([[0, -1, -1, -1, -1, -1, -1]]), labels=LABELS)
    strengths = [model.predict_proba(lone, strength=np.full((1, 7), x))[0, 0] for x in (0.2, 0.6, 1.0)]
    assert strengths == sorted(strengths)
    for wrong in (np.ones((50, 6)), np.full((50, 7), 1.5), np.full((50, 7), np.nan)):
        with pytest.raises(InputError, match="numbers in"):
            model.predict_proba(votes, strength=wrong)


def test_settings_are_checked():
    with pytest.raises(SettingsError, match="2 problems"):
        LabelModel(accuracy=1.0, floor="no")
    with pytest.raises(SettingsError, match="sum to 1"):
        LabelModel(class_balance=(0.5, 0.2))
    with pytest.raises(SettingsError, match="3 shares"):
        LabelModel(class_balance=(0.5, 0.5)).fit(make()[0])


def test_calibration_moves_confidence_and_keeps_the_verdict():
    probs = np.array([[0.6, 0.4, 0.0], [0.5, 0.5, 0.0], [0.34, 0.33, 0.33], [1.0, 0.0, 0.0]])
    for shift in (-2.0, 2.0):
        moved = Calibration(shift=shift)(probs)
        np.testing.assert_allclose(moved.sum(axis=1), 1)
        np.testing.assert_array_equal(moved.argmax(axis=1), probs.argmax(axis=1))
        np.testing.assert_array_equal(moved[1], probs[1])
    right = np.tile([[0.7, 0.3]], (2000, 1))
    fitted = Calibration.fit(right, (np.arange(2000) % 10 == 0).astype(int), np.ones(2000), 0.8)
    assert fitted(right)[0, 0] == pytest.approx(0.9, abs=0.03)


def test_names_of_before():
    model = LabelModel().fit(make(n=100)[0])
    for old, new in (("certificate_", "convergence_"), ("shares_", "lf_weights_"), ("balance_", "class_balance_")):
        with pytest.warns(DeprecationWarning, match=f"{old} is now called {new}"):
            assert getattr(model, old) is getattr(model, new)


def test_a_saved_model_has_every_number(tmp_path):
    votes, truth = make(n=300)
    model = LabelModel().fit(votes, truth)
    model.save(tmp_path / "model.json")
    again = LabelModel.load(tmp_path / "model.json").fitted_
    for field in dataclasses.fields(again):
        np.testing.assert_array_equal(getattr(again, field.name), getattr(model.fitted_, field.name), field.name)


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content["state"].pop("start"),
        lambda content: content["state"].update(start=[0.0, 0.0]),
        lambda content: content["state"].update(vote_log_odds=[]),
        lambda content: content["state"].update(extra=1),
        lambda content: content["state"]["calibration"].update(slope="steep"),
        lambda content: content.update(state=None),
        lambda content: content["settings"].update(accuracy=7),
        lambda content: content["lf_names"].pop(),
        lambda content: content["labels"].append("d"),
    ],
)
def test_a_damaged_file_is_one_message(tmp_path, damage):
    file = tmp_path / "model.json"
    LabelModel().fit(*make(n=200)).save(file)
    content = json.loads(file.read_text())
    damage(content)
    file.write_text(json.dumps(content))
    with pytest.raises(InputError, match=r"model\.json is a damaged LabelModel"):
        LabelModel.load(file)
