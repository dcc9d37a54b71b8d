"""`labelfns label --to` and `--from`: rows labeled in another tool, as a user meets it."""

import json

import pytest
from typer.testing import CliRunner

from labelfns.errors import InputError
from labelfns.pipelines.cli import app

from .test_label import project as project
from .test_label import rows, run


def answered(tasks, label="negative"):
    """Return tasks as Label Studio exports them, each labeled the same, the last not at all."""
    result = {"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": [label]}}
    return [task | {"annotations": [{"result": [result], "was_cancelled": task is tasks[-1]}]} for task in tasks]


def test_rows_go_to_label_studio_and_their_labels_come_back_with_the_weights(project):
    said = run(project / "pipeline.toml", "-k", 8, "--to", project / "tasks.json").output
    assert "8 rows for Label Studio" in said
    assert '<Choice value="negative"/>' in said
    assert "--from EXPORT" in said
    drawn, tasks = rows(project / "pool_gold.jsonl"), json.loads((project / "tasks.json").read_text())
    assert [(task["data"]["text"], task["data"]["weight"]) for task in tasks] == [
        (row["text"], row["weight"]) for row in drawn
    ]
    for task in tasks:
        unlabeled = "train" in task["data"]["text"] or "great, not bad" in task["data"]["text"]  # no vote, or a tie
        assert ("predictions" in task) != unlabeled
    (project / "export.json").write_text(json.dumps(answered(tasks)))
    said = run(project / "pipeline.toml", "--from", project / "export.json").output
    assert "7 labels from" in said
    assert "1 row of it has no label" in said
    assert 'under [data]: pool_gold = "pool_gold.jsonl"' in said  # its path from the pipeline file
    assert rows(project / "pool_gold.jsonl") == [
        row | {"label": None if row is drawn[-1] else "negative"} for row in drawn
    ]
    said = run(project / "pipeline.toml", "--to", project / "tasks.json", "--overwrite").output
    assert "1 row for Label Studio" in said
    found = CliRunner().invoke(
        app,
        ["analyze", str(project / "pipeline.toml"), "--json", "--set", f"data.pool_gold={project / 'pool_gold.jsonl'}"],
        catch_exceptions=False,
    )
    assert json.loads(found.stdout)["gold_rows"] == 7


def test_rows_go_to_argilla_and_back(project):
    said = run(project / "pipeline.toml", "-k", 4, "--to", project / "records.json", "--format", "argilla").output
    assert "--from EXPORT --format argilla" in said
    assert 'LabelQuestion "label" of negative, positive' in said
    records = json.loads((project / "records.json").read_text())
    for record in records:
        record["responses"] = {"label": [{"value": "positive", "user_id": "u"}]}
    (project / "back.json").write_text(json.dumps(records))
    assert "4 labels" in run(project / "pipeline.toml", "--from", project / "back.json", "--format", "argilla").output
    assert {row["label"] for row in rows(project / "pool_gold.jsonl")} == {"positive"}


def test_an_export_of_another_project_becomes_val(project):
    min_rows = [
        {"id": i, "body": f"a text of yours {i}", "mood": mood, "annotation_id": i, "lead_time": 1.0}
        for i, mood in enumerate(["Negative", "Positive", "Negative"])
    ]
    (project / "export.json").write_text(json.dumps(min_rows))
    given = ["--output", project / "val.jsonl", "--from", project / "export.json"]
    with pytest.raises(InputError, match=r"there is no text 'tweet'; there are: body"):
        run(project / "pipeline.toml", *given, "--text", "tweet")
    assert "3 of their texts were not drawn here" in run(project / "pipeline.toml", *given).output
    assert rows(project / "val.jsonl")[0] == {"text": "a text of yours 0", "label": "negative"}
    found = CliRunner().invoke(
        app,
        ["analyze", str(project / "pipeline.toml"), "--data", str(project / "val.jsonl"), "--json"],
        catch_exceptions=False,
    )
    assert json.loads(found.stdout)["gold_rows"] == 3


