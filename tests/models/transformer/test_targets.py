import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelfns.errors import InputError
from labelfns.models.transformer.targets import check_weights, targets_of

LABELS = ["no", "yes", "maybe"]


@given(st.lists(st.integers(0, 2), min_size=1, max_size=20))
def test_ids_and_names_are_probabilities_of_one(ids):
    expected = np.eye(3)[ids]
    for labels in (ids, np.array(ids), [LABELS[c] for c in ids], np.array(LABELS)[ids]):
        targets, names = targets_of(labels, len(ids), LABELS)
        np.testing.assert_array_equal(targets, expected)
        assert names == tuple(LABELS)


def test_names_of_their_own():
    assert targets_of(["b", "a"], 2, None)[1] == ("a", "b")
    assert targets_of([2, 0], 2, None)[1] == ("LABEL_0", "LABEL_1", "LABEL_2")
    assert targets_of(np.eye(2), 2, None)[1] == ("LABEL_0", "LABEL_1")


@pytest.mark.parametrize(
    ("probs", "labels", "message"),
    [
        ([0.0, 0.5], None, r"shape \(2, k\), one row per text, or be n class ids or names; got \(2,\) of float64"),
        ([0, 3], LABELS, "label of row 1"),
        (["no", "good"], LABELS, "label of row 1"),
        (["no", None], LABELS, "row 1 has no label"),
        ([0, -1], LABELS, "row 1 has no label"),
        ([0], LABELS, "1 gold label for 2 rows"),
        (["a", "a"], None, r"k at least 2; got \(2, 1\)"),
        ([["a", "b"], ["a", "b"]], None, "probs must be numbers"),
        (np.eye(2), LABELS, "2 columns for 3 labels"),
        (np.eye(3), LABELS, r"must have shape \(2, k\)"),
        (np.ones((2, 3)), LABELS, "probs of row 0 and 1 are not"),
        (np.full((2, 3), np.nan), LABELS, "probs of row 0 and 1 are not"),
    ],
)
def test_targets_that_are_not_right(probs, labels, message):
    with pytest.raises(InputError, match=message):
        targets_of(probs, 2, labels)


def test_weights_have_a_mean_of_one():
    assert check_weights(None, 2).tolist() == [1, 1]
    assert check_weights([1, 3], 2).tolist() == [0.5, 1.5]
