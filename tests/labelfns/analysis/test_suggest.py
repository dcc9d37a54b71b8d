import numpy as np
import pytest

from labelfns import LFSet, emoji, hashtags, keywords, lexicon, regex, suggest
from labelfns.analysis.terms import already_in, terms, word_pairs
from labelfns.errors import InputError

LABELS = ["no", "yes"]
TEXTS = [
    *["good day for the train"] * 20,
    *["awful day for the train #fail"] * 10,
    *["sunny day for the train 👍🏽 #win"] * 10,
]
LFS = LFSet(LABELS, [keywords("yes", ["good"])])
BUILDERS = {"keywords": keywords, "hashtags": hashtags, "emoji": emoji}


def test_what_stands_out_in_silent_rows():
    suggestions = suggest(TEXTS, LFS.apply(TEXTS), grouped=False)
    assert {one.line for one in suggestions} == {
        'keywords("LABEL", ["awful"])',
        'keywords("LABEL", ["sunny"])',
        'hashtags("LABEL", ["fail"])',
        'hashtags("LABEL", ["win"])',
        'emoji("LABEL", ["👍"])',
    }
    assert all(one.rows == one.new_rows == 10 and one.z >= 2 and len(one.examples) == 1 for one in suggestions)
    assert {one.gap for one in suggestions} == {"silent"}


def test_words_that_stand_everywhere_are_kept_out_by_their_z():
    texts = [*["good day for the train"] * 20, *["day for the train awful"] * 20, *["the slow bus"] * 5]
    votes = LFS.apply(texts)
    assert [one.term for one in suggest(texts, votes)] == ["awful"]
    with_all = {one.term: one.z for one in suggest(texts, votes, min_z=0.01, grouped=False)}
    assert {"awful", "slow", "bus"} <= with_all.keys()
    assert 1 < with_all["slow"] < 2 < with_all["awful"]
    assert not {"the", "for"} & with_all.keys()
    with pytest.raises(InputError, match="min_z must be more than 0"):
        suggest(texts, votes, min_z=0)


def test_by_class_with_a_small_gold_set():
    gold = np.array([1] * 20 + [0] * 10 + [1] * 10)
    suggestions = suggest(TEXTS, LFS.apply(TEXTS), labeled=(TEXTS, gold), min_z=1, grouped=False)
    by_label = {one.term: one.label for one in suggestions}
    assert (by_label["awful"], by_label["fail"], by_label["sunny"]) == ("no", "no", "yes")
    assert "good" not in by_label  # covered already
    assert {one.term: one.gold for one in suggestions}["awful"] == {"no": 10, "yes": 0}
    assert len(suggest(TEXTS, LFS.apply(TEXTS), labeled=(TEXTS, gold), n=1, min_z=1)) == 2


def test_examples_do_not_contradict_the_label():
    texts = [*["late bus home"] * 10, *["late, but lovely"] * 3, *["lovely day"] * 20]
    votes = LFS.apply(texts)
    gold = ["no"] * 10 + ["yes"] * 23
    (late,) = [
        one for one in suggest(texts, votes, labeled=(texts, gold), min_z=1, grouped=False) if one.term == "late"
    ]
    assert (late.label, late.rows, late.gold) == ("no", 13, {"no": 10, "yes": 3})
    assert set(late.examples) == {"late bus home"}
    assert (late.right, late.phrases) == (10, {"late bus": 10})
    assert late.about == (
        f"new on 13 texts; right on 10 of 13 with gold (3 yes); z {late.z:.1f}; in phrases: late bus 10"
    )
    assert [late.spans(text) for text in ("Late, late", "later")] == [[(0, 4), (6, 10)], []]


def test_silent_and_disagreeing_rows_apart_with_the_lfs_named():
    texts = [*["good train"] * 10, *["good, slow train, sadly"] * 10, *["awful bus"] * 10, *["sunny"] * 10, "sadly"]
    lfs = LFSet(LABELS, [keywords("yes", ["good", "sunny"], name="g"), keywords("no", ["sadly"], name="s")])
    suggestions = suggest(texts, lfs.apply(texts), lfs=lfs, min_z=1, grouped=False)
    assert [(one.gap, one.term, one.lfs) for one in suggestions] == [
        ("silent", "awful", ()),
        ("silent", "bus", ()),
        ("disagreeing", "slow", ("g", "s")),
    ]
    assert suggestions[-1].new_rows == 0
    assert suggestions[-1].about == (
        f"on 10 texts on which g and s disagree; z {suggestions[-1].z:.1f}; in phrases: slow train 10"
    )


