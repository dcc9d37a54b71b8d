import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns.engine.patterns.linear_regex import linear

PARTS = [
    *["a", "b", "K", " ", "1", "_", "-", r"\b", r"\d", r"\W", r"\s", r"\.", "[ab]", "[^a1]", r"[\w-]", "."],
    *["(?:a|b)", "(ab)", "a*", "b+?", "a{1,2}", "(?:ab)*", "|", "^", "$", "#", "a{2}", "(?:a|)", "[a-c]+"],
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PARTS), max_size=6), st.booleans(), st.lists(st.text("abcK1_- .#", max_size=8)))
def test_both_engines_answer_the_same(parts, ignore_case, texts):
    pattern = re.compile("".join(parts), re.IGNORECASE if ignore_case else 0)
    translated = linear(pattern)
    assert translated is not None
    found = pl.Series(texts, dtype=pl.String).str.contains(translated).to_list()
    assert found == [pattern.search(text) is not None for text in texts]


@pytest.mark.parametrize(
    "pattern",
    [
        *[r"(?=a)", r"(?<!a)b", r"(a)\1", r"(?P<x>a)", r"(?i:a)b", "[[a]", "[a&&b]", "[]a]", r"\<a\>", "a{,3}", "ä"],
        *["a++", "a*+", "(?>a)", r"\Z", r"\B", r"\x41", "a{1000}", "[a--b]", "(?#x)a", "\\", "{", "\t"],
    ],
)
def test_what_engines_read_differently_is_left_to_re(pattern):
    try:
        compiled = re.compile(pattern)
    except re.error:
        return
    except Warning:
        return
    assert linear(compiled) is None
