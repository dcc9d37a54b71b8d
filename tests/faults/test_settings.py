"""Faults of kind 7: a setting is used or refused, by name; what decides an answer travels with the model."""

import random
import tomllib
import warnings

import numpy as np
import pytest
import tomli_w

from labelfns import Context, LFSet, count, emoji, hashtags, keywords, lexicon, read_lfs, regex
from labelfns.errors import InputError, LabelFnsError, LFError, SettingsError
from labelfns.models import (
    FineTuning,
    LabelModel,
    Selection,
    SnorkelLabelModel,
    TransformerClassifier,
    WeakLabelLoss,
)
from labelfns.models.label_models.kinds import KINDS
from labelfns.pipelines import FewGold, Rounds, load_settings
from labelfns.progress import silent
from labelfns.settings import to_mapping

from .campaign import try_all

SMALL = '[data]\nlabels = ["negative", "positive"]\npool = "pool.csv"\n[lfs]\nfile = "lfs.py"\n'

REFUSED = {
    "label_model.n_epochs=5 label_model.kind=labelfns": "n_epochs is not a setting of kind 'labelfns'",
    "label_model.class_balance=[0.5,0.5] label_model.kind=majority": "is not a setting of kind 'majority'",
    "label_model.class_balance=[]": "class_balance must be shares above 0",
    "label_model.kind=[1]": "label_model.kind must be",
    "label_model.kind={a=1}": "label_model.kind must be",
    "label_model.seed=4294967296": "label_model.seed must be a whole number in 0..2**32 - 1",
    "label_model=5": "label_model must be a table of settings",
    "classifier.trainer.label_smoothing_factor=0.9": "is not taken: use loss.smoothing",
    "classifier.trainer.do_train=true": "would do nothing: a fit trains",
    "classifier.trainer.metric_for_best_model='f1'": "would do nothing",
    "classifier.trainer.bf16='maybe'": "trainer.bf16 must be true or false",
    "classifier.trainer.max_steps=inf": "trainer.max_steps must be a whole number",
    "classifier.trainer.adam_beta1=5": "trainer.adam_beta1 must be in [0, 1)",
    "classifier.trainer.nonsense=1": "is not one of transformers.TrainingArguments",
    "classifier.epochs=inf": "classifier.epochs must be a number that is not inf",
    "classifier.batch_size=1e12": "classifier.batch_size must be a whole number",
    "classifier.batch_size=1000000000000": "classifier.batch_size must be at most 65536",
    "classifier.learning_rate=1e308": "classifier.learning_rate must be in (0, 1000]",
    "classifier.word_dropout=0.2": 'word_dropout would do nothing: it goes with loss.consistency = "perturbed"',
    "classifier.loss.consistency_weight=2": "consistency_weight would do nothing: it goes with consistency",
    "classifier.loss.student_warmup=0.1": "student_warmup would do nothing: it goes with min_student_confidence",
    "self_training.first.rule=qouta": "self_training.first.rule must be",
    "self_training.first.rule=threshold self_training.first.keep=0.5": "keep would do nothing: it goes with rule =",
    "self_training.warm_rate=0.1": "warm_rate would do nothing: it goes with warm_start = true",
    "self_training.rounds=1e300": "self_training.rounds must be a whole number",
    "self_training.rounds=1000000000000": "rounds must be at most 1000000",
    "seed=4294967295": "seed must be in 0..4294967294",
    "seed=18446744073709551616": "seed must be a whole number below 2**63",
    "lfs.workers=99999999999": "lfs.workers must be at most 1024",
    "lfs.cache=''": "lfs.cache must be a path",
    "data.pool=''": "data.pool must be a path",
    "data.pool='a\\0b'": "data.pool must be a path",
    "data.labels=['a']": "data.labels must be 2 to 127 names",
    "few_gold.steps=1e9": "few_gold.steps must be a whole number",
    "few_gold.steps=10": "few_gold would do nothing: its settings go with data.few_gold",
    "typo.x=1": "typo is not a setting",
}


