import math
import tomllib
from pathlib import Path

import pytest
import tomli_w

from labelfns.errors import InputError, LabelFnsWarning, SettingsError
from labelfns.pipelines import PipelineSettings, load_settings
from labelfns.pipelines.run.label_model_settings import KINDS, LabelModelSettings
from labelfns.pipelines.run.settings import DataSettings, LFSettings
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
        "data.txet is not a setting; did you mean 'data.text'?",
        "data.pool is missing",
        "lfs.file must be a string; got 3",
        'label_model.kind must be "labelfns" or "snorkel" or "majority" or "dawid_skene" or "mace"; got \'snorkle\'',
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
        ("data.epochs=3", "--set data.epochs is not a setting here; it goes under [classifier]: classifier.epochs"),
        ("epochs=3", "--set epochs is not a setting here; it goes under [classifier]: classifier.epochs"),
        ("data.seed=3", "data.seed is not a setting here; it goes at the top, before any section: seed"),
        (
            "classifier.smoothing=0",
            "smoothing is not a setting here; it goes under [classifier.loss]: classifier.loss.smoothing",
        ),
        ("self_training.kind=1", "self_training.kind is not a setting here; it goes under [label_model]"),
        ("lfs.nothing=3", "lfs.nothing is not a setting"),
        ("rounds=0", "--set rounds is not a setting here; it goes under [self_training]: self_training.rounds"),
        ("self_training.round=0", "--set self_training.round is not a setting; did you mean 'self_training.rounds'?"),
        ("selftraining.rounds=0", "--set selftraining is not a setting; did you mean 'self_training'?"),
        ("trainer.seed=0", "--set trainer is not a setting here; it goes under [classifier]: classifier.trainer"),
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
        (SMALL + "[label_model]\nclass_balance = [0.5, 0.25, 0.25]", "2 shares, one per label"),
        (SMALL + "[label_model]\nlr = -1", r"label_model\.lr must be"),
        (SMALL.replace('"yes"', '"no"'), "labels must be unique"),
    ],
)
def test_single_problems(tmp_path, text, message):
    with pytest.raises(SettingsError, match=message):
        load_settings(write(tmp_path, text))


@pytest.mark.parametrize("name", ["first", "later"])
def test_precision_is_judged_by_gold_that_must_be_there(tmp_path, name):
    text = SMALL + f'[self_training.{name}]\nrule = "precision"\n'
    with pytest.raises(SettingsError, match=rf'self_training.{name}.rule = "precision" needs gold .* data.few_gold'):
        load_settings(write(tmp_path, text))
    settings = load_settings(write(tmp_path, text), ["data.few_gold=few.csv"])
    assert getattr(settings.self_training, name).needs_gold


def test_no_such_pipeline(tmp_path):
    with pytest.raises(InputError, match="no such pipeline file"):
        load_settings(tmp_path / "none.toml")


@pytest.mark.parametrize("example", ["tweet_sentiment", "tweet_emotion"])
def test_the_worked_examples_are_right(example, monkeypatch):
    monkeypatch.setenv("LABELFNS_DATA", "/anywhere")
    file = Path(__file__).parents[3] / "data" / example / "pipeline.toml"
    assert list(load_settings(file).data.labels) == tomllib.loads(file.read_text())["data"]["labels"]


BEFORE = Path(__file__).parents[2] / "fixtures" / "before_rooms" / "project" / "run" / "pipeline.toml"


@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
def test_a_file_that_a_run_wrote_before_the_rooms_is_read():
    settings = load_settings(BEFORE)
    table = {"kind": "labelfns", "accuracy": 0.8, "class_balance": "votes", "floor": "auto"}
    assert to_mapping(settings)["label_model"] == table
    assert settings.few_gold.steps == 50
    with pytest.raises(SettingsError, match=r"lr is not a setting of kind 'labelfns'; it goes with kind = 'snorkel'"):
        load_settings(BEFORE, ["label_model.lr=0.02"])


def test_the_second_view_can_be_turned_off(tmp_path):
    path = write(tmp_path, SMALL)
    assert load_settings(path).prediction.second_view
    assert not load_settings(path, ["prediction.second_view=false"]).prediction.second_view
    with pytest.raises(SettingsError, match=r"prediction\.second_view must be true or false"):
        load_settings(path, ["prediction.second_view=3"])


@pytest.mark.parametrize("path", [str, Path])
def test_a_path_of_any_kind_and_a_byte_order_mark(tmp_path, path):
    file = tmp_path / "pipeline.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALL.encode())
    assert load_settings(path(file)).data.labels == ("no", "yes")


def test_every_path_is_made_absolute(tmp_path):
    text = SMALL + 'cache = "~/votes"\n[classifier]\nbackbone = "./model"\n'
    settings = load_settings(write(tmp_path, text))
    assert Path(settings.lfs.cache) == Path("~/votes").expanduser()
    assert Path(settings.classifier.backbone) == tmp_path / "model"


