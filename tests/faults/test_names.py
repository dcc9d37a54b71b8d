"""Faults of kind 1: labels and LFs may be called anything; names are text everywhere, and nothing is overwritten.

What a run and a resumed run make of names is in ``tests/pipelines/run/test_names.py``.
"""

import csv
import io
import json
import re
import sys
import tempfile
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import tomli_w
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from labelfns import Fault, LFSet, Votes, keywords
from labelfns.errors import LFError
from labelfns.models import LabelModel, MajorityVote
from labelfns.pipelines import analyze
from labelfns.pipelines.cli import app
from labelfns.pipelines.report.content import run_content
from labelfns.pipelines.report.pages import page as html_page
from labelfns.pipelines.run.baselines import LabelCoverage

from .campaign import count

OURS = [
    "conflict", "covered", "weight", "confidence", "label", "text", "trained_on", "(tie)", "(uncovered)", "((tie))",
    "p_x", "p_text", "model_x", "row", "votes", "gold", "lf", "any", "id", "lfs", "label (2)", "pool", "val", "all",
]  # fmt: skip
ODD = [
    "-1", "0", "1", "1.0", "nan", "None", "true", "$", "$$", "$x$", "from_$5_to_$10", "[red]", "[/]", "[bold]x[/bold]",
    "{{ m }}", "{% raw %}", "<b>&amp;", "'", '"', "\\", "\\n", "%s", "{0}", "#", "=1+1", "x" * 200, "سلام", "é",
    "e\u0301", "a/b", "../x", "*", "a,b", "a;b", " x ", "_x", "^", "\u200bx", "a\u202eb", "\ufeffx",
]  # fmt: skip
LABEL_ODD = ["\x1b[2J", "a\nb", "a\tb", "a\0b", "a\x85", "a\u2028b"]
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=30).filter(str.strip)
LF_NAMES = st.one_of(st.sampled_from(OURS + ODD), TEXT)
LABELS = st.lists(st.one_of(st.sampled_from(OURS + ODD + LABEL_ODD), TEXT), min_size=2, max_size=3, unique=True)
TWO_LFS = st.lists(LF_NAMES, min_size=2, max_size=2, unique=True)
SLOW = min(count(2), 100)
SLOW_INPUTS = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
ANY_MACHINE = settings(deadline=None, max_examples=min(count(10), 1000), suppress_health_check=SLOW_INPUTS)


TURNING = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def unseen(text):
    """Return the signs of a text that a terminal would obey, but for line feeds."""
    obeyed = [
        s for s in text if unicodedata.category(s) in ("Cc", "Zl", "Zp") or unicodedata.bidirectional(s) in TURNING
    ]
    return [sign for sign in obeyed if sign != "\n"]


