import json

import pytest
from typer.testing import CliRunner

from labelfns import read_texts
from labelfns.errors import InputError
from labelfns.pipelines.cli import app


def analyze(project, *arguments):
    return CliRunner().invoke(app, ["analyze", str(project / "pipeline.toml"), *arguments])


def test_why_a_row_gets_its_label(tiny_project):
    default = ("--set", "label_model.kind=labelfns", "--data", "val")
    answer = json.loads(analyze(tiny_project, *default, "--why", "0", "--json").stdout)
    assert answer["why"]["label"] == "positive"
    assert [vote["lf"] for vote in answer["why"]["votes"]] == ["good_words"]
    model = answer["label_model"]
    assert model["accuracy_against_coverage"][0]["accuracy"] == 1
    assert 0 <= model["calibration"]["error"] <= 1
    assert any("class balance" in note for note in model["notes"])
    shown = analyze(tiny_project, *default, "--why", "0").stdout
    text = read_texts(tiny_project / "val.csv")[0]
    assert f"Row 0 (line 2): {text}\nRow 0: positive" in shown
    assert "Accuracy against coverage" in shown


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["labelfns", "majority", "snorkel"])
def test_leave_one_out(tiny_project, kind):
    arguments = ("--set", f"label_model.kind={kind}", "--leave-one-out")
    found = json.loads(analyze(tiny_project, *arguments, "--data", "val", "--json").stdout)["leave_one_out"]
    names = [row["lf"] for row in json.loads(analyze(tiny_project, "--json").stdout)["lfs"]]
    assert [one["lf"] for one in found] == names
    assert max(one["coverage"] for one in found) > 0
    assert all(isinstance(one["accuracy"], float) for one in found)
    assert "accuracy it adds" in analyze(tiny_project, *arguments, "--data", "val").stdout
    without_gold = analyze(tiny_project, *arguments)
    assert "What each LF adds" in without_gold.stdout
    assert "accuracy it adds" not in without_gold.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--why", "0"), "explains no row"),
        (("--set", "label_model.kind=labelfns", "--why", "999"), "there is no row 999"),
    ],
)
def test_why_not(tiny_project, arguments, message):
    found = analyze(tiny_project, *arguments)
    assert isinstance(found.exception, InputError)
    assert message in str(found.exception)
