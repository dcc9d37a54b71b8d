from dataclasses import dataclass
from types import ModuleType, SimpleNamespace

import numpy as np
import pandas as pd
import polars as pl
import pytest
from snorkel.labeling import LabelingFunction as SnorkelLabelingFunction
from snorkel.labeling import labeling_function as snorkel_labeling_function

from labelfns import ABSTAIN, LabelingFunction, LFSet, Votes, hashtags, keywords, labeling_function, regex
from labelfns.errors import InputError, LabelFnsWarning, LFError

LABELS = ["negative", "neutral", "positive"]


def constant(value):
    return labeling_function(name="constant")(lambda text: value)


@pytest.mark.parametrize(
    ("vote", "expected"),
    [("positive", 2), (0, 0), (2, 2), (np.int64(1), 1), (np.int8(-1), -1), (None, -1), (ABSTAIN, -1)],
)
def test_votes_by_name_id_none_or_abstain(vote, expected):
    assert LFSet(LABELS, [constant(vote)]).apply(["x"]).matrix.tolist() == [[expected]]


@pytest.mark.parametrize("vote", ["postive", 3, -2, 77, 1.0, True, np.bool_(True), [0], np.array([1]), object()])
def test_what_is_no_vote_is_never_cast(vote):
    with pytest.raises(LFError, match="'constant' returned on row 0"):
        LFSet(LABELS, [constant(vote)]).apply(["a text"])


def test_a_misspelt_label_gets_a_hint():
    with pytest.raises(LFError, match=r"did you mean 'positive'\?"):
        LFSet(LABELS, [constant("postive")]).apply(["a text"])


def test_order_of_rows_and_lfs_is_kept():
    lfs = LFSet(LABELS, [hashtags("positive", ["a"]), keywords(0, ["b"])])
    votes = lfs.apply(["b", "#a", "#a b", "c"])
    assert votes.matrix.tolist() == [[-1, 0], [2, -1], [2, 0], [-1, -1]]
    assert votes.lf_names == ("hashtags_positive", "keywords_0")


@pytest.mark.parametrize("column", [pd.Series(["b", "#a so", "c"], index=[2, 0, 1]), pl.Series(["b", "#a so", "c"])])
def test_columns_of_frames_are_taken_by_position(column):
    lfs = LFSet(LABELS, [hashtags("positive", ["a"]), keywords(0, ["b", "so c*"]), regex(1, "(?=c)c"), constant(None)])
    assert lfs.apply(column).matrix.tolist() == [[-1, 0, -1, -1], [2, -1, -1, -1], [-1, -1, 1, -1]]
    assert lfs.cues(column) == [[(0, 1)], [(0, 2)], [(0, 1)]]


def test_a_fault_is_an_abstain_with_row_and_traceback():
    @labeling_function()
    def fragile(text):
        return {"ok": "positive"}[text]

    with pytest.warns(LabelFnsWarning) as warned:
        votes = LFSet(LABELS, [fragile, constant(0)]).apply(["ok", "no", "ok", "nor"])
    assert votes.matrix[:, 0].tolist() == [2, -1, 2, -1]
    (fault,) = votes.faults
    assert (fault.lf, fault.rows, fault.error) == ("fragile", (1, 3), "KeyError: 'no'")
    assert 'return {"ok": "positive"}[text]' in fault.traceback
    assert "rows 1 and 3" in str(fault)
    (warning,) = warned
    assert "1 LF raised: fragile raised KeyError: 'no' on rows 1 and 3; it abstains there" in str(warning.message)
    assert 'on_error="raise"' in str(warning.message)
    assert warning.filename == __file__


def test_on_error_raise_names_lf_and_row():
    broken = labeling_function(name="broken")(lambda text: 1 / 0)
    with pytest.raises(LFError, match="'broken' raised ZeroDivisionError: division by zero on row 0"):
        LFSet(LABELS, [broken]).apply(["x"], on_error="raise")
    with pytest.raises(InputError, match="on_error"):
        LFSet(LABELS, [broken]).apply(["x"], on_error="ignore")


def test_snorkel_lfs_go_in_unchanged():
    @snorkel_labeling_function()
    def by_decorator(x):
        return 2 if "good" in x.text else -1

    with_resources = SnorkelLabelingFunction(
        "with_resources", lambda x, words: 0 if x.text in words else -1, {"words": ["bad"]}
    )
    votes = LFSet(LABELS, [by_decorator, with_resources]).apply(["good", "bad"])
    assert votes.matrix.tolist() == [[2, -1], [-1, 0]]
    assert votes.lf_names == ("by_decorator", "with_resources")
    assert by_decorator(SimpleNamespace(text="good")) == 2


def test_all_problems_of_a_set_at_once():
    with pytest.raises(LFError) as caught:
        LFSet(LABELS, [hashtags("postive", ["a"]), len, hashtags("postive", ["b"]), keywords(3, ["c"])])
    message = str(caught.value)
    for part in (
        "2 LFs are named 'hashtags_postive'",
        "did you mean 'positive'",
        "@labeling_function",
        "not in -1..2",
    ):
        assert part in message


def test_no_lf_is_an_error():
    with pytest.raises(LFError, match="at least one"):
        LFSet(LABELS, [])


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (["one"], "2 to 127"),
        (["a", "a"], "unique"),
        ("ab", "list"),
        (["a", ""], "non-empty"),
        (["a", 1], "non-empty"),
    ],
)
def test_bad_labels(labels, message):
    with pytest.raises(InputError, match=message):
        LFSet(labels, [hashtags(0, ["x"])])


