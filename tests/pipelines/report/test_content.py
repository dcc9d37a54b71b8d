"""What the page shows, against rows that are counted by hand."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from labelfns import LFSet, Texts, keywords, read_texts
from labelfns.models import MajorityVote
from labelfns.pipelines import analyze
from labelfns.pipelines.report.content import analysis_content, run_content
from labelfns.pipelines.report.evidence import Evidence, SetRows
from labelfns.pipelines.report.pages import page
from labelfns.pipelines.report.rows_content import suggestions


@pytest.fixture
def content(metrics, evidence):
    return run_content(metrics, "mine", evidence)


def rows(content, places):
    return [(content["rows"][place]["set"], content["rows"][place]["row"]) for place in places]


def test_it_is_plain_json_and_a_page(content):
    json.dumps(content, allow_nan=False)
    text = page(content)
    assert "&lt;b&gt;" not in text  # a text stands in the data alone, where its signs are escapes
    assert "\\u003cb\\u003e" in text


def test_rows_where_sure_voters_contradict_each_other_are_worth_gold(content):
    assert content["ask"]["why"] == "classifier"
    assert ("pool", 2) in rows(content, content["ask"]["rows"])
    assert ("pool", 0) not in rows(content, content["ask"]["rows"])


def test_changes_between_rounds_have_their_rows(content):
    changes = {change["name"]: rows(content, change["examples"]) for change in content["rounds"][1]["changes"]}
    assert changes == {
        "kept": [("pool", 0), ("pool", 2)],
        "added": [("pool", 4)],
        "dropped": [("pool", 1)],
        "flipped": [("pool", 3)],
    }


@pytest.mark.parametrize("rounds", [1, 2])
def test_rounds_are_compared_where_there_are_several(metrics, rounds):
    metrics |= {"rounds": metrics["rounds"][:rounds], "best_round": 0}
    assert ("in this round and the one before" in page(run_content(metrics))) == (rounds > 1)


def test_cells_of_the_confusion_hold_their_rows(content):
    (one,) = content["confusions"]
    assert one["matrix"] == [[2, 0], [1, 1]]
    assert {cell: rows(content, places) for cell, places in one["cells"].items() if places} == {
        "0,0": [("val", 2), ("val", 3)],
        "1,0": [("val", 1)],
        "1,1": [("val", 0)],
    }


def test_rows_without_an_answer_stand_in_a_column_of_their_own(evidence):
    val = replace(evidence.sets[1], answers=None)
    content = analysis_content(
        analyze(evidence.lfs, val.texts, label_model=MajorityVote()).to_json(), Evidence((val,), lfs=evidence.lfs)
    )
    (one,) = content["confusions"]
    assert one["matrix"] == [[0, 1, 1], [1, 1, 0]]
    assert set(rows(content, one["cells"]["0,2"])) == {("val", 3)}
    text = page(content)
    assert text.count(">no answer<") == 1
    assert "1 of 1 row, gold negative, no answer" in text
    assert sum(map(sum, one["matrix"])) == sum(classes["rows"] for classes in one["classes"])


@pytest.mark.parametrize("copies", [0, 499])
def test_counts_are_written_as_people_read_them(evidence, tmp_path, copies):
    texts, gold = ["so happy today", "late again"], ["positive", "negative"]
    texts, gold = texts[:1] + texts * (2 * copies), gold[:1] + gold * (2 * copies)
    analysis = analyze(evidence.lfs, texts, gold=gold, label_model=MajorityVote())
    path = analysis.report(tmp_path / "a.html", texts=texts, lfs=evidence.lfs)
    said = re.sub(r"(?s)<(style|script).*?</\1>|<[^>]*>", " ", path.read_text(encoding="utf-8"))
    assert f"of {len(texts):,} text" in said
    assert not re.findall(r"(?<![\d.,])\d{4,}|\b1 (?:rows|texts|LFs|votes)\b", said)


def test_an_lf_that_never_votes_is_shown_with_its_label(evidence):
    lfs = LFSet(evidence.lfs.labels, [*evidence.lfs, keywords("negative", ["strike"], name="strike")])
    texts = evidence.pool.texts
    votes = lfs.apply(texts)
    content = analysis_content(analyze(lfs, texts).to_json(), Evidence((SetRows("pool", texts, votes),), lfs=lfs))
    assert content["lfs"][2]["votes_for"] == ["negative"]
    assert content["classes"][0]["lfs"] == 1  # it does not reach the class
    assert page(analysis_content(analyze(lfs, texts).to_json(), Evidence((SetRows("pool", texts, votes),))))


def test_the_heat_map_counts_pairs(content):
    assert content["map"]["lfs"] == [0, 1]
    assert content["map"]["conflicts"] == [[0.0, 2 / 3], [0.5, 0.0]]  # of three votes two, of four two
    assert content["map"]["worst"] == {"a": 0, "b": 1, "rows": 2}


def test_a_small_share_of_a_heat_map_is_not_none():
    """Of the first LF's 1,000 votes 1, 4, 6, 999 and none stand where another one votes for another label."""
    stands_in = {"one": 1, "four": 4, "six": 6, "most": 999, "same": 1}
    texts = [" ".join(["all", *(word for word, n in stands_in.items() if i < n)]) for i in range(1000)]
    others = [keywords("negative" if word == "same" else "positive", [word], name=word) for word in stands_in]
    lfs = LFSet(["negative", "positive"], [keywords("negative", ["all"], name="all"), *others])
    content = analysis_content(
        analyze(lfs, texts, label_model=MajorityVote()).to_json(),
        Evidence((SetRows("pool", Texts(texts), lfs.apply(texts)),)),
    )
    text = page(content)
    conflicts = text[text.index('class="heat conflicts"') :]
    first = re.search(r"<tr><th scope=\"row\">1 .*?</tr>", conflicts)[0]
    assert re.findall(r"<td[^>]*>.*?</td>", first) == [
        '<td class="self">·</td>',
        '<td class="h1">&lt;1</td>',
        '<td class="h1">&lt;1</td>',
        '<td class="h1">1</td>',
        '<td class="h6">&gt;99</td>',
        "<td></td>",
    ]


