from types import SimpleNamespace

import numpy as np
import pytest

from labelfns import Votes
from labelfns.io.texts import as_texts
from labelfns.models import Selection
from labelfns.pipelines import Rounds
from labelfns.pipelines.self_training.pool import FewGoldTexts, Pool
from labelfns.pipelines.self_training.training_set import TrainingSet, pseudo_labels

N = 60
GOLD = np.repeat([0, 1], N // 2)
WEAK = np.where(GOLD[:, None] == [0, 1], 0.9, 0.1)
COVERED = np.arange(N) % 3 > 0
WEAK[~COVERED] = 0.5


def quiet(what, done, total):
    pass


@pytest.fixture
def pool():
    """Sixty texts of which two thirds are covered and a tenth held out; the same texts are the few gold rows."""
    texts = as_texts([f"text {i}" for i in range(N)])
    matrix = np.where(COVERED, GOLD, -1)[:, None]
    held_out = np.arange(N) % 10 == 0
    few = FewGoldTexts(texts, GOLD, COVERED, WEAK)
    return Pool(
        texts,
        Votes(matrix, labels=["no", "yes"]),
        cues=[[]] * N,
        gold=np.full(N, -1),
        weak=WEAK,
        held_out=held_out,
        groups=np.arange(N),
        known_balance=None,
        embed=lambda texts: np.ones((len(texts), 2)),
        few_gold=few,
    )


@pytest.fixture
def teachers(make_round):
    """Two rounds whose models give the same to a text wherever it stands; the second is right everywhere."""
    found = []
    for number, sure in enumerate([0.6, 0.8]):
        probs = np.where(GOLD[:, None] == [0, 1], sure, 1 - sure)
        if not number:
            probs[::7] = probs[::7, ::-1]
        model = SimpleNamespace(
            predict_proba=lambda texts, progress, probs=probs: probs[[int(text.split()[1]) for text in texts]]
        )
        done = make_round(round=number)
        for name, value in {"classifier": model, "predicted": probs}.items():
            object.__setattr__(done, name, value)
        found.append(done)
    return found


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"teacher": "mean"},
        {"use_votes": False},
        {"sharpen": True, "align_classes": True, "class_balance": (0.3, 0.7), "teacher": "mean"},
    ],
)
def test_gold_rows_are_labeled_as_the_pool_is(pool, teachers, settings):
    settings = Rounds(later=Selection("precision"), **settings)
    of_pool, of_few = pseudo_labels(settings, pool, pool.few_gold, teachers, quiet)
    np.testing.assert_allclose(of_few, of_pool)
    alone, none = pseudo_labels(settings, pool, None, teachers, quiet)
    np.testing.assert_allclose(alone, of_pool)
    assert len(none) == 0


def test_round_0_is_judged_by_covered_gold_rows_and_trains_on_covered_texts(pool):
    chosen = TrainingSet.of(Rounds(first=Selection("precision", precision=0.8)), pool, [], quiet)
    assert chosen.labels is not None
    assert chosen.promise.rows == COVERED.sum()
    assert chosen.weights.tolist() == (COVERED & ~pool.held_out).astype(float).tolist()


def test_later_rounds_are_judged_by_all_gold_rows_and_train_on_all_texts(pool, teachers):
    chosen = TrainingSet.of(Rounds(later=Selection("precision", precision=0.8)), pool, teachers, quiet)
    assert chosen.promise.rows == N
    assert chosen.weights.tolist() == (~pool.held_out).astype(float).tolist()


def test_other_rules_leave_gold_rows_alone(pool, teachers):
    for done in teachers:
        object.__setattr__(done, "classifier", None)
    chosen = TrainingSet.of(Rounds(later=Selection("threshold")), pool, teachers, quiet)
    assert chosen.promise is None
