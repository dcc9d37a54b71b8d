"""Commands that need no transformer start without one."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
RUN = ROOT / "tests" / "fixtures" / "before_rooms" / "project" / "run"
HEAVY = {"torch", "transformers", "snorkel", "datasets", "sklearn", "matplotlib", "pandas"}

CODE = """
import sys
from labelfns.pipelines.cli import main
sys.argv = ["labelfns", *sys.argv[1:]]
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print(" ".join(sys.modules), file=sys.stderr)
"""


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("labelfns.models.transformer.settings") is None, reason="settings bring torch with them"
)
@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("init", "{tmp}/new"),
        ("test-lfs", "{tmp}/pipeline.toml"),
        ("suggest", "{tmp}/pipeline.toml"),
        ("analyze", "{tmp}/pipeline.toml"),
        ("analyze", "{tmp}/pipeline.toml", "--why", "0"),
        ("analyze", "{tmp}/pipeline.toml", "--against", "{tmp}/lfs.py"),
        ("rows", "{tmp}/pipeline.toml", "--label-model"),
        ("compare", "{run}", "{run}"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_no_heavy_import(tmp_path, arguments):
    from labelfns.pipelines.cli.starter import write_starter

    write_starter(tmp_path, ["negative", "positive"])
    assert loaded(*(argument.format(tmp=tmp_path, run=RUN) for argument in arguments)) & HEAVY == set()


@pytest.mark.slow
def test_predict_loads_nothing_that_only_training_needs(tmp_path):
    pytest.importorskip("torch")
    (tmp_path / "texts.txt").write_text("so great\nso awful\n")
    assert loaded("predict", str(RUN), str(tmp_path / "texts.txt"), "--without-lfs") & HEAVY == {
        "torch",
        "transformers",
    }


def loaded(*arguments):
    """Return the modules that a command loads."""
    command = [sys.executable, "-c", CODE, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.splitlines()[-1].split())
