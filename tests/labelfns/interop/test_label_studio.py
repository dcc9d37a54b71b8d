"""Label Studio's files, out and in: exports of the forms that it documents."""

import json
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings

from labelfns.errors import InputError
from labelfns.interop import SoftLabels, label_studio_config, read_label_studio, write_label_studio

from .test_of_votes import LABELS
from .test_soft_labels import some_soft_labels

SOFT = SoftLabels(
    [[0.9, 0.1], [0.4, 0.6], [0.7, 0.3]], ["no", "yes"], ids=[0, 1, -1], texts=["so good", "late again", "hm"]
)


def choice(label, name="label"):
    return {"id": "aB1", "from_name": name, "to_name": "text", "type": "choices", "value": {"choices": [label]}}


def annotation(label, at="2026-01-01T10:00:00Z", **more):
    about = {"id": 7, "completed_by": 1, "was_cancelled": False, "ground_truth": False, "lead_time": 4.2}
    return about | {"result": [choice(label)], "created_at": at, "updated_at": at} | more


def written(tmp_path, content, name="export.json"):
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def task(*annotations, **data):
    return {"id": 3, "data": {"text": "x"} | data, "annotations": list(annotations), "predictions": []}


def test_the_least_sure_come_first_and_those_without_a_label_before_them(tmp_path):
    write_label_studio(SOFT, tmp_path / "tasks.json", fields={"user": ["a", "b", "c"]})
    tasks = json.loads((tmp_path / "tasks.json").read_text())
    assert [one["data"] for one in tasks] == [
        {"text": "hm", "user": "c"},
        {"text": "late again", "user": "b"},
        {"text": "so good", "user": "a"},
    ]
    assert "predictions" not in tasks[0]
    result = {"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["yes"]}}
    assert tasks[1]["predictions"] == [{"model_version": "labelfns", "score": 0.6, "result": [result]}]
    write_label_studio(SOFT, tmp_path / "tasks.json", least_sure_first=False)
    tasks = json.loads((tmp_path / "tasks.json").read_text())
    assert [one["data"]["text"] for one in tasks] == ["so good", "late again", "hm"]


def annotated(tasks):
    """Return tasks as Label Studio exports them when each prediction was accepted."""
    return [
        one | {"annotations": [annotation("") | {"result": made["result"]} for made in one.get("predictions", [])]}
        for one in tasks
    ]


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(soft=some_soft_labels())
def test_accepted_predictions_come_back_as_they_were(tmp_path_factory, soft):
    if soft.texts is None or not len(soft):
        return
    path = tmp_path_factory.mktemp("tasks") / "tasks.json"
    write_label_studio(soft, path, fields={"row": list(range(len(soft)))}, least_sure_first=False)
    path.write_text(json.dumps(annotated(json.loads(path.read_text()))))
    back = read_label_studio(path)
    assert back["text"].to_list() == list(soft.texts)
    assert back["label"].to_list() == soft.names()
    assert back["row"].to_list() == list(range(len(soft)))


@settings(max_examples=25, deadline=None)
@given(labels=LABELS)
def test_the_configuration_is_xml_with_the_labels(labels):
    labels = [name for name in labels if name.isprintable()] or ["no"]
    root = ElementTree.fromstring(label_studio_config(labels))
    assert [one.get("value") for one in root.iter("Choice")] == labels


def test_of_several_annotations_the_last_counts_and_ground_truth_before_it(tmp_path):
    old, new = annotation("old", "2026-01-01"), annotation("new", "2026-02-01")
    skipped = annotation("skipped", "2026-03-01", was_cancelled=True)
    truth = annotation("truth", "2025-01-01", ground_truth=True)
    found = read_label_studio(written(tmp_path, [task(new, old, skipped), task(truth, new), task(skipped), task()]))
    assert found["label"].to_list() == ["new", "truth", None, None]


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        ("2024-01-01T10:00:00+05:00", "2024-01-01T06:00:00Z"),
        ("2024-01-01T10:00:00Z", "2024-01-01T10:00:00.500000Z"),
        ("2024-01-01T10:00:00", "2024-01-01T10:00:01+00:00"),
        (None, "2024-01-01"),
    ],
)
def test_dates_are_compared_as_times(tmp_path, earlier, later):
    old, new = annotation("old", earlier), annotation("new", later)
    cells = [
        {"text": "x", "id": 1, "label": one["result"][0]["value"]["choices"][0], "annotation_id": 1, "updated_at": at}
        for one, at in ((new, later), (old, earlier))
    ]
    assert read_label_studio(written(tmp_path, [task(new, old)]))["label"].to_list() == ["new"]
    assert read_label_studio(written(tmp_path, cells))["label"].to_list() == ["new"]


