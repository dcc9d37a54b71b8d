import math
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from labelfns import Context, LFSet, emoji, regex
from labelfns.engine.time_limit import TimedPattern, TimeLimitError
from labelfns.errors import InputError, LFError

HOSTILE = r"(?=a)(a|aa)+$"  # the look-ahead keeps it from the linear engine
TEXT = "a" * 60 + "!"


def elsewhere(work):
    """Run work in another thread and return what it returns."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def here(work):
    """Run work in this thread."""
    return work()


@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
@pytest.mark.parametrize("run", [here, elsewhere])
def test_a_pattern_that_would_backtrack_forever_is_a_fault_in_any_thread(run):
    lfs = LFSet(["no", "yes"], [regex("yes", HOSTILE, name="hostile"), regex("no", "b")])
    texts = ["aaa", TEXT, "b", TEXT, TEXT, "aa", TEXT]
    start = time.monotonic()
    votes = run(lambda: lfs.apply(texts, time_limit=0.05))
    assert time.monotonic() - start < 3
    assert votes.matrix.tolist() == [[1, -1], [-1, -1], [-1, 0], [-1, -1], [-1, -1], [-1, -1], [-1, -1]]
    (fault,) = votes.faults
    assert (fault.lf, fault.rows) == ("hostile", (1, 3, 4, 5, 6))  # given up after the third
    assert "time limit of 0.05 s" in fault.error


def test_what_a_linear_engine_can_answer_is_answered():
    votes = LFSet(["no", "yes"], [regex("yes", r"(a+)+$")]).apply([TEXT, TEXT[:-1]])
    assert votes.matrix.tolist() == [[-1], [1]]
    assert votes.faults == ()


def test_cues_of_a_pattern_that_backtracks_after_its_first_match():
    lfs = LFSet(["no", "yes"], [regex("yes", r"^b|(a|aa)+$")])
    texts = ["b" + TEXT, "ab aa"]
    assert lfs.cues(texts, time_limit=0.05) == [[], [(3, 5)]]
    votes = lfs.apply(texts, time_limit=0.05, cues=True)
    assert (votes.cues, votes.faults) == ([[], [(3, 5)]], ())


@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
@pytest.mark.parametrize("engine", ["compiled", "plain"])
def test_contexts_and_odd_texts(engine):
    near = Context(only_with=["near"])
    lfs = LFSet(
        ["no", "yes"],
        [
            regex("yes", "(?<!b)é", name="fine"),
            regex("no", rf"^\w|{HOSTILE}", where=near, name="after"),
            emoji(1, [":)"]),
        ],
    )
    texts = ["aaa", "é \ud83d \x00", "é near :)", f"b near {TEXT}"]
    votes = lfs.apply(texts, time_limit=0.05, engine=engine)
    assert votes.matrix.tolist() == [[-1, -1, -1], [1, -1, -1], [1, 0, 1], [-1, -1, -1]]
    assert [(fault.lf, fault.rows) for fault in votes.faults] == [("after", (3,))]


def test_a_search_ends_in_time_and_its_error_says_so():
    pattern = TimedPattern(re.compile(HOSTILE), 0.02)
    assert pattern.search("b aaa").span() == (2, 5)
    for search in (pattern.search, pattern.finditer):
        with pytest.raises(TimeLimitError, match=r"time limit of 0\.02 s"):
            search(TEXT)


def test_a_pattern_that_cannot_be_limited_is_named():
    lfs = LFSet(["no", "yes"], [regex("yes", r"(?a:\w)é", name="mixed"), regex("no", "(?=x)x")])
    with pytest.raises(LFError, match=r"'mixed'.*switches between ASCII and Unicode.*time_limit=math\.inf"):
        lfs.apply(["aé", "x"])
    assert lfs.apply(["aé", "x"], time_limit=math.inf).matrix.tolist() == [[1, -1], [-1, 0]]


@pytest.mark.parametrize("limit", [0, -1.0, math.nan, "2", None, True])
def test_a_limit_is_a_number_of_more_than_zero(limit):
    with pytest.raises(InputError, match="time_limit"):
        LFSet(["no", "yes"], [regex("yes", "a")]).apply(["a"], time_limit=limit)


@pytest.mark.parametrize("pattern", [r"\W{3}", r"\d+", r"^\w", r"(?i)[^\W]", "\U00011de4", r"\b", r"(?<!a)\S\B"])
def test_characters_newer_than_pythons_tables_are_unknown_to_both(pattern):
    texts = [
        "a\U000143b1⌝\u200b",
        "\U00011de4\U00014271 x",
        "\U000152f8\U00013b63 ",
        "\U00010d50 \U00010d70",
        "\uffff",
        "é",
    ]
    lf = regex("yes", pattern)
    votes = LFSet(["no", "yes"], [lf]).apply(texts, engine="plain", cues=True)
    assert votes.matrix[:, 0].tolist() == [1 if lf(text) == "yes" else -1 for text in texts]
    assert votes.cues == [lf.spans(text) for text in texts]
