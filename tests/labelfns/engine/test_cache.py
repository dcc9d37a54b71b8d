import importlib.util
import random
import re
import sys
import time
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns import Context, LFSet, count, hashtags, keywords, labeling_function, lexicon, regex, row_function
from labelfns.engine.apply import LFApplier
from labelfns.engine.fingerprint import fingerprint
from labelfns.errors import InputError
from labelfns.lfs.declared import WordsLF

LABELS = ["no", "yes"]
TEXTS = ["good", "bad #a", "good #b", "x"]
WORDS = {"good"}
WORDLIST = ["good", "bad", "naïve", "c", "goofy", "can't"]
WRITTEN = ["so Goooood", "#bad #naïve", "ＢＡＤ c", "can’t, no", "GOOFY can&#39;t", "\ud800 bad", "not good"]


def looking_for(word):
    def vote(text):
        return "yes" if word in text else None

    return labeling_function(name="vote")(vote)


def uses_global(text):
    return "yes" if text in WORDS else None


def helper(text):
    return "yes" if "a" in text else None


def calls_helper(text):
    return helper(text)


def impure(text):
    return "yes" if random.random() > 0.5 else None


def imports(text):
    from labelfns.text.tokens import tokens

    return len(tokens(text))


COUNTER = [0]
SEEN = set()
MODULE = re


def writes_a_global(text):
    global WRITTEN_BY
    WRITTEN_BY = text


def counts_calls(text):
    COUNTER[0] += 1
    return "yes" if COUNTER[0] > len(TEXTS) else None


def remembers(text):
    SEEN.add(text)
    return "yes" if len(SEEN) > 3 else None


def defines_a_class(text):
    class Inner:
        pass

    return str(Inner)


def as_lf(function):
    return labeling_function(name="f")(function)


def test_only_what_changed_runs_again(tmp_path, monkeypatch):
    ran = []
    real = LFApplier._run

    def spy(self, columns, *args, **kwargs):
        ran.append(tuple(self.lfs[j].name for j in columns))
        return real(self, columns, *args, **kwargs)

    monkeypatch.setattr(LFApplier, "_run", spy)
    first = [hashtags("yes", ["a"], name="t"), keywords("no", ["bad"], name="w"), as_lf(calls_helper)]
    second = [first[0], keywords("no", ["bad", "x"], name="w"), first[2]]
    right = LFSet(LABELS, second).apply(TEXTS, engine="plain").matrix
    ran.clear()
    a = LFSet(LABELS, first).apply(TEXTS, cache=tmp_path)
    b = LFSet(LABELS, first).apply(TEXTS, cache=tmp_path)
    c = LFSet(LABELS, second).apply(TEXTS, cache=tmp_path)
    assert ran == [("t", "w", "f"), ("w",)]
    assert (a.matrix == b.matrix).all()
    assert (c.matrix == right).all()
    LFSet(LABELS, first).apply([*TEXTS[:3], "y"], cache=tmp_path)
    LFSet(["no", "yes", "new"], first).apply(TEXTS, cache=tmp_path)
    LFSet(LABELS, first).apply(["goo", "dbad #a", "good #b", "x"], cache=tmp_path)
    assert ran[2:] == [("t", "w", "f")] * 3


def test_a_changed_global_helper_default_or_closure_changes_the_hash(monkeypatch):
    before = fingerprint(as_lf(uses_global)), fingerprint(as_lf(calls_helper))
    assert None not in before
    monkeypatch.setitem(globals(), "WORDS", {"good", "fine"})
    monkeypatch.setitem(globals(), "helper", lambda text: None)
    assert fingerprint(as_lf(uses_global)) != before[0]
    assert fingerprint(as_lf(calls_helper)) != before[1]
    assert fingerprint(looking_for("good")) == fingerprint(looking_for("good"))
    assert fingerprint(looking_for("good")) != fingerprint(looking_for("fine"))
    assert fingerprint(as_lf(lambda text, n=1: None)) != fingerprint(as_lf(lambda text, n=2: None))
    assert fingerprint(as_lf(lambda text: re.search("a", text))) != fingerprint(
        as_lf(lambda text: re.search("b", text))
    )


