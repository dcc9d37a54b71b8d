"""`Pipeline`: the one call, the same as the command line, saved and loaded."""

import copy
import json
import shutil
from contextlib import suppress
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest

from labelfns import LFSet, find_rows, hashtags, keywords, labeling_function
from labelfns.errors import InputError, LabelFnsWarning
from labelfns.io.texts import Texts
from labelfns.models import FineTuning, MajorityVote, Selection, SnorkelLabelModel, TransformerClassifier
from labelfns.pipelines import FewGold, Labelled, Pipeline, Rounds, analyze, load_settings, read_texts, run_pipeline
from labelfns.pipelines.prediction.predictor import joined, with_view
from labelfns.pipelines.prediction.settings import Prediction
from labelfns.progress import silent

LABELS = ["negative", "positive"]
QUICK = FineTuning(epochs=8, min_steps=1, learning_rate=5e-3, hide_cues=0.0, frozen_layers=-1)
BEFORE = Path(__file__).parents[1] / "fixtures" / "before_rooms" / "project" / "run"


def lfs():
    return LFSet(
        LABELS,
        [
            hashtags("positive", ["happy"], name="happy"),
            hashtags("negative", ["fail"], name="fail"),
            keywords("positive", ["great"], name="great"),
            keywords("negative", ["awful"], name="awful"),
        ],
    )


@pytest.fixture(scope="module")
def fitted(tiny_backbone, toy_texts):
    texts, gold = toy_texts
    rounds = Rounds(first=Selection("threshold"), later=Selection("quota", keep=0.75), judges=0.2)
    pipeline = Pipeline(lfs(), tiny_backbone, label_model=MajorityVote(), settings=QUICK, rounds=rounds)
    return pipeline.fit(texts, gold, val=(texts[:20], gold[:20]), progress=silent)


def test_it_answers_with_names(fitted, toy_texts):
    texts, gold = toy_texts
    answers = fitted.predict(texts, progress=silent)
    assert fitted.classes_ == tuple(LABELS)
    assert set(answers) <= set(LABELS)
    probs = fitted.predict_proba(texts, progress=silent)
    middle = float(np.median(probs.max(axis=1)))
    sure = fitted.predict(texts, min_confidence=middle, progress=silent)
    assert [one is None for one in sure] == (probs.max(axis=1) < middle).tolist()
    assert {*sure} - {None} <= {*LABELS}
    with pytest.raises(InputError, match=r"min_confidence must be in 0\.\.1; got 80"):
        fitted.predict(texts, min_confidence=80)
    assert probs.shape == (80, 2)
    np.testing.assert_allclose(probs.sum(axis=1), 1, atol=1e-5)
    assert [LABELS[c] for c in probs.argmax(axis=1)] == answers.tolist()
    covered = fitted.votes_.covered
    assert (answers[covered] == np.array(LABELS, dtype=object)[gold[covered]]).mean() > 0.9


BLANKS = {
    "list": lambda texts: texts,
    "pandas": lambda texts: pd.DataFrame({"text": texts, "id": range(len(texts))}, index=[7] * len(texts)),
    "series": lambda texts: pd.Series(texts),
    "polars": lambda texts: pl.DataFrame({"text": texts}),
    "dict": lambda texts: {"text": [*texts], "id": [*range(len(texts))]},
}


@pytest.mark.parametrize("without_lfs", [False, True])
@pytest.mark.parametrize("kind", BLANKS)
def test_a_text_that_is_null_or_blank_keeps_its_row_without_an_answer(fitted, kind, without_lfs):
    texts = ["so great", None, "awful", " \n", "", "the lunch"]
    written = [0, 2, 5]
    options = {"without_lfs": without_lfs, "progress": silent}
    found = fitted.answer(BLANKS[kind](texts), **options)
    expected = fitted.answer([texts[i] for i in written], **options)
    np.testing.assert_array_equal(found.probs[written], expected.probs)
    assert np.isnan(found.probs[[1, 3, 4]]).all()
    assert found.covered.tolist() == [not without_lfs, False, not without_lfs, False, False, False]
    assert [found.origins()[i] for i in (1, 3, 4)] == [None] * 3
    assert found.origins()[written].tolist() == expected.origins().tolist()
    names = fitted.predict(BLANKS[kind](texts), **options)
    assert [name is None for name in names] == [False, True, False, True, True, False]
    assert np.isnan(fitted.predict_proba(BLANKS[kind](texts), **options)).all(axis=1).tolist() == [
        name is None for name in names
    ]


