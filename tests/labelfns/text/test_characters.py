"""Characters are told apart by Unicode's data."""

import pytest
import regex

from labelfns.text.characters import JOINERS, LEFT_OUT, is_space, marks

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