@pytest.mark.parametrize(
    ("apart", "said"),
    [
        (0, ": they vote on the same texts and agree"),
        (
            2,
            ", where they look for the same: both vote on 80.0% of the texts on which either does, and agree on 100% "
            "of these",
        ),
        (4, None),
    ],
)
def test_near_copies_are_said_to_be_as_close_as_they_are(apart, said):
    """Two LFs vote on ten texts, `apart` of them one alone; a third votes on its own, and is linked to none."""
    texts = ["good fine"] * (10 - apart) + ["good"] * apart + ["bad"] * 5
    words = {"good": "positive", "bad": "negative", "fine": "positive"}
    lfs = LFSet(["negative", "positive"], [keywords(label, [word], name=word) for word, label in words.items()])
    analysis = analyze(lfs, texts, label_model=MajorityVote())
    content = analysis_content(analysis.to_json(), Evidence((SetRows("pool", Texts(texts), lfs.apply(texts)),)))
    steps = [step for step in content["answer"]["next"] if step["text"] == "Merge"]
    assert [(one["name"], one["other"], one["after"]) for one in steps] == ([("good", "fine", said)] if said else [])
    assert bool(analysis.near_copies) == bool(steps) == any(lf["copies"] for lf in content["lfs"])


def test_the_threshold_is_chosen_on_val(content):
    assert [(curve["name"], curve["set"]) for curve in content["curves"]] == [
        ("LFs and classifier together", "val"),
        ("label model", "val"),
    ]
    assert content["curves"][0]["points"][0]["accuracy"] == 0.75


def test_an_lf_is_learned_with_an_interval_and_has_examples(content):
    good, bad = content["lfs"]
    assert good["learned"][0]["low"] < good["learned"][0]["share"] < good["learned"][0]["high"]
    assert set(rows(content, good["examples"])) == {("pool", 0), ("pool", 1), ("pool", 5)}
    assert set(rows(content, bad["examples"])) == {("pool", 1), ("pool", 2), ("pool", 3), ("pool", 5)}


def test_what_to_do_next_names_the_pair_that_disagrees(content):
    steps = content["answer"]["next"]
    assert ("good", "bad") in [(step["name"], step["other"]) for step in steps]
    assert steps[-1]["code"] == "labelfns predict mine new_texts.csv --output labels.csv"
    assert len(content["answer"]["numbers"]) == 4


def test_the_command_names_the_run_as_it_was_given(metrics):
    shown = run_content(metrics, "runs/the first")
    assert shown["name"] == "the first"
    assert shown["answer"]["next"][-1]["code"].startswith("labelfns predict 'runs/the first' ")


def test_labels_of_the_classifier_are_not_called_gold(evidence):
    pool = evidence.pool
    texts = [f"{text} parcel" for text in ["nothing"] * 20] + ["good"] * 20
    votes = evidence.lfs.apply(texts)
    answers = np.array([[0.9, 0.1]] * 20 + [[0.1, 0.9]] * 20)
    found = suggestions(Evidence((type(pool)("pool", texts, votes, None, None, answers, "classifier"),)))
    assert [one["line"] for one in found][:1] == ['keywords("negative", ["nothing"])']
    assert "the classifier gives 20 negative" in found[0]["about"]
    assert "gold" not in found[0]["about"]


def test_without_gold_nothing_is_claimed(metrics):
    metrics["baselines"] = {kind: {} for kind in metrics["baselines"]}
    metrics["data"] = {"pool": metrics["data"]["pool"]}
    metrics["by_class"] = {}
    for ledger in metrics["rounds"]:
        ledger["scores"] = ledger["hidden_scores"] = {}
    answer = run_content(metrics)["answer"]
    assert "not known" in answer["sentence"]
    assert len(answer["numbers"]) == 4
    assert "%" in page(run_content(metrics))


def test_an_analysis_has_a_page(evidence, tmp_path):
    texts = [*evidence.pool.texts]
    analysis = analyze(evidence.lfs, texts, gold=[1, 0, 0, 0, None, 1])
    path = analysis.report(tmp_path / "a.html", texts=texts, lfs=evidence.lfs)
    text = path.read_text(encoding="utf-8")
    assert "2 LFs give 5 of 6 texts a vote" in text
    assert "<title>Analysis: 6 texts, 2 LFs</title>" in text
    assert '["good",[0]]' in text
    with pytest.raises(ValueError, match="exists"):
        analysis.report(path)
    with pytest.raises(ValueError, match="2 texts for 6 rows"):
        analysis.report(path, texts=texts[:2], overwrite=True)
    assert '"rows":[]' in analysis.report(path, overwrite=True).read_text(encoding="utf-8")


def test_a_page_of_a_file_names_it_without_its_folder(evidence, tmp_path):
    (tmp_path / "mine.txt").write_text("\n".join(evidence.pool.texts), encoding="utf-8")
    texts = read_texts(tmp_path / "mine.txt")
    analysis = analyze(evidence.lfs, texts, gold=[1, 0, 0, 0, None, 1], label_model=MajorityVote())
    text = analysis.report(tmp_path / "a.html", texts=texts)
    assert "on mine.txt" in text.read_text(encoding="utf-8")
    assert "<title>Analysis of mine.txt: 6 texts, 2 LFs</title>" in text.read_text(encoding="utf-8")
    assert str(tmp_path) not in text.read_text(encoding="utf-8")
