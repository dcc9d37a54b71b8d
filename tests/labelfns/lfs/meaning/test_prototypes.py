import numpy as np
import pytest

from labelfns import LFSet, expectations, prototypes, try_on
from labelfns.engine.fingerprint import fingerprint
from labelfns.errors import LFError
from labelfns.lfs.as_toml import is_data, lfs_toml
from labelfns.lfs.load import read_lfs
from labelfns.lfs.meaning import models
from labelfns.lfs.meaning.prototypes import chosen

LABELS = ["no", "yes"]
SENTENCES = {"yes": ["good", "great"], "no": ["bad"]}
WORDS = {"good": (1, 0), "great": (0.9, 0.1), "bad": (0, 1), "fair": (0.7, 0.7), "dull": (-1, 0.1)}


class Reader:
    """Vectors of words, and how many texts were read."""

    digest = "words"

    def __init__(self):
        self.read_texts = []

    def read(self, texts):
        if any("boom" in text for text in texts):
            raise ValueError("cannot read this")
        self.read_texts += texts
        return np.array([WORDS[text.split()[-1]] for text in texts], dtype=np.float32)


@pytest.fixture
def reader(monkeypatch):
    reader = Reader()
    monkeypatch.setattr("labelfns.lfs.meaning.prototypes.opened", lambda task, model: reader)
    return reader


@pytest.fixture
def lf(reader, tmp_path):
    return prototypes(SENTENCES, min_similarity=0.8, margin=0.1, model="words", cache=tmp_path / "kept", batch_size=2)


def test_the_closest_label_is_voted_for_where_it_is_close_and_ahead(lf):
    votes = LFSet(LABELS, [lf]).apply(["so good", "so bad", "fair", "dull", "great"])
    assert votes.matrix[:, 0].tolist() == [1, 0, -1, -1, 1]
    assert lf("so good") == "yes"
    assert lf.known_labels == ("yes", "no")


def test_a_text_is_read_once_also_by_another_radius(lf, reader, tmp_path):
    texts = ["so good", "so bad", "so good"]
    LFSet(LABELS, [lf]).apply(texts)
    assert sorted(reader.read_texts) == ["bad", "good", "great", "so bad", "so good"]
    wider = prototypes(SENTENCES, min_similarity=-1, margin=0, model="words", cache=tmp_path / "kept")
    assert LFSet(LABELS, [wider]).apply(texts).matrix[:, 0].tolist() == [1, 0, 1]
    assert len(reader.read_texts) == 5


def test_faults_progress_expectations_and_a_try(lf):
    steps = []
    tested = prototypes(SENTENCES, min_similarity=0.8, model="words", cache=lf.cache, expects={"good": "no"})
    with pytest.warns(UserWarning, match="cannot read this"):
        votes = LFSet(LABELS, [lf]).apply(
            ["so good", "boom", "so bad"], progress=lambda what, done, n: steps.append((what, done, n))
        )
    assert votes.matrix[:, 0].tolist() == [1, -1, 0]
    assert votes.faults[0].rows == (1,)
    assert ("asking LF prototypes", 2, 3) in steps
    assert "got       yes" in expectations(LFSet(LABELS, [tested]))[0].failure()
    assert "prototypes votes on 1 of 2 rows" in str(try_on(lf, ["so good", "fair"]))


def test_the_columns_of_a_cache_go_by_sentences_radius_and_model(lf, reader):
    same = prototypes(SENTENCES, min_similarity=0.8, margin=0.1, model="elsewhere", name="other")
    assert fingerprint(lf) == fingerprint(same) is not None
    others = [
        prototypes({**SENTENCES, "no": ["dull"]}, min_similarity=0.8, margin=0.1),
        prototypes(SENTENCES, min_similarity=0.7, margin=0.1),
        prototypes(SENTENCES, min_similarity=0.8, margin=0.2),
    ]
    marks = {fingerprint(one) for one in (lf, *others)}
    reader.digest = "other weights"
    assert len(marks | {fingerprint(lf)}) == 5


def test_all_settings_that_are_not_right_are_named_at_once(reader):
    with pytest.raises(LFError) as caught:
        prototypes({"yes": [], 1.5: ["a"]}, min_similarity=2, margin=True, model="", batch_size=0)
    said = str(caught.value)
    for part in (
        "'yes' needs a list",
        "label must be",
        "min_similarity must be",
        "margin must",
        "model must",
        "batch_size",
    ):
        assert part in said
    with pytest.raises(LFError, match="takes"):
        prototypes({"yes": "good"})
    with pytest.raises(LFError, match="'maybe', which is not a label"):
        LFSet(LABELS, [prototypes({"maybe": ["good"]})])


def test_they_are_written_as_toml_and_read_again(tmp_path, lf):
    assert is_data(lf)
    file = tmp_path / "lfs.toml"
    file.write_text(lfs_toml([lf]), encoding="utf-8")
    (read,) = read_lfs(file)
    assert (read.sentences, read.min_similarity, read.margin, read.model) == (lf.sentences, 0.8, 0.1, "words")
    assert read.name == "prototypes"
    assert not is_data(prototypes({0: ["good"]}))
    file.write_text('[[lf]]\nkind = "prototypes"\nmodel = "./mine"\nsentences = { yes = ["good"] }\n')
    assert read_lfs(file)[0].model == str(tmp_path / "mine")
    file.write_text('[[lf]]\nkind = "prototypes"\nsentences = { yes = ["good"] }\ncache = "x"\n')
    with pytest.raises(LFError, match="cache is not a setting"):
        read_lfs(file)


def test_ties_and_single_labels():
    assert chosen(np.array([[0.5], [0.1]]), 0.4, 0.2).tolist() == [0, -1]
    assert chosen(np.array([[0.5, 0.5]]), 0.4, 0.0).tolist() == [0]


def test_models_are_opened_by_what_was_handed_in():
    assert set(models._WAYS) == {"vectors", "entailment"}
