"""`labelfns rows`, and `analyze` of one LF, one row and against earlier LFs, as a user meets them."""

import csv
import io
import json

import pytest
from rich.console import Console
from typer.testing import CliRunner

from labelfns.errors import InputError
from labelfns.pipelines.cli import app, console

LFS = """
from labelfns import keywords
good = keywords("positive", ["great"], name="good")
bad = keywords("negative", ["awful", "bad"], name="bad")
"""
BROKEN = """
from labelfns import labeling_function
@labeling_function
def broken(text):
    raise ValueError("odd")
"""
ROWS = [
    ("a great day", "positive"), ("great, not bad", "positive"), ("awful", "negative"), ("=1+1 awful", "positive"),
    ("the train", None), ("\x1b[2J [bold]great[/bold] \u202eback", "negative"),
]  # fmt: skip


@pytest.fixture
def project(tmp_path):
    (tmp_path / "lfs.py").write_text(LFS)
    lines = [json.dumps({"text": text, "label": label}) + "\n" for text, label in ROWS]
    (tmp_path / "pool.jsonl").write_text("".join(lines))
    (tmp_path / "unknown.jsonl").write_text('{"text": "great"}\n')
    (tmp_path / "pipeline.toml").write_text(
        '[data]\nlabels = ["negative", "positive"]\npool = "pool.jsonl"\n[lfs]\nfile = "lfs.py"\n'
        '[label_model]\nkind = "majority"\n'
    )
    return tmp_path


def call(command, project, *arguments):
    done = CliRunner().invoke(app, [command, str(project / "pipeline.toml"), *map(str, arguments)])
    if done.exception is not None:
        raise done.exception
    assert done.exit_code == 0
    return done


@pytest.mark.parametrize(
    ("arguments", "rows"),
    [
        ((), [0, 1, 2, 3, 4, 5]),
        (("--lf", "good"), [0, 1, 5]),
        (("--lf", "good", "--lf", "bad"), [1]),
        (("--wrong",), [1, 3, 5]),
        (("--wrong", "--lf", "bad"), [1, 3]),
        (("--conflicts",), [1]),
        (("--uncovered",), [4]),
        (("--wrong", "--limit", "1"), [1]),
        (("--limit", "0", "--seed", "3"), [0, 1, 2, 3, 4, 5]),
    ],
)
def test_which_rows(project, arguments, rows):
    found = [json.loads(line) for line in call("rows", project, *arguments, "--format", "jsonl").stdout.splitlines()]
    assert [row["row"] for row in found] == rows


def test_a_row_as_a_program_reads_it(project):
    (row,) = call("rows", project, "--conflicts", "--format", "jsonl", "--label-model").stdout.splitlines()
    assert json.loads(row) == {
        "row": 1,
        "where": "line 2",
        "text": "great, not bad",
        "gold": "positive",
        "label_model": "(tie)",
        "votes": [{"lf": "good", "label": "positive"}, {"lf": "bad", "label": "negative"}],
        "cues": [[0, 5], [11, 14]],
    }


def test_csv_is_harmless_and_whole(project):
    done = call("rows", project, "--lf", "bad", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["text"] for row in rows] == ["great, not bad", "awful", "'=1+1 awful"]
    assert json.loads(rows[0]["votes"]) == {"good": "positive", "bad": "negative"}
    assert "1 cells that begin with = + - @" in done.stderr
    target = project / "rows.csv"
    call("rows", project, "--lf", "bad", "--output", target, "--raw")
    assert [row["text"] for row in csv.DictReader(io.StringIO(target.read_text()))][-1] == "=1+1 awful"
    call("rows", project, "--output", project / "rows.jsonl")
    assert [json.loads(line)["text"] for line in (project / "rows.jsonl").read_text().splitlines()] == [
        text for text, _ in ROWS
    ]
    with pytest.raises(InputError, match="exists; name another --output"):
        call("rows", project, "--output", target)
    with pytest.raises(InputError, match="is what is read"):
        call("rows", project, "--output", project / "pool.jsonl", "--overwrite")
    with pytest.raises(InputError, match="--format jsonl and --output"):
        call("rows", project, "--output", target, "--overwrite", "--format", "jsonl")


def test_a_file_of_rows_can_be_read_as_val(project):
    """Texts and gold stand under the names that the pipeline reads, also where these are those of other columns."""
    (project / "pool.csv").write_text("votes,mood\nso great,positive\nawful,\n")
    named = ("--set", "data.pool=pool.csv", "--set", "data.text=votes", "--set", "data.gold=mood")
    call("rows", project, "--output", project / "gold.csv", *named)
    written = list(csv.DictReader(io.StringIO((project / "gold.csv").read_text())))
    assert [(row["votes"], row["mood"]) for row in written] == [("so great", "positive"), ("awful", "")]
    done = call("rows", project, "--data", project / "gold.csv", "--format", "jsonl", *named)
    assert [json.loads(line)["gold"] for line in done.stdout.splitlines()] == ["positive", None]


def test_a_text_is_shown_as_text(project):
    shown = call("rows", project, "--lf", "good").stdout
    assert "\\x1b[2J [bold]great[/bold] \\u202eback" in " ".join(shown.split())
    assert "\x1b" not in shown  # plain where it is no terminal
    assert "3 of 6 texts are such rows." in shown


