"""Labeling functions for tweet emotion: anger, joy, optimism, sadness.

Word lists were written from general knowledge of English, with a look at which hashtags and words are frequent in
the unlabeled training tweets. No gold label of train or test was used; the lists were checked on `val`.
"""

from labelfns import emoji, hashtags, keywords, labeling_function, regex

anger_tags = hashtags("anger", [
    "angry", "anger", "fuming", "furious", "rage", "raging", "outrage", "outraged", "offended", "bully",
    "bullying", "mad", "hate", "annoyed", "annoying", "pissed", "pissedoff", "revenge", "fume", "wtf",
    "customerservice", "notfair", "fraud", "rude", "disgusting", "disgusted", "irritated", "racism",
    "terrorism", "revolting", "snap", "grr", "useless", "hatred", "umbrage", "livid", "shocking", "ridiculous",
    "badservice",
], name="anger_tags")  # fmt: skip
anger_words = keywords("anger", [
    "angry", "anger*", "furious*", "fury", "fuming", "rage", "raging", "enraged", "outrage*", "wrath", "livid",
    "offend*", "irritat*", "annoy*", "infuriat*", "pissed", "pissed off", "boiling", "resent*", "grudge",
    "provoke*", "madden*", "aggravat*", "insult*", "hostil*", "mad at", "mad that", "so mad", "fed up",
    "incense*", "incensed", "indignant",
], name="anger_words")  # fmt: skip
anger_complaint = keywords("anger", [
    "customer service", "your service", "refund", "how dare", "unacceptable", "disgrace*", "disgusting",
    "ridiculous", "rude", "bully*", "stop being", "shut up", "idiot*", "stupid", "liar*", "racist*", "threat*",
    "revenge", "hate you", "worst service", "no response", "still waiting", "rip off", "scam", "pathetic",
    "useless", "bullshit", "the hell",
], name="anger_complaint")  # fmt: skip
anger_bad_words = regex(
    "anger",
    r"(?<!\w)#?(?:awful|terrible|horrible|horrid|horrific|nightmare|dreadful|disgrace|appalling|shambles)(?!\w)",
    name="anger_bad_words",
)
anger_swearing = keywords("anger", [
    "fuck", "fucking", "fuckin", "fucked", "fuck off", "wtf", "bitch*", "asshole*", "bastard*", "bloody",
    "damn it", "goddamn", "piece of shit", "shit", "ffs",
], name="anger_swearing")  # fmt: skip
anger_emoji = emoji("anger", ["😡", "😠", "🤬", "😤", "👿", "🙄", "🖕", "😒"], name="anger_emoji")

joy_tags = hashtags("joy", [
    "happy", "happiness", "joy", "joyful", "lol", "hilarious", "funny", "smile", "smiling", "love", "laughter",
    "fun", "lively", "musically", "glee", "mirth", "cheer", "excited", "birthday", "amazing", "blessed", "yay",
    "laugh", "awesome", "humor", "humour", "comedy", "pun", "punny", "elated", "sparkling", "animated",
    "cheerful", "delight", "haha", "joke", "rejoice", "happybirthday", "friday", "party",
], name="joy_tags")  # fmt: skip
joy_words = keywords("joy", [
    "happy", "happiest", "joy*", "hilarious", "hilarity", "laughter", "laughing", "laughed", "delight*",
    "glee*", "cheer*", "amazing", "love it", "love this", "love you", "loved", "awesome", "wonderful", "smile",
    "smiling", "smiled", "exhilarat*", "elated", "rejoic*", "playful*", "pleasing*", "jolly", "lively",
    "breezy", "mirth", "levity", "blithe", "hearty", "sparkling", "jovial", "animated", "merry", "so funny",
    "so much fun", "heyday", "terrific", "thrilled", "giddy", "overjoyed",
], name="joy_words")  # fmt: skip
joy_thanks = keywords("joy", [
    "happy birthday", "congrats", "congratulations", "thank you", "thanks for", "so proud", "can't wait",
    "cant wait", "had a great", "great time", "great day", "beautiful", "so excited", "perfect", "adorable",
    "so cute", "yay", "best day", "best friend", "welcome back", "so good",
], name="joy_thanks")  # fmt: skip
joy_emoji = emoji(
    "joy",
    [
        "😊",
        "😍",
        "❤️",
        "😘",
        "😁",
        "😆",
        "☺️",
        "🎉",
        "💖",
        "💕",
        "💘",
        "😀",
        "😃",
        "😄",
        "🤗",
        "😋",
        "😎",
        "🤣",
        ":)",
        ":D",
        ":-)",
        "<3",
    ],
    name="joy_emoji",
)
joy_laughing = regex("joy", r"\b(?:(?:a?(?:ha){2,}h?|lo+l|lmf?ao+|rofl|hehe+)\b)", name="joy_laughing")

