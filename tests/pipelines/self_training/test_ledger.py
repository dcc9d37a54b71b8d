import json
from pathlib import Path

import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import InputError
from labelfns.models.evaluation.steps import Promise
from labelfns.pipelines import Ledger, Round, SelfTrainingResult
from labelfns.pipelines.self_training.judges import Verdict
from labelfns.pipelines.self_training.ledger import Trained, best_round
from labelfns.pipelines.self_training.pool import Pool

OLD = Path(__file__).parents[2] / "fixtures" / "before_rooms" / "project" / "run" / "rounds"


@pytest.mark.parametrize("number", [0, 1])
def test_ledgers_of_before_are_read_and_written_alike(number):
    old = json.loads((OLD / str(number) / "metrics.json").read_text(encoding="utf-8"))
    ledger = Ledger.from_json(old)
    assert ledger.label_changes == old.pop("flips")
    now = json.loads(json.dumps(ledger.to_json()))
    assert now.pop("label_changes") == ledger.label_changes
    for name in ("against", "gain", "gain_error", "promise", "drawn", "guessed"):  # of later
        assert now.pop(name) is None
    for scores in (*now["scores"].values(), *now["hidden_scores"].values()):
        assert scores.pop("abstained") == []  # 0.1 did not count them
    assert now == old
    assert Ledger.from_json(json.loads(json.dumps(ledger.to_json()))) == ledger


def test_a_promise_is_written_and_read(make_round):
    promise = Promise(0.9, 0.8, rows=60, coverage=0.5, accuracy=1.0, at_least=0.94, tried=2)
    ledger = make_round(promise=promise).ledger
    assert Ledger.from_json(json.loads(json.dumps(ledger.to_json()))) == ledger


def test_a_damaged_ledger_says_what_is_wrong():
    old = json.loads((OLD / "0" / "metrics.json").read_text(encoding="utf-8"))
    del old["kept"]
    old["confidence"] = "high"
    old["scores"]["val"]["rows"] = None
    with pytest.raises(InputError, match=r"3 problems(.|\n)*kept(.|\n)*confidence(.|\n)*scores.val.rows"):
        Ledger.from_json(old)


def probs(answers):
    return np.where(np.eye(2)[answers] == 1, 0.75, 0.25)


def test_a_ledger_by_hand():
    votes = Votes([[0], [0], [1], [1], [-1], [-1]], labels=["no", "yes"])
    weak = probs([0, 0, 1, 1, 0, 0])
    gold = np.array([0, 1, 1, -1, 1, -1])
    pool = Pool(list("abcdef"), votes, [[]] * 6, gold, weak, np.zeros(6, dtype=bool), np.arange(6), None, len)
    first = Trained(None, weak, np.array([1, 1, 1, 0, 0, 0]), probs([0, 0, 1, 0, 1, 1]), None)
    start = Ledger.of(None, first, pool, Verdict(None), ({}, {}))
    assert (start.round, start.trained_on, start.added) == (0, 3, {"no": 2, "yes": 1})
    assert start.label_changes == 0.25  # of four covered rows the model gives one another label than the LFs
    assert start.agreement == 0.75
    assert start.pseudo_label_accuracy == pytest.approx(2 / 3)
    assert start.predicted_shares == {"no": 0.5, "yes": 0.5}
    assert start.drift == 0
    assert (start.collapsed, start.shift) == ((), None)

    before = Round(None, first.labels, first.weights, start, first.predicted)
    second = Trained(None, probs([0, 1, 1, 1, 1, 1]), np.array([1, 1, 0, 2, 0, 0]), probs([1] * 6), np.array([-1, 1.5]))
    ledger = Ledger.of(before, second, pool, Verdict(None, 0.5, 0.1, 0, 0.03, 0.02), ({}, {}))
    assert ledger.round == 1
    assert ledger.kept == {"no": 1, "yes": 0}
    assert ledger.added == {"no": 0, "yes": 1}
    assert ledger.dropped == {"no": 0, "yes": 1}
    assert ledger.flipped == {"no": 0, "yes": 1}
    assert ledger.label_changes == 0.5
    assert (ledger.judged, ledger.judged_error, ledger.collapsed) == (0.5, 0.1, ("no",))
    assert (ledger.against, ledger.gain, ledger.gain_error) == (0, 0.03, 0.02)
    assert (start.against, start.gain, start.gain_error) == (None, None, None)
    assert ledger.shift == {"no": -1.0, "yes": 1.5}


def test_features_are_computed_once():
    asked = []
    pool = Pool(["a"], None, [[]], None, None, None, None, None, lambda texts: asked.append(texts) or np.ones((1, 2)))
    assert pool.features is pool.features
    assert asked == [["a"]]


@pytest.mark.parametrize(
    ("judged", "best"),
    [([0.5, 0.7, 0.6], 1), ([0.7, 0.74], 0), ([0.7, 0.76, 0.8], 1), ([0.5, 0.4, 0.6], 2), ([None, None, None], 2)],
)
def test_the_best_round_needs_no_gold(rounds_of, judged, best):
    rounds = tuple(rounds_of(judged))
    assert SelfTrainingResult(None, rounds, "", None).best is rounds[best]


@pytest.mark.parametrize(
    ("gain", "error", "against", "best"),
    [(0.03, 0.02, 0, 1), (0.02, 0.02, 0, 0), (0.02 * (1 + 1e-12), 0.02, 0, 0), (-0.1, 0.0, 0, 0), (0.03, 0.02, 7, 0)],
    ids=["better", "one text", "one text, rounded", "worse", "of another round"],
)
def test_rounds_compared_on_the_same_rows(make_round, gain, error, against, best):
    rounds = [
        make_round(judged=0.5, judged_error=0.05),
        make_round(round=1, judged=0.53, judged_error=0.05, against=against, gain=gain, gain_error=error),
    ]
    assert best_round(rounds) is rounds[best]


def test_a_round_in_which_a_class_collapsed_is_not_the_best(make_round):
    first, last = make_round(judged=0.5), make_round(round=2, judged=0.7)
    bad = make_round(round=1, judged=0.9, collapsed=("yes",))
    assert best_round([first, bad, last]) is last
    assert best_round([make_round(judged=0.5, collapsed=("no",)), bad]) is bad
