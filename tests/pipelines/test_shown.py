"""What a run draws and shows, from figures by hand."""

import dataclasses
import json

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import InputError
from labelfns.models.evaluation.metrics import score
from labelfns.pipelines import Pipeline, SelfTrainingResult
from labelfns.pipelines.prediction.evaluated import SetEvaluation
from labelfns.pipelines.prediction.metrics import PredictorMetrics
from labelfns.pipelines.prediction.predictor import USUAL, Answers
from labelfns.pipelines.run.baselines import baseline

VOTES = Votes([[0, -1], [0, 1], [1, -1], [-1, -1]], labels=["no", "yes"], lf_names=["a", "b"])
GOLD = np.array([0, 1, 1, 0])
WEAK = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.5, 0.5]])
ANSWERS = Answers(np.array([[0.8, 0.2], [0.3, 0.7], [0.1, 0.9], [0.4, 0.6]]), WEAK, WEAK, VOTES.covered)
OF_GOLD = ("worth", "accuracy_against_coverage", "reliability", "coverage_by_class", "confusion")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture
def rounds(make_round):
    def one(number, **given):
        scores = {"val": score(GOLD, np.array([0, 1, 1, 1 - number]), 2)}
        return make_round(round=number, judged=0.6 + number / 10, judged_error=0.05, scores=scores, **given)

    first = one(0, added={"no": 2, "yes": 1})
    later = one(1, kept={"no": 1, "yes": 0}, flipped={"no": 0, "yes": 1}, added={"no": 4}, dropped={"yes": 1})
    return first, later


@pytest.fixture
def pipeline(rounds):
    """A pipeline that knows what a run found, as `fit` and `load` leave it."""
    metrics = PredictorMetrics.of(
        type("Predictor", (), {"weight": USUAL, "second_view": True})(), {"val": ANSWERS}, {"val": GOLD}
    )
    evaluated = SetEvaluation.of(WEAK, ANSWERS, VOTES, GOLD, np.arange(4))
    found = Pipeline(None)
    found.classes_, found.classifier_ = VOTES.labels, None
    found._facts = json.loads(
        json.dumps(
            {
                "lfs": [{"lf": "a"}, {"lf": "b"}],
                "coverage": {"rows": 4, "covered": 3, "conflicting": 1},
                "baselines": {"label_model": {"val": dataclasses.asdict(baseline(WEAK, VOTES, GOLD, 0))}},
                "rounds": [one.ledger.to_json() for one in rounds],
                "best_round": 1,
                "stopped": "all rounds are done",
                "few_gold": None,
                "predictor": dataclasses.asdict(metrics),
                "evaluation": {"val": dataclasses.asdict(evaluated)},
            }
        )
    )
    return found


def heights(ax):
    return [[float(bar.get_height()) for bar in group] for group in ax.containers]


def test_rounds_and_their_figures(pipeline, rounds):
    expected = [[0, 1], [0, 1], [3, 4], [0, -1]]
    ax = pipeline.plot_rounds()
    assert heights(ax) == expected
    assert [label.get_text() for label in ax.get_xticklabels()] == ["round 0", "round 1, kept"]
    judged, on_val = (container.lines[0] for container in pipeline.plot_figures_by_round().containers)
    assert judged.get_ydata().tolist() == [0.6, 0.7]
    assert on_val.get_ydata().tolist() == [one.ledger.scores["val"].macro_f1 for one in rounds]
    result = SelfTrainingResult(WEAK, rounds, "done", VOTES.covered)
    assert heights(result.plot_rounds()) == expected
    assert len(result.plot_figures_by_round().containers) == 2


def test_rounds_that_nothing_is_known_of(make_round):
    result = SelfTrainingResult(WEAK, (make_round(),), "done", VOTES.covered)
    with pytest.raises(InputError, match="no round was judged"):
        result.plot_figures_by_round()


def test_what_the_model_is_worth_by_part_of_the_rows(pipeline):
    ax = pipeline.plot_worth()
    assert [label.get_text() for label in ax.get_yticklabels()] == ["with a vote  (3)", "without  (1)", "all  (4)"]
    drawn = [container.lines[0].get_xdata().tolist() for container in ax.containers]
    assert drawn == [[pytest.approx(2 / 3), 0.75], [pytest.approx(2 / 3), 1, 0.75], [1, 0, 0.75]]


@pytest.mark.parametrize("what", OF_GOLD)
def test_figures_of_answers_are_drawn_on_the_axes_given(pipeline, what):
    _, ax = plt.subplots()
    assert getattr(pipeline, f"plot_{what}")("val", ax=ax) is ax
    ax.figure.canvas.draw()
    assert "val" in ax.get_title(loc="left")
    with pytest.raises(InputError, match="no gold labels of 'test'; there are some of val"):
        getattr(pipeline, f"plot_{what}")("test")
    pipeline._facts["evaluation"] = {}
    with pytest.raises(InputError, match="no set with gold was given"):
        getattr(pipeline, f"plot_{what}")()


def test_who_answers_is_chosen(pipeline):
    together, votes = (pipeline.plot_accuracy_against_coverage(who=who) for who in ("together", "label_model"))
    assert together.lines[0].get_xdata()[-1] == 1
    assert votes.lines[0].get_xdata()[-1] == 0.75
    assert "LFs, classifier and second view together, val" in together.get_title(loc="left")
    with pytest.raises(InputError, match="who must be 'together' or 'label_model'; got 'me'"):
        pipeline.plot_reliability(who="me")


def test_votes_are_those_of_the_pool_or_of_the_run_folder(pipeline, tmp_path):
    with pytest.raises(InputError, match="let its LFs vote"):
        pipeline.plot_coverage()
    VOTES.save(tmp_path / "votes.parquet")
    pipeline._folder = tmp_path
    assert [label.get_text() for label in pipeline.plot_coverage().get_yticklabels()] == ["a", "b"]
    pipeline.votes_ = Votes(VOTES.matrix, labels=VOTES.labels, lf_names=["c", "d"])
    assert [label.get_text() for label in pipeline.plot_conflicts().get_yticklabels()] == ["c", "d"]
    assert pipeline.plot_overlaps().images


def test_a_pipeline_that_is_not_fitted_says_so():
    with pytest.raises(InputError, match="rounds cannot be drawn: this pipeline knows of no run"):
        Pipeline(None).plot_rounds()
    assert "Pipeline(no LFs" in Pipeline(None)._repr_html_()


def test_a_notebook_shows_the_summary_and_what_the_model_is_worth(pipeline):
    text = pipeline._repr_html_()
    assert "4, 3 with a vote (75.0%)" in text
    assert "On the 1 without one" in text
