import numpy as np
import pytest

from labelfns.errors import InputError
from labelfns.pipelines import Labeled, Labelled
from labelfns.pipelines.self_training.labeled import check_lengths, check_sets


def test_gold_by_name_by_id_and_unknown():
    data = Labeled(["a", "b", "c", "d"], ["yes", 0, None, -1])
    assert data.gold_ids(["no", "yes"]).tolist() == [1, 0, -1, -1]


def test_a_series_counts_by_position():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"text": ["a", "b", "c"], "gold": [0, 1, 1]}, index=[2, 0, 7])
    data = Labeled(frame["text"], frame["gold"])
    assert list(data.texts) == ["a", "b", "c"]
    assert data.gold_ids(["no", "yes"]).tolist() == [0, 1, 1]


@pytest.mark.parametrize("parts", [{"gold": [0]}, {"gold": [0, 1], "cues": [[]]}])
def test_lengths_are_checked(parts):
    name = list(parts)[-1]
    with pytest.raises(InputError, match=f"{name} has 1 entry for 2 texts"):
        Labeled(["a", "b"], **parts)


def test_all_lengths_at_once():
    with pytest.raises(InputError, match=r"2 problems(.|\n)*cues has 3(.|\n)*gold has 1"):
        check_lengths(2, cues=[[], [], []], gold=np.array([0]), votes=[1, 2], hidden=None)


def test_gold_that_is_no_label_names_the_set():
    with pytest.raises(InputError, match=r"val: the gold label of row 1 .* got 'maybe'"):
        check_sets({"val": Labeled(["a", "b"], ["yes", "maybe"]), "test": Labeled(["a"], [0])}, ["no", "yes"])


def test_the_old_name():
    assert Labelled is Labeled