def test_old_names_of_settings(tmp_path):
    small = SMALL.replace("[lfs]", 'few_gold = "few.csv"\n[lfs]')
    with pytest.warns(LabelFnsWarning, match="little_gold is now few_gold.* next release"):
        assert load_settings(write(tmp_path, small + "[little_gold]\nsteps = 7\n")).few_gold.steps == 7
    with pytest.raises(SettingsError, match="little_gold is the old name of few_gold, which is given too"):
        load_settings(write(tmp_path, small + "[little_gold]\nsteps = 7\n[few_gold]\nsteps = 8\n"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_of_label_model_has_its_own_settings(tmp_path, kind):
    settings = load_settings(write(tmp_path, SMALL), [f"label_model.kind={kind}"])
    assert type(settings.label_model.build(seed=3)) is KINDS[kind]
    assert getattr(settings.label_model.build(seed=3), "seed", 3) in (3, None)  # None: the class does without one
    table = to_mapping(settings)["label_model"]
    assert "seed" not in table  # it is the pipeline's, unless it is given
    assert load_settings(write(tmp_path, tomli_w.dumps(to_mapping(settings)))) == settings


def test_label_models_made_in_python():
    model = LabelModelSettings("snorkel", {"n_epochs": 7, "class_balance": [0.5, 0.5], "seed": 5}).build(seed=0)
    assert (model.n_epochs, model.class_balance, model.seed) == (7, (0.5, 0.5), 5)
    with pytest.raises(SettingsError, match="it goes with kind = 'dawid_skene' or kind = 'mace'"):
        LabelModelSettings("majority", {"n_iter": 3})


def test_how_lfs_are_applied(tmp_path):
    text = SMALL + 'on_error = "raise"\ntime_limit = inf\nworkers = 2\ncache = "votes"\n'
    options = load_settings(write(tmp_path, text)).lfs.options
    assert options == {"on_error": "raise", "time_limit": math.inf, "workers": 2, "cache": str(tmp_path / "votes")}


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["label_model.n_epochs=7", "label_model.kind=labelfns"], "n_epochs is not a setting of kind 'labelfns'"),
        (["label_model.class_balance=[0.5, 0.5]", "label_model.kind=majority"], "is not a setting of kind 'majority'"),
        (["label_model.epochs=7"], "label_model.epochs is not a setting here; it goes under [classifier]"),
        (["data.n_epochs=7"], "data.n_epochs is not a setting here; it goes under [label_model]"),
        (["label_model.acuracy=0.7", "label_model.kind=labelfns"], "did you mean 'label_model.accuracy'?"),
        (["label_model.options=3"], "label_model.options is not a setting"),
        (["label_model.class_balance=half", "label_model.kind=labelfns"], "class_balance must be a list"),
        (["label_model=3"], "label_model must be a table of settings; got 3"),
        (["data=3"], "data must be a table of settings; got 3"),
        (["data.gold=text"], "text and gold are both the column 'text'"),
        (["seed=1", "seed=2"], "--set seed is given 2 times"),
        (["seed=4294967295"], "seed must be in 0..4294967294"),
        (["seed=99999999999999999999"], "seed must be a whole number below 2**63"),
        (["seed=" + "9" * 5000], "seed must be a whole number; got"),
        (["classifier.epochs=inf"], "classifier.epochs must be a number that is not inf"),
        (["classifier.epochs=1" + "0" * 400], "classifier.epochs must be a number"),
        (["classifier.batch_size=1e12"], "classifier.batch_size must be a whole number; got 1000000000000.0"),
        (["lfs.time_limit=nan"], "lfs.time_limit must be a number that is not nan"),
        (["lfs.time_limit=0"], "lfs.time_limit must be above 0"),
        (["lfs.workers=0"], "lfs.workers must be at least 1"),
        (["lfs.cache=2020-01-01"], "lfs.cache must be a string; got datetime.date"),
    ],
)  # fmt: skip
def test_settings_that_are_not_right(tmp_path, overrides, message):
    with pytest.raises(SettingsError) as caught:
        load_settings(write(tmp_path, SMALL), overrides)
    assert message in str(caught.value)
    assert len(str(caught.value)) < 300


def test_numbers_and_nesting_without_end_are_a_message(tmp_path):
    for value in ("9" * 5000, "[" * 5000):
        with pytest.raises(SettingsError, match="is not valid TOML"):
            load_settings(write(tmp_path, f"seed = {value}\n" + SMALL))


def test_settings_made_in_python_are_checked():
    data, lfs = DataSettings(["no", "yes"], "pool.csv"), LFSettings("lfs.py")
    assert data.labels == ("no", "yes")
    with pytest.raises(SettingsError) as caught:
        PipelineSettings(data, lfs, seed="1", classifier=3)
    for part in ("seed must be a whole number; got '1'", "classifier must be a table of settings; got 3"):
        assert part in str(caught.value)
    with pytest.raises(SettingsError, match='on_error must be "abstain" or "raise"'):
        LFSettings("lfs.py", on_error="stop")


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "data.labels=a,b",
            '--set data.labels must be a list, each a string; got \'a,b\'; a list is written ["a", "b"], in a shell '
            "within single quotes",
        ),
        ("seed=x", "--set seed must be a whole number; got 'x'"),
    ],
)
def test_a_wrong_override_is_not_blamed_on_the_file(tmp_path, override, message):
    with pytest.raises(SettingsError) as caught:
        load_settings(write(tmp_path, SMALL), [override])
    assert str(caught.value) == message
    with pytest.raises(SettingsError, match=r"pipeline.toml: seed must be a whole number"):
        load_settings(write(tmp_path, 'seed = "x"\n' + SMALL), ["lfs.workers=2"])


def test_nothing_after_the_sign_takes_a_setting_back(tmp_path):
    text = (
        SMALL.replace("[lfs]", 'val = "val.csv"\ngold = "y"\n[lfs]\nworkers = 3\ncache = "c"')
        + "[label_model]\nseed = 4"
    )
    overrides = ["data.val=", "data.gold=", "lfs.workers=", "lfs.cache=", "label_model.seed="]
    settings = load_settings(write(tmp_path, text), overrides)
    assert (settings.data.val, settings.data.gold, settings.lfs.workers, settings.lfs.cache) == (None, "", 1, None)
    assert "seed" not in settings.label_model.options


def test_paths_are_plain(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    settings = load_settings(write(tmp_path / "a" / "b", SMALL.replace('"pool.csv"', '"../../pool.csv"')))
    assert settings.data.pool == str(tmp_path.resolve() / "pool.csv")
