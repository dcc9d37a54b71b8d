"""What `regex` finds for a translated pattern is what `re` finds, span by span."""

import re
import unicodedata
import warnings

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from labelfns.engine.regex_syntax import linear, translated
from labelfns.engine.time_limit import TimedPattern
from labelfns.errors import LFError

LETTERS = [
    "a",
    "b",
    "i",
    "I",
    "İ",
    "ı",
    "ſ",
    "s",
    "K",
    "ß",
    "é",
    "e\u0301",
    "1",
    "²",
    "_",
    " ",
    "\n",
    "\x1c",
    "ǅ",
    "\ud83d",
]
CLASSES = [r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", "[ab]", "[^a]", r"[\w-]", r"[^\W_]", r"[^\s,]", "[a-z]", "[^a-z]"]
SETS = ["[A-z]", "[à-ſ]", "[[:alpha:]]", "[a&&b]", "[a--b]", "[]a]", "[^]]", r"[a\]b]", "[-a]", r"[\x00-\x1f]"]
PLACES = [
    "^",
    "$",
    r"\b",
    r"\B",
    r"\A",
    r"\Z",
    ".",
    "(?s:.)",
    "(?m:^)",
    "(?m:$)",
    "(?i:a)",
    "(?-i:a)",
    "(?i:",
    "(?x: a )",
]
REPEATS = [
    "*",
    "+",
    "?",
    "*?",
    "+?",
    "??",
    "{2,}",
    "{1,3}?",
    "{,2}",
    "{,}",
    "{2}",
    "{",
    "}",
    "{e}",
    "{a<=1}",
    "*+",
    "++",
]
GROUPS = [
    "(",
    "(?:",
    ")",
    ")",
    "|",
    "(?=",
    "(?!",
    "(?<=a)",
    "(?<!b)",
    "(?<=ab)",
    "(?P<n>a)",
    r"\1",
    "(?P=n)",
    "(?>a|ab)",
]
OTHERS = [
    "(a|b)",
    "(?:a|ab)",
    "(?(1)a|b)",
    "#",
    "(?#x[)",
    r"\#",
    r"\x41",
    r"\u0130",
    r"\012",
    r"\0",
    r"\N{DIGIT ONE}",
    "\\\\",
]
PARTS = st.sampled_from([*LETTERS, *CLASSES, *SETS, *PLACES, *REPEATS, *GROUPS, *OTHERS])
FLAGS = st.lists(st.sampled_from([re.IGNORECASE, re.MULTILINE, re.DOTALL, re.VERBOSE, re.ASCII]), max_size=2)
# characters that are newer than Python's Unicode tables mean different things to the two, and are left out
CHARS = st.characters(exclude_categories=["Cn", "Cs"]).filter(lambda char: unicodedata.category(char) != "Cn")
TEXTS = st.lists(st.one_of(st.sampled_from([*LETTERS, *"-,[]{}#\ufe0f\u200d\u0345ιΙ❤"]), CHARS), max_size=10).map(
    "".join
)


def compiled(parts, flags):
    """Return a pattern, None where it is not one or says something about itself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of sets in sets
        try:
            return re.compile("".join(parts), sum(set(flags)))
        except (re.error, OverflowError):
            return None


def differ(pattern, text):
    timed = TimedPattern(pattern, 5.0)
    ours, theirs = timed.search(text), pattern.search(text)
    spans = [match.span() for match in timed.finditer(text)], [match.span() for match in pattern.finditer(text)]
    return spans[0] != spans[1] or (ours and ours.group()) != (theirs and theirs.group())


@pytest.mark.slow
@settings(max_examples=800, deadline=None)
@given(st.lists(PARTS, min_size=1, max_size=6), FLAGS, st.lists(TEXTS, min_size=1, max_size=4))
@example([r"\b", "a", r"\w"], [], ["b\ufe0fa1 e\u0301a2"])
@example(["[a-z]", "+"], [re.IGNORECASE], ["aIİıKſ"])
@example([r"[\wé]"], [re.IGNORECASE], ["\u0345É"])
@example([r"\B"], [], ["", "a"])
@example([r"\s", r"\S"], [], ["\x1ca \x1f\x1d"])
@example(["a", "{e}"], [], ["a{e} b"])
@example(["[[:alpha:]]"], [], ["a] l]"])
def test_spans_are_those_of_re(parts, flags, texts):
    pattern = compiled(parts, flags)
    if pattern is not None:
        assert [text for text in texts if differ(pattern, text)] == []


@pytest.mark.slow
@pytest.mark.parametrize("pattern", [*CLASSES, r"(?i)[\wé]", r"(?i)[^\W1]", r"(?a)\w", r"(?ai)[\Sk]", r"\ba", r"\Ba"])
def test_classes_over_all_characters(pattern):
    both = re.compile(pattern), TimedPattern(re.compile(pattern), 60)
    text = "a".join(char for char in map(chr, range(0x110000)) if unicodedata.category(char) not in ("Cn", "Cs"))
    ours, theirs = ([match.start() for match in one.finditer(text)] for one in both)
    assert ours == theirs


@pytest.mark.slow
def test_letters_that_are_one_without_case():
    cased = [char for char in map(chr, range(0x110000)) if char.lower() != char or char.upper() != char]
    text = "".join(cased)
    for char in cased:
        pattern = re.compile(char, re.IGNORECASE)
        assert [m.span() for m in TimedPattern(pattern, 5.0).finditer(text)] == [
            m.span() for m in pattern.finditer(text)
        ]


@pytest.mark.parametrize("pattern", [r"(?a:\w)", r"a(?u:b)(?a:c)"])
def test_a_switch_between_ascii_and_unicode_is_refused(pattern):
    with pytest.raises(LFError, match="ASCII"):
        translated(re.compile(pattern))


LINEAR_PARTS = [
    *["a", "b", "K", " ", "1", "_", "-", r"\b", r"\d", r"\W", r"\s", r"\.", "[ab]", "[^a1]", r"[\w-]", "."],
    *["(?:a|b)", "(ab)", "a*", "b+?", "a{1,2}", "(?:ab)*", "|", "^", "$", "#", "a{2}", "(?:a|)", "[a-c]+"],
]


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(LINEAR_PARTS), max_size=6), st.booleans(), st.lists(st.text("abcK1_- .#", max_size=8)))
def test_both_engines_answer_the_same(parts, ignore_case, texts):
    pattern = re.compile("".join(parts), re.IGNORECASE if ignore_case else 0)
    translated = linear(pattern)
    assert translated is not None
    found = pl.Series(texts, dtype=pl.String).str.contains(translated).to_list()
    assert found == [pattern.search(text) is not None for text in texts]


@pytest.mark.parametrize(
    "pattern",
    [
        *[r"(?=a)", r"(?<!a)b", r"(a)\1", r"(?P<x>a)", r"(?i:a)b", "[[a]", "[a&&b]", "[]a]", r"\<a\>", "a{,3}", "ä"],
        *["a++", "a*+", "(?>a)", r"\Z", r"\B", r"\x41", "a{1000}", "[a--b]", "(?#x)a", "\\", "{", "\t"],
    ],
)
def test_what_engines_read_differently_is_left_to_re(pattern):
    try:
        compiled = re.compile(pattern)
    except re.error:
        return
    except Warning:
        return
    assert linear(compiled) is None
