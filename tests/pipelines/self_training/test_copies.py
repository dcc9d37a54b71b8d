import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns.pipelines.self_training.copies import copy_groups, without_details

WORDS = st.lists(st.sampled_from(["so", "Happy", "LATE", "again", "#fail", "🔥"]), min_size=1, max_size=5)


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("so happy", "So  HAPPY "),
        ("so happy @ann", "so happy @bob_2"),
        ("so happy https://t.co/abc", "so happy http://x.org/?q=1"),
        ("so happy", "RT @ann: so happy"),
        ("so happy", "rt @ann so\nhappy"),
        ("so happy", "RT @ann: RT @bob: so happy"),
    ],
)
def test_what_counts_as_a_copy(text, copy):
    assert copy_groups([text, copy]).tolist() == [0, 0]


@pytest.mark.parametrize("other", ["so happy!", "not so happy", "so #happy", "happy so"])
def test_what_does_not(other):
    assert copy_groups(["so happy", other]).tolist() == [0, 1]


@settings(deadline=None)
@given(WORDS, st.sampled_from(["", "RT @ann: ", "rt @b "]), st.sampled_from([" ", "  ", "\n"]), st.booleans())
def test_details_do_not_matter(words, before, space, upper):
    text, copy = " ".join(words), before + space.join(words)
    assert without_details(copy.upper() if upper else copy) == without_details(text)


@settings(deadline=None)
@given(st.lists(st.text(max_size=3)))
def test_groups_are_numbered_by_first_appearance(texts):
    groups = copy_groups(texts)
    first = [int(groups[i]) for i in range(len(texts)) if groups[i] not in groups[:i]]
    assert first == list(range(len(np.unique(groups))))
