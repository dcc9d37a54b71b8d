import re
import threading
import time

import pytest

from labelfns import LFSet, regex
from labelfns.guard import TimeLimitError, Watch

HOSTILE = r"(?=a)(a+)+$"  # the look-ahead keeps it from the linear engine
TEXT = "a" * 60 + "!"


def test_a_pattern_that_would_backtrack_forever_is_a_fault():
    lfs = LFSet(["no", "yes"], [regex("yes", HOSTILE, name="hostile"), regex("no", "b")])
    start = time.monotonic()
    votes = lfs.apply(["aaa", TEXT, "b", TEXT, TEXT, "aa", TEXT], time_limit=0.05)
    assert time.monotonic() - start < 3
    assert votes.matrix.tolist() == [[1, -1], [-1, -1], [-1, 0], [-1, -1], [-1, -1], [-1, -1], [-1, -1]]
    (fault,) = votes.faults
    assert (fault.lf, fault.rows) == ("hostile", (1, 3, 4, 5, 6))  # given up after the third
    assert "time limit of 0.05 s" in fault.error


def test_what_a_linear_engine_can_answer_is_answered():
    votes = LFSet(["no", "yes"], [regex("yes", r"(a+)+$")]).apply([TEXT, TEXT[:-1]])
    assert votes.matrix.tolist() == [[-1], [1]]
    assert votes.faults == ()


def test_cues_of_a_pattern_that_backtracks_after_its_first_find(monkeypatch):
    monkeypatch.setattr("labelfns.lfset._SPAN_LIMIT", 0.05)
    lfs = LFSet(["no", "yes"], [regex("yes", r"^b|(a+)+$")])
    assert lfs.cues(["b" + TEXT, "ab aa"]) == [[], [(3, 5)]]


def test_steps_within_the_limit_pass_and_the_timer_ends():
    with Watch(0.08) as watch:
        for i in range(20):
            watch.step = i
            time.sleep(0.01)
    time.sleep(0.1)
    with Watch(0.05) as watch:
        watch.step = 1
        with pytest.raises(TimeLimitError):
            re.search(HOSTILE, TEXT)


def test_another_thread_has_no_limit():
    seen = []
    thread = threading.Thread(target=lambda: seen.append(Watch(1).active))
    thread.start()
    thread.join()
    assert seen == [False]


@pytest.mark.parametrize("limit", [0, -1.0])
def test_a_limit_is_more_than_zero(limit):
    from labelfns.errors import InputError

    with pytest.raises(InputError, match="time_limit"):
        LFSet(["no", "yes"], [regex("yes", "a")]).apply(["a"], time_limit=limit)
