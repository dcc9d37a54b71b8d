import json
import re
from pathlib import Path

import pytest

from labelfns.text.characters import APOSTROPHES
from labelfns.text.tokens import fold, keys, parts, skipped, tokens


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("So happy, isn't it", ["So", "happy", "isn't", "it"]),
        ("it’s don&#39;t don\\u2019t", ["it’s", "don&#39;t", "don\\u2019t"]),
        ("#one#two ＃three a#four &#five", ["#one", "#two", "#three", "a"]),
        ("@joe me@home joe@x.org", ["me", "joe", "org"]),
        ("see http://a.b/good?x=1 and www.good.com/bad", ["see", "and"]),
        ("fish &amp; chips &lt;3", ["fish", "chips", "3"]),
        ("cafe\u0301 हिन्दी 24/7", ["cafe\u0301", "हिन्दी", "24", "7"]),
        ("❤️ 1️⃣", ["1"]),
        ("I can´t, don‘t, won`t; 'so'", ["I", "can´t", "don‘t", "won`t", "so"]),
        ("#می‌خواهم می‌خواهم #a\u200d", ["#می‌خواهم", "می‌خواهم", "#a\u200d"]),
        ("#col·lecció #ハッシュ・タグ #· a·b", ["#col·lecció", "#ハッシュ・タグ", "a", "b"]),
        ("me#می‌خواهم #हिन्दी", ["me", "#हिन्दी"]),
        ("www... WWW.!? www.a, http://! https://x", ["www", "WWW", "http"]),
    ],
)
def test_what_is_a_word_and_what_a_tag(text, found):
    assert [("#" if token.tag else "") + token.raw for token in tokens(text)] == found
    assert all(token.raw in text[token.start : token.end] for token in tokens(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("GRÜSSE", "grüße"),
        ("cafe\u0301", "café"),
        ("𝒈𝒐𝒐𝒅", "GOOD"),
        ("ＧＯＯＤ", "good"),
        ("CAN’T", "can't"),
        ("ſo", "So"),
    ],
)
def test_spellings_of_one_word(one, other):
    assert fold(one) == fold(other)


def test_forms_of_a_word():
    assert "so" in keys("Sooooo")
    assert "good" in keys("GOOOD")
    assert "good" in keys("goood's")
    assert keys("can't") == ("can't",)
    assert keys("aaabbbcccdddeee") == ("aaabbbcccdddeee",)  # a keyboard held down is no word


def test_parts_of_tags():
    assert parts("iLoveNYCPizza") == ["i", "love", "nyc", "pizza"]
    assert parts("good_bad2day") == ["good", "bad", "2", "day"]


def test_apostrophes_of_any_kind_are_one():
    assert {fold(f"Don{sign}t") for sign in APOSTROPHES} == {"don't"}
    assert {tokens(f"I don{sign}t")[1].raw for sign in APOSTROPHES} == {f"don{sign}t" for sign in APOSTROPHES}


def test_parts_keep_a_letter_with_its_marks():
    assert parts("MyCafe\u0301Life") == ["my", "café", "life"]
    assert parts("हिन्दी") == parts("می‌خواهم") == parts("ශ්\u200dරී") == []
    assert parts("हिन्दी2दिन_a") == ["हिन्दी", "2", "दिन", "a"]
    assert parts("BBCNews24x\u0301") == ["bbc", "news", "24", "x\u0301"]


def test_where_nothing_counts():
    assert skipped("see http://a.b/c, &lt;3 www... @x") == [(4, 17), (18, 22)]


TWITTERS = json.loads((Path(__file__).parents[2] / "fixtures/twitter_text/hashtags.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", TWITTERS, ids=lambda case: case["about"])
def test_hashtags_are_those_of_twitter(case):
    tags = [token.raw for token in tokens(case["text"]) if token.tag]
    if "part of URL" in case["about"]:  # an address begins with http or www here
        assert (tags, case["tags"]) == (["hashtag"], [])
    else:  # and tags without a letter count
        assert [tag for tag in tags if not re.fullmatch(r"[\d_]+", tag)] == case["tags"]
