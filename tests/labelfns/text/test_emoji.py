"""Emoji are whole sequences, emoticons are ASCII at the end of a word or alone."""

import pytest
from emoji import EMOJI_DATA, STATUS
from hypothesis import given, settings
from hypothesis import strategies as st

from labelfns.errors import LFError
from labelfns.text.emoji import Symbols, bare, emoji_in, styled

WHOLE = sorted(symbol for symbol, about in EMOJI_DATA.items() if about["status"] == STATUS["fully_qualified"])
NOT_PICTURES = ("©️", "®️", "™️")
PICTURES = [symbol for symbol in WHOLE if symbol not in NOT_PICTURES]
SIGNS = ["\u200d", "\ufe0f", "\U0001f3fd", "\u20e3", "\U0001f1fa", "\U0001f1f8", "\U000e0067", "1", "#", "a", " ", ":)"]


def hits(symbol, text):
    return [text[start:end] for start, end in Symbols.of([symbol]).find(text)]


@pytest.mark.parametrize("symbol", PICTURES[::40])
def test_every_emoji_is_found_whole(symbol):
    assert hits(symbol, f"a{symbol}b {symbol}{symbol}") == [symbol] * 3
    assert emoji_in(f"a{symbol} {symbol}{symbol}") == [bare(symbol)] * 3


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from([*PICTURES, *SIGNS]), min_size=1, max_size=8).map("".join),
    st.sampled_from(PICTURES),
)
def test_an_lf_finds_what_the_text_is_made_of_and_nothing_else(text, symbol):
    for offered in emoji_in(text):
        assert hits(offered, text)
        assert hits(styled(offered), text)
    if hits(symbol, text):
        assert bare(symbol) in emoji_in(text)


def test_styled_is_how_unicode_writes_it():
    assert (styled("❤"), styled("❤\u200d🔥"), styled("🤦"), styled("x")) == ("❤️", "❤️‍🔥", "🤦", "x")


@pytest.mark.parametrize(
    ("symbol", "text", "fires"),
    [
        ("🇺🇸", "gold 🇦🇺🇸🇪 silver", False),  # flags of Australia and Sweden
        ("🇺🇸", "gold 🇦🇺🇺🇸 silver", True),
        ("🇺🇸", "x🇺🇸", True),
        ("🇺", "🇺🇸", False),
        ("🇸", "🇺🇸", False),
        ("🇸", "🇺🇸🇸", True),
        ("🏴", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", False),  # the flag of England is spelled with tags
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", True),
        ("🏴", "🏴‍☠️", False),
        ("❤️", "❤️‍🔥", False),
        ("🔥", "❤️‍🔥", False),
        ("❤️‍🔥", "❤‍🔥", True),
        ("🏃", "🏃🏽‍♀️‍➡️", True),
        ("1", "1️⃣", False),
        ("1️⃣", "1⃣", True),
        ("👍", "👍🏿\ufe0f\ufe0f", True),
        (":)", "thanks:)", True),
        (":)", "see you...:)", True),
        (":)", "at 5:)", True),
        (":)", "http://x.org:)", False),
        (":)", "www.x.org/:)", False),
        (":)", "http://x.org :)", True),
        (":)", ":):)", True),
        (";)", "fish &amp;) x", False),
        (":/", "http://x.org", False),
        (":/", "meh:/", True),
        (":3", "4:30", False),
        (":3", "4:3", False),
        (":3", "cute:3", True),
        (":p", "a:::person", False),
        (":::", "a:::person", False),
        ("<3", "love<3", True),
        ("<3", "2<3", False),
        ("):", "(like this):", False),
        ("):", "oh ):", True),
        ("xD", "lol...xD", True),
        ("xD", "boxD", False),
        ("xD", "x.org/xD", False),
        ("xD", "xDs", False),
        ("(╯°□°)╯", "no(╯°□°)╯!", True),
    ],
)
def test_what_counts_as_a_symbol(symbol, text, fires):
    assert bool(hits(symbol, text)) is fires


@pytest.mark.parametrize("symbol", ["happy", "", " ", "\ufe0f", "two :) :)", 3])
def test_what_is_no_symbol(symbol):
    with pytest.raises(LFError):
        Symbols.of([symbol])


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "❤" + "\ufe0f" * 300_000 + "\u200d",
        "👨\u200d" * 150_000,
        "🇦🇺" * 150_000 + "🇺",
        ":)" * 150_000,
        "http://" * 50_000 + ":)",
    ],
    ids=["styles", "joined", "flags", "emoticons", "address"],
)
def test_long_runs_take_time_by_their_length(text):
    from time import process_time

    start = process_time()
    Symbols.of(["❤️", "👨‍👩‍👧", "🇺🇸", ":)", "👨"]).find(text)
    emoji_in(text)
    assert process_time() - start < 5
