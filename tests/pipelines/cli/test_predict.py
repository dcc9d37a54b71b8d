"""`labelfns predict`: LFs and classifier answer together, and no code from elsewhere runs for it."""

import csv
import gc
import json
import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

from labelfns import LFSet
from labelfns.errors import InputError, LabelFnsWarning
from labelfns.models import FineTuning, MajorityVote
from labelfns.pipelines import Pipeline, Rounds
from labelfns.pipelines.cli import app
from labelfns.progress import silent

LABELS = ["negative", "positive"]
LFS = """
from pathlib import Path
from labelfns import hashtags, keywords, row_function
Path({ran!r}).touch()
great = keywords("positive", ["great", "#happy"])
awful = keywords("negative", ["awful", "#fail"])

@row_function
def by_airline(row):
    return "negative" if row["airline"] == "late" else None
"""
FRAGILE = """
from labelfns import keywords, labeling_function
great = keywords("positive", ["great", "#happy"])
awful = keywords("negative", ["awful", "#fail"])

@labeling_function
def by_airline(text):
    return {"awful train": "negative", "so great": None}[text]
"""
TEXTS = ["so great", "the lunch", " ", "awful train", "today"]


@pytest.fixture(scope="module")
def made(tmp_path_factory, tiny_backbone, toy_texts):
    """A saved pipeline, a file of texts with another column, and the file that the LF file leaves when it runs."""
    folder = tmp_path_factory.mktemp("predict")
    (folder / "lfs.py").write_text(LFS.format(ran=str(folder / "ran")))
    texts, _ = toy_texts
    frame = {"text": texts, "airline": ["late" if i == 8 else "other" for i in range(len(texts))]}
    tuning = FineTuning(epochs=8, min_steps=1, learning_rate=5e-3, hide_cues=0.0, frozen_layers=-1)
    lfs = LFSet.from_file(folder / "lfs.py", LABELS)
    pipeline = Pipeline(lfs, tiny_backbone, label_model=MajorityVote(), settings=tuning, rounds=Rounds(rounds=0))
    pipeline.fit(frame, progress=silent).save(folder / "saved")
    rows = [{"id": i, "text": text, "airline": "late" if i == 4 else "x"} for i, text in enumerate(TEXTS)]
    (folder / "new.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "ran").unlink()
    return folder, pipeline


@pytest.fixture
def predict(made, tmp_path):
    """Copy the saved pipeline, perhaps changed, predict, and return exit code, rows, messages and whether LFs ran."""
    folder, _ = made

    def call(*options, change=None):
        (folder / "ran").unlink(missing_ok=True)
        run = tmp_path / "run"
        shutil.rmtree(run, ignore_errors=True)
        shutil.copytree(folder / "saved", run)
        if change:
            change(run)
        done = CliRunner().invoke(app, ["predict", str(run), str(folder / "new.jsonl"), *options])
        rows = [json.loads(line) for line in done.stdout.splitlines()] if done.exit_code == 0 else []
        return done, rows, (folder / "ran").exists()

    return call


def test_lfs_and_classifier_answer_together(made, predict):
    _, pipeline = made
    done, rows, ran = predict()
    assert done.exit_code == 0, done.output
    assert ran
    assert [row["id"] for row in rows] == [0, 1, 2, 3, 4]
    assert list(rows[0]) == ["text", "label", "confidence", "answered_by", "p_negative", "p_positive", "id", "airline"]
    written = [0, 1, 3, 4]
    frame = {"text": [TEXTS[i] for i in written], "airline": ["x", "x", "x", "late"]}
    answers = pipeline.answer(frame, progress=silent)
    assert [rows[i]["p_positive"] for i in written] == pytest.approx(answers.probs[:, 1].tolist())
    assert [rows[i]["answered_by"] for i in written] == answers.origins().tolist()
    assert answers.covered.tolist() == [True, False, True, True], "the LF that reads another column votes too"
    assert rows[2]["label"] is None
    assert "No label for 1 of 5 texts: blank." in done.stderr


def test_garbage_is_looked_for_again_once_all_is_open(predict, monkeypatch):
    asked = []
    load = Pipeline.load.__func__
    monkeypatch.setattr(
        Pipeline,
        "load",
        classmethod(lambda cls, *args, **named: asked.append(gc.isenabled()) or load(cls, *args, **named)),
    )
    try:
        assert predict()[0].exit_code == 0
        assert (asked, gc.isenabled()) == ([False], True)
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_without_lfs_the_classifier_answers_alone(made, predict):
    _, pipeline = made
    done, rows, ran = predict("--without-lfs")
    assert not ran
    alone = pipeline.classifier_.predict_proba([TEXTS[0]], progress=silent)[0, 1]
    assert rows[0]["p_positive"] == pytest.approx(float(alone), abs=1e-6)
    assert {row["answered_by"] for row in rows} == {"classifier", None}
    assert done.exit_code == 0


def test_unsure_answers_are_left_out_and_counted(predict):
    with pytest.raises(InputError, match=r"--min-confidence must be in 0\.\.1; got 80; 80% is 0\.8"):
        raise predict("--min-confidence", "80")[0].exception
    done, rows, _ = predict("--min-confidence", "1")
    labels = [row["label"] for row in rows]
    assert labels.count(None) >= 2
    assert f"No label for {labels.count(None) - 1} of 5 texts: the confidence is below 1.0" in done.stderr
    assert {row["answered_by"] for row in rows if row["label"] is None} == {"neither", None}


def hostile(run):
    (run / "lfs.py").write_text((run / "lfs.py").read_text() + "# a stranger's\n")


def test_a_strangers_lfs_are_not_run(made, predict):
    done, _, ran = predict(change=hostile)
    assert (done.exit_code, ran) == (1, False)
    assert "no run of yours left here" in str(done.exception)
    done, rows, ran = predict("--without-lfs", change=hostile)
    assert (done.exit_code, len(rows), ran) == (0, 5, False)
    done, rows, ran = predict("--trust-lfs", change=hostile)
    assert (done.exit_code, len(rows), ran) == (0, 5, True)


def before(run):
    """Make a folder one of version 0.1, which kept no predictor."""
    (run / "predictor.json").unlink()
    content = json.loads((run / "pipeline.json").read_text())
    (run / "pipeline.json").write_text(json.dumps(content | {"predictor": None}))


def test_a_folder_of_before_answers_with_its_classifier(predict):
    done, rows, ran = predict(change=before)
    assert (done.exit_code, len(rows), ran) == (0, 5, False)
    assert "answers alone: " in done.stderr
    assert "keeps no label model" in done.stderr


@pytest.mark.parametrize("name", ["predictor.json", "label_model.json"])
@pytest.mark.parametrize("content", [None, "{"])
def test_what_is_lost_or_damaged_is_named_and_not_needed_without_lfs(predict, name, content):
    def change(run):
        (run / name).unlink() if content is None else (run / name).write_text(content)

    done, _, ran = predict(change=change)
    assert (done.exit_code, ran) == (1, False)
    assert name in str(done.exception)
    assert "--without-lfs" in str(done.exception)
    done, rows, _ = predict("--without-lfs", change=change)
    assert (done.exit_code, len(rows)) == (0, 5)


def test_other_lfs_can_be_given(made, predict):
    folder, _ = made
    done, rows, ran = predict("--lfs", str(folder / "lfs.py"), change=hostile)
    assert (done.exit_code, ran) == (0, True)
    assert rows[4]["answered_by"] in ("classifier", "both", "votes")


def test_a_bare_model_answers(made, predict, tmp_path):
    folder, pipeline = made
    done = CliRunner().invoke(app, ["predict", str(folder / "saved" / "model"), str(folder / "new.jsonl")])
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    expected = pipeline.classifier_.predict_proba([TEXTS[0]], progress=silent)[0, 1]
    assert rows[0]["p_positive"] == pytest.approx(float(expected), abs=1e-6)
    assert np.isclose(rows[0]["p_negative"] + rows[0]["p_positive"], 1)


@pytest.mark.slow
@pytest.mark.filterwarnings("always::labelfns.errors.LabelFnsWarning")
def test_a_fault_has_the_line_of_the_file_though_blank_rows_stand_before_it(made, tmp_path):
    (tmp_path / "fragile.py").write_text(FRAGILE)
    arguments = ["predict", str(made[0] / "saved"), str(made[0] / "new.jsonl"), "--lfs", str(tmp_path / "fragile.py")]
    with pytest.warns(LabelFnsWarning, match="by_airline raised KeyError: 'the lunch' on lines 2 and 5; it abstains"):
        assert CliRunner().invoke(app, arguments).exit_code == 0


def test_the_column_of_texts_is_the_one_that_the_pipeline_learned_from(predict, tmp_path, made):
    def change(run):
        content = json.loads((run / "pipeline.json").read_text())
        (run / "pipeline.json").write_text(json.dumps(content | {"text": "tweet"}))

    assert "has no column 'tweet'" in str(predict(change=change)[0].exception)
    assert len(predict("--text", "text", change=change)[1]) == 5


@pytest.mark.slow
def test_lfs_of_other_names_are_refused_before_they_run(made, tmp_path):
    changed = LFS.format(ran=str(tmp_path / "loaded")).replace(
        "def by_airline(row):", "def by_line(row):\n    raise SystemExit"
    )
    (tmp_path / "other.py").write_text(changed.replace("awful = ", "bad = "))
    arguments = ["predict", str(made[0] / "saved"), str(made[0] / "new.jsonl"), "--lfs", str(tmp_path / "other.py")]
    error = str(CliRunner().invoke(app, arguments).exception)
    assert error == (
        "this MajorityVote was fitted on the LFs great, awful and by_airline; these are without awful and by_airline "
        "and with bad and by_line, which it does not know"
    )


@pytest.mark.slow
def test_cells_that_are_changed_are_said(made, tmp_path):
    (tmp_path / "handles.csv").write_text("text,airline\n@you so great,x\n@me awful,x\n")
    arguments = ["predict", str(made[0] / "saved"), str(tmp_path / "handles.csv"), "--output", str(tmp_path / "p.csv")]
    done = CliRunner().invoke(app, arguments)
    assert "2 cells get a ' before = + - or @" in done.stderr
    rows = list(csv.DictReader((tmp_path / "p.csv").read_text(encoding="utf-8").splitlines()))
    for row in rows:
        assert max(len(row[name].strip("0.")) for name in ("confidence", "p_negative", "p_positive")) <= 6
    assert "formula" not in CliRunner().invoke(app, [*arguments, "--raw", "--overwrite"]).stderr
