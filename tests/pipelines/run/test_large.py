"""A pool of more rows than the rounds work on: it lies on the disk, and the run is what it would be in memory."""

import json
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from labelfns import LFSet, read_texts
from labelfns.errors import InputError, SettingsError
from labelfns.io import stored
from labelfns.io.stored import StoredTexts
from labelfns.models import FineTuning, MajorityVote
from labelfns.pipelines import Pipeline, Rounds, load_settings, run_pipeline
from labelfns.pipelines.report.pages import write_report
from labelfns.pipelines.run import inputs
from labelfns.pipelines.run.evidence import pool_labels
from labelfns.pipelines.run.evidence.read import run_evidence
from labelfns.pipelines.run.folder import RunFolder
from labelfns.progress import silent

LARGE = ["self_training.max_rows=50"]


@pytest.fixture(autouse=True)
def few_at_a_time(monkeypatch):
    monkeypatch.setattr(stored, "ROWS", 7)
    monkeypatch.setattr(pool_labels, "ROWS", 7)


@pytest.fixture
def run(tiny_project):
    def call(name, *overrides, **options):
        settings = load_settings(tiny_project / "pipeline.toml", [*LARGE, *overrides])
        return run_pipeline(settings, tiny_project / name, progress=silent, **options)

    return call


def in_memory(source, text, gold, labels, *, need_gold, on_bad_rows, most, folder):
    return read_texts(source, text, gold, labels, need_gold=need_gold, on_bad_rows=on_bad_rows)


def tables(folder):
    files = [path for path in sorted(folder.rglob("*.parquet")) if path.name != "votes.parquet"]
    return {path.relative_to(folder).as_posix(): pl.read_parquet(path) for path in files}


def without_seconds(metrics):
    return json.loads(json.dumps(metrics | {"seconds": None}))


@pytest.mark.slow
@pytest.mark.parametrize("blank", [(), (0, 7, 8, 80)], ids=["all texts", "some blank"])
@pytest.mark.filterwarnings("ignore:.*of its rows left out")
def test_it_is_the_run_that_it_would_be_in_memory(tiny_project, run, monkeypatch, blank):
    rows = [json.loads(line) for line in (tiny_project / "pool.jsonl").read_text().splitlines()]
    lines = [json.dumps(row | {"id": i, "place": [i]}) + "\n" for i, row in enumerate(rows)]
    for i in reversed(blank):
        lines.insert(i, '{"text": " ", "id": -1, "place": []}\n')
    (tiny_project / "pool.jsonl").write_text("".join(lines))
    skips = ["data.on_bad_rows=skip"] if blank else []
    on_disk = run("disk", *skips)
    monkeypatch.setattr(inputs, "read_or_store", in_memory)
    assert without_seconds(on_disk) == without_seconds(run("memory", *skips))
    found, expected = tables(tiny_project / "disk"), tables(tiny_project / "memory")
    assert list(found) == list(expected)
    for name in found:  # without the blank ones, blocks of the disk are others, and so may be the last bits
        assert_frame_equal(found[name], expected[name], check_exact=not blank)
    assert (tiny_project / "disk/votes.parquet").read_bytes() == (tiny_project / "memory/votes.parquet").read_bytes()
    assert {name: len(table) for name, table in found.items()} == {
        "answers.parquet": 50,
        "pool_labels.parquet": 81,
        "rounds/0/pseudo_labels.parquet": 50,
        "rounds/1/pseudo_labels.parquet": 50,
        "weak_labels.parquet": 81,
    }
    for name in ("pool_labels.parquet", "weak_labels.parquet"):
        assert found[name]["id"].to_list() == list(range(81))
        assert found[name]["place"].to_list() == [f"[{i}]" for i in range(81)]
    sampled = found["rounds/0/pseudo_labels.parquet"]
    assert sampled["row"].to_list() == found["rounds/1/pseudo_labels.parquet"]["row"].to_list()
    assert sampled.columns[-1] == "row"
    drawn = on_disk["rounds"][0]["drawn"]
    assert (drawn["rows"], drawn["of"]) == (50, 81)
    assert on_disk["rounds"][1]["drawn"] == drawn
    assert (on_disk["coverage"]["rows"], on_disk["data"]["pool"]["rows"]) == (81, 81)
    page = (tiny_project / "disk" / "report.html").read_text(encoding="utf-8")
    assert "The rounds saw 50 of the pool&#39;s 81 texts" in page


@pytest.mark.slow
def test_the_pool_gets_the_labels_that_predict_gives(tiny_project, run):
    run("out")
    labels = pl.read_parquet(tiny_project / "out" / "pool_labels.parquet")
    pool = read_texts(tiny_project / "pool.jsonl")
    with pytest.warns(match="fragile raised"):
        answers = Pipeline.load(tiny_project / "out").answer(pool, progress=silent)
    assert labels["label"].to_list() == [["negative", "positive"][c] for c in answers.labels()]
    assert labels["answered_by"].to_list() == answers.origins().tolist()
    assert labels["p_positive"].to_list() == pytest.approx(answers.probs[:, 1].tolist(), abs=1e-5)
    assert labels["confidence"].to_list() == pytest.approx(answers.probs.max(axis=1).tolist(), abs=1e-5)


