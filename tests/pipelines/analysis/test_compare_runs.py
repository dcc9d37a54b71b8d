"""What differs between two runs, said of runs that are made by hand and of runs that were run."""

import json
import shutil

import numpy as np
import pytest
from typer.testing import CliRunner

from labelfns.errors import InputError
from labelfns.pipelines import compare_runs
from labelfns.pipelines.analysis.compare_runs import _same_texts, _set
from labelfns.pipelines.analysis.runs import _verdict
from labelfns.pipelines.cli import app
from labelfns.pipelines.report.evidence import SetRows

LABELS = ("no", "yes")


def rows(texts, gold, said):
    return SetRows("val", texts, gold=np.array(gold), answers=np.eye(len(LABELS))[said])


def test_rows_are_compared_where_both_have_an_answer_and_the_same_gold():
    first = rows(["a", "b", "c", "d", "only here"], [0, 1, 1, -1, 0], [0, 0, 1, 0, 0])
    second = rows(["c", "b", "a", "d", "e"], [1, 1, 0, 1, 0], [0, 1, 0, 1, 0])
    found = _set("val", first, second, [LABELS, LABELS])
    assert (found.rows, found.first, found.second) == (3, 2 / 3, 2 / 3)
    assert [(one.row, one.text, one.first, one.second) for one in found.won] == [(1, "b", "no", "yes")]
    assert [(one.row, one.text, one.gold) for one in found.lost] == [(0, "c", "yes")]
    assert found.other == ()
    assert found.difference.difference == 0
    assert found.difference.rows == 3


def test_answers_that_differ_in_nothing_are_within_no_chance():
    same = rows(["a", "b"], [0, 1], [0, 0])
    assert _verdict(_set("val", same, same, [LABELS, LABELS]).difference) == "no difference on any of the 2 texts."


def test_labels_are_told_by_name_and_wrong_may_stay_wrong():
    first = SetRows("val", ["a", "b"], gold=np.array([0, 1]), answers=np.eye(3)[[0, 0]])
    second = SetRows("val", ["a", "b"], gold=np.array([2, 0]), answers=np.eye(3)[[2, 1]])
    found = _set("val", first, second, [("x", "y", "z"), ("y", "z", "x")])
    assert (found.won, found.lost) == ((), ())
    assert [(one.gold, one.first, one.second) for one in found.other] == [("y", "x", "z")]


def test_sets_without_texts_gold_or_answers_are_not_compared():
    whole = rows(["a"], [0], [0])
    for lacking in (
        SetRows("val", ["a"], gold=whole.gold),
        SetRows("val", None, gold=whole.gold, answers=whole.answers),
    ):
        assert _set("val", whole, lacking, [LABELS, LABELS]) is None
    assert _set("val", whole, rows(["b"], [0], [0]), [LABELS, LABELS]) is None


def test_a_text_that_is_there_again_goes_with_its_like():
    assert _same_texts(["a", "b", "a"], ["a", "a", "a", "b"]) == [(0, 0), (2, 1), (1, 3)]


@pytest.mark.slow
def test_two_runs(tiny_project):
    from labelfns.pipelines import load_settings, run_pipeline
    from labelfns.progress import silent

    for name, overrides in (("one", []), ("two", ["self_training.rounds=0", "seed=1", "classifier.epochs=2"])):
        if name == "two":
            (tiny_project / "lfs.py").write_text(
                (tiny_project / "lfs.py").read_text().replace('"fail"', '"fail", "train"')
            )
        settings = load_settings(tiny_project / "pipeline.toml", overrides)
        run_pipeline(settings, tiny_project / name, progress=silent)
    one, two = tiny_project / "one", tiny_project / "two"
    found = compare_runs(one, two)
    assert {"seed", "self_training.rounds", "classifier.epochs"} == set(found.settings)
    assert found.settings["seed"] == (0, 1)
    assert "the LF file" in found.input
    assert [compared.name for compared in found.sets] == ["val", "test"]
    for compared in found.sets:
        changes = (len(compared.won) - len(compared.lost)) / compared.rows
        assert compared.second - compared.first == pytest.approx(changes)
        assert compared.difference.difference == pytest.approx(changes)
        told = found.figures[compared.name][compared.who]["accuracy"]
        assert told == pytest.approx((compared.first, compared.second))
    same = compare_runs(one, one)
    assert (same.settings, same.input, same.pool_answers) == ({}, (), (0, 81))
    assert all(not compared.won and not compared.lost for compared in same.sets)

    shown = CliRunner().invoke(app, ["compare", str(one), str(two)])
    assert (shown.exit_code, "self_training.rounds" in shown.stdout) == (0, True)
    answer = json.loads(CliRunner().invoke(app, ["compare", str(one), str(two), "--json"]).stdout)
    assert answer["sets"][0]["rows"] == 20

    (tiny_project / "val.csv").write_text("text,label\nso new,positive\n")
    (two / "answers.parquet").unlink()
    notes = compare_runs(one, two).notes
    assert any("val.csv has changed since the run" in note for note in notes)
    shutil.rmtree(two)
    with pytest.raises(InputError, match="not the folder of a finished run"):
        compare_runs(one, two)
