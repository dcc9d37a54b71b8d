"""Labels and LFs may be named anything: nothing of a run is overwritten, and a resumed run's ledger is true."""

import dataclasses
import json
import shutil
import tempfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import tomli_w
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from labelfns import Texts, Votes
from labelfns.pipelines import load_settings, run_pipeline
from labelfns.pipelines.run.folder import RunFolder
from labelfns.pipelines.run.round_files import _columns, probability_columns
from labelfns.progress import silent

OURS = ["conflict", "covered", "weight", "confidence", "label", "trained_on", "text", "p_x", "model_x", "model_", "p_"]
ODD = ["x", "-1", "0", "1", "$", "$$", "^x$", "*", "[bold]", "[/]", "\x1b[2J", "../x", "a\nb", "a\0", "سلام", "x" * 200]
NAMES = st.one_of(
    st.sampled_from(OURS + ODD),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip),
)
LABELS = st.lists(NAMES, min_size=2, max_size=3, unique=True)


@given(LABELS)
@example(["x", "model_x"])
@example(["label", "weight"])
@example(["x", "p_x"])
def test_columns_of_labels_are_their_own(labels):
    probs = np.random.default_rng(0).dirichlet(np.ones(len(labels)), size=4)
    given_, predicted = probability_columns(probs, labels), probability_columns(1 - probs, labels, "model_")
    ours = {name: [0] * 4 for name in ("label", "confidence", "trained_on", "weight")}
    frame = pl.DataFrame({**given_, **ours, **predicted})
    assert frame.width == 2 * len(labels) + 4
    columns, others = _columns(frame, labels)
    np.testing.assert_array_equal(np.stack([frame.get_column(name) for name in columns], axis=1), probs)
    np.testing.assert_array_equal(np.stack([frame.get_column(name) for name in others], axis=1), 1 - probs)


@given(LABELS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
def test_weak_labels_lose_no_column(tmp_path, labels):
    votes = Votes([[0, -1], [0, 1], [-1, -1]], labels=labels)
    RunFolder(tmp_path).write_weak_labels(votes, np.full((3, len(labels)), 1 / len(labels)), Texts(["a", "b", "c"]))
    frame = pl.read_parquet(tmp_path / "weak_labels.parquet")
    ours = [*(f"p_{name}" for name in labels), "covered", "conflict"]
    assert frame.columns == ours
    fields = {"id": [7, 8, 9], "covered": ["a", None, "c"]}
    pool = Texts(["a", "b", "c"], fields=fields)
    RunFolder(tmp_path).write_weak_labels(votes, np.full((3, len(labels)), 1 / len(labels)), pool)
    beside = pl.read_parquet(tmp_path / "weak_labels.parquet")
    assert beside.columns == [*ours, "id", "covered (2)"]
    assert beside.select(ours).equals(frame)
    assert beside["id"].to_list() == [7, 8, 9]
    assert frame["conflict"].to_list() == [False, True, False]


LFS = """
from labelfns import hashtags, keywords
lfs = [
    hashtags(1, ["happy"], name="a"), hashtags(0, ["fail"], name="b"),
    keywords(1, ["great"], name="c"), keywords(0, ["awful"], name="d"),
]
"""


class Stop(Exception):
    pass


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:the report could not be made")
@given(st.lists(NAMES, min_size=2, max_size=2, unique=True))
@example(["conflict", "model_conflict"])
@example(["-1", "$$\x1b[2J[bold]"])
@settings(max_examples=2, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_ledger_is_the_same_after_resume(tiny_project, labels):
    home = Path(tempfile.mkdtemp(dir=tiny_project))
    shutil.copy(tiny_project / "pool.jsonl", home)
    (home / "lfs.py").write_text(LFS)
    backbone = load_settings(tiny_project / "pipeline.toml").classifier.backbone
    content = {
        "data": {"labels": labels, "pool": "pool.jsonl"},
        "lfs": {"file": "lfs.py"},
        "label_model": {"kind": "majority"},
        "classifier": {"backbone": backbone, "epochs": 1, "min_steps": 1},
    }
    (home / "pipeline.toml").write_text(tomli_w.dumps(content), encoding="utf-8")
    loaded = load_settings(home / "pipeline.toml")
    whole = run_pipeline(loaded, home / "whole", progress=silent)

    def stop(what, done, total):
        if what.startswith("round 1: fine-tuning"):
            raise Stop

    with pytest.raises(Stop):
        run_pipeline(loaded, home / "stopped", progress=stop)
    metrics = run_pipeline(loaded, home / "stopped", resume=True, progress=silent)
    assert json.dumps(metrics["rounds"]) == json.dumps(whole["rounds"])
    assert dataclasses.asdict(Votes.load(home / "stopped" / "votes.parquet"))["labels"] == tuple(labels)
    for number in (0, 1):
        tables = [
            pl.read_parquet(home / name / "rounds" / str(number) / "pseudo_labels.parquet")
            for name in ("whole", "stopped")
        ]
        assert tables[0].equals(tables[1])
    shutil.rmtree(home)


@pytest.mark.slow
def test_a_round_is_read_from_a_folder_with_brackets(tmp_path, tiny_backbone, make_round):
    from labelfns.models import FineTuning, TransformerClassifier
    from labelfns.pipelines.run.round_files import read_round, write_round

    classifier = TransformerClassifier(tiny_backbone, settings=FineTuning(epochs=1, min_steps=1))
    classifier.fit(["so great", "so awful"], np.eye(2), progress=silent)
    probs = np.array([[0.25, 0.75], [1.0, 0.0]])
    done = dataclasses.replace(make_round(), classifier=classifier, labels=probs, weights=np.ones(2), predicted=probs)
    folder = tmp_path / "exp[1]" / "rounds"
    folder.parent.mkdir()
    write_round(folder, done, classifier.classes_, {"id": ["x", "y"], "label": [1, 2]})
    table = pl.read_parquet(folder / "0" / "pseudo_labels.parquet", glob=False)
    assert table.columns[-2:] == ["id", "label (2)"]
    again = read_round(folder / "0", Votes([[0], [1]], labels=classifier.classes_), classifier.settings)
    np.testing.assert_array_equal(again.labels, probs)
    assert again.ledger == done.ledger
