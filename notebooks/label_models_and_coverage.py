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
# # Label models and coverage
#
# LFs give votes; a label model makes probabilities of them. This page asks what a sceptic would ask: how far do they
# reach, how right are they there, and does a confidence of 90% mean 90%? We use the 18 LFs of the embedded example.

# %%
from labelfns import LFSet, read_texts
from labelfns.data import example

home = example("tweet_sentiment")
labels = ["negative", "neutral", "positive"]
pool = read_texts(home / "unlabeled.jsonl")
test = read_texts(home / "test.jsonl", labels=labels)
lfs = LFSet.from_file(home / "lfs.py", labels)
votes = lfs.apply(pool)
votes

# %% [markdown]
# ## Fit, and measure elsewhere
#
# The label model is fitted on the pool, without any gold label, and measured on 301 tweets that have gold.

# %%
from labelfns.models import LabelModel
from labelfns.pipelines import analyze

analysis = analyze(lfs, pool, on=test, label_model=LabelModel())
answers = analysis.evaluation.answers
print(f"coverage         {answers.coverage:.1%}")
print(f"accuracy         {answers.accuracy:.1%}")
print(f"abstain_wrong    {answers.abstain_wrong:.1%}")
print(f"abstain_frequent {answers.abstain_frequent:.1%}")

# %% [markdown]
# Three numbers, never merged: **coverage**, the share of tweets that get an answer; **accuracy**, how right these
# answers are; and how right it is over **all** tweets, where no answer is wrong (`abstain_wrong`) or the most frequent
# label (`abstain_frequent`). LFs reach easy tweets first, so accuracy on covered tweets says nothing of the others.
#
# ## Does it beat majority vote?
#
# On the same tweets, with the interval of the difference:

# %%
print("label model against majority vote:", analysis.evaluation.against_majority_vote)
print("against the most frequent label:  ", analysis.evaluation.against_most_frequent)

# %% [markdown]
# An interval that holds 0 means that these tweets cannot tell.
#
# ## Which classes are reached?
#
# A class that LFs miss is one that a classifier will hardly learn.

# %%
ax = analysis.plot_coverage_by_class()
# %% [markdown]
# ## Accuracy against coverage
#
# Keep the surest answers first. The line should fall slowly, from well above chance (any order) towards it; the oracle
# would put every right answer first. The triangles are promises: up to which coverage at least so many answers are
# right, with 95% confidence.

# %%
ax = analysis.plot_accuracy_against_coverage()
# %% [markdown]
# ## Does a confidence mean what it says?
#
# Each dot is about as many answers; on the dashed line, confidence and accuracy are the same. The bars are 95%
# intervals: with few tweets much of the distance is chance.

# %%
ax = analysis.plot_reliability()
# %% [markdown]
# In numbers: the error as measured and debiased, and what a calibrated model would show on as many tweets, which is
# not 0.

# %%
found = analysis.evaluation.calibration
print(f"error {found.error:.3f}, debiased {found.debiased:.3f}")
print(f"a calibrated model: {found.calibrated:.3f} on average, under {found.calibrated_at_most:.3f} in 95% of draws")
print(f"confidence less accuracy: {found.too_sure:+.3f}")

# %% [markdown]
# ## Other label models
#
# They share one interface; `evaluate` compares them on the same tweets.

# %%
from labelfns.models import MajorityVote, SnorkelLabelModel, evaluate

test_votes = lfs.apply(test)
for model in (MajorityVote(), SnorkelLabelModel(), LabelModel()):
    found = evaluate(model.fit(votes).predict_proba(test_votes), test_votes, test.gold)
    print(
        f"{type(model).__name__:18} answers {found.answers.coverage:.1%}, of these right {found.answers.accuracy:.1%}, "
        f"calibration error {found.calibration.debiased:.3f}"
    )

# %% [markdown]
# `LabelModel` takes gold labels where there are some: `LabelModel().fit(votes, gold)`. They calibrate its confidences;
# 20 to 200 are worth having. Never those that you measure on.
#
# ## Why does a tweet get its label?
#
# Each vote adds to the log-odds of a label.

# %%
conflicting = test_votes.conflicting.nonzero()[0]
row = int(conflicting[0])
print(test[row], "\n")
reasons = analysis.explain(row)
for vote in reasons.votes:
    print(f"{vote.lf:16} votes {vote.vote:9} log-odds {vote.log_odds:+.2f}")
print(f"-> {reasons.label}, confidence {reasons.confidence:.2f}; gold {labels[test.gold[row]]}")

# %% [markdown]
# ## Where does it go wrong?

# %%
ax = analysis.plot_confusion()
# %% [markdown]
# ## All of it
#
# An analysis shows its tables in a notebook; `analysis.report("lfs.html", texts=test, lfs=lfs)` writes a page with the
# tweets behind each figure, and `labelfns analyze pipeline.toml --data test` prints it.

# %%
analysis

# %% [markdown]
# Next: [Rounds and prediction](rounds_and_prediction.ipynb) trains a classifier that answers where no LF votes.
