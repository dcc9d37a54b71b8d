"""Characters are told apart by Unicode's data."""

import time
import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns import LFSet, keywords
from labelfns.text.characters import JOINERS, LEFT_OUT, is_space, marks, normalized

POINTS = "".join(chr(p) for p in range(0x110000) if not 0xD800 <= p < 0xE000)


def of(pattern, chars=POINTS):
    return set(regex.findall(pattern, chars, regex.VERSION1))


@pytest.mark.slow
def test_invisible_characters_are_those_of_unicode():
    ignorable = of(r"\p{Default_Ignorable_Code_Point}")
    assert set(LEFT_OUT.findall(POINTS)) == ignorable | {"\u0640"}
    joining = of(r"[\p{Word_Break=Format}\p{Word_Break=ZWJ}\u200c]", "".join(ignorable))
    beyond = of(r"[\U00010000-\U0010ffff]")  # these belong to flags, music and shorthand
    assert of(rf"[[{JOINERS}]--\p{{Cn}}]") == joining - beyond


@pytest.mark.slow
def test_marks_are_those_of_unicode():
    assert of(rf"[{marks()}]") - of(r"\p{M}") == set()


def test_what_is_white_space():
    assert all(map(is_space, (" ", "\n\u2003", "\u200e \u2060", "&nbsp;", " &#160; ", "\u3000")))
    assert not any(map(is_space, ("", "\u200b", "-", " , ", "&amp;", "&shy;", "a")))


SIGNS = "aeiouKſﬁ①\u0301\u0323\u0327\u0345\u0344\u05b0\u3099가\u1100\u1161\u11a8か\u0958\u1e9b\u200d\U0001d15e"


MARKS = "".join(sign for sign in SIGNS if unicodedata.category(sign)[0] == "M")


@given(
    st.lists(st.text(st.sampled_from(SIGNS)) | st.text(st.sampled_from(MARKS), min_size=50), min_size=9).map("".join)
)
@settings(deadline=None, max_examples=60)
def test_long_words_are_normalized_as_unicode_has_it(word):
    assert normalized(word) == unicodedata.normalize("NFKC", word)


@pytest.mark.slow
@pytest.mark.parametrize("marks", ["\u0301", "\u0301\u0323", "\u0323\u0301\u0327"])
def test_runs_of_marks_take_linear_time(marks):
    start = time.perf_counter()
    LFSet(["no", "yes"], [keywords("yes", ["good"])]).apply(["e" + marks * (400_000 // len(marks))])
    assert time.perf_counter() - start < 10
