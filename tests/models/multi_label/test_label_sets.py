import numpy as np
import pytest

from labelfns.errors import InputError
from labelfns.models import label_names, label_table

LABELS = ["joy", "fear"]


def test_names_and_tables_say_the_same():
    table = label_table([("fear",), {"joy", "fear"}, [], None], 4, LABELS)
    assert table.tolist() == [[0, 1], [1, 1], [0, 0], [-1, -1]]
    assert (label_table(table, 4, LABELS) == table).all()
    assert label_table(table > 0, 4, LABELS).tolist() == [[0, 1], [1, 1], [0, 0], [0, 0]]
    assert label_names(table > 0, LABELS) == [("fear",), ("joy", "fear"), (), ()]


@pytest.mark.parametrize(
    ("sets", "part"),
    [
        (["joy", []], "row 0 must be a list of labels"),
        ([["joi"], []], "row 0 names 'joi', which is not one of joy and fear; did you mean 'joy'"),
        ([[]], "has 1 rows for 2 texts"),
        (np.array([[1, 0], [-1, 0]]), "row 1 must be 0 and 1, or -1 in all columns"),
        (np.array([[1, 0, 1], [1, 0, 0]]), r"must have shape \(2, 2\)"),
    ],
)
def test_what_is_no_set_of_labels_is_refused(sets, part):
    with pytest.raises(InputError, match=part):
        label_table(sets, 2, LABELS)
