import numpy as np
import pytest
from transformers import AutoTokenizer

from labelfns.models import FineTuning, WeakLabelLoss
from labelfns.models.transformer.training_plan import PadCollator, TrainingPlan, TrainingRows

TEXTS = [("lunch " * (1 + i % 7)).strip() + f" {'abcdefghij'[i % 10]}" for i in range(40)]
ONE_VIEW = FineTuning(epochs=3, min_steps=1, batch_size=2, loss=WeakLabelLoss(consistency="none"))


@pytest.fixture(scope="module")
def tokenizer(tiny_backbone):
    return AutoTokenizer.from_pretrained(tiny_backbone)


def plan_of(tokenizer, settings=ONE_VIEW, texts=TEXTS, seed=0, cues=None):
    rows = TrainingRows(texts, np.eye(len(texts)), np.ones(len(texts)), cues or [[]] * len(texts))
    return TrainingPlan(rows, tokenizer, settings, seed)


def order(plan):
    return [int(plan[i].target.argmax()) for i in range(len(plan))]


@pytest.mark.parametrize(
    ("rows", "options", "steps"),
    [
        (5, {}, 30),
        (160, {}, 30),
        (1000, {}, 125),
        (1000, {"max_steps": 7}, 7),
        (1000, {"max_steps": 7, "gradient_accumulation_steps": 2}, 14),
    ],
)
def test_small_sets_are_passed_over_more_often(rows, options, steps):
    assert FineTuning(epochs=2, min_steps=30, batch_size=16, trainer=options).steps(rows) == steps


def test_each_pass_reads_every_row_once(tokenizer):
    read = order(plan_of(tokenizer))
    assert len(read) == 120
    assert np.bincount(read).tolist() == [3] * 40
    for start in (0, 40, 80):  # 40 rows are four stretches of 10: passes and stretches end together
        assert sorted(read[start : start + 40]) == list(range(40))
    assert read[:40] != read[40:80]


@pytest.mark.parametrize("rows", [1, 3, 39])
def test_passes_that_end_within_a_stretch_lose_no_row(tokenizer, rows):
    read = order(plan_of(tokenizer, texts=TEXTS[:rows]))
    counts = np.bincount(read, minlength=rows)
    assert len(read) == 2 * int(np.ceil(3 * rows / 2))
    assert counts.min() >= 3
    assert counts.max() - counts.min() <= 1


def test_batches_hold_texts_of_like_length(tokenizer):
    plan = plan_of(tokenizer, FineTuning(epochs=1, min_steps=1, batch_size=4, loss=ONE_VIEW.loss), texts=TEXTS * 4)
    lengths = np.array([len(plan[i].views[0]["input_ids"]) for i in range(len(plan))])
    padded = lengths.reshape(-1, 4).max(axis=1).sum() * 4
    assert padded < 1.15 * lengths.sum()
    assert (np.diff(lengths.reshape(-1, 4).max(axis=1)) > 0).any()  # the batches themselves are not in order


def test_a_position_reads_the_same_whatever_was_read_before(tokenizer):
    settings = FineTuning(
        epochs=3, min_steps=1, batch_size=2, word_dropout=0.5, loss=WeakLabelLoss(consistency="perturbed")
    )
    cues = [[(0, 5)] for _ in TEXTS]
    forward, backward = plan_of(tokenizer, settings, cues=cues), plan_of(tokenizer, settings, cues=cues)
    first = [forward[i].views for i in range(len(forward))]
    last = [backward[i].views for i in reversed(range(len(backward)))][::-1]
    assert first == last
    other = plan_of(tokenizer, settings, seed=1, cues=cues)
    assert first != [other[i].views for i in range(len(other))]
    assert any(first[i][0] != first[i][1] for i in range(len(first)))


def test_batches_hold_the_views(tokenizer):
    settings = FineTuning(
        epochs=1,
        min_steps=1,
        batch_size=2,
        hide_cues=1.0,
        word_dropout=1.0,
        loss=WeakLabelLoss(consistency="perturbed"),
    )
    plan = plan_of(tokenizer, settings, texts=["great lunch", "the train today"], cues=[[(0, 5)], []])
    batch = PadCollator(tokenizer)([plan[0], plan[1]])
    assert tokenizer.batch_decode(batch["input_ids"]) == [
        "[CLS] the train today [SEP]",
        "[CLS] [MASK] lunch [SEP] [PAD]",
        "[CLS] [MASK] [MASK] [MASK] [SEP]",
        "[CLS] [MASK] [MASK] [SEP] [PAD]",
    ]
    assert batch["targets"].tolist() == [[0, 1], [1, 0]]
    assert batch["weights"].tolist() == [1, 1]


def test_memory_is_that_of_a_stretch(tokenizer):
    plan = plan_of(tokenizer, FineTuning(epochs=9, min_steps=1, batch_size=2), texts=TEXTS * 50)
    for i in range(0, len(plan), 500):
        plan[i]
        assert len(plan._drawn[1]) <= 100