def test_methods_of_values_are_followed():
    def finder(pattern):
        find = re.compile(pattern).findall
        return as_lf(lambda text: "yes" if find(text) else None)

    def holder(words):
        has = words.intersection
        return as_lf(lambda text: "yes" if has(text.split()) else None)

    for build, one, other in ((finder, "a", "b"), (holder, {"a"}, {"b"})):
        assert fingerprint(build(one)) == fingerprint(build(one)) is not None
        assert fingerprint(build(one)) != fingerprint(build(other))
    for function in (open, eval, random.random, time.time):
        assert fingerprint(as_lf(lambda text, f=function: f(text))) is None


def test_what_a_hash_cannot_cover_is_never_kept(tmp_path):
    holder = SimpleNamespace(word="good")
    lf = as_lf(lambda text: "yes" if holder.word in text else None)
    assert fingerprint(lf) is fingerprint(as_lf(impure)) is fingerprint(as_lf(imports)) is None
    assert LFSet(LABELS, [lf]).apply(TEXTS, cache=tmp_path).matrix[:, 0].tolist() == [1, -1, 1, -1]
    holder.word = "x"
    assert LFSet(LABELS, [lf]).apply(TEXTS, cache=tmp_path).matrix[:, 0].tolist() == [-1, -1, -1, 1]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (keywords(1, ["a"]), keywords(0, ["a"])),
        (keywords(1, ["a"]), hashtags(1, ["a"])),
        (keywords(1, ["a"]), keywords(1, ["a"], where=Context(not_negated=True))),
        (hashtags(1, ["a"]), hashtags(1, ["a"], parts=True)),
        (regex(1, "a"), regex(1, "a", ignore_case=False)),
        (count(1, "words", at_least=1), count(1, "words", at_least=1, at_most=3)),
        (lexicon(1, {"a": 1}, threshold=1), lexicon(1, {"a": 1.1}, threshold=1)),
        (lexicon(1, {"a": 1}, threshold=1), lexicon(1, {"a": 1}, threshold=1, negated=0)),
    ],
)
def test_every_setting_counts(one, other):
    assert fingerprint(one) != fingerprint(other)


@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
def test_faults_and_damaged_files_are_not_believed(tmp_path):
    broken = as_lf(lambda text: [][0] if text == "x" else "yes")
    for _ in range(2):
        assert LFSet(LABELS, [broken]).apply(TEXTS, cache=tmp_path).faults[0].rows == (3,)
    lfs = LFSet(LABELS, [keywords("yes", ["good"])])
    right = lfs.apply(TEXTS, cache=tmp_path).matrix
    (file,) = tmp_path.glob("*.votes")
    stored = file.read_bytes()
    for damaged in (stored[:-1], stored[:-1] + b"\0", b"no", b""):
        file.write_bytes(damaged)
        assert (lfs.apply(TEXTS, cache=tmp_path).matrix == right).all()
        assert file.read_bytes() == stored


def test_texts_that_were_changed_in_place_are_read_again(tmp_path):
    lfs = LFSet(LABELS, [keywords("yes", ["good"]), keywords("no", ["bad"])])
    texts = list(TEXTS)
    lfs.apply(texts, cache=tmp_path)
    texts[3] = "good"
    assert lfs.apply(texts, cache=tmp_path).matrix[:, 0].tolist() == [1, -1, 1, 1]
    changed = LFSet(LABELS, [keywords("yes", ["good", "b"]), keywords("no", ["x"], name="new")])
    assert changed.apply(texts, cache=tmp_path).matrix.tolist() == [[1, -1], [-1, -1], [1, -1], [1, -1]]
    with pytest.raises(InputError, match="not a string in row 0"):
        lfs.apply([SimpleNamespace(), *texts[1:]], cache=tmp_path)