def test_answers_stand_beside_the_frame_that_the_texts_come_from(fitted):
    frame = pd.DataFrame({"tweet": ["so great", None, "awful"], "id": [7, 8, 9]}, index=[2, 0, 2])
    answers = fitted.answer(frame, text="tweet", progress=silent)
    found = answers.to_pandas()
    both = pd.concat([frame, found.set_axis(frame.index)], axis=1)
    assert list(both) == ["tweet", "id", "label", "confidence", "answered_by", "p_negative", "p_positive"]
    assert both[["id", "label"]].dropna().to_numpy().tolist() == [[7, "positive"], [9, "negative"]]
    np.testing.assert_array_equal(found[["p_negative", "p_positive"]].to_numpy(np.float32), np.float32(answers.probs))
    beside = pl.concat([pl.from_pandas(frame), answers.to_polars()], how="horizontal")
    assert beside.select("id", "label").rows() == [(7, "positive"), (8, None), (9, "negative")]
    assert beside["answered_by"].to_list() == answers.origins().tolist()
    sure = answers.to_polars(min_confidence=1.0)
    assert sure["label"].to_list() == [None] * 3
    assert sure["answered_by"].to_list() == ["neither", None, "neither"]
    none = fitted.answer([None], progress=silent)
    assert none.to_polars().schema == sure.schema
    assert none.to_pandas().dtypes.to_dict() == found.dtypes.to_dict()


def test_it_says_in_a_line_what_it_is(fitted, tmp_path):
    known = "4 LFs, labels=('negative', 'positive')"
    assert repr(Pipeline(lfs())) == f"Pipeline({known}, backbone='embedded', not fitted)"
    own = Pipeline(lfs(), Path("a"), label_model=MajorityVote())
    assert repr(own) == f"Pipeline({known}, label_model=MajorityVote, backbone='a', not fitted)"
    rounds = len(fitted.result_.rounds)
    done = f"fitted on 80 texts, round {fitted.result_.best.ledger.round} kept of {rounds}"
    about = f"{known}, label_model=MajorityVote"
    assert repr(fitted) == f"Pipeline({about}, backbone='{fitted.backbone}', {done})"
    fitted.save(tmp_path / "saved")
    assert repr(Pipeline.load(tmp_path / "saved")) == f"Pipeline({about}, {done}, loaded from {tmp_path / 'saved'})"
    answers = fitted.answer(["so great", None], progress=silent)
    assert repr(answers) == "Answers(2 texts, 1 with a vote, labels=('negative', 'positive'))"
    assert repr(fitted.lfs) == "LFSet(4 LFs: happy, fail, great and awful, labels=('negative', 'positive'))"
    alone = Pipeline.of_classifier(fitted.classifier_)
    assert repr(alone) == "Pipeline(no LFs, labels=('negative', 'positive'), a classifier alone)"
    assert repr(Pipeline.load(BEFORE)).endswith(f"loaded from {BEFORE})")


def test_the_column_of_texts_is_kept(fitted, tmp_path):
    own, frame = copy.copy(fitted), {"tweet": ["so great"], "text": ["no: this is something else"]}
    own.text_ = "tweet"
    own.save(tmp_path / "saved")
    for one in (own, Pipeline.load(tmp_path / "saved")):
        assert one.predict(frame, progress=silent).tolist() == ["positive"]
        np.testing.assert_array_equal(one.apply(frame).matrix, fitted.apply(["so great"]).matrix)
        other = one.answer(frame, text="text", without_lfs=True, progress=silent).probs
        np.testing.assert_array_equal(other, fitted.predict_proba(frame, without_lfs=True, progress=silent))
    own.text_ = 7
    own.save(tmp_path / "odd")
    assert Pipeline.load(tmp_path / "odd").text_ == "text"