def a_project(folder, labels, names):
    """Write a pipeline with two LFs, and 12 rows with gold that have columns of their names."""
    lfs = [
        {
            "kind": "keywords",
            "label": labels[c],
            "name": name,
            "words": [f"w{c}"],
            "expects": {f"a w{c}": labels[c]},
        }
        for c, name in enumerate(names)
    ]
    (folder / "lfs.toml").write_text(tomli_w.dumps({"lf": lfs}), encoding="utf-8")
    table = {
        "data": {"labels": labels, "pool": "pool.jsonl", "gold": "y"},
        "lfs": {"file": "lfs.toml"},
        "label_model": {"kind": "majority"},
    }
    (folder / "pipeline.toml").write_text(tomli_w.dumps(table), encoding="utf-8")
    ours = [{"text": f"w{i % 2} other{i % 3}", "y": labels[i % 2]} for i in range(12)]
    rows = [{labels[0]: 1, names[0]: "x", **row} for row in ours]
    (folder / "pool.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder / "pipeline.toml"


@pytest.mark.slow
@given(LABELS, TWO_LFS)
@example(["(tie)", "(uncovered)"], ["any", "text"])
@example(["-1", "0"], ["$$", "[red]"])
@example(["\x1b[2J", "a\nb"], ["y", "label"])
@example(["conflict", "covered"], ["conflict", "a\u202eb"])
@settings(ANY_MACHINE, max_examples=SLOW)
def test_every_command_takes_any_name_and_shows_it_as_text(labels, names):
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        pipeline = str(a_project(folder, labels, names))

        def call(command, *arguments):
            done = CliRunner().invoke(app, [command, pipeline, *arguments])
            assert done.exit_code == 0, (command, done.exception)
            assert not unseen(done.output)
            return done.stdout

        call("test-lfs")
        call("suggest", "--at-least", "1", "--min-z", "0.01")
        call("analyze", "--leave-one-out")
        call("analyze", f"--lf={names[0]}")
        call("analyze", "--why", "0")
        call("analyze", "--against", str(folder / "lfs.toml"))
        call("rows", "--label-model")
        listed = call("rows", f"--lf={names[1]}", "--format", "jsonl")
        rows = [json.loads(line) for line in listed.split("\n")[:-1]]
        said = [{"lf": names[1], "label": labels[1]}]
        assert [(row["gold"], row["votes"]) for row in rows] == [(labels[1], said)] * 6
        analysis = json.loads(CliRunner().invoke(app, ["analyze", pipeline, "--json"]).stdout)
        assert [row["lf"] for row in analysis["lfs"]] == names
        assert [(row["polarity"], row["correct"]) for row in analysis["lfs"]] == [([labels[0]], 6), ([labels[1]], 6)]
        by_label = list(analysis["label_model"]["by_label"].items())
        assert by_label[: len(labels)] == list(zip(labels, [6, 6, 0], strict=False))
        assert [count for _, count in by_label[len(labels) :]] == [0, 0]
        call("apply", "--output", str(folder / "v.parquet"))
        votes = Votes.load(folder / "v.parquet")
        assert (votes.labels, votes.lf_names) == (tuple(labels), tuple(names))
        assert votes.matrix.tolist() == [[0, -1], [-1, 1]] * 6
        frame = pl.read_parquet(folder / "v.parquet")
        assert frame.width == 2 + len({"y", labels[0], names[0]} - {"text"})


@given(LABELS, TWO_LFS)
@example(["a", "b"], ["*", "^.*$"])  # patterns of names, to polars
@ANY_MACHINE
def test_votes_come_back_with_their_names(labels, names):
    votes = Votes(
        [[0, -1], [1, 1]], labels=labels, lf_names=names, faults=[Fault(names[0], (1,), f"KeyError: {labels[0]}", "")]
    )
    with tempfile.TemporaryDirectory() as home:
        path = Path(home) / "v[1].parquet"
        votes.save(path)
        again = Votes.load(path)
    assert (again.labels, again.lf_names, again.faults) == (votes.labels, votes.lf_names, votes.faults)
    assert (again.matrix == votes.matrix).all()
    assert votes.to_polars(names=True)[names[1]].to_list() == [None, labels[1]]
    assert votes.where(names[0], against=names[1])["label"].to_list() == [labels[1]] * 0
    with tempfile.TemporaryDirectory() as home:
        for model in (LabelModel(), MajorityVote()):
            fitted = model.fit(votes)
            fitted.save(Path(home) / "m.json")
            loaded = type(model).load(Path(home) / "m.json")
            np.testing.assert_array_equal(loaded.predict_proba(votes), fitted.predict_proba(votes))


@given(LABELS)
@example(["(tie)", "(uncovered)"])
@example(["(tie)", "((tie))"])
@ANY_MACHINE
def test_no_count_is_lost(labels):
    votes = Votes([[0, 1], [0, -1], [1, -1], [1, -1], [-1, -1]], labels=labels)
    counts = LabelCoverage.of(MajorityVote().fit(votes).predict_proba(votes), votes).by_label
    assert list(counts.values()) == [1, 2, *[0] * (len(labels) - 2), 1, 1]
    assert list(counts)[: len(labels)] == labels


class Fitted:
    def __init__(self, labels):
        self.classes_ = tuple(labels)

    def predict_proba(self, texts, progress):
        """Give the first label three quarters for the first text, the second label for the second."""
        rest = len(self.classes_) - 1
        return np.array([np.roll([0.75, *[0.25 / rest] * rest], i) for i in range(len(texts))])


def rows_of(path):
    """Return the rows of a file of answers."""
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
    if path.suffix == ".csv":
        return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
    return pl.read_parquet(path).to_dicts()


@given(LABELS, LF_NAMES.filter(lambda name: name not in ("text", "z")))
@settings(ANY_MACHINE, max_examples=SLOW)
@example(["label", "confidence"], "p_label")
def test_predict_overwrites_no_column(labels, other):
    from labelfns.models import TransformerClassifier

    with tempfile.TemporaryDirectory() as home, pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransformerClassifier, "from_pretrained", lambda folder: Fitted(labels))
        rows = [{"text": text, other: str(i), "z": str(i)} for i, text in enumerate(["a", " ", "b"])]
        source = Path(home) / "in.jsonl"
        source.with_name("config.json").touch()
        source.write_text("".join(json.dumps(row) + "\n" for row in rows))
        for suffix in ("jsonl", "csv", "parquet"):
            target = source.with_name(f"p.{suffix}")
            done = CliRunner().invoke(app, ["predict", home, str(source), "--output", str(target), "--raw"])
            assert done.exit_code == 0, done.exception
            found = rows_of(target)
            ours = list(found[0])[:-2]
            assert {"text", "label", "confidence", *(f"p_{name}" for name in labels)} <= set(ours)
            assert len(set(found[0])) == len(ours) + 2
            assert [row["label"] or None for row in found] == [labels[0], None, labels[1]]
            assert [float(row[f"p_{labels[0]}"] or 0) for row in found[:2]] == [0.75, 0]
            assert [list(row.values())[-2:] for row in found] == [[str(i), str(i)] for i in range(3)]


