"""The command line as a user meets it: tables of (arguments, expected)."""

import io
import json
import re
import shutil
import sys

import polars as pl
import pytest
from typer.main import get_command

from labelfns import Votes, apply_file
from labelfns.errors import InputError
from labelfns.pipelines import Pipeline, cli


@pytest.fixture
def labelfns(monkeypatch, capsys):
    """Run a command; return its exit code, standard output and standard error."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["labelfns", *map(str, arguments)])
        try:
            cli.main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


OPTIONS = {
    "init": ("--data", "--text", "--gold", "--labels"),
    "demo": ("--output", "--overwrite", "--set", "--json"),
    "run": ("--output", "--overwrite", "--resume", "--dry-run", "--set", "--json"),
    "apply": ("--output", "--data", "--workers", "--cache", "--overwrite", "--set", "--json"),
    "analyze": (
        *("--data", "--why", "--lf", "--against", "--leave-one-out", "--with-text"),
        *("--report", "--overwrite", "--set", "--json"),
    ),
    "rows": (
        *("--lf", "--wrong", "--conflicts", "--uncovered", "--data", "--limit", "--seed", "--label-model"),
        *("--format", "--output", "--raw", "--overwrite", "--set"),
    ),
    "compare": ("--json",),
    "test-lfs": ("--set", "--json"),
    "suggest": (
        *("--n", "--at-least", "--min-z", "--prompt", "--task", "--answer", "--keep", "--with-text"),
        *("--set", "--json"),
    ),
    "label": (
        "--rows",
        "--run",
        "--output",
        "--no-ask",
        "--to",
        "--from",
        "--format",
        "--text",
        "--question",
        "--no-label",
        "--overwrite",
        "--set",
    ),
    "predict": (
        "--lfs",
        "--min-confidence",
        "--without-lfs",
        "--trust-lfs",
        "--output",
        "--text",
        "--format",
        "--raw",
        "--overwrite",
    ),
    "report": (),
    "studio": ("--port", "--no-browser", "--set"),
}


@pytest.mark.parametrize("command", OPTIONS)
def test_help_names_every_option(labelfns, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", "120")
    code, out, _ = labelfns(command, "--help")
    assert code == 0
    assert set(re.findall(r"^│ [* ]*(--[\w-]+)", out, re.MULTILINE)) == {*OPTIONS[command], "--help"}


def test_help_names_every_command(labelfns, monkeypatch):
    code, out, _ = labelfns("--help")
    assert code == 0
    assert set(re.findall(r"^│ ([a-z][\w-]*) ", out, re.MULTILINE)) == set(OPTIONS)


@pytest.mark.slow
def test_run_leaves_a_complete_folder(labelfns, tiny_project, monkeypatch):
    from transformers import pipeline

    run = tiny_project / "out"
    code, out, err = labelfns("run", tiny_project / "pipeline.toml", "--output", run)
    assert (code, "Traceback" in err) == (0, False)
    for part in ("fine-tuned, round 0", "fine-tuned, round 1", "majority vote, covered", ", kept", str(run)):
        assert part in out
    assert "fragile raised ValueError: cannot read this on line 81" in out

    files = ("pipeline.toml", "lfs.py", "votes.parquet", "weak_labels.parquet", "metrics.json", "report.html")
    for name in (
        *files,
        "rounds/0/model",
        "rounds/1/pseudo_labels.parquet",
        "rounds/1/metrics.json",
        "model",
        "second_view",
    ):
        assert (run / name).exists(), name
    assert not list(run.rglob("*-part"))

    votes = Votes.load(run / "votes.parquet")
    assert (len(votes), votes.lf_names[0]) == (81, "good_tags")
    assert "cannot read this" in votes.faults[0].traceback
    weak = pl.read_parquet(run / "weak_labels.parquet")
    assert weak.columns == ["p_negative", "p_positive", "covered", "conflict"]
    assert weak["covered"].sum() == 64

    metrics = json.loads((run / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["predictor"]["second_view"] is True
    assert metrics["gold_rows"]["training"] == {"rows": 0, "used_for": "nothing"}
    assert metrics["gold_rows"]["test"] == {"rows": 30, "used_for": "figures"}
    assert metrics["baselines"]["majority_vote"]["test"]["covered"]["accuracy"] == 1.0
    ledger = json.loads((run / "rounds" / "0" / "metrics.json").read_text(encoding="utf-8"))
    assert ledger == metrics["rounds"][0]

    (answer,) = pipeline("text-classification", str(run / "model"))(["great lunch"])
    assert answer["label"] in ("negative", "positive")

    report = (run / "report.html").read_text(encoding="utf-8")
    assert "<svg" in report
    assert "http://" not in report.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    )

    # The folder's own pipeline.toml runs again and gives the same figures.
    code, out, _ = labelfns("run", run / "pipeline.toml", "--output", tiny_project / "again", "--json")
    again = json.loads(out)
    assert code == 0
    assert (again["rounds"], again["baselines"]) == (metrics["rounds"], metrics["baselines"])

    # What exists is never overwritten unasked; the report can be made again; the model labels other texts.
    code, _, err = labelfns("run", tiny_project / "pipeline.toml", "--output", run)
    assert (code, "add --overwrite" in err) == (2, True)
    (run / "report.html").unlink()
    assert labelfns("report", run)[0] == 0
    assert (run / "report.html").is_file()
    code, out, _ = labelfns("predict", run, tiny_project / "pool.jsonl")
    rows = [json.loads(line) for line in out.splitlines()]
    assert len(rows) == 81
    assert set(rows[0]) == {"text", "label", "confidence", "answered_by", "p_negative", "p_positive"}
    assert {row["answered_by"] for row in rows} >= {"both", "classifier"}
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"great lunch\nawful train\n")))
    code, out, _ = labelfns("predict", run, "-")
    assert [json.loads(line)["text"] for line in out.splitlines()] == ["great lunch", "awful train"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"caf\xe9\n")))
    code, _, err = labelfns("predict", run, "-")
    assert (code, "standard input is not UTF-8: byte 0xe9 in line 1" in err) == (2, True)
    assert labelfns("predict", run, tiny_project / "val.csv", "--output", run / "p.csv")[0] == 0
    assert pl.read_csv(run / "p.csv").height == 20
    assert labelfns("predict", run, tiny_project / "val.csv", "--output", run / "p.csv")[0] == 2
    assert labelfns("predict", run, tiny_project / "val.csv", "--output", run / "p.txt")[0] == 2


@pytest.mark.slow
def test_a_run_says_what_its_labels_were_promised_to_be(labelfns, tiny_project):
    texts = [json.loads(line)["text"] for line in (tiny_project / "pool.jsonl").read_text().splitlines()][:-1]
    gold = ["positive" if "great" in text or "happy" in text else "negative" for text in texts]
    rows = [json.dumps({"text": f"{text} again", "label": label}) for text, label in zip(texts, gold, strict=True)]
    (tiny_project / "few.jsonl").write_text("\n".join(rows))
    command = ["run", tiny_project / "pipeline.toml", "--output", tiny_project / "out"]
    settings = ["data.few_gold=few.jsonl", "self_training.first.rule=precision", "self_training.rounds=0"]
    settings += ["few_gold.steps=1", "few_gold.folds=2", "prediction.second_view=false"]  # which have no part in it
    for setting in settings:
        command += ["--set", setting]
    code, out, err = labelfns(*command)
    assert code == 0, err
    # all of the 64 gold rows with a vote are right; .05 ** (1 / 64) is .954
    assert (
        "Round 0 trains on labels of confidence 1.00 and more; by 64 gold rows, 95.4% of them or more are right." in out
    )
    metrics = json.loads((tiny_project / "out" / "metrics.json").read_text())
    assert metrics["gold_rows"]["few_gold"]["used_for"].startswith("the choice of rows to train on; ")
    code, out, err = labelfns(*command, "--set", "self_training.first.precision=0.99", "--overwrite")
    assert (code, "a precision of 0.99 with 95% confidence is not attainable" in err) == (2, True)


def test_overwrite_spares_what_is_not_a_run(labelfns, tiny_project):
    (tiny_project / "precious").mkdir()
    (tiny_project / "precious" / "thesis.txt").write_text("years of work")
    code, _, err = labelfns("run", tiny_project / "pipeline.toml", "--output", tiny_project / "precious", "--overwrite")
    assert (code, "is not a run folder" in err) == (2, True)
    assert (tiny_project / "precious" / "thesis.txt").exists()


def test_an_old_run_stays_when_the_new_one_cannot_start(labelfns, tiny_project):
    old = tiny_project / "old"
    old.mkdir()
    (old / "pipeline.toml").write_text("")
    code, _, _ = labelfns(
        "run", tiny_project / "pipeline.toml", "--output", old, "--overwrite", "--set", "data.pool=none.csv"
    )
    assert code == 2
    assert (old / "pipeline.toml").exists()


def test_apply_saves_votes(labelfns, tiny_project):
    target = tiny_project / "v.parquet"
    code, out, _ = labelfns("apply", tiny_project / "pipeline.toml", "--output", target)
    assert code == 0
    assert "64 of 81 texts have a vote (79.0%)" in out
    assert "cannot read this" in out
    assert len(Votes.load(target)) == 81
    assert labelfns("apply", tiny_project / "pipeline.toml", "--output", target)[0] == 2
    code, out, _ = labelfns(
        "apply", tiny_project / "pipeline.toml", "--data", tiny_project / "val.csv", "--output", target,
        "--overwrite", "--json",
    )  # fmt: skip
    assert json.loads(out)["rows"] == 20


@pytest.mark.parametrize("suffix", [".jsonl", ".parquet", ".csv", ".tsv", ".txt"])
def test_apply_streams_any_file_with_a_cache_and_names_faults_by_the_files_rows(
    labelfns, tiny_project, monkeypatch, suffix
):
    monkeypatch.setitem(apply_file.__kwdefaults__, "chunk_rows", 7)
    texts = [json.loads(line)["text"] for line in (tiny_project / "pool.jsonl").read_text().splitlines()]
    source, target, cache = tiny_project / f"new{suffix}", tiny_project / "v.parquet", tiny_project / "cache"
    if suffix == ".txt":
        source.write_text("\n".join(texts))
    elif suffix == ".jsonl":
        pl.DataFrame({"text": texts}).write_ndjson(source)
    elif suffix == ".parquet":
        pl.DataFrame({"text": texts}).write_parquet(source)
    else:
        pl.DataFrame({"text": texts}).write_csv(source, separator="\t" if suffix == ".tsv" else ",")
    labelfns("apply", tiny_project / "pipeline.toml", "--output", target)
    right = Votes.load(target)
    for _ in range(2):
        arguments = ["--data", source, "--output", target, "--cache", cache, "--workers", 1, "--overwrite", "--json"]
        code, out, err = labelfns("apply", tiny_project / "pipeline.toml", *arguments)
        answer, votes = json.loads(out), Votes.load(target)
        assert (code, answer["rows"], answer["covered"], answer["faults"][0]["rows"]) == (0, 81, 64, [80])
        assert (votes.matrix == right.matrix).all()
        assert votes.faults[0].rows == right.faults[0].rows == (80,)
        assert "Warning" not in err  # told once, in the answer
        assert len(list(cache.glob("*.votes"))) == 5 * 12 - 1


@pytest.mark.slow
def test_apply_in_two_processes_gives_the_same(labelfns, tiny_project):
    found = []
    for workers in (1, 2):
        target = tiny_project / f"v{workers}.parquet"
        code, _, _ = labelfns("apply", tiny_project / "pipeline.toml", "--output", target, "--workers", workers)
        assert code == 0
        found.append(Votes.load(target))
    assert (found[0].matrix == found[1].matrix).all()
    assert found[0].faults[0].rows == found[1].faults[0].rows == (80,)


def test_suggest_keeps_out_what_hardly_stands_out(labelfns, tiny_project):
    (tiny_project / "lfs.py").write_text("from labelfns import keywords\na = keywords(1, ['great'])")
    found = []
    for floor in ("0.01", "1"):
        code, out, _ = labelfns("suggest", tiny_project / "pipeline.toml", "--min-z", floor, "--json")
        assert code == 0
        found.append({one["term"]: one["z"] for one in json.loads(out)})
    assert found[1] == {term: z for term, z in found[0].items() if z >= 1} != found[0]
    code, out, _ = labelfns("suggest", tiny_project / "pipeline.toml", "--min-z", "99")
    assert (code, "--min-z 49.5 lists more" in out) == (0, True)
    code, _, err = labelfns("suggest", tiny_project / "pipeline.toml", "--min-z", "0")
    assert (code, "min_z must be more than 0" in err) == (2, True)


def test_analyze(labelfns, tiny_project):
    code, out, _ = labelfns("analyze", tiny_project / "pipeline.toml", "--data", "test", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer["coverage"]["covered"] == 24
    assert answer["label_model"]["by_label"]["(uncovered)"] == 6
    assert answer["label_model"]["scores"]["covered"]["accuracy"] == 1.0
    code, out, _ = labelfns("analyze", tiny_project / "pipeline.toml")
    assert (code, "add --data val" in out) == (0, True)
    code, out, _ = labelfns("analyze", tiny_project / "pipeline.toml", "--data", "test")
    assert code == 0
    assert "good_tags" in out
    assert "24 of 30 texts have a vote" in out


def spoil(name, text):
    def change(project):
        (project / name).write_text(text, encoding="utf-8")

    return change


def settings(addition):
    def change(project):
        path = project / "pipeline.toml"
        path.write_text(path.read_text(encoding="utf-8") + addition, encoding="utf-8")

    return change


BAD = {
    "missing file": (lambda p: (p / "pool.jsonl").unlink(), "pool.jsonl: no such file"),
    "missing column": (spoil("pool.jsonl", '{"tweet": "a"}'), "has no column 'text'; its columns are tweet"),
    "empty file": (spoil("pool.jsonl", ""), "pool.jsonl is empty"),
    "null text": (spoil("pool.jsonl", '{"text": "a"}\n{"text": null}'), "null in line 2"),
    "blank text": (spoil("pool.jsonl", '{"text": " "}'), "is empty in line 1"),
    "text that is a number": (spoil("pool.jsonl", '{"text": 7}'), "not a string in line 1"),
    "not UTF-8": (lambda p: (p / "pool.jsonl").write_bytes(b'{"text": "caf\xe9"}'), "is not UTF-8: byte 0xe9"),
    "unknown gold label": (spoil("val.csv", "text,label\na,posative\n"), "did you mean 'positive'?"),
    "no gold in val": (spoil("val.csv", "text\na\n"), "val.csv has no column 'label'"),
    "duplicate LF names": (
        spoil("lfs.py", "from labelfns import keywords\nlfs = [keywords(0, ['a']), keywords(0, ['b'])]"),
        "2 LFs are named 'keywords_0'",
    ),
    "LF module that fails": (spoil("lfs.py", "x = 1\nimport no_such_module"), "fails to import (line 2)"),
    "no LF file": (lambda p: (p / "lfs.py").unlink(), "no such file of labeling functions"),
    "unknown label in an LF": (
        spoil("lfs.py", "from labelfns import keywords\na = keywords('posative', ['a'])"),
        "did you mean 'positive'?",
    ),
    "LF that returns no vote": (
        spoil("lfs.py", "from labelfns import labeling_function\n@labeling_function\ndef odd(text): return 0.5"),
        "LF 'odd' returned on line 1 of ",
    ),
    "no row covered": (
        spoil("lfs.py", "from labelfns import keywords\na = keywords(0, ['zzz'])"),
        "no row is covered",
    ),
    "class without votes": (
        spoil("lfs.py", "from labelfns import keywords\na = keywords(0, ['awful'])"),
        "no LF votes for 'positive'",
    ),
    "unknown setting": (settings("keeep = 0.5\nrounds = 'two'\n"), "2 problems"),
    "no backbone": (
        lambda p: (p / "pipeline.toml").write_text(
            (p / "pipeline.toml").read_text().replace("backbone = ", "backbone = 'no/such' #")
        ),
        "backbone 'no/such' cannot be opened",
    ),
    "not TOML": (spoil("pipeline.toml", "[data"), "not valid TOML"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_message_and_exit_code_2(labelfns, tiny_project, case):
    change, message = BAD[case]
    change(tiny_project)
    code, _, err = labelfns("run", tiny_project / "pipeline.toml", "--output", tiny_project / "out")
    assert code == 2
    assert message in err
    assert "Traceback" not in err
    assert not (tiny_project / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "none.toml"], "no such pipeline file"),
        (["report", "none"], "not the folder of a finished run"),
        (["predict", "none", "x.csv"], "none holds no finished run, saved pipeline or model. There is no such folder"),
        (["apply", "none.toml", "--output", "no/such/folder/v.parquet"], "no such folder"),
        (["apply", "none.toml", "--output", "v.csv"], "must end in .parquet"),
        (["apply", "none.toml", "--output", "v.parquet", "--workers", "0"], "--workers"),
        (["apply", "none.toml", "--output", "folder.parquet"], "is a folder"),
        (["predict", "none", "x.csv", "--output", "no/such/folder/p.csv"], "no such folder"),
        (["predict", "none", "x.csv", "--output", "p.txt"], "must end in .jsonl or .csv or .parquet"),
        (["predict", "none", "x.csv", "--output", "there.csv"], "add --overwrite to replace it"),
        (["suggest", "none.toml", "--min-z", "zero"], "--min-z"),
        (["run", "folder.parquet"], "folder.parquet is a folder; name the pipeline file in it\n"),
        (["run", "there.csv"], "there.csv is not valid TOML: Expected '=' after a key"),
        (["run", "there.csv"], "; name the pipeline file, a .toml file"),
        (["run", "others"], "others is a folder; name the pipeline file in it, others/a.toml and others/b.toml"),
        (["run", "\x1b[2J[red].toml"], "\\x1b[2J[red].toml: no such pipeline file"),
    ],
)
def test_bad_arguments(labelfns, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.parquet").mkdir()
    (tmp_path / "there.csv").write_text("id,text")
    (tmp_path / "others").mkdir()
    for name in ("a.toml", "b.toml"):
        (tmp_path / "others" / name).touch()
    code, _, err = labelfns(*arguments)
    assert (code, message in err) == (2, True)


PIPELINE_COMMANDS = [
    name
    for name, command in get_command(cli.app).commands.items()
    if any(one.name == "pipeline" for one in command.params)
]


def test_the_commands_that_take_a_pipeline_are_known():
    assert len(PIPELINE_COMMANDS) >= 8


@pytest.mark.parametrize("command", PIPELINE_COMMANDS)
def test_a_folder_stands_for_the_pipeline_file_in_it(labelfns, tmp_path, monkeypatch, command):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "pipeline.toml").write_text("what = 1")
    monkeypatch.chdir(tmp_path)
    more = {"apply": ["--output", "v.parquet"]}.get(command, [])
    code, _, err = labelfns(command, "mine", *more)
    assert code == 2
    assert "pipeline.toml: what is not a setting" in err


NO_RUNS = {
    "none": "There is no such folder: name the folder that `labelfns run` or Pipeline.save wrote",
    "file.csv": "It is a file: name the folder",
    "empty": "Name the folder that `labelfns run` or Pipeline.save wrote",
    "runs": "It holds runs, mine-1 and mine-2: name one of them, {}runs/mine-1 for instance",
    "begun": "The run in it is not finished: resume it",
    "my project": "It holds a pipeline: labelfns run '{}my project/pipeline.toml' makes a run of it",
}


@pytest.mark.parametrize("name", NO_RUNS)
@pytest.mark.parametrize("command", ["predict", "report", "compare", "load"])
def test_a_folder_that_is_no_run_is_told_what_to_name(labelfns, tmp_path, monkeypatch, command, name):
    monkeypatch.chdir(tmp_path)
    for file in ("file.csv", "runs/mine-1/metrics.json", "runs/mine-2/metrics.json", "my project/pipeline.toml"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    for file in ("begun/pipeline.toml", "begun/made_from.json", "empty/lfs.py"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).touch()
    more = {"predict": ["file.csv"], "compare": ["runs/mine-1"]}.get(command, [])
    where = f"{tmp_path}/" if command in ("report", "compare") else ""
    if command == "load":
        with pytest.raises(InputError) as caught:
            Pipeline.load(name)
        message = str(caught.value)
    else:
        code, _, message = labelfns(command, name, *more)
        assert code == 2
    assert NO_RUNS[name].format(where, where) in message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("few_gold", "--data few_gold: the pipeline has no few_gold"),
        ("vall", "vall"),
        ("val", "did you mean 'label'?"),
    ],
)
def test_texts_that_analyze_cannot_measure_on(labelfns, tiny_project, data, message):
    code, _, err = labelfns("analyze", tiny_project / "pipeline.toml", "--data", data, "--set", "data.gold=lable")
    assert (code, message in err) == (2, True)


def test_a_mistyped_gold_column_is_not_answered_with_advice_to_use_it(labelfns, tiny_project):
    code, out, _ = labelfns("analyze", tiny_project / "pipeline.toml", "--set", "data.gold=lable")
    assert (code, "add --data" in out, "did you mean 'label'?" in out) == (0, False, True)


def test_val_is_measured_by_the_label_model_of_the_pool(labelfns, tiny_project):
    pipeline, kind = tiny_project / "pipeline.toml", ("--set", "label_model.kind=labelfns", "--json")
    on_val = json.loads(labelfns("analyze", pipeline, "--data", "val", *kind)[1])
    of_its_own = json.loads(labelfns("analyze", pipeline, "--set", "data.pool=val.csv", *kind)[1])
    assert (on_val["fitted_on"], of_its_own["fitted_on"], on_val["gold_rows"]) == (81, None, 20)
    notes = [answer["label_model"]["notes"][0] for answer in (on_val, of_its_own)]
    assert ["fitted on the 81 texts of the pool" in note for note in notes] == [True, False]


@pytest.mark.parametrize("command", ["apply", "analyze", "suggest"])
def test_settings_of_lfs_are_honored(labelfns, tiny_project, command):
    arguments = [command, tiny_project / "pipeline.toml"]
    if command == "apply":
        arguments += ["--output", tiny_project / "v.parquet", "--overwrite"]
    assert labelfns(*arguments, "--set", f"lfs.cache={(tiny_project / 'votes').as_posix()}")[0] == 0
    assert list((tiny_project / "votes").glob("*.votes"))
    code, _, err = labelfns(*arguments, "--set", "lfs.on_error=raise")
    assert (code, "raised ValueError: cannot read this" in err) == (2, True)


def test_old_names_of_settings_are_a_line(labelfns, tiny_project):
    old = ("--set", "data.few_gold=val.csv", "--set", "little_gold.steps=3")
    code, _, err = labelfns("analyze", tiny_project / "pipeline.toml", *old)
    assert code == 0
    assert "labelfns: warning: pipeline.toml: little_gold is now few_gold. The old names will be removed" in err


HOSTILE = [
    "[red]x[/red]",
    "\x1b[2J",
    "a\nb",
    "$",
    "p_text",
    "text",
    "label",
    "confidence",
    "covered",
    "-1",
    "7",
    "  x",
]


def test_hostile_names_are_shown_as_text(labelfns, tmp_path):
    lines = [
        f"keywords({c}, ['word{c}'], name='lf {c} [red]', expects={{'word{c}': {name!r}}})"
        for c, name in enumerate(HOSTILE)
    ]
    (tmp_path / "lfs.py").write_text(
        "from labelfns import keywords, labeling_function\n"
        + "".join(f"lf{i} = {line}\n" for i, line in enumerate(lines))
        + "@labeling_function(name='[red]fails[/red] $')\ndef fails(text): raise ValueError('[bold]' + chr(27))\n"
        + "@labeling_function(name='[bold]twin')\ndef twin(text): return 0 if 'word0' in text else None\n",
        encoding="utf-8",
    )
    (tmp_path / "pool.csv").write_text("text\n" + "".join(f"word{c} other{c % 3}\n" for c in range(len(HOSTILE))) * 6)
    labels = json.dumps(HOSTILE).replace("\\u001b", "\\u001B")
    (tmp_path / "pipeline.toml").write_text(
        f'[data]\nlabels = {labels}\npool = "pool.csv"\n[lfs]\nfile = "lfs.py"\n[label_model]\nkind = "majority"\n'
    )
    pipeline = tmp_path / "pipeline.toml"
    for arguments in (
        ("test-lfs", pipeline),
        ("analyze", pipeline, "--leave-one-out"),
        ("suggest", pipeline),
        ("apply", pipeline, "--output", tmp_path / "[red]v.parquet"),
    ):
        code, out, err = labelfns(*arguments)
        assert code == 0, err
        assert "\x1b[2J" not in out + err
        assert "\x1b[31m" not in out + err
        if arguments[0] == "analyze":
            for shown in ("[red]x[/red]", "\\x1b[2J", "a\\nb", "[red]fails[/red] $", "[bold]\\x1b"):
                assert shown in out
        if arguments[0] == "apply":
            assert "[red]v.parquet" in out


def test_on_error_raise(labelfns, tiny_project):
    code, _, err = labelfns(
        "run", tiny_project / "pipeline.toml", "--output", tiny_project / "out", "--set", "lfs.on_error=raise"
    )
    assert code == 2
    assert "LF 'fragile' raised ValueError: cannot read this on line 81" in err


def test_the_next_free_name(tmp_path):
    from labelfns.pipelines.run.folder import next_free

    assert next_free(tmp_path, "a").name == "a-1"
    (tmp_path / "a-1").mkdir()
    assert next_free(tmp_path, "a").name == "a-2"
    shutil.rmtree(tmp_path / "a-1")
