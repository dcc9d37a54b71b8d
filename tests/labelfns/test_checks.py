"""The rule for gold labels, and the checks of labels and texts."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labelfns.checks import check_gold, check_labels, check_texts
from labelfns.errors import InputError
from labelfns.io.read import read_texts

ANY_MACHINE = settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)

NAMES = ["negative", "neutral", "positive"]
SIGNS = ["-1", "0", "1"]
STARS = ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("gold", "labels", "ids"),
    [
        (["positive", "neutral", "negative"], NAMES, [2, 1, 0]),
        ([2, "1", "positive", 0.0, None], NAMES, [2, 1, 2, 0, -1]),
        ([-1, "-1", None, "", " ", float("nan"), pd.NA, pd.NaT, np.float32("nan")], NAMES, [-1] * 9),
        (pd.Series([1, None, 0]), NAMES, [1, -1, 0]),  # pandas makes floats of these
        (["1.0", "", "0.0"], NAMES, [1, -1, 0]),  # and writes them to CSV so
        (["-1", "0", "1", ""], SIGNS, [0, 1, 2, -1]),
        ([-1, 0, 1, None], SIGNS, [0, 1, 2, -1]),
        (["1", "5", "", "-1"], STARS, [0, 4, -1, -1]),
        ([1, 5, "3"], STARS, [0, 4, 2]),
        (["0", "1"], ["1", "0"], [1, 0]),
        (np.array([0, 4, -1]), STARS, [0, 4, -1]),  # an array of integers holds ids
        (np.array([-1, 0, 1, 2], dtype=np.int8), SIGNS, [-1, 0, 1, 2]),
        (np.array(["1", "2"]), STARS, [0, 1]),
        (["+1", "-1", "0"], ["-1", "0", "+1"], [2, 0, 1]),
    ],
)
def test_one_rule(gold, labels, ids):
    assert check_gold(gold, len(gold), labels).tolist() == ids


@ANY_MACHINE
@given(st.lists(st.sampled_from(["-1", "0", "1", "2", "5", "", "positive", "x"]), min_size=1), st.data())
def test_files_and_python_agree(tmp_path_factory, gold, data):
    labels = data.draw(st.sampled_from([NAMES, SIGNS, STARS, ["1", "positive"]]))
    path = tmp_path_factory.mktemp("gold") / "t.csv"
    path.write_text("text,label\n" + "".join(f"a,{value}\n" for value in gold))

    def ids(make):
        try:
            return make().tolist()
        except InputError:
            return "refused"

    in_python = ids(lambda: check_gold(gold, len(gold), labels))
    assert ids(lambda: read_texts(path, labels=labels).gold) == in_python
    numbers = [int(value) if value.lstrip("-").isdigit() else value for value in gold]
    assert ids(lambda: check_gold(numbers, len(gold), labels)) == in_python


@ANY_MACHINE
@given(st.lists(st.integers(-1, 2), min_size=1), st.sampled_from([NAMES, SIGNS, STARS]))
def test_what_comes_out_goes_in_again(ids, labels):
    once = check_gold(np.array(ids), len(ids), labels)
    assert check_gold(once, len(ids), labels).tolist() == ids


@pytest.mark.parametrize(
    ("gold", "labels", "message"),
    [
        (
            ["0", "1", "2"],
            STARS,
            "gold label of row 0 .* not one of 1, 2, 3, 4, 5; got '0'. .* write the names, or pass ids",
        ),
        ([0, 1, 2, 3, 4], STARS, "gold label of row 0 .* got 0. .* pass ids as a numpy array of integers"),
        ([2], SIGNS, "row 0 .* got 2"),
        (
            np.array([0, 5]),
            STARS,
            r"row 1 .* no id in -1\.\.4 .* got 5\. In an array integers are ids; pass",
        ),
        (["postive"], NAMES, r"row 0 \(the first row is 0\) is neither .*; got 'postive'; did you mean 'positive'\?"),
        ([3], NAMES, r"row 0 .* nor an id in -1\.\.2; got 3"),
        ([-2], NAMES, "got -2"),
        ([0, True], NAMES, "row 1 .* got True"),
        ([0.0, 1.0], NAMES, r"row 0 .* got 0\.0"),  # no integers with gaps: perhaps no labels at all
        (["0.0"], NAMES, "got '0.0'"),
        ([1.5], NAMES, "got 1.5"),
        ([[1], {"a": 2}], NAMES, r"(?s)2 problems.*got \[1\].*got \{'a': 2\}"),
        ([10**20, float("inf")], NAMES, "2 problems"),
        (["a\x1b[2Jb"], NAMES, r"'a\\x1b\[2Jb'"),
        ([0, 1], NAMES, "2 gold labels for 3 rows"),
        ("positive", NAMES, "got one string"),
        ({0, 1, 2}, NAMES, "got a set"),
        (np.array([[0], [1], [2]]), NAMES, "one dimension"),
    ],
)
def test_a_doubt_is_an_error_that_says_how_to_settle_it(gold, labels, message):
    with pytest.raises(InputError, match=message):
        check_gold(gold, 3 if "3 rows" in message else len(gold), labels)


def test_five_thousand_bad_values_are_one_short_message():
    with pytest.raises(InputError, match=r"5,000 problems") as caught:
        check_gold([f"x{i}" for i in range(5000)], 5000, NAMES)
    assert len(str(caught.value).splitlines()) == 12
    assert "... and 4,990 more" in str(caught.value)
    with pytest.raises(InputError, match="rows 0, 1, 2, 3, 4 and 4,995 more"):
        check_gold(["x"] * 5000, 5000, NAMES)


@pytest.mark.parametrize("labels", ["ab", ["a"], ["a", "a"], ["a", " "], ["a", 1], [str(i) for i in range(128)]])
def test_bad_labels(labels):
    with pytest.raises(InputError, match="label"):
        check_labels(labels)


def test_texts_come_back_as_plain_strings():
    texts = check_texts(np.array(["a", "b"], dtype=object))
    assert (texts, set(map(type, check_texts([np.str_("a")])))) == (["a", "b"], {str})
    with pytest.raises(InputError, match=r"null in rows 11 and 13 \(the first row is 0\)"):
        check_texts(["a", None, "b", None], 10)
