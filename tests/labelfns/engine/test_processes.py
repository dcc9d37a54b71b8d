import ctypes
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns import LFSet, hashtags, labeling_function
from labelfns.errors import InputError, LFError

LABELS = ["no", "yes"]
TEXTS = [f"text {i} #a" if i % 3 else f"text {i}" for i in range(101)]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
def test_processes_change_nothing():
    odd = {str(i) for i in range(1, 101, 2)}

    @labeling_function
    def is_odd(text):
        return "yes" if text.split()[1] in odd else None

    @labeling_function
    def fragile(text):
        return ["no"][int(text.split()[1]) % 7]

    lfs = LFSet(LABELS, [is_odd, hashtags("no", ["a"]), fragile])
    one, two = lfs.apply(TEXTS), lfs.apply(TEXTS, workers=2)
    assert (one.matrix == two.matrix).all()
    assert one.matrix[:4, 0].tolist() == [-1, 1, -1, 1]
    assert [(f.lf, f.rows) for f in one.faults] == [(f.lf, f.rows) for f in two.faults]

    bad = labeling_function(name="bad")(lambda text: 1.5 if text.startswith("text 60") else None)
    with pytest.raises(LFError, match=r"'bad' returned on row 60: 1\.5 of type float"):
        LFSet(LABELS, [bad]).apply(TEXTS, workers=2)
    lock = threading.Lock()
    locked = labeling_function(name="locked")(lambda text: lock.locked() and None)
    with pytest.raises(LFError, match="locked cannot be sent to another process"):
        LFSet(LABELS, [locked]).apply(TEXTS, workers=2)


@labeling_function
def first_letter(text):
    return {"b": "no", "c": 1, "d": None}[text.strip()[0]]


@labeling_function
def long(text):
    return "yes" if len(text) > 3 else None


PYTHON = LFSet(LABELS, [first_letter, hashtags("no", ["a"]), long])


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=6).filter(str.strip), min_size=1, max_size=40), st.integers(2, 3))
def test_boundaries_between_workers_change_nothing_for_any_texts(texts, workers):
    one, many = PYTHON.apply(texts, engine="plain"), PYTHON.apply(texts, workers=workers)
    assert one.matrix.tolist() == many.matrix.tolist()
    assert [(f.lf, f.rows) for f in one.faults] == [(f.lf, f.rows) for f in many.faults]


@pytest.mark.parametrize("workers", [0, 1.0, True])
def test_workers_is_a_whole_number(workers):
    with pytest.raises(InputError, match="workers"):
        LFSet(LABELS, [hashtags("no", ["a"])]).apply(TEXTS, workers=workers)


def ends(how):
    return labeling_function(name="ends")(lambda text: how() if text.startswith("text 60") else "yes")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="signals of POSIX")
@pytest.mark.parametrize(
    "how",
    [
        lambda: os._exit(0),
        lambda: os._exit(3),
        lambda: os.kill(os.getpid(), signal.SIGKILL),
        lambda: ctypes.string_at(0),
    ],
    ids=["exit 0", "exit 3", "kill", "crash"],
)
def test_an_lf_that_ends_its_process_is_one_error_that_names_it(how):
    lfs = LFSet(LABELS, [long, ends(how), hashtags("no", ["a"])])
    with pytest.raises(LFError, match=r"process that called long and ends ended.*workers=1"):
        lfs.apply(TEXTS, workers=2)
    assert LFSet(LABELS, [long]).apply(TEXTS, workers=2).matrix[:, 0].tolist() == [1] * 101


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
@pytest.mark.parametrize("error", [SystemExit, StopIteration, GeneratorExit])
def test_what_would_end_a_process_is_a_fault_there_too(error):
    def vote(text):
        if text == "text 60":
            raise error
        return "yes"

    (fault,) = LFSet(LABELS, [labeling_function(vote)]).apply(TEXTS, workers=2).faults
    assert (fault.rows, fault.error) == ((60,), f"{error.__name__}: ")


FORKED = """
import multiprocessing, sys, warnings
import polars as pl
from labelfns import LFSet, column, keywords, labeling_function
from labelfns.errors import LFError

lfs = LFSet(["no", "yes"], [keywords("yes", ["good"]), labeling_function(name="all")(lambda text: "no")])
texts = ["so good", "bad"] * 500

def child(queue):
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        queue.put(lfs.apply(texts).matrix.tolist())
    queue.put([str(one.message) for one in warned])
    try:
        LFSet(["no", "yes"], [column("yes", pl.col("text") == "bad", name="bad")]).apply(texts)
    except LFError as error:
        queue.put(str(error))

here = lfs.apply(texts).matrix.tolist()
context = multiprocessing.get_context("fork")
queue = context.Queue()
process = context.Process(target=child, args=(queue,))
process.start()
print(queue.get(timeout=30) == here)
(message,) = queue.get(timeout=30)
print("spawn" in message, "spawn" in queue.get(timeout=30))
process.join()
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_process_forked_after_apply_answers():
    root = Path(__file__).parents[3]
    done = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=60, cwd=root)
    assert done.stdout.split() == ["True"] * 3, done.stderr
