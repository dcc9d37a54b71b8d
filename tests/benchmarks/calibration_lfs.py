"""Other LFs for the texts of the label-model sets: as a user may write them, and loose ones that are often wrong.

Written from general knowledge of English, without a look at gold labels or at what the words are worth.
"""

from itertools import pairwise

from labelfns import keywords, labeling_function, regex
from labelfns.lfs.lexicon import vader_words

OTHER = {
    "emotion": {
        "anger": [
            "angry mad furious rage hate pissed annoyed annoying",
            "worst awful terrible disgusting ridiculous pathetic unacceptable disgrace",
            "fuck* shit damn bitch* stupid idiot* hell",
            "rude complaint service refund waiting racist* bully*",
        ],
        "joy": [
            "happy joy love loved loving smile* glad",
            "amazing awesome great wonderful beautiful best fantastic",
            "lol haha* funny hilarious laugh* lmao",
            "birthday party weekend fun excited congrat* yay thanks",
        ],
        "optimism": [
            "hope hopeful optimis* faith believe trust",
            "future success goal* dream* achieve* win",
            "fear* courage brave worry strong* strength never",
            "god lord pray* bless* peace life",
        ],
        "sadness": [
            "sad sadness unhappy depress* cry crying tears",
            "lost lose losing miss missing gone alone lonely",
            "anxiety nervous worried afraid panic stress* scared",
            "tired sick pain hurt* sorry broken dark",
        ],
    },
    "spam": {
        "spam": [
            "subscribe subscribers sub channel channels",
            "check visit click follow share",
            "free money earn win giveaway gift cash",
            "my please plz help support",
            "http* www com facebook twitter instagram",
        ],
        "ham": [
            "song music video beat lyrics voice",
            "love loved beautiful awesome amazing best perfect",
            "she he her his shakira katy eminem psy gangnam",
            "lol haha* funny omg wow",
            "views billion million 2013 2014 2015 watching",
        ],
    },
    "sentiment": {
        "negative": [
            "bad worst awful terrible horrible sucks crap",
            "sad sorry cry crying miss lost alone depress*",
            "hate angry mad annoy* stupid idiot* pissed fuck*",
            "not never can't cant don't wont without",
            "sick tired pain hurt* broken fail* problem* died dead",
        ],
        "positive": [
            "good great best better nice excellent",
            "love loved loving like enjoy* favorite",
            "happy glad excited fun smile* yay congrat*",
            "thanks thank thx blessed proud lucky",
            "amazing awesome beautiful wonderful perfect win lol haha*",
        ],
    },
    "neutral": {
        "neutral": [
            "tomorrow tonight friday saturday sunday monday",
            "news says report* announce* according official",
            "may 1st 2nd 3rd september october november",
            "vs game match season watch live",
        ],
    },
    "news": {
        "World": [
            "iraq* baghdad afghan* iran* israel* palestin* gaza",
            "president minister government election* parliament leader* vote*",
            "killed bomb* attack* troops war rebels militant* soldiers",
            "un nations peace nuclear talks treaty foreign",
        ],
        "Sports": [
            "game games season team teams coach league",
            "win wins victory beat beats defeat* score* points",
            "football baseball basketball soccer tennis golf olympic* nba nfl",
            "sox yankees cup championship title quarterback inning* player*",
        ],
        "Business": [
            "stocks shares market* investors dow wall nasdaq",
            "profit* earnings sales quarter revenue growth",
            "oil prices barrel dollar euro rates inflation economy",
            "company deal merger bid billion bank* airline* chief executive",
        ],
        "Sci/Tech": [
            "microsoft google apple ibm intel linux yahoo",
            "software computer* internet web online pc users",
            "nasa space scientists mars planet study species",
            "phone* wireless music download* game security virus technology digital",
        ],
    },
    "film": {
        "0": [
            "bad worst awful terrible horrible poor poorly",
            "boring dull waste wasted stupid pointless lame",
            "script acting budget cheap supposed minutes",
            "worse fails failed disappoint* unfortunately ridiculous mess",
            "why nothing no don't avoid",
        ],
        "1": [
            "great best excellent wonderful fantastic perfect brilliant",
            "love loved loves enjoy* favorite heart",
            "beautiful* amazing superb touching moving powerful",
            "story performance* role music classic cast",
            "also well both life always must",
        ],
    },
}
"""By set and label: word lists, an LF each; ``*`` ends a stem."""

LOOSE = {
    "emotion": {
        "anger": ["you your they", "why what who", "people him his", "stop always every"],
        "joy": ["we our", "today tonight day", "so really very", "watch see show"],
        "optimism": ["will can be", "it's is if", "make take do", "new one good"],
        "sadness": ["i i'm im", "my me myself", "when still no", "night sleep bed home"],
    },
    "spam": {
        "spam": ["i i'm me", "and to the", "new go get", "out up on", "if will can"],
        "ham": ["this it is", "so very too", "why who how", "like old years", "good nice great"],
    },
    "sentiment": {
        "negative": ["why what how", "no just still", "people they he", "work school today", "was had been"],
        "positive": ["we our us", "you your", "new tonight weekend", "and with", "all so very"],
    },
    "neutral": {"neutral": ["the of in", "will be to", "on at from", "it is that"]},
    "news": {
        "World": ["two three people", "said says saying", "sunday monday tuesday", "the of in"],
        "Sports": ["first second last", "night saturday friday", "after over against", "his he him"],
        "Business": ["new york us", "year percent million", "its it's has", "wednesday thursday"],
        "Sci/Tech": ["new more could", "may can will", "their how what", "that this it"],
    },
    "film": {
        "0": ["even just only", "if would could", "they them", "was were been", "movie plot"],
        "1": ["his her he", "and with", "is as it", "film series", "very most many"],
    },
}
"""The same of words that say little: many votes, often wrong."""


@labeling_function
def few_words(text):
    """A comment of up to four words."""
    return "ham" if len(text.split()) < 5 else None


def word_lfs(lists, names=None):
    """Return an LF a list; `names` gives the label for a key of `lists`."""
    return [
        keywords((names or {}).get(label, label), words.split(), name=f"{label}_{i}")
        for label, found in lists.items()
        for i, words in enumerate(found)
    ]


def other(kind, names=None):
    """Return LFs as a user may write them for `kind`, a key of `OTHER`."""
    more = [regex("spam", r"check.{0,20}out|https?:", name="regex"), few_words] if kind == "spam" else []
    return word_lfs(OTHER[kind], names) + more


def loose(kind, names=None):
    """Return LFs of `kind` that are often wrong; one list a label of them is a good one."""
    return word_lfs({label: [*lists, OTHER[kind][label][0]] for label, lists in LOOSE[kind].items()}, names)


def by_strength(negative, positive, cuts=(0.0, 1.0, 1.6, 2.2, 5.0)):
    """Return VADER's words as four LFs a polarity, weak to strong."""
    words = vader_words()
    return [
        keywords(label, [w for w, x in words.items() if low <= sign * x < high and sign * x > 0], name=f"{label}_{low}")
        for label, sign in ((negative, -1), (positive, 1))
        for low, high in pairwise(cuts)
    ]
