from dataclasses import dataclass
from math import inf, nan
from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelfns.models.ranges import choices, number


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_number_is_within_its_interval(value):
    assert number("x", value, "[0, 1)")[0] == (0 <= value < 1)
    assert number("x", value, "(0, 1]")[0] == (0 < value <= 1)
    assert number("x", value, "(0, inf)")[0] == (0 < value < inf)


@pytest.mark.parametrize(
    ("value", "interval", "message"),
    [
        (2, "[0, 1]", "x must be in [0, 1]; got 2"),
        (0, "(0, inf)", "x must be above 0; got 0"),
        (-1, "[0, inf)", "x must be at least 0; got -1"),
        (9000, "[1, 8000]", "x must be at most 8000; got 9000"),
        (0, "[1, 8000]", "x must be at least 1; got 0"),
        (nan, "(0, inf)", "x must be a number, above 0; got nan"),
        ("1", "[0, 1]", "x must be a number, in [0, 1]; got '1'"),
    ],
)
def test_messages(value, interval, message):
    assert number("x", value, interval) == (False, message)


def test_whole_numbers():
    assert number("x", np.int64(3), "[1, inf)", whole=True)[0]
    assert number("x", 2.5, "[1, inf)", whole=True) == (False, "x must be a whole number, at least 1; got 2.5")
    assert not number("x", True, "[1, inf)", whole=True)[0]


def test_words():
    @dataclass
    class Settings:
        word: Literal["one", "two"]
        flag: bool

    assert all(holds for holds, _ in choices(Settings("one", True)))
    messages = [message for holds, message in choices(Settings("tow", 1)) if not holds]
    assert messages == [
        "word must be one of one, two; got 'tow'; did you mean 'two'?",
        "flag must be true or false; got 1",
    ]
