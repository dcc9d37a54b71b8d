import numpy as np
import polars as pl
import pytest

from labelfns import LFSet, column, keywords, row_function
from labelfns.errors import InputError, LFError

LABELS = ["no", "yes"]
TEXTS = ["good", "bad", "good bad", "x"]


@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
def test_rows_with_several_fields():
    liked = row_function(lambda row: "yes" if row["likes"] > 1 and "good" in row["text"] else None, name="liked")
    lfs = LFSet(LABELS, [liked, keywords("no", ["bad"])])
    for fields in ({"likes": [1, 2, 3, 4]}, pl.DataFrame({"likes": [1, 2, 3, 4], "text": TEXTS})):
        assert lfs.apply(TEXTS, fields=fields).matrix.tolist() == [[-1, -1], [-1, 0], [1, 0], [-1, -1]]
    assert lfs.apply(TEXTS).faults[0].error == "KeyError: 'likes' (the columns are text)"
    with pytest.raises(InputError, match="'likes' has length 1, but there are 4 texts"):
        lfs.apply(TEXTS, fields={"likes": [1]})


@pytest.mark.parametrize(
    "condition",
    [pl.col("likes") > 2, lambda frame: frame["likes"] > 2, lambda frame: frame["likes"].to_numpy() > 2],
    ids=["expression", "series", "array"],
)
def test_whole_columns(condition):
    lf = column("yes", condition, name="many")
    assert LFSet(LABELS, [lf]).apply(TEXTS, fields={"likes": [1, 2, 3, 4]}).matrix[:, 0].tolist() == [-1, -1, 1, 1]


@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
def test_columns_that_do_not_fit():
    with pytest.raises(LFError, match="4 booleans"):
        LFSet(LABELS, [column("yes", lambda frame: np.ones(3), name="bad")]).apply(TEXTS)
    with pytest.raises(LFError, match="did you mean 'yes'"):
        LFSet(LABELS, [column("yess", pl.col("text") == "x", name="bad")])
    votes = LFSet(LABELS, [column("yes", pl.col("nothing") > 1, name="gone")]).apply(TEXTS)
    assert votes.faults[0].rows == (0, 1, 2, 3)


def test_a_row_function_with_settings_is_a_decorator():
    @row_function(name="liked", expects={"a": None})
    def by_likes(row):
        return "yes" if row.get("likes", 0) > 10 else None

    assert (by_likes.name, by_likes.expects) == ("liked", {"a": None})
    assert LFSet(["no", "yes"], [by_likes]).apply(["a"], fields={"likes": [30]}).matrix.tolist() == [[1]]
