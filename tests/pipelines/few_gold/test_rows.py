import numpy as np
import pytest

from labelfns.errors import InputError
from labelfns.pipelines.few_gold.rows import GoldRows, check_few_gold


def test_rows_without_gold_are_left_out_and_every_label_needs_two():
    check_few_gold(np.array([0, 1, -1, 0, 1]), ["no", "yes"])
    with pytest.raises(InputError, match=r"2 problems(.|\n)*have 1 of 'no'(.|\n)*have 0 of 'maybe'"):
        check_few_gold(np.array([0, 1, -1, 1]), ["no", "yes", "maybe"])


@pytest.mark.parametrize("copies", [1, 3])
def test_copies_are_held_out_together_and_every_row_once(copies):
    texts = [f"text {word}" for word in "abcdefgh"] * copies
    rows = GoldRows(texts, np.arange(len(texts)) % 2, np.ones(len(texts)))
    folds = rows.folds(4, seed=0)
    assert sorted(np.concatenate([held_out for _, held_out in folds])) == list(range(len(texts)))
    for rest, held_out in folds:
        assert not {texts[i] for i in rest} & {texts[i] for i in held_out}
        assert set(rows.gold[held_out]) == {0, 1}


def test_a_class_with_copies_of_one_text_alone_is_split_somehow():
    for texts in (["a", "a", "b", "c"], ["a", "a", "a", "a"]):
        rows = GoldRows(texts, np.array([0, 0, 1, 1]), np.ones(4))
        assert sorted(np.concatenate([held_out for _, held_out in rows.folds(4, seed=0)])) == [0, 1, 2, 3]


def test_weights_hold_the_classes_to_their_shares():
    rows = GoldRows.of(["a", "b", "c", "d", "e"], ["no", "yes", 0, None, 1], [0.75, 0.25], ["no", "yes"])
    assert rows.gold.tolist() == [0, 1, 0, 1]
    assert rows.weights.tolist() == [1.5, 0.5, 1.5, 0.5]