def test_blank_texts_alone_have_no_answer_and_what_is_no_string_is_an_error(fitted, tmp_path):
    assert fitted.predict(["", None], progress=silent).tolist() == [None, None]
    assert fitted.predict_proba([" "], progress=silent).shape == (1, 2)
    with pytest.raises(InputError, match="the text is not a string in row 2"):
        fitted.predict(["so great", None, 7], progress=silent)
    with pytest.raises(InputError, match="there are no texts"):
        fitted.predict([], progress=silent)
    (tmp_path / "a.jsonl").write_text('{"text": "so great"}\n{"text": ""}\n')
    assert fitted.predict(tmp_path / "a.jsonl", progress=silent).tolist() == ["positive", None]


def test_an_lf_that_raises_is_said_with_the_row_as_given(fitted, toy_texts):
    @labeling_function
    def great(text):
        return {"so great": "positive"}[text]

    own = copy.copy(fitted)
    own.lfs = LFSet(LABELS, [*list(lfs())[:2], great, list(lfs())[3]])
    with pytest.warns(LabelFnsWarning, match="great raised KeyError: 'lunch' on row 2"):
        own.predict([None, "so great", "lunch"], progress=silent)


def test_what_is_left_after_a_fit(fitted):
    assert len(fitted.votes_) == len(fitted.weak_labels_) == 80
    assert fitted.result_.best.classifier is fitted.classifier_
    assert fitted.label_model_.lf_names_ == ("happy", "fail", "great", "awful")
    assert not hasattr(fitted.label_model, "classes_"), "the label model given is a template"


def test_the_summary_reads_well(fitted):
    lines = fitted.summary().splitlines()
    assert lines[0].split() == ["LFs", "4"]
    assert "80, 64 with a vote (80.0%), 0 with votes for several labels" in lines[1]
    assert lines[2].startswith("round 0  trained on 52 texts, judged ")
    assert sum(", kept" in line for line in lines) == 1
    assert "none used in training" in fitted.summary()
    assert "on 20 texts with gold" in lines[-1]
    assert max(map(len, lines)) <= 120


def test_saved_and_loaded(fitted, toy_texts, tmp_path):
    from transformers import pipeline as transformers_pipeline

    fitted.save(tmp_path / "new" / "saved")
    again = Pipeline.load(tmp_path / "new" / "saved")
    texts = toy_texts[0][:10]
    np.testing.assert_array_equal(
        again.predict_proba(texts, progress=silent), fitted.predict_proba(texts, progress=silent)
    )
    assert again.predict(texts, progress=silent).tolist() == fitted.predict(texts, progress=silent).tolist()
    assert again.summary() == fitted.summary()
    np.testing.assert_array_equal(again.label_model_.predict_proba(fitted.votes_), fitted.weak_labels_)
    (answer,) = transformers_pipeline("text-classification", str(tmp_path / "new" / "saved" / "model"))(texts[:1])
    assert answer["label"] in LABELS
    suffixes = {path.suffix for path in (tmp_path / "new" / "saved").rglob("*") if path.is_file()}
    assert suffixes == {".json", ".md", ".safetensors", ".toml"}
    with pytest.raises(InputError, match="is there to predict"):
        again.fit(texts)
    again.save(tmp_path / "third")
    assert Pipeline.load(tmp_path / "third").summary() == fitted.summary()


