import threading

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
    with pytest.raises(LFError, match=r"'bad' returned on row 60 1\.5 of type float"):
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
