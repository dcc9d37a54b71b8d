import numpy as np
import pytest

from labelfns import LFSet, Texts, regex
from labelfns.pipelines.report.evidence import SetRows
from labelfns.pipelines.report.pages import embedded
from labelfns.pipelines.report.sample import MOST_ROWS, MOST_SIGNS, Sample


def test_a_row_says_where_lfs_fire_and_what_everyone_says(evidence):
    pool, val = evidence.sets
    sample = Sample(("negative", "positive"), evidence.lfs)
    assert sample.take(pool, [3, 1], 9) == [0, 1]
    assert sample.take(pool, [1], 9) == [1]
    assert sample.take(val, [1], 9) == [2]
    party, both, wrong = sample.rows
    assert party["parts"] == [["a ", []], ["bad", [1]], [" 🎉 day", []]]
    assert both["parts"] == [["good", [0]], [" but ", []], ["bad", [1]]]
    assert (both["set"], both["row"], both["gold"], both["says"]) == ("pool", 1, None, [(0, 1), (1, 0)])
    assert both["answer"] == [0, 0.6]
    assert (wrong["gold"], wrong["says"], wrong["answer"]) == (1, [(1, 0)], [0, 0.7])


def test_a_row_without_a_vote_has_no_word_of_the_label_model(evidence):
    sample = Sample(("negative", "positive"), None)
    sample.take(evidence.pool, [4], 1)
    assert sample.rows[0]["weak"] is None
    assert sample.rows[0]["answer"] == [-1, 0.5]  # a tie


def test_there_are_never_more_rows_than_may_be(evidence):
    sample = Sample(("negative", "positive"), evidence.lfs, most=2)
    assert sample.take(evidence.pool, range(6), 3) == [0, 1]
    assert [row["row"] for row in sample.rows] == [0, 2]
    assert sample.take(evidence.pool, [2], 1) == [1]


def test_long_texts_are_cut_and_overlapping_places_split():
    lfs = LFSet(["no", "yes"], [regex("yes", "late again", name="a"), regex("no", "again and", name="b")])
    texts = Texts(["late again and " + "x" * 600])
    sample = Sample(lfs.labels, lfs)
    sample.take(SetRows("pool", texts, lfs.apply(texts)), [0], 1)
    parts = sample.rows[0]["parts"]
    assert parts[:3] == [["late ", [0]], ["again", [0, 1]], [" and", [1]]]
    assert parts[-1] == ["…", []]
    assert sum(len(piece) for piece, _ in parts) == MOST_SIGNS + 1


def test_an_lf_that_takes_too_long_marks_nothing():
    slow = regex("yes", r"(?=(a+)+b|x)x|^(a|aa)+$", name="slow")
    lfs = LFSet(["no", "yes"], [slow])
    texts = Texts(["x" + "a" * 40 + "c"])
    votes = lfs.apply(texts)
    sample = Sample(lfs.labels, lfs)
    sample.take(SetRows("pool", texts, votes), np.array([0]), 1)
    assert "".join(piece for piece, _ in sample.rows[0]["parts"]) == texts[0]


@pytest.mark.parametrize("sign", ["🎉", "<", "\u202e"])
def test_a_page_stays_under_five_megabytes(sign):
    sample = Sample(("negative", "positive"), None)
    data = SetRows("pool", [sign * 2 * MOST_SIGNS] * 3 * MOST_ROWS)
    assert len(sample.take(data, range(3 * MOST_ROWS), 2 * MOST_ROWS)) == MOST_ROWS
    assert len(str(embedded(sample.rows)).encode()) < 4_600_000