def test_a_saved_pipeline_is_replaced_where_one_says_so_and_nothing_else_ever(fitted, toy_texts, tmp_path):
    saved, texts = tmp_path / "saved", toy_texts[0][:5]
    fitted.save(saved)
    with pytest.raises(InputError, match="overwrite=True"):
        fitted.save(saved)
    (saved / "model" / "config.json").write_text("{}")
    fitted.save(saved, overwrite=True)
    again = Pipeline.load(saved)
    again.save(saved, overwrite=True)  # onto the folder that it was read from
    answers = [one.predict_proba(texts, progress=silent) for one in (fitted, Pipeline.load(saved), again)]
    np.testing.assert_array_equal(answers[0], answers[1])
    np.testing.assert_array_equal(answers[0], answers[2])
    for name in ("notes.txt", "model/mine.bin", "more/notes.txt"):
        (saved / name).parent.mkdir(exist_ok=True)
        (saved / name).write_text("mine")
        with pytest.raises(InputError, match="what no pipeline saved"):
            fitted.save(saved, overwrite=True)
        assert (saved / name).read_text() == "mine"
        (saved / name).unlink()
        shutil.rmtree(saved / "more", ignore_errors=True)
    for folder in (tmp_path / "own", tmp_path / "run"):
        folder.mkdir()
        (folder / "notes.txt").write_text("mine")
        with pytest.raises(InputError, match="is not empty; name another folder"):
            fitted.save(folder, overwrite=True)


def test_python_lfs_that_were_in_no_file_stay_behind(fitted, toy_texts, tmp_path):
    own = copy.copy(fitted)
    own.lfs = LFSet(
        LABELS, [*list(lfs())[:3], labeling_function(name="awful")(lambda text: 0 if "awful" in text else -1)]
    )
    with pytest.warns(LabelFnsWarning, match="in Python that come from no file: awful"):
        own.save_pretrained(tmp_path / "saved")
    again = Pipeline.load(tmp_path / "saved")
    for call in (again.apply, again.predict):
        with pytest.raises(InputError, match="was saved without its LFs"):
            call(toy_texts[0], progress=silent)
    alone = fitted.predict_proba(toy_texts[0], without_lfs=True, progress=silent)
    np.testing.assert_array_equal(again.predict_proba(toy_texts[0], without_lfs=True, progress=silent), alone)
    again = Pipeline.load(tmp_path / "saved", lfs=own.lfs)
    np.testing.assert_array_equal(again.apply(toy_texts[0], progress=silent).matrix, fitted.votes_.matrix)
    expected = fitted.predict_proba(toy_texts[0], progress=silent)
    np.testing.assert_array_equal(again.predict_proba(toy_texts[0], progress=silent), expected)


def test_lfs_and_classifier_answer_together(fitted, toy_texts):
    texts = toy_texts[0]
    answers = fitted.answer(texts, progress=silent)
    covered = fitted.votes_.covered
    np.testing.assert_array_equal(answers.covered, covered)
    np.testing.assert_array_equal(answers.weak, fitted.weak_labels_)
    alone = fitted.classifier_.predict_proba(texts, progress=silent)
    np.testing.assert_array_equal(answers.classifier, alone)
    text = with_view(alone, fitted.predictor_.second_view.predict_proba(texts, progress=silent))
    np.testing.assert_allclose(answers.probs[~covered], text[~covered])
    expected = joined(text, fitted.weak_labels_, covered, fitted.predictor_.weight.value)
    np.testing.assert_array_equal(fitted.predict_proba(texts, progress=silent), expected)
    assert "both" in answers.origins()


@pytest.mark.slow
def test_without_a_second_view_the_classifier_reads_the_text_alone(fitted, toy_texts, tmp_path):
    texts, off = toy_texts[0], Pipeline(**fitted.get_params()).set_params(prediction=Prediction(second_view=False))
    off.fit({"tweet": texts}, text="tweet", progress=silent)
    assert off.text_ == "tweet"
    assert off.predictor_.second_view is None
    alone, covered = off.classifier_.predict_proba(texts, progress=silent), off.votes_.covered
    np.testing.assert_array_equal(alone, fitted.classifier_.predict_proba(texts, progress=silent))
    np.testing.assert_array_equal(off.predict_proba(texts, progress=silent)[~covered], alone[~covered])
    off.save(tmp_path / "off")
    assert not (tmp_path / "off" / "second_view").exists()
    np.testing.assert_array_equal(
        Pipeline.load(tmp_path / "off").predict_proba(texts, progress=silent), off.predict_proba(texts, progress=silent)
    )