@pytest.mark.parametrize("overrides", REFUSED)
def test_used_or_refused(tmp_path, overrides):
    (tmp_path / "p.toml").write_text(SMALL)
    given = [override.encode().decode("unicode_escape") for override in overrides.split()]
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "p.toml", given)
    assert REFUSED[overrides] in str(caught.value)
    assert len(str(caught.value)) < 600


IN_PYTHON = {
    "count from 5 to 3": (lambda: count("y", "words", at_least=5, at_most=3), "at_least must not be more than at_most"),
    "lexicon of a list": (lambda: lexicon("y", ["good"]), r"words with their weights.*|threshold must be"),
    "lexicon without threshold": (lambda: lexicon("y", {"good": 1}), "threshold is missing"),
    "lexicon of huge weights": (
        lambda: lexicon("y", {"good": 10**400}, threshold=1),
        "weight of 'good' must be a number",
    ),
    "lexicon of a huge threshold": (lambda: lexicon("y", {"good": 1}, threshold=1e308), "threshold must be a number"),
    "no hashtags": (lambda: hashtags("y", None), r"hashtags\(\) takes a list of entries; got None"),
    "one string": (lambda: keywords("y", "abc"), "takes a list of entries, got the string 'abc'"),
    "label after the words": (lambda: keywords(["a*"], "y"), r"label first, .*: keywords\('y', \['a\*'\]\)"),
    "label after the tags": (lambda: hashtags(("a",), "y"), r"label first, .*: hashtags\('y', \('a',\)\)"),
    "label after the emoji": (lambda: emoji([":)"], "y"), r"label first, .*: emoji\('y'"),
    "a place as a dict": (
        lambda: keywords("y", ["a"], where={"not_negated": True}),
        r"write Context\(not_negated=True\)",
    ),
    "emoji that are none": (lambda: emoji("y", [None]), "not a string"),
    "regex of bytes": (lambda: regex("y", b"x"), "takes the pattern as a string"),
    "regex too deep": (lambda: regex("y", "(" * 5000 + ")" * 5000), "does not compile"),
    "no place": (lambda: Context(), "condition"),
    "a word too much": (lambda: Selection("qouta"), "did you mean 'quota'"),
    "no shares": (lambda: LabelModel(class_balance=[]), "class_balance must be"),
    "no shares for Snorkel's": (lambda: SnorkelLabelModel(class_balance=[]), "class_balance must be"),
    "a seed above its range": (lambda: SnorkelLabelModel(seed=2**32), "seed must be"),
    "smoothing twice": (lambda: FineTuning(trainer={"label_smoothing_factor": 0.9}), "use loss.smoothing"),
    "a trainer that is none": (lambda: FineTuning(trainer=[1]), "trainer must be a table"),
    "a loss that is none": (lambda: FineTuning(loss=None), "loss must be a WeakLabelLoss"),
    "epochs in words": (lambda: FineTuning(epochs="3"), "epochs must be a number"),
    "rounds in words": (lambda: Rounds(rounds="3"), "rounds must be a whole number"),
    "rounds that select nothing": (lambda: Rounds(first="quota"), "first must be a Selection"),
    "shares in words": (lambda: Rounds(class_balance="votes"), "class_balance must be above 0"),
    "folds in words": (lambda: FewGold(folds="4"), "folds must be a whole number"),
    "a loss without end": (lambda: WeakLabelLoss(label_weight=float("inf")), "label_weight must be"),
}


@pytest.mark.parametrize("name", IN_PYTHON)
def test_settings_in_python_are_one_message(name):
    make, message = IN_PYTHON[name]
    with pytest.raises(LabelFnsError, match=message) as caught:
        make()
    assert len(str(caught.value)) < 1000


