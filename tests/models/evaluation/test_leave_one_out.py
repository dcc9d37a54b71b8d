import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import InputError
from labelfns.models import LabelModel, MajorityVote, SnorkelLabelModel, leave_one_out


@pytest.mark.parametrize("model", [MajorityVote(), LabelModel()], ids=["majority", "default"])
def test_coverage_and_changes_by_hand(model):
    votes = Votes(np.array([[0, -1, -1], [0, 0, 1], [1, 1, -1], [-1, 0, -1]]), labels=["a", "b"])
    first, _second, third = leave_one_out(model, votes, np.array([0, 0, 1, 0]))
    assert (first.lf, first.coverage, third.coverage) == ("lf_0", 0.25, 0.0)
    assert third.changed == 0
    assert not hasattr(model, "classes_")
    steps = []
    results = leave_one_out(model, votes, progress=lambda *step: steps.append(step))
    assert all(result.accuracy is None and result.reason is None for result in results)
    assert steps[-1][1:] == (3, 3)


def test_an_lf_on_hard_rows_is_not_harmful():
    # LFs 0 and 1 are right on 50 easy rows; LF 2 alone speaks on 50 hard ones, and is right on 40 of them.
    matrix = np.full((100, 3), -1)
    matrix[:50, :2] = 0
    matrix[50:, 2] = 1
    gold = np.where(np.arange(100) < 50, 0, np.where(np.arange(100) < 90, 1, 0))
    votes = Votes(matrix, labels=["a", "b"])
    first, second, hard = leave_one_out(MajorityVote(), votes, gold)
    assert (first.accuracy, second.accuracy) == (0, 0)
    assert hard.accuracy == pytest.approx((90 - 75) / 100)  # 40 of 50 right against a fair draw on all 50
    assert hard.coverage == 0.5
    worse = leave_one_out(MajorityVote(), votes, np.where(np.arange(100) < 50, 0, np.arange(100) % 4 == 0).astype(int))
    assert worse[2].accuracy < 0


def test_rows_without_gold_do_not_count():
    votes = Votes(np.array([[0, -1], [-1, 1], [1, 1], [-1, -1]]), labels=["a", "b"])
    gold = [0, None, "b", "a"]
    assert [result.accuracy for result in leave_one_out(MajorityVote(), votes, gold)] == [0.25, 0]


def test_what_cannot_be_fitted_has_a_reason():
    pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    votes = Votes(rng.integers(-1, 2, (60, 3)), labels=["a", "b"])
    for result in leave_one_out(SnorkelLabelModel(n_epochs=3), votes, rng.integers(0, 2, 60)):
        assert "at least 3 LFs; got 2" in result.reason
        assert (result.changed, result.accuracy) == (None, None)
        assert 0 <= result.coverage < 1
    with pytest.raises(InputError, match="at least 3 LFs"):
        leave_one_out(SnorkelLabelModel(), Votes(votes.matrix[:, :2], labels=["a", "b"]))


def test_an_lf_alone():
    votes = Votes(np.array([[0], [1], [-1]]), labels=["a", "b"])
    (alone,) = leave_one_out(LabelModel(), votes, [0, 1, 1])
    assert (alone.coverage, alone.changed, alone.accuracy) == (pytest.approx(2 / 3), 0.0, 0.5)


def test_no_row_says_nothing():
    votes = Votes(np.empty((0, 3), dtype=np.int8), labels=["no", "yes"])
    assert [(row.coverage, row.changed, row.accuracy) for row in leave_one_out(LabelModel(), votes)] == [
        (0, 0, None)
    ] * 3
