import json

from typer.testing import CliRunner

from labelfns.pipelines.cli import app

TOML = '[data]\nlabels = ["no", "yes"]\npool = "pool.csv"\n[lfs]\nfile = "{file}"\n[classifier]\nbackbone = "x"\n'


def run(tmp_path, name, text, *options):
    (tmp_path / "pipeline.toml").write_text(TOML.format(file=name), encoding="utf-8")
    (tmp_path / name).write_text(text, encoding="utf-8")
    return CliRunner().invoke(app, ["test-lfs", str(tmp_path / "pipeline.toml"), *options])


def test_all_pass(tmp_path):
    text = '[[lf]]\nkind = "keywords"\nlabel = "yes"\nwords = ["good"]\nexpects = { "so good" = "yes" }\n'
    done = run(tmp_path, "lfs.toml", text)
    assert (done.exit_code, done.stdout) == (0, "1 of 1 expected vote is right.\n")


def test_without_any_it_says_how_they_are_written(tmp_path):
    done = run(tmp_path, "lfs.toml", '[[lf]]\nkind = "keywords"\nlabel = "yes"\nwords = ["good"]\n')
    assert done.exit_code == 0
    assert done.stdout.startswith("No LF says what it expects: give some texts with their labels, expects=")


def test_a_failure_is_shown_and_is_exit_code_1(tmp_path):
    text = (
        "from labelfns import keywords, labeling_function\n"
        "a = keywords('yes', ['good'], name='a', expects={'bad': 'yes', 'good': 'yes'})\n"
        "@labeling_function\ndef b(text): return None\n"
    )
    done = run(tmp_path, "lfs.py", text)
    assert done.exit_code == 1
    assert "- expected  yes\n+ got       abstain" in done.output
    assert "1 of 2 expected votes" in done.output
    assert "Without `expects`: b" in done.output
    answer = json.loads(run(tmp_path, "lfs.py", text, "--json").output)
    assert answer["texts"] == 2
    assert answer["lfs_without_expects"] == ["b"]


def test_suggest_and_near_copies(tmp_path):
    rows = ["good day"] * 6 + ["late train"] * 6
    (tmp_path / "pool.csv").write_text("text\n" + "\n".join(rows) + "\n", encoding="utf-8")
    entry = '[[lf]]\nkind = "keywords"\nlabel = "yes"\nname = "{}"\nwords = ["good"]\n'
    run(tmp_path, "lfs.toml", entry.format("a") + entry.format("b"))
    pipeline = str(tmp_path / "pipeline.toml")
    done = CliRunner().invoke(app, ["suggest", pipeline])
    assert done.exit_code == 0, done.output
    assert 'keywords("LABEL", ["late"])  # new on 6 texts' in done.output
    answer = json.loads(CliRunner().invoke(app, ["suggest", pipeline, "--json"]).stdout)
    assert [(one["term"], one["same"]) for one in answer] == [("late", ["train"])]
    done = CliRunner().invoke(app, ["analyze", pipeline, "--set", "label_model.kind=majority"])
    assert "Near-copies, worth one LF where they look for the same: a, b: overlap 1.00, agreement 1.00" in done.output
