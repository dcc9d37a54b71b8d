import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns.errors import InputError
from labelfns.models import score_sets

LABELS = ["joy", "fear", "anger"]
tables = st.lists(st.tuples(*[st.booleans()] * 6), min_size=1, max_size=20)


@pytest.mark.slow
@settings(max_examples=50, deadline=None)
@given(tables)
def test_figures_are_those_of_scikit_learn(rows):
    from sklearn.metrics import accuracy_score, f1_score, hamming_loss

    gold, said = np.array(rows)[:, :3], np.array(rows)[:, 3:]
    scores = score_sets(gold, said, LABELS)
    there = (gold | said).any(axis=0)
    assert scores.subset_accuracy == pytest.approx(accuracy_score(gold, said))
    assert scores.hamming_loss == pytest.approx(hamming_loss(gold, said))
    assert scores.micro_f1 == pytest.approx(f1_score(gold, said, average="micro", zero_division=1))
    by_label = f1_score(gold, said, average=None, zero_division=0)
    assert scores.macro_f1 == pytest.approx(by_label[there].mean() if there.any() else 1)
    assert [scores.by_label[label].f1 for label, t in zip(LABELS, there, strict=True) if t] == pytest.approx(
        by_label[there].tolist()
    )


def test_intervals_hold_the_figures_and_narrow_with_rows():
    rng = np.random.default_rng(0)
    gold = rng.random((2000, 3)) < 0.3
    said = gold ^ (rng.random((2000, 3)) < 0.1)
    few, many = (score_sets(gold[:n], said[:n], LABELS) for n in (100, 2000))
    for name in ("micro_f1", "macro_f1", "subset_accuracy"):
        low, high = getattr(many, f"{name}_interval")
        assert low < getattr(many, name) < high
        less = getattr(few, f"{name}_interval")
        assert high - low < (less[1] - less[0]) / 2


def test_rows_without_gold_are_left_out_and_no_answer_is_no_empty_set():
    assert score_sets([None, ["joy"]], [None, ["joy"]], LABELS).rows == 1
    assert score_sets([None], [[]], LABELS) is None
    with pytest.raises(InputError, match="an empty list says that they carry no label"):
        score_sets([["joy"]], [None], LABELS)


def test_the_table_can_be_read():
    text = str(score_sets([["joy", "fear"], []], [["joy"], []], LABELS))
    assert text.splitlines()[0].split() == ["label", "gold", "given", "precision", "recall", "F1"]
    assert "sets right: 50.0 %" in text
    assert "of 2 texts; 16.7% of all decisions are wrong" in text
