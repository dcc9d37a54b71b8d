import sys
import warnings

import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import MissingExtraError, SettingsError
from labelfns.models import DawidSkene


def votes():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 600)
    right = rng.random((600, 5)) < [0.95, 0.9, 0.6, 0.6, 0.6]
    return Votes(np.where(right, truth[:, None], 1 - truth[:, None]), labels=["a", "b"]), truth


@pytest.mark.parametrize("algorithm", ["dawid-skene", "one-coin"])
def test_learns_who_is_right(algorithm, tmp_path):
    pytest.importorskip("crowdkit")
    matrix, truth = votes()
    model = DawidSkene(algorithm=algorithm).fit(matrix)
    assert (model.predict(matrix) == truth).mean() > 0.93
    model.save(tmp_path / "model.json")
    again = DawidSkene.load(tmp_path / "model.json")
    np.testing.assert_array_equal(again.predict_proba(matrix), model.predict_proba(matrix))


def test_same_as_crowd_kits():
    pd = pytest.importorskip("pandas")
    crowdkit = pytest.importorskip("crowdkit.aggregation")
    matrix, _ = votes()
    row, lf = np.nonzero(matrix.matrix >= 0)
    answers = pd.DataFrame({"task": row, "worker": lf, "label": matrix.matrix[row, lf].astype(int)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # crowd-kit 1.4 uses what pandas 3 announces to drop
        own = crowdkit.DawidSkene(n_iter=50).fit(answers)
    ours = DawidSkene(n_iter=50).fit(matrix)
    # crowd-kit's own probabilities are from before its last step; the tables are the fit.
    np.testing.assert_allclose(ours.errors_, own.errors_.sort_index()[[0, 1]])
    np.testing.assert_allclose(ours.prior_, own.priors_.sort_index())


def test_an_lf_of_one_label_is_named():
    pytest.importorskip("crowdkit")
    found = DawidSkene().fit(Votes(np.array([[0, 1], [0, 0], [-1, 1]]), labels=["a", "b"]))
    assert found.notes_ == ("LF lf_0 votes for one label only; Dawid-Skene learns nothing from it",)


def test_without_crowd_kit(monkeypatch):
    monkeypatch.setitem(sys.modules, "crowdkit", None)
    with pytest.raises(MissingExtraError, match=r"pip install labelfns\[crowd\]"):
        DawidSkene().fit(votes()[0])
    with pytest.raises(SettingsError, match="2 problems"):
        DawidSkene(n_iter=0, algorithm="magic")
