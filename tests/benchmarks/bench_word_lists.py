"""One sentiment word list, cut into LFs in several ways: what each gives (docs/how_to_split_word_lists.md).

    LABELFNS_DATA=... python tests/benchmarks/bench_word_lists.py

VADER's words over the TweetEval sentiment tweets that are gold negative or positive, of train; the list was made for
tweets but without these. Gold is used to measure alone. No test split is read.
"""

import json
import os
from itertools import pairwise
from pathlib import Path

import numpy as np

from labelfns import LFSet, Votes, keywords, lexicon, vader_words
from labelfns.models import MajorityVote
from labelfns.models.label_models.base import BaseLabelModel
from labelfns.models.label_models.snorkel import SnorkelLabelModel

LABELS = ["negative", "positive"]
CUTS = (0.0, 1.0, 1.6, 2.2, 5.0)


def words_lf(words: dict[str, float], label: str, low: float, high: float, name: str) -> object:
    """Return the keyword LF of a polarity, of the words from one strength up to another."""
    sign = 1 if label == "positive" else -1
    return keywords(label, [w for w, x in words.items() if low <= sign * x < high and x * sign > 0], name=name)


def ways(words: dict[str, float]) -> dict[str, LFSet]:
    """Return the sets of LFs compared."""
    polarity = [words_lf(words, label, 0, 9, label) for label in LABELS]
    strength = [
        words_lf(words, label, low, high, f"{label}_{i}")
        for label in LABELS
        for i, (low, high) in enumerate(pairwise(CUTS))
    ]
    rng = np.random.default_rng(0)
    random = []
    for label, sign in (("negative", -1), ("positive", 1)):
        mine = [w for w, x in words.items() if x * sign > 0]
        parts = np.array_split(rng.permutation(mine), 4)
        random += [keywords(label, part.tolist(), name=f"{label}_{i}") for i, part in enumerate(parts)]
    sums = [
        lexicon(label, words, threshold=sign * cut, name=f"{label}_sum_{cut}")
        for label, sign in (("negative", -1), ("positive", 1))
        for cut in (0.5, 2.0, 4.0)
    ]
    return {
        "one a polarity": LFSet(LABELS, polarity),
        "four a polarity, at random": LFSet(LABELS, random),
        "four a polarity, by strength": LFSet(LABELS, strength),
        "three thresholds on the sum, negation": LFSet(LABELS, sums),
    }


def score(model: BaseLabelModel, votes: Votes, gold: np.ndarray) -> tuple[float, float, float]:
    """Return accuracy on covered rows, the share of rows of confidence 0.8, and the accuracy on these."""
    probs = model.fit(votes).predict_proba(votes)
    covered = votes.covered
    right = probs.argmax(axis=1) == gold
    sure = covered & (probs.max(axis=1) >= 0.8)
    return right[covered].mean(), sure.mean(), right[sure].mean() if sure.any() else float("nan")


def main() -> None:
    """Measure and print a table."""
    path = Path(os.environ["LABELFNS_DATA"]) / "tweeteval_sentiment" / "train.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row["label"] != 1]
    texts, gold = [row["text"] for row in rows], np.array([row["label"] // 2 for row in rows])
    words = vader_words()
    print(f"{len(texts):,} tweets, {gold.mean():.1%} positive; {len(words):,} words")
    for name, lfs in ways(words).items():
        votes = lfs.apply(texts, progress=lambda *_: None)
        print(f"{name}: {len(lfs)} LFs, covered {votes.covered.mean():.1%}, conflicting {votes.conflicting.mean():.1%}")
        models = [MajorityVote(), *([SnorkelLabelModel(seed=0)] if len(lfs) > 2 else [])]  # it needs three LFs
        for model in models:
            accuracy, sure, precise = score(model, votes, gold)
            print(
                f"  {type(model).__name__:18} covered {accuracy:.3f}; >= 0.8: {sure:.1%} of rows, {precise:.3f} right"
            )
        for row in votes.summary(gold).to_dicts():
            print(f"    {row['lf']:16} coverage {row['coverage']:.3f} accuracy {row['accuracy']:.3f}")


if __name__ == "__main__":
    main()