METRICS = Path(__file__).parents[1] / "fixtures" / "before_rooms" / "project" / "run" / "metrics.json"


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text.append(data)


def page_of(labels, names):
    from labelfns.pipelines.run.metrics import read_old_metrics

    metrics = read_old_metrics(json.loads(METRICS.read_text(encoding="utf-8")))
    new = dict(zip(["negative", "positive"], labels, strict=False))
    new |= dict(zip(["good_tags", "bad_tags"], names, strict=True))

    def renamed(value):
        if isinstance(value, dict):
            return {new.get(key, key): renamed(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [renamed(entry) for entry in value]
        return new.get(value, value) if isinstance(value, str) else value

    found = Tags()
    page = html_page(run_content(renamed(metrics)))
    found.feed(page)
    return page, [tag for tag in found.tags if tag not in ("g", "path", "use", "tspan", "text", "defs", "style")]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Glyph")
@given(st.lists(st.sampled_from(ODD + LABEL_ODD), min_size=2, max_size=2, unique=True), TWO_LFS)
@settings(ANY_MACHINE, max_examples=SLOW)
def test_the_report_shows_any_name_as_text(labels, names):
    page, tags = page_of(labels, names)
    assert tags == page_of(["negative", "positive"], ["good_tags", "bad_tags"])[1]
    assert not [sign for sign in unseen(page) if sign != "\t"]


@pytest.mark.parametrize("name", ["a\nb", "\x1b[2J", "a\0b", "a\u2028b"])
def test_an_lf_with_control_signs_in_its_name_is_one_message(name):
    with pytest.raises(LFError, match="one line without control characters") as caught:
        keywords("yes", ["good"], name=name)
    assert not unseen(str(caught.value))


@given(LABELS)
@ANY_MACHINE
def test_default_names_and_analyses_of_any_label(labels):
    lfs = LFSet(labels, [keywords(labels[0], ["good"]), keywords(labels[1], ["bad"], name="other")])
    analysis = analyze(lfs, ["so good", "so bad", "none"], [labels[0], labels[1], None], label_model=LabelModel())
    assert not unseen(str(analysis))
    assert analysis.gold_rows == 2
    assert [row.accuracy for row in analysis.lfs] == [1.0, 1.0]


def test_paths_in_messages_are_text(capsys):
    from labelfns.pipelines.cli import main

    sys.argv = ["labelfns", "analyze", "[red]no\x1b[2J.toml"]
    with pytest.raises(SystemExit):
        main()
    err = capsys.readouterr().err
    assert re.search(r"\[red\]no\\x1b\[2J\.toml", err)
    assert not unseen(err)
