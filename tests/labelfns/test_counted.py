import numpy as np
import pytest

from labelfns import Votes
from labelfns.analysis.coverage import Coverage
from labelfns.analysis.near_copies import near_copies
from labelfns.counted import MOST_ROWS, check_counts, tally, written_out
from labelfns.errors import InputError

LABELS = ["a", "b", "c"]


def drawn(n=60, m=5, seed=0):
    """Votes with rows that repeat, some of which stand there never, with counts and gold."""
    rng = np.random.default_rng(seed)
    matrix = rng.integers(-1, 3, (n, m)) * (rng.random((n, m)) < 0.5) - (rng.random((n, m)) < 0.3)
    votes = Votes(np.clip(matrix, -1, 2), labels=LABELS)
    return votes, rng.integers(0, 4, n), rng.integers(-1, 3, n)


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ([1, 2], "there are 2 counts for 3 rows of votes; give one per row"),
        ([1.0, 2.0, 3.0], "counts must be whole numbers.*float64"),
        ([True, False, True], "counts must be whole numbers.*bool"),
        ([[1, 2, 3]], r"counts must be whole numbers.*shape \(1, 3\)"),
        ([1, -2, -3], "counts must be at least 0; row 1 has -2, and 1 more rows"),
        ([2**53, 1, 1], r"counts add up to 9.01e\+15 rows; they must be below 2\*\*53"),
        (np.array([2**64 - 1, 1, 1], dtype=np.uint64), "counts add up to"),
        ([2**62, 2**62, 2**62], "counts add up to"),
        (None, None),
    ],
)
def test_what_counts_must_be(counts, message):
    if message is None:
        assert check_counts(counts, 3).tolist() == [1, 1, 1]
        return
    with pytest.raises(InputError, match=message):
        check_counts(counts, 3)


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int32, np.int64, np.uint64])
def test_counts_of_every_width_add_up(kind):
    counts = check_counts(np.array([100, 0, 120, 100], dtype=kind), 4)
    assert tally(np.ones(4, dtype=bool), counts) == 320
    assert tally(np.array([[True, False]] * 4), counts * 10**9).tolist() == [320 * 10**9, 0]


def test_rows_written_out():
    assert written_out(np.array([True, True, False, True]), np.array([2, 0, 5, 1])).tolist() == [0, 0, 3]
    with pytest.raises(InputError, match=r"would have to be looked at one by one.*a random sample"):
        written_out(np.array([True]), np.array([MOST_ROWS + 1]))


@pytest.mark.parametrize("seed", range(5))
def test_summary_and_coverage_by_counts(seed):
    votes, counts, gold = drawn(seed=seed)
    everywhere = np.repeat(np.arange(len(votes)), counts)
    rows = votes.rows(everywhere)
    assert votes.summary(gold, counts=counts).equals(rows.summary(gold[everywhere]))
    assert Coverage.of(votes, counts) == Coverage.of(rows)
    assert near_copies(votes, overlap=0.3, agreement=0.3, counts=counts) == near_copies(
        rows, overlap=0.3, agreement=0.3
    )


def test_a_label_that_stands_there_never_is_no_polarity():
    votes = Votes([[0], [1]], labels=LABELS)
    assert votes.summary(counts=[5, 0])["polarity"].to_list() == [["a"]]
    assert Coverage.of(votes, [0, 0]).share == 0
    assert votes.summary(counts=[0, 0])["coverage"].to_list() == [0]
