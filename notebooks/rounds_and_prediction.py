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
# # Rounds and prediction
#
# A classifier learns from the label model's answers, labels the whole pool, and the next round learns from that. Then
# LFs and classifier answer together. Was it worth it? The figures below say so, with what they do not know.

# %%
from labelfns import LFSet, read_texts
from labelfns.data import example

home = example("tweet_sentiment")
labels = ["negative", "neutral", "positive"]
pool = read_texts(home / "unlabeled.jsonl")
val = read_texts(home / "val.jsonl", labels=labels)
lfs = LFSet.from_file(home / "lfs.py", labels)

# %% [markdown]
# ## The whole path in one call
#
# `val` has gold labels. It is for figures alone: neither the rounds nor the choice between them see it. To keep this
# page quick we use one layer of the embedded MiniLM and few steps; leave `settings` out for a better model.

# %%
from labelfns.models import FineTuning, LabelModel
from labelfns.pipelines import Pipeline, Rounds

pipeline = Pipeline(
    lfs,
    label_model=LabelModel(),
    settings=FineTuning(layers=1, epochs=1, min_steps=60, learning_rate=1e-3, hide_cues=0.5),
    rounds=Rounds(rounds=1),  # one round after round 0
)
pipeline.fit(pool, val=val)

# %% [markdown]
# ## What each round trained on
#
# Round 0 trains on the covered tweets whose label a selection trusts. Round 1 may choose from the whole pool.

# %%
ax = pipeline.plot_rounds()
# %% [markdown]
# ## Which round is kept
#
# A wrong model that is sure of itself teaches itself its own mistakes. So some covered tweets, the judges, are never
# trained on: a later round is kept only if it agrees better with the LFs there, the words that made them fire hidden,
# by more than chance would give. No gold is used. Val shows whether that was right; here the judges, few as they are,
# cannot tell the rounds apart, so the first one stays.

# %%
ax = pipeline.plot_figures_by_round()
# %% [markdown]
# ## Was the model worth it?
#
# Label model alone, classifier alone, and both together with a second view of the text (a linear head on the backbone
# as it was before fine-tuning), on tweets with a vote and without. A label model says nothing where no LF votes.

# %%
ax = pipeline.plot_worth()
# %% [markdown]
# ## How sure may you be?
#
# The answers' own confidence: if you keep the surest half, how right is it?

# %%
ax = pipeline.plot_accuracy_against_coverage()
# %%
ax = pipeline.plot_confusion()
# %% [markdown]
# ## Predict
#
# The LFs vote on new tweets too, and both answer together.

# %%
tweets = [
    "third delay this week and nobody tells us why",
    "doors open at 7, support from 8",
    "what a morning, I am so proud of her",
    "the 8:15",
]
for tweet, label in zip(tweets, pipeline.predict(tweets), strict=True):
    print(f"{label:9} {tweet}")

# %% [markdown]
# Where it is not sure enough it may leave the label out, and for each tweet it tells who answered: both, the votes, or
# the classifier.

# %%
answers = pipeline.answer(tweets)
chosen = pipeline.predict(tweets, min_confidence=0.6)
for tweet, label, who, probs in zip(tweets, chosen, answers.origins(0.6), answers.probs, strict=True):
    print(f"{label!s:9} {probs.max():.2f} {who:10} {tweet}")

# %% [markdown]
# ## Keep it
#
# A saved pipeline holds model, label model, second view and LFs; nothing in it is run when it is opened.

# %%
import tempfile
from pathlib import Path

with tempfile.TemporaryDirectory() as folder:
    pipeline.save(Path(folder) / "sentiment")
    again = Pipeline.load(Path(folder) / "sentiment")
    print((again.predict(tweets) == pipeline.predict(tweets)).all())

# %% [markdown]
# `labelfns run pipeline.toml --output runs/first` does the same from a file and leaves a folder with every round, all
# figures and a report; `Pipeline.load("runs/first")` opens it, and draws what you have seen here.
#
# Next: [Your own data and backbone](own_data_and_backbone.ipynb).
