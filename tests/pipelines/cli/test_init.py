"""`labelfns init`: what it writes runs as it is, and overwrites nothing."""

import json
import re
import tomllib

import numpy as np
import pytest
from typer.testing import CliRunner

from labelfns.errors import InputError, LabelFnsWarning, RowsError
from labelfns.lfset import LFSet
from labelfns.pipelines import load_settings
from labelfns.pipelines.cli import app

ROWS = 'tweet,gold\n"so ""good"" today",a\nlate again and again,\nanother train today,b\n'
PLAIN = "tweet,id,topic\n" + "".join(
    f"{text},{i},{topic}\n"
    for i, (text, topic) in enumerate(
        [
            ('"so ""good"" today #happy"', "mood"),
            ("late again and again", "train"),
            ("another train today 😡", "train"),
            ("Where is my luggage?", "luggage"),
            ("My luggage went somewhere else #sad", "luggage"),
            ("what a lovely evening 😀", "mood"),
            ("the train was late again", "train"),
            ("a lovely day out", "mood"),
            ("lost luggage again", "luggage"),
        ]
        * 3
    )
)


def call(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_written_pipeline_works_at_once(tmp_path):
    written = call("init", tmp_path / "new" / "start")
    assert written.exit_code == 0, written.output
    pipeline = tmp_path / "new" / "start" / "pipeline.toml"
    tests = call("test-lfs", pipeline, "--json")
    assert tests.exit_code == 0, tests.output
    assert json.loads(tests.stdout) == {"texts": 13, "failures": [], "lfs_without_expects": []}
    answer = json.loads(call("analyze", pipeline, "--json").stdout)
    assert (answer["coverage"]["rows"], answer["gold_rows"], answer["faults"]) == (10, 8, [])
    assert answer["label_model"]["scores"]["covered"]["accuracy"] == 1
    kinds = {type(lf).__name__ for lf in LFSet.from_file(pipeline.with_name("lfs.py"), ["negative", "positive"])}
    assert len(kinds) == 7


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
def test_the_written_pipeline_runs(tmp_path, tiny_backbone):
    call("init", tmp_path)
    backbone = f'classifier.backbone="{tiny_backbone.as_posix()}"'
    run = ["run", tmp_path / "pipeline.toml", "--output", tmp_path / "run", "--json", "--set", backbone]
    done = call(*run, "--set", "classifier.min_steps=1")
    assert done.exit_code == 0, (done.output, done.exception)
    assert (tmp_path / "run" / "model").is_dir()


def own(tmp_path, rows, *options):
    """Write a file of texts and a pipeline for it; return what was said, the pipeline file and its LFs' votes."""
    (tmp_path / "my data.csv").write_text(rows, encoding="utf-8")
    written = call("init", tmp_path / "start", "--data", tmp_path / "my data.csv", "--text", "tweet", *options)
    assert written.exit_code == 0, (written.output, written.exception)
    pipeline = tmp_path / "start" / "pipeline.toml"
    settings = load_settings(pipeline)
    lfs = LFSet.from_file(pipeline.with_name("lfs.py"), settings.data.labels)
    return written.output, pipeline, lfs.apply(settings.data.pool, text="tweet")


@pytest.mark.parametrize("labels", [["a", "b"], ["a", "b", 'c "$x" [red]'], ["it's", "\\no", "-1", "ü\t'''", "1", "$"]])
def test_placeholders_for_ones_own_file_vote_for_every_label(tmp_path, labels):
    said, pipeline, votes = own(tmp_path, PLAIN, "--labels", ",".join(labels))
    assert "The LFs are placeholders" in said
    assert "Warning" not in said
    data = tomllib.loads(pipeline.read_text(encoding="utf-8"))["data"]
    assert data == {"labels": labels, "pool": "../my data.csv", "text": "tweet"}
    assert not (tmp_path / "start" / "texts.jsonl").exists()
    assert votes.faults == ()
    assert (votes.matrix >= 0).any(axis=0).all()
    assert set(votes.matrix[votes.matrix >= 0].tolist()) == set(range(len(labels)))
    tests = json.loads(call("test-lfs", pipeline, "--json").stdout)
    assert tests == {"texts": len(votes.lf_names), "failures": [], "lfs_without_expects": []}
    assert json.loads(call("analyze", pipeline, "--json").stdout)["coverage"]["rows"] == len(votes)
    code = pipeline.with_name("lfs.py").read_text(encoding="utf-8")
    assert "PLACEHOLDERS" in code
    assert "# Frequent in the texts that init read: again, luggage, late, lovely, " in code


def test_placeholders_are_of_each_kind_and_of_the_texts(tmp_path):
    _, pipeline, _ = own(tmp_path, PLAIN, "--labels", "a,b,c")
    lfs = LFSet.from_file(pipeline.with_name("lfs.py"), ["a", "b", "c"])
    assert len({type(lf).__name__ for lf in lfs}) == 7
    words = {word for lf in lfs for word in getattr(lf, "words", ())}
    assert words <= set(PLAIN.lower().replace('"', " ").replace(",", " ").split())


def test_lfs_of_ones_own_gold_are_right_on_it(tmp_path):
    rows = "".join(f"so good and happy {i}!,fine\nlate and rude {i},bad\na train {i},\n" for i in range(20))
    said, pipeline, votes = own(tmp_path, "tweet,gold\n" + rows, "--gold", "gold")
    assert "Labels, the values of the column 'gold': bad, fine" in said
    settings = load_settings(pipeline).data
    assert (settings.gold, settings.labels) == ("gold", ("bad", "fine"))
    gold = np.tile([1, 0, -1], 20)
    assert all(set(gold[votes[name] == c]) <= {c} for name in votes.lf_names for c in (0, 1))
    assert "PLACEHOLDERS" not in pipeline.with_name("lfs.py").read_text(encoding="utf-8")
    assert json.loads(call("test-lfs", pipeline, "--json").stdout)["failures"] == []
    assert json.loads(call("analyze", pipeline, "--json").stdout)["gold_rows"] == 40


@pytest.mark.parametrize("options", [("--labels", "train,luggage"), ("--gold", "topic")])
def test_numbers_as_tags_are_no_lf(tmp_path, options):
    lines = [line.replace(" again", f" again #1729{i}") for i, line in enumerate(PLAIN.splitlines() * 5)]
    (tmp_path / "tweets.csv").write_text("\n".join([lines[0], *(one for one in lines if one != lines[0])]))
    done = call("init", tmp_path / "new", "--data", tmp_path / "tweets.csv", "--text", "tweet", *options)
    assert done.exit_code == 0, done.output
    listed = re.findall(r"hashtags\([^[]*(\[.*\])", (tmp_path / "new" / "lfs.py").read_text())
    assert listed, "tags that are words are LFs"
    assert "1729" not in "".join(listed)


def test_labels_may_be_named_beside_gold(tmp_path):
    _, pipeline, _ = own(tmp_path, ROWS, "--gold", "gold", "--labels", "b, a")
    assert load_settings(pipeline).data.labels == ("b", "a")
    assert json.loads(call("analyze", pipeline, "--json").stdout)["gold_rows"] == 2


@pytest.mark.parametrize("column", ["label", "other"])
def test_gold_is_not_read_unless_it_is_named(tmp_path, column):
    _, pipeline, _ = own(tmp_path, PLAIN.replace("id", column, 1), "--labels", "a,b")
    assert json.loads(call("analyze", pipeline, "--json").stdout)["gold_rows"] == 0


def test_a_label_without_words_is_said(tmp_path):
    said, _, _ = own(tmp_path, "tweet\ngood\nlate\n", "--labels", "a,b,c")
    assert "no LF votes for 'c'" in said
    said = call("init", tmp_path / "thai", "--data", tmp_path / "thai.txt", "--labels", "a,b")
    assert isinstance(said.exception, InputError)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
@pytest.mark.parametrize("options", [("--labels", "a,b,c"), ("--gold", "topic")])
def test_a_pipeline_for_ones_own_file_runs(tmp_path, tiny_backbone, options):
    _, pipeline, _ = own(tmp_path, PLAIN, *options)
    backbone = f'classifier.backbone="{tiny_backbone.as_posix()}"'
    run = ["run", pipeline, "--output", tmp_path / "run", "--json", "--set", backbone]
    done = call(*run, "--set", "classifier.min_steps=1")
    assert done.exit_code == 0, (done.output, done.exception)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--labels", "a,b"], "for others name your own data"),
        (["--gold", "gold"], "for others name your own data"),
        (["--labels", "a"], "labels must be 2 to 127 names"),
        (["--labels", "a,a"], "labels must be unique"),
        (["--labels", "a,b", "--data", "none.csv"], "no such file"),
        (["--labels", "a,b", "--data", "my.csv", "--text", "twet"], "did you mean 'tweet'?"),
        (["--labels", "a,c", "--data", "my.csv", "--text", "tweet", "--gold", "gold"], "a, c"),
        (["--labels", "a,b", "--data", "my.csv", "--text", "tweet", "--gold", "label"], "no column 'label'"),
        (["--data", "my.csv", "--text", "tweet"], "which labels are there? Name them, --labels a,b,c, or the column"),
        (["--data", "my.csv", "--text", "tweet", "--gold", "glod"], "did you mean 'gold'?"),
        (["--data", "my.csv", "--text", "tweet", "--gold", "tweet"], "both the column 'tweet'"),
        (["--data", "many.csv", "--gold", "id"], "has 51 different values (1, 10, 11, 12, 13 and 46 more)"),
        (["--data", "many.csv", "--gold", "one"], "has 1 different value (x), where 2 to 50 were expected"),
    ],
)
def test_what_is_not_right_is_said_and_nothing_is_written(tmp_path, monkeypatch, options, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.csv").write_text(ROWS, encoding="utf-8")
    (tmp_path / "many.csv").write_text("text,id,one\n" + "".join(f"a text,{i},x\n" for i in range(1, 52)))
    result = call("init", "start", *options)
    assert isinstance(result.exception, InputError)
    assert message in str(result.exception)
    assert not (tmp_path / "start").exists()


@pytest.mark.parametrize("name", ["pipeline.toml", "lfs.py", "texts.jsonl"])
def test_nothing_is_overwritten(tmp_path, name):
    (tmp_path / name).write_text("mine")
    result = call("init", tmp_path)
    assert isinstance(result.exception, InputError)
    assert f"{tmp_path / name} exists; nothing is overwritten" in str(result.exception)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


@pytest.mark.parametrize("gold", [False, True])
def test_comments_stay_true_when_files_are_edited(tmp_path, gold):
    rows = "".join(f"so good and happy {i}!,fine\nlate and rude {i},bad\na train {i},\n" for i in range(20))
    _, pipeline, _ = own(tmp_path, "tweet,gold\n" + rows, *(["--gold", "gold"] if gold else ["--labels", "a,b"]))
    code = pipeline.with_name("lfs.py").read_text(encoding="utf-8")
    figures = [line for line in code.splitlines() if line.startswith("#") and re.search(r"\d", line)]
    assert figures
    assert all(line.startswith("# As init wrote it: ") for line in figures)
    assert all((" right by gold" in line) == gold for line in figures)
    head = code.partition('"""')[2].partition('"""')[0]
    assert "What `labelfns init` wrote here w" in head


def test_rows_without_a_text_are_left_out_and_the_pipeline_says_so(tmp_path):
    rows = PLAIN + '"  "\n' + '""\n'
    (tmp_path / "data.csv").write_text(rows, encoding="utf-8")
    given = ["--data", tmp_path / "data.csv", "--text", "tweet", "--labels", "no,yes"]
    with pytest.warns(LabelFnsWarning, match="2 of its rows left out"):
        assert call("init", tmp_path / "start", *given).exit_code == 0
    pipeline = tmp_path / "start" / "pipeline.toml"
    assert load_settings(pipeline).data.on_bad_rows == "skip"
    with pytest.warns(LabelFnsWarning, match="2 of its rows left out"):
        answer = call("analyze", pipeline, "--json")
    assert json.loads(answer.stdout)["coverage"]["rows"] == len(PLAIN.splitlines()) - 1
    refused = call("analyze", pipeline, "--set", "data.on_bad_rows=raise")
    assert isinstance(refused.exception, RowsError)
    assert 'on_bad_rows = "skip" under [data]' in str(refused.exception)
