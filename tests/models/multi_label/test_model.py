import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import InputError, SettingsError
from labelfns.models import LabelModel, MajorityVote, MultiLabelHead, MultiLabelModel, prevalence_thresholds, score_sets

LABELS = ["joy", "fear", "anger"]
PREVALENCE = {"joy": 0.4, "fear": 0.2, "anger": 0.1}


def planted(seed=0, n=3000, hit=(0.5, 0.35, 0.25), false_alarm=(0.01, 0.02, 0.03)):
    """Return vectors [n, 8], the labels [n, 3] and votes of three LFs a label."""
    rng = np.random.default_rng(seed)
    truth = rng.random((n, 3)) < list(PREVALENCE.values())
    features = rng.normal(0, 0.5, (n, 8)) + truth @ np.eye(3, 8) + np.eye(8)[7]
    columns = [
        np.where(rng.random(n) < np.where(truth[:, c], h, f), c, -1)
        for c in range(3)
        for h, f in zip(hit, false_alarm, strict=True)
    ]
    return features, truth, Votes(np.stack(columns, axis=1), labels=LABELS)


def test_the_probabilities_of_the_pool_add_up_to_the_prevalence():
    _, _, votes = planted()
    model = MultiLabelModel(LABELS, prevalence=PREVALENCE).fit(votes)
    means = model.predict_proba(votes).mean(axis=0)
    kept_to = model.left_over_ > 0
    assert kept_to.any()
    np.testing.assert_allclose(means[kept_to], model.prevalence_[kept_to])


def test_each_label_has_the_label_model_of_its_own_question():
    _, truth, votes = planted()
    known = [set(np.array(LABELS)[row]) if i < 300 else None for i, row in enumerate(truth)]
    model = MultiLabelModel(LABELS, prevalence=PREVALENCE).fit(votes, known)
    column = Votes(np.where(votes.matrix == 1, 1, -1), labels=["not fear", "fear"])
    alone = LabelModel().fit(column, np.where(np.arange(len(votes)) < 300, truth[:, 1], -1))
    probs = model.predict_proba(votes)[:, 1]
    np.testing.assert_allclose(probs[column.covered], alone.predict_proba(column)[column.covered, 1])
    assert set(probs[~column.covered]) == {model.left_over_[1]}


def test_prevalence_comes_from_gold_where_it_is_not_given():
    _, truth, votes = planted()
    gold = np.where((np.arange(len(votes)) < 400)[:, None], truth, -1)
    model = MultiLabelModel(LABELS).fit(votes, gold)
    np.testing.assert_allclose(model.prevalence_, truth[:400].mean(axis=0), atol=0.002)
    assert any(note.startswith("joy: ") and "covered gold rows" in note for note in model.notes_)


def test_a_text_can_carry_several_labels_and_none():
    _, truth, votes = planted()
    said = MultiLabelModel(LABELS, prevalence=PREVALENCE).fit(votes).predict(votes)
    assert set(said.sum(axis=1)) >= {0, 1, 2}
    assert score_sets(truth, said, LABELS).micro_f1 > 0.6


def test_a_head_finds_labels_that_no_lf_saw():
    features, truth, votes = planted()
    model = MultiLabelModel(LABELS, prevalence=PREVALENCE).fit(votes)
    head = MultiLabelHead.fit(features, model.predict_proba(votes))
    scores = head.predict_proba(features)
    said = scores >= prevalence_thresholds(scores, model.prevalence_)
    silent = votes.matrix.max(axis=1) < 0
    assert truth[silent].any()
    assert not model.predict(votes)[silent].any()
    unseen = score_sets(truth[silent], said[silent], LABELS)
    assert unseen.macro_f1 > 0.35
    assert score_sets(truth, said, LABELS).by_label["joy"].f1 > 0.75


def test_what_cannot_be_believed_is_said():
    _, _, votes = planted()
    model = MultiLabelModel(LABELS, prevalence=PREVALENCE | {"joy": 0.05}, label_model=MajorityVote()).fit(votes)
    assert model.left_over_[0] == 0
    assert any(
        note.startswith("joy: by the votes") and "more than its prevalence of 5.0%" in note for note in model.notes_
    )
    assert any("no LF says that it is not there" in note for note in model.notes_)


def test_what_is_missing_is_named():
    votes = Votes([[0, 0]], labels=["joy", "fear"])
    with pytest.raises(InputError, match=r"give prevalence=\{label: share\}, or gold rows"):
        MultiLabelModel(["joy", "fear"]).fit(votes)
    with pytest.raises(InputError, match="no LF says anything of fear"):
        MultiLabelModel(["joy", "fear"], prevalence={"joy": 0.5, "fear": 0.5}).fit(votes)
    with pytest.raises(SettingsError) as raised:
        MultiLabelModel(["joy", "fear"], prevalence={"joy": 30, "hate": 0.1})
    assert all(part in str(raised.value) for part in ("no prevalence of 'fear'", "'hate', which", "got 30"))
    with pytest.raises(InputError, match="not fitted yet"):
        MultiLabelModel(["joy", "fear"]).predict(votes)


def test_a_head_refuses_what_it_cannot_learn_from():
    with pytest.raises(InputError, match=r"a row per text; got shape \(2, 1\) for 3 texts"):
        MultiLabelHead.fit(np.ones((3, 2)), np.ones((2, 1)))
    with pytest.raises(InputError, match=r"column \[1\] are all 0 or all 1"):
        MultiLabelHead.fit(np.ones((2, 2)), np.array([[0.5, 0], [0.1, 0]]))
