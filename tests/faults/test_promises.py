"""Every promise of the docs names tests, and they are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_tests_that_are_named_are_there():
    page = (ROOT / "docs" / "promises.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", page))
    assert len(named) >= 12
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []
    mine = {f"tests/faults/{path.name}" for path in (ROOT / "tests" / "faults").glob("test_*.py")}
    about = {"test_folders", "test_kills", "test_hostile_models", "test_hostile_runs", "test_splits"}
    assert {f"tests/faults/{name}.py" for name in about} <= named & mine
