import numpy as np
import pandas as pd
import pytest

from labelfns import Fault, Votes
from labelfns.checks import check_gold
from labelfns.errors import InputError

# Four rows, three LFs: alone, agreeing, conflicting, uncovered.
MATRIX = np.array([[0, -1, -1], [1, 1, -1], [0, 1, 1], [-1, -1, -1]])
GOLD = ["no", 0, None, -1]


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


NAMES = ["a", "[b]", "row", "$x/..\\", "два\tслова\n", "😍", "text"]


def test_any_name_and_path_survives(tmp_path):
    rng = np.random.default_rng(0)
    whole = Votes(rng.integers(-1, 2, (50, len(NAMES))), labels=["row", "[$]"], lf_names=NAMES)
    path = tmp_path / "v[1].parquet"
    whole.save(str(path))
    again = Votes.load(str(path))
    assert (again.matrix == whole.matrix).all()
    assert (again.labels, again.lf_names) == (whole.labels, whole.lf_names)
    for frame in (whole.to_polars(), whole.to_pandas()):
        assert list(frame.columns) == NAMES
        assert (frame.to_numpy() == whole.matrix).all()


@pytest.mark.filterwarnings("ignore")
def test_a_file_that_was_cut_or_edited_is_one_error(tmp_path):
    rng, path = np.random.default_rng(1), tmp_path / "votes.parquet"
    whole = Votes(rng.integers(-1, 2, (40, 3)), labels=["no", "yes"], faults=[Fault("lf_0", (1,), "E", "...")])
    whole.save(path)
    stored = path.read_bytes()
    for i in rng.integers(len(stored), size=40).tolist():
        for damaged in (
            stored[:i],
            stored[:i] + bytes([stored[i] ^ 1]) + stored[i + 1 :],
            stored[:i] + stored[i + 3 :],
        ):
            path.write_bytes(damaged)
            try:
                again = Votes.load(path)
            except InputError as error:
                assert str(path) in str(error)  # noqa: PT017
            else:
                assert (again.matrix == whole.matrix).all()
                assert (again.labels, again.faults) == (whole.labels, whole.faults)


def test_the_votes_of_one_lf_by_name(votes):
    assert votes["b"].tolist() == [-1, 1, 1, -1]
    with pytest.raises(ValueError, match="read-only"):
        votes["b"][0] = 1
    with pytest.raises(InputError, match="no LF named 'B'; there are a, b and c"):
        votes["B"]
    with pytest.raises(InputError, match=r"by its name; got 0\. Rows are taken by votes\.rows"):
        votes[0]
    with pytest.raises(TypeError):
        iter(votes)


@pytest.mark.parametrize(
    ("lf", "conditions", "rows"),
    [
        ("a", {}, [0, 1, 2]),
        ("a", {"alone": True}, [0]),
        ("b", {"alone": True}, []),
        ("a", {"against": "b"}, [2]),
        ("b", {"against": "c"}, []),
        ("c", {"against": "any"}, [2]),
        ("a", {"gold": GOLD, "wrong": True}, [1]),
        ("a", {"gold": GOLD, "wrong": False}, [0]),
        ("a", {"gold": GOLD}, [0, 1, 2]),
        ("a", {"gold": GOLD, "wrong": True, "alone": True}, []),
    ],
)
def test_rows_where_an_lf_votes(votes, lf, conditions, rows):
    assert votes.where(lf, **conditions)["row"].to_list() == rows


def test_rows_come_with_their_texts_gold_and_votes(votes):
    texts = pd.Series(["w", "x", "y", "z"], index=[5, 6, 7, 8])
    last = votes.where("a", gold=GOLD, texts=texts).to_dicts()[-1]
    assert last == {
        "row": 2,
        "text": "y",
        "label": "no",
        "gold": None,
        "votes": [{"lf": "a", "label": "no"}, {"lf": "b", "label": "yes"}, {"lf": "c", "label": "yes"}],
    }
    assert votes.where("b", alone=True, texts=texts).columns == ["row", "text", "label", "votes"]
    with pytest.raises(InputError, match="1 text for 4 rows"):
        votes.where("a", texts=["x"])
    with pytest.raises(InputError, match="give gold too"):
        votes.where("a", wrong=True)
    with pytest.raises(InputError, match="did you mean 'idle'"):
        Votes(MATRIX[:, :1], labels=["no", "yes"], lf_names=["idle"]).where("idel")


def test_frames_of_label_names(votes):
    assert votes.to_polars(names=True).row(1) == ("yes", "yes", None)
    assert votes.to_pandas(names=True)["c"].isna().tolist() == [True, True, False, True]


@pytest.mark.parametrize("name", [3, "\ud800"])
def test_names_that_are_no_text(name):
    with pytest.raises(InputError, match=r"must be text|surrogate"):
        Votes([[0]], labels=["no", "yes"], lf_names=[name])


def test_lfs_that_never_vote_are_counted_in_the_line():
    assert repr(Votes([[0, -1], [-1, -1]], labels=["no", "yes"])).startswith(
        "Votes(2 rows, 1 covered, 2 LFs, 1 never votes,"
    )
    assert "2 never vote," in repr(Votes([[-1, -1]], labels=["no", "yes"]))
