"""The campaign's own parts: tests must be able to fail."""

import time

import pytest

from .campaign import Late, count, deadline, seeded


def test_as_many_inputs_as_are_asked_for(monkeypatch):
    monkeypatch.delenv("LABELFNS_FAULTS", raising=False)
    few = [(number, rng.random()) for number, rng in seeded(3)]
    assert count(3) == len(few) == 3
    monkeypatch.setenv("LABELFNS_FAULTS", "5")
    assert [(number, rng.random()) for number, rng in seeded(3)][:3] == few
    assert count(3) == 5
    assert (count(3, 2), count(2, 2), count(1, 2)) == (3, 2, 2)


def test_what_hangs_is_interrupted_and_named():
    with pytest.raises(Late, match="input 7: no answer after"), deadline(7, seconds=0.02):
        time.sleep(10)
    with pytest.raises(Late, match="input 8: no answer after"), deadline(8, seconds=0.2):
        sum(iter(lambda: 1, 0))


def test_what_fails_is_named():
    with pytest.raises(ValueError, match="odd") as caught, deadline("seed 8"):
        raise ValueError("odd")
    assert caught.value.__notes__ == ["input seed 8"]
