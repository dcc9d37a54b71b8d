"""`predict_frame`: a saved pipeline says of a frame's rows what it says here."""

import pyarrow as pa
import pytest

from labelfns import LFSet, hashtags, keywords, labeling_function, row_function
from labelfns.errors import InputError
from labelfns.io.texts import Texts
from labelfns.models import FineTuning, MajorityVote
from labelfns.pipelines import Pipeline, predict_frame
from labelfns.pipelines.prediction.settings import Prediction
from labelfns.progress import silent

LABELS = ["negative", "positive"]
ANSWER = ["label", "confidence", "answered_by", "p_negative", "p_positive"]


@labeling_function
def awful(text):
    return "negative" if "awful" in text else None


@row_function
def liked(row):
    return "positive" if row["likes"] > 75 else None


@pytest.fixture(scope="module")
def saved(tiny_backbone, toy_texts, tmp_path_factory):
    texts, _ = toy_texts
    lfs = LFSet(LABELS, [hashtags("positive", ["happy"]), keywords("negative", ["fail"], name="fail"), awful, liked])
    pipeline = Pipeline(
        lfs,
        tiny_backbone,
        label_model=MajorityVote(),
        settings=FineTuning(epochs=1, min_steps=1),
        prediction=Prediction(second_view=False),
    )
    pipeline.fit(Texts(texts, fields={"likes": list(range(len(texts)))}), progress=silent)
    folder = tmp_path_factory.mktemp("saved") / "pipeline"
    with pytest.warns(UserWarning, match="LFs in Python that come from no file"):
        pipeline.save(folder)
    return folder, lfs


def rows(texts):
    table = pa.table({"id": list(range(len(texts))), "text": texts, "likes": list(range(len(texts)))})
    return pa.concat_tables([table, pa.table({"id": [80, 81], "text": pa.array([None, " "]), "likes": [90, 91]})])


@pytest.mark.slow
def test_answers_are_those_of_one_process(engine, saved, toy_texts):
    (folder, lfs), (texts, _) = saved, toy_texts
    found = engine.table(predict_frame(folder, engine.frame(rows(texts), 1), lfs=lfs, keys=["id"], min_confidence=0.5))
    assert found.column_names == ["id", *ANSWER]
    found = found.sort_by("id")
    given = Texts(texts, fields={"likes": list(range(len(texts)))})
    here = Pipeline.load(folder, lfs=lfs).answer(given, progress=silent)
    assert found["label"].to_pylist() == [*(LABELS[c] if c >= 0 else None for c in here.labels(0.5)), None, None]
    assert found["answered_by"].to_pylist() == [*here.origins(0.5), None, None]
    assert found["p_positive"].to_pylist()[:80] == pytest.approx(here.probs[:, 1].tolist(), abs=1e-6)
    assert found["confidence"].to_pylist()[80:] == [None, None]

    alone = engine.table(predict_frame(folder, engine.frame(rows(texts), 1), without_lfs=True)).sort_by("id")
    assert alone.column_names == ["id", "text", "likes", *ANSWER]
    without = Pipeline.load(folder, without_lfs=True).predict_proba(texts, progress=silent)
    assert alone["p_positive"].to_pylist()[:80] == pytest.approx(without[:, 1].tolist(), abs=1e-6)


@pytest.mark.slow
def test_what_cannot_be_is_one_message(dask, saved, tmp_path):
    folder, lfs = saved
    frame = dask.frame(pa.table({"text": ["a"], "label": ["x"], "likes": [1]}))
    with pytest.raises(InputError, match="neither a saved Pipeline nor a finished run"):
        predict_frame(tmp_path, frame)
    with pytest.raises(InputError, match="saved without its LFs"):
        predict_frame(folder, frame)
    with pytest.raises(InputError, match="columns that stay have the names of answers, label"):
        predict_frame(folder, frame, lfs=lfs)
    with pytest.raises(InputError, match=r"min_confidence must be in 0\.\.1"):
        predict_frame(folder, frame, lfs=lfs, min_confidence=2)
    answers = predict_frame(folder, frame, lfs=lfs, keys=[])
    (folder / "pipeline.json").rename(tmp_path / "pipeline.json")
    with pytest.raises(InputError, match=r"the worker on .* cannot open the pipeline: .*under this path"):
        answers.compute()
    (tmp_path / "pipeline.json").rename(folder / "pipeline.json")
