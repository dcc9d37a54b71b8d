"""A run from settings to its folder: each step once, metrics before anything decorative."""

import json
from collections import Counter

import pytest

from labelfns.errors import InputError, LabelFnsWarning
from labelfns.models import MajorityVote
from labelfns.models.transformer import backbone, classifier
from labelfns.pipelines import load_settings, run_pipeline
from labelfns.pipelines.report import pages
from labelfns.pipelines.run.folder import RunFolder
from labelfns.progress import silent
from labelfns.votes import Votes


@pytest.fixture
def run(tiny_project):
    def call(name="out", *overrides, **options):
        settings = load_settings(tiny_project / "pipeline.toml", overrides)
        return run_pipeline(settings, tiny_project / name, progress=silent, **options)

    return call


def counted(monkeypatch, owner, name, counts, key):
    function = getattr(owner, name)

    def call(*args, **kwargs):
        counts[key(*args)] += 1
        return function(*args, **kwargs)

    monkeypatch.setattr(owner, name, call)


@pytest.mark.slow
def test_each_step_is_done_once(tiny_project, run, monkeypatch):
    (tiny_project / "calls.txt").touch()
    with (tiny_project / "lfs.py").open("a") as file:
        file.write(
            "\n@labeling_function\ndef counting(text):\n"
            f"    with open({str(tiny_project / 'calls.txt')!r}, 'a') as file:\n"
            "        file.write(text + '\\n')\n"
        )
    opened, answered, read = Counter(), Counter(), Counter()
    for owner in (backbone, classifier):
        counted(monkeypatch, owner, "load_backbone", opened, lambda *_: "opened")
    counted(monkeypatch, MajorityVote, "predict_proba", answered, lambda model, votes: (id(model), len(votes)))
    counted(monkeypatch, Votes, "load", read, lambda *_: "votes")
    metrics = run("out", "self_training.rounds=2", "self_training.patience=0")
    rounds = len(metrics["rounds"])
    assert rounds == 3
    calls = Counter((tiny_project / "calls.txt").read_text().splitlines())
    texts = [json.loads(line)["text"] for line in (tiny_project / "pool.jsonl").read_text().splitlines()]
    # The pool's texts are in no other set twice: 20 of them are in val, 30 in test.
    assert sum(calls.values()) == len(texts) + 20 + 30
    assert opened["opened"] <= rounds + 1
    whole = {asked: times for asked, times in answered.items() if asked[1] in (len(texts), 20, 30)}
    assert set(whole.values()) == {1}  # asked further of held-out votes of the judges alone, which are fewer
    assert len(whole) == 2 * 3  # the label model and the baseline, over pool, val and test
    assert not read
    assert {one["lf"] for one in metrics["from_text"]} >= {"good_words", "bad_words"}  # the vectors are there anyway


@pytest.mark.slow
def test_a_report_that_fails_is_a_warning(tiny_project, run, monkeypatch):
    def fail(folder, metrics, evidence):
        assert (folder / "metrics.json").is_file()
        raise ValueError("$ is not mathematics")

    with monkeypatch.context() as patched:
        patched.setattr(pages, "write_report", fail)
        with pytest.warns(LabelFnsWarning, match="the report could not be made"):
            metrics = run()
        assert "the report could not be made (ValueError: $ is not mathematics)" in metrics["warnings"][-1]
        with pytest.warns(LabelFnsWarning, match="the report could not be made"):
            assert run(resume=True) == metrics
    assert RunFolder(tiny_project / "out").complete
    metrics = run(resume=True)
    assert not any("report" in note for note in metrics["warnings"])
    assert (tiny_project / "out" / "report.html").is_file()
    assert run(resume=True) == metrics


WRONG = {
    "a folder that is not there": ("./none", "there is no such folder"),
    "a folder without a model": (".", "without config.json"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_backbone_is_said_before_lfs_vote(tiny_project, run, monkeypatch, case):
    source, message = WRONG[case]

    def fail(*_, **__):
        raise AssertionError("LFs voted")

    monkeypatch.setattr("labelfns.lfset.LFSet.apply", fail)
    with pytest.raises(InputError, match=message):
        run("out", f"classifier.backbone={source}")
    assert not (tiny_project / "out").exists()


TOML = """
[[lf]]
kind = "keywords"
label = "negative"
name = "bad"
file = "lists/bad.txt"

[[lf]]  # the same list again, and another
kind = "hashtags"
label = "negative"
name = "bad_tags"
file = "lists/bad.txt"

[[lf]]
kind = "keywords"
label = "positive"
name = "good"
file = "../good words.txt"
where = { not_negated = true }
expects = { "so great" = "positive" }
"""


@pytest.mark.slow
def test_toml_lfs_are_copied_with_their_word_lists(tiny_project, run):
    from labelfns.lfset import LFSet

    home = tiny_project / "home"
    (home / "lists").mkdir(parents=True)
    (home / "lists" / "bad.txt").write_text("awful\nfail\n")
    (tiny_project / "good words.txt").write_text("great\n")
    (home / "words.toml").write_text(TOML)
    run("out", "lfs.file=home/words.toml")
    copy = tiny_project / "out" / "lfs.toml"
    labels = ["negative", "positive"]
    assert LFSet.from_file(copy, labels) == LFSet.from_file(home / "words.toml", labels)
    names = sorted(path.name for path in (tiny_project / "out" / "words").iterdir())
    assert names == ["1_bad.txt", "2_good words.txt"]
    assert not (tiny_project / "out" / "lfs.py").exists()
    run("out", "lfs.file=home/words.toml", overwrite=True)
    with pytest.raises(InputError, match="this run would read"):
        run("out", f"lfs.file={copy.as_posix()}", overwrite=True)


def test_a_copied_toml_file_names_models_by_whole_paths(tmp_path):
    from labelfns.pipelines.run.lf_copy import copied_lfs, copy_lfs, models_read

    table = '[[lf]]\nkind = "prototypes"\nmodel = "{}"\nsentences = {{ no = ["x"] }}\n'
    (tmp_path / "lfs.toml").write_text(table.format("./model") + table.format("someone/model"))
    (tmp_path / "copy").mkdir()
    copy_lfs(tmp_path / "lfs.toml", tmp_path / "copy")
    assert models_read(copied_lfs(tmp_path / "copy")) == [str((tmp_path / "model").resolve()), "someone/model"]


def test_a_toml_file_without_word_lists_is_copied_sign_by_sign(tmp_path):
    from labelfns.pipelines.run.lf_copy import copied_lfs, copy_lfs

    (tmp_path / "mine.toml").write_text('# mine\n[[lf]]\nkind = "keywords"\nlabel = "a"\nwords = ["b"]\n')
    (tmp_path / "copy").mkdir()
    copy_lfs(tmp_path / "mine.toml", tmp_path / "copy")
    assert copied_lfs(tmp_path / "copy").read_bytes() == (tmp_path / "mine.toml").read_bytes()
