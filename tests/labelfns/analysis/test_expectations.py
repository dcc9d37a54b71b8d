import pytest

from labelfns import LFSet, expectations, keywords, labeling_function

LABELS = ["no", "yes"]


@labeling_function(expects={"good": "yes", "bad": None, "boom": "no", "odd": 0})
def by_hand(text):
    if text == "boom":
        raise ValueError("cannot read this")
    return {"good": "yes", "odd": 1.5}.get(text, "no")


LFS = LFSet(LABELS, [keywords("yes", ["good"], expects={"so good": "yes", "goods": "maybe"}), by_hand])


def test_each_failure_says_what_was_expected_and_what_came():
    failures = [case.failure() for case in expectations(LFS)]
    assert failures[0] == failures[2] == ""
    assert "'maybe', which is not a label" in failures[1]
    assert "- expected  abstain\n+ got       no" in failures[3]
    assert "+ raised    ValueError: cannot read this" in failures[4]
    assert "- expected  no\n+ returned  1.5 of type float" in failures[5]


def test_where_it_fired_is_shown_and_check_raises():
    lfs = LFSet(LABELS, [keywords("yes", ["good"], expects={"so good": "no"})])
    (case,) = expectations(lfs)
    with pytest.raises(AssertionError, match=r"fired at  so \[\[good\]\]"):
        case.check()
    assert str(case) == "keywords_yes: so good"
