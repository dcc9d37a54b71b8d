"""The compiled engine is equal to calling each LF, over arbitrary Unicode and at any block size."""

import pickle
import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from labelfns import Context, LFSet, apply_file, count, emoji, hashtags, keywords, labeling_function, lexicon, regex
from labelfns.engine import compiled as compiled_module
from labelfns.engine.compiled import CompiledLFs
from labelfns.engine.text_index import SAFE_NON_ASCII
from labelfns.errors import LFError
from labelfns.lfs.declared import PatternLF, WordsLF

LABELS = ["no", "yes"]
WEIGHTS = {"good": 1.9, "great": 3.1, "bad": -2.5, "grüße": 0.5, "so": 0.1}
LFS = LFSet(
    LABELS,
    [
        keywords("yes", ["good", "so good", "grüße", "can't", "naïve", "हिन्दी", "strasse", "kelvin"], name="words"),
        keywords("yes", ["www", "x", "so\u200cso", "don't"], name="signs"),
        keywords("no", ["bad*", "not go*", "c++", "24/7", "rock 'n' roll", "let down", "so-so"], name="mixed"),
        hashtags("yes", ["good", "so*", "grüße"], name="tags"),
        hashtags("no", ["good", "ba*", "café", "ह", "so\u200cso"], parts=True, name="parts"),
        emoji("yes", ["👍", "❤️", ":)", "xD", "<3", "🤦", "♥", "🇺🇸", "🏴", ":3"], name="emoji"),
        regex("no", r"\bso+\b.*(?:good|bad)$", name="linear"),
        regex("no", r"(?<!not )good", name="look_behind"),
        keywords("yes", ["good", "so good"], where=Context(not_negated=True), name="not_negated"),
        hashtags("yes", ["good", "bad"], where=Context(only_with=["so", "let down"]), name="near"),
        emoji("no", [":)", "👍"], where=Context(first_words=1), name="first"),
        regex("no", "good", where=Context(last_words=2), name="last"),
        lexicon("yes", WEIGHTS, threshold=1.5, name="lexicon"),
        lexicon("no", WEIGHTS, threshold=-1.0, name="below"),
        lexicon("no", WEIGHTS, threshold=1.0, where=Context(first_words=2), name="lexicon_first"),
        count("no", "exclamations", at_least=2, name="exclamations"),
        count("no", "capitals", at_least=1, at_most=3, name="capitals"),
        count("yes", "shouted", at_least=1, name="shouted"),
        count("yes", "letters", at_least=0, at_most=9, name="short"),
        count("yes", "words", at_least=2, where=Context(only_with=["so"]), name="words_near"),
        count("no", "words", at_least=3, at_most=5, name="words_some"),
        keywords("yes", ["www", "http", "ʼ", "amp", "n't", "don't", "l'été"], name="edges"),
        hashtags("no", ["www", "good_bad", "日本*"], parts=True, where=Context(last_words=1), name="tag_edges"),
        lexicon("no", {"www": 1, "don't": -1, "ª": 2}, threshold=0.5, negated=0.5, name="lexicon_edges"),
    ],
)
WRITTEN = """
good Good GOOD goood gooood bad baaad badly so soo sooo not never don't don’t can’t can&#39;t CAN'T let
down
#good #Good #SoGood #good#bad a#good &#good ＃ｇｏｏｄ ＃good #gooood #soooGood ＃Grüße #so_good #BAD2day @good me@good http://x.y/good
www.good.so
Grüße GRÜSSE GRU\u0308SSE ſo Kelvin 𝐠𝐨𝐨𝐝 naïve naïve हिन्दी straße good's
good’ll good&amp;bad &amp; &good;
:) :-) <3 xD XD x:) ):) 👍 👍🏽 🤦🏽‍♀️ 🤦‍♂️ ❤️ ❤️‍🔥 👨‍👩‍👧
don‘t can´t can`t can′t #MyCafe\u0301Life #हिन्दी #so\u200cso so\u200cso #so·good www... www.! WWW.so
so-so, http://x/so-so thanks:)
ok...:) 4:30 4:3 2<3 x.xD &lt;3 ;) 🇦🇺🇸🇪 🇺🇸 🇦🇺🇺🇸 🏴󠁧󠁢󠁥󠁮󠁧󠁿 🏴‍☠️ 1️⃣
www... WWW... (www.a www www.. www.! awww... #www... wwww... www.good http... https://
don‘t don´t don`t don′t good\u200cbad #good\u200dbad #good·bad ʼ ʼgood a&rsquo;b n't n’t İstanbul ıı ŉgood ﬀ № ² ª º ǅ
♥︎ c++ C++, 24/7 rock 'n' 'n’ roll ! !! ！ ? . , ; A AB İ ß ŉ
"""
PIECES = [
    *WRITTEN.split(),
    *[
        "\t",
        "\n",
        "\x00",
        "\x1c",
        "\u2028",
        "\xa0",
        "\u200c",
        "\u200d",
        "\ufe0f",
        "🇺",
        "🇸",
        "\u0301",
        "·",
        "´",
        "`",
        "\\u2019",
        "'",
        "’",
        "ʼ",
        "#",
        "_",
        "ﬁ",
        "\ud83d",
    ],
]
SPACES = st.sampled_from(["", " ", " ", " ", "  ", "\n"])
piece = st.one_of(st.sampled_from(PIECES), st.text(max_size=4), st.text("goodbadsNOT'# ", max_size=8))
tweets = st.lists(st.tuples(piece, SPACES), min_size=1, max_size=12).map(lambda pairs: "".join(a + b for a, b in pairs))
texts_strategy = st.lists(tweets.filter(str.strip), min_size=1, max_size=6)


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts_strategy)
def test_compiled_equals_the_plain_reference(texts):
    plain = LFS.apply(texts, engine="plain")
    compiled = LFS.apply(texts)
    assert compiled.faults == plain.faults == ()
    different = np.argwhere(plain.matrix != compiled.matrix)
    assert [(texts[i], plain.lf_names[j]) for i, j in different] == []


