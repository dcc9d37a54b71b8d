# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Writing and debugging LFs
#
# Better labeling functions are worth more than better algorithms, and they are written by reading. This page goes
# round the loop once: write, look, read, mend, compare. Nothing here trains a model, and each step takes a moment.

# %%
from labelfns import (
    Context,
    LFSet,
    emoji,
    expectations,
    find_rows,
    hashtags,
    keywords,
    labeling_function,
    near_copies,
    read_texts,
    suggest,
)
from labelfns.data import example

labels = ["negative", "neutral", "positive"]
pool = read_texts(example("tweet_sentiment") / "unlabeled.jsonl")
val = read_texts(example("tweet_sentiment") / "val.jsonl", labels=labels)
print(len(pool), "tweets without labels,", len(val), "with gold labels, to check by")

# %% [markdown]
# ## A first set
#
# Begin with what comes to mind. A `*` stands for any ending.

# %%
first = LFSet(
    labels,
    [
        hashtags("positive", ["happy", "blessed", "grateful", "proud", "yay", "winning"], name="glad_tags"),
        hashtags("negative", ["fail", "smh", "ugh", "sad", "angry", "tired"], name="sad_tags"),
        emoji("positive", ["😍", "🎉", "🥹", "🙌"], name="glad_emoji"),
        emoji("negative", ["😡", "🙄", "😢", "💔"], name="sad_emoji"),
        keywords("positive", ["love", "best", "lovely", "thank you", "amazing", "perfect*"], name="praise"),
        keywords("negative", ["worst", "awful", "broken", "cancelled", "refus*", "waited"], name="trouble"),
        keywords("neutral", ["doors open", "deadline", "survey", "starts at", "selling"], name="notices"),
    ],
)
votes = first.apply(pool)
ax = votes.plot_coverage()
# %% [markdown]
# The dark line in a bar is where another LF votes for something else. Together they reach:

# %%
votes

# %% [markdown]
# ## Read what no LF reaches
#
# A random handful of tweets without a vote. What would have told you their label?

# %%
find_rows(first, pool, uncovered=True, n=6, seed=1)

# %% [markdown]
# Nobody reads them all. `suggest` lists words that stand out where LFs are silent, each as a line to copy. With gold
# labels of a few tweets it says what a word would get right; here val lends its gold.

# %%
for one in suggest(pool, votes, labeled=(val, val.gold), lfs=first, n=2):
    print(one.line, "#", one.about)

# %% [markdown]
# A word that is right on two of two tweets has proved little. Read before you copy.
#
# ## Read what is wrong
#
# On val we can see which votes are wrong, with the words that made the LF fire.

# %%
find_rows(first, val, wrong=True, n=8)

# %% [markdown]
# "Best of five", a broken string, a driver who waited: single words say little. How often is each LF right? The
# intervals say how little a few tweets can tell.

# %%
from labelfns.models import LabelModel
from labelfns.pipelines import analyze, one_lf, votes_change

ax = analyze(first, pool, on=val, label_model=LabelModel()).plot_lf_accuracy()
# %% [markdown]
# ## Look at one LF
#
# Beside each other LF: where they meet, where they differ, and who is right there.

# %%
one_lf(first, val, first.apply(val), "praise")

# %% [markdown]
# ## Mend it
#
# Say more than a word: phrases in place of "best" and "broken", and a `Context`, here that a word does not count after
# a negation. `expects` writes down what you have just learned, as a test that stays.

# %%
praise = keywords(
    "positive",
    ["love this", "love how", "love my", "the best", "my best", "lovely", "thank you", "amazing", "perfect*"],
    where=Context(not_negated=True),
    expects={"what a lovely evening": "positive", "not the best start": None, "best of five": None},
    name="praise",
)
trouble = keywords(
    "negative",
    ["worst", "awful", "is broken", "still broken", "cancelled", "refused to", "waited all"],
    expects={"the lift is broken": "negative", "two broken strings": None},
    name="trouble",
)
praise

# %% [markdown]
# What is not a list of words is a Python function. One that raises abstains on that tweet, and a warning says so.


# %%
@labeling_function
def irony(text):
    """A cheerful word and a full stop before the complaint."""
    cheerful = ("great.", "lovely.", "wonderful.", "brilliant.", "fantastic.", "great,", "lovely,", "wonderful,")
    return "negative" if text.lower().startswith(cheerful) else None


@labeling_function
def question(text):
    """A question to everybody."""
    return "neutral" if text.rstrip().endswith("?") and "@user" not in text else None


mended = {"praise": praise, "trouble": trouble}
second = LFSet(labels, [*(mended.get(lf.name, lf) for lf in first), irony, question])
for case in expectations(second):
    case.check()
print(len(list(expectations(second))), "expected votes, all as they should be")

# %% [markdown]
# ## See what changed
#
# LF by LF, with what it won and lost where gold is known:

# %%
votes_change(first.apply(val), second.apply(val), val.gold)

# %% [markdown]
# Fewer votes, and righter ones. Val has shaped these words now; how right they are is to be measured on other tweets.

# %% [markdown]
# ## Settle conflicts
#
# Where do LFs vote against each other? A dark cell is a pair to look at.

# %%
votes = second.apply(pool)
ax = votes.plot_conflicts()
# %%
find_rows(second, pool, conflicts=True, n=5, votes=votes)

# %% [markdown]
# A few conflicts are no harm: weighing them is what the label model is for. Two LFs that always say the same are one
# voter who is counted twice. There are none here:

# %%
near_copies(votes)

# %% [markdown]
# ## Next
#
# The same on the command line: `labelfns rows`, `labelfns suggest`, `labelfns analyze --lf NAME` and
# `labelfns analyze --against EARLIER`. How far these LFs reach, and how right they are together, is told by
# [Label models and coverage](label_models_and_coverage.ipynb).
