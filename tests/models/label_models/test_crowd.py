import sys
import warnings

import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import MissingExtraError, SettingsError
from labelfns.models import MACE, DawidSkene


def votes():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, 600)
    right = rng.random((600, 5)) < [0.95, 0.9, 0.6, 0.6, 0.6]
    return Votes(np.where(right, truth[:, None], 1 - truth[:, None]), labels=["a", "b"]), truth


MODELS = [DawidSkene(), DawidSkene(algorithm="one-coin"), MACE()]


@pytest.mark.parametrize("model", MODELS, ids=repr)
def test_learns_who_is_right(model, tmp_path):
    pytest.importorskip("crowdkit")
    matrix, truth = votes()
    model.fit(matrix)
    assert (model.predict(matrix) == truth).mean() > 0.93
    model.save(tmp_path / "model.json")
    again = type(model).load(tmp_path / "model.json")
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
    np.testing.assert_allclose(np.exp(ours.votes_), np.maximum(own.errors_.sort_index()[[0, 1]], 1e-10))
    np.testing.assert_allclose(np.exp(ours.start_), own.priors_.sort_index())


def sparse_votes():
    matrix = votes()[0].matrix.astype(int)
    matrix[np.random.default_rng(1).random(matrix.shape) < 0.4] = -1
    matrix[:, 4][matrix[:, 4] == 1] = -1  # votes for one label only
    return Votes(matrix[(matrix >= 0).any(axis=1)], labels=["a", "b"])


def test_same_probabilities_as_crowd_kits_mace():
    pd = pytest.importorskip("pandas")
    crowdkit = pytest.importorskip("crowdkit.aggregation")
    found = sparse_votes()
    row, lf = np.nonzero(found.matrix >= 0)
    answers = pd.DataFrame({"task": row, "worker": lf, "label": found.matrix[row, lf].astype(int)})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        own = crowdkit.MACE(n_iter=20, n_restarts=1).fit_predict_proba(answers)
    np.testing.assert_allclose(MACE(n_iter=20).fit(found).predict_proba(found), own.sort_index()[[0, 1]], atol=1e-6)


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
    with pytest.raises(SettingsError, match="n_iter"):
        MACE(n_iter=0)
