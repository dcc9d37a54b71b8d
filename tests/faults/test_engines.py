"""Nothing that a text holds makes an LF slow, and every way to apply LFs gives the same votes and cues."""

import os
from dataclasses import replace
from time import process_time

import pytest

from labelfns import Context, LFSet, count, emoji, hashtags, keywords, lexicon, regex
from labelfns.analysis.terms import terms, word_pairs
from labelfns.text.emoji import emoji_in

LABELS = ["no", "yes"]
FAULTS = int(os.environ.get("LABELFNS_FAULTS") or 0)
SIZE, SECONDS = (1_000_000, 10) if FAULTS else (30_000, 1)


def long(piece):
    return piece * (SIZE // len(piece.encode("utf-8", "surrogatepass")))


LONG = {
    "one word": long("good "),
    "negated": long("not good "),
    "no spaces": long("good"),
    "one letter": long("a"),
    "capitals": long("A"),
    "CamelCase": "#" + long("GoodBad"),
    "digits": long("4"),
    "styles": "❤" + long("\ufe0f"),
    "styles and joiners": "❤" + long("\ufe0f") + "\u200d",
    "joined": long("👨\u200d"),
    "hearts": long("❤️\u200d🔥"),
    "skin": "👍" + long("\U0001f3fd"),
    "flags": long("🇺🇸") + "🇺",
    "odd flags": "🇺" + long("🇺🇸"),
    "tags": "🏴" + long("\U000e0067"),
    "marks": "e" + long("\u0301"),
    "letters with marks": long("e\u0301"),
    "joiners": "good" + long("\u200d"),
    "joiners between": long("a\u200c"),
    "soft hyphens": "good" + long("\u00ad"),
    "marks of direction": long("\u202agood\u202c "),
    "zero-width": long("good\u200b"),
    "tatweel": long("ـ"),
    "at": long("@"),
    "handles": long("@a"),
    "hash": long("#"),
    "hashtags": long("#a"),
    "tag signs": "#" + long("\u00b7"),
    "many tag signs": long("#\u00b7"),
    "www": long("www."),
    "www...": "www" + long("."),
    "wwww": long("w"),
    "addresses": long("http://"),
    "addresses with spaces": long("http://a :) "),
    "entities": long("&lt;"),
    "half entities": long("&lt"),
    "ampersands": long("&"),
    "apostrophes": long("'"),
    "quotes": long("’"),
    "letter apostrophes": long("ʼ"),
    "words with apostrophes": long("a'"),
    "accents": long("n´t "),
    "escapes": long("\\u2019"),
    "double quotes": long('"good" '),
    "brackets": long("("),
    "emoticons": long(":)"),
    "open emoticons": long(":"),
    "signs": long("c++"),
    "half signs": long("rock '"),
    "phrases": long("let "),
    "phrase": long("let down "),
    "spaces": "good" + long(" ") + "day",
    "line ends": long("\n\r") + "good",
    "exclamations": long("!"),
    "Thai": long("ดี"),
    "Chinese": long("好"),
    "half surrogates": long("\ud83d"),
    "stops": long("good. "),
    "runs": long("aaabbb"),
    "elongated": long("goood "),
    "clitics": long("'s's's"),
}


def kinds(**where):
    """Return an LF of each kind."""
    return [
        keywords("yes", ["good", "bad", "can't", "e\u0301"], name="words", **where),
        keywords("yes", ["goo*", "so good", "let down", "not go*", "aaa*"], name="phrases", **where),
        keywords("yes", ["c++", "so-so", "rock 'n' roll", "@a", "r&b", ".net", "http://a"], name="signs", **where),
        hashtags("no", ["good", "a*"], parts=True, name="tags", **where),
        emoji(
            "no", ["❤️", "❤️‍🔥", "🇺🇸", "🇺", "🏴", "👨‍👩‍👧", "👍", ":)", ":'(", "<3", "):", "xD"], name="emoji", **where
        ),
        lexicon("yes", {"good": 1, "let": -1, "a": 1}, threshold=1, name="lexicon", **where),
        regex("yes", r"\bgood\s+day\b", name="linear", **where),
        regex("yes", r"(?<!not )\bgood\s+day\b", name="other", **where),
    ]


EVERY_CONTEXT = Context(not_negated=True, only_with=["day", "so good", "c++", "go*"], first_words=3, last_words=9)
COUNTS = ["exclamations", "questions", "capitals", "shouted", "letters", "words"]
LFS = [
    *kinds(),
    *(replace(lf, name=f"{lf.name} somewhere") for lf in kinds(where=EVERY_CONTEXT)),
    *(count("no", what, at_least=1, name=what) for what in COUNTS),
]


@pytest.mark.slow
@pytest.mark.parametrize("kind", LONG)
def test_a_long_text_takes_time_by_its_length(kind):
    text = LONG[kind] if LONG[kind].strip() else f"{LONG[kind]}x"
    seconds = {}
    for lf in LFS:
        start = process_time()
        lf(text)
        lf.spans(text)
        seconds[lf.name] = process_time() - start
    start = process_time()
    compiled = LFSet(LABELS, LFS).apply([text, "a good day"], cues=True, time_limit=60)
    seconds["compiled"] = process_time() - start - 2 * sum(seconds.values())  # where a token does not tell, it asks
    if kind != "half surrogates":
        for read in (terms, word_pairs, emoji_in):
            start = process_time()
            read(text)
            seconds[read.__name__] = process_time() - start
    assert {name: taken for name, taken in seconds.items() if taken > SECONDS} == {}
    assert [lf.name for j, lf in enumerate(LFS) if (lf(text) != -1) != (compiled.matrix[0, j] != -1)] == []
