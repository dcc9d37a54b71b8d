"""Votes that come with how much of a vote they are, from the LF to the label model."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from labelfns import LFSet, Votes, apply_file, expectations, keywords, labeling_function, model, try_on
from labelfns.errors import InputError, LFError
from labelfns.models import LabelModel, MajorityVote
from labelfns.models.evaluation.leave_one_out import leave_one_out
from labelfns.models.label_models.explain import explain_by_leaving_out

LABELS = ["no", "yes"]
TEXTS = ["good", "good good", "bad", "x"]


@labeling_function(soft=True, expects={"good": "yes", "bad": None})
def counted(text):
    return ("yes", text.count("good") / 2) if "good" in text else None


def plain(text):
    return "no" if "bad" in text else None


LFS = LFSet(LABELS, [counted, labeling_function(name="plain")(plain), keywords("yes", ["good"], name="good")])
STRENGTH = [[0.5, 0, 1], [1, 0, 1], [0, 1, 0], [0, 0, 0]]


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_pairs_are_votes_with_their_strength(workers):
    votes = LFS.apply(TEXTS, workers=workers)
    assert votes.matrix[:, 0].tolist() == [1, 1, -1, -1]
    assert votes.strength.tolist() == STRENGTH
    assert LFSet(LABELS, LFS.lfs[1:]).apply(TEXTS).strength is None
    assert "votes on 2 of 4 rows" in str(try_on(counted, TEXTS))
    assert [case.failure() for case in expectations(LFS)] == ["", ""]


def test_columns_in_a_cache_keep_it(tmp_path):
    lfs = LFSet(LABELS, [labeling_function(soft=True, name="c")(lambda text: ("yes", len(text) / 10))])
    first, again = (lfs.apply(["ab", "abcd"], cache=tmp_path) for _ in range(2))
    assert len(list(tmp_path.iterdir())) == 1
    assert first.strength.tolist() == again.strength.tolist() == [[np.float32(0.2)], [np.float32(0.4)]]


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan"), True, "1", None])
def test_a_strength_that_is_none_is_named(strength):
    with pytest.raises(LFError, match="strength of its vote, a number in"):
        LFSet(LABELS, [labeling_function(soft=True, name="c")(lambda text: ("yes", strength))]).apply(["a"])


def test_a_pair_of_an_lf_that_is_not_soft_is_no_vote():
    with pytest.raises(LFError, match="an LF with soft=True gives pairs"):
        LFSet(LABELS, [labeling_function(name="c")(lambda text: ("yes", 0.5))]).apply(["a"])


def test_a_models_confidence_is_its_votes_strength():
    def classifier(texts):
        return [{"label": "yes", "score": 0.9 if "good" in text else 0.4} for text in texts]

    votes = LFSet(LABELS, [model(classifier, at_least=0.5, soft=True)]).apply(TEXTS)
    assert votes.strength[:, 0].tolist() == pytest.approx([0.9, 0.9, 0, 0])


MATRICES = arrays(np.int8, (4, 3), elements=st.integers(-1, 1))
STRENGTHS = arrays(np.float32, (4, 3), elements=st.floats(0, 1, width=32))


@given(MATRICES, STRENGTHS)
def test_files_keep_it_exactly(matrix, strength):
    import tempfile
    from pathlib import Path

    votes = Votes(matrix, labels=LABELS, lf_names=["a", "a (strength)", "b"], strength=strength)
    with tempfile.TemporaryDirectory() as folder:
        votes.save(Path(folder) / "votes.parquet")
        again = Votes.load(Path(folder) / "votes.parquet")
    assert again.matrix.tolist() == matrix.tolist()
    assert again.strength.tolist() == np.where(matrix == -1, 0, strength).tolist()
    assert again.lf_names == votes.lf_names


def test_a_changed_strength_in_a_file_is_seen(tmp_path):
    import polars as pl

    votes = Votes([[0], [1]], labels=LABELS, lf_names=["a"], strength=[[0.5], [1]])
    votes.save(tmp_path / "votes.parquet")
    metadata = pl.read_parquet_metadata(tmp_path / "votes.parquet")
    frame = pl.read_parquet(tmp_path / "votes.parquet").with_columns(pl.Series("a (strength)", [0.6, 1], pl.Float32))
    kept = {name: value for name, value in metadata.items() if name.startswith("labelfns")}
    frame.write_parquet(tmp_path / "votes.parquet", metadata=kept)
    with pytest.raises(InputError, match="changed since it was written"):
        Votes.load(tmp_path / "votes.parquet")


def test_a_file_larger_than_memory_keeps_it(tmp_path):
    (tmp_path / "texts.jsonl").write_text("".join(f'{{"text": "{text}", "id": {i}}}\n' for i, text in enumerate(TEXTS)))
    apply_file(LFS, tmp_path / "texts.jsonl", output=tmp_path / "votes.parquet", chunk_rows=2)
    votes = Votes.load(tmp_path / "votes.parquet")
    assert votes.strength.tolist() == STRENGTH
    assert votes.matrix.tolist() == LFS.apply(TEXTS).matrix.tolist()


def test_parts_of_votes_keep_it():
    votes = LFS.apply(TEXTS)
    assert votes.rows([1, 0]).strength.tolist() == [STRENGTH[1], STRENGTH[0]]
    assert votes.of_lfs(["good", "counted"]).strength.tolist() == [[row[2], row[0]] for row in STRENGTH]
    with pytest.raises(InputError, match="no LF named"):
        votes.of_lfs(["none"])


@pytest.mark.parametrize(
    ("strength", "said"), [([[0.5]], "shape"), ([[2], [0]], "row 0, LF 'a' has 2"), ([[0.1], [-1]], "row 1")]
)
def test_strengths_that_are_not_right(strength, said):
    with pytest.raises(InputError, match=said):
        Votes([[0], [1]], labels=LABELS, lf_names=["a"], strength=strength)


@pytest.fixture(scope="module")
def votes():
    rng = np.random.default_rng(0)
    gold = rng.integers(0, 2, 300)
    matrix = np.where(
        rng.random((300, 4)) < 0.6, np.where(rng.random((300, 4)) < 0.8, gold[:, None], 1 - gold[:, None]), -1
    )
    return Votes(matrix, labels=LABELS, strength=rng.uniform(0.2, 1, matrix.shape)), gold


def test_the_label_model_goes_by_it_and_others_do_not(votes, tmp_path):
    soft, gold = votes
    hard = Votes(soft.matrix, labels=LABELS)
    fitted = LabelModel().fit(soft)
    by_hand = LabelModel().fit(hard, strength=soft.strength)
    assert np.array_equal(fitted.predict_proba(soft), by_hand.predict_proba(hard, strength=soft.strength))
    assert not np.allclose(fitted.predict_proba(soft), LabelModel().fit(hard).predict_proba(hard))
    fitted.save(tmp_path / "label_model.json")
    assert np.array_equal(
        LabelModel.load(tmp_path / "label_model.json").predict_proba(soft), fitted.predict_proba(soft)
    )
    ones = Votes(soft.matrix, labels=LABELS, strength=np.ones(soft.matrix.shape))
    assert np.allclose(
        LabelModel().fit(ones).predict_proba(ones), LabelModel().fit(hard).predict_proba(hard), atol=1e-6
    )
    assert np.array_equal(MajorityVote().fit(soft).predict(soft), MajorityVote().fit(hard).predict(hard))
    assert LabelModel().fit(soft, gold).predict(soft).shape == (300,)


def test_reasons_and_figures_go_by_it(votes):
    soft, gold = votes
    fitted = LabelModel().fit(soft)
    row = int(np.flatnonzero((soft.matrix >= 0).sum(axis=1) > 1)[0])
    reasons = fitted.explain(soft, row)
    assert reasons.confidence == pytest.approx(fitted.predict_proba(soft)[row].max())
    best = fitted.explain(Votes(soft.matrix, labels=LABELS), row)
    by_lf = {reason.lf: reason.log_odds for reason in best.votes}
    for reason in reasons.votes:
        share = soft.strength[row, soft.lf_names.index(reason.lf)]
        assert abs(reason.log_odds) == pytest.approx(abs(by_lf[reason.lf]) * share)
    assert explain_by_leaving_out(fitted, soft, row).confidence == pytest.approx(reasons.confidence)
    assert len(leave_one_out(LabelModel(), soft, gold)) == 4
