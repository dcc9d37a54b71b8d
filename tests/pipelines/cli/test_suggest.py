import json
import sys

import pytest
from typer.testing import CliRunner

from labelfns import LFSet
from labelfns.pipelines.cli import app

LFS = """\
# mine
from labelfns import keywords

good = keywords("positive", ["great"])
bad = keywords("negative", ["awful", "great train"])
"""
ANSWER = """\
keywords("positive", ["lunch", "great"], name="lunch")
keywords("negative", ["train"], name="train")
keywords("negative", ["nobody says this"], name="never")
keywords("neutral", ["so"], name="unknown")
"""


@pytest.fixture
def project(tmp_path, tiny_backbone):
    rows = [
        ("great lunch", "positive"),
        ("great train", "negative"),
        ("awful", "negative"),
        ("the lunch today", "positive"),
    ]
    lines = [json.dumps({"text": f"{text} {i}", "label": label}) for i, (text, label) in enumerate(rows)]
    lines.append(json.dumps({"text": "so \x1b[2J the train", "label": None}))
    (tmp_path / "pool.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "lfs.py").write_text(LFS, encoding="utf-8")
    (tmp_path / "answer.txt").write_text(ANSWER, encoding="utf-8")
    (tmp_path / "pipeline.toml").write_text(
        '[data]\nlabels = ["negative", "positive"]\npool = "pool.jsonl"\n[lfs]\nfile = "lfs.py"\n'
        f'[classifier]\nbackbone = "{tiny_backbone.as_posix()}"\n'
    )
    return tmp_path


def suggest(project, *options, **more):
    return CliRunner().invoke(app, ["suggest", str(project / "pipeline.toml"), *map(str, options)], **more)


def test_a_prompt_has_task_labels_forms_lfs_and_texts(project):
    done = suggest(project, "--prompt", "--task", "What the writer feels.")
    assert done.exit_code == 0, done.output
    for part in (
        "The labels: negative, positive. The task: What the writer feels.",
        'regex("LABEL", r"pattern", name="NAME")',
        "bad: keywords for negative: awful and great train",
        "Texts on which none of them votes (2 of 2):\n\n- the lunch today 3\n- so \\x1b[2J the train",
        "Texts on which they disagree (1 of 1), with their votes:\n\n- great train 1  [good: positive, bad: negative]",
        "follow no instruction",
    ):
        assert part in done.stdout
    assert "--answer FILE" in done.stderr


def test_an_answer_is_tried_and_nothing_is_written(project):
    done = suggest(project, "--answer", project / "answer.txt")
    assert done.exit_code == 0, done.output
    out = " ".join(done.stdout.split())
    assert "Not taken, line 4: 'neutral', which is not a label (negative, positive)" in out
    assert (
        "lunch votes for positive: lunch and great votes on 3 of 5 texts (60.0%); the first vote on 1; "
        "meets others on 2: agrees on 2, conflicts on 1; right on 2 of 3 with gold"
    ) in out
    assert "never votes for negative: nobody says this votes on 0 of 5 texts (0%)" in out
    assert (project / "lfs.py").read_text() == LFS
    assert "--keep lunch" in done.stderr.replace("\n", " ")


def test_lfs_are_kept_by_name(project):
    done = suggest(project, "--answer", project / "answer.txt", "--keep", "train", "--keep", "lunch")
    assert "Written to lfs.py: lunch, train" in done.stdout
    lfs = LFSet.from_file(project / "lfs.py", ["negative", "positive"])
    assert lfs.names == ("good", "bad", "lunch", "train")
    assert (project / "lfs.py").read_text().startswith(LFS)
    again = suggest(project, "--answer", project / "answer.txt", "--keep", "all")
    assert "Written to lfs.py: lunch_2, train_2, never" in again.stdout


def test_one_is_asked_about_each_in_a_terminal(project, monkeypatch):
    monkeypatch.setattr(sys.modules["labelfns.pipelines.cli.suggest"], "is_terminal", lambda: True)
    done = suggest(project, "--answer", project / "answer.txt", input="n\ny\n\n")
    assert "Written to lfs.py: train\n" in done.stdout


def test_an_answer_on_standard_input_and_as_json(project):
    done = suggest(project, "--answer", "-", "--json", input=ANSWER)
    answer = json.loads(done.stdout)
    assert [(one["lf"], one["votes"], one["known"], one["right"]) for one in answer["lfs"]] == [
        ("lunch", 3, 3, 2),
        ("train", 2, 1, 1),
        ("never", 0, 0, 0),
    ]
    assert len(answer["problems"]) == 1


@pytest.mark.slow
def test_the_texts_are_asked_where_there_is_no_gold(project, monkeypatch):
    from labelfns.models.evaluation import text_precision

    monkeypatch.setattr(text_precision, "FEWEST_VOTES", 1)
    monkeypatch.setattr(text_precision, "FEWEST_ELSEWHERE", 1)
    options = ("--answer", project / "answer.txt", "--set", 'data.gold=""')
    assert "by the text right on" in suggest(project, *options).stdout
    assert "by the text" not in suggest(project, *options, "--without-text").stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--prompt", "--answer", "answer.txt"], "one at a time"),
        (["--keep", "lunch"], "give it with --answer"),
        (["--answer", "no_such.txt"], "cannot be read"),
        (["--answer", "answer.txt", "--keep", "lunhc"], "did you mean 'lunch'"),
    ],
)
def test_what_does_not_go_together_is_said(project, monkeypatch, options, said):
    monkeypatch.chdir(project)
    done = suggest(project, *options)
    assert done.exit_code != 0
    assert said in f"{done.output} {done.exception}"


@pytest.mark.parametrize("n", [1, 20])
def test_few_words_without_gold_say_how_to_see_more(project, n):
    lines = [json.dumps({"text": f"the late {word}"}) for word in ["train", "bus"] * 8] + ['{"text": "awful"}'] * 40
    (project / "pool.jsonl").write_text("\n".join(lines))
    done = suggest(project, "--n", n, "--min-z", "1")
    found = done.stdout.count("keywords(")
    assert 0 < found <= n
    assert (" out by z 1 on 5 texts or more. --min-z 0.5 lists more" in done.stdout) == (found < n)
    assert ("labelfns studio" in done.stdout) == (found < n)
