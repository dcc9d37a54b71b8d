import numpy as np
import pytest
from snorkel.labeling import LFAnalysis

from labelfns import Votes
from labelfns.analysis.coverage import Coverage
from labelfns.errors import InputError

MATRIX = np.array([[0, -1, -1], [1, 1, -1], [0, 1, 1], [-1, -1, -1]])
VOTES = Votes(MATRIX, labels=["no", "yes"], lf_names=["a", "b", "never"][:3])


def test_summary_worked_out_by_hand():
    a, b, c = VOTES.summary(gold=np.array([0, 1, 1, -1])).to_dicts()
    assert a == {
        "lf": "a", "polarity": ["no", "yes"], "coverage": 0.75, "overlaps": 0.5, "conflicts": 0.25,
        "correct": 2, "incorrect": 1, "accuracy": pytest.approx(2 / 3),
    }  # fmt: skip
    assert (b["coverage"], b["overlaps"], b["conflicts"], b["accuracy"]) == (0.5, 0.5, 0.25, 1.0)
    assert (c["coverage"], c["overlaps"], c["conflicts"], c["correct"]) == (0.25, 0.25, 0.25, 1)


def test_summary_without_known_gold():
    (row, *_) = VOTES.summary(gold=np.full(4, -1)).to_dicts()
    assert (row["correct"], row["incorrect"], row["accuracy"]) == (0, 0, None)
    assert "accuracy" not in VOTES.summary().columns


def test_summary_of_an_lf_that_never_votes():
    row = Votes(np.full((2, 1), -1), labels=["no", "yes"]).summary(gold=np.array([0, 1])).to_dicts()[0]
    assert (row["polarity"], row["coverage"], row["accuracy"]) == ([], 0.0, None)


def test_summary_agrees_with_snorkels_where_gold_is_whole():
    rng = np.random.default_rng(0)
    matrix, gold = rng.integers(-1, 4, (300, 7)), rng.integers(0, 4, 300)
    theirs = LFAnalysis(matrix).lf_summary(gold)
    ours = Votes(matrix, labels=list("abcd")).summary(gold)
    pairs = {"coverage": "Coverage", "overlaps": "Overlaps", "conflicts": "Conflicts", "correct": "Correct",
             "incorrect": "Incorrect", "accuracy": "Emp. Acc."}  # fmt: skip
    for mine, snorkels in pairs.items():
        np.testing.assert_allclose(ours[mine].to_numpy(), theirs[snorkels].to_numpy(), err_msg=mine)


def test_gold_of_another_length():
    with pytest.raises(InputError, match="1 gold label for 4 rows"):
        VOTES.summary(gold=np.array([0]))


def test_coverage():
    coverage = Coverage.of(VOTES)
    assert coverage == Coverage(rows=4, covered=3, overlapping=2, conflicting=1, votes_by_label={"no": 2, "yes": 2})
    assert coverage.share == 0.75
