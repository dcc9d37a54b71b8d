import numpy as np
import pytest

from labelfns import column, count, emoji, hashtags, keywords, labeling_function, lexicon, model, regex, row_function
from labelfns.errors import LFError

BUILDERS = {
    "hashtags": lambda **settings: hashtags("a", ["x"], **settings),
    "keywords": lambda **settings: keywords("a", ["x"], **settings),
    "emoji": lambda **settings: emoji("a", [":)"], **settings),
    "regex": lambda **settings: regex("a", "x", **settings),
    "count": lambda **settings: count("a", "words", at_least=1, **settings),
    "lexicon": lambda **settings: lexicon("a", {"x": 1}, threshold=1, **settings),
    "column": lambda **settings: column("a", len, **settings),
    "model": lambda **settings: model(len, at_least=1, **settings),
    "row_function": lambda **settings: row_function(len, **settings),
    "function": lambda **settings: labeling_function(**settings)(len),
}


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("so #happy", True),
        ("#HAPPY!", True),
        ("＃happy", True),
        ("#happy_days", False),
        ("happy", False),
        ("a#happy", False),
        ("&#happy", False),
        ("#happyhour", False),
        ("#Äpfel und #happy", True),
        ("#happy\u200cdays", False),
    ],
)
def test_hashtags_are_whole_tags(text, fires):
    assert (hashtags("positive", ["#happy"])(text) == "positive") is fires


def test_hashtags_by_unicode_rules():
    assert hashtags(1, ["grüße"])("#GRÜSSE #GRÜßE") == 1


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("What a LET\n down", True),
        ("outlet down", False),
        ("let downs", False),
        ("can’t believe it", True),
        ("can't believe it", True),
        ("disappointment", True),
        ("a disappoint", True),
        ("#disappointed", False),
        ("@disappointed", False),
        ("naïve", True),
        ("naïvety", False),
        ("c++ is fun", True),
        ("it was so-so", True),
        ("#so-so", False),
        ("https://films.example/so-so-sequel", False),
        ("see https://films.example/x or so-so", True),
        ("can´t believe it", True),
    ],
)
def test_keywords_are_whole_words_and_phrases(text, fires):
    lf = keywords("negative", ["let down", "can't believe", "disappoint*", "naïve", "c++", "so-so"])
    assert (lf(text) == "negative") is fires


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("❤", True),
        ("❤️", True),
        ("👍🏿", True),
        ("👍", True),
        ("❤️‍🔥", False),  # a heart on fire is another emoji
        ("👨‍👩‍👧", False),
        ("nice :)", True),
        ("nice:)", True),
        ("http://a.b:)", False),
        ("xD", True),
        ("boxD", False),
    ],
)
def test_emoji_by_base_and_not_inside_sequences(text, fires):
    assert (emoji("positive", ["❤️", "👍🏻", "👩", ":)", "xD"])(text) == "positive") is fires


def test_spans_tell_where():
    lf = keywords("negative", ["late", "so late"])
    text = "late, and so late again"
    assert [text[a:b] for a, b in lf.spans(text)] == ["late", "so late"]


def test_names_follow_the_label_unless_given():
    assert [lf.name for lf in (hashtags("a", ["x"]), regex("a", "x", name="mine"))] == ["hashtags_a", "mine"]


def test_regex_keeps_case_when_asked():
    assert regex("a", "OK", ignore_case=False)("ok") == -1


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: hashtags("a", ["two words", "fine", "semi;colon"]), "2 problems"),
        (lambda: hashtags("a", []), "empty list"),
        (lambda: hashtags("a", "happy"), r"write \['happy'\]"),
        (lambda: keywords("a", ["!!"]), "use emoji"),
        (lambda: keywords("a", ["fine", 3]), "3 is a int, not a string"),
        (lambda: emoji("a", ["happy"]), "use keywords"),
        (lambda: emoji("a", 3), r"emoji\(\) takes a list of entries; got 3"),
        (lambda: hashtags("a", None), r"hashtags\(\) takes a list of entries; got None"),
        (lambda: keywords("a", b"abc"), r"keywords\(\) takes a list of entries; got b'abc'"),
        (lambda: regex("a", "(open"), "does not compile"),
        (lambda: regex("a", b"x"), "takes the pattern as a string; got b'x'"),
        (lambda: regex("a", None), "takes the pattern as a string; got None"),
        (lambda: count("a", "words", at_least=5, at_most=3), "at_least must not be more than at_most; got 5 and 3"),
        (lambda: count("a", "word", at_least=-1, at_most=1.5), "3 problems"),
        (lambda: column("a", 3), r"column\(\) takes a polars expression"),
        (lambda: model(3, at_least="x", batch_size=0, labels=[]), "4 problems"),
        (lambda: row_function("x"), "takes a function of a row; got 'x'"),
        (lambda: regex("a", "x", name=" "), "non-empty string"),
    ],
)
def test_bad_lists_are_named(build, message):
    with pytest.raises(LFError, match=message):
        build()


def test_hashtags_are_cut_between_letters_only():
    assert hashtags(1, ["café"], parts=True)("#MyCafe\u0301Life") == 1
    assert hashtags(1, ["ह"], parts=True)("#हिन्दी") == -1
    assert hashtags(1, ["می‌خواهم"])("#می‌خواهم") == 1
    assert hashtags(1, ["می", "خواهم"], parts=True)("#می‌خواهم") == -1


@pytest.mark.parametrize("kind", BUILDERS)
def test_every_builder_takes_the_same_names_and_expectations(kind):
    build = BUILDERS[kind]
    for name in ("so/so", "[red]", "$x$", "два слова", "😍", '"'):
        lf = build(name=name)
        assert (lf.name, lf.named) == (name, True)
    assert not build().named
    assert build(expects={"x": "a", "y": None}).expects == {"x": "a", "y": None}
    for name in ("a\nb", "a\x1b[2J", "\u2028", "\ud800", "", " ", 3):
        with pytest.raises(LFError, match="an LF's name must be"):
            build(name=name)
    for expects in ("x", [("x", "a")], {3: "a"}):
        with pytest.raises(LFError, match="expects is a mapping"):
            build(expects=expects)


@pytest.mark.parametrize("kind", ["hashtags", "keywords", "emoji", "regex", "count", "lexicon"])
def test_a_context_is_a_context(kind):
    with pytest.raises(LFError, match="where must be a Context; got 'not_negated'"):
        BUILDERS[kind](where="not_negated")


@pytest.mark.parametrize("label", [None, 1.0, True, ["a"]])
def test_a_label_is_a_name_or_an_id(label):
    with pytest.raises(LFError, match="label must be a label's name or its id"):
        hashtags(label, ["x"])
    assert keywords(np.int64(1), ["x"])("x") == 1
    assert keywords("odd\nlabel", ["x"]).name == "keywords_odd_label"