def test_terms_on_nearly_the_same_texts_are_one_suggestion():
    """Two words, a tag and an emoji stand on all silent texts, another word on half of them; the texts differ."""
    others = ["abcdefghijklmnopqrstuvwxyz"[i] * 3 for i in range(24)]
    texts = [f"price, {'went, ' if i < 12 else ''}the year #win 👍 {word}" for i, word in enumerate(others)]
    texts += [f"good {word}" for word in others] * 4
    (one, other) = suggest(texts, LFS.apply(texts))
    assert {one.term, *one.same} == {"price", "year", "#win" if one.kind != "hashtags" else "win", "👍"}
    assert other.term == "went"
    assert f"on nearly the same texts: {', '.join(one.same)}" in one.about
    assert other.same == ()
    assert len(suggest(texts, LFS.apply(texts), grouped=False)) == 5


def test_a_text_is_one_example():
    texts = [*["awful day"] * 3, "AWFUL  day", "awful luck", *["good"] * 20]
    (awful,) = [one for one in suggest(texts, LFS.apply(texts), min_z=1) if one.term == "awful"]
    assert awful.examples == ("awful day", "awful luck")


@pytest.mark.parametrize(("other", "term"), [(1, "not bad"), (3, "bad")])
def test_a_word_that_stands_in_one_phrase_gives_way_to_it(other, term):
    places = ["bus", "tram", "boat", "bike", "taxi", "ferry", "plane", "train", "metro", "lorry", "coach", "horse"]
    texts = [f"{place}, {'was bad' if i < other else 'not bad'}" for i, place in enumerate(places)] + ["good"] * 20
    found = [one for one in suggest(texts, LFS.apply(texts)) if "bad" in one.term]
    assert [one.term for one in found] == [term]
    copies = ["bus, not bad"] * 12 + ["good"] * 20  # one text says nothing of how a word is used
    assert "not bad" not in {one.term for one in suggest(copies, LFS.apply(copies))}


def test_what_lfs_have_is_left_out():
    lfs = LFSet(LABELS, [keywords("yes", ["good"]), keywords("no", ["train"])])
    assert suggest(TEXTS, lfs.apply(TEXTS), min_z=0.1) == []
    known = [
        keywords("yes", ["good", "let down", "sun*"]),
        hashtags("no", ["fail"]),
        emoji("yes", ["👍", ":)"]),
        lexicon("yes", {"fine": 1}, threshold=1),
        regex("no", r"\bnever\b|late (?:again|now)"),
    ]
    for written in ("good", "let down", "sunny", "fine", "never"):
        assert already_in(known, ("keywords", written))
    assert already_in(known, ("hashtags", "fail"))
    assert already_in(known, ("emoji", "👍"))
    for written in ("goods", "let", "good luck", "fail", "eve", "finer"):
        assert not already_in(known, ("keywords", written))


def test_pairs_of_words_where_they_say_more_than_each_of_theirs():
    texts = [*["what a let down"] * 10, *["let me see"] * 20, *["good, sit down"] * 20, *["good, let me"] * 60]
    suggestions = suggest(texts, LFS.apply(texts), min_z=0.5)
    assert "let down" in {one.term for one in suggestions}
    assert "me see" not in {one.term for one in suggestions}  # "see" says the same


def test_whole_emoji_are_offered_and_every_suggestion_fires_on_its_rows():
    texts = [*["we won ❤️‍🔥 🇦🇺🇸🇪 don‘t stop"] * 8, *["👨‍👩‍👧 🤦🏽‍♀️ #می‌خواهم #café now"] * 8, *["good"] * 20]
    suggestions = suggest(texts, LFS.apply(texts), min_z=0.5, grouped=False)
    assert {one.term for one in suggestions if one.kind == "emoji"} == {"❤️‍🔥", "🇦🇺", "🇸🇪", "👨‍👩‍👧", "🤦"}
    for one in suggestions:
        votes = LFSet(LABELS, [BUILDERS[one.kind]("yes", [one.term])]).apply(texts)
        assert votes.covered.sum() == one.rows == 8, one.line


def test_lines_can_be_pasted_whatever_the_names():
    texts = [*["x c'est"] * 10, *["good"] * 10]
    labels = ['a"b\\', "\x1b[2J\u2028"]
    votes = LFSet(labels, [keywords(0, ["good"])]).apply(texts)
    (line,) = (one.line for one in suggest(texts, votes, labeled=(texts, [1] * 10 + [0] * 10)) if one.term == "c'est")
    assert eval(line, {"keywords": keywords}) == keywords(labels[1], ["c'est"])
    assert line.isprintable()


def test_nothing_open_is_nothing_and_texts_must_fit():
    assert suggest(["good"] * 9, LFS.apply(["good"] * 9)) == []
    with pytest.raises(InputError, match="2 texts for 1 row"):
        suggest(["a", "b"], LFS.apply(["a"]))


def test_terms():
    assert terms("So GOOD, 2024 #Win #172943 #٢٠٢٤") == {("keywords", "good"), ("hashtags", "win")}
    assert word_pairs("not good. I can\u2019t #now wait") == {("keywords", "not good"), ("keywords", "i can't")}
