"""Equal and near-equal texts stand on one side of every split."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns import Votes
from labelfns.pipelines.few_gold.rows import GoldRows
from labelfns.pipelines.self_training.copies import copy_groups
from labelfns.pipelines.self_training.judges import hold_out

WORDS = ["great", "awful", "late", "happy", "train", "lunch", "🔥", "#fail", "ok", "no"]
DETAILS = [
    lambda text: text,
    str.upper,
    lambda text: f"RT @ann: {text}",
    lambda text: f"  {text}\n",
    lambda text: f"{text} https://t.co/{len(text)}",
    lambda text: f"{text} www.example.org/a",
    lambda text: f"{text} @bob",
    lambda text: f"{text} @someone_else",
]
TEXTS = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from(DETAILS)), min_size=8, max_size=60)


def sides(texts, mask):
    """Return what each group of copies has of a mask: one value where it stands on one side."""
    groups = copy_groups(texts)
    return [set(np.asarray(mask)[groups == group].tolist()) for group in range(groups.max() + 1)]


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.floats(0, 0.9), st.integers(0, 99), st.data())
def test_judges_and_what_is_trained_on(drawn, share, seed, data):
    texts = [detail(word) for word, detail in drawn]
    labels = data.draw(st.lists(st.integers(-1, 1), min_size=len(texts), max_size=len(texts)))
    votes = Votes([[label] for label in labels], labels=["no", "yes"])
    weak = np.array([[0.5, 0.5] if label < 0 else np.eye(2)[label] for label in labels])
    held_out = hold_out(votes, weak, share, seed, copy_groups(texts))
    assert all(len(side) == 1 for side in sides(texts, held_out))


@settings(deadline=None, max_examples=60)
@given(TEXTS, st.integers(2, 5), st.integers(0, 99))
def test_few_gold_folds(drawn, n, seed):
    texts = [detail(word) for word, detail in drawn]
    gold = np.array([WORDS.index(word) % 2 for word, _ in drawn])
    gold[:4] = [0, 0, 1, 1]
    rows = GoldRows(texts, gold, np.ones(len(texts)))
    groups = copy_groups(texts)
    for rest, held_out in rows.folds(n, seed):
        if len(np.unique(groups)) > 1:
            assert not set(groups[rest]) & set(groups[held_out])
