import json
from pathlib import Path

import numpy as np
import pytest

from labelfns import LFSet, Texts, keywords
from labelfns.models import LabelModel
from labelfns.pipelines.report.evidence import Evidence, RoundRows, SetRows
from labelfns.pipelines.run.metrics import read_old_metrics

OLD = Path(__file__).parents[2] / "fixtures" / "before_rooms" / "project" / "run" / "metrics.json"
LABELS = ("negative", "positive")


@pytest.fixture
def metrics():
    """The figures of a run of before, of two LFs on six texts."""
    found = read_old_metrics(json.loads(OLD.read_text(encoding="utf-8")))
    found["lfs"] = found["lfs"][:2]
    for change in ("kept", "added", "dropped", "flipped"):
        found["rounds"][1][change] = {"negative": 1, "positive": 1}
    for lf, name in zip(found["lfs"], ("good", "bad"), strict=True):
        lf["lf"] = name
    return found


@pytest.fixture
def evidence():
    """Six texts of the pool, on which two LFs vote, agree with a classifier or not; and four of val with gold."""
    lfs = LFSet(LABELS, [keywords("positive", ["good"], name="good"), keywords("negative", ["bad"], name="bad")])
    texts = Texts(["so good", "good but bad", "bad", "a bad 🎉 day", "<b>nothing</b>", "good bad bad"])
    votes = lfs.apply(texts)
    model = LabelModel().fit(votes)
    weak = model.predict_proba(votes)
    answers = np.array([[0.1, 0.9], [0.6, 0.4], [0.2, 0.8], [0.9, 0.1], [0.5, 0.5], [0.4, 0.6]])
    pool = SetRows("pool", texts, votes, None, weak, answers, "classifier")
    val = Texts(["good one", "bad one", "good bad", "neither"], gold=np.array([1, 1, 0, 0]))
    val_votes = lfs.apply(val)
    together = np.array([[0.2, 0.8], [0.7, 0.3], [0.6, 0.4], [0.9, 0.1]])
    labeled = SetRows("val", val, val_votes, val.gold, model.predict_proba(val_votes), together)
    before, now = np.array([1, 0, 0, 0, 0, 1]), np.array([1, 0, 0, 1, 0, 1])
    first, then = np.array([1, 1, 1, 1, 0, 0], bool), np.array([1, 0, 1, 1, 1, 0], bool)
    rounds = (RoundRows(0, before, first), RoundRows(1, now, then))
    return Evidence((pool, labeled), rounds, lfs, model, "seed = 0", {"lfs": {"the LF file": "abc"}})