@pytest.mark.parametrize(
    "function",
    [
        lambda text: hash(text) % 2,
        lambda text: id(text) % 2,
        lambda text: text.__hash__() % 2,
        lambda text: len(str(object())) % 2,
        lambda text: getattr(text, "__hash__")() % 2,  # noqa: B009
        lambda text: open(text).close(),  # noqa: PTH123
        lambda text: vars()["text"],
        lambda text: eval(text),
        lambda text: undefined_name,  # noqa: F821
        writes_a_global,
        defines_a_class,
        print,
        iter(range(9)).__next__,
        SimpleNamespace(find=1).__eq__,
        str.upper,
        type("Voter", (), {"__call__": lambda self, text: 1})(),
    ],
)
def test_what_may_differ_between_calls_or_processes_has_no_hash(function):
    assert fingerprint(labeling_function(name="f")(function)) is None


def test_a_module_that_bears_the_name_of_a_pure_one_is_not_believed(tmp_path, monkeypatch):
    def uses_module(text):
        return "yes" if MODULE.search("a", text) else None

    assert fingerprint(as_lf(uses_module)) is not None
    (tmp_path / "re.py").write_text("def search(pattern, text):\n    return id(text) % 2")
    spec = importlib.util.spec_from_file_location("re", tmp_path / "re.py")
    mine = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mine)
    monkeypatch.setitem(globals(), "MODULE", mine)
    assert fingerprint(as_lf(uses_module)) is None
    monkeypatch.setitem(sys.modules, "re", mine)
    assert fingerprint(as_lf(uses_module)) is None


def test_functions_that_call_each_other_differ_by_which():
    def build(swap):
        def one(text):
            return inner(text) if len(text) > 1 else None

        def other(text):
            return target(text) if len(text) > 2 else "yes"

        inner, target = other, (one if swap else other)
        return as_lf(one)

    assert fingerprint(build(True)) == fingerprint(build(True)) is not None
    assert fingerprint(build(True)) != fingerprint(build(False))


@pytest.mark.parametrize("function", [counts_calls, remembers])
def test_an_lf_that_changes_while_it_runs_is_never_believed(tmp_path, monkeypatch, function):
    monkeypatch.setitem(globals(), "COUNTER", [0])
    monkeypatch.setitem(globals(), "SEEN", set())
    lfs = LFSet(LABELS, [as_lf(function)])
    votes = [lfs.apply(TEXTS, cache=tmp_path).matrix[:, 0].tolist() for _ in range(3)]
    assert votes == [[-1, -1, -1, 1 if function is remembers else -1], [1, 1, 1, 1], [1, 1, 1, 1]]


def test_a_subclass_of_a_declared_lf_is_never_kept(tmp_path):
    class Long(WordsLF):
        def __call__(self, text):
            return "no" if len(text) > 3 else -1

    lfs = LFSet(LABELS, [Long("long", "yes", ("good",))])
    assert lfs.apply(TEXTS, cache=tmp_path).matrix[:, 0].tolist() == [0, 0, 0, -1]
    assert list(tmp_path.iterdir()) == []


def test_fields_do_not_stop_the_cache(tmp_path):
    liked = row_function(lambda row: "yes" if row["likes"] > 1 else None, name="liked")
    lfs = LFSet(LABELS, [liked, keywords("no", ["bad"])])
    for likes, votes in (([1, 2, 3, 0], [-1, 1, 1, -1]), ([2, 1, 1, 1], [1, -1, -1, -1])):
        assert lfs.apply(TEXTS, fields={"likes": likes}, cache=tmp_path).matrix.T.tolist() == [votes, [-1, 0, -1, -1]]
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(st.sampled_from(WORDLIST), min_size=1, max_size=4), min_size=1, max_size=5))
def test_word_lists_changed_one_after_the_other_answer_as_if_new(tmp_path_factory, lists):
    folder = tmp_path_factory.mktemp("cache")
    for words in lists:
        tags = hashtags("no", [word.replace("'", "") for word in words])
        lfs = LFSet(LABELS, [keywords("yes", words), tags, lexicon(1, dict.fromkeys(words, 1), threshold=1)])
        assert (lfs.apply(WRITTEN, cache=folder).matrix == lfs.apply(WRITTEN, engine="plain").matrix).all()
