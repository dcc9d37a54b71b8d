"""Weights of gold rows, wherever they are read."""

import json
from functools import partial

import numpy as np
import pytest

from labelfns import Votes, read_texts
from labelfns.errors import InputError
from labelfns.io.stored import StoredTexts, read_or_store
from labelfns.models import LabelModel, evaluate
from labelfns.models.evaluation.metrics import score
from labelfns.models.linear_head import LinearHead
from labelfns.pipelines.analysis.analyze import analyze_votes
from labelfns.pipelines.few_gold.rows import GoldRows
from labelfns.pipelines.prediction.second_view import SecondView
from labelfns.pipelines.run.inputs import read_set, with_weights
from labelfns.pipelines.run.settings import DataSettings
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
    assert "can be promised" in str(analyze_votes(votes, GOLD))
    assert "can be promised" not in str(found)


def test_counts_and_weights_together_are_as_of_rows_one_by_one(votes):
    rng = np.random.default_rng(0)
    weights, counts = np.where(np.arange(N) < 20, 1.0, 3.0), rng.integers(0, 4, N)
    gold, rows = np.where(np.arange(N) % 3 == 0, GOLD, -1), np.repeat(np.arange(N), counts)
    counted = analyze_votes(votes, gold, counts=counts, weights=weights)
    written = analyze_votes(votes.rows(rows), gold[rows], weights=weights[rows])
    assert counted.lfs == written.lfs
    assert counted.label_model.scores == written.label_model.scores
    assert counted.evaluation == written.evaluation
    for of_counts, of_rows in zip(counted.accuracy_against_coverage, written.accuracy_against_coverage, strict=True):
        assert (of_counts.rows, of_counts.known, of_counts.interval) == (of_rows.rows, of_rows.known, of_rows.interval)
        assert of_counts.accuracy == pytest.approx(of_rows.accuracy)
    assert counted.lfs != analyze_votes(votes, gold, counts=counts).lfs


def test_an_lf_that_only_votes_where_no_row_stands_has_no_accuracy(votes):
    matrix = votes.matrix.copy()
    matrix[1:, 0] = -1
    few = Votes(matrix, labels=votes.labels, lf_names=votes.lf_names)
    found = analyze_votes(few, GOLD, counts=[0] + [1] * (N - 1), weights=np.ones(N))
    assert found.lfs[0].accuracy is None


def test_gold_rows_count_by_their_weights_with_strengths_too(votes):
    strength = np.random.default_rng(0).choice([0.25, 0.7, 1.0], votes.matrix.shape)
    soft = Votes(votes.matrix, labels=votes.labels, lf_names=votes.lf_names, strength=strength)
    told = LabelModel().fit(soft).with_gold(soft, GOLD)
    assert np.array_equal(told.predict_proba(soft), LabelModel().fit(soft, GOLD).predict_proba(soft))
    whole = LabelModel().fit(soft).with_gold(soft, GOLD, weights=np.ones(N))
    assert whole.predict_proba(soft) == pytest.approx(told.predict_proba(soft))


def test_texts_on_the_disk_keep_their_weights(tmp_path):
    (tmp_path / "pool.csv").write_text("text,label\na,no\nb,\nc,yes\nd,\n")
    gold = [
        {"text": "b", "label": "yes", "weight": 2.0, "draw": 1},
        {"text": "d", "label": None, "weight": 2.0, "draw": 1},
    ]
    (tmp_path / "gold.jsonl").write_text("".join(json.dumps(row) + "\n" for row in gold))
    data = DataSettings(labels=("no", "yes"), pool=str(tmp_path / "pool.csv"), pool_gold=str(tmp_path / "gold.jsonl"))
    in_memory = read_set(data.pool, data, need_gold=False)
    stored = read_set(data.pool, data, need_gold=False, read=partial(read_or_store, most=1))
    assert isinstance(stored, StoredTexts)
    for texts in (in_memory, stored):
        assert texts.gold.tolist() == [0, 1, 1, -1]
        assert texts.weights.tolist() == [1, 4, 1, 0]
    assert [part.weights.tolist() for _, part in stored.parts()] == [[1, 4, 1, 0]]
    assert stored.take(np.array([1])).weights.tolist() == [4]


def test_a_label_model_learns_from_gold_rows_by_their_weights(votes):
    fitted = LabelModel().fit(votes)
    even, same = fitted.with_gold(votes, GOLD), fitted.with_gold(votes, GOLD, weights=np.full(N, 7.0))
    assert np.array_equal(even.predict_proba(votes), LabelModel().fit(votes, GOLD).predict_proba(votes))
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
