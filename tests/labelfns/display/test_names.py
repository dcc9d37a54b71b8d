import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns.display.names import name_html, printable, short


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("$", "$"),
        ("from_$5_to_$10", "from_$5_to_$10"),
        ("_leading", "_leading"),
        ("a\nb", "a\\nb"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\u202eb", "a\\u202eb"),
        ("\ud800", "\\ud800"),
        ("جيد", "جيد"),
        ("می‌خواهم", "می‌خواهم"),
        ("👩‍🚀 🇦🇺", "👩‍🚀 🇦🇺"),
    ],
)
def test_names_are_text(name, line):
    assert printable(name) == short(name) == line


def test_a_long_name_is_cut_and_whole_in_its_tooltip():
    name = '<"' + "x" * 200
    assert short(name) == '<"' + "x" * 77 + "…"
    assert str(name_html(name)) == f'<bdi title="&lt;&#34;{"x" * 200}">&lt;&#34;{"x" * 77}…</bdi>'


@settings(deadline=None)
@given(st.text(st.characters()))
def test_no_unseen_sign_is_left(text):
    line = short(text, 30)
    assert len(line) <= 30
    assert not {unicodedata.category(sign) for sign in line} & {"Cc", "Cs", "Zl", "Zp"}
    line.encode("utf-8")
