import numpy as np
import pytest

from labelfns import Fault, Votes
from labelfns.checks import check_gold
from labelfns.errors import InputError

# Four rows, three LFs: alone, agreeing, conflicting, uncovered.
MATRIX = np.array([[0, -1, -1], [1, 1, -1], [0, 1, 1], [-1, -1, -1]])


@pytest.fixture
def votes():
    return Votes(MATRIX, labels=["no", "yes"], lf_names=["a", "b", "c"])


def test_matrix_is_a_read_only_int8_copy(votes):
    assert votes.matrix.dtype == np.int8
    with pytest.raises(ValueError, match="read-only"):
        votes.matrix[0, 0] = 1
    assert MATRIX.flags.writeable


def test_masks_and_counts(votes):
    assert votes.covered.tolist() == [True, True, True, False]
    assert votes.conflicting.tolist() == [False, False, True, False]
    assert votes.counts.tolist() == [[1, 0], [0, 2], [1, 2], [0, 0]]
    assert votes.rows(votes.covered).matrix.tolist() == MATRIX[:3].tolist()


@pytest.mark.parametrize(
    ("matrix", "options", "message"),
    [
        ([[2]], {}, r"row 0, LF 'lf_0': vote 2 is not in -1..1"),
        ([[-2, 300]], {}, "2 problems"),
        ([[0.5]], {}, "two-dimensional array of integers"),
        ([[True]], {}, "two-dimensional array of integers"),
        ([0, 1], {}, r"shape \(2,\)"),
        ([[0, 1]], {"lf_names": ["a"]}, "1 LF names for a label matrix of 2 columns"),
        ([[0, 1]], {"lf_names": ["a", "a"]}, "unique; more than once: a"),
    ],
)
def test_bad_matrices(matrix, options, message):
    with pytest.raises(InputError, match=message):
        Votes(matrix, labels=["no", "yes"], **options)


def test_many_bad_votes_are_counted():
    with pytest.raises(InputError, match="and 15 more such votes"):
        Votes(np.full((20, 1), 9), labels=["no", "yes"])


def test_save_and_load(votes, tmp_path):
    fault = Fault("a", (3,), "ValueError: x", "Traceback ...")
    whole = Votes(MATRIX, labels=votes.labels, lf_names=["a", "b", "c"], faults=[fault])
    whole.save(tmp_path / "votes.parquet")
    again = Votes.load(tmp_path / "votes.parquet")
    assert again.matrix.tolist() == MATRIX.tolist()
    assert (again.labels, again.lf_names, again.faults) == (whole.labels, whole.lf_names, (fault,))


def test_load_refuses_other_files(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        Votes.load(tmp_path / "none.parquet")
    (tmp_path / "other.parquet").write_text("not parquet")
    with pytest.raises(InputError, match="not a file of votes"):
        Votes.load(tmp_path / "other.parquet")


def test_gold_by_name_or_id():
    assert check_gold(["yes", None, 0, np.int64(1), -1], 5, ["no", "yes"]).tolist() == [1, -1, 0, 1, -1]


@pytest.mark.parametrize(
    ("gold", "message"),
    [
        ([0, 1, 0], "3 gold labels for 4 rows"),
        ([0, 1, 2, 0], r"row 2 .*; got 2"),
        ([0.0, 1, 0, 0], r"row 0 .*; got 0\.0"),
        ([0, True, 0, 0], r"row 1 .*; got True"),
        (["no", "yes", "nope", "maybe"], r"row 2 .* neither one of no, yes nor an id in -1\.\.1; got 'nope'"),
    ],
)
def test_gold_is_checked(gold, message):
    with pytest.raises(InputError, match=message):
        check_gold(gold, 4, ["no", "yes"])


def test_a_short_repr(votes):
    assert repr(votes) == "Votes(4 rows, 3 covered, 3 LFs, labels=('no', 'yes'))"
    faulty = Votes(MATRIX, labels=["no", "yes"], faults=[Fault("lf_0", (1,), "KeyError: 1", "...")])
    assert "3 LFs, 1 with faults" in repr(faulty)
