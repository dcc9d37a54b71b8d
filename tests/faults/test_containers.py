"""Faults of kind 3: any container, its index in any order, gives what the list gives, in every entry."""

import datetime
from pathlib import Path

import datasets
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns import LFSet, Votes, as_texts, keywords, read_texts, row_function, suggest, try_on
from labelfns.checks import one_per_text, values_of
from labelfns.errors import InputError
from labelfns.models import (
    FineTuning,
    LabelModel,
    MajorityVote,
    Selection,
    TransformerClassifier,
    accuracy_against_coverage,
    evaluate,
    leave_one_out,
    paired_difference,
    reliability,
    score,
)
from labelfns.models.selection import combine, sharpen
from labelfns.pipelines import Labeled, Pipeline, analyze, load_settings
from labelfns.pipelines.few_gold.rows import GoldRows
from labelfns.progress import silent

LABELS = ["no", "yes"]
TEXTS = ["so good", "so bad", "good bad", "nothing here", "late train"] * 5
GOLD = ["yes", "no", "yes", "no", "no"] * 5
BACKWARDS = list(range(100, 125))[::-1]
LFS = LFSet(LABELS, [keywords("yes", ["good"], name="good"), keywords("no", ["bad"], name="bad")])
BY_FIELD = LFSet(LABELS, [row_function(lambda row: row["u"], name="field")])
VOTES = LFS.apply(TEXTS)
PROBS = LabelModel().fit(VOTES).predict_proba(VOTES)

CONTAINERS = {
    "tuple": tuple,
    "numpy": np.array,
    "numpy of objects": lambda values: np.array(values, dtype=object),
    "pandas": lambda values: pd.Series(values, index=BACKWARDS),
    "pandas with one label": lambda values: pd.Series(values, index=[0] * len(values)),
    "pandas with text labels": lambda values: pd.Series(values, index=[f"r{i}" for i in BACKWARDS]),
    "pandas categories": lambda values: pd.Series(values, index=BACKWARDS, dtype="category"),
    "pandas index": pd.Index,
    "polars": pl.Series,
    "pyarrow": pa.array,
    "pyarrow chunks": lambda values: pa.chunked_array([values[:3], values[3:]]),
    "datasets": lambda values: datasets.Dataset.from_dict({"t": values})["t"],
}


def rows(votes):
    return votes.matrix.tolist()


ENTRIES = {
    "LFSet.apply": lambda c: rows(LFS.apply(c(TEXTS))),
    "LFSet.cues": lambda c: LFS.cues(c(TEXTS)),
    "fields": lambda c: rows(BY_FIELD.apply(TEXTS, fields={"u": c(GOLD)})),
    "columns of a dict": lambda c: rows(BY_FIELD.apply({"text": c(TEXTS), "u": c(GOLD)})),
    "as_texts": lambda c: as_texts(c(TEXTS), gold=c(GOLD), labels=LABELS).gold.tolist(),
    "try_on": lambda c: str(try_on(LFS, c(TEXTS))),
    "suggest": lambda c: suggest(c(TEXTS), VOTES, labeled=(c(TEXTS), c(GOLD)), lfs=LFS, at_least=1, min_z=0.1),
    "Votes.where": lambda c: VOTES.where("good", gold=c(GOLD), wrong=False, texts=c(TEXTS)).rows(),
    "Votes.summary": lambda c: VOTES.summary(c(GOLD)).rows(),
    "LabelModel.fit": lambda c: LabelModel().fit(VOTES, c(GOLD)).predict_proba(VOTES).tolist(),
    "analyze": lambda c: str(analyze(LFS, c(TEXTS), c(GOLD), on=c(TEXTS), gold_on=c(GOLD))),
    "reliability": lambda c: reliability(PROBS, VOTES, c(GOLD)),
    "accuracy_against_coverage": lambda c: accuracy_against_coverage(PROBS, VOTES, c(GOLD)),
    "evaluate": lambda c: evaluate(PROBS, VOTES, c(GOLD)),
    "paired_difference": lambda c: paired_difference(c([0.5] * 25), c([1.0, 0.0] * 12 + [1.0]), c(GOLD)),
    "leave_one_out": lambda c: leave_one_out(MajorityVote(), VOTES, c(GOLD)),
    "score": lambda c: score(c([0, 1] * 12 + [0]), c([0, 1] * 12 + [-1]), 2),
    "Labeled": lambda c: (list((held := Labeled(c(TEXTS), c(GOLD))).texts), held.gold_ids(LABELS).tolist()),
    "few gold": lambda c: astuple_of(GoldRows.of(c(TEXTS), c(GOLD), c([0.5, 0.5][:2]), LABELS)),
}