def test_labels_that_the_pipeline_does_not_have_change_nothing(project):
    run(project / "pipeline.toml", "-k", 3, "--to", project / "tasks.json")
    before = (project / "pool_gold.jsonl").read_text()
    tasks = json.loads((project / "tasks.json").read_text())
    (project / "export.json").write_text(json.dumps(answered(tasks, "Angry")))
    with pytest.raises(InputError, match=r"export\.json: .*'Angry'"):
        run(project / "pipeline.toml", "--from", project / "export.json")
    assert (project / "pool_gold.jsonl").read_text() == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--to", "a.json", "--from", "b.json"], "give one of them"),
        (["--question", "mood"], "they need --to or --from"),
        (["--no-label", "Unsure"], "it needs --from"),
        (["--to", "{}/a.json", "--text", "x", "--question", "x"], "are both 'x'"),
        (["--to", "a.csv"], r"must end in \.json"),
        (["--from", "none.json"], "cannot be read"),
    ],
)
def test_options_that_do_not_go_together(project, options, message):
    with pytest.raises(InputError, match=message):
        run(project / "pipeline.toml", *(option.format(project) for option in options))


def test_rows_go_to_a_project_that_calls_things_otherwise(project):
    names = ["--text", "review", "--question", "mood"]
    said = run(project / "pipeline.toml", "-k", 6, "--to", project / "tasks.json", *names).output
    assert '<Text name="review" value="$review"/>' in said
    assert '<Choices name="mood" toName="review"' in said
    tasks = json.loads((project / "tasks.json").read_text())
    made = [one["result"][0] for task in tasks for one in task.get("predictions", [])]
    assert {(one["from_name"], one["to_name"]) for one in made} == {("mood", "review")}
    for task in tasks:
        result = {"from_name": "mood", "to_name": "review", "type": "choices", "value": {"choices": ["positive"]}}
        task["annotations"] = [{"result": [result]}]
    (project / "export.json").write_text(json.dumps(tasks))
    assert "6 labels" in run(project / "pipeline.toml", "--from", project / "export.json", *names).output
    run(project / "pipeline.toml", "-k", 3, "--to", project / "records.json", "--format", "argilla", *names)
    assert all(list(one["fields"]) == ["review"] for one in json.loads((project / "records.json").read_text()))


def test_no_later_draw_takes_the_place_of_records_that_are_there(project):
    seen = []
    for label in ("negative", "positive"):
        run(project / "pipeline.toml", "-k", 3, "--to", project / "a.json", "--format", "argilla", "--overwrite")
        records = json.loads((project / "a.json").read_text())
        seen += [record["id"] for record in records]
        for record in records:
            record["responses"] = {"label": [{"value": label}]}
        (project / "back.json").write_text(json.dumps(records))
        run(project / "pipeline.toml", "--from", project / "back.json", "--format", "argilla")
    assert len(set(seen)) == len(seen) == 6


def test_of_copies_with_different_labels_none_is_taken(project):
    result = {"from_name": "label", "to_name": "text", "type": "choices"}
    tasks = [
        {"data": {"text": text}, "annotations": [{"result": [result | {"value": {"choices": [label]}}]}]}
        for text, label in [("a", "negative"), ("a", "positive"), ("b", "negative"), ("b", "negative"), ("c", "Unsure")]
    ]
    (project / "export.json").write_text(json.dumps(tasks))
    given = ["--output", project / "gold.jsonl", "--from", project / "export.json"]
    with pytest.raises(InputError, match="'Unsure'") as error:
        run(project / "pipeline.toml", *given)
    assert "--no-label NAME" in "".join(error.value.__notes__)
    said = run(project / "pipeline.toml", *given, "--no-label", "Unsure").output
    assert "1 label from" in said
    assert "1 row of it has no label" in said
    assert "1 text has different labels" in said
    assert rows(project / "gold.jsonl") == [{"text": "b", "label": "negative"}]


BREAKS = ("\n", "\r", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029")


def test_texts_with_every_kind_of_line_break_come_back(project):
    texts = [f"a bad{sign}day {i}" for i, sign in enumerate(BREAKS)]
    (project / "pool.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    more = ["--set", f"data.pool={project / 'pool.jsonl'}"]
    run(project / "pipeline.toml", "-k", len(texts), "--to", project / "tasks.json", *more)
    tasks = json.loads((project / "tasks.json").read_text())
    assert sorted(task["data"]["text"] for task in tasks) == sorted(texts)
    (project / "export.json").write_text(json.dumps(answered([*tasks, {"data": {"text": "x"}}])))
    assert f"{len(texts)} labels" in run(project / "pipeline.toml", "--from", project / "export.json", *more).output
    found = CliRunner().invoke(
        app,
        [
            *("analyze", str(project / "pipeline.toml"), "--json", *more),
            *("--set", f"data.pool_gold={project / 'pool_gold.jsonl'}"),
        ],
        catch_exceptions=False,
    )
    assert json.loads(found.stdout)["gold_rows"] == len(texts)
