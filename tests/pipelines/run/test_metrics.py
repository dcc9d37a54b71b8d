import numpy as np
import pytest

from labelfns import Fault, Votes
from labelfns.models import MajorityVote
from labelfns.pipelines.run.metrics import LabelCoverage, baseline, most_common_label, warnings

VOTES = Votes([[0, 0, -1], [0, 1, -1], [1, -1, -1], [-1, -1, -1], [0, -1, -1]], labels=["no", "yes"])
MODEL = MajorityVote().fit(VOTES)
GOLD = np.array([0, 1, 0, 0, -1])


def test_a_baseline_by_hand():
    assert most_common_label(MODEL, VOTES) == 0
    found = baseline(MODEL, VOTES, GOLD, most_common=0)
    # Covered with gold: rows 0 (right), 1 (a tie, wrong), 2 (wrong).
    assert (found.covered.rows, found.covered.accuracy) == (3, pytest.approx(1 / 3))
    # All with gold: row 1 gets 0 and is wrong, row 2 is wrong, row 3 gets 0 and is right.
    assert (found.all_rows.rows, found.all_rows.accuracy) == (4, 0.5)


def test_label_coverage_by_hand():
    found = LabelCoverage.of(MODEL.predict_proba(VOTES), VOTES)
    assert found.by_label == {"no": 2, "yes": 1, "(tie)": 1, "(uncovered)": 1}
    assert found.by_confidence["0.5-0.6"] == 1
    assert found.by_confidence["0.9-1.0"] == 3
    assert sum(found.by_confidence.values()) == 4


def test_warnings_name_what_to_worry_about(make_round):
    votes = Votes(
        VOTES.matrix, labels=VOTES.labels, lf_names=["a", "b", "idle"], faults=[Fault("a", (4,), "KeyError: 1", "...")]
    )
    poor = baseline(MODEL, VOTES, np.array([1, 1, 0, 0, 1]), most_common=0)
    good = baseline(MODEL, VOTES, np.array([0, 1, 1, 0, 0]), most_common=0)
    done = make_round(
        round=1, predicted_shares={"no": 0.99, "yes": 0.01}, collapsed=("yes",), scores={"test": poor.all_rows}
    )
    found = "\n".join(
        warnings({"pool": votes}, [done], done, {"majority_vote": {"test": good}, "label_model": {"test": poor}})
    )
    for part in (
        "a raised KeyError: 1 on row 4",
        "LF idle never votes",
        "class collapse in round 1: it gives 'yes' to only 1.0%",
        "the label model is worse than majority vote on the covered rows of test",
        "the best round is worse than majority vote on test",
    ):
        assert part in found


def test_nothing_to_warn_of(make_round):
    good = baseline(MODEL, VOTES, np.array([0, 1, 1, 0, 0]), most_common=0)
    votes = VOTES.rows(slice(None))
    two = Votes(votes.matrix[:, :2], labels=votes.labels)
    done = make_round(predicted_shares={"no": 0.6, "yes": 0.4}, scores={"test": good.all_rows})
    assert warnings({"pool": two}, [done], done, {"majority_vote": {"test": good}, "label_model": {"test": good}}) == []