def astuple_of(held):
    return list(held.texts), held.gold.tolist(), held.weights.tolist()


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("container", CONTAINERS)
def test_any_container_gives_what_the_list_gives(container, entry):
    make = CONTAINERS[container]

    def held(values):
        return list(values) if entry == "few gold" and len(values) == 2 else make(values)

    assert str(ENTRIES[entry](held)) == str(ENTRIES[entry](list))


@pytest.mark.slow
@given(st.permutations(range(9)), st.lists(st.integers(-3, 3), min_size=9, max_size=9))
@settings(deadline=None, max_examples=30)
def test_the_index_plays_no_part(order, index):
    texts = [["good", "bad", "none"][i % 3] + f" {i}" for i in order]
    series = pd.Series(texts, index=index)
    assert values_of(series) == texts
    assert rows(LFS.apply(series)) == rows(LFS.apply(texts))
    assert str(try_on(LFS, series)) == str(try_on(LFS, texts))
    cues = LFS.cues(texts)
    assert (
        one_per_text(pd.Series(cues, index=index), 9, "cues") == Labeled(texts, [0] * 9, pd.Series(cues)).cues == cues
    )


OBJECTS = [
    [{"lang": "en"}, {"place": "Rome"}],
    [1, "one"],
    [[1, [2]], []],
    [datetime.date(2020, 1, 2), None],
    [10**30, float("inf")],
    [{1}, (2,)],
]


@pytest.mark.parametrize("values", OBJECTS, ids=str)
def test_fields_are_the_objects_that_were_given(values):
    seen = []
    watch = LFSet(LABELS, [row_function(lambda row: seen.append(row["u"]), name="watch")])
    watch.apply(["a", "b"], fields={"u": values})
    watch.apply({"text": ["a", "b"], "u": values})
    assert all(one is other for one, other in zip(seen, values * 2, strict=True))


def fitted(**how):
    return TransformerClassifier("none", labels=LABELS).fit(TEXTS[:3], np.eye(2)[[0, 1, 0]], **how)


WRONG = {
    "cues": (lambda: fitted(cues=[[]]), "cues has 1 entry for 3 texts"),
    "weights": (lambda: fitted(weights=[1.0]), "weights has 1 entry for 3 texts"),
    "weights in words": (lambda: fitted(weights=["a", "b", "c"]), "weights must be 3 numbers"),
    "probs": (lambda: TransformerClassifier("none").fit(["a", "b"], [[1], [0, 1]]), r"probs must have shape \(2, k\)"),
    "gold": (lambda: LFS.apply(TEXTS).summary([0]), "1 gold label for 25 rows"),
    "gold of labeled": (lambda: Labeled(TEXTS, [0]), "gold has 1 entry for 25 texts"),
    "cues of labeled": (lambda: Labeled(TEXTS, GOLD, [[]]), "cues has 1 entry for 25 texts"),
    "cues in a dict": (lambda: Labeled(["a"], [0], {"a": []}), "cues must be a sequence"),
    "fields": (lambda: LFS.apply(TEXTS, fields={"u": [1]}), "field 'u' has length 1, but there are 25 texts"),
    "a string of fields": (
        lambda: LFS.apply(["a", "b"], fields={"u": "ab"}),
        "field 'u' must be a sequence.*one string",
    ),
    "fields without order": (lambda: LFS.apply(["a", "b"], fields={"u": {1, 2}}), "field 'u' must be .* no order"),
    "texts for votes": (lambda: suggest(["a"], VOTES), "1 text for 25 rows of votes"),
    "texts of where": (lambda: VOTES.where("good", texts=["a"]), "1 text for 25 rows of votes"),
    "a generator": (lambda: LFS.apply(text for text in TEXTS), "must be a sequence"),
    "gold of the pool": (lambda: Pipeline(LFS).fit(TEXTS, gold=[0]), "1 gold label for 25 rows"),
}


