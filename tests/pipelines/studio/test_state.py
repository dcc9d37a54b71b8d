"""What the studio answers is what `analyze` says of the same LF on disk; what it accepts is what is on disk then."""

import dataclasses

import numpy as np
import pytest

from labelfns import LFSet
from labelfns.errors import InputError, LFError
from labelfns.pipelines.analysis.changes import votes_change
from labelfns.pipelines.analysis.one_lf import one_lf
from labelfns.pipelines.studio.state import Studio

TYPED = [
    {"kind": "keywords", "label": 1, "entries": "great\nhappy\nso *"},
    {"kind": "keywords", "label": 0, "entries": "bad", "not_negated": True},
    {"kind": "hashtags", "label": 1, "entries": "#happy, sad", "parts": True},
    {"kind": "emoji", "label": 1, "entries": ":)  \U0001f44d"},
    {"kind": "regex", "label": 0, "pattern": r"late|(aw)ful"},
    {"kind": "regex", "label": 0, "pattern": r"(?=LATE).ATE", "ignore_case": False},
    {"kind": "lexicon", "label": 1, "entries": "great 2\nawful: -1.5\nhappy = 1", "threshold": "1"},
    {"kind": "count", "label": 0, "what": "capitals", "at_least": "3", "at_most": ""},
    {"kind": "keywords", "label": 1, "entries": "happy", "only_with": "late\ngreat", "last_words": "2"},
]


def rows_of(studio, form, place, tab):
    found = []
    while True:
        answer = studio.answer(form, place, tab=tab, first=len(found))
        found += [row["row"] for row in answer["rows"]]
        if len(found) == answer["found"]:
            return sorted(found)


def check(studio, form, place, name):
    """Compare the answer to what is typed with what is said once it is on disk."""
    before = LFSet.from_file(studio.lf_file, studio.labels).apply(studio.texts)
    answer = studio.answer(form, place, tab="votes")
    lists = {tab: rows_of(studio, form, place, tab) for tab in ("new", "lost", "conflicts", "votes", "wrong", "silent")}
    studio.accept(form, place, studio.change(form, place).mark)
    lfs = LFSet.from_file(studio.lf_file, studio.labels)
    assert lfs.names[-1 if place is None else place] == name
    votes = lfs.apply(studio.texts)
    on_disk = one_lf(lfs, studio.texts, votes, name)
    found, n = answer["figures"], len(studio.texts)
    assert found["votes"] == round(on_disk.lf.coverage * n) == len(lists["votes"])
    assert found["overlaps"] == round(on_disk.lf.overlaps * n)
    assert found["conflicts"] == round(on_disk.lf.conflicts * n) == len(lists["conflicts"])
    assert (found["right"], found["wrong"]) == (on_disk.lf.correct, on_disk.lf.incorrect)
    assert found["first"] == on_disk.alone
    met = [
        (lfs.names[one["lf"]], *(one[key] for key in ("both", "conflicts", "right", "other_right")))
        for one in found["met"]
    ]
    assert met == [dataclasses.astuple(one) for one in on_disk.meetings]
    change = votes_change(before, votes)
    (one,) = (one for one in change.lfs if one.lf == name)
    assert lists["new"] == sorted((*one.won, *one.turned))
    assert lists["lost"] == sorted((*one.lost, *one.turned))
    assert found["covered"] == [change.before.covered, change.after.covered]
    assert lists["silent"] == np.flatnonzero(~votes.covered).tolist()
    assert (studio._matrix == votes.matrix).all()


@pytest.mark.parametrize("form", TYPED, ids=lambda form: form["kind"])
def test_a_new_lf_is_as_analyze_says(studio, form):
    check(studio, {**form, "name": "mine"}, None, "mine")


