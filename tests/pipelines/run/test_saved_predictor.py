"""A folder that keeps a predictor: read back, and its LFs run where they are the user's own."""

import json

import pytest

from labelfns import Votes
from labelfns.errors import InputError
from labelfns.models import MajorityVote
from labelfns.pipelines.prediction.predictor import Predictor, VoteWeight
from labelfns.pipelines.run.saved_predictor import is_own, load_predictor, save_predictor, saved_lfs

LABELS = ("no", "yes")
WEIGHT = VoteWeight(0.5, 40, {"0": -1.0, "0.5": -0.5})
PYTHON = """\
import pathlib
from labelfns import keywords
pathlib.Path(__file__).with_name("ran").touch()
a = keywords("no", ["x"])
"""
TOML = '[[lf]]\nkind = "keywords"\nlabel = "no"\nname = "a"\nwords = ["x"]\n'


class Classifier:
    classes_ = LABELS


@pytest.fixture
def saved(tmp_path):
    def save(name="lfs.py", content=PYTHON, sign=True):
        (tmp_path / name).write_text(content)
        model = MajorityVote().fit(Votes([[0], [1]], labels=LABELS, lf_names=["a"]))
        save_predictor(tmp_path, Predictor(Classifier, model, WEIGHT), sign=sign)
        return tmp_path

    return save


def test_it_comes_back(saved):
    predictor = load_predictor(saved(), Classifier)
    assert predictor.weight == WEIGHT
    assert predictor.label_model == MajorityVote()
    assert predictor.label_model.lf_names_ == ("a",)


def test_ones_own_lfs_run(saved):
    folder = saved()
    assert saved_lfs(folder, LABELS, trust=False).names == ("a",)
    assert (folder / "ran").exists()


def from_elsewhere(folder):
    content = json.loads((folder / "predictor.json").read_text())
    (folder / "predictor.json").write_text(json.dumps(content | {"lfs_signature": "0" * 64}))


def changed(folder):
    (folder / "lfs.py").write_text(PYTHON + "# changed\n")


def neighbor(folder):
    (folder / "words.py").write_text("")


def package(folder):
    (folder / "labelfns_extra").mkdir()
    (folder / "labelfns_extra" / "__init__.py").write_text("")


def linked_package(folder):
    (folder.parent / "elsewhere").mkdir()
    (folder / "re").symlink_to(folder.parent / "elsewhere", target_is_directory=True)


def unsigned(folder):
    (folder / "predictor.json").write_text('{"value": 0.5, "held_out_votes": 1, "log_likelihood": {}}')


@pytest.mark.parametrize("change", [from_elsewhere, changed, neighbor, package, linked_package, unsigned])
def test_code_from_elsewhere_runs_only_where_it_is_trusted(saved, change):
    folder = saved()
    change(folder)
    with pytest.raises(InputError, match=r"(?s)Python code that no run of yours.*--trust-lfs.*--without-lfs"):
        saved_lfs(folder, LABELS, trust=False)
    assert not (folder / "ran").exists()
    assert saved_lfs(folder, LABELS, trust=True).names == ("a",)


def test_what_is_not_signed_is_not_ones_own(saved):
    assert not is_own(saved(sign=False) / "lfs.py")


def test_a_file_of_word_lists_is_data(saved):
    folder = saved("lfs.toml", TOML, sign=False)
    assert saved_lfs(folder, LABELS, trust=False).names == ("a",)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"value": "much", "held_out_votes": 1, "log_likelihood": {}}', '{"value": 0.5}']
)
def test_a_damaged_file_is_named(saved, content):
    folder = saved()
    (folder / "predictor.json").write_text(content)
    with pytest.raises(InputError, match=r"predictor\.json is damaged: .*--without-lfs"):
        load_predictor(folder, Classifier)


def test_a_damaged_label_model_is_named(saved):
    folder = saved()
    (folder / "label_model.json").write_text('{"kind": "Oracle"}')
    with pytest.raises(InputError, match=r"label_model\.json holds no label model"):
        load_predictor(folder, Classifier)