def test_firing_words_are_marked_in_a_terminal(project, monkeypatch):
    screen = io.StringIO()
    terminal = Console(file=screen, force_terminal=True, width=80, color_system="standard")
    monkeypatch.setattr(console, "out", terminal)
    call("rows", project, "--lf", "good", "--limit", "1")
    assert "a \x1b[1;4mgreat\x1b[0m day" in screen.getvalue()


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("command", [("rows",), ("analyze", "--lf", "good"), ("analyze", "--why", "0")])
def test_no_line_is_wider_than_the_terminal(project, monkeypatch, width, command):
    screen = io.StringIO()
    monkeypatch.setattr(console, "out", Console(file=screen, width=width))
    (project / "pool.jsonl").write_text(json.dumps({"text": "great and bad " * 30, "label": "positive"}) + "\n")
    call(command[0], project, *command[1:])
    assert screen.getvalue()
    assert max(map(len, screen.getvalue().splitlines())) <= width


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--wrong", "--data", "{}/unknown.jsonl"), "has no column 'label' of gold labels"),
        (("--lf", "god"), "--lf god: there is no LF of this name; did you mean 'good'"),
        (("--uncovered", "--wrong"), "uncovered rows have no votes"),
        (("--data", "val"), "the pipeline has no val"),
    ],
)
def test_what_cannot_be_listed(project, arguments, message):
    with pytest.raises(InputError, match=message):
        call("rows", project, *(argument.format(project) for argument in arguments))


def test_faults_stand_first_and_what_to_do_next_last(project):
    (project / "lfs.py").write_text(LFS + BROKEN)
    for command in (("rows",), ("analyze",), ("analyze", "--lf", "broken"), ("suggest",)):
        done = call(command[0], project, *command[1:])
        assert done.stdout.startswith("Warning: LF broken FAILS ON EVERY ROW (6 of 6)"), command
    assert done.stderr.splitlines()[-1].startswith("Next, ") or "Nothing stands out" in done.stdout
    assert "Next, " not in call("analyze", project, "--json").output
    assert "Next, " not in call("rows", project, "--format", "jsonl").output


def test_one_lf_alone(project):
    shown = call("analyze", project, "--lf", "good").stdout
    assert "It votes on 3 of 6 texts, on 2 of them alone." in shown
    assert "Wrong, by gold:" in shown
    answer = json.loads(call("analyze", project, "--lf", "good", "--json").stdout)
    assert answer["meetings"] == [{"lf": "bad", "both": 1, "conflicts": 1, "right": 1, "other_right": 0}]
    with pytest.raises(InputError, match="did you mean 'good'"):
        call("analyze", project, "--lf", "goof")
    with pytest.raises(InputError, match="--why has an answer of its own, without --lf"):
        call("analyze", project, "--lf", "good", "--why", "1")


@pytest.mark.parametrize(
    "kind",
    [
        "majority",
        "labelfns",
        *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("snorkel", "dawid_skene", "mace")),
    ],
)
def test_why_shows_one_row_alone_for_every_label_model(project, kind):
    if kind in ("dawid_skene", "mace"):
        pytest.importorskip("crowdkit")
    (project / "lfs.py").write_text(LFS + 'day = keywords("positive", ["day", "awful"], name="day")\n')
    arguments = ("--set", f"label_model.kind={kind}", "--why")
    shown = call("analyze", project, *arguments, "0").stdout
    assert shown.startswith("Row 0 (line 1)\na great day\ngold    positive\n")
    assert "without it" in shown
    assert "Labeling functions" not in shown
    answer = json.loads(call("analyze", project, *arguments, "0", "--json").stdout)
    assert (answer["text"], answer["gold"], answer["why"]["label"]) == ("a great day", "positive", "positive")
    assert {vote["lf"] for vote in answer["why"]["votes"]} == {"good", "day"}
    assert all(0 <= vote["confidence"] <= 1 for vote in answer["why"]["votes"])
    silent = call("analyze", project, *arguments, "4").stdout
    assert silent.split("\n")[:4] == [
        "Row 4 (line 5)",
        "the train",
        "gold    not known",
        "votes   none: no LF fires here",
    ]
    with pytest.raises(InputError, match="there is no row 6: there are rows 0 to 5"):
        call("analyze", project, *arguments, "6")


def test_against_earlier_lfs(project):
    (project / "old").mkdir()
    (project / "old" / "lfs.py").write_text(LFS.replace('"awful", "bad"', '"awful", "train"'))
    toml = (project / "pipeline.toml").read_text().replace("pool.jsonl", "../pool.jsonl")
    (project / "old" / "pipeline.toml").write_text(toml)
    old = str(project / "old" / "pipeline.toml")
    CliRunner().invoke(app, ["apply", old, "--output", str(project / "v.parquet")])
    answers = [
        json.loads(call("analyze", project, "--against", earlier, "--json").stdout)
        for earlier in (old, project / "old", project / "old" / "lfs.py", project / "v.parquet")
    ]
    assert all(answer == answers[0] for answer in answers)
    changed, same = answers[0]["lfs"]
    assert (changed["lf"], changed["kind"], changed["won"], changed["lost"]) == ("bad", "changed", [1], [4])
    assert (same["lf"], same["kind"]) == ("good", "same")
    shown = call("analyze", project, "--against", old).stdout
    assert "bad, rows won:" in shown
    assert "great, not bad" in shown
    with pytest.raises(InputError, match="its votes are on 6 texts, and there are 1"):
        call("analyze", project, "--against", project / "v.parquet", "--data", project / "unknown.jsonl")
    with pytest.raises(InputError, match="no such file"):
        call("analyze", project, "--against", project / "nothing.py")
