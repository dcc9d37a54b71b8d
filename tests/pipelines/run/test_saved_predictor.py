"""A folder that keeps a predictor: read back, and its LFs run where they are the user's own."""

import json
import os

import pytest

from labelfns import Votes
from labelfns.errors import InputError, LFError
from labelfns.models import MajorityVote
from labelfns.pipelines.prediction.predictor import Predictor, VoteWeight
from labelfns.pipelines.run.saved_predictor import load_predictor, save_predictor, saved_lfs, signed_source, text_column

LABELS = ("no", "yes")
WEIGHT = VoteWeight(0.5, 40, {"0": -1.0, "0.5": -0.5}, gold_rows=12, temperature=1.5)
PYTHON = """
import re
from pathlib import Path
from labelfns import keywords
Path({ran!r}).touch()
a = keywords("no", ["x"])
"""
TOML = '[[lf]]\nkind = "keywords"\nlabel = "no"\nname = "a"\nwords = ["x"]\n'


class Classifier:
    classes_ = LABELS


@pytest.fixture
def ran(tmp_path):
    """The file that the LF file leaves when it runs, outside of the folder."""
    return tmp_path / "ran"


@pytest.fixture
def python(ran):
    return PYTHON.format(ran=str(ran))


@pytest.fixture
def saved(tmp_path, python):
    def save(name="lfs.py", content=python, sign=True):
        folder = tmp_path / "run"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(content)
        model = MajorityVote().fit(Votes([[0], [1]], labels=LABELS, lf_names=["a"]))
        source = content.encode() if sign and name.endswith(".py") else None
        save_predictor(folder, Predictor(Classifier, model, WEIGHT), lf_source=source)
        return folder

    return save


def test_it_comes_back(saved):
    predictor = load_predictor(saved(), Classifier)
    assert predictor.weight == WEIGHT
    assert predictor.label_model == MajorityVote()
    assert predictor.label_model.lf_names_ == ("a",)


def test_ones_own_lfs_run(saved, ran):
    folder = saved()
    assert saved_lfs(folder, LABELS, trust=False).names == ("a",)
    assert ran.exists()


def from_elsewhere(folder):
    content = json.loads((folder / "predictor.json").read_text())
    (folder / "predictor.json").write_text(json.dumps(content | {"lfs_signature": "0" * 64}))


def changed(folder):
    (folder / "lfs.py").write_text((folder / "lfs.py").read_text() + "# changed\n")


def unsigned(folder):
    content = json.loads((folder / "predictor.json").read_text())
    (folder / "predictor.json").write_text(json.dumps(content | {"lfs_signature": ""}))


@pytest.mark.parametrize("change", [from_elsewhere, changed, unsigned])
def test_code_from_elsewhere_runs_only_where_it_is_trusted(saved, ran, change):
    folder = saved()
    change(folder)
    with pytest.raises(InputError, match=r"(?s)Python code that no run of yours.*--trust-lfs.*--without-lfs"):
        saved_lfs(folder, LABELS, trust=False)
    assert not ran.exists()
    assert saved_lfs(folder, LABELS, trust=True).names == ("a",)


def test_what_is_not_signed_is_not_ones_own(saved, python):
    assert signed_source(saved(sign=False) / "lfs.py") is None
    assert signed_source(saved() / "lfs.py") == python.encode()


def module(folder):
    (folder / "re.py").write_text(f"import pathlib\npathlib.Path({str(folder / 'hit')!r}).touch()\n")


def package(folder):
    (folder / "re").mkdir()
    (folder / "re" / "__init__.py").write_text(f"import pathlib\npathlib.Path({str(folder / 'hit')!r}).touch()\n")
    (folder / "re").chmod(0o311)


def linked(folder):
    other = folder.parent / "other"
    other.mkdir()
    (folder / "lfs.py").replace(other / "lfs.py")
    (folder / "lfs.py").symlink_to(other / "lfs.py")
    (other / "re.py").write_text(f"import pathlib\npathlib.Path({str(folder / 'hit')!r}).touch()\n")


@pytest.mark.parametrize("beside", [module, package, linked])
def test_nothing_beside_ones_own_lfs_has_a_part_in_them(saved, ran, beside):
    folder = saved()
    beside(folder)
    assert saved_lfs(folder, LABELS, trust=False).names == ("a",)
    assert ran.exists()
    assert not (folder / "hit").exists()


def test_what_they_need_from_beside_them_is_said(saved):
    folder = saved(content="from mywords import GOOD\n")
    (folder / "mywords.py").write_text("GOOD = ['x']\n")
    with pytest.raises(LFError, match=r"run/lfs\.py fails to import .*mywords.*run by itself.*--lfs FILE"):
        saved_lfs(folder, LABELS, trust=False)


def test_a_file_of_word_lists_is_data(saved):
    folder = saved("lfs.toml", TOML, sign=False)
    assert saved_lfs(folder, LABELS, trust=False).names == ("a",)


@pytest.mark.parametrize("name", ["/etc/hostname", "../secret.txt", "pipe"])
def test_word_lists_outside_of_the_folder_are_not_read(saved, name):
    folder = saved("lfs.toml", TOML.replace('words = ["x"]', f'file = "{name}"'), sign=False)
    (folder.parent / "secret.txt").write_text("x\n")
    os.mkfifo(folder / "pipe")
    with pytest.raises(InputError, match="which is no file in"):
        saved_lfs(folder, LABELS, trust=False)


@pytest.mark.parametrize("model", ["someone/model", "./model", "/models/mine"])
def test_models_elsewhere_are_not_opened_unless_the_folder_is_trusted(saved, model):
    reads = f'[[lf]]\nkind = "prototypes"\nmodel = "{model}"\nsentences = {{ no = ["x"] }}\n'
    folder = saved("lfs.toml", reads, sign=False)
    with pytest.raises(InputError, match="read texts with the model"):
        saved_lfs(folder, LABELS, trust=False)
    assert saved_lfs(folder, LABELS, trust=True).names == ("prototypes",)
    folder = saved("lfs.toml", reads.replace(model, "embedded"), sign=False)
    assert saved_lfs(folder, LABELS, trust=False).names == ("prototypes",)


def test_a_folder_of_before_has_no_second_view(saved):
    folder = saved()
    content = json.loads((folder / "predictor.json").read_text())
    assert content.pop("second_view") is False
    (folder / "predictor.json").write_text(json.dumps(content))
    assert load_predictor(folder, Classifier).second_view is None


def test_a_second_view_that_is_gone_is_named(saved):
    folder = saved()
    content = json.loads((folder / "predictor.json").read_text())
    (folder / "predictor.json").write_text(json.dumps(content | {"second_view": True}))
    with pytest.raises(InputError, match=r"second_view is damaged: .*--without-lfs"):
        load_predictor(folder, Classifier)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"format": "labelfns.predictor/99"}',
        '{"format": "labelfns.predictor/1", "value": "much", "held_out_votes": 1, "log_likelihood": {}}',
        '{"value": 0.5}',
    ],
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


def test_the_column_of_texts_is_that_of_the_pipeline_or_of_the_runs_settings(tmp_path):
    assert text_column(tmp_path, {}) == text_column(tmp_path, {"text": ["tweet"]}) == "text"
    for content, name in (
        ('[data]\ntext = "tweet"', "tweet"),
        ("[data]\ntext = 7", "text"),
        ("data = 1", "text"),
        ("[", "text"),
    ):
        (tmp_path / "pipeline.toml").write_text(content)
        assert text_column(tmp_path, {}) == name
    assert text_column(tmp_path, {"text": "post"}) == "post"
