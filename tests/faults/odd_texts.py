"""Texts and LFs as odd as they come, from a seeded generator."""

import random

from labelfns import Context, count, emoji, hashtags, keywords, lexicon, regex
from labelfns.errors import LFError
from labelfns.lfs.base import LabelingFunction

_WORDS = """
good Good GOOD goood gooooood goodness so SO sooo not never don't don’t don‘t don´t can`t can′t canʼt
can&#39;t let down day bad badly baaad grüße GRÜSSE GRU\u0308SSE ſo Kelvin 𝐠𝐨𝐨𝐝 ｇｏｏｄ naïve nai\u0308ve हिन्दी
straße good's good’ll lack n't hap\u00adpy hap\u2060py happy \u200ehappy\u200f \ufeffhappy می\u200cخواهم
میخواهم جمـــيل جميل İstanbul ISTANBUL ıstanbul kırmızı KIRMIZI ด\u0e35 ว\u0e31นน\u0e35\u0e49ด\u0e35มาก 好 今天很好
いい 좋아요 ŉgood ﬀ № ² ª º ǅ İ ß ŉ ʼgood 1 24 7 c n roll r b x xs a I amp www http
"""
_SIGNED = """
c++ C++, 24/7 so-so SO-SO rock'n'roll R&B r&amp;b .net $5 a.b 50% #so-so @joe me@home @good e-mail
http://x.y/good https://films.example/so-so-sequel www.good.so www... www. WWW.so http:// https://x &lt;3
&amp; &good; fish&amp;) &nbsp; &shy; &
"""
_TAGS = """
#good #Good #SoGood #good#bad a#good &#good ＃ｇｏｏｄ #gooood ＃Grüße #so_good #BAD2day #MyCafe\u0301Life #हिन्दी
#می\u200cخواهم #so·good #日本 #吃貨 #http://x # ## #\u200d #1 #_ #İstanbul #hap\u00adpy #جمـيل
"""
_SYMBOLS = """
:) :-) <3 xD XD x:) ):) :( :'( :’( ;) :/ :3 4:30 2<3 &lt;3 &gt;:( >:( thanks:) ok...:) :P 👍 👍🏽 🤦🏽\u200d♀\ufe0f
🤦 ❤\ufe0f ❤ ❤\ufe0f\u200d🔥 🔥 👨\u200d👩\u200d👧 👩 🇺🇸 🇦🇺🇸🇪 🇦🇺🇺🇸 🇺 🏴
🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 🏴\u200d☠\ufe0f 1\ufe0f\u20e3 ♥\ufe0e ☺ ™ © ★
\ufe0f \u200d \u20e3 🏽
"""
WORDS, SIGNED, TAGS, SYMBOLS = _WORDS.split(), _SIGNED.split(), _TAGS.split(), _SYMBOLS.split()
SIGNS = [
    *"!?.,;:()'\"’‘`´-_#@&/\\~*+",
    "\u200b",
    "\u200c",
    "\u00ad",
    "\u0301",
    "\u202e",
    "！",
    "\x00",
    "\x1c",
    "…",
    "·",
    "ـ",
]
SPACES = [*[" "] * 8, "", "", "  ", "\n", "\t", "\xa0", "\u2028", "\u3000", "\u200b", "&nbsp;", " \u200e"]
NEGATIONS = ["not", "never", "don’t", "isn´t", "hardly"]
PATTERNS = [
    r"\bgood\b",
    r"so+ (?:good|bad)$",
    r"(?<!not )good",
    r"^#",
    r"[^\x00-\x7f]",
    r"\d+",
    r"(a|o)\1",
    "",
    r"ı",
    r"\W{3}",
]
COUNTS = ["exclamations", "questions", "capitals", "shouted", "letters", "words"]


def odd_text(rng: random.Random) -> str:
    """Draw a text that is not blank."""
    pieces = []
    for _ in range(rng.randint(1, 12)):
        kind = rng.random()
        if kind < 0.9:
            pieces.append(rng.choice(rng.choice([WORDS, WORDS, SIGNED, TAGS, SYMBOLS, SIGNS, NEGATIONS])))
        elif kind < 0.95:
            pieces.append("".join(rng.choice("goodbads NOT'#@&;:.") for _ in range(rng.randint(1, 8))))
        else:
            points = [rng.randrange(0x20, rng.choice([0x250, 0x3000, 0x20000])) for _ in range(rng.randint(1, 4))]
            pieces.append("".join(map(chr, points)))
        pieces.append(rng.choice(SPACES))
    text = "".join(pieces)
    return text if text.strip() else "x"


def odd_lfs(rng: random.Random, n: int) -> list[LabelingFunction]:
    """Draw LFs for the labels 0 and 1, at most n; entries that are refused are left out."""
    lfs = []
    for number in range(n):
        entries = [_entry(rng) for _ in range(rng.randint(1, 5))]
        kind = rng.choice(["keywords", "keywords", "hashtags", "emoji", "lexicon", "regex", "count"])
        settings = {"name": f"{kind} {number}", "where": _where(rng, kind)}
        label = rng.randint(0, 1)
        try:
            lfs.append(_lf(rng, kind, label, entries, settings))
        except LFError:
            continue
    return lfs or [keywords(0, ["good"])]


def _lf(rng: random.Random, kind: str, label: int, entries: list[str], settings: dict[str, object]) -> LabelingFunction:
    match kind:
        case "keywords":
            return keywords(label, [entry + rng.choice(["", "", "*"]) for entry in entries], **settings)
        case "hashtags":
            tags = [rng.choice([*TAGS, *WORDS]).replace("a#", "#") + rng.choice(["", "", "*"]) for _ in entries]
            return hashtags(label, tags[:2], parts=rng.random() < 0.5, **settings)
        case "emoji":
            return emoji(label, [rng.choice(SYMBOLS) for _ in entries], **settings)
        case "lexicon":
            weights = {rng.choice(WORDS): rng.choice([1, 2, -1, 0.5]) for _ in entries}
            return lexicon(
                label, weights, threshold=rng.choice([0.5, 1, -1]), negated=rng.choice([-0.74, 0]), **settings
            )
        case "regex":
            return regex(label, rng.choice(PATTERNS), ignore_case=rng.random() < 0.5, **settings)
    low = rng.randint(0, 4)
    return count(label, rng.choice(COUNTS), at_least=low, at_most=rng.choice([None, low + 2]), **settings)


def _entry(rng: random.Random) -> str:
    words = [rng.choice(rng.choice([WORDS, WORDS, WORDS, SIGNED, TAGS])) for _ in range(rng.choice([1, 1, 2, 3]))]
    return rng.choice([" ", " ", "-", "  ", "' "]).join(words)


def _where(rng: random.Random, kind: str) -> Context | None:
    if rng.random() < 0.5:
        return None
    only_with = rng.choice([(), ("so",), ("let down", "day*"), ("r&b", "x")])
    if kind == "count":
        return Context(only_with=only_with or ["so"])
    first, last, negated = rng.choice([None, 2, 5]), rng.choice([None, 3]), rng.random() < 0.5
    if not (only_with or first or last or negated):
        return None
    return Context(not_negated=negated, only_with=only_with, first_words=first, last_words=last)
