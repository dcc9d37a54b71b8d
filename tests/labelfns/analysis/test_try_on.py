import pandas as pd
import pytest

from labelfns import LFSet, hashtags, keywords, labeling_function, try_on


@labeling_function
def by_hand(text):
    return {"good": "yes"}.get(text, "no")


LFS = LFSet(["no", "yes"], [keywords("yes", ["good"]), by_hand])


def test_rows_and_places_are_shown():
    preview = try_on(LFS, ["good", "a good one", "fine one", "good"], n=2)
    assert [(f.row, f.lf) for f in preview.firings] == [
        (0, "keywords_yes"),
        (0, "by_hand"),
        (1, "keywords_yes"),
        (1, "by_hand"),
    ]
    assert preview.fired == {"keywords_yes": 3, "by_hand": 4}
    assert "row 1  keywords_yes -> yes: a [[good]] one" in str(preview)


def test_a_series_is_taken_by_position():
    preview = try_on(LFS.lfs[0], pd.Series(["bad", "so good", "x"], index=[5, 6, 0]))
    assert [(firing.row, firing.text) for firing in preview.firings] == [(1, "so good")]


def test_one_lf_by_class_id():
    (firing,) = try_on(hashtags(3, ["a"]), ["#a", "b"]).firings
    assert (firing.label, firing.spans) == ("class 3", ((0, 2),))


@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
def test_one_function():
    def vote(text):
        return {"x": "b", "y": None}[text]

    preview = try_on(labeling_function(name="f")(vote), ["x", "y", "z"])
    assert [(f.row, f.label) for f in preview.firings] == [(0, "b")]