@pytest.mark.parametrize("form", TYPED, ids=lambda form: form["kind"])
@pytest.mark.parametrize("place", [0, 1])
def test_a_changed_lf_is_as_analyze_says(studio, form, place):
    expects = dict(studio.lfs.lfs[place].expects)
    check(studio, form, place, studio.lfs.names[place])
    assert dict(LFSet.from_file(studio.lf_file, studio.labels).lfs[place].expects) == expects


def test_the_firing_words_are_told_apart(studio):
    answer = studio.answer({"kind": "keywords", "label": 0, "entries": "day"}, None, tab="votes")
    (row,) = answer["rows"]
    assert row["parts"] == [["a ", []], ["great", [0]], [" ", []], ["day", [4]]]
    assert answer["draft"] == 4
    assert row["says"] == [(0, 1), (4, 0)]


def test_an_lf_on_disk_is_shown_as_it_is(studio):
    loud = studio.answer(None, 3, tab="votes")
    assert [row["row"] for row in loud["rows"]] == [3]
    assert loud["counts"]["new"] == loud["counts"]["lost"] == 0
    assert "Python code" in studio.overview()["lfs"][3]["reason"]
    with pytest.raises(LFError, match="loud: it is Python code"):
        studio.change(TYPED[0], 3)


@pytest.mark.parametrize("place", [None, 0])
def test_without_a_label_there_is_what_needs_none(studio, place):
    form = {"kind": "keywords", "label": 1, "entries": "great\nbad"}
    known, answer = studio.answer(form, place), studio.answer(form | {"label": None}, place)
    needing = ("agree", "conflicts", "right", "wrong")
    assert [answer["figures"][name] for name in needing] == [None] * 4
    assert {one[name] for one in answer["figures"]["met"] for name in ("conflicts", "right", "other_right")} == {None}
    for name in known["figures"].keys() - {*needing, "met"}:
        assert answer["figures"][name] == known["figures"][name], name
    assert [one["both"] for one in answer["figures"]["met"]]
    assert answer["counts"] == known["counts"] | {"conflicts": 0, "wrong": 0}
    assert [row["parts"] for row in answer["rows"]] == [row["parts"] for row in known["rows"]]
    assert not [lf for row in answer["rows"] for lf, _ in row["says"] if lf == answer["draft"]]
    with pytest.raises(LFError, match="choose the label that it votes for"):
        studio.change(form | {"label": None}, place)
    assert studio.answer({"kind": "keywords", "label": None, "entries": ""}, place)["draft"] is None


def test_it_says_whether_there_is_anything_to_write(studio):
    typed = studio.overview()["lfs"][1]["form"]
    assert studio.answer(typed, 1)["changed"] is False
    assert studio.answer(typed | {"entries": "awful"}, 1)["changed"] is True
    assert studio.answer(typed | {"label": None}, 1)["changed"] is False
    new = typed | {"name": "mine"}
    assert studio.answer(new, None)["changed"] is True
    studio.accept(new, None, studio.change(new, None).mark)
    assert studio.answer(new, 4)["changed"] is False


def test_rows_are_searched_and_paged(opened, project):
    texts = "".join(f'{{"text": "great {i}"}}\n' for i in range(70))
    (project / "pool.jsonl").write_text(texts)
    studio = opened()
    assert rows_of(studio, None, 0, "votes") == list(range(70))
    assert studio.answer(None, 0, tab="votes", search=" GREAT 6")["found"] == 11
    with pytest.raises(InputError, match="no list 'odd'"):
        studio.answer(None, None, tab="odd")


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ({"kind": "code", "label": 0}, "kind must be one of"),
        ({"kind": "regex", "label": 0, "pattern": "(a"}, "does not compile"),
        ({"kind": "emoji", "label": 0, "entries": "word"}, "word"),
        ({"kind": "keywords", "label": 2, "entries": "a"}, "label must be the id"),
        ({"kind": "keywords", "label": 0, "entries": "a", "first_words": "x"}, "first_words must be a whole number"),
        ({"kind": "keywords", "label": 0, "entries": "a", "name": "good"}, "there is an LF named 'good' already"),
        ({"kind": "keywords", "label": 0, "entries": ["a"]}, "entries must be text"),
        ({"kind": "lexicon", "label": 0, "entries": "good"}, "a word and its weight"),
        ({"kind": "count", "label": 0, "what": "words", "at_least": "3", "at_most": "1"}, "at_most"),
    ],
)
def test_what_is_no_lf_is_said(studio, form, message):
    with pytest.raises(LFError, match=message):
        studio.answer(form, None)


