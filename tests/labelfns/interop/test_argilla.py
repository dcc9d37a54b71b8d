"""Argilla's files, out and in: records of the forms that its client writes."""

import hashlib
import json

import pytest
from hypothesis import given, settings

from labelfns.errors import InputError
from labelfns.interop import read_argilla, write_argilla

from .test_label_studio import SOFT, written
from .test_soft_labels import some_soft_labels


def record(*labels, text="x", question="label", **metadata):
    responses = {question: [{"value": label, "user_id": f"u{i}"} for i, label in enumerate(labels)]} if labels else {}
    return {
        "id": "r1", "fields": {"text": text}, "metadata": metadata, "suggestions": {}, "responses": responses,
        "vectors": {}, "status": "completed", "_server_id": "s1",
    }  # fmt: skip


def test_records_go_out_least_sure_first(tmp_path):
    write_argilla(SOFT, tmp_path / "records.json", fields={"user": ["a", "b", "c"]})
    records = json.loads((tmp_path / "records.json").read_text())
    assert [one["fields"]["text"] for one in records] == ["hm", "late again", "so good"]
    mark = hashlib.sha256(b"1 late again").hexdigest()[:16]
    assert records[0]["suggestions"] == {}
    assert records[1] == {
        "id": mark, "fields": {"text": "late again"}, "metadata": {"user": "b"},
        "suggestions": {"label": {"value": "yes", "score": 0.6, "agent": "labelfns"}}, "responses": {}, "vectors": {},
    }  # fmt: skip


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(soft=some_soft_labels())
def test_accepted_suggestions_come_back_as_they_were(tmp_path_factory, soft):
    if soft.texts is None or not len(soft):
        return
    path = tmp_path_factory.mktemp("records") / "records.json"
    write_argilla(soft, path, fields={"user": ["u"] * len(soft)}, least_sure_first=False)
    records = json.loads(path.read_text())
    for one in records:
        one["responses"] = {name: [{"value": made["value"]}] for name, made in one["suggestions"].items()}
    path.write_text(json.dumps(records))
    back = read_argilla(path)
    assert back["text"].to_list() == list(soft.texts)
    assert back["label"].to_list() == soft.names()
    assert back["id"].n_unique() == len(soft)  # copies of a text too
    assert back["user"].to_list() == ["u"] * len(soft)


def test_the_label_that_most_users_gave_counts(tmp_path):
    records = [record("a", "b", "a"), record("a", "b"), record(), record("b", user="u")]
    found = read_argilla(written(tmp_path, records))
    assert found["label"].to_list() == ["a", None, None, "b"]
    assert found.columns == ["text", "label", "id", "user"]


def test_responses_of_other_forms_are_read_and_empty_ones_are_none(tmp_path):
    forms = [[None], [], None, ["a"], [{"value": "a"}, None], [{"value": None}]]
    records = [record(text=f"{i}") | {"responses": {"label": given}} for i, given in enumerate(forms)]
    found = read_argilla(written(tmp_path, records))
    assert found["label"].to_list() == [None, None, None, "a", "a", None]
    for wrong in ([{"question": "label"}], {"label": {"value": "a"}}, "a"):
        with pytest.raises(InputError, match="record 1"):
            read_argilla(written(tmp_path, [record("a"), record() | {"responses": wrong}]))


def test_a_draft_does_not_count(tmp_path):
    one = record("a")
    one["responses"]["label"][0]["status"] = "draft"
    assert read_argilla(written(tmp_path, [one]))["label"].to_list() == [None]


FLAT = [
    {
        "id": "r1", "status": "completed", "_server_id": "s1", "text": "so good", "user": "a",
        "sentiment.responses": ["a", "b"],
        "sentiment.responses.users": ["u1", "u2"], "sentiment.responses.status": ["submitted", "draft"],
        "sentiment.suggestion": "b", "sentiment.suggestion.score": 0.7, "sentiment.suggestion.agent": None,
    },
    {
        "id": "r2", "status": "pending", "_server_id": "s2", "text": "late", "user": "b", "sentiment.responses": None,
        "sentiment.responses.users": None, "sentiment.responses.status": None,
        "sentiment.suggestion": "b", "sentiment.suggestion.score": 0.7, "sentiment.suggestion.agent": None,
    },
]  # fmt: skip
READ = [
    {"text": "so good", "label": "a", "id": "r1", "user": "a"},
    {"text": "late", "label": None, "id": "r2", "user": "b"},
]


def test_flat_records_and_folders_are_read(tmp_path):
    import datasets

    path = written(tmp_path, FLAT)
    assert read_argilla(path, text="text").rows(named=True) == READ
    datasets.Dataset.from_list(FLAT).save_to_disk(str(tmp_path / "data"))
    assert read_argilla(tmp_path / "data", text="text").rows(named=True) == READ
    (tmp_path / "whole").mkdir()
    written(tmp_path / "whole", [record("a")], "records.json")
    assert read_argilla(tmp_path / "whole")["label"].to_list() == ["a"]


def two_questions():
    both = record("a", question="one")
    both["responses"] |= record("b", question="two")["responses"]
    return both


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("[", {}, "cannot be read as records of Argilla"),
        ([record("a", text="")], {}, "record 0: it has no text"),
        ([record(["a", "b"])], {}, "no single labels; read a LabelQuestion"),
        ([two_questions()], {}, r'which question is meant.*one and two: pass question="NAME"'),
        ([record("a")], {"question": "topic"}, "no question 'topic'; there are: label"),
        ([record("a")], {"text": "body"}, "no text 'body'; there are: text"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, content, options, message):
    with pytest.raises(InputError, match=message):
        read_argilla(written(tmp_path, content), **options)


def test_a_folder_that_holds_neither(tmp_path):
    with pytest.raises(InputError, match=r"neither records\.json nor a data set"):
        read_argilla(tmp_path)


def test_label_names_tell_the_question(tmp_path):
    found = read_argilla(written(tmp_path, [two_questions()]), labels=["B", "C"])
    assert found["label"].to_list() == ["B"]