def test_an_lf_file_travels_and_is_run_only_to_vote(fitted, toy_texts, tmp_path):
    (tmp_path / "mine.py").write_text(
        "from pathlib import Path\nfrom labelfns import hashtags\n"
        f"Path({str(tmp_path / 'was_run')!r}).touch()\nhappy = hashtags('positive', ['happy'], name='happy')\n"
    )
    fitted.save(tmp_path / "saved", lf_file=tmp_path / "mine.py")
    again = Pipeline.load(tmp_path / "saved")
    again.predict(["so great"], without_lfs=True, progress=silent)
    assert not (tmp_path / "was_run").exists()
    assert again.apply(["so #happy", "so"], progress=silent).matrix.tolist() == [[1], [-1]]
    assert (tmp_path / "was_run").exists()


def test_what_is_not_ones_own_is_not_signed_by_saving_it(fitted, tmp_path):
    (tmp_path / "mine.py").write_text("from labelfns import hashtags\nhappy = hashtags('positive', ['happy'])\n")
    fitted.save(tmp_path / "saved", lf_file=tmp_path / "mine.py")
    Pipeline.load(tmp_path / "saved").save(tmp_path / "again")
    assert len(Pipeline.load(tmp_path / "again").apply(["so"], progress=silent)) == 1
    content = (tmp_path / "saved" / "predictor.json").read_text()
    signature = json.loads(content)["lfs_signature"]
    (tmp_path / "saved" / "predictor.json").write_text(content.replace(signature, "0" * 64))
    Pipeline.load(tmp_path / "saved").save(tmp_path / "third")
    for folder in ("saved", "third"):
        with pytest.raises(InputError, match="no run of yours"):
            Pipeline.load(tmp_path / folder).apply(["so"], progress=silent)
    trusted = Pipeline.load(tmp_path / "third", trust_lfs=True)
    assert len(trusted.apply(["so"], progress=silent)) == 1
    trusted.save(tmp_path / "fourth")
    assert len(Pipeline.load(tmp_path / "fourth").apply(["so"], progress=silent)) == 1


def test_a_folder_with_something_in_it_is_refused(fitted, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="is not empty"):
        fitted.save(tmp_path)
    assert (tmp_path / "thesis.txt").is_file()
    with pytest.raises(InputError, match="is not empty"):
        fitted.save(tmp_path / "thesis.txt")


def test_a_run_folder_of_the_version_before_opens(toy_texts):
    pipeline = Pipeline.load(BEFORE)
    metrics = json.loads((BEFORE / "metrics.json").read_text())
    expected = TransformerClassifier.from_pretrained(BEFORE / "model").predict_proba(toy_texts[0], progress=silent)
    np.testing.assert_array_equal(pipeline.predict_proba(toy_texts[0], progress=silent), expected)
    assert f"round {metrics['best_round']}" in pipeline.summary()
    assert "81, 64 with a vote" in pipeline.summary()


@pytest.mark.slow
def test_it_is_one_path_with_the_command_line(tiny_project, toy_texts):
    """The same weights, to the last bit, as a run of the same settings; and it opens that run."""
    settings = load_settings(tiny_project / "pipeline.toml")
    metrics = run_pipeline(settings, tiny_project / "out", progress=silent)
    val = read_texts(settings.data.val, text="text", gold="label", labels=LABELS)
    pool = read_texts(settings.data.pool, text="text", gold="label", labels=LABELS)

    pipeline = Pipeline(
        LFSet.from_file(tiny_project / "lfs.py", LABELS),
        settings.classifier.backbone,
        label_model=MajorityVote(),
        settings=settings.classifier,
        rounds=settings.self_training,
    )
    with pytest.warns(LabelFnsWarning, match="fragile raised ValueError"):
        pipeline.fit(pool, val=val, progress=silent)
    loaded = Pipeline.load(tiny_project / "out")
    np.testing.assert_array_equal(
        pipeline.predict_proba(toy_texts[0], progress=silent), loaded.predict_proba(toy_texts[0], progress=silent)
    )
    assert [done.ledger.trained_on for done in pipeline.result_.rounds] == [
        ledger["trained_on"] for ledger in metrics["rounds"]
    ]
    assert loaded.summary().startswith(pipeline.summary().split("\nval")[0])
    assert loaded.apply(["so #happy"], progress=silent).matrix.max() == 1


