"""Labeling functions for tweet sentiment: negative, neutral, positive.

Written with a look at `unlabeled.jsonl` alone; `val` and `test` were not read.
"""

from labelfns import emoji, hashtags, keywords, labeling_function, regex

positive_tags = hashtags("positive", [
    "happy", "blessed", "grateful", "love", "winning", "excited", "proud", "yay", "loveit", "joy", "bestdayever",
    "soexcited", "sundaymood", "family",
], name="positive_tags")  # fmt: skip
negative_tags = hashtags("negative", [
    "fail", "smh", "ugh", "sad", "worstdayever", "angry", "tired", "annoyed", "disappointed", "sigh", "cantsleep",
    "costofliving", "customerservice", "commuterlife",
], name="negative_tags")  # fmt: skip
info_tags = hashtags("neutral", [
    "news", "update", "schedule", "traffic", "weather", "hiring", "reminder", "nowplaying", "localnews", "astronomy",
    "citycouncil", "jobs", "roadworks", "deadlineday", "musichistory", "accessibility", "science",
], name="info_tags")  # fmt: skip

positive_emoji = emoji("positive", [
    "😍", "🎉", "🔥", "🥹", "🙌", "👏", "🎂", "💃", "🌈", "🥳", ":)", ":D", "<3",
], name="positive_emoji")  # fmt: skip
negative_emoji = emoji("negative", [
    "😡", "🙄", "🙃", "😢", "💔", "😤", "🤦", "🤢", "😒", "😞", "😠", ":(", ":/",
], name="negative_emoji")  # fmt: skip

positive_words = keywords("positive", [
    "love this", "love it", "love how", "best", "lovely", "wonderful", "amazing", "beautiful", "brilliant",
    "gorgeous", "delicious", "thank you", "thanks to", "so good", "favourite", "favorite", "perfect*", "superb",
    "can't stop smiling", "highly recommend", "worth it", "worth every", "fantastic", "awesome", "magic*", "delight*",
    "so kind", "legend", "hero*",
], name="positive_words")  # fmt: skip
positive_events = keywords("positive", [
    "got the job", "passed", "accepted", "finally", "first ever", "hugged", "laughed", "stranger", "surprised me",
    "made my", "remembered", "we won", "she said yes", "still the best", "happy tears", "saved", "fixed it",
    "for free", "on the house", "wouldn't take", "with a smile", "all clear", "a pass", "in love", "found my",
    "clapped", "cheer*", "kindest", "cuddl*", "didn't want it to end", "goosebumps", "gran", "grandad",
    "my daughter", "my son", "little one", "sunrise", "smil*",
], name="positive_events")  # fmt: skip
not_bad = regex(
    "positive",
    r"\b(?:can.?t|cannot|couldn.?t) (?:complain|stop (?:smiling|laughing)|recommend)"
    r"|\bnot bad\b|\bno longer (?:hate|dread)|\bnever been (?:so|this|happier)",
    name="not_bad",
)

negative_words = keywords("negative", [
    "worst", "terrible", "awful", "horrible", "rubbish", "useless", "broken", "ruined", "hate", "sick of", "fed up",
    "a joke", "disgrace*", "ridiculous", "disappoint*", "annoying", "boring", "rude", "stolen", "refus*", "waste of",
    "overpriced", "disgusting", "pathetic", "nightmare", "gutted", "miserable", "crap", "so bad", "tired of", "sad",
], name="negative_words")  # fmt: skip
negative_events = keywords("negative", [
    "cancelled", "canceled", "late again", "again today", "third time", "second time", "never came", "never arrived",
    "hung up", "on hold", "no reply", "no refund", "no apology", "denied", "fined", "delayed", "stuck", "crash*",
    "failed", "lost", "leak*", "missed", "flat tyre", "burst", "sold out", "out of order", "paywall", "rejected",
    "rejection", "didn't show", "didnt show", "nobody came", "no sleep", "forgot", "dropped my", "threw up",
    "nobody told", "no notice", "deleted", "snapped", "towed", "shattered", "mould", "flooded", "queue", "queuing",
    "waited", "snores",
], name="negative_events")  # fmt: skip
complaint = regex(
    "negative",
    r"\bfor the (?:third|fourth|fifth|[2-5](?:nd|rd|th)) time"
    r"|\bstill (?:no|not|waiting|hasn.?t|haven.?t|broken)"
    r"|\b(?:wasn.?t|isn.?t|not) even\b"
    r"|\bhow (?:hard|difficult) (?:can|is) it"
    r"|\bwho(?:ever)? (?:thought|decided|designed|puts?)\b"
    r"|\bwhy (?:is|are|do|does) (?:there|it|the|they|my|people)\b"
    r"|\b(?:raised|up|went up) (?:the |my |our )?(?:again|by \d)",
    name="complaint",
)
sarcasm = regex(
    "negative",
    r"^(?:oh )?(?:great|wonderful|fantastic|brilliant|lovely|cool|nice|perfect|wow)[,.]"
    r"|\. (?:great|wonderful|fantastic|lovely)\."
    r"|just great|just what i|love that for|so thanks for that|well done,|lovely day out|feeling so valued"
    r"|couldn.?t be (?:more )?(?:happier|prouder)",
    name="sarcasm",
)

question = regex(
    "neutral",
    r"^(?:what|which|where|when|does|do|is|are|can|has|anyone|any|how (?:many|long|much|do)|who.s|whats)\b"
    r"[^!😡🙄]{8,}\?(?: #\w+)*\s*$",
    name="question",
)
looking_for = keywords("neutral", [
    "anyone know", "anyone selling", "does anyone", "recommendations", "looking for", "dm me", "dm if", "planning",
    "testers wanted", "to give away", "selling", "survey", "sign up", "currently reading", "will post", "fun fact",
    "photos tomorrow", "tip:", "expect to",
], name="looking_for")  # fmt: skip
announcement = keywords("neutral", [
    "doors open", "doors at", "opens at", "open from", "closes at", "closed until", "kickoff", "kick off", "starts at",
    "postponed", "moved to", "rescheduled", "deadline", "applications", "tickets on sale", "on sale", "livestream",
    "agenda", "forecast", "road closed", "entry free", "free entry", "under 16s", "places left", "announced",
    "until further notice", "according to", "roadworks", "diversion", "results in", "adjourned", "in effect",
    "now on the", "will be", "resumes", "by appointment", "highs near", "degrees", "crews", "minutes of", "full draw",
], name="announcement")  # fmt: skip
times_and_dates = regex(
    "neutral",
    r"\b(?:on|from|until|till|by|at|due|opens?|closes?|starts?)\s(?:the\s)?"
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d{1,2}(?::\d\d|\s?[ap]m|th|st|nd)"
    r"|\d{1,2} (?:january|february|march|april|may|june|july|august|september|october|november|december))\b"
    r".*(?:\d|free|entry|open|closed?|book|list)",
    name="times_and_dates",
)


@labeling_function
def shouting(text: str) -> str | None:
    """Two or more words of capitals; joy shouts too, but then with exclamation marks."""
    loud = [word for word in text.split() if len(word) > 3 and word.isalpha() and word.isupper()]
    return "negative" if len(loud) >= 2 and "!" not in text else None


@labeling_function
def many_exclamations(text: str) -> str | None:
    """Three exclamation marks and no question are joy more often than anger."""
    return "positive" if text.count("!") >= 3 and "?" not in text else None