LF = '[[lf]]\nkind = "keywords"\nlabel = "y"\n'
LF_FILES = {
    "lf = [1]": r"number 1 .* an LF is a table of settings",
    'lf = "abc"': "defines no labeling function",
    f'{LF}words = "abc"\nfile = "w.txt"': "words must be a list",
    f"{LF}file = 5": "file must be the name of a text file",
    f'{LF}file = "none.txt"': "cannot be read as a list of words",
    f'{LF}file = "\\u0000"': "cannot be read as a list of words",
    f'{LF}words = ["a"]\n[other]\nx = 1': "other is no part of a file of LFs",
    f'{LF}words = ["a"]\nwhere = {{ foo = 1 }}': "where: foo is not a condition",
    f'{LF}words = ["a"]\nwhere = {{ first_words = 1e12 }}': "first_words must be a whole number",
    '[[lf]]\nkind = "lexicon"\nlabel = "y"\nweights = ["good"]': "words with their weights",
    '[[lf]]\nkind = "count"\nlabel = "y"\nwhat = "words"\nat_least = 5\nat_most = 3': "at_least must not be more",
    '[[lf]]\nkind = "count"\nlabel = "y"\nwhat = "words"': "at_least",
    "x = " + "[" * 5000: "cannot be read as TOML",
    "x = " + "1" * 5000: "cannot be read as TOML",
}


@pytest.mark.parametrize("content", LF_FILES, ids=range(len(LF_FILES)))
def test_lf_files_are_one_message(tmp_path, content):
    (tmp_path / "lfs.toml").write_text(content)
    with pytest.raises((InputError, LFError), match=LF_FILES[content]):
        read_lfs(tmp_path / "lfs.toml")


def test_labels_given_twice_or_wrong_are_refused(tiny_backbone):
    for labels, message in (
        (("a", "a"), "labels must be unique"),
        ("ab", "labels must be a list"),
        (["a"], "2 to 127"),
    ):
        classifier = TransformerClassifier(tiny_backbone, labels=labels)
        with pytest.raises(InputError, match=message):
            classifier.fit(["so great", "so awful"], np.eye(2)[:, : max(2, len(labels))], progress=silent)


@pytest.mark.slow
def test_what_decides_an_answer_travels_with_the_model(tiny_backbone, tmp_path):
    texts = [f"{'so the lunch today ' * 6}{word}" for word in ("great", "awful")]
    settings = FineTuning(epochs=1, min_steps=20, max_length=60, learning_rate=0.01)
    fitted = TransformerClassifier(tiny_backbone, labels=["no", "yes"], settings=settings)
    fitted.fit(texts * 4, np.tile(np.eye(2), (4, 1)), progress=silent)
    fitted.save_pretrained(tmp_path / "model")
    opened = TransformerClassifier.from_pretrained(tmp_path / "model")
    assert (opened.settings.max_length, opened.classes_) == (60, ("no", "yes"))
    np.testing.assert_array_equal(opened.predict_proba(texts), fitted.predict_proba(texts))
    long = TransformerClassifier(tiny_backbone, settings=FineTuning(max_length=1000))
    with pytest.raises(InputError, match="max_length"):
        long.fit(texts, np.eye(2), progress=silent)