def test_without_dates_the_last_counts_and_a_single_task_is_read(tmp_path):
    both = [{"result": [choice(label)]} for label in ("old", "new")]
    assert read_label_studio(written(tmp_path, task(*both)))["label"].to_list() == ["new"]


def test_the_form_before_version_1_is_read(tmp_path):
    """The form of ``examples/sentiment_analysis`` in Label Studio's repository."""
    old = {
        "completions": [{"result": [choice("Negative", "sentiment") | {"to_name": "my_text"}]}],
        "data": {"helpful": [13, 14], "overall": 5, "reviewText": "Does what it should."},
        "id": 1,
    }
    found = read_label_studio(written(tmp_path, [old]))
    assert found.rows(named=True) == [
        {"text": "Does what it should.", "label": "Negative", "helpful": "[13, 14]", "overall": 5}
    ]


MIN = [
    {
        "text": "so good", "user": "a", "id": 1, "sentiment": "Positive", "annotator": 1, "annotation_id": 1,
        "created_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:00:00Z", "lead_time": 3.4,
    },
    {
        "text": "so good", "user": "a", "id": 1, "sentiment": "Neutral", "annotator": 2, "annotation_id": 2,
        "created_at": "2026-01-02T10:00:00Z", "updated_at": "2026-01-02T10:00:00Z", "lead_time": 1.9,
    },
    {
        "text": "so good", "user": "b", "id": 2, "annotator": 1, "annotation_id": 3,
        "created_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:00:00Z", "lead_time": 2.0,
    },
]  # fmt: skip


def test_json_min_is_read(tmp_path):
    found = read_label_studio(written(tmp_path, MIN), question="sentiment")
    assert found.rows(named=True) == [
        {"text": "so good", "label": "Neutral", "user": "a"},
        {"text": "so good", "label": None, "user": "b"},
    ]
    one = [{name: value for name, value in MIN[0].items() if name != "user"}]
    assert read_label_studio(written(tmp_path, one)).rows() == [("so good", "Positive")]
    two = [MIN[0] | {"topic": "food"}]
    with pytest.raises(InputError, match=r'which question is meant.*user, sentiment and topic: pass question="NAME"'):
        read_label_studio(written(tmp_path, two))
    assert read_label_studio(written(tmp_path, two), question="topic")["label"].to_list() == ["food"]


@pytest.mark.parametrize("sign", [",", "\t"])
def test_csv_and_tsv_are_read(tmp_path, sign):
    lines = [
        ["annotation_id", "annotator", "created_at", "id", "lead_time", "sentiment", "text", "updated_at"],
        ["1", "a@b.c", "2026-01-01", "1", "3.4", "Positive", '"so good,\nsaid\tshe"', "2026-01-01"],
        ["2", "a@b.c", "2026-01-01", "2", "3.4", "", '"a ""quote"""', "2026-01-01"],
    ]
    path = written(
        tmp_path, "\ufeff" + "\n".join(sign.join(line) for line in lines), f"x.{'csv' if sign == ',' else 'tsv'}"
    )
    found = read_label_studio(path)
    assert found.rows() == [("so good,\nsaid\tshe", "Positive"), ('a "quote"', None)]


