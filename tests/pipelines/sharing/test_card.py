"""A model's card: what it says, that names are names in it, and that nothing of a text is."""

import json
from pathlib import Path

import pytest
from huggingface_hub import ModelCard
from markdown_it import MarkdownIt

from labelfns import Votes
from labelfns.display.names import markdown
from labelfns.models import LabelModel, MajorityVote
from labelfns.pipelines import load_settings, run_pipeline
from labelfns.pipelines.run.metrics import read_old_metrics
from labelfns.pipelines.sharing.card import model_card
from labelfns.progress import silent

OLD = Path(__file__).parents[2] / "fixtures" / "before_rooms" / "project" / "run" / "metrics.json"
HOSTILE = [
    "<script>alert(1)</script>",
    "a|b|c",
    "[x](http://evil.example)",
    "`code` *bold* __x__ ~~y~~",
    "line\nbreak\n\n# heading\n---",
    "---\nlicense: mit",
    "{{ 7 * 7 }} {% raw %}",
    "&amp; $x$ :smile: @someone www.evil.example",
    "\u202eevil",
    "- list",
    "1. one",
    "\\",
]


def scores(accuracy=0.8, rows=100):
    return {
        "rows": rows,
        "accuracy": accuracy,
        "macro_f1": 0.75,
        "accuracy_interval": [0.711, 0.867],
        "macro_f1_interval": [0.66, 0.83],
    }


def facts(**given):
    made = {
        "versions": {"labelfns": "0.1.0"},
        "backbone": "vinai/bertweet-base",
        "coverage": {"rows": 1000, "covered": 400, "conflicting": 30},
        "data": {
            "pool": {"source": "/home/me/pool.csv", "rows": 1000},
            "test": {"source": "hub:some/tweets:test", "rows": 120},
        },
        "lfs": [
            {"lf": "good", "polarity": ["yes"], "coverage": 0.3, "conflicts": 0.03},
            {"lf": "silent", "coverage": 0},
        ],
        "rounds": [{"round": 0, "trained_on": 321, "scores": {}}],
        "best_round": 0,
        "predictor": {
            "classifier": {"test": {"all_rows": scores()}},
            "together": {"test": {"all_rows": scores(0.85)}},
        },
        "gold_rows": {"training": {"rows": 0, "used_for": "nothing"}, "test": {"rows": 100, "used_for": "figures"}},
    }
    return made | given


def rows_of(card):
    """Return the cells of every table row, as a page shows them."""
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(ModelCard(card).text)
    rows, cells = [], None
    for token in tokens:
        if token.type == "tr_open":
            cells = []
            rows.append(cells)
        elif token.type == "inline" and cells is not None:
            cells.append("".join(child.content for child in token.children))
        elif token.type == "tr_close":
            cells = None
    return rows


def test_what_a_card_says():
    votes = Votes([[0, -1], [1, -1], [0, 1]], labels=["no", "yes"], lf_names=["good", "silent"])
    card = model_card(facts(), ["no", "yes"], LabelModel().fit(votes))
    data = ModelCard(card).data
    assert (data.library_name, data.pipeline_tag, data.base_model) == (
        "transformers",
        "text-classification",
        "vinai/bertweet-base",
    )
    assert data.datasets == ["some/tweets"]
    assert data.license is None
    assert [(one.metric_type, one.metric_value, one.dataset_type, one.dataset_split) for one in data.eval_results] == [
        ("accuracy", 0.8, "some/tweets", "test"),
        ("f1", 0.75, "some/tweets", "test"),
    ]
    rows = rows_of(card)
    assert ["test", "this model alone", "100", "0.800 (0.711 to 0.867)", "0.750 (0.660 to 0.830)"] in rows
    assert [
        "test",
        "with its LFs, as labelfns answers",
        "100",
        "0.850 (0.711 to 0.867)",
        "0.750 (0.660 to 0.830)",
    ] in rows
    assert ["of these with a vote", "400 (40.0%)"] in rows
    assert ["training", "0", "nothing"] in rows
    assert ["test", "100", "figures"] in rows
    assert [row[:4] for row in rows if row[0] == "good"] == [["good", "yes", "30.0%", "3.0%"]]
    assert "/home/me" not in card
    assert "These LFs voted on no text: silent." in card
    assert "No LF votes on 60.0% of the unlabeled texts" in card


def test_how_right_an_lf_is_taken_to_be_is_what_the_label_model_says_of_its_vote_alone():
    votes = Votes([[0, 0], [1, 1], [1, -1], [1, 1]], labels=["no", "yes"], lf_names=["good", "silent"])
    model = LabelModel().fit(votes)
    alone = model.predict_proba(Votes([[1, -1]], labels=["no", "yes"], lf_names=["good", "silent"]))[0, 1]
    (row,) = [row for row in rows_of(model_card(facts(), ["no", "yes"], model)) if row[0] == "good"]
    assert row[4] == f"{alone:.1%}"
    (row,) = [row for row in rows_of(model_card(facts(), ["no", "yes"], MajorityVote().fit(votes))) if row[0] == "good"]
    assert row[4] == "100%"