FEW = LFSet(LABELS, [lf for lf in LFS if lf.name in ("words", "emoji", "not_negated", "near", "first")])
NO_SYMBOLS = LFSet(LABELS, [lf for lf in LFS if lf.name in ("words", "not_negated", "near")])


@pytest.mark.slow
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts_strategy)
def test_sets_without_beginnings_and_lexicons_too(texts):
    for lfs in (FEW, NO_SYMBOLS):
        assert (lfs.apply(texts).matrix == lfs.apply(texts, engine="plain").matrix).all()


entries = st.lists(piece.map(str.strip).filter(bool), min_size=1, max_size=4)
contexts = st.sampled_from([None, None, Context(not_negated=True), Context(first_words=2), Context(only_with=["so*"])])
COUNTS = ["exclamations", "questions", "capitals", "shouted", "letters", "words"]


@st.composite
def lf_sets(draw):
    """Draw a set of LFs whose words are as odd as the texts."""
    builders = {
        "keywords": lambda: keywords("yes", [word + draw(st.sampled_from(["", "*"])) for word in draw(entries)]),
        "hashtags": lambda: hashtags("no", draw(entries), parts=draw(st.booleans()), where=draw(contexts)),
        "lexicon": lambda: lexicon("yes", dict.fromkeys(draw(entries), draw(st.sampled_from([1, -2]))), threshold=1),
        "where": lambda: keywords("no", draw(entries), where=draw(contexts)),
        "count": lambda: count("no", draw(st.sampled_from(COUNTS)), at_least=draw(st.integers(0, 3))),
    }
    lfs = []
    for kind in draw(st.lists(st.sampled_from(sorted(builders)), min_size=1, max_size=5)):
        try:
            lfs.append(replace(builders[kind](), name=f"{kind}{len(lfs)}"))
        except LFError:  # not words
            continue
    assume(lfs)
    return LFSet(LABELS, lfs)


@pytest.mark.filterwarnings("ignore:.*written without spaces:labelfns.errors.LabelFnsWarning")
@pytest.mark.slow
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(lf_sets(), texts_strategy)
def test_sets_of_any_words_too(lfs, texts):
    compiled, plain = lfs.apply(texts), lfs.apply(texts, engine="plain")
    different = np.argwhere(plain.matrix != compiled.matrix)
    assert [(texts[i], lfs.lfs[j]) for i, j in different] == []


@settings(max_examples=60, deadline=None)
@given(tweets.filter(str.strip))
def test_an_lf_fires_where_it_has_spans(text):
    for lf in LFS:
        spans = lf.spans(text)
        assert all(0 <= a < b <= len(text) for a, b in spans)
        if not lf.name.startswith(("exclamations", "capitals", "shouted", "short", "words_")):
            assert (lf(text) != -1) == bool(spans)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::labelfns.errors.LabelFnsWarning")
@pytest.mark.parametrize("rows", [1, 2, 7])
def test_blocks_of_rows_change_nothing(monkeypatch, rows):
    @labeling_function
    def fragile(text):
        return {"good": "yes"}[text]

    lfs = LFSet(LABELS, [*LFS, fragile])
    texts = [word for word in PIECES if word.strip()] * 2
    whole = lfs.apply(texts)
    monkeypatch.setattr(compiled_module, "ROWS", rows)
    apart = lfs.apply(texts)
    assert (whole.matrix == apart.matrix).all()
    assert [fault.rows for fault in whole.faults] == [fault.rows for fault in apart.faults]


