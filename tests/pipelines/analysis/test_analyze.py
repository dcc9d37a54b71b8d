import json
import re

import numpy as np
import pandas as pd
import pytest

from labelfns import LFSet, Votes, find_rows, keywords, labeling_function, row_function
from labelfns.errors import InputError
from labelfns.models import LabelModel, MajorityVote, SnorkelLabelModel
from labelfns.pipelines.analysis.analyze import analyze, analyze_votes
from labelfns.pipelines.analysis.result import ENOUGH_GOLD

LABELS = ["no", "yes"]
LFS = [
    keywords("yes", ["good"], name="good"),
    keywords("no", ["bad"], name="bad"),
    keywords("no", ["late"], name="late"),
]
POOL = ["good day"] * 6 + ["bad day"] * 3 + ["late and bad"] * 2 + ["the 8:15"]
GOLD = ["yes"] * 6 + ["no"] * 2 + ["yes"] + ["no"] * 2 + [None]
VAL = ["good", "bad", "late", "nothing"]


def test_lfs_and_label_model_by_hand():
    analysis = analyze(LFSet(LABELS, LFS), POOL, GOLD, label_model=LabelModel())
    rows = {row.lf: row for row in analysis.lfs}
    assert list(rows) == ["good", "bad", "late"]
    assert (rows["bad"].correct, rows["bad"].incorrect, rows["bad"].accuracy) == (4, 1, 0.8)
    assert (rows["late"].overlaps, rows["late"].conflicts, rows["late"].polarity) == (2 / 12, 0, ("no",))
    assert (analysis.coverage.covered, analysis.gold_rows, analysis.fitted_on) == (11, 11, None)
    assert analysis.label_model.by_label == {"no": 5, "yes": 6, "(tie)": 0, "(uncovered)": 1}
    assert analysis.label_model.scores.covered.accuracy == pytest.approx(10 / 11)
    assert analysis.accuracy_against_coverage[0].rows == 11
    assert analysis.problem == ""


def test_the_label_model_is_fitted_on_the_pool_and_measured_elsewhere():
    model = LabelModel()
    analysis = analyze(LFSet(LABELS, LFS), POOL, label_model=model, on=VAL, gold_on=["yes", "no", "no", "no"])
    pool = LFSet(LABELS, LFS).apply(POOL)
    probs = LabelModel().fit(pool).predict_proba(LFSet(LABELS, LFS).apply(VAL))
    assert analysis.fitted_on == len(POOL)
    assert not hasattr(model, "classes_")  # a copy is fitted
    np.testing.assert_array_equal(analysis.model.predict_proba(analysis.votes), probs)
    assert (analysis.coverage.rows, analysis.coverage.covered) == (4, 3)
    assert any(
        "fitted on the 12 texts of the pool, as in a run; every figure is of the texts analyzed" in note
        for note in analysis.label_model.notes
    )


def test_what_each_lf_adds_with_the_fit_on_the_pool():
    lfs = LFSet(LABELS, LFS)
    rows = analyze(
        lfs, POOL, on=VAL, gold_on=[1, 0, 0, 0], leave_one_out=True, label_model=MajorityVote()
    ).leave_one_out
    assert [(row.lf, row.coverage) for row in rows] == [("good", 0.25), ("bad", 0.25), ("late", 0.25)]


@pytest.mark.parametrize("gold", [None, [1] * 6 + [0] * 6], ids=["without gold", "with gold"])
def test_gold_rows_that_there_are_are_not_denied(gold):
    text = str(analyze(LFSet(LABELS, LFS), POOL, gold, label_model=LabelModel()))
    assert ("confidences are not calibrated; in a run 20 to 200 gold rows of data.few_gold" in text) == (gold is None)
    assert "gold row was given" not in text
    assert ("12 gold rows measure it" in text) == (gold is not None)


def test_faults_come_first_and_name_what_there_was():
    @row_function
    def always(row):
        return row["airline"]

    @labeling_function
    def seldom(text):
        if "8:15" in text:
            raise ValueError("\x1b[2Jno 8:15")

    analysis = analyze(LFSet(LABELS, [*LFS, seldom, always]), POOL, label_model=MajorityVote())
    first, second = analysis.alarms
    assert first.startswith("LF always FAILS ON EVERY ROW (12 of 12) and never votes: it raised KeyError: 'airline'")
    assert first.endswith(" (the columns are text)")
    assert second == "LF seldom raised ValueError: \\x1b[2Jno 8:15 on 1 of 12 rows and abstains there: row 11"
    text = str(analysis)
    assert text.startswith(f"Warning: {first}\nWarning: {second}\nLabeling functions\n")
    table = text[text.index("Labeling functions") : text.index("texts have a vote")].splitlines()
    marked = [(line.split()[0], line.split()[-2:]) for line in table[2:4]]
    assert marked == [("always", ["!", "12"]), ("seldom", ["!", "1"])]
    assert [row.failed for row in analysis.lfs] == [0, 0, 0, 1, 12]


