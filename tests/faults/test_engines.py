"""Nothing that a text holds makes an LF slow, and every way to apply LFs gives the same votes and cues."""

import json
import os
import random
from dataclasses import replace
from time import process_time

import numpy as np
import pytest

from labelfns import (
    Context,
    LFSet,
    Votes,
    apply_file,
    count,
    emoji,
    hashtags,
    keywords,
    labeling_function,
    lexicon,
    regex,
)
from labelfns.analysis.terms import terms, word_pairs
from labelfns.text.emoji import emoji_in

from .campaign import count as inputs
from .odd_texts import odd_lfs, odd_text

LABELS = ["no", "yes"]
SIZE, SECONDS = (1_000_000, 10) if os.environ.get("LABELFNS_FAULTS") else (30_000, 5)


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
    *(count("no", what, at_least=1, name=f"count {what}") for what in COUNTS),
]


@pytest.mark.slow
@pytest.mark.parametrize("kind", LONG)
def test_a_long_text_takes_time_by_its_length(kind):
    text = LONG[kind] if LONG[kind].strip() else f"{LONG[kind]}x"
    LFSet(LABELS, LFS).apply(["é ❤️", "a"], engine="plain")  # tables are made when first asked for
    terms("é ❤️")
    seconds = {}
    for lf in LFS:
        start = process_time()
        lf(text)
        lf.spans(text)
        seconds[lf.name] = process_time() - start
    start = process_time()
    compiled = LFSet(LABELS, LFS).apply([text, "a good day"], cues=True, time_limit=60)
    spent = process_time() - start - 2 * sum(seconds.values())  # where a token does not tell, it asks
    seconds["compiled, a tenth"] = spent / 10  # all 22 LFs and their cues together
    if kind != "half surrogates":
        for read in (terms, word_pairs, emoji_in):
            start = process_time()
            read(text)
            seconds[read.__name__] = process_time() - start
    assert {name: taken for name, taken in seconds.items() if taken > SECONDS} == {}
    assert [lf.name for j, lf in enumerate(LFS) if (lf(text) != -1) != (compiled.matrix[0, j] != -1)] == []


TEXTS_A_SET = 40
ODD = pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")


def sets(few):
    """Yield LFs and texts, as many sets as give `few` texts, or those that ``LABELFNS_FAULTS`` asks for."""
    for number in range(-(-inputs(few) // TEXTS_A_SET)):
        rng = random.Random(number)
        lfs = LFSet(LABELS, odd_lfs(rng, 8))
        yield number, lfs, [odd_text(rng) for _ in range(TEXTS_A_SET)]


def differences(lfs, texts, one, other):
    cells = np.argwhere(one.matrix != other.matrix).tolist()
    rows = [i for i, _ in enumerate(texts) if one.cues and other.cues and one.cues[i] != other.cues[i]]
    return [(texts[i], lfs.lfs[j]) for i, j in cells] + [(texts[i], one.cues[i], other.cues[i]) for i in rows]


def different(found):
    assert found == [], f"{len(found)} differences, the first: {found[0]!r}"


@pytest.mark.slow
@ODD
def test_compiled_is_plain():
    found = []
    for _, lfs, texts in sets(2_000):
        compiled = lfs.apply(texts, cues=True)
        found += differences(lfs, texts, compiled, lfs.apply(texts, engine="plain", cues=True))
        found += [
            (text, "cues", lfs)
            for text, cues in zip(texts, lfs.cues(texts), strict=True)
            if cues != compiled.cues[texts.index(text)]
        ]
    different(found)


@pytest.mark.slow
@ODD
def test_called_by_hand_is_plain():
    found = []
    for _, lfs, texts in sets(1_000):
        votes = lfs.apply(texts)
        for j, lf in enumerate(lfs):
            found += [
                (text, lf) for text, vote in zip(texts, votes.matrix[:, j].tolist(), strict=True) if lf(text) != vote
            ]
    different(found)


@pytest.mark.slow
@ODD
def test_in_other_processes_is_plain():
    found = []
    for number, lfs, texts in sets(400):
        functions = [labeling_function(name=f"f{j}")(lf.__call__) for j, lf in enumerate(lfs)]
        both = LFSet(LABELS, [*lfs, *functions])
        votes = both.apply(texts, workers=2, cues=True)
        found += differences(both, texts, votes, both.apply(texts, cues=True))
        found += [
            (number, lfs.lfs[j]) for j in range(len(lfs)) if (votes.matrix[:, j] != votes.matrix[:, len(lfs) + j]).any()
        ]
    different(found)


@pytest.mark.slow
@ODD
def test_from_a_file_is_plain(tmp_path):
    found = []
    for number, lfs, texts in sets(1_000):
        (tmp_path / "texts.jsonl").write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
        apply_file(
            lfs, tmp_path / "texts.jsonl", output=tmp_path / "v.parquet", chunk_rows=1 + number % 50, overwrite=True
        )
        found += differences(lfs, texts, Votes.load(tmp_path / "v.parquet"), lfs.apply(texts))
    different(found)


@pytest.mark.slow
@ODD
def test_from_a_cache_is_plain(tmp_path):
    found = []
    kept = []
    for number, lfs, texts in sets(1_000):
        kept = texts if number % 3 == 0 else kept  # word lists change, texts stay
        first = lfs.apply(kept, cache=tmp_path, cues=True)
        plain = lfs.apply(kept, engine="plain", cues=True)
        found += differences(lfs, kept, first, plain)
        found += differences(lfs, kept, lfs.apply(kept, cache=tmp_path, cues=True), plain)
    different(found)
