import numpy as np

from labelfns import Fault, Votes
from labelfns.models import MajorityVote
from labelfns.pipelines.run.baselines import baseline
from labelfns.pipelines.run.cautions import cautions
from labelfns.pipelines.run.metrics import JUDGED, MAY_BE_GUESS, NO_JUDGES, RULE, chosen_by
from labelfns.pipelines.summary import summary

VOTES = Votes([[0, 0, -1], [0, 1, -1], [1, -1, -1], [-1, -1, -1], [0, -1, -1]], labels=["no", "yes"])
PROBS = MajorityVote().fit(VOTES).predict_proba(VOTES)


def test_they_name_what_to_worry_about(make_round):
    votes = Votes(
        VOTES.matrix, labels=VOTES.labels, lf_names=["a", "b", "idle"], faults=[Fault("a", (4,), "KeyError: 1", "...")]
    )
    poor = baseline(PROBS, VOTES, np.array([1, 1, 0, 0, 1]), most_common=0)
    good = baseline(PROBS, VOTES, np.array([0, 1, 1, 0, 0]), most_common=0)
    done = make_round(
        round=1, predicted_shares={"no": 0.99, "yes": 0.01}, collapsed=("yes",), scores={"test": poor.all_rows}
    )
    text = "\n".join(
        cautions({"pool": votes}, [done], done, {"majority_vote": {"test": good}, "label_model": {"test": poor}}, {})
    )
    for part in (
        "a raised KeyError: 1 on row 4",
        "LF idle never votes",
        "class collapse in round 1: it gives 'yes' to only 1.0%",
        "the label model is worse than majority vote on the covered rows of test",
        "the best round is worse than majority vote on test",
    ):
        assert part in text


def test_nothing_to_warn_of(make_round):
    good = baseline(PROBS, VOTES, np.array([0, 1, 1, 0, 0]), most_common=0)
    votes = VOTES.rows(slice(None))
    two = Votes(votes.matrix[:, :2], labels=votes.labels)
    done = make_round(predicted_shares={"no": 0.6, "yes": 0.4}, scores={"test": good.all_rows})
    baselines = {"majority_vote": {"test": good}, "label_model": {"test": good}}
    assert list(cautions({"pool": two}, [done], done, baselines, {"pool": ["so"], "test": ["late"]})) == []


def test_texts_on_both_sides(make_round):
    two = Votes([[0, 1]], labels=["no", "yes"])
    sets = {
        "pool": ["so happy", "RT @ann: So  HAPPY", "LATE @eve"],
        "few_gold": ["late @bob"],
        "val": ["so happy"],
        "test": ["late @you", "on time"],
    }
    done = make_round(predicted_shares={"no": 0.6, "yes": 0.4})
    said = list(cautions({"pool": two}, [done], done, {"majority_vote": {}, "label_model": {}}, sets))
    assert [line.partition(", but")[0] for line in said] == [
        "1 of 1 text of val are in pool too",
        "1 of 2 texts of test are in few_gold too",
        "1 of 2 texts of test are in pool too",
    ]
    assert "by gold, and figures on test may flatter; take them out of few_gold" in said[1]


def test_a_kept_round_that_is_no_better_than_a_guess(make_round):
    two, nothing = Votes([[0, 1]], labels=["no", "yes"]), {"majority_vote": {}, "label_model": {}}
    shares = {"no": 0.6, "yes": 0.4}
    kept = make_round(predicted_shares=shares, judged=0.5, judged_error=0.1, guessed=0.63)
    better = make_round(predicted_shares=shares, judged=0.7, judged_error=0.1, guessed=0.63)
    (said,) = cautions({"pool": two}, [kept, better], kept, nothing, {})
    assert "the judges cannot tell round 0, which is kept, from a guess: it is judged 0.500" in said
    assert "up to 0.630" in said
    assert not list(cautions({"pool": two}, [kept, better], better, nothing, {}))
    assert MAY_BE_GUESS in chosen_by(kept.ledger, 2)
    assert chosen_by(better.ledger, 2) == RULE
    facts = {"lfs": [], "coverage": {"rows": 1, "covered": 1, "conflicting": 0}, "stopped": "", "best_round": 0}
    lines = summary(facts | {"rounds": [kept.ledger.to_json()]}).splitlines()
    assert "round 0  trained on 1 text, judged 0.500, kept; the judges cannot tell it from a guess" in lines


def test_how_rounds_are_compared_is_said_where_there_are_several(make_round):
    judged = make_round(predicted_shares={"no": 0.6, "yes": 0.4}, judged=0.7, judged_error=0.1, guessed=0.63).ledger
    alone = make_round(predicted_shares={"no": 0.6, "yes": 0.4}, judged=None).ledger
    assert [chosen_by(judged, 1), chosen_by(judged, 2)] == [JUDGED, RULE]
    assert [chosen_by(alone, 1), chosen_by(alone, 2)] == ["", NO_JUDGES]
    assert "later round" not in JUDGED
