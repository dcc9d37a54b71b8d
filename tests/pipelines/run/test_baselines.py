import numpy as np
import pytest

from labelfns import Votes
from labelfns.models import MajorityVote
from labelfns.pipelines.run.baselines import LabelCoverage, baseline, most_common_label

VOTES = Votes([[0, 0, -1], [0, 1, -1], [1, -1, -1], [-1, -1, -1], [0, -1, -1]], labels=["no", "yes"])
MODEL = MajorityVote().fit(VOTES)
PROBS = MODEL.predict_proba(VOTES)
GOLD = np.array([0, 1, 0, 0, -1])


def test_a_baseline_by_hand():
    assert most_common_label(PROBS, VOTES) == 0
    figures = baseline(PROBS, VOTES, GOLD, most_common=0)
    # Covered with gold: rows 0 (right), 1 (a tie, wrong), 2 (wrong).
    assert (figures.covered.rows, figures.covered.accuracy) == (3, pytest.approx(1 / 3))
    # All with gold: row 1 gets 0 and is wrong, row 2 is wrong, row 3 gets 0 and is right.
    assert (figures.all_rows.rows, figures.all_rows.accuracy) == (4, 0.5)


def test_label_coverage_by_hand():
    figures = LabelCoverage.of(PROBS, VOTES)
    assert figures.by_label == {"no": 2, "yes": 1, "(tie)": 1, "(uncovered)": 1}
    assert figures.by_confidence["0.5-0.6"] == 1
    assert figures.by_confidence["0.9-1.0"] == 3
    assert sum(figures.by_confidence.values()) == 4


def test_labels_named_as_rows_without_a_label_keep_their_counts():
    votes = Votes(VOTES.matrix, labels=["(tie)", "(uncovered)"])
    counts = {"(tie)": 2, "(uncovered)": 1, "((tie))": 1, "((uncovered))": 1}
    assert LabelCoverage.of(PROBS, votes).by_label == counts
