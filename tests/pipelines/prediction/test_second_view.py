"""A second view: fitted to weak labels, joined by hand, saved and read back, refused where it is damaged."""

import json

import numpy as np
import pytest

from labelfns import Votes
from labelfns.errors import LabelFnsError
from labelfns.models import MajorityVote, TransformerClassifier
from labelfns.models.linear_head import LinearHead, head_probs
from labelfns.pipelines.prediction.predictor import Predictor, VoteWeight, with_view
from labelfns.pipelines.prediction.second_view import SecondView
from labelfns.pipelines.run.saved_predictor import load_predictor, save_predictor
from labelfns.progress import silent

LABELS = ("no", "yes")


class Classifier:
    classes_ = LABELS

    def predict_proba(self, texts, progress=None):
        return np.full((len(texts), 2), [0.6, 0.4])


def by_head(seed=0):
    rng = np.random.default_rng(seed)
    return LinearHead(rng.normal(size=(2, 16)), np.array([0.1, -0.2]))


@pytest.fixture
def view(tiny_backbone):
    return SecondView(TransformerClassifier(tiny_backbone, labels=LABELS), by_head())


def test_it_is_fitted_to_the_label_models_labels_of_the_rows_that_it_may_see():
    rng = np.random.default_rng(0)
    features, weak = rng.normal(size=(40, 5)), rng.dirichlet([1, 1, 1], 40)
    weak[:3] = 1 / 3  # ties have no label
    rows = np.arange(40) < 30
    fitted = SecondView.fit(None, features, weak, rows)
    expected = head_probs(features[3:30], weak[3:30].argmax(axis=1), 3, features)
    np.testing.assert_array_equal(fitted.head.predict_proba(features), expected)


def test_there_is_none_where_a_label_has_no_text():
    weak = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]])
    assert SecondView.fit(None, np.eye(3), weak, np.array([True, True, False])) is None
    assert SecondView.fit(None, np.eye(3), weak, np.ones(3, dtype=bool)) is not None


def test_it_is_joined_with_classifier_and_votes(view):
    votes = Votes([[0, 0], [-1, -1]], labels=LABELS)
    model, texts = MajorityVote().fit(votes), ["so great", "awful lunch"]
    answers = Predictor(Classifier(), model, VoteWeight(0.5, 40, {}, temperature=2.0), view).answer(
        texts, votes, progress=silent
    )
    seen = view.predict_proba(texts, progress=silent)
    by_hand = np.array([0.6, 0.4]) * seen**0.5
    by_hand[0] *= np.maximum(model.predict_proba(votes)[0], 0.01) ** 0.5
    by_hand **= 0.5  # the temperature
    np.testing.assert_allclose(answers.probs, by_hand / by_hand.sum(axis=1, keepdims=True))
    np.testing.assert_array_equal(answers.classifier, [[0.6, 0.4]] * 2)


def test_a_view_that_says_nothing_changes_nothing():
    probs = np.random.default_rng(0).dirichlet([1, 1, 1], 9)
    np.testing.assert_allclose(with_view(probs, np.full((9, 3), 1 / 3)), probs, atol=1e-5)


def test_it_reads_the_backbone_as_it_was(view, tiny_backbone):
    texts = ["so great", "awful lunch today"]
    features = TransformerClassifier(tiny_backbone).frozen_features(texts, progress=silent)
    np.testing.assert_array_equal(view.predict_proba(texts, progress=silent), view.head.predict_proba(features))


@pytest.fixture
def folder(tmp_path, view):
    model = MajorityVote().fit(Votes([[0], [1]], labels=LABELS))
    save_predictor(tmp_path, Predictor(Classifier, model, VoteWeight(0.5, 40, {}), view), lf_source=None)
    return tmp_path


def test_it_comes_back(folder, view):
    again, texts = load_predictor(folder, Classifier).second_view, ["so great", "awful lunch today"]
    np.testing.assert_array_equal(
        again.predict_proba(texts, progress=silent), view.predict_proba(texts, progress=silent)
    )
    assert {path.suffix for path in (folder / "second_view").iterdir()} == {".json", ".safetensors"}


def edited(**changes):
    def edit(folder):
        content = json.loads((folder / "head.json").read_text())
        (folder / "head.json").write_text(json.dumps(content | changes))

    return edit


def gone(name):
    return lambda folder: (folder / name).unlink()


def cut(folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:5000])


def pickled(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def with_code(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"auto_map": {"AutoModel": "evil.Evil"}}))


DAMAGE = {
    "no head": gone("head.json"),
    "no weights": gone("model.safetensors"),
    "no configuration": gone("config.json"),
    "weights cut off": cut,
    "a pickle": pickled,
    "code": with_code,
    "an empty head": lambda folder: (folder / "head.json").write_text(""),
    "another format": edited(format="labelfns.second_view/99"),
    "other labels": edited(labels=["yes", "no"]),
    "fewer coefficients": edited(coefficients=[[0.0] * 16]),
    "fewer intercepts": edited(intercepts=[0.0]),
    "short coefficients": edited(coefficients=[[0.0] * 3] * 2),
    "ragged coefficients": edited(coefficients=[[0.0] * 3, [0.0]]),
    "words": edited(intercepts=["a", "b"]),
    "nothing": edited(coefficients=None),
    "no numbers": edited(intercepts=[float("nan"), 0.0]),
    "a length of no text": edited(max_length=0),
    "too long for the backbone": edited(max_length=5000),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_damaged_is_one_message(folder, damage):
    DAMAGE[damage](folder / "second_view")
    with pytest.raises(LabelFnsError, match=r"second_view is damaged: .*--without-lfs") as caught:
        load_predictor(folder, Classifier)
    assert len(str(caught.value).splitlines()) == 1