@pytest.mark.parametrize(
    ("lfs", "model", "problem"),
    [
        ([keywords("yes", ["zzz"])], LabelModel(), "has a vote"),
        (LFS[:2], None, "at least 3 LFs"),
        (LFS[:2], SnorkelLabelModel(), "at least 3 LFs"),
    ],
)
def test_without_a_label_model_the_lfs_are_measured_all_the_same(lfs, model, problem):
    analysis = analyze(LFSet(LABELS, lfs), POOL, label_model=model, leave_one_out=True)
    assert analysis.label_model is analysis.model is analysis.leave_one_out is None
    assert problem in analysis.problem
    assert f"There is no label model: {analysis.problem}" in str(analysis)
    assert analysis.to_json()["label_model"] is None
    with pytest.raises(InputError, match="there is no label model to explain a row by"):
        analysis.explain(0)


def test_an_lf_without_a_vote_says_so():
    analysis = analyze(LFSet(LABELS, [*LFS, keywords("no", ["strike"], name="strike")]), POOL)
    assert re.search(r"strike +never votes +0%", str(analysis))
    assert "never votes" in analysis.votes._repr_html_()


def test_json_has_everything():
    analysis = analyze(LFSet(LABELS, LFS), POOL, [1] * 12, label_model=LabelModel(), leave_one_out=True)
    answer = json.loads(json.dumps(analysis.to_json(), allow_nan=False))
    assert answer["lfs"][0] == {
        "lf": "good", "polarity": ["yes"], "coverage": 0.5, "overlaps": 0, "conflicts": 0, "failed": 0,
        "correct": 6, "incorrect": 0, "weighted": None, "accuracy": 1.0,
    }  # fmt: skip
    assert answer["label_model"]["model"] == "LabelModel"
    assert {"by_label", "by_confidence", "notes", "scores", "accuracy_against_coverage", "calibration"} <= set(
        answer["label_model"]
    )
    assert [row["lf"] for row in answer["leave_one_out"]] == ["good", "bad", "late"]


def test_with_gold_it_is_evaluated_and_without_not():
    lfs = LFSet(LABELS, LFS)
    analysis = analyze(lfs, POOL, GOLD, label_model=LabelModel())
    found = analysis.evaluation
    assert (found.rows, found.answers.coverage) == (11, 1)
    assert found.answers.accuracy == pytest.approx(10 / 11)
    assert found.against_most_frequent.groups == 3  # the texts repeat
    assert analysis.to_json()["label_model"]["evaluation"]["majority_vote"]["rows"] == 11
    text = str(analysis)
    parts = ["majority vote", "always yes", "one vote", "gold no", "precision 0.8 cannot be promised", "than chance"]
    parts += ["it gets the most frequent gold label", "AUGRC, lower is better"]  # both explained where they stand
    assert [part for part in parts if part not in text] == []
    without = analyze(lfs, POOL, label_model=LabelModel())
    assert without.evaluation is None
    assert "AUGRC" not in str(without)


def test_promises_and_calibration_in_words():
    lfs = LFSet(LABELS, [keywords("yes", ["good"]), keywords("no", ["bad"])])
    texts, gold = ["good day", "bad day"] * 200, [1, 0] * 200
    text = str(analyze(lfs, texts, gold, label_model=LabelModel()))
    assert re.search(r"precision 0\.95 from confidence 0\.\d+ on, which 100% of the texts have", text)
    assert "more than chance; on average" in text
    assert "too unsure" in text


def test_votes_of_elsewhere():
    votes = Votes([[0, 0], [1, -1]], labels=LABELS, lf_names=["[red]a", "b\nc"])
    text = str(analyze_votes(votes, label_model=MajorityVote()))
    assert "[red]a" in text
    assert "b\\nc" in text
    assert "Near-copies" not in text
    assert "not measured by gold labels" in text


