import numpy as np
import pytest

from labelfns import LFSet, keywords, near_copies, suggest
from labelfns.errors import InputError
from labelfns.votes import Votes

LABELS = ["no", "yes"]
TEXTS = [
    *["good day for the train"] * 20,
    *["awful day for the train #fail"] * 10,
    *["sunny day for the train 👍🏽 #win"] * 10,
]
LFS = LFSet(LABELS, [keywords("yes", ["good"])])


def test_what_stands_out_in_uncovered_rows():
    found = suggest(TEXTS, LFS.apply(TEXTS))
    assert {s.line for s in found} == {
        'keywords("LABEL", ["awful"])',
        'keywords("LABEL", ["sunny"])',
        'hashtags("LABEL", ["fail"])',
        'hashtags("LABEL", ["win"])',
        'emoji("LABEL", ["👍"])',
    }
    assert all(s.rows == 10 and s.z >= 2 and len(s.examples) == 3 for s in found)


def test_words_that_stand_everywhere_are_kept_out_by_their_z():
    texts = [*["good day for the train"] * 20, *["day for the train awful"] * 20, *["the slow bus"] * 5]
    votes = LFS.apply(texts)
    assert [s.term for s in suggest(texts, votes)] == ["awful"]
    with_all = {s.term: s.z for s in suggest(texts, votes, min_z=0.01)}
    assert {"awful", "slow", "bus", "the"} <= with_all.keys()
    assert with_all["the"] < 1 < with_all["slow"] < 2 < with_all["awful"]
    with pytest.raises(InputError, match="min_z must be more than 0"):
        suggest(texts, votes, min_z=0)


def test_by_class_with_a_small_gold_set():
    gold = np.array([1] * 20 + [0] * 10 + [1] * 10)
    by_label = {s.term: s.label for s in suggest(TEXTS, LFS.apply(TEXTS), labelled=(TEXTS, gold), min_z=1)}
    assert (by_label["awful"], by_label["fail"], by_label["sunny"]) == ("no", "no", "yes")
    assert "good" not in by_label  # covered already
    assert len(suggest(TEXTS, LFS.apply(TEXTS), labelled=(TEXTS, gold), n=1, min_z=1)) == 2


def test_conflicting_rows_count_and_nothing_open_is_nothing():
    lfs = LFSet(LABELS, [keywords("yes", ["good"]), keywords("no", ["train"])])
    assert suggest(TEXTS, lfs.apply(TEXTS))[0].term == "good"
    assert suggest(["good"] * 9, LFS.apply(["good"] * 9)) == []
    with pytest.raises(InputError, match="2 texts for 1 rows"):
        suggest(["a", "b"], LFS.apply(["a"]))


def test_near_copies_are_grouped_through_a_third():
    matrix = np.full((100, 4), -1)
    for j, rows in enumerate((range(80), range(10, 90), range(20, 100), range(80))):
        matrix[list(rows), j] = 1
    matrix[:, 3] = np.where(matrix[:, 3] == 1, 0, -1)  # the same rows, the other label
    (group,) = near_copies(Votes(matrix, labels=LABELS))
    assert group.lfs == ("lf_0", "lf_1", "lf_2")
    assert (round(group.overlap, 3), group.agreement) == (round(70 / 90, 3), 1.0)
    assert near_copies(Votes(matrix, labels=LABELS), overlap=0.8) == []
    with pytest.raises(InputError, match=r"in \[0, 1\]"):
        near_copies(Votes(matrix, labels=LABELS), overlap=2)
