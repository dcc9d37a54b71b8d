import json

import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import InputError
from labelfns.pipelines.analysis.changes import votes_change

BEFORE = Votes(
    [[0, 1, -1, 0], [0, -1, 1, -1], [-1, -1, 1, -1], [1, -1, -1, -1]],
    labels=["no", "yes"],
    lf_names=["a", "old", "c", "gone"],
)
AFTER = Votes(
    [[0, 1, -1, -1], [1, -1, 1, 0], [-1, -1, 1, 0], [-1, -1, -1, 0]],
    labels=["no", "yes"],
    lf_names=["a", "new_name", "c", "fresh"],
)


def test_lf_by_lf():
    found = votes_change(BEFORE, AFTER, ["no", "yes", "no", None])
    kinds = {one.lf: one.kind for one in found.lfs}
    assert kinds == {"a": "changed", "fresh": "new", "gone": "gone", "new_name": "renamed", "c": "same"}
    assert list(kinds) == ["a", "fresh", "gone", "new_name", "c"]
    a, fresh, gone, renamed, _ = found.lfs
    assert (a.before, a.after, a.won, a.lost, a.turned) == (3, 2, (), (3,), (1,))
    assert (a.right, a.wrong, a.accuracy_before, a.accuracy) == (1, -1, 0.5, 1.0)
    assert (fresh.won, fresh.right, fresh.wrong, fresh.accuracy_before, fresh.accuracy) == ((1, 2, 3), 1, 1, None, 0.5)
    assert (gone.lost, gone.right, gone.after) == ((0,), -1, 0)
    assert (renamed.was, renamed.won, renamed.lost) == ("old", (), ())
    assert (found.covered, found.uncovered) == ((), ())
    assert json.loads(json.dumps(found.to_json()))["lfs"][0]["turned"] == [1]
    shown = str(found)
    assert "was old" in shown
    assert "50% → 100%" in shown
    assert "1 LF votes as before." in shown


def test_labels_are_told_by_name():
    again = Votes([[1, 0], [1, -1]], labels=["yes", "no"], lf_names=["a", "b"])
    before = Votes([[0, 1], [0, -1]], labels=["no", "yes"], lf_names=["a", "b"])
    assert {one.kind for one in votes_change(before, again).lfs} == {"same"}
    fewer = Votes([[2], [0]], labels=["no", "yes", "maybe"], lf_names=["a"])
    (one,) = votes_change(fewer, Votes([[0], [0]], labels=["no", "yes"], lf_names=["a"])).lfs
    assert (one.kind, one.turned) == ("changed", (0,))


def test_coverage_won_and_lost():
    before, after = Votes([[0], [-1]], labels=["a", "b"]), Votes([[-1], [0]], labels=["a", "b"])
    found = votes_change(before, after)
    assert (found.covered, found.uncovered) == ((1,), (0,))
    assert found.lfs[0].right is None


def test_other_texts_are_refused():
    with pytest.raises(InputError, match="the votes of before are on 4 texts, those of now on 1"):
        votes_change(BEFORE, AFTER.rows(np.array([0])))
