"""Whatever an LF raises is a fault of that LF and row."""

import re
import sys

import pytest

from labelfns import LFSet, column, keywords, labeling_function, model, row_function
from labelfns.errors import LFError

LABELS = ["no", "yes"]
TEXTS = ["a", "bad", "b", "bad", "c"]


class Odd(BaseException):
    pass


class Silent(Exception):
    def __str__(self):
        raise SystemExit


class Hidden:
    def __repr__(self):
        raise ValueError("hidden")


RAISED = [StopIteration("x"), SystemExit(0), GeneratorExit(), Odd("x"), KeyError("x"), RecursionError(), MemoryError()]


def failing(error):
    def vote(text):
        if text == "bad":
            raise error
        return "yes"

    return vote


def ending(texts):
    """Answer as a Hugging Face pipeline does, and end the process at a bad text."""
    if "bad" in texts:
        sys.exit(0)
    return [{"label": "yes", "score": 0.9} for _ in texts]


@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
@pytest.mark.parametrize("error", [*RAISED, StopAsyncIteration()], ids=lambda error: type(error).__name__)
def test_whatever_a_function_raises_is_a_fault_of_its_row(error):
    by_row = row_function(lambda row: failing(error)(row["text"]), name="by_row")
    votes = LFSet(LABELS, [labeling_function(failing(error)), keywords("no", ["bad"]), by_row]).apply(TEXTS)
    assert votes.matrix.T.tolist() == [[1, -1, 1, -1, 1], [-1, 0, -1, 0, -1], [1, -1, 1, -1, 1]]
    assert [(fault.lf, fault.rows) for fault in votes.faults] == [("vote", (1, 3)), ("by_row", (1, 3))]
    assert all(fault.error.startswith(type(error).__name__) for fault in votes.faults)
    assert "raise error" in votes.faults[0].traceback
    with pytest.raises(LFError, match=f"'vote' raised {type(error).__name__}.* on row 1: 'bad'"):
        LFSet(LABELS, [labeling_function(failing(error))]).apply(TEXTS, on_error="raise")


@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
def test_an_error_that_cannot_be_written_is_one_too():
    (fault,) = LFSet(LABELS, [labeling_function(failing(Silent()))]).apply(TEXTS).faults
    assert fault.error == "Silent: (its message cannot be written)"
    with pytest.raises(LFError, match=r"returned on row 0: <.*Hidden object.* of type Hidden"):
        LFSet(LABELS, [labeling_function(name="x")(lambda text: Hidden())]).apply(["a"])


def test_ctrl_c_is_not_a_fault():
    with pytest.raises(KeyboardInterrupt):
        LFSet(LABELS, [labeling_function(failing(KeyboardInterrupt()))]).apply(TEXTS)


@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
def test_of_a_batch_that_fails_only_the_bad_rows_are_faults():
    for size in (1, 2, 3, 5, 32):
        lf = model(ending, at_least=0.5, name="ending", batch_size=size)
        votes = LFSet(LABELS, [lf]).apply(TEXTS * 3)
        assert votes.matrix[:, 0].tolist() == [1, -1, 1, -1, 1] * 3
        (fault,) = votes.faults
        assert (fault.rows, fault.error) == ((1, 3, 6, 8, 11, 13), "SystemExit: 0")
        with pytest.raises(LFError, match="'ending' raised SystemExit: 0 on row 1: 'bad'"):
            LFSet(LABELS, [lf]).apply(TEXTS, on_error="raise")


@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
def test_whole_columns_fail_whole():
    lf = column("yes", lambda frame: sys.exit(len(frame)), name="ending")
    (fault,) = LFSet(LABELS, [lf]).apply(TEXTS).faults
    assert (fault.rows, fault.error) == ((0, 1, 2, 3, 4), "SystemExit: 5")
    with pytest.raises(LFError, match=r"'ending' raised SystemExit: 5$"):
        LFSet(LABELS, [lf]).apply(TEXTS, on_error="raise")


def test_a_model_that_answers_too_little_is_named():
    lf = model(lambda texts: [{"label": "yes", "score": 1.0}], at_least=0.5, name="few", batch_size=2)
    with pytest.raises(LFError, match="'few' returned 1 votes for 2 rows"):
        LFSet(LABELS, [lf]).apply(TEXTS)


ODD_VOTES = [10**400, 10**5000, -(10**5000), "x" * 10**7, b"x" * 10**6, [0] * 10**5]


@pytest.mark.parametrize("vote", ODD_VOTES, ids=range(len(ODD_VOTES)))
def test_a_vote_that_is_none_is_shown_in_short(vote):
    with pytest.raises(LFError) as caught:
        LFSet(LABELS, [labeling_function(name="odd")(lambda text: vote)]).apply(TEXTS)
    assert len(str(caught.value)) < 300
    assert re.search(r"\.\.\.|<int object", str(caught.value))  # what is cut says so


def test_a_wrong_vote_of_an_lf_of_rows_is_named_by_its_text():
    lf = row_function(lambda row: "yse" if row["n"] == 2 else None, name="by_row")
    with pytest.raises(LFError) as caught:
        LFSet(LABELS, [lf]).apply(["good", "bad"], fields={"id": ["a" * 90, "b" * 90], "n": [1, 2]})
    assert str(caught.value).startswith("LF 'by_row' returned on row 1: 'yse', which is not a label")
    assert str(caught.value).endswith("(text 'bad')")