@pytest.mark.slow
def test_few_gold_rows_are_used_and_said(tiny_backbone, toy_texts):
    texts, gold = toy_texts
    pipeline = Pipeline(lfs(), tiny_backbone, label_model=MajorityVote(), settings=QUICK, rounds=Rounds(rounds=0))
    few = Labelled(texts[:24], gold[:24])
    pipeline.fit(Texts(texts, gold), few_gold=few, val=Texts(texts[:20], gold[:20]), progress=silent)
    assert "24 rows, for " in pipeline.summary()
    assert pipeline.classifier_ is not pipeline.result_.best.classifier


@pytest.mark.slow
def test_a_precision_is_promised_in_every_round_by_few_gold_rows(tiny_backbone, toy_texts):
    texts, gold = toy_texts
    promised = Selection("precision", precision=0.8)
    pipeline = Pipeline(
        lfs(),
        tiny_backbone,
        label_model=MajorityVote(),
        settings=QUICK,
        rounds=Rounds(first=promised, later=promised),
        few_gold=FewGold(folds=2, steps=1),
        prediction=Prediction(second_view=False),
    )
    with pytest.raises(InputError, match="no round trains on few gold rows and judges, and no other text"):
        pipeline.fit(Texts(texts, gold), few_gold=Labelled(texts, gold), progress=silent)
    pipeline.fit(Texts(texts, gold), few_gold=Labelled([f"{text} again" for text in texts], gold), progress=silent)
    first, second = (done.ledger for done in pipeline.result_.rounds)
    assert first.promise.rows == 64  # those with a vote, all of them right
    for ledger in (first, second):
        assert ledger.promise.at_least >= 0.8
        assert ledger.pseudo_label_accuracy >= 0.8
    with pytest.raises(InputError, match="needs gold rows: hand in few_gold"):
        pipeline.fit(texts, progress=silent)


def test_defaults_are_those_of_a_pipeline_file(tiny_project):
    file = tiny_project / "pipeline.toml"
    toml = file.read_text().split("[label_model]")[0]
    file.write_text(toml)
    settings = load_settings(file)
    assert vars(settings.label_model.build(0)) == vars(SnorkelLabelModel())
    assert settings.self_training == Rounds()
    assert Pipeline(lfs()).backbone == settings.classifier.backbone