def test_in_csv_a_column_that_is_called_as_an_answer_was_moved(tmp_path):
    header = "_data_text,annotation_id,annotator,created_at,id,lead_time,text,updated_at"
    path = written(tmp_path, f"{header}\nlate again,1,a,2026-01-01,1,3.4,no,2026-01-01\n", "x.csv")
    assert read_label_studio(path).rows() == [("late again", "no")]


def test_a_label_among_the_data_is_renamed(tmp_path):
    found = read_label_studio(written(tmp_path, [task(annotation("no"), label="before")]))
    assert found.rows(named=True) == [{"text": "x", "label": "no", "label (2)": "before"}]


def several(*labels):
    return annotation("") | {"result": [choice("") | {"value": {"choices": list(labels)}}]}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot be read as an export of Label Studio"),
        ([], "a list of at least one object"),
        ([3], "a list of at least one object"),
        ([{"text": "x"}], "neither data nor annotation_id"),
        (
            [task(annotation("a"), text=""), task(several("a", "b"))],
            r"(?s)task 0: its data has no text.*task 1: 2 choices, a, b",
        ),
        ([task(annotation("a")), task({"result": [choice("a", "topic")]})], None),
        (
            [task({"result": [{"type": "labels", "value": {"labels": ["a"]}}]})],
            "no annotation that counts has a choice",
        ),
        ([task({"result": [choice("a", "one"), choice("b", "two")]})], r'which question is meant.*question="NAME"'),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, content, message):
    path = written(tmp_path, content)
    if message is None:
        assert read_label_studio(path)["label"].to_list() == ["a", None]
        assert read_label_studio(path, question="topic")["label"].to_list() == [None, "a"]
        return
    with pytest.raises(InputError, match=message):
        read_label_studio(path)


def test_a_file_that_is_not_there(tmp_path):
    for name in ("x.json", "x.csv"):
        with pytest.raises(InputError, match="cannot be read as an export of Label Studio"):
            read_label_studio(tmp_path / name)


def test_the_name_of_a_text_or_question_that_is_not_there(tmp_path):
    path = written(tmp_path, [task(annotation("a"))])
    with pytest.raises(InputError, match="no question 'topic'; there are: label"):
        read_label_studio(path, question="topic")
    with pytest.raises(InputError, match="no text 'body'; there are: text"):
        read_label_studio(path, text="body")


@pytest.mark.parametrize(
    ("soft", "fields", "message"),
    [
        (SoftLabels([[1.0, 0.0]], ["no", "yes"]), None, "needs the texts"),
        (SOFT, {"user": ["a"]}, "3 values each"),
        (SOFT, {"label": ["a", "b", "c"]}, "other than text and label"),
    ],
)
def test_rows_that_cannot_go_out(tmp_path, soft, fields, message):
    with pytest.raises(InputError, match=message):
        write_label_studio(soft, tmp_path / "tasks.json", fields=fields)


def test_label_names_tell_the_question_and_how_they_are_written(tmp_path):
    path = written(tmp_path, MIN)
    assert read_label_studio(path, labels=["positive", "neutral"])["label"].to_list() == ["neutral", None]
    either = read_label_studio(path, question="sentiment", labels=["NEUTRAL", "neutral"])
    assert either["label"].to_list() == ["Neutral", None]
    assert read_label_studio(path, labels=["a", "b"])["label"].to_list() == ["a", "b"]
    both = task({"result": [choice("food", "topic"), choice("Yes", "mood")]})
    assert read_label_studio(written(tmp_path, [both]), labels=["no", "yes"])["label"].to_list() == ["yes"]


def test_json_lines_are_no_export(tmp_path):
    with pytest.raises(InputError, match="rows with gold in such a file are read as they are"):
        read_label_studio(written(tmp_path, "{}\n{}", "x.jsonl"))
