"""Soft labels in frames of other libraries come back as they were."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns.errors import InputError
from labelfns.interop import SoftLabels

from .test_of_votes import FORMS, LABELS, NAMES


@st.composite
def some_soft_labels(draw):
    labels, n = draw(LABELS), draw(st.integers(0, 4))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    probs = rng.dirichlet(np.ones(len(labels)), n).reshape(n, len(labels))
    probs = probs.astype(draw(st.sampled_from([np.float32, np.float64])))
    probs[rng.random(n) < 0.2] = np.nan
    texts = draw(st.none() | st.lists(NAMES.filter(str.strip), min_size=n, max_size=n))
    return SoftLabels(probs, labels, rng.integers(-1, len(labels), n), texts)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=40, deadline=None)
@given(soft=some_soft_labels())
def test_soft_labels_come_back_as_they_were(form, soft):
    if form != "to_dataset":
        assert getattr(soft, form)().shape[1] == len(soft.labels) + 1 + (soft.texts is not None)
    back = SoftLabels.from_frame(getattr(soft, form)())
    assert back.labels == soft.labels
    assert back.texts == soft.texts
    assert back.ids.tolist() == soft.ids.tolist()
    assert back.probs.dtype == soft.probs.dtype
    assert np.array_equal(back.probs, soft.probs, equal_nan=True)


def test_by_default_the_label_is_the_likeliest_and_none_for_a_tie_or_where_nothing_is_known():
    soft = SoftLabels([[0.9, 0.1], [0.5, 0.5], [np.nan, np.nan]], ["no", "yes"])
    assert soft.ids.tolist() == [0, -1, -1]
    assert soft.names() == ["no", None, None]
    assert repr(soft) == "SoftLabels(3 rows, 1 with a label, without texts, labels=('no', 'yes'))"


def test_a_data_set_has_a_class_label_and_lists_of_probabilities():
    data = SoftLabels(np.float32([[0.75, 0.25]]), ["no", "yes"], texts=["x"]).to_dataset()
    assert data.features["label"].names == ["no", "yes"]
    assert data.features["probs"].length == 2
    assert data[0] == {"text": "x", "label": 0, "probs": [0.75, 0.25]}


def test_other_columns_are_left_out_and_labels_can_be_chosen():
    frame = pl.DataFrame({"p_value": [0.1], "p_no": [0.75], "p_yes": [0.25], "label": ["no"], "user": ["u"]})
    soft = SoftLabels.from_frame(frame, ["no", "yes"])
    assert (soft.labels, soft.probs.tolist(), soft.names()) == (("no", "yes"), [[0.75, 0.25]], ["no"])


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (([[0.5]], ["no", "yes"]), "for each of 2 labels"),
        (([[0.5, 1.5]], ["no", "yes"]), r"row 0 has \[0.5, 1.5\]"),
        (([[0.5, 0.5]], ["no", "yes"], [2]), "row 0 has 2"),
        (([[0.5, 0.5]], ["no", "yes"], [0, 1]), "ids must be 1 class ids"),
        (([[0.5, 0.5]], ["no", "yes"], None, ["a", "b"]), "2 texts for 1 row"),
    ],
)
def test_parts_that_do_not_fit_are_refused(parts, message):
    with pytest.raises(InputError, match=message):
        SoftLabels(*parts)


@pytest.mark.parametrize(
    ("frame", "labels", "message"),
    [
        (pl.DataFrame({"text": ["x"]}), None, "lacks columns p_LABEL"),
        (pl.DataFrame({"p_no": [1.0]}), ["no", "yes"], "lacks p_yes"),
        (pl.DataFrame({"p_no": [1.0], "p_yes": [0.0], "label": ["maybe"]}), None, "row 0: 'maybe'"),
        (pl.DataFrame({"probs": [[1.0, 0.0, 0.0]]}), ["no", "yes"], "2 numbers"),
        (pl.DataFrame({"probs": [[1.0, 0.0]]}), None, "pass labels"),
    ],
)
def test_a_frame_without_probabilities_is_refused(frame, labels, message):
    with pytest.raises(InputError, match=message):
        SoftLabels.from_frame(frame, labels)


@pytest.mark.parametrize("form", ["to_pandas", "to_polars"])
def test_a_frame_of_answers_is_read(form):
    from labelfns.pipelines.prediction.predictor import Answers

    probs = np.array([[0.75, 0.25], [np.nan, np.nan], [0.5, 0.5]])
    answers = Answers(probs, probs, None, np.zeros(3, dtype=bool), ("no", "yes"))
    soft = SoftLabels.from_frame(getattr(answers, form)(min_confidence=0.6))
    assert soft.names() == ["no", None, None]
    assert np.array_equal(soft.probs, probs, equal_nan=True)


def test_rows_that_do_not_sum_to_1_are_refused():
    with pytest.raises(InputError, match=r"row 1 sums to 1\.4"):
        SoftLabels([[0.5, 0.5], [0.5, 0.9]], ["no", "yes"])
    assert len(SoftLabels([[0.3333, 0.6666], [np.nan, np.nan]], ["no", "yes"])) == 2