def test_a_pattern_that_backtracks_is_a_fault(opened, project, monkeypatch):
    monkeypatch.setattr("labelfns.pipelines.studio.state.SECONDS", 0.02)
    (project / "pool.jsonl").write_text("".join(f'{{"text": "{"a" * 40}! {i}"}}\n' for i in range(5)))
    answer = opened().answer({"kind": "regex", "label": 0, "pattern": r"(a|a)*\1$"}, None)
    assert answer["figures"]["votes"] == 0
    assert "time limit" in answer["notes"][0]


def test_a_pattern_that_is_slow_on_every_text_is_given_up(opened, project, monkeypatch):
    monkeypatch.setattr("labelfns.pipelines.studio.state.SECONDS_IN_ALL", 0.1)
    (project / "pool.jsonl").write_text("".join(f'{{"text": "{"a" * 18}! {i}"}}\n' for i in range(4000)))
    answer = opened().answer({"kind": "regex", "label": 0, "pattern": r"(?=a)(a|aa)+$"}, None)
    assert "for all texts together" in answer["notes"][0]
    assert answer["seconds"] < 5


def test_what_an_lf_expects_is_looked_for_in_time(opened, project, monkeypatch):
    monkeypatch.setattr("labelfns.pipelines.studio.state.SECONDS", 0.02)
    lfs = f"from labelfns import regex\nlate = regex('negative', 'aa', expects={{'{'a' * 60}!': 'negative'}})\n"
    (project / "lfs.py").write_text(lfs)
    answer = opened().answer({"kind": "regex", "label": 0, "pattern": r"(?=a)(a|aa)+$"}, 0)
    assert any("took longer than the time limit" in note for note in answer["notes"])


def test_a_page_with_other_lfs_is_told(studio, project):
    form = studio.overview()["lfs"][1]["form"]
    source = (project / "lfs.py").read_text()
    (project / "lfs.py").write_text(source.replace("good = words", "first = words(1, ['x'])\ngood = words"))
    studio.reload()
    for ask in (studio.answer, studio.change):
        with pytest.raises(InputError, match="load it again"):
            ask(form, 1)
    assert studio.answer(form, 2)["figures"]


def test_what_an_lf_expects_is_checked(studio):
    answer = studio.answer({"kind": "keywords", "label": 0, "entries": "dreadful"}, 1)
    assert "awful" in answer["notes"][0]


def test_a_name_of_its_own_is_made(studio):
    form = {"kind": "keywords", "label": 1, "entries": "happy"}
    assert studio.answer(form, None)["name"] == "keywords_positive"
    studio.accept(form, None, studio.change(form, None).mark)
    assert studio.answer(form, None)["name"] == "keywords_positive_2"


def test_a_file_that_has_changed_is_not_written(studio, project):
    change = studio.change(TYPED[0], None)
    changed = (project / "lfs.py").read_bytes() + b"\n# by hand\n"
    (project / "lfs.py").write_bytes(changed)
    with pytest.raises(InputError, match="has changed since it was read"):
        studio.accept(TYPED[0], None, change.mark)
    assert (project / "lfs.py").read_bytes() == changed
    studio.reload()
    studio.accept(TYPED[0], None, studio.change(TYPED[0], None).mark)
    assert b"# by hand" in (project / "lfs.py").read_bytes()