WRONG = {
    "no texts": (lambda texts, gold: ([], None), {}, "there are no texts"),
    "gold of another length": (lambda texts, gold: (texts, gold[:3]), {}, "3 gold labels for 80 rows"),
    "val without gold": (lambda texts, gold: (texts, None), {"val": Texts(["a"], None)}, "val needs gold labels"),
    "val a frame": (lambda texts, gold: (texts, None), {"val": {"text": ["a"]}}, r'val=\(frame, "label"\)'),
    "too few gold": (lambda texts, gold: (texts, None), {"few_gold": (["a"], [0])}, "at least 2 of each"),
    "nothing covered": (lambda texts, gold: (["lunch", "train"], None), {}, "no row is covered"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said(tiny_backbone, toy_texts, case):
    make, more, message = WRONG[case]
    with pytest.raises(InputError, match=message):
        Pipeline(lfs(), tiny_backbone, settings=QUICK).fit(*make(*toy_texts), progress=silent, **more)


FRAMES = {
    "fit": lambda fitted, **text: fitted.fit(FRAME, val=(FRAME, "label"), progress=silent, **text),
    "predict": lambda fitted, **text: fitted.predict(FRAME, progress=silent, **text),
    "predict_proba": lambda fitted, **text: fitted.predict_proba(FRAME, progress=silent, **text),
    "answer": lambda fitted, **text: fitted.answer(FRAME, progress=silent, **text),
    "apply": lambda fitted, **text: fitted.apply(FRAME, progress=silent, **text),
    "LFSet.apply": lambda fitted, **text: fitted.lfs.apply(FRAME, **text),
    "analyze": lambda fitted, **text: analyze(fitted.lfs, FRAME, on=FRAME, **text),
    "find_rows": lambda fitted, **text: find_rows(fitted.lfs, FRAME, **text),
}
FRAME = {"tweet": ["so great", "awful"], "label": ["positive", "negative"]}


@pytest.mark.parametrize("call", FRAMES)
def test_a_column_of_texts_of_another_name_is_told_in_the_same_way_everywhere(fitted, monkeypatch, call):
    trained = []
    monkeypatch.setattr("labelfns.pipelines.run.training.prepare", lambda inputs, *_, **__: trained.append(inputs))
    monkeypatch.setattr("labelfns.pipelines.run.training.train", lambda *_, **__: raise_(StopIteration))
    with pytest.raises(InputError, match=r'has no column .text.; .*: text="NAME"; or pass that column alone'):
        FRAMES[call](copy.copy(fitted))
    with suppress(StopIteration):
        FRAMES[call](copy.copy(fitted), text="tweet")
    for inputs in trained:
        assert [list(texts) for texts in inputs.sets.values()] == [FRAME["tweet"]] * 2
    assert bool(trained) == (call == "fit")


def raise_(error):
    raise error


def test_not_fitted(tmp_path):
    for call in (
        lambda one: one.predict(["a"]),
        lambda one: one.summary(),
        lambda one: one.save(tmp_path / "x"),
    ):
        with pytest.raises(InputError, match="not fitted yet"):
            call(Pipeline(lfs()))
    with pytest.raises(InputError, match="neither a saved Pipeline nor a finished run"):
        Pipeline.load(tmp_path)


def test_a_damaged_one_is_named(fitted, tmp_path):
    fitted.save(tmp_path / "saved")
    shutil.copytree(tmp_path / "saved", tmp_path / "other")
    (tmp_path / "saved" / "pipeline.json").write_text('{"lfs": ')
    with pytest.raises(InputError, match=r"pipeline\.json is damaged"):
        Pipeline.load(tmp_path / "saved")
    (tmp_path / "other" / "label_model.json").write_text('{"kind": "Oracle"}')
    with pytest.raises(InputError, match="holds no label model"):
        Pipeline.load(tmp_path / "other")


def test_parameters_as_scikit_learn_asks_for_them():
    from sklearn.base import clone

    pipeline = Pipeline(lfs(), label_model=MajorityVote(), seed=3)
    again = clone(pipeline, safe=False)
    assert again is not pipeline
    assert Pipeline(**pipeline.get_params()).get_params() == pipeline.get_params()
    assert pipeline.set_params(seed=4).seed == 4
    with pytest.raises(InputError, match="no parameter 'sed'"):
        pipeline.set_params(sed=1)


def test_labels_of_any_kind_are_answered_whole(fitted, toy_texts):
    other = Pipeline(fitted.lfs, fitted.backbone)
    other.classifier_, other.classes_ = fitted.classifier_, ("nul\0", "$x$")
    assert set(other.predict(toy_texts[0], progress=silent)) <= {"nul\0", "$x$"}


def test_lfs_that_raise_are_said(tiny_backbone, toy_texts):
    @labeling_function
    def broken(text):
        raise KeyError("x")

    with pytest.warns(LabelFnsWarning, match="broken raised"), pytest.raises(InputError):
        Pipeline(LFSet(LABELS, [broken]), tiny_backbone, label_model=MajorityVote(), settings=QUICK).fit(
            toy_texts[0], progress=silent
        )