def test_rows_that_hold_nothing_are_passed_over(monkeypatch):
    monkeypatch.setattr(compiled_module, "_SAMPLE", 2)
    texts = ["nothing here at all", *["plain row"] * 40, "so good", "ſo ＧＯＯＤ", "goooood", "#good", "ok :)", "👍"]
    assert (LFS.apply(texts).matrix == LFS.apply(texts, engine="plain").matrix).all()
    few = LFSet(LABELS, [keywords("yes", ["so good", "can't"]), hashtags("no", ["good"])])
    assert few.apply(texts).matrix[-6:-2].tolist() == [[1, -1], [1, -1], [-1, -1], [-1, 0]]
    assert (few.apply(texts).matrix == few.apply(texts, engine="plain").matrix).all()


class ByItsOwnRule(WordsLF):
    def __call__(self, text):
        return "no" if "x" in text else -1


class ByItsOwnFind(WordsLF):
    def find(self, text):
        return [(0, 1)] if text.startswith("#") else []


class ByItsOwnPattern(PatternLF):
    def __call__(self, text):
        return "no" if self.pattern.fullmatch(text) else -1


def test_a_subclass_is_answered_by_its_own_rule():
    lfs = LFSet(
        LABELS,
        [
            ByItsOwnRule("rule", "yes", ("good",)),
            ByItsOwnFind("find", "yes", ("good",)),
            ByItsOwnPattern("pattern", "yes", re.compile("go+d")),
            keywords("yes", ["good"]),
        ],
    )
    texts = ["good", "#good", "so good", "x"]
    for engine in ("compiled", "plain"):
        votes = lfs.apply(texts, engine=engine, cues=True)
        assert votes.matrix.T.tolist() == [[-1, -1, -1, 0], [-1, 1, -1, -1], [0, -1, -1, -1], [1, -1, 1, -1]]
        assert votes.cues == [[(0, 4)], [(0, 1)], [(3, 7)], []]


def test_lfs_are_compiled_once(monkeypatch, tmp_path):
    built = []
    real = CompiledLFs.__init__
    monkeypatch.setattr(CompiledLFs, "__init__", lambda self, *args: (built.append(len(args[0])), real(self, *args))[1])
    texts = ["good", "#a"]
    lfs = LFSet(LABELS, [keywords("yes", ["good"]), hashtags("no", ["a"])])
    (tmp_path / "in.txt").write_text("good\n#a\n#a")
    lfs.apply(texts)
    lfs.apply(texts, cues=True, cache=tmp_path / "cache")
    lfs.cues(texts)
    apply_file(lfs, tmp_path / "in.txt", output=tmp_path / "out.parquet", chunk_rows=1)
    assert built == [2]
    again = pickle.loads(pickle.dumps(lfs))
    assert again == lfs
    assert again.apply(texts).matrix.tolist() == [[1, -1], [-1, 0]]
    assert built == [2, 2]


def test_words_with_half_a_surrogate_pair():
    texts = ["\ud83d", "a\ud83d b", "good", "# #a\ud83d", "a \ud83d good", "ʼ", "'", "ʼb"]
    for words in (["a\ud83d"], ["a\ud83d", "good"], ["good a\ud83d"], ["ʼ", "b"]):
        for others in ([], [LFS.lfs[4]], [emoji("no", ["\ud83d"])]):
            lfs = LFSet(LABELS, [keywords("yes", words), *others])
            assert (lfs.apply(texts).matrix == lfs.apply(texts, engine="plain").matrix).all()


def test_safe_characters_are_in_no_word_and_join_none():
    from labelfns.text.characters import APOSTROPHES
    from labelfns.text.tokens import tokens

    safe = re.compile(f"[{SAFE_NON_ASCII}]")
    points = [chr(p) for p in range(128, 0x110000) if not 0xD800 <= p < 0xE000]
    apart = [char for char in points if safe.match(char) and char not in (*APOSTROPHES, "＃")]
    assert [char for char in apart if [token.raw for token in tokens(f"a{char}b")] != ["a", "b"]] == []


@pytest.mark.slow
def test_a_very_long_row_and_a_very_long_list():
    words = [f"word{i}" for i in range(10_000)]
    lfs = LFSet(LABELS, [keywords("yes", words), hashtags("no", words)])
    long = "lorem ipsum " * 850_000 + "#word77 word9999"
    assert lfs.apply([long, "word10000", "x word1"]).matrix.tolist() == [[1, 0], [-1, -1], [1, -1]]


def test_control_characters_do_not_stop_a_run():
    text = "".join(map(chr, range(32))) + " good \x7f#good\x00"
    assert LFS.apply([text]).matrix.tolist() == LFS.apply([text], engine="plain").matrix.tolist()
    votes = LFS.apply([text])
    assert (votes["words"][0], votes["tags"][0]) == (1, 1)
