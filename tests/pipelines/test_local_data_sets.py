"""A data set in a local folder goes into a pipeline as it is."""

import csv

import datasets
import pytest

from labelfns.models import MajorityVote
from labelfns.pipelines import Pipeline, Rounds
from labelfns.progress import silent

from .test_pipeline import LABELS, QUICK, lfs


@pytest.fixture
def folder(tmp_path, toy_texts):
    texts, gold = toy_texts
    for name, rows in (("train", range(80)), ("validation", range(20))):
        with (tmp_path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "label"), *((texts[i], LABELS[gold[i]]) for i in rows)])
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("as_ids", [False, True], ids=["names", "ClassLabel"])
def test_a_pipeline_is_fitted_on_a_folder_of_csv(folder, tiny_backbone, toy_texts, tmp_path_factory, as_ids):
    texts, gold = toy_texts
    dataset = datasets.load_dataset(str(folder), cache_dir=str(tmp_path_factory.mktemp("cache")))
    if as_ids:
        dataset = dataset.cast_column("label", datasets.ClassLabel(names=LABELS))

    def fitted(train, val, gold):
        pipeline = Pipeline(lfs(), tiny_backbone, label_model=MajorityVote(), settings=QUICK, rounds=Rounds(rounds=0))
        return pipeline.fit(train, gold, val=val, progress=silent)

    of_folder = fitted(dataset["train"], (dataset["validation"], "label"), None)
    of_lists = fitted(texts, (texts[:20], gold[:20]), None)
    assert (of_folder.predict_proba(texts) == of_lists.predict_proba(texts)).all()
    assert of_folder.summary() == of_lists.summary()
    assert of_folder.predict(dataset["validation"]).tolist() == of_lists.predict(texts[:20]).tolist()
