import pytest

from labelfns import emoji, hashtags, keywords, regex
from labelfns.errors import LFError


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
    ],
)
def test_keywords_are_whole_words_and_phrases(text, fires):
    lf = keywords("negative", ["let down", "can't believe", "disappoint*", "naïve", "c++"])
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
        (lambda: regex("a", "(open"), "does not compile"),
        (lambda: regex("a", "x", name=" "), "non-empty string"),
    ],
)
def test_bad_lists_are_named(build, message):
    with pytest.raises(LFError, match=message):
        build()
