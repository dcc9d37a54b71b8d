from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import numpy as np
import pytest

from labelfns.errors import SettingsError
from labelfns.setting_types import PathSetting, Unbounded, describe, fits, lossless, marks
from labelfns.settings import Reader, check, check_types, to_mapping


@dataclass(frozen=True)
class Inner:
    rate: float = 0.5
    kind: Literal["a", "b"] = "a"

    def __post_init__(self):
        check((self.rate > 0, f"rate must be above 0; got {self.rate}"), (self.rate < 9, "rate must be below 9"))


@dataclass(frozen=True)
class Outer:
    names: tuple[str, ...]
    count: int = 1
    note: str | None = None
    inner: Inner = Inner()
    extra: dict[str, Any] = field(default_factory=dict)


def build(values, renamed=None):
    reader = Reader(Outer, renamed)
    return reader.read(Outer, values, "outer"), reader.problems


def test_there_and_back():
    values = {"names": ["x"], "count": 2, "inner": {"rate": 2.0, "kind": "b"}, "extra": {"bf16": True}}
    settings, problems = build(values)
    assert problems == []
    assert settings == Outer(("x",), 2, None, Inner(2.0, "b"), {"bf16": True})
    assert to_mapping(settings) == values


def test_a_whole_number_is_a_number():
    assert build({"names": [], "inner": {"rate": 2}})[0].inner.rate == 2.0


def test_all_problems_at_once():
    settings, problems = build(
        {"cuont": 2, "count": True, "note": 3, "inner": {"kind": "c", "rate": "fast"}, "extra": 1}
    )
    assert settings is None
    assert problems == [
        "outer.cuont is not a setting; did you mean 'outer.count'?",
        "outer.count must be a whole number; got True",
        "outer.note must be a string; got 3",
        'outer.inner.kind must be "a" or "b"; got \'c\'',
        "outer.inner.rate must be a number; got 'fast'",
        "outer.extra must be a table of settings; got 1",
        "outer.names is missing; it must be a list, each a string",
    ]


def test_range_checks_carry_the_section():
    assert build({"names": [], "inner": {"rate": -1.0}})[1] == ["outer.inner.rate must be above 0; got -1.0"]


def test_check_lists_every_broken_rule():
    with pytest.raises(SettingsError, match=r"2 problems:\n  - one\n  - two"):
        check((False, "one"), (True, "fine"), (False, "two"))


@pytest.mark.parametrize(
    ("value", "hint", "as_due"),
    [
        (2, float, 2.0),
        (np.int64(2), int, 2),
        (np.float32(0.5), float, 0.5),
        ([1, 2.5], tuple[float, ...], (1.0, 2.5)),
        ([1, 2], tuple[float, ...] | Literal["uniform"], (1.0, 2.0)),
        ("uniform", tuple[float, ...] | Literal["uniform"], "uniform"),
        (None, Annotated[str, PathSetting()] | None, None),
    ],
)
def test_what_a_value_may_be(value, hint, as_due):
    converted = lossless(value, hint)
    assert (converted, type(converted)) == (as_due, type(as_due))
    assert fits(converted, hint)


@pytest.mark.parametrize(
    ("value", "hint", "words"),
    [
        (True, int, "a whole number"),
        (True, float, "a number"),
        (1.0, int, "a whole number"),
        ("1", int | None, "a whole number"),
        ("abc", tuple[str, ...], "a list, each a string"),
        (["a", 1], tuple[str, ...], "a list, each a string"),
        (1, Literal["a", "b"], '"a" or "b"'),
        ([1, "a"], tuple[float, ...] | Literal["uniform"], 'a list, each a number or "uniform"'),
    ],
)
def test_what_a_value_may_not_be(value, hint, words):
    assert not fits(lossless(value, hint), hint)
    assert describe(hint) == words


def test_marks_are_found_in_unions():
    assert marks(Annotated[float, Unbounded]) == marks(Annotated[float, Unbounded] | None) == (Unbounded,)
    assert marks(float | None) == ()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"count": 10**5000}, "outer.count must be a whole number below 2**63; got a number too long to write"),
        ({"inner": {"rate": float("nan")}}, "outer.inner.rate must be a number that is not nan"),
        ({"inner": {"rate": float("inf")}}, "outer.inner.rate must be a number that is not inf"),
        ({"inner": {"rate": 10**400}}, "outer.inner.rate must be a number; got"),
        ({"inner": 3}, "outer.inner must be a table of settings; got 3"),
        ({"note": ["x" * 1000]}, "outer.note must be a string; got ["),
        ({"rate": 1}, "outer.rate is not a setting here; it goes under [inner]"),
        ({"inner": {"count": 1}}, "outer.inner.count is not a setting here; it goes at the top, before any section"),
    ],
)
def test_one_problem_is_one_short_line(values, message):
    _, (problem,) = build({"names": ["a"], **values})
    assert problem.startswith(message)
    assert len(problem) < 200


def test_settings_made_in_python_are_checked_too():
    @dataclass(frozen=True)
    class Checked(Outer):
        def __post_init__(self):
            check_types(self)

    assert Checked(["a", "b"], count=np.int64(2)) == Checked(("a", "b"), count=2)
    with pytest.raises(SettingsError) as caught:
        Checked("ab", note=1, inner=Inner(kind="c"))
    for part in ("names must be a list", "note must be a string; got 1", 'inner.kind must be "a" or "b"; got \'c\''):
        assert part in str(caught.value)


def test_old_names_are_taken_where_the_new_one_is_a_setting():
    reader = Reader(Outer, {"amount": "count", "speed": "rate", "names": "titles"})
    settings = reader.read(Outer, {"names": ["a"], "amount": 3, "inner": {"speed": 2}})
    assert (settings.count, settings.inner.rate, settings.names, reader.problems) == (3, 2.0, ("a",), [])
    assert reader.old_names == ["amount is now count", "inner.speed is now inner.rate"]
    _, problems = build({"names": ["a"], "amount": 3, "count": 4}, {"amount": "count"})
    assert problems == ["outer.amount is the old name of outer.count, which is given too: keep one"]