optimism_tags = hashtags("optimism", [
    "optimism", "optimistic", "hope", "hopeful", "faith", "motivation", "motivational", "inspiration",
    "inspire", "courage", "success", "believe", "leadership", "mindfulness", "positivity", "positive",
    "positivevibes", "quote", "quotes", "quoteoftheday", "mondaymotivation", "trust", "god", "pray", "prayer",
    "peace", "nevergiveup", "strength", "goals", "dream", "dreams", "life", "growth", "wisdom", "relentless",
    "internationaldayofpeace", "grateful", "thoughts",
], name="optimism_tags")  # fmt: skip
optimism_words = keywords("optimism", [
    "optimis*", "hoping", "hopeful*", "hopefully", "faith", "courage*", "never give up", "don't give up",
    "keep going", "dont give up", "stay strong", "stay positive", "be positive", "positive", "look forward",
    "looking forward", "better days", "will get better", "get better", "brighter", "inspir*", "motivat*",
    "overcome", "opportunit*", "encourag*",
], name="optimism_words")  # fmt: skip
optimism_hope = regex("optimism", r"(?<!\w)#?hope(?!\w)(?! (?:you|u|your|ur|he|she) )", name="optimism_hope")
optimism_fear = regex(
    "optimism",
    r"\b(?:don.?t|do not|never|not|no|without|face|faces|over|overcome|your|our|let|than|god|lord|is)\b"
    r".{0,25}#?\b(?:fear|fears|worry|worrying|afraid)\b"
    r"|\b(?:fear|worry|worrying)\b.{0,12}\b(?:is|less|not|about|cannot|can|does|never)\b",
    name="optimism_fear",
)
optimism_advice = keywords("optimism", [
    "don't worry", "dont worry", "do not worry", "no worries", "the future", "success", "succeed",
    "your dreams", "the lord", "god's", "jesus", "christ", "amen", "is a choice", "be the change", "pessimis*",
    "you can do", "the key to", "the best is yet", "your heart", "patience", "strength", "our lives", "wisdom",
    "life is too short", "mistakes", "worrying",
], name="optimism_advice")  # fmt: skip

sadness_tags = hashtags("sadness", [
    "sad", "sadness", "depression", "depressed", "depressing", "unhappy", "lost", "lonely", "alone", "cry",
    "crying", "tears", "heartbroken", "brokenheart", "broken", "despair", "grim", "bored", "hurt", "emo",
    "sadly", "gloomy", "weary", "anxiety", "anxious", "panic", "nervous", "afraid", "restless", "cantsleep",
    "mentalhealth", "dismal", "upset", "die", "stress", "tired", "grief", "rip",
], name="sadness_tags")  # fmt: skip
sadness_words = keywords("sadness", [
    "sad", "sadder", "saddest", "sadly", "sadness", "saddens", "depress*", "unhappy", "miserabl*", "mourn*",
    "despair*", "despondent", "gloom*", "grief", "griev*", "heartbroken", "heartbreaking", "crying", "cried",
    "cry", "tears", "lonely", "loneliness", "weary", "dull", "discourag*", "sorrow", "dishearten*", "sunk",
    "pine", "blues", "hopeless*", "dismal", "bleak", "mournful", "melanchol*", "lost", "sobbing",
    "downhearted", "frown*", "pout*", "grim", "somber", "sober", "affliction", "solemn", "dark days",
], name="sadness_words")  # fmt: skip
sadness_trouble = keywords("sadness", [
    "anxiety", "anxious", "panic attack", "miss you", "i miss", "missing you", "missed", "rip", "funeral",
    "passed away", "can't sleep", "cant sleep", "alone", "i'm so tired", "broken", "hurts", "hurting",
    "suicid*", "worst day", "i feel like shit", "want to die", "wanna die", "no friends", "so sorry", "ruined",
    "sucks", "i hate my", "hate myself", "i lost", "losing", "why am i", "feel so", "so alone", "i cry",
], name="sadness_trouble")  # fmt: skip
sadness_emoji = emoji(
    "sadness",
    [
        "😢",
        "😞",
        "💔",
        "😔",
        "😩",
        "😪",
        "😥",
        "☹️",
        "😓",
        "😰",
        "😿",
        "🙁",
        "😕",
        "😖",
        "😫",
        ":(",
        ":'(",
        ":-(",
    ],
    name="sadness_emoji",
)


@labeling_function
def optimism_quote(text: str) -> str | None:
    """A saying: quotation marks or a dash before a name, and no talk of I."""
    words = text.lower().split()
    quoted = any(mark in text for mark in ("“", "”", '"', " - ", " ― ", " ~"))
    return (
        "optimism"
        if quoted and len(words) > 7 and not {"i", "i'm", "im", "my", "me"} & set(words) and "you" in words
        else None
    )
