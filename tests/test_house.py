"""The house stands: packages, exported names, light imports."""

import importlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


ROOMS = ("labelfns", "models", "pipelines")


def folders_of_code() -> list[Path]:
    """Return every folder of code; `labelfns` holds links to the other rooms, which are their own."""
    return [
        file.parent.relative_to(ROOT)
        for room in ROOMS
        for file in (ROOT / room).rglob("__init__.py")
        if not any(folder.is_symlink() for folder in file.parents)
    ]


def test_every_package_is_listed():
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    packages = {
        ".".join(("labelfns", *(part for part in path.parts if part != "labelfns"))) for path in folders_of_code()
    }
    assert set(setuptools["packages"]) == packages | {"labelfns.data"}


@pytest.mark.parametrize("folder", folders_of_code(), ids=str)
def test_no_folder_is_crowded(folder):
    here = [file for file in (ROOT / folder).glob("*.py") if "former place" not in file.read_text(encoding="utf-8")]
    assert len(here) <= 16


@pytest.mark.parametrize("name", ["labelfns", "labelfns.frames", "labelfns.models", "labelfns.pipelines"])
def test_exported_names_are_sorted_and_there(name):
    module = importlib.import_module(name)
    assert module.__all__ == sorted(module.__all__)
    assert all(hasattr(module, member) for member in module.__all__)


@pytest.mark.parametrize("room", ROOMS)
def test_percent_is_written_by_one_function(room):
    by_hand = [
        str(file.relative_to(ROOT))
        for file in (ROOT / room).rglob("*.py")
        if file.name != "numbers.py"
        and not any(folder.is_symlink() for folder in file.parents)
        and re.search(r":\.\d%\}|\d %[ \"')]\D", file.read_text(encoding="utf-8"))
    ]
    assert by_hand == [], "use labelfns.display.numbers.percent, and 95% in a sentence"


def test_unknown_name_of_a_lazy_room():
    with pytest.raises(ImportError, match="SelfTrain"):
        from labelfns.pipelines import SelfTrain  # noqa: F401


@pytest.mark.parametrize("code", ["import labelfns", "import labelfns.pipelines.cli"], ids=["package", "command line"])
def test_import_is_light(code):
    heavy = "torch transformers snorkel datasets sklearn matplotlib pandas polars pyspark dask"
    check = f"import sys; {code}; print(sorted(set('{heavy}'.split()) & set(sys.modules)))"
    found = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.strip() == "[]"


def test_no_file_is_long():
    long = {
        str(file.relative_to(ROOT)): n
        for folder in folders_of_code()
        for file in (ROOT / folder).glob("*.py")
        if (n := len(file.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert not long


@pytest.mark.slow
@pytest.mark.parametrize(
    ("room", "line", "contract"),
    [
        ("labelfns/text/tokens.py", "import labelfns.engine.apply", "above them models and pipelines BROKEN"),
        ("labelfns/votes.py", "import labelfns.models", "above them models and pipelines BROKEN"),
        ("models/class_balance.py", "import labelfns.models.evaluation.metrics", "the rooms of models BROKEN"),
        ("pipelines/few_gold/refinement.py", "import labelfns.pipelines.cli", "the rooms of pipelines BROKEN"),
    ],
)
def test_a_wrong_import_breaks_a_contract(tmp_path, room, line, contract):
    for folder in ROOMS:
        shutil.copytree(ROOT / folder, tmp_path / folder, symlinks=True)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    file = tmp_path / room
    file.write_text(f"{file.read_text(encoding='utf-8')}\n\ndef late() -> None:\n    {line}\n", encoding="utf-8")
    lint = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    result = subprocess.run(lint, capture_output=True, text=True, cwd=tmp_path, env=os.environ | {"PYTHONPATH": "."})
    assert result.returncode != 0
    assert contract in result.stdout
