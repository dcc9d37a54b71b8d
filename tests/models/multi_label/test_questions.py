import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelfns import LFSet, Votes, keywords
from labelfns.errors import InputError
from labelfns.models import by_label

CLAIMS = ["joy", "fear", "bittersweet", "nothing"]
SAYS = {
    "includes": {"bittersweet": ["joy", "fear"]},
    "excludes": {"nothing": ["joy", "fear"], "joy": ["fear"]},
}


def test_a_vote_says_what_is_declared_and_no_more():
    votes = Votes([[c] for c in (0, 1, 2, 3, -1)], labels=CLAIMS, lf_names=["a"])
    asked = by_label(votes, ["joy", "fear"], **SAYS)
    assert asked["joy"].labels == ("not joy", "joy")
    assert asked["joy"]["a"].tolist() == [1, -1, 1, 0, -1]
    assert asked["fear"]["a"].tolist() == [0, 1, 1, 0, -1]


def test_one_application_answers_for_all_labels():
    lfs = LFSet(["joy", "fear"], [keywords("joy", ["happy"], name="j"), keywords("fear", ["afraid"], name="f")])
    asked = by_label(lfs.apply(["happy and afraid", "happy"], cues=True), lfs.labels)
    assert asked["joy"].matrix.tolist() == [[1, -1], [1, -1]]
    assert asked["fear"].matrix.tolist() == [[-1, 1], [-1, -1]]
    assert asked["joy"].cues == asked["fear"].cues != [[], []]


@given(st.lists(st.lists(st.integers(-1, 1), min_size=3, max_size=3), min_size=1))
def test_two_labels_that_exclude_each_other_are_the_single_label_problem(matrix):
    votes = Votes(np.array(matrix), labels=["no", "yes"])
    asked = by_label(votes, ["no", "yes"], excludes={"no": ["yes"], "yes": ["no"]})
    assert (asked["yes"].matrix == votes.matrix).all()
    flipped = np.where(votes.matrix < 0, -1, 1 - votes.matrix)
    assert (asked["no"].matrix == flipped).all()


def test_all_that_is_wrong_is_said_at_once():
    votes = Votes([[0]], labels=CLAIMS)
    with pytest.raises(InputError) as raised:
        by_label(
            votes,
            ["joy", "fear"],
            includes={"bitersweet": ["joy"], "joy": "fear"},
            excludes={"joy": ["joy"], "fear": ["hate"]},
        )
    message = str(raised.value)
    for part in (
        "'bitersweet'",
        "did you mean 'bittersweet'",
        "needs a list of labels",
        "of 'joy' both",
        "names 'hate'",
        "votes for 'nothing' say nothing of any label",
    ):
        assert part in message


def test_what_says_nothing_on_purpose_is_named_with_an_empty_list():
    votes = Votes([[2, 0]], labels=["joy", "fear", "neutral"])
    asked = by_label(votes, ["joy", "fear"], includes={"neutral": []})
    assert asked["joy"].matrix.tolist() == [[-1, 1]]
