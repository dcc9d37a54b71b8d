"""Commands that need no transformer start without one."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
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
    ],
    ids=lambda arguments: arguments[0],
)
def test_no_heavy_import(tmp_path, arguments):
    from labelfns.pipelines.cli.starter import write_starter

    write_starter(tmp_path, ["negative", "positive"])
    command = [sys.executable, "-c", CODE, *(argument.format(tmp=tmp_path) for argument in arguments)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    assert HEAVY & set(done.stderr.splitlines()[-1].split()) == set()
