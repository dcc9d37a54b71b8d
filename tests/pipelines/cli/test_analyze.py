import json
import warnings

import pytest
from typer.testing import CliRunner

from labelfns import Fault, read_texts
from labelfns.engine.apply import warn_of
from labelfns.errors import InputError, LabelFnsWarning
from labelfns.pipelines.cli import _warnings_as_lines, app


def analyze(project, *arguments):
    return CliRunner().invoke(app, ["analyze", str(project / "pipeline.toml"), *arguments])


def test_why_a_row_gets_its_label(tiny_project):
    default = ("--set", "label_model.kind=labelfns", "--data", "val")
    answer = json.loads(analyze(tiny_project, *default, "--why", "0", "--json").stdout)
    assert answer["why"]["label"] == "positive"
    assert [vote["lf"] for vote in answer["why"]["votes"]] == ["good_words"]
    model = json.loads(analyze(tiny_project, *default, "--json").stdout)["label_model"]
    assert model["accuracy_against_coverage"][0]["accuracy"] == 1
    assert 0 <= model["calibration"]["error"] <= 1
    assert any("class balance" in note for note in model["notes"])
    shown = analyze(tiny_project, *default, "--why", "0").stdout
    text = read_texts(tiny_project / "val.csv")[0]
    assert shown.startswith(f"Row 0 (line 2)\n{text}\ngold    positive\n\nRow 0: positive")
    assert "Accuracy against coverage" not in shown


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
        (("--why", "-1"), "there is no row -1"),
        (("--set", "label_model.kind=labelfns", "--why", "999"), "there is no row 999"),
    ],
)
def test_why_not(tiny_project, arguments, message):
    found = analyze(tiny_project, *arguments)
    assert isinstance(found.exception, InputError)
    assert message in str(found.exception)


@pytest.mark.slow
def test_the_text_is_asked_with_the_pipelines_backbone(tiny_project):
    found = analyze(tiny_project, "--with-text", "--data", "val", "--json")
    said = json.loads(found.stdout)["from_text"]
    assert {row["lf"] for row in said} == {"good_tags", "bad_tags", "good_words", "bad_words"}
    assert all(row["votes"] == 16 and row["reason"] == "fewer than 20 votes" for row in said)  # of the pool
    assert "by the text (90%)" in analyze(tiny_project, "--with-text").stdout


def test_a_wrong_column_of_gold_is_named_as_the_setting(tiny_project):
    error = analyze(tiny_project, "--data", "val", "--set", "data.gold=lable").exception
    assert "val.csv has no column 'lable'" in str(error)
    assert str(error).endswith("(data.text is 'text', data.gold 'lable')")
    error = analyze(tiny_project, "--data", "val", "--set", "data.gold=").exception
    assert "its gold labels are needed, and data.gold is empty" in str(error)


def test_advice_for_python_is_not_given_on_the_command_line(capsys):
    with pytest.warns(LabelFnsWarning, match=r'on_error="raise"') as caught:
        warn_of([Fault("odd", (1,), "ValueError: no", "")])
    with _warnings_as_lines():
        warnings.warn(caught[0].message, stacklevel=1)
    said = "labelfns: warning: 1 LF raised: odd raised ValueError: no on row 1; it abstains there.\n"
    assert capsys.readouterr().err == said


@pytest.mark.slow
def test_a_report_is_written_and_nothing_that_is_read_or_there(tiny_project):
    pipeline, page = tiny_project / "pipeline.toml", tiny_project / "page.html"

    def asked(*arguments):
        return CliRunner().invoke(app, ["analyze", str(pipeline), "--data", "val", *map(str, arguments)])

    assert asked("--report", page).exit_code == 0
    text = page.read_text(encoding="utf-8")
    assert "5 LFs give 16 of 20 texts a vote" in text
    assert '["#happy",[0]]' in text
    again = asked("--report", page)
    assert "exists" in str(again.exception)
    assert asked("--report", page, "--overwrite").exit_code == 0
    assert "--report" in str(asked("--report", tiny_project / "page.txt").exception)