def test_labels_by_people_that_it_was_trained_on_are_said():
    assert "gave, not people,\nwith" in model_card(facts(), ["no", "yes"])
    for further in (False, True):
        few_gold = {"rows": 40, "trained_further": further, "refined": {}}
        card = model_card(facts(few_gold=few_gold), ["no", "yes"])
        assert ("not people, and then further on 40 labels by people" in card) is further


def test_without_gold_there_are_no_figures_and_the_card_says_so():
    card = model_card(facts(predictor=None, gold_rows={}), ["no", "yes"])
    assert "no text had a gold label to compare with" in card
    assert ModelCard(card).data.eval_results is None
    assert "It was compared with no gold label at all." in card


def test_a_run_of_version_0_1_has_its_figures():
    metrics = read_old_metrics(json.loads(OLD.read_text(encoding="utf-8")))
    card = model_card(metrics, metrics["labels"])
    assert [row[0] for row in rows_of(card) if row[1:2] == ["this model alone"]] == ["val", "test"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_text(name):
    shown = " ".join(rows_of(f"---\n---\n| a | b |\n|---|---|\n| {markdown(name)} | end |\n")[1][:1])
    assert shown == markdown_free(name)
    lfs = [{"lf": name, "polarity": [name], "coverage": 0.5, "conflicts": 0.0}]
    card = model_card(facts(lfs=lfs, warnings=[name], data={name: {"rows": 1, "source": name}}), [name, "other"])
    rows = rows_of(card)
    assert [markdown_free(name), markdown_free(name), "50.0%", "0%", ""] in rows
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(ModelCard(card).text)
    inline = [child for token in tokens for child in token.children or ()]
    assert not [token for token in (*tokens, *inline) if token.type.startswith("html")]
    links = [token.attrs["href"] for token in inline if token.type == "link_open"]
    assert all(link.startswith(("https://github.com/labelfns", "https://huggingface.co/vinai")) for link in links)
    headings = [tokens[i + 1].content for i, token in enumerate(tokens) if token.type == "heading_open"]
    assert headings[1:] == ["Use", "Data", "Figures", "Gold labels", "Labeling functions", "Limits"]
    assert ModelCard(card).data.license is None


def markdown_free(name):
    from labelfns.display.names import short

    return short(name)


def test_a_backbone_or_data_of_a_hostile_name_stays_out():
    for backbone in ("/home/me/model", "../model", "a/b/c", "x\nlicense: mit", "[x](y)", "C:\\models\\x"):
        card = model_card(facts(backbone=backbone), ["no", "yes"])
        assert "base_model" not in card
        assert "backbone is" not in card
    card = model_card(facts(data={"test": {"rows": 1, "source": "hub:a/b\nlicense: mit:test"}}), ["no", "yes"])
    assert ModelCard(card).data.to_dict().get("license") is None


def test_what_lfs_raised_is_not_told():
    raised = [{"set": "pool", "lf": "bad", "error": "ValueError: secret text"}]
    warnings = ["pool: bad raised ValueError: secret text on row 3; it abstains there", "class collapse"]
    card = model_card(facts(faults=raised, warnings=warnings), ["no", "yes"])
    assert "secret" not in card
    assert "These LFs raised errors on some texts, and abstained there: bad." in card
    assert "- class collapse" in card


def test_what_is_said_of_other_rounds_is_not_told():
    (one, *_) = facts()["rounds"]
    rounds = [one | {"round": number} for number in (0, 1)]
    warnings = [f"class collapse in round {number}: it gives 'no' to only 0% of the pool" for number in (0, 1)]
    card = model_card(facts(best_round=1, rounds=rounds, warnings=warnings), ["no", "yes"])
    assert "collapse in round 1" in card
    assert "collapse in round 0" not in card


@pytest.mark.slow
def test_a_run_leaves_a_card_without_a_text(tiny_project, toy_texts):
    run_pipeline(load_settings(tiny_project / "pipeline.toml"), tiny_project / "run", progress=silent)
    card = (tiny_project / "run" / "model" / "README.md").read_text(encoding="utf-8")
    assert not [text for text in toy_texts[0] if text in card]
    assert str(tiny_project) not in card
    rows = rows_of(card)
    assert ["val", "20", "figures"] in rows
    assert ["test", "30", "figures"] in rows
    assert [row[0] for row in rows if row[1:2] == ["this model alone"]] == ["val", "test"]
    metrics = json.loads((tiny_project / "run" / "metrics.json").read_text(encoding="utf-8"))
    expected = metrics["predictor"]["classifier"]["test"]["all_rows"]["accuracy"]
    values = {
        one.dataset_split: one.metric_value
        for one in ModelCard(card).data.eval_results
        if one.metric_type == "accuracy"
    }
    assert values["test"] == pytest.approx(expected, abs=1e-4)
    assert "trust_lfs=True" in card


def test_more_lfs_than_a_page_shows():
    lfs = [{"lf": f"lf_{i}", "polarity": ["yes"], "coverage": 0.1, "conflicts": 0.0} for i in range(230)]
    assert "And 30 more." in model_card(facts(lfs=lfs), ["no", "yes"])
