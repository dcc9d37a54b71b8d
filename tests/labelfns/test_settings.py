from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from labelfns.errors import SettingsError
from labelfns.settings import check, from_mapping, to_mapping


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


def build(values):
    problems = []
    return from_mapping(Outer, values, "outer", problems), problems


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
        "outer.cuont is not a setting; did you mean 'count'?",
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
