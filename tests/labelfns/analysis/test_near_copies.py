import numpy as np
import pytest

from labelfns import Votes, near_copies
from labelfns.errors import InputError

LABELS = ["no", "yes"]


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
