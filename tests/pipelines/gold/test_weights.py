"""Weights of gold rows, wherever they are read."""

import numpy as np
import pytest

from labelfns import Votes, read_texts
from labelfns.errors import InputError
from labelfns.models import LabelModel, evaluate
from labelfns.models.evaluation.metrics import score
from labelfns.models.linear_head import LinearHead
from labelfns.pipelines.analysis.analyze import analyze_votes
from labelfns.pipelines.few_gold.rows import GoldRows
from labelfns.pipelines.prediction.second_view import SecondView
from labelfns.pipelines.run.inputs import with_weights
from labelfns.pipelines.self_training.labeled import Labeled
from labelfns.pipelines.self_training.loop import _among

N = 60
GOLD = np.arange(N) % 2


@pytest.fixture
def votes():
    matrix = np.stack([GOLD, np.where(np.arange(N) < 20, 1 - GOLD, GOLD), np.full(N, 1)], axis=1)
    return Votes(matrix, labels=["no", "yes"], lf_names=["a", "b", "c"])


def test_whole_weights_are_copies(votes):
    weights = np.where(np.arange(N) < 20, 1.0, 3.0)
    copies = np.repeat(np.arange(N), weights.astype(int))
    probs = np.where(np.arange(N)[:, None] < 20, np.eye(2)[1 - GOLD], np.eye(2)[GOLD]) * 0.8 + 0.1
    weighted = evaluate(probs, votes, GOLD, weights=weights)
    copied = evaluate(probs[copies], votes.rows(copies), GOLD[copies])
    assert weighted.answers.accuracy == pytest.approx(copied.answers.accuracy) == pytest.approx(120 / 140)
    assert weighted.against_majority_vote.difference == pytest.approx(copied.against_majority_vote.difference)
    assert [one.accuracy for one in weighted.by_pattern] == pytest.approx([one.accuracy for one in copied.by_pattern])
    low, high = weighted.answers.accuracy_interval
    assert high - low > np.diff(copied.answers.accuracy_interval)[0]
    assert (weighted.curve, weighted.areas, weighted.promises, weighted.calibration) == ((), None, (), None)
    said = probs.argmax(axis=1)
    assert score(GOLD, said, 2, weights).macro_f1 == pytest.approx(score(GOLD[copies], said[copies], 2).macro_f1)


def test_analyze_counts_lfs_by_weights(votes):
    weights = np.where(np.arange(N) < 20, 1.0, 3.0)
    found = analyze_votes(votes, GOLD, weights=weights)
    assert [round(lf.accuracy, 3) for lf in found.lfs] == [1.0, round(120 / 140, 3), 0.5]
    assert (found.lfs[1].correct, found.lfs[1].incorrect) == (40, 20)
    assert "precision at least" not in str(found)


def test_a_label_model_learns_from_gold_rows_by_their_weights(votes):
    fitted = LabelModel().fit(votes)
    even, same = fitted.with_gold(votes, GOLD), fitted.with_gold(votes, GOLD, weights=np.full(N, 7.0))
    assert even.predict_proba(votes) == pytest.approx(LabelModel().fit(votes, GOLD).predict_proba(votes))
    assert same.predict_proba(votes) == pytest.approx(even.predict_proba(votes))
    heavy = fitted.with_gold(votes, GOLD, weights=np.where(np.arange(N) < 20, 9.0, 1.0))
    assert heavy.precision_[2, 0] < even.precision_[2, 0]  # LF b is wrong on the heavy rows
    assert not fitted.fitted_.gold_votes.any()
    with pytest.raises(InputError, match="has learned from gold rows already"):
        even.with_gold(votes, GOLD)
    with pytest.raises(InputError, match="must be a number above 0; row 0 has 0"):
        fitted.with_gold(votes, GOLD, weights=np.zeros(N))


def test_few_gold_rows_keep_the_weights_they_were_drawn_with():
    found = GoldRows.of(
        ["a", "b", "c", "d", "e"], [0, 0, 1, 1, -1], [0.5, 0.5], ["no", "yes"], np.array([1, 1, 1, 5, 0])
    )
    assert found.weights.tolist() == [0.5, 0.5, 0.5, 2.5]


def test_a_file_with_other_columns_of_these_names_has_no_weights(tmp_path):
    (tmp_path / "a.csv").write_text("text,label,weight\na,no,70\nb,yes,80\n")
    texts = read_texts(tmp_path / "a.csv", labels=["no", "yes"])
    assert with_weights(texts).weights is None
    (tmp_path / "b.csv").write_text("text,label,weight,draw\na,no,70,1\nb,yes,,\nc,,30,1\n")
    texts = with_weights(read_texts(tmp_path / "b.csv", labels=["no", "yes"]))
    assert texts.weights.tolist() == [100, 1, 0]
    assert texts[1:].weights.tolist() == [1, 0]


def test_no_round_trains_on_texts_that_are_few_gold_rows(votes):
    few = Labeled(["b"], np.array([0])), votes.rows(np.array([0]))
    assert _among(["a", "b", "c"], few).tolist() == [False, True, False]
    assert _among(["a", "b"], None).tolist() == [False, False]


def test_gold_rows_move_the_second_view():
    features = np.random.default_rng(0).normal(size=(N, 4))
    weak, rows = np.eye(2)[GOLD] * 0.8 + 0.1, np.ones(N, dtype=bool)
    plain = SecondView.fit(None, features, weak, rows)
    told = SecondView.fit(None, features, weak, rows, (features[:10], 1 - GOLD[:10]))
    right = [view.head.predict_proba(features[:10])[np.arange(10), 1 - GOLD[:10]].mean() for view in (plain, told)]
    assert right[1] > right[0]
    assert plain.head.coefficients == pytest.approx(LinearHead.fit(features, GOLD, 2).coefficients)