@pytest.mark.slow
def test_stopped_and_resumed_it_is_the_undisturbed_run(tiny_project, run):
    expected = run("undisturbed")

    def stop(what, done, total):
        if what == "round 1: fine-tuning" and done == 2:
            raise KeyboardInterrupt

    settings = load_settings(tiny_project / "pipeline.toml", LARGE)
    with pytest.raises(KeyboardInterrupt):
        run_pipeline(settings, tiny_project / "out", progress=stop)
    rows = pl.read_parquet(tiny_project / "out/rounds/0/pseudo_labels.parquet")["row"]
    assert without_seconds(run("out", resume=True)) == without_seconds(expected)
    assert pl.read_parquet(tiny_project / "out/rounds/0/pseudo_labels.parquet")["row"].equals(rows)
    weights = [tiny_project / name / "model" / "model.safetensors" for name in ("out", "undisturbed")]
    assert weights[0].read_bytes() == weights[1].read_bytes()
    found, same = tables(tiny_project / "out"), tables(tiny_project / "undisturbed")
    assert all(found[name].equals(same[name]) for name in same)


@pytest.mark.slow
def test_resumed_with_another_sample_it_is_refused(tiny_project, run):
    def stop(what, done, total):
        if what == "round 1: fine-tuning":
            raise KeyboardInterrupt

    settings = load_settings(tiny_project / "pipeline.toml", LARGE)
    with pytest.raises(KeyboardInterrupt):
        run_pipeline(settings, tiny_project / "out", progress=stop)
    settings = load_settings(tiny_project / "pipeline.toml", ["self_training.max_rows=40"])
    with pytest.raises(InputError, match=r"self_training\.max_rows was 50 and is 40"):
        run_pipeline(settings, tiny_project / "out", resume=True)
    lists = (tiny_project / "lfs.py").read_text()
    (tiny_project / "lfs.py").write_text(lists.replace('["great"]', '["great", "lunch"]'))
    with pytest.raises(InputError, match="what the LFs fire on changed"):
        run("out", resume=True)


@pytest.mark.slow
def test_the_whole_pool_is_labeled_only_where_that_is_wanted(tiny_project, run):
    metrics = run("out", "prediction.label_pool=false", "self_training.rounds=0")
    assert not (tiny_project / "out" / "pool_labels.parquet").exists()
    drawn = metrics["rounds"][0]["drawn"]
    assert sum(drawn["by_label"].values()) == min(50, metrics["coverage"]["covered"])  # round 0 learns from no others
    evidence = run_evidence(RunFolder(tiny_project / "out"), metrics)
    assert isinstance(evidence.pool.texts, StoredTexts)
    assert (evidence.pool.answers, evidence.notes) == (None, ())
    assert Path(write_report(tiny_project / "out", metrics, evidence)).is_file()


@pytest.mark.slow
def test_a_report_is_written_again_from_the_disk(tiny_project, run):
    metrics = run("out")
    evidence = run_evidence(RunFolder(tiny_project / "out"), metrics)
    assert evidence.notes == ()
    assert (evidence.pool.answers.shape, evidence.pool.who) == ((81, 2), "LFs, classifier and second view together")
    assert [int(one.selected.sum()) for one in evidence.rounds] == [one["trained_on"] for one in metrics["rounds"]]
    assert all((one.labels[one.selected] >= 0).all() for one in evidence.rounds)


@pytest.mark.slow
def test_a_pipeline_in_python_draws_too(tiny_project, tiny_backbone, toy_texts):
    lfs = LFSet.from_file(tiny_project / "lfs.py", ["negative", "positive"])
    tuning = FineTuning(epochs=1, min_steps=1)
    pipeline = Pipeline(
        lfs, tiny_backbone, label_model=MajorityVote(), settings=tuning, rounds=Rounds(max_rows=50, judges=0.2)
    )
    pipeline.fit(toy_texts[0], progress=silent)
    assert len(pipeline.result_.rows) == 50
    assert (len(pipeline.votes_), pipeline.weak_labels_.shape) == (80, (80, 2))
    assert "sample" in pipeline.summary()
    assert len(pipeline.predict(toy_texts[0][:3])) == 3


def test_fewer_rows_than_labels_are_refused(tiny_project):
    with pytest.raises(SettingsError, match="max_rows must be"):
        load_settings(tiny_project / "pipeline.toml", ["self_training.max_rows=1"])
    labels = 'data.labels=["negative", "positive", "neutral"]'
    with pytest.raises(SettingsError, match=r"self_training\.max_rows must be at least 3, a row for each label; got 2"):
        load_settings(tiny_project / "pipeline.toml", ["self_training.max_rows=2", labels])


def test_as_many_rows_as_there_are_is_all(tiny_project):
    settings = load_settings(tiny_project / "pipeline.toml", ["self_training.max_rows=81"])
    assert not isinstance(inputs.read_pool(settings), StoredTexts)
    settings = load_settings(tiny_project / "pipeline.toml", ["self_training.max_rows=80"])
    assert isinstance(inputs.read_pool(settings, tiny_project), StoredTexts)
    assert inputs.rows_digest(inputs.read_pool(settings)) == inputs.rows_digest(read_texts(settings.data.pool))
