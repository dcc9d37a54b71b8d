import numpy as np
import pytest

from labelfns import Votes
from labelfns.models import LabelModel
from labelfns.pipelines.few_gold.rows import GoldRows
from labelfns.pipelines.prediction.predictor import USUAL, Answers, VoteWeight
from labelfns.pipelines.prediction.weight import CLOSE, WEIGHTS, vote_weight, with_gold, with_temperature


def made(n=400, lf_accuracy=0.8, classifier_accuracy=0.8, seed=0, *, with_gold=False):
    """Return a classifier's probabilities and votes on n texts of two classes."""
    rng = np.random.default_rng(seed)
    gold = rng.integers(0, 2, n)
    right = rng.random((n, 4)) < lf_accuracy
    matrix = np.where(rng.random((n, 4)) < 0.6, np.where(right, gold[:, None], 1 - gold[:, None]), -1)
    said = np.where(rng.random(n) < classifier_accuracy, gold, 1 - gold)
    probs = np.full((n, 2), 0.2)
    probs[np.arange(n), said] = 0.8
    votes = Votes(matrix, labels=["no", "yes"])
    return (probs, votes, gold) if with_gold else (probs, votes)


@pytest.mark.parametrize(
    ("lfs", "classifier", "low", "high"), [(0.9, 0.6, 0.5, 1), (0.55, 0.95, 0, 0.25), (0.8, 0.8, 0.25, 1)]
)
def test_the_better_of_the_two_counts_more(lfs, classifier, low, high):
    probs, votes = made(lf_accuracy=lfs, classifier_accuracy=classifier)
    chosen = vote_weight(probs, votes, LabelModel().fit(votes))
    assert low <= chosen.value <= high
    assert chosen.held_out_votes > 500
    assert list(chosen.log_likelihood) == [f"{weight:g}" for weight in WEIGHTS]
    best = max(chosen.log_likelihood.values())
    close = [weight for weight in WEIGHTS if chosen.log_likelihood[f"{weight:g}"] >= best - CLOSE - 1e-4]
    assert chosen.value in close[:2], "the smallest that is about as good as the best, digits apart"


@pytest.mark.parametrize("sure", [0.6, 0.999])
def test_how_sure_the_classifier_sounds_is_not_what_counts(sure):
    probs, votes = made(lf_accuracy=0.55, classifier_accuracy=0.95)
    model = LabelModel().fit(votes)
    louder = np.where(probs > 0.5, sure, 1 - sure)
    assert vote_weight(louder, votes, model).value <= 0.25


def test_too_few_votes_say_nothing():
    probs, votes = made(n=8)
    chosen = vote_weight(probs, votes, LabelModel().fit(votes))
    assert chosen.value == USUAL.value
    assert 0 < chosen.held_out_votes < 30
    assert chosen.log_likelihood == {}


def test_one_vote_a_text_says_nothing_either():
    matrix = np.full((90, 3), -1)
    matrix[np.arange(90), np.arange(90) % 3] = np.arange(90) % 2
    votes = Votes(matrix, labels=["no", "yes"])
    chosen = vote_weight(np.full((90, 2), 0.5), votes, LabelModel().fit(votes))
    assert (chosen.value, chosen.held_out_votes) == (USUAL.value, 0)


@pytest.mark.parametrize("copies", [1, 2])
def test_near_copies_do_not_give_a_vote_away(copies):
    probs, votes = made(lf_accuracy=0.6, classifier_accuracy=0.9, n=800)
    copied = Votes(np.column_stack([votes.matrix, *[votes.matrix[:, 0]] * copies]), labels=votes.labels)
    assert vote_weight(probs, copied, LabelModel().fit(copied)).value <= 0.25


def test_numbers_that_are_none_say_nothing():
    probs, votes = made()
    probs[5] = np.nan
    chosen = vote_weight(probs, votes, LabelModel().fit(votes))
    assert (chosen.value, chosen.log_likelihood) == (USUAL.value, {})


def gold_rows(probs, votes, gold):
    rows = GoldRows([str(i) for i in range(len(gold))], gold, np.full(len(gold), 1 / len(gold)))
    return rows, probs, votes, LabelModel().fit(votes)


@pytest.mark.parametrize(
    ("lfs", "classifier", "found", "chosen"), [(0.95, 0.55, 0.0, 1.0), (0.5, 0.97, 1.0, 0.0), (0.5, 0.97, 0.0, 0.0)]
)
def test_gold_rows_change_the_weight_where_they_are_sure(lfs, classifier, found, chosen):
    probs, votes, gold = made(n=200, lf_accuracy=lfs, classifier_accuracy=classifier, with_gold=True)
    weight = with_gold(VoteWeight(found, 7, {"0": -1.0}), *gold_rows(probs, votes, gold))
    assert (weight.value, weight.gold_rows, weight.held_out_votes) == (chosen, 200, 7)


def test_a_handful_of_gold_rows_does_not():
    probs, votes, gold = made(n=6, lf_accuracy=0.9, classifier_accuracy=0.6, with_gold=True)
    assert with_gold(USUAL, *gold_rows(probs, votes, gold)).value == USUAL.value


def test_gold_rows_say_how_sure_the_answers_may_be():
    probs, votes, gold = made(n=300, lf_accuracy=0.6, classifier_accuracy=0.7, with_gold=True)
    louder = np.where(probs > 0.5, 0.999, 0.001)
    weight = with_gold(USUAL, *gold_rows(louder, votes, gold))
    assert weight.temperature > 3
    probs = Answers.of(louder, None, None, weight.value, weight.temperature).probs
    right = (probs.argmax(axis=1) == gold).mean()
    assert abs(probs.max(axis=1).mean() - right) < 0.1 < abs(louder.max(axis=1).mean() - right)
    np.testing.assert_allclose(probs.sum(axis=1), 1)


@pytest.mark.parametrize("loud", [0.6, 0.999])
def test_the_label_model_says_how_sure_answers_are_without_gold(loud):
    probs, votes, gold = made(n=1000, lf_accuracy=0.75, classifier_accuracy=0.8, with_gold=True)
    probs = np.where(probs > 0.5, loud, 1 - loud)
    weight = with_temperature(VoteWeight(0.0, 0, {}), probs, votes, LabelModel().fit(votes))
    assert (weight.temperature > 1) == (loud > 0.9)
    answers = Answers.of(probs, None, None, 0.0, weight.temperature).probs
    right = (answers.argmax(axis=1) == gold).mean()
    assert abs(answers.max(axis=1).mean() - right) < 0.7 * abs(probs.max(axis=1).mean() - right)


def test_a_handful_of_texts_does_not():
    probs, votes = made(n=8)
    assert with_temperature(USUAL, probs, votes, LabelModel().fit(votes)) == USUAL
