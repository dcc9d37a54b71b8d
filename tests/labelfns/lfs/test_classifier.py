import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from labelfns import LFSet, model
from labelfns.errors import LFError

LABELS = ["no", "yes"]
TEXTS = ["good", "bad", "good bad", "x"]


def test_models_vote_where_they_are_sure():
    classifier = make_pipeline(CountVectorizer(), LogisticRegression(C=100)).fit(
        ["good", "bad", "good day", "bad day"], ["yes", "no", "yes", "no"]
    )
    lf = model(classifier, at_least=0.8, name="model", batch_size=3)
    assert LFSet(LABELS, [lf]).apply(TEXTS).matrix[:, 0].tolist() == [1, 0, -1, -1]
    assert lf("good") == "yes"


def test_a_hugging_face_pipeline_and_its_own_names():
    def pipeline(texts):
        return [{"label": "LABEL_1" if "good" in text else "LABEL_0", "score": 0.9} for text in texts]

    named = model(pipeline, at_least=0.5, labels={"LABEL_1": "yes", "LABEL_0": None}, name="named")
    assert LFSet(LABELS, [named]).apply(TEXTS).matrix[:, 0].tolist() == [1, -1, 1, -1]
    with pytest.raises(LFError, match="'LABEL_0', for which"):
        LFSet(LABELS, [model(pipeline, at_least=0.5, labels={"LABEL_1": 1}, name="part")]).apply(TEXTS)
    with pytest.raises(LFError, match=r"in \[0, 1\]"):
        model(pipeline, at_least=2, name="x")
