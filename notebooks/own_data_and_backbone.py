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
# # Your own data and backbone
#
# You have a CSV file of tweets, perhaps with a few labels, and would rather fine-tune BERTweet than the embedded
# MiniLM. Here is a file to play with; put the path of yours in its place.

# %%
import tempfile
from pathlib import Path

import polars as pl

folder = Path(tempfile.mkdtemp())
file = folder / "my_tweets.csv"
pl.DataFrame(
    {
        "id": range(1, 241),
        "tweet": [
            f"{start} {middle} {end}"
            for start in ("flight ba12", "our train", "the bus", "gate 4", "check in", "my bag")
            for middle in ("is", "was", "today is", "now is", "again is")
            for end in (
                "late again 😡",
                "cancelled #fail",
                "lost, no apology",
                "on time, thank you",
                "great #happy",
                "lovely 😍",
                "open",
                "at the usual place",
            )
        ],
        "likes": [i * 7 % 50 for i in range(240)],
        "feeling": ["bad", "bad", "bad", "good", "good", "good", None, None] * 10 + [None] * 160,
    }
).write_csv(file)
print(*file.read_text(encoding="utf-8").splitlines()[:4], sep="\n")

# %% [markdown]
# ## Read it
#
# Name the column of texts, and that of labels where there is one. Other columns are kept. A file that cannot be read is
# an error that names the line.

# %%
from labelfns import read_texts

texts = read_texts(file, text="tweet", gold="feeling", labels=["bad", "good"])
print(len(texts), "texts,", (texts.gold >= 0).sum(), "with a label; other columns:", *texts.fields)

# %% [markdown]
# pandas, polars and pyarrow frames, lists and `datasets` go in as they are:

# %%
from labelfns import LFSet, column, emoji, hashtags, keywords

lfs = LFSet(
    ["bad", "good"],
    [
        hashtags("bad", ["fail"], name="bad_tags"),
        hashtags("good", ["happy"], name="good_tags"),
        emoji("bad", ["😡"], name="angry"),
        emoji("good", ["😍"], name="charmed"),
        keywords("bad", ["late again", "lost", "cancelled"], name="trouble"),
        keywords("good", ["thank you", "on time", "great", "lovely"], name="praise"),
    ],
)
frame = pl.read_csv(file)
print(lfs.apply(frame, text="tweet"))
print(lfs.apply(frame["tweet"].to_list()))

# %% [markdown]
# An LF may read other columns of a row:

# %%
liked = column("good", (pl.col("likes").cast(int) > 45) & pl.col("text").str.contains("thank"), name="liked")
LFSet(["bad", "good"], [*lfs, liked]).apply(texts)

# %% [markdown]
# ## Split before you look
#
# Labels that you measure with are not there to choose words by. Here every third labeled tweet is put aside as val.

# %%
import numpy as np

aside = np.flatnonzero(texts.gold >= 0)[::3]
val = texts.take(aside.tolist())
pool = texts.take(np.setdiff1d(np.arange(len(texts)), aside).tolist())
print(len(pool), "in the pool,", len(val), "in val")

# %% [markdown]
# ## Another backbone
#
# `backbone` is `"embedded"`, a name on the Hugging Face hub, or a folder. For tweets, BERTweet is a good choice:
#
# ```python
# Pipeline(lfs, backbone="vinai/bertweet-base").fit(pool, val=val)
# ```
#
# In a pipeline file it is `backbone = "vinai/bertweet-base"` under `[classifier]`. It is fetched once, and used from
# the cache after that. This page needs no network, so it makes a folder of the same form: a RoBERTa with BERTweet's
# kind of tokenizer, two tiny layers, and weights drawn at random.

# %%
import json

import torch
from transformers import RobertaConfig, RobertaForSequenceClassification

tiny = folder / "tiny-bertweet"
tiny.mkdir()
letters = "abcdefghijklmnopqrstuvwxyz0123456789#,😡😍"
pieces = [*(f"{letter}@@" for letter in letters), *letters]
(tiny / "vocab.txt").write_text("".join(f"{piece} 1\n" for piece in pieces), encoding="utf-8")
(tiny / "bpe.codes").write_text("", encoding="utf-8")
(tiny / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertweetTokenizer", "normalization": True}))
torch.manual_seed(0)
RobertaForSequenceClassification(
    RobertaConfig(
        vocab_size=len(pieces) + 5,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=130,
        pad_token_id=1,
        tokenizer_class="BertweetTokenizer",
    )
).save_pretrained(tiny)
print(*sorted(path.name for path in tiny.iterdir()))

# %% [markdown]
# ## Train
#
# Weights drawn at random know no language, so the figures below are of the LFs; with the real backbone the classifier
# does its part.

# %%
from labelfns.models import FineTuning, LabelModel
from labelfns.pipelines import Pipeline, Rounds

pipeline = Pipeline(
    lfs,
    backbone=tiny,
    label_model=LabelModel(),
    settings=FineTuning(min_steps=60, learning_rate=3e-3, frozen_layers=-1),
    rounds=Rounds(rounds=0),
)
pipeline.fit(pool, val=val)

# %%
ax = pipeline.plot_worth()
# %% [markdown]
# ## Use it

# %%
for tweet in ("late again, and lost", "on time today #happy"):
    print(pipeline.predict([tweet])[0], "-", tweet)

# %%
pipeline.save(folder / "my-pipeline")
print(*sorted(path.name for path in (folder / "my-pipeline").iterdir()))

# %% [markdown]
# ## The same on the command line
#
# ```
# labelfns init mine --data my_tweets.csv --text tweet --gold feeling
# labelfns analyze mine/pipeline.toml
# labelfns run mine/pipeline.toml --set 'classifier.backbone="vinai/bertweet-base"'
# ```
#
# The first line writes a pipeline file and LFs made of words of your texts, which run as they are and wait for better
# ones: see [Writing and debugging LFs](writing_and_debugging_lfs.ipynb).

# %%
import shutil

shutil.rmtree(folder)
