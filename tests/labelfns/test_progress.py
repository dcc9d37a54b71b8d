"""Bars, and what stands for them where none can be shown."""

from contextlib import nullcontext

import pytest

from labelfns import progress
from labelfns.pipelines.cli.console import bars


@pytest.mark.parametrize("opened", [lambda: nullcontext(progress.Bar()), bars], ids=["Python", "command line"])
def test_where_no_bar_can_be_shown_a_line_says_now_and_then_that_work_goes_on(capsys, monkeypatch, opened):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    with opened() as bar:
        for done in range(1, 101):
            now[0] += 1
            bar("training", done, 1000)
        said = capsys.readouterr().err.splitlines()
    assert said == ["training: 31 of 1,000", "training: 61 of 1,000", "training: 91 of 1,000"]


@pytest.mark.parametrize("task", [progress.Bar(), progress.silent])
def test_short_work_says_nothing(capsys, task):
    for done in range(1, 4):
        task("reading", done, 3)
    assert capsys.readouterr() == ("", "")
