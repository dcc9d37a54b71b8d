import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from labelfns import Texts, Votes
from labelfns.models import LabelModel, MajorityVote
from labelfns.models.evaluation.metrics import score
from labelfns.pipelines import Labeled, SelfTrainingResult
from labelfns.pipelines.prediction.metrics import PredictorMetrics
from labelfns.pipelines.prediction.predictor import USUAL
from labelfns.pipelines.run.label_model_settings import notes_of
from labelfns.pipelines.run.metrics import read_old_metrics, run_metrics

OLD = Path(__file__).parents[2] / "fixtures" / "before_rooms" / "project" / "run" / "metrics.json"
VOTES = Votes([[0, 0, -1], [0, 1, -1], [1, -1, -1], [-1, -1, -1], [0, -1, -1]], labels=["no", "yes"])


class Counting(MajorityVote):
    """A label model that counts how often it answers."""

    asked = 0

    def predict_proba(self, votes):
        self.asked += 1
        return super().predict_proba(votes)


@pytest.fixture
def measured(make_round):
    """Metrics of a run on five rows, val the same rows with gold, and the label model."""
    model = Counting().fit(VOTES)
    gold = np.array([0, 1, 0, 0, -1])
    texts = ["a", "b", "c", "d", "e"]
    scores = {"val": score(gold, np.array([0, 1, 1, 0, 0]), 2)}
    rounds = (make_round(judged=0.5, scores=scores), make_round(round=1, judged=0.4, scores=scores))
    metrics = run_metrics(
        settings=SimpleNamespace(
            seed=3,
            classifier=SimpleNamespace(backbone="tiny"),
            data=SimpleNamespace(pool="pool.csv", val="val.csv"),
            label_model=SimpleNamespace(kind="majority"),
        ),
        sets={"pool": Texts(texts), "val": Texts(texts, gold)},
        votes={"pool": VOTES, "val": VOTES},
        label_model=model,
        weak={"val": model.predict_proba(VOTES)},
        result=SelfTrainingResult(
            MajorityVote().fit(VOTES).predict_proba(VOTES), rounds, "all rounds are done", VOTES.covered, 2
        ),
        few_gold_result=None,
        predictor=PredictorMetrics(USUAL, {}, {}),
        evaluation={},
        seconds={"reading": 1.234},
        labeled={"val": Labeled(texts, gold)},
        versions={"labelfns": "0"},
    )
    return metrics, model


def test_the_keys_of_before_are_there(measured):
    metrics, _ = measured
    old = json.loads(OLD.read_text(encoding="utf-8"))
    now = json.loads(json.dumps(metrics.to_json()))
    renamed = {"few_gold" if key == "little_gold" else key for key in old}
    assert renamed <= set(now)
    assert set(now) - renamed == {"copies", "lfs_val", "from_text", "by_class", "predictor", "evaluation"}
    assert set(old["label_model"]) == set(now["label_model"])
    ledger = {"label_changes" if key == "flips" else key for key in old["rounds"][0]}
    assert set(now["rounds"][0]) - ledger == {"against", "gain", "gain_error", "promise", "drawn", "guessed"}
    assert ledger <= set(now["rounds"][0])
    assert read_old_metrics(now) == now


def test_what_is_measured(measured):
    metrics, _ = measured
    assert metrics.best_round == 0
    assert metrics.copies == 2
    assert metrics.data["val"] == {"source": "val.csv", "rows": 5}
    assert metrics.gold_rows["val"] == {"rows": 4, "used_for": "figures"}
    assert metrics.gold_rows["training"]["rows"] == 0
    assert (metrics.lfs_val[0]["correct"], metrics.lfs_val[0]["incorrect"]) == (1, 2)
    assert "accuracy" not in metrics.lfs[0]
    assert metrics.seconds == {"reading": 1.2}


def test_a_label_model_answers_once_for_a_set(measured):
    _, model = measured
    assert model.asked == 1  # on val; its answers on the pool are those that the rounds start from


def test_metrics_of_before_get_the_names_of_now():
    old = json.loads(OLD.read_text(encoding="utf-8"))
    now = read_old_metrics(old)
    assert now["few_gold"] is None
    assert "little_gold" not in now
    assert [ledger["label_changes"] for ledger in now["rounds"]] == [ledger["flips"] for ledger in old["rounds"]]
    assert read_old_metrics({**old, "little_gold": {"rows": 3}})["few_gold"] == {"rows": 3}


@pytest.mark.parametrize(
    ("few_gold", "said"), [(False, "20 to 200 gold rows of data.few_gold"), (True, "come from these; ")]
)
def test_notes_say_which_file_gold_goes_into(few_gold, said):
    votes = Votes([[0, 0], [0, 1], [1, 1], [-1, 0]], labels=["no", "yes"])
    notes = notes_of(LabelModel().fit(votes), few_gold=few_gold)
    assert any(said in note and "data.few_gold calibrate" in note for note in notes)
    assert not any("gold row was given" in note for note in notes)
    assert notes_of(MajorityVote().fit(votes)) == list(MajorityVote().fit(votes).notes_)
