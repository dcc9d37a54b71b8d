"""A report is made of what a run folder holds; what is damaged, gone or strange is left out, and said."""

import json
import shutil
from pathlib import Path

import pytest

from labelfns.pipelines.run.evidence.read import run_evidence
from labelfns.pipelines.run.folder import RunFolder
from labelfns.pipelines.run.inputs import ROWS, rows_digest
from labelfns.pipelines.run.inputs import read_texts as read

PROJECT = Path(__file__).parents[3] / "fixtures" / "before_rooms" / "project"


@pytest.fixture
def run(tmp_path):
    """A run of before whose texts lie where its pipeline file says, and are those that it had."""
    shutil.copytree(PROJECT, tmp_path / "project")
    folder = tmp_path / "project" / "run"
    settings = folder / "pipeline.toml"
    settings.write_text(settings.read_text().replace('"/project/', f'"{(tmp_path / "project").as_posix()}/'))
    made_from = json.loads((folder / "made_from.json").read_text())
    texts = read(tmp_path / "project" / "pool.jsonl", text="text", gold="label", labels=["negative", "positive"])
    made_from["data"][ROWS.format("pool")] = rows_digest(texts)
    (folder / "made_from.json").write_text(json.dumps(made_from))
    return folder


def evidence_of(folder):
    run = RunFolder(folder)
    return run_evidence(run, run.read_metrics())


def test_rows_rounds_and_texts_are_read(run):
    found = evidence_of(run)
    pool = found.pool
    assert len(pool.texts) == len(pool.votes) == len(pool.weak) == len(pool.answers)
    assert [one.round for one in found.rounds] == [0, 1]
    assert found.rounds[0].selected.sum() == RunFolder(run).read_metrics()["rounds"][0]["trained_on"]
    assert pool.weak.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_python_of_a_stranger_is_not_run(run):
    (run / "lfs.py").write_text("raise SystemExit('it was run')")
    found = evidence_of(run)
    assert found.lfs is None
    assert any("not marked" in note and "Python code" in note for note in found.notes)


def test_texts_that_are_others_now_are_not_shown(run):
    secret = run.parent / "pool.jsonl"
    secret.write_text('{"text": "a file that a stranger named"}\n')
    found = evidence_of(run)
    assert found.pool.texts is None
    assert any("has changed since the run" in note for note in found.notes)


@pytest.mark.parametrize("file", ["weak_labels.parquet", "rounds/1/pseudo_labels.parquet", "made_from.json"])
def test_what_is_damaged_is_left_out_and_said(run, file):
    (run / file).write_bytes(b"nothing")
    found = evidence_of(run)
    assert any(Path(file).name in note for note in found.notes)
    assert found.pool.votes is not None


def test_without_votes_there_are_figures_alone(run):
    (run / "votes.parquet").unlink()
    found = evidence_of(run)
    assert found.sets == ()
    assert "votes.parquet" in found.notes[0]
