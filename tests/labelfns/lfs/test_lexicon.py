import sys

import pytest

from labelfns import Context, count, keywords, lexicon, vader_words
from labelfns.errors import LFError, MissingExtraError

WEIGHTS = {"good": 2, "great": 3.0, "bad": -2.5}


@pytest.mark.parametrize(
    ("text", "fires"),
    [("good", True), ("GOOOD!", True), ("not good", False), ("good, bad", False), ("not bad", False), ("#good", False)],
)
def test_a_lexicon_adds_up(text, fires):
    assert (lexicon(1, WEIGHTS, threshold=2)(text) == 1) is fires


def test_a_negative_threshold_and_what_a_negation_counts():
    assert lexicon(0, WEIGHTS, threshold=-1)("not good") == 0  # 2 * -0.74 = -1.48
    assert lexicon(0, WEIGHTS, threshold=-1, negated=0)("not good") == -1
    assert lexicon(1, WEIGHTS, threshold=1.8)("not bad") == 1


@pytest.mark.parametrize(
    ("what", "text", "number"),
    [
        ("exclamations", "a! b！!", 3),
        ("questions", "?", 1),
        ("capitals", "ABc É", 3),
        ("shouted", "OK I am FINE #WOW", 2),
        ("letters", "abc d", 5),
        ("words", "one two #three", 2),
    ],
)
def test_counts(what, text, number):
    assert count(1, what, at_least=number, at_most=number)(text) == 1
    assert count(1, what, at_least=number + 1)(text) == -1


@pytest.mark.parametrize(
    ("where", "fires"),
    [
        (Context(not_negated=True), [True, False, True, True]),
        (Context(only_with=["train", "so far"]), [False, False, True, True]),
        (Context(first_words=1), [True, False, False, False]),
        (Context(last_words=1), [True, True, False, True]),
    ],
)
def test_contexts(where, fires):
    lf = keywords("yes", ["good"], where=where)
    texts = ["good", "I don't think it good", "no, good train", "the train: so far good"]
    assert [lf(text) == "yes" for text in texts] == fires


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: lexicon(1, {"two words": 1, "a": "x", "b": float("nan")}, threshold=1), "3 problems"),
        (lambda: lexicon(1, {}, threshold=1), "no words"),
        (lambda: lexicon(1, {"a": 1}, threshold=0.0001), "threshold must not be 0"),
        (lambda: count(1, "commas", at_least=1), "count\\(\\) counts exclamations"),
        (lambda: count(1, "words", at_least=True), "at_least must be a whole number"),
        (lambda: Context(), "without a condition"),
        (lambda: Context(first_words=0), "first_words must be"),
        (lambda: Context(only_with="so"), "takes a list"),
        (lambda: Context(only_with=["!!"]), "no letter or digit"),
    ],
)
def test_what_is_not_right_is_named(build, message):
    with pytest.raises(LFError, match=message):
        build()


def test_vader_words_come_from_its_package(monkeypatch):
    words = vader_words(at_least=1.0)
    assert words["great"] > 3
    assert ":)" not in words
    assert lexicon("yes", words, threshold=2)("a great day") == "yes"
    monkeypatch.setitem(sys.modules, "vaderSentiment.vaderSentiment", None)
    with pytest.raises(MissingExtraError, match=r"labelfns\[vader\]"):
        vader_words()
