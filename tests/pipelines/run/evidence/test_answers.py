import numpy as np
import polars as pl
import pytest

from labelfns.errors import InputError
from labelfns.pipelines.run.evidence.answers import read_answers, write_answers


def test_answers_come_back_by_set(tmp_path):
    labels = ("set", "p_x")  # names of our own columns
    weak = {"val": np.array([[0.25, 0.75]]), "test": np.array([[0.5, 0.5], [1.0, 0.0]])}
    together = {name: probs[:, ::-1] for name, probs in weak.items()}
    write_answers(tmp_path, labels, weak, together)
    found = read_answers(tmp_path, labels)
    assert list(found) == ["val", "test"]
    for name in weak:
        np.testing.assert_array_equal(found[name][0], weak[name])
        np.testing.assert_array_equal(found[name][1], together[name])


def test_without_labeled_sets_there_is_no_file(tmp_path):
    write_answers(tmp_path, ("a", "b"), {}, {})
    assert not list(tmp_path.iterdir())
    assert read_answers(tmp_path, ("a", "b")) == {}


def test_a_damaged_file_is_one_message(tmp_path):
    pl.DataFrame({"set": ["val"]}).write_parquet(tmp_path / "answers.parquet")
    with pytest.raises(InputError, match="is damaged"):
        read_answers(tmp_path, ("a", "b"))