def test_only_the_change_that_was_shown_is_written(studio, project):
    mark = studio.change(TYPED[0], None).mark
    with pytest.raises(InputError, match="not the change that was shown"):
        studio.accept(TYPED[1], None, mark)
    assert "keywords_" not in (project / "lfs.py").read_text()


def test_nothing_is_written_outside_of_the_folder(opened, project):
    (project.parent / "lfs.py").write_bytes((project / "lfs.py").read_bytes())
    (project / "lfs.py").unlink()
    (project / "lfs.py").symlink_to(project.parent / "lfs.py")
    studio = opened()
    assert studio.answer(TYPED[0], None)["figures"]["votes"]
    with pytest.raises(InputError, match="not in the pipeline's folder"):
        studio.change(TYPED[0], None)


def test_marked_rows_are_gold_that_the_pipeline_reads(studio, opened, project):
    setting = studio.mark(5, 1)
    assert [line for line in setting.lines[2:] if line[0] in "+-"] == ['+pool_gold = "pool_gold.jsonl"']
    assert not (project / "pool_gold.jsonl").exists()
    assert "pool_gold" not in (project / "pipeline.toml").read_text()
    assert studio.mark(5, 1, setting.mark) is None
    assert studio.mark(2, 1) is None  # against the pool's own, on both rows with this text
    assert studio.mark(0, None) is None
    assert studio.overview()["gold"] == 7
    again = opened()
    assert again.gold[[5, 2, 10, 0]].tolist() == [1, 1, 1, -1]
    assert (project / "pool_gold.jsonl").read_text().splitlines() == [
        '{"text": "nothing at all", "label": "positive"}',
        '{"text": "awful", "label": "positive"}',
        '{"text": "a great day", "label": null}',
    ]
    assert studio.mark(5, 0) is None
    assert opened().gold[5] == 0
    assert len((project / "pool_gold.jsonl").read_text().splitlines()) == 3
    assert "# ours" in (project / "pipeline.toml").read_text()


@pytest.mark.parametrize("name", ["pool.jsonl", "test.jsonl", "few.jsonl", "link.jsonl"])
def test_marked_rows_have_a_file_of_their_own(opened, project, name):
    for other in ("test.jsonl", "few.jsonl"):
        (project / other).write_bytes((project / "pool.jsonl").read_bytes())
    (project / "link.jsonl").symlink_to("pool.jsonl")
    setting = f'[data]\ntest = "test.jsonl"\nfew_gold = "few.jsonl"\npool_gold = "{name}"\n'
    (project / "pipeline.toml").write_text((project / "pipeline.toml").read_text().replace("[data]\n", setting))
    before = (project / name).read_bytes()
    with pytest.raises(InputError, match="marked rows need a file of their own"):
        opened().mark(2, 1)
    assert (project / name).read_bytes() == before


@pytest.mark.parametrize(("row", "label"), [(12, 0), (-1, 0), (True, 0), ("0", 0), (0, 2), (0, "positive")])
def test_no_other_row_or_label_can_be_marked(studio, row, label):
    with pytest.raises(InputError, match="there is no"):
        studio.mark(row, label, "x")


def test_suggestions_can_be_typed(opened, project):
    (project / "pool.jsonl").write_text(
        "".join(f'{{"text": "{word} {i}"}}\n' for i in range(9) for word in ("great", "rain"))
    )
    found = opened().suggestions()
    assert [(one["kind"], one["term"]) for one in found] == [("keywords", "rain")]


def test_other_columns_reach_lfs(project, opened):
    (project / "pool.jsonl").write_text('{"text": "a", "likes": 3}\n{"text": "b", "likes": 0}\n')
    lfs = "from labelfns import row_function\n@row_function\ndef liked(row): return 1 if row['likes'] else None\n"
    (project / "lfs.py").write_text(lfs)
    assert isinstance(studio := opened(), Studio)
    assert [row["row"] for row in studio.answer(None, 0, tab="votes")["rows"]] == [0]
