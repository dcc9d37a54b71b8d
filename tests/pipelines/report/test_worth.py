"""Was the model worth it: who is how right where, in numbers and sentences."""

import re

import pytest

from labelfns.display.tables import plain
from labelfns.pipelines.cli.console import results, worth_it
from labelfns.pipelines.report.content import run_content
from labelfns.pipelines.report.pages import page
from labelfns.pipelines.report.worth import who_answers, worth


def scores(accuracy, rows, k=2):
    half = round(accuracy * rows)
    return {
        "rows": rows, "accuracy": accuracy, "accuracy_interval": (accuracy - 0.1, accuracy + 0.1), "macro_f1": accuracy,
        "macro_f1_interval": (accuracy - 0.1, accuracy + 0.1), "confusion": [[half, 0], [rows - half, 0]],
    }  # fmt: skip


def gain(difference, low, high):
    return {"difference": difference, "error": 0.1, "interval": (low, high), "rows": 10, "groups": 10}


@pytest.fixture
def measured(metrics):
    """A run of before, with the figures of a predictor on val."""
    parts = {"all_rows": scores(0.8, 20), "covered": scores(0.9, 10), "uncovered": scores(0.7, 10)}
    alone = {"all_rows": scores(0.6, 20), "covered": scores(0.5, 10), "uncovered": scores(0.7, 10)}
    metrics["predictor"] = {
        "together": {"val": parts}, "classifier": {"val": alone}, "second_view": True, "vote_weight": {"value": 0.5},
    }  # fmt: skip
    metrics["baselines"]["label_model"]["val"] = {"covered": scores(0.6, 10), "all_rows": scores(0.55, 20)}
    metrics["data"] = {name: metrics["data"][name] for name in ("pool", "val")}
    for ledger in metrics["rounds"]:
        ledger["scores"].pop("test")
    point = {"threshold": 0.9, "rows": 9, "coverage": 0.45, "accuracy": 1.0, "interval": (0.7, 1.0), "known": 9}
    metrics["evaluation"] = {
        "val": {
            "by_confidence": [point],
            "over_label_model": gain(0.3, 0.1, 0.5),
            "over_classifier": gain(0.2, -0.05, 0.4),
        }
    }
    return metrics


def test_who_answers_is_named():
    assert who_answers({"predictor": None}) == "classifier"
    assert who_answers({"predictor": {}}) == "LFs and classifier together"
    assert who_answers({"predictor": {"second_view": True}}) == "LFs, classifier and second view together"


def test_rows_with_a_vote_and_without_stand_apart(measured):
    (found,) = worth(measured)
    assert found["rows"] == {"covered": 10, "uncovered": 10, "all_rows": 20}
    said = {one["name"]: [one[part] and one[part]["accuracy"] for part in found["rows"]] for one in found["voters"]}
    assert said == {
        "label model alone": [0.6, None, 0.55],
        "classifier alone": [0.5, 0.7, 0.6],
        "LFs, classifier and second view together": [0.9, 0.7, 0.8],
    }
    first, second, third = found["sentences"]
    assert first.endswith("are right on 90.0%, the label model alone on 60.0%: +30.0 points (+10.0 to +50.0).")
    assert "where the label model says nothing, they are right on 70.0%; on all 20 on 80.0%" in second
    assert third.endswith("+20.0 points (-5.0 to +40.0), which may be chance.")


def test_the_same_answers_are_no_chance(measured):
    measured["evaluation"]["val"]["over_classifier"] = gain(0.0, 0.0, 0.0) | {"error": 0.0}
    said = worth(measured)[0]["sentences"][-1]
    assert said == "Against the classifier alone, on all val texts: no difference on any of the 10 texts."


def test_a_run_without_differences_says_what_is_known(measured):
    measured["evaluation"] = {}
    (found,) = worth(measured)
    assert found["by_confidence"] == []
    assert found["sentences"][0].endswith("the label model alone on 60.0%.")
    assert len(found["sentences"]) == 2


def test_a_run_of_before_has_nothing_to_say(metrics):
    assert worth(metrics) == []
    assert list(worth_it(metrics)) == []
    assert "Was the model worth it?" not in page(run_content(metrics))


def test_report_and_console_say_it(measured):
    shown = re.sub(r"\s+", " ", plain(worth_it(measured)))
    assert "Accuracy on val texts: 10 with a vote, 10 without" in shown
    assert "classifier alone 0.500 ±0.10 0.700 ±0.10 0.600 ±0.10" in shown
    assert "label model alone 0.600 ±0.10 - 0.550 ±0.10" in shown
    assert "by the answers' own confidence" in shown
    assert "0.90 9 45.0% 1.000 (0.70-1.00)" in shown
    assert "LFs, classifier and second view together" in plain([results(measured)])
    text = page(run_content(measured))
    for sentence in worth(measured)[0]["sentences"]:
        assert sentence in text
    assert "a linear head on the backbone as it was" in text
    assert run_content(measured)["answer"]["sentence"].startswith(
        "LFs, classifier and second view together label 80.0%"
    )