def full_file():
    """Return every setting there is, written out as a run does."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.toml"
        path.write_text(SMALL)
        settings = load_settings(
            path, ["data.val='val.csv'", "data.few_gold='few.csv'", "classifier.trainer.max_grad_norm=2.0"]
        )
    return tomli_w.dumps(to_mapping(settings))


VALUES = [
    "1" * 400, "07:32:00", '"\\u0000"',
    "1", "-1", "0", "0.5", "1e12", "1e400", "inf", "-inf", "nan", "true", '""', '"a"', '"$HOME"', '"~nobody/x"',
    "[]", "[1]", "[0.5, 0.5]", '["a", "b"]', '["a", "a"]', "[[]]", "{}", "{ a = 1 }", "2020-01-02",
    "9223372036854775807", "9223372036854775808", "4294967295", "0x10", '"labelfns"', '"mace"', '"quota"', "'''\n'''",
]  # fmt: skip


def mutated_toml(text: str, rng: random.Random) -> str:
    """Return a settings file with up to four changes: values, names, sections, lines, signs."""
    lines = text.splitlines()
    for _ in range(rng.randint(1, 4)):
        i = rng.randrange(len(lines))
        name, equals, _ = lines[i].partition(" = ")
        match rng.randrange(8):
            case 0 | 1 | 2 if equals:
                lines[i] = f"{name} = {rng.choice(VALUES)}"
            case 3:
                lines.insert(rng.randrange(len(lines)), lines.pop(i))
            case 4:
                del lines[i]
            case 5:
                lines.insert(i, rng.choice(lines))
            case 6 if equals:
                lines[i] = f"{name[: rng.randrange(len(name) + 1)]}{rng.choice(['', 'x', '.', '-'])} = 1"
            case _:
                at = rng.randrange(len(lines[i]) + 1)
                lines[i] = lines[i][:at] + rng.choice(['"', "[", "]", "=", "\x00", "é", "\ufeff", "#"]) + lines[i][at:]
        lines = lines or [""]
    return "\n".join(lines)


def flat(values, section=""):
    for name, value in values.items():
        if isinstance(value, dict):
            yield from flat(value, f"{section}{name}.")
        else:
            yield f"{section}{name}", value


@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
def test_mutated_settings_files(tmp_path):
    whole, path = full_file(), tmp_path / "p.toml"

    def check(_, rng):
        text = mutated_toml(whole if rng.random() < 0.8 else SMALL, rng)
        path.write_text(text, encoding="utf-8", newline="")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                settings = load_settings(path)
            except SettingsError as error:
                assert len(str(error).splitlines()) <= SettingsError.most + 2  # noqa: PT017
                return
        used = dict(flat(to_mapping(settings)))
        for name, value in flat(tomllib.loads(text.removeprefix("\ufeff"))):
            if not isinstance(value, str) and name in used:
                assert used[name] == (float(value) if isinstance(used[name], float) else value), name
            assert name in used or (name.startswith("label_model") and settings.label_model.kind != "snorkel"), name
        settings.label_model.build(settings.seed)
        path.write_text(tomli_w.dumps(to_mapping(settings)), encoding="utf-8")
        assert load_settings(path) == settings

    try_all(150, check)


LF_FILE = """
[[lf]]
kind = "keywords"
label = "yes"
name = "good_words"
words = ["good", "let down", "disappoint*"]
where = { not_negated = true, first_words = 3 }
expects = { "so good" = "yes" }
[[lf]]
kind = "hashtags"
label = "no"
words = ["fail"]
parts = true
[[lf]]
kind = "regex"
label = "no"
pattern = "still (no|nothing)"
ignore_case = false
[[lf]]
kind = "lexicon"
label = "yes"
weights = { good = 1.5, bad = -2 }
threshold = 1
negated = 0
[[lf]]
kind = "count"
label = "no"
what = "words"
at_least = 3
at_most = 5
"""


def test_mutated_lf_files(tmp_path):
    path = tmp_path / "lfs.toml"

    def check(_, rng):
        path.write_text(mutated_toml(LF_FILE.strip(), rng), encoding="utf-8", newline="")
        try:
            lfs = LFSet(["no", "yes"], read_lfs(path))
        except (InputError, LFError):
            return
        lfs.apply(["so good, not bad", "still no #failAgain"])

    try_all(100, check)


def test_every_kind_of_label_model_is_built_by_its_name(tmp_path):
    (tmp_path / "p.toml").write_text(SMALL)
    for kind, model in KINDS.items():
        assert type(load_settings(tmp_path / "p.toml", [f"label_model.kind={kind}"]).label_model.build(0)) is model
    with pytest.warns(match='label_model.kind = "default" is now "labelfns"'):
        assert load_settings(tmp_path / "p.toml", ["label_model.kind=default"]).label_model.kind == "labelfns"
