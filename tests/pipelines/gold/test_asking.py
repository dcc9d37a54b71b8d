"""Labels by one key each, saved as they come."""

import json

import numpy as np
import pytest

from labelfns.errors import InputError
from labelfns.pipelines.gold.asking import ask, keys_of
from labelfns.pipelines.gold.draw import RowsToLabel
from labelfns.pipelines.gold.gold_file import GoldFile

LABELS = ("no", "yes")
TEXTS = ["one", "two", "three\nlines", "four \udc80"]


def opened(path):
    return GoldFile(path, "text", "label", LABELS)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "gold.jsonl"
    path.write_text('{"text": "marked", "label": "no", "by": "me"}\n')
    drawn = RowsToLabel(np.array([2, 0, 1, 3]), np.array([1.0, 2.0, 4.0, 3.0]), np.zeros(4), np.zeros(4), 10)
    opened(path).add(TEXTS, drawn)
    return path


def press(path, keys):
    left = iter(keys)
    said = []
    done = ask(opened(path), lambda: next(left), lambda *row: said.append(row), said.append)
    return done, said


def labels(path):
    return [json.loads(line)["label"] for line in path.read_text().splitlines()]


def test_each_key_is_saved_before_the_next_question(path):
    seen = []

    def key():
        seen.append(labels(path))
        return "12"[len(seen) % 2]

    assert ask(opened(path), key, lambda *_: None, lambda _: None) == 4
    assert seen[2] == ["no", "yes", "no", None, None]
    assert labels(path) == ["no", "yes", "no", "yes", "no"]


def test_undo_skip_and_quit_and_going_on(path):
    done, said = press(path, ["1", "u", "2", "x", "s", "q"])
    assert done == 1
    assert labels(path) == ["no", "yes", None, None, None]
    assert (1, 4, "three\nlines") in said
    assert "'x' is none of the keys: 1, 2, u, s, q" in said
    assert len(opened(path).waiting) == 2  # the skipped row is not asked again
    assert press(path, ["1", "1"])[0] == 2
    assert press(path, [])[0] == 0


def test_nothing_to_undo(path):
    assert "there is nothing to undo" in press(path, ["u", "q"])[1]


def test_other_rows_and_columns_stay(path):
    press(path, ["1", "q"])
    assert json.loads(path.read_text().splitlines()[0]) == {"text": "marked", "label": "no", "by": "me"}


def test_a_second_draw_has_the_next_number(path):
    file = opened(path)
    file.add(["five"], RowsToLabel(np.array([0]), np.array([5.0]), np.zeros(1), np.zeros(1), 5))
    assert [row.get("draw") for row in opened(path).rows] == [None, 1, 1, 1, 1, 2]


def test_worth_and_forecast(path):
    assert opened(path).worth() == (1, 0.0)
    assert opened(path).forecast(50, 0.8).startswith("With 50 labels you know the accuracy")
    press(path, ["1", "1", "1", "1"])
    known, rows = opened(path).worth()
    assert known == 5
    assert rows == pytest.approx(100 / 30)
    assert " points (within " in opened(path).forecast(50, 0.8)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("gold.csv", "", "a file of JSON lines"),
        ("gold.jsonl", "{\n", "line 1 is no object"),
        ("gold.jsonl", '{"text": "a", "label": "maybe"}\n', "maybe"),
    ],
)
def test_errors(tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=message):
        opened(tmp_path / name)


def test_more_labels_than_keys():
    with pytest.raises(InputError, match="there are keys for 32 labels"):
        keys_of(tuple(map(str, range(40))))
