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
# # From tweets to a classifier, without reading rows
#
# You write labeling functions (LFs) for the sentiment of tweets, see how far they reach, let a label model weigh their
# votes, and fine-tune a small transformer on the result. It takes some seconds and needs no network.

# %%
from labelfns import LFSet, emoji, hashtags, keywords, labeling_function, read_texts
from labelfns.data import example

labels = ["negative", "neutral", "positive"]
pool = read_texts(example("tweet_sentiment") / "unlabeled.jsonl")
val = read_texts(example("tweet_sentiment") / "val.jsonl", labels=labels)
for text in pool[:8]:
    print("-", text)

# %% [markdown]
# ## Labeling functions
#
# An LF is a name and a rule that votes for a label or abstains. The builders take the label first, then the words.

# %%
lfs = LFSet(
    labels,
    [
        hashtags("positive", ["happy", "grateful", "proud", "yay", "winning", "excited"], name="glad_tags"),
        hashtags("negative", ["fail", "ugh", "smh", "sigh", "angry", "tired"], name="sad_tags"),
        hashtags("neutral", ["update", "news", "traffic", "schedule", "reminder", "weather"], name="info_tags"),
        emoji("positive", ["😍", "🎉", "❤️"], name="glad_emoji"),
        emoji("negative", ["😡", "🙄", "💔", "😢"], name="sad_emoji"),
        keywords("negative", ["cancelled", "late again", "hung up", "refus*", "fed up"], name="trouble"),
        keywords("positive", ["thank you", "lovely", "best", "finally"], name="praise"),
    ],
)
lfs

# %% [markdown]
# Let them vote. The result is a matrix, one row per tweet and one column per LF.

# %%
votes = lfs.apply(pool)
votes

# %% [markdown]
# **Coverage** is the share of tweets on which an LF votes; **conflicts** are tweets on which another LF votes for
# something else. As a picture:

# %%
ax = votes.plot_coverage()

# %% [markdown]
# Neutral tweets carry few cues. A rule that is not a word list is a plain Python function:


# %%
@labeling_function
def question(text):
    """A question to everybody, not a complaint."""
    return "neutral" if text.rstrip().endswith("?") and "@user" not in text else None


lfs = LFSet(labels, [*lfs, question])
votes = lfs.apply(pool, cues=True)  # cues: where in each tweet LFs fired
print(f"{votes.covered.mean():.0%} of the tweets have a vote, {votes.conflicting.mean():.1%} are contested")

# %% [markdown]
# Where gold labels are at hand, the summary also counts how often each LF is right. Look at small counts with care.

# %%
lfs.apply(val).summary(gold=val.gold).select("lf", "coverage", "correct", "incorrect", "accuracy")

# %% [markdown]
# ## The label model
#
# A label model learns from agreements and conflicts how far to trust each LF; no gold label is used. There are several,
# with one interface.

# %%
from labelfns.models import LabelModel, MajorityVote, SnorkelLabelModel, score

val_votes = lfs.apply(val)
for model in (MajorityVote(), SnorkelLabelModel(), LabelModel()):
    predicted = model.fit(votes).predict(val_votes)
    covered = val_votes.covered
    scores = score(val.gold[covered], predicted[covered], k=3)
    print(f"{type(model).__name__:18} accuracy {scores.accuracy:.3f} on {scores.rows} covered tweets of val")

# %% [markdown]
# ## Fine-tuning
#
# A transformer learns from the covered tweets, with the words that made LFs fire hidden half of the time, so that it
# learns the rest of the text and can label tweets that no LF reaches. To keep this page quick we use one of the six
# layers of the embedded MiniLM and few steps; `FineTuning()` is better, and takes minutes.

# %%
from labelfns.models import FineTuning, TransformerClassifier
from labelfns.pipelines import Labeled, Rounds, SelfTraining

training = SelfTraining(
    LabelModel(),
    TransformerClassifier("embedded", settings=FineTuning(layers=1, min_steps=100, learning_rate=1e-3, hide_cues=0.5)),
    Rounds(rounds=0),
)
result = training.run(pool, votes, labeled={"val": Labeled(val, val.gold)})
ledger = result.best.ledger
print(f"trained on {ledger.trained_on} tweets")
for name in ("accuracy", "macro_f1"):
    low, high = getattr(ledger.scores["val"], f"{name}_interval")
    print(f"val {name} {getattr(ledger.scores['val'], name):.3f} (95% interval {low:.2f} to {high:.2f})")

# %% [markdown]
# The model answers for every tweet, covered or not. It is an ordinary transformer: save it with
# `classifier.save_pretrained(folder)` and open it with `transformers.pipeline("text-classification", folder)`.

# %%
tweets = [
    "third delay this week and nobody tells us why",
    "doors open at 7, support from 8",
    "what a morning, I am so proud of her",
]
probs = result.best.classifier.predict_proba(tweets)
for tweet, row in zip(tweets, probs, strict=True):
    print(f"{labels[row.argmax()]:9} {row.max():.2f}  {tweet}")

# %% [markdown]
# ## Next
#
# All of this is one call, `labelfns.pipelines.Pipeline(lfs).fit(pool)`, or one command: `labelfns init FOLDER` writes a
# pipeline to begin with, `labelfns run pipeline.toml` runs it.
#
# - [Writing and debugging LFs](writing_and_debugging_lfs.ipynb): read tweets, find words, settle conflicts.
# - [Label models and coverage](label_models_and_coverage.ipynb): how far they reach, and whether to believe them.
# - [Rounds and prediction](rounds_and_prediction.ipynb): pseudo-labels, and LFs and classifier together.
# - [Your own data and backbone](own_data_and_backbone.ipynb): a CSV file, BERTweet.
