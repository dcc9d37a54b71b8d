import sys
from time import process_time

import pytest

from labelfns import Context, LFSet, count, emoji, hashtags, keywords, lexicon, vader_words
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
        (lambda: lexicon(1, ["good"], threshold=1), r"takes words with their weights, as .*got \["),
        (lambda: lexicon(1, {"a": 1, "b": True}, threshold="x", negated=None), "3 problems"),
        (lambda: lexicon(1, {"a": 1}, threshold=0.0001), "threshold must not be 0"),
        (lambda: count(1, "commas", at_least=1), "count\\(\\) counts exclamations"),
        (lambda: count(1, "words", at_least=True), "at_least must be a whole number"),
        (lambda: Context(), "without a condition"),
        (lambda: Context(first_words=0), "first_words must be"),
        (lambda: Context(only_with="so"), "takes a list"),
        (lambda: Context(only_with=["!!"]), "no letter or digit"),
        (lambda: Context(only_with=3, not_negated="yes"), "2 problems"),
    ],
)
def test_what_is_not_right_is_named(build, message):
    with pytest.raises(LFError, match=message):
        build()


@pytest.mark.parametrize("sign", "'\u2018\u2019\u00b4`\u2032")
def test_a_negation_with_any_apostrophe(sign):
    text = f"I don{sign}t like it"
    assert keywords("yes", ["like"], where=Context(not_negated=True))(text) == -1
    for engine in ("plain", "compiled"):
        assert (
            LFSet(["no", "yes"], [lexicon(1, {"like": 2}, threshold=1)]).apply([text], engine=engine)["lexicon_1"][0]
            == -1
        )


LONG = [
    "not good bad " * 10_000,
    "not " + "\u2764\ufe0f" * 30_000,
    "good " * 30_000 + "not",
    "#good " * 30_000,
    "not " + ":) " * 30_000,
]


@pytest.mark.slow
@pytest.mark.parametrize("text", LONG, ids=["words", "emoji", "spans", "tags", "emoticons"])
def test_a_long_text_takes_time_by_its_length(text):
    where = {"not_negated": True, "first_words": 3, "last_words": 3, "only_with": ["bad"]}
    contexts = [Context(**{name: value}) for name, value in where.items()]
    lfs = [keywords("yes", ["good", "so good"], where=context) for context in contexts]
    lfs += [hashtags("yes", ["good"], where=context) for context in contexts]
    lfs += [emoji("yes", ["\u2764", ":)"], where=context) for context in contexts]
    lfs += [lexicon("yes", {"good": 1, "bad": -1}, threshold=1, where=context) for context in contexts]
    start = process_time()
    for lf in lfs:
        lf.spans(text)
    assert process_time() - start < 15  # minutes, where each span looks at all words


def test_vader_words_come_from_its_package(monkeypatch):
    words = vader_words(at_least=1.0)
    assert words["great"] > 3
    assert ":)" not in words
    assert lexicon("yes", words, threshold=2)("a great day") == "yes"
    monkeypatch.setitem(sys.modules, "vaderSentiment.vaderSentiment", None)
    with pytest.raises(MissingExtraError, match=r"labelfns\[vader\]"):
        vader_words()
