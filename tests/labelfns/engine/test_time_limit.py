import math
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from labelfns import Context, LFSet, regex
from labelfns.engine.time_limit import TimeLimitError, Watch
from labelfns.errors import LFError

HOSTILE = r"(?=a)(a+)+$"  # the look-ahead keeps it from the linear engine
TEXT = "a" * 60 + "!"


@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
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


def elsewhere(work):
    """Run work in another thread, where no timer signal reaches, and return what it returns."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
def test_another_thread_has_the_same_limit_through_another_process():
    where = Context(only_with=["near"])
    lfs = LFSet(
        ["no", "yes"],
        [
            regex("yes", HOSTILE, name="hostile"),
            regex("yes", "(?<!b)é", name="fine"),
            regex("no", r"^\w|(?=a)(a+)+$", where=where, name="after_a_find"),
        ],
    )
    texts = ["aaa", "é \ud83d \x00", TEXT, "é near", f"b near {TEXT}"]
    assert elsewhere(lambda: Watch(1).active) is False
    for engine in ("compiled", "plain"):
        votes = elsewhere(lambda: lfs.apply(texts, time_limit=0.3, engine=engine))  # noqa: B023
        assert votes.matrix.tolist() == [[1, -1, -1], [-1, 1, -1], [-1, -1, -1], [-1, 1, 0], [-1, -1, -1]]
        assert [(fault.lf, fault.rows) for fault in votes.faults] == [("hostile", (2, 4)), ("after_a_find", (2, 4))]
        assert all("time limit of 0.3 s" in fault.error for fault in votes.faults)
    assert elsewhere(lambda: lfs.cues(texts[:2])) == lfs.cues(texts[:2]) == [[(0, 3)], [(0, 1)]]


def test_where_nothing_can_end_a_search_the_lf_is_named(monkeypatch):
    def fail(*args, **kwargs):
        raise PermissionError("no processes here")

    monkeypatch.setattr("subprocess.Popen", fail)
    lfs = LFSet(["no", "yes"], [regex("yes", "(?<!b)a", name="behind"), regex("no", "x")])
    with pytest.raises(LFError, match=r"'behind'.*no processes here.*main thread.*time_limit=math\.inf"):
        elsewhere(lambda: lfs.apply(["a", "ba"]))
    assert elsewhere(lambda: lfs.apply(["a", "ba"], time_limit=math.inf)).matrix[:, 0].tolist() == [1, -1]


@pytest.mark.parametrize("limit", [0, -1.0])
def test_a_limit_is_more_than_zero(limit):
    from labelfns.errors import InputError

    with pytest.raises(InputError, match="time_limit"):
        LFSet(["no", "yes"], [regex("yes", "a")]).apply(["a"], time_limit=limit)