def test_bad_texts_are_all_named():
    with pytest.raises(InputError) as caught:
        LFSet(LABELS, [constant(0)]).apply(["ok", None, " ", 3, None])
    assert "null in rows 1 and 4" in str(caught.value)
    assert "empty in row 2" in str(caught.value)
    assert "not a string in row 3" in str(caught.value)
    with pytest.raises(InputError, match="put it in a list"):
        LFSet(LABELS, [constant(0)]).apply("one text")
    with pytest.raises(InputError, match="no column 'text'"):
        LFSet(LABELS, [constant(0)]).apply(pd.DataFrame({"tweet": ["a"]}))
    with pytest.raises(InputError, match="no texts"):
        LFSet(LABELS, [constant(0)]).apply([])


def test_a_series_with_an_index_of_its_own_keeps_its_order():
    pandas = pytest.importorskip("pandas")
    series = pandas.Series(["#a", "b", "#a b"], index=[7, 0, 3])
    votes = LFSet(LABELS, [hashtags("positive", ["a"]), keywords(0, ["b"])]).apply(series)
    assert votes.matrix.tolist() == [[2, -1], [-1, 0], [2, 0]]
    with pytest.raises(InputError, match="null in row 1"):
        LFSet(LABELS, [constant(0)]).apply(pandas.Series(["a", float("nan")]))


def test_cues_are_merged_and_in_order():
    lfs = LFSet(
        LABELS,
        [
            keywords("negative", ["so late"]),
            keywords("negative", ["late"], name="b"),
            hashtags("positive", ["a"]),
        ],
    )
    text = "#a so late, late"
    assert [text[a:b] for a, b in lfs.cues([text])[0]] == ["#a", "so late", "late"]


def test_votes_and_cues_in_one_pass():
    lfs = LFSet(LABELS, [keywords("negative", ["late"]), hashtags("positive", ["a"]), constant(0), regex(1, "(?=l)la")])
    texts = ["#a so late, late", "nothing", "latest"]
    votes = lfs.apply(texts, cues=True)
    assert votes.cues == lfs.cues(texts) == [[(0, 2), (6, 10), (12, 16)], [], [(0, 2)]]
    assert (votes.matrix == lfs.apply(texts).matrix).all()
    assert lfs.apply(texts).cues is None
    assert votes.rows([2, 0]).cues == [votes.cues[2], votes.cues[0]]
    assert votes.rows(np.array([True, False, True])).cues == [votes.cues[0], votes.cues[2]]
    assert votes.rows(slice(1, None)).cues == votes.cues[1:]
    with pytest.raises(InputError, match="cues for 2 rows, and votes for 3"):
        Votes(votes.matrix, labels=LABELS, cues=[[], []])


def test_python_functions_are_not_asked_for_cues():
    asked = []
    lfs = LFSet(LABELS, [keywords(0, ["b"]), labeling_function(name="watch")(lambda text: asked.append(text))])
    assert lfs.cues(["a b"], time_limit=1) == [[(2, 3)]]
    assert lfs.cues([]) == []
    assert asked == []


@dataclass(frozen=True)
class Ends(LabelingFunction):
    """An LF of one's own that can tell where it fires."""

    def __call__(self, text):
        return 0 if text.endswith("!") else None

    def spans(self, text):
        return [(len(text) - 1, int("x" if "crash" in text else len(text)))]


def test_an_lf_of_ones_own_tells_where_it_fires():
    lfs = LFSet(LABELS, [Ends("ends"), keywords(1, ["so"])])
    assert lfs.cues(["so!", "so"]) == [[(0, 2), (2, 3)], [(0, 2)]]
    with pytest.raises(LFError, match=r"'ends' raised ValueError.* when asked where it fires on row 1"):
        lfs.apply(["so", "crash!"], cues=True)


FILE = """
from labelfns import hashtags, keywords

good = keywords("positive", ["good"], name="good")
bad = hashtags("negative", ["fail"], name="bad")
"""


def test_lfs_of_a_file_and_a_module(tmp_path):
    (tmp_path / "lfs.py").write_text(FILE)
    module = ModuleType("mine")
    exec(FILE, vars(module))
    for lfs in (
        LFSet.from_file(tmp_path / "lfs.py", LABELS),
        LFSet.from_file(str(tmp_path / "lfs.py"), LABELS),
        LFSet.from_module(module, LABELS),
    ):
        assert lfs.names == ("good", "bad")
        assert lfs.apply(["good #fail"]).matrix.tolist() == [[2, 0]]
    with pytest.raises(InputError, match="no such file"):
        LFSet.from_file(tmp_path / "none.py", LABELS)
    with pytest.raises(LFError, match="'good' votes for 'positive'"):
        LFSet.from_module(module, ["a", "b"])


def test_progress_is_told_after_each_lf():
    seen = []
    LFSet(LABELS, [constant(0), keywords(0, ["x"])]).apply(["x"], progress=lambda *step: seen.append(step))
    assert seen == [("applying LFs", 1, 2), ("applying LFs", 2, 2)]


def test_decorator_slips():
    with pytest.raises(LFError, match="name='mine'"):
        labeling_function("mine")