@pytest.mark.parametrize("name", WRONG)
def test_another_length_is_one_error_that_names_the_argument(name):
    make, message = WRONG[name]
    with pytest.raises(InputError, match=message) as caught:
        make()
    assert len(str(caught.value).splitlines()) <= 12


def test_gold_by_name_in_labeled():
    assert Labeled(["a", "b", "c"], ["yes", None, 0]).gold_ids(LABELS).tolist() == [1, -1, 0]


@pytest.mark.slow
def test_a_fit_goes_by_position(tiny_backbone):
    few = TEXTS[:6]
    probs, cues, weights = PROBS[:6], LFS.cues(few), [1.0, 2.0, 1.0, 2.0, 1.0, 2.0]
    how = FineTuning(epochs=1, min_steps=2, hide_cues=0.5)
    index = [5, 4, 3, 2, 1, 0]
    answers = [
        TransformerClassifier(tiny_backbone, labels=LABELS, settings=how)
        .fit(texts, table, weights=w, cues=c, progress=silent)
        .predict_proba(texts, hidden=c, progress=silent)
        for texts, table, w, c in (
            (few, probs, weights, cues),
            (
                pd.Series(few, index=index),
                pd.DataFrame(probs, index=index),
                pd.Series(weights, index=index),
                pd.Series(cues, index=index),
            ),
        )
    ]
    np.testing.assert_array_equal(*answers)


def test_paths_of_any_kind(tmp_path):
    (tmp_path / "t[1].csv").write_text("text\ngood\n")
    (tmp_path / "p.toml").write_text('[data]\nlabels = ["a", "b"]\npool = "t[1].csv"\n[lfs]\nfile = "lfs.py"\n')
    for kind in (str, Path):
        assert read_texts(kind(tmp_path / "t[1].csv")).texts == ["good"]
        assert load_settings(kind(tmp_path / "p.toml")).data.pool == str(tmp_path / "t[1].csv")
        VOTES.save(kind(tmp_path / "v[1].parquet"))
        assert (Votes.load(kind(tmp_path / "v[1].parquet")).matrix == VOTES.matrix).all()


TABLES = {
    "list": np.ndarray.tolist,
    "pandas": lambda table: pd.DataFrame(table, index=BACKWARDS),
    "polars": pl.DataFrame,
    "pyarrow": lambda table: pa.table({str(c): table[:, c] for c in range(table.shape[1])}),
}
OF_TABLES = {
    "reliability": lambda c: reliability(c(PROBS), VOTES, GOLD),
    "accuracy_against_coverage": lambda c: accuracy_against_coverage(c(PROBS), VOTES, GOLD),
    "evaluate": lambda c: evaluate(c(PROBS), VOTES, GOLD),
    "Selection": lambda c: Selection("quota", keep=0.5)(c(PROBS)).tolist(),
    "Selection by features": lambda c: Selection(neighbors=3)(c(PROBS), features=c(PROBS)).tolist(),
    "combine": lambda c: combine(c(PROBS), c(PROBS)).tolist(),
    "sharpen": lambda c: sharpen(c(PROBS)).tolist(),
    "Votes": lambda c: Votes(c(VOTES.matrix), labels=LABELS).matrix.tolist(),
}


@pytest.mark.parametrize("entry", OF_TABLES)
@pytest.mark.parametrize("table", TABLES)
def test_any_table_gives_what_the_array_gives(table, entry):
    assert str(OF_TABLES[entry](TABLES[table])) == str(OF_TABLES[entry](np.array))


def test_masks_go_by_position():
    mask = [i % 2 == 0 for i in range(25)]
    held = pd.Series(mask, index=BACKWARDS)
    assert VOTES.rows(held).matrix.tolist() == VOTES.rows(np.array(mask)).matrix.tolist()
    assert list(as_texts(TEXTS)[held]) == TEXTS[::2]
    for table in ([[0], [1, 2]], "ab", [[0.5]]):
        with pytest.raises(InputError, match="a label matrix is"):
            Votes(table, labels=LABELS)