def test_gold_that_does_not_fit():
    with pytest.raises(InputError, match="1 gold label for 12 rows"):
        analyze(LFSet(LABELS, LFS), POOL, gold=[1])


class Vectors:
    """Stands for a classifier: of a text whether it is good, in the first unit."""

    def frozen_features(self, texts, *, progress):
        self.texts = list(texts)
        return np.array([["good" in text or "fine" in text, 1] for text in texts], dtype=np.float32)


def test_what_the_text_says_of_each_lf():
    lfs = LFSet(LABELS, [keywords("yes", ["good"], name="good"), keywords("yes", ["fine"]), keywords("no", ["bad"])])
    pool = ["a good day"] * 150 + ["a fine day"] * 150 + ["a bad day"] * 300 + ["a day"]
    vectors = Vectors()
    analysis = analyze(lfs, pool, label_model=LabelModel(), with_text=vectors, on=VAL)
    assert vectors.texts == pool[:-1]  # the pool, where there is a vote
    said = {one.lf: one for one in analysis.from_text}
    assert said["good"].votes == 150
    assert 0.5 < said["good"].precision < 1
    assert said["keywords_no"].reason == "fewer than 100 other texts of the label"
    assert [row["lf"] for row in json.loads(json.dumps(analysis.to_json()))["from_text"]] == list(said)
    shown = str(analysis)
    assert "by the texts on which others vote" in shown
    assert f"{said['good'].precision:.2f} (" in shown
    assert "fewer than 100 other texts" in shown


def test_the_text_is_asked_only_on_demand():
    analysis = analyze(LFSet(LABELS, LFS), POOL, label_model=MajorityVote())
    assert analysis.from_text is None
    assert analysis.to_json()["from_text"] is None
    assert "by the texts" not in str(analysis)
    assert analyze(LFSet(LABELS, LFS), ["nothing"], with_text=Vectors()).from_text == ()


@pytest.mark.parametrize("n", [1, ENOUGH_GOLD - 1, ENOUGH_GOLD])
def test_a_few_gold_rows_are_a_line_and_no_page_of_figures(n):
    gold = [*GOLD[:n], *[None] * (len(POOL) - n)]
    analysis = analyze(LFSet(LABELS, LFS), POOL, gold, label_model=LabelModel())
    text, few = str(analysis), n < ENOUGH_GOLD
    right = n - (n >= 9)  # the ninth row's gold is not what its LFs say
    said = f"{'1 text has' if n == 1 else f'{n} texts have'} a gold label, and the label model is right on {right}:"
    assert (said in text) == few
    assert ("What can be promised" in text) == ("macro F1" in text) == ("with 95% intervals" in text) == (not few)
    assert (analysis.accuracy_against_coverage[0].interval is None) == few
    assert "rows marked in the studio were not" in text
    weighted = analyze_votes(analysis.votes, gold, weights=np.where(analysis.gold >= 0, 2.0, 0.0))
    assert "marked in the studio" not in str(weighted)


def test_a_label_without_votes_is_said_in_words():
    silent = analyze(LFSet(["no", "maybe", "yes"], LFS), POOL, label_model=MajorityVote())
    assert silent.silent_labels == ("maybe",)
    assert silent.to_json()["silent_labels"] == ["maybe"]
    assert "Warning: no LF votes for 'maybe' on any of these texts, so a run cannot learn it" in str(silent)
    assert "no LF votes for" not in str(analyze(LFSet(LABELS, LFS), POOL, label_model=MajorityVote()))
    elsewhere = analyze(LFSet(LABELS, LFS), POOL, on=["bad"], label_model=MajorityVote())
    assert "no LF votes for 'yes' on any of these texts." in str(elsewhere)
    assert "cannot learn" not in str(elsewhere)


def test_gold_may_be_the_name_of_a_column():
    frame = pd.DataFrame({"said": ["so good", "so bad", "the 8:15"], "mood": ["yes", "no", None]})
    lfs = LFSet(["no", "yes"], [keywords("yes", ["good"]), keywords("yes", ["bad"], name="bad")])
    assert [row.accuracy for row in analyze(lfs, frame, "mood", text="said").lfs] == [1, 0]
    assert [row.accuracy for row in analyze(lfs, frame, text="said", on=frame, gold_on="mood").lfs] == [1, 0]
    assert find_rows(lfs, frame, text="said", gold="mood", wrong=True).rows[0].text == "so bad"
