import numpy as np
import pytest

from labelfns import LFSet, Texts, Votes, find_rows, keywords, labeling_function, select_rows
from labelfns.errors import InputError

LABELS = ["no", "yes"]
LFS = LFSet(
    LABELS, [keywords("yes", ["good"], name="g"), keywords("no", ["bad"], name="b"), keywords("no", ["ugh"], name="u")]
)
TEXTS = ["so good", "good, bad", "bad ugh", "at 8:15", "good bad ugh", "ugh"]
GOLD = ["yes", "no", None, "no", "yes", "yes"]
VOTES = LFS.apply(TEXTS)


@pytest.mark.parametrize(
    ("conditions", "rows"),
    [
        ({}, [0, 1, 2, 3, 4, 5]),
        ({"lf": "g"}, [0, 1, 4]),
        ({"lf": ["b", "u"]}, [2, 4]),
        ({"conflicts": True}, [1, 4]),
        ({"lf": "u", "conflicts": True}, [4]),
        ({"lf": ["b", "u"], "conflicts": True}, []),
        ({"uncovered": True}, [3]),
        ({"wrong": True}, [1, 4, 5]),
        ({"lf": "g", "wrong": True}, [1]),
        ({"lf": ["g", "b"], "wrong": True}, [1, 4]),
        ({"wrong": True, "conflicts": True}, [1, 4]),
    ],
)
def test_conditions_add_up(conditions, rows):
    assert select_rows(VOTES, gold=GOLD, **conditions).tolist() == rows


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"lf": "gg"}, "there is no LF named 'gg'; did you mean 'g'"),
        ({"wrong": True}, "these texts have none"),
        ({"uncovered": True, "conflicts": True}, "uncovered rows have no votes"),
        ({"uncovered": True, "lf": "g"}, "uncovered rows have no votes"),
    ],
)
def test_what_cannot_be_found(conditions, message):
    with pytest.raises(InputError, match=message):
        select_rows(VOTES, **conditions)


def test_conditions_are_those_of_where():
    rng = np.random.default_rng(0)
    votes = Votes(rng.integers(-1, 3, (200, 5)), labels=["a", "b", "c"])
    gold = rng.integers(-1, 3, 200)
    for lf in votes.lf_names:
        for mine, theirs in (({}, {}), ({"conflicts": True}, {"against": "any"}), ({"wrong": True}, {"wrong": True})):
            found = select_rows(votes, lf=lf, gold=gold, **mine).tolist()
            assert found == votes.where(lf, gold=gold, **theirs)["row"].to_list()
    assert select_rows(votes, conflicts=True).tolist() == np.flatnonzero(votes.conflicting).tolist()


def test_a_row_says_what_a_person_needs():
    texts = Texts(TEXTS, name="a.csv", row_numbers=np.arange(2, 8), unit="line").with_gold(GOLD, LABELS)
    found = find_rows(LFS, texts, conflicts=True, n=1)
    (row,) = found
    assert (row.row, row.where, row.text, row.gold) == (1, "line 3", "good, bad", "no")
    assert row.votes == (("g", "yes"), ("b", "no"))
    assert row.spans == ((0, 4), (6, 9))
    assert (found.found, found.of, len(found)) == (2, 6, 1)
    assert str(found) == "row 1: [[good]], [[bad]]  [g -> yes, b -> no; gold no]\n1 of 2 rows found in 6"


def test_a_sample_is_of_the_seed_alone_and_in_order():
    texts = [f"good {i}" for i in range(100)]
    rows = [[row.row for row in find_rows(LFS, texts, n=10, seed=seed)] for seed in (0, 0, 1)]
    assert rows[0] == rows[1] != rows[2]
    assert rows[0] == sorted(rows[0])
    assert [row.row for row in find_rows(LFS, texts, n=3)] == [0, 1, 2]
    assert len(find_rows(LFS, texts, n=None)) == 100


def test_an_lf_that_cannot_tell_where_is_in_the_votes_all_the_same():
    @labeling_function
    def asks(text):
        return "yes" if text.endswith("?") else None

    (row,) = find_rows(LFSet(LABELS, [asks]), ["what?", "no"], lf="asks")
    assert (row.votes, row.spans) == ((("asks", "yes"),), ())
    assert len(find_rows(LFSet(LABELS, [asks]), ["no"], lf="asks")) == 0


def test_the_column_of_texts_has_a_name():
    frame = {"tweet": ["good", "bad"], "likes": [1, 2]}
    with pytest.raises(
        InputError, match=r"no column 'text'; its columns are tweet and likes; did .* Say .* text=\"NAME\""
    ):
        find_rows(LFS, frame)
    assert [row.text for row in find_rows(LFS, frame, text="tweet", lf="b")] == ["bad"]
