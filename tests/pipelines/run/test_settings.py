import tomllib
from pathlib import Path

import pytest
import tomli_w

from labelfns.errors import InputError, SettingsError
from labelfns.pipelines import load_settings
from labelfns.settings import to_mapping

SMALL = '[data]\nlabels = ["no", "yes"]\npool = "pool.csv"\n[lfs]\nfile = "lfs.py"\n'


def write(tmp_path, text):
    path = tmp_path / "pipeline.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_and_paths_from_the_files_folder(tmp_path):
    settings = load_settings(write(tmp_path, SMALL))
    assert Path(settings.data.pool) == tmp_path / "pool.csv"
    assert Path(settings.lfs.file) == tmp_path / "lfs.py"
    assert settings.data.val is None
    assert settings.classifier.backbone == "embedded"


def test_all_settings_written_out_read_back_the_same(tmp_path):
    settings = load_settings(write(tmp_path, SMALL))
    assert load_settings(write(tmp_path, tomli_w.dumps(to_mapping(settings)))) == settings


def test_environment_variables(tmp_path, monkeypatch):
    text = SMALL.replace('"pool.csv"', '"$MY_DATA/pool.csv"')
    with pytest.raises(SettingsError, match="environment variable MY_DATA is not set"):
        load_settings(write(tmp_path, text))
    monkeypatch.setenv("MY_DATA", str(tmp_path / "far"))
    assert Path(load_settings(write(tmp_path, text)).data.pool) == tmp_path / "far" / "pool.csv"


def test_hub_names_stay_as_they_are(tmp_path):
    settings = load_settings(write(tmp_path, SMALL), ["data.pool=hub:owner/name:train"])
    assert settings.data.pool == "hub:owner/name:train"


def test_overrides(tmp_path):
    overrides = [
        "seed=3",
        "classifier.loss.smoothing=0.2",
        "classifier.backbone=org/name",
        "label_model.kind=majority",
    ]
    settings = load_settings(write(tmp_path, SMALL), overrides)
    assert (settings.seed, settings.classifier.loss.smoothing) == (3, 0.2)
    assert (settings.classifier.backbone, settings.label_model.kind) == ("org/name", "majority")


def test_everything_that_is_wrong_at_once(tmp_path):
    text = """
        sead = 1
        [data]
        labels = ["no"]
        txet = "tweet"
        [lfs]
        file = 3
        [label_model]
        kind = "snorkle"
        [classifier]
        epochs = "three"
        layers = 1.5
        [classifier.loss]
        smoothing = 2.0
        consistency = "rdrop"
        [self_training]
        rounds = -1
        patience = -1
    """
    with pytest.raises(SettingsError) as caught:
        load_settings(write(tmp_path, text), ["nonsense", "classifier.epochs.x=1"])
    message = str(caught.value)
    for part in (
        "sead is not a setting; did you mean 'seed'?",
        "data.txet is not a setting; did you mean 'text'?",
        "data.pool is missing",
        "lfs.file must be a string; got 3",
        'label_model.kind must be "default" or "snorkel" or "majority"; got \'snorkle\'',
        "classifier.epochs must be a number; got 'three'",
        "classifier.layers must be a whole number; got 1.5",
        "classifier.loss.consistency must be",
        "self_training.patience must be at least 0; got -1",
        "self_training.rounds must be at least 0; got -1",
        "--set takes section.key=value; got 'nonsense'",
        "epochs is not a table of settings",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("data.epochs=3", "pipeline.toml: data.epochs is not a setting here; it goes under [classifier]"),
        ("epochs=3", "pipeline.toml: epochs is not a setting here; it goes under [classifier]"),
        ("data.seed=3", "data.seed is not a setting here; it goes at the top, before any section"),
        ("classifier.smoothing=0", "classifier.smoothing is not a setting here; it goes under [classifier.loss]"),
        ("self_training.kind=1", "self_training.kind is not a setting here; it goes under [label_model]"),
        ("lfs.nothing=3", "lfs.nothing is not a setting"),
    ],
)
def test_a_setting_in_the_wrong_section_is_told_its_place(tmp_path, override, message):
    text = '[data]\nlabels = ["a", "b"]\npool = "x.csv"\n[lfs]\nfile = "lfs.py"'
    with pytest.raises(SettingsError) as caught:
        load_settings(write(tmp_path, text), [override])
    assert message in str(caught.value)
    assert ("it goes" in str(caught.value)) == ("it goes" in message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[data", "not valid TOML"),
        ("", "data.labels is missing"),
        (SMALL + "[label_model]\nclass_balance = [0.5, 0.25, 0.25]", "2 shares, one a label"),
        (SMALL + "[label_model]\nlr = -1", "label_model.lr must be above 0"),
        (SMALL.replace('"yes"', '"no"'), "labels must be unique"),
    ],
)
def test_single_problems(tmp_path, text, message):
    with pytest.raises(SettingsError, match=message):
        load_settings(write(tmp_path, text))


def test_no_such_pipeline(tmp_path):
    with pytest.raises(InputError, match="no such pipeline file"):
        load_settings(tmp_path / "none.toml")


@pytest.mark.parametrize("example", ["tweet_sentiment", "tweet_emotion"])
def test_the_worked_examples_are_right(example, monkeypatch):
    monkeypatch.setenv("LABELFNS_DATA", "/anywhere")
    file = Path(__file__).parents[3] / "data" / example / "pipeline.toml"
    assert list(load_settings(file).data.labels) == tomllib.loads(file.read_text())["data"]["labels"]
