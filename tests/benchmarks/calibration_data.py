"""Many votes for the same texts, to measure calibration on: other LFs, cuts, copies, class pairs, few rows.

Two parts by whole data sets: on `MADE_ON` the method was made, `READ_ONCE` was read once, at the end. Training rows
alone; no test part is read.
"""

import json
import zlib
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import numpy as np
from bench_rounds import SENTIMENTS, SPAM, SPAM_LFS
from calibration_lfs import by_strength, loose, other
from label_model_data import DATA, real

from labelfns import Votes
from labelfns.data import example
from labelfns.lfset import LFSet
from labelfns.models.arrays import decide
from labelfns.models.evaluation import calibration

MADE_ON = ("emotion", "youtube", "spam", "vader")
READ_ONCE = ("sentiment", "agnews", "imdb")
ROWS = 6000
FEW = 200
FEWEST = 40
"""Votes on fewer rows are left out: nothing can be measured on them."""
EMOTIONS = ["anger", "joy", "optimism", "sadness"]
NEWS = ["World", "Sports", "Business", "Sci/Tech"]


def lines(name, file="train.jsonl"):
    """Return the texts and gold of a file of one object a line."""
    rows = [json.loads(line) for line in (DATA / name / file).read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in rows], np.array([row["label"] for row in rows])


def wrench(name, labels):
    """Return the texts, gold and given votes of a set in WRENCH's form."""
    rows = list(json.loads((DATA / name / "train.json").read_text(encoding="utf-8")).values())
    return [row["data"]["text"] for row in rows], real(name)[1], Votes(real(name)[0].matrix, labels=labels)


def of_labels(file, labels):
    """Return the LFs of an example's file that vote for `labels` alone."""
    lfs = LFSet.from_file(file, SENTIMENTS)
    return [lf for lf in lfs if getattr(lf, "label", None) in labels]


def sources(name):
    """Return labels, texts, gold and sets of LFs (or votes) by name."""
    if name == "emotion":
        given = LFSet.from_file(example("tweet_emotion") / "lfs.py", EMOTIONS)
        return EMOTIONS, *lines("tweeteval_emotion"), {"given": given} | written("emotion")
    if name == "spam":
        return SPAM, *lines("snorkel_spam"), {"given": SPAM_LFS} | written("spam")
    if name == "youtube":
        texts, gold, votes = wrench("wrench_youtube", SPAM)
        return SPAM, texts, gold, {"given": votes} | written("spam")
    if name == "vader":
        texts, gold = lines("vader_tweets", "all.jsonl")
        rows = np.flatnonzero(gold != 1)  # four rows are neutral
        polar = ["negative", "positive"]
        lfs = {"given": of_labels(example("tweet_sentiment") / "lfs.py", polar), "words": by_strength(*polar)}
        return polar, [texts[i] for i in rows], gold[rows] // 2, lfs | written("sentiment")
    if name == "sentiment":
        texts, gold = (part[:ROWS] for part in lines("tweeteval_sentiment"))
        given = LFSet.from_file(example("tweet_sentiment") / "lfs.py", SENTIMENTS)
        words = [*by_strength("negative", "positive"), *other("neutral")]
        return SENTIMENTS, texts, gold, {"given": given, "words": words} | written("sentiment", "neutral")
    if name == "agnews":
        texts, gold, votes = wrench("wrench_agnews_lite", NEWS)
        return NEWS, texts, gold, {"given": votes} | written("news")
    texts, gold, votes = wrench("wrench_imdb_lite", ["0", "1"])
    return ["0", "1"], texts, gold, {"given": votes, "words": by_strength("0", "1")} | written("film")


def written(*kinds):
    """Return the other and the loose LFs of some kinds."""
    return {title: [lf for kind in kinds for lf in make(kind)] for title, make in (("other", other), ("loose", loose))}


def chosen(votes, rows=None, lfs=None, labels=None):
    """Return votes cut to rows, LFs and label ids."""
    matrix = votes.matrix if rows is None else votes.matrix[rows]
    matrix = matrix if lfs is None else matrix[:, lfs]
    if labels is None:
        return Votes(matrix, labels=votes.labels)
    new = np.full(votes.n_labels + 1, -1)
    new[list(labels)] = range(len(labels))
    matrix = new[matrix]
    return Votes(matrix[:, (matrix >= 0).any(axis=0)], labels=[votes.labels[c] for c in labels])


@dataclass(frozen=True, eq=False)
class Case:
    """Votes to fit on and to judge: of which LFs, how cut, and the rows to fit on (None: all)."""

    lfs: str
    kind: str
    votes: Votes
    gold: np.ndarray
    rows: np.ndarray | None = None

    @property
    def fit_on(self):
        """The votes to fit on."""
        return self.votes if self.rows is None else self.votes.rows(self.rows)


def cuts(lfs, votes, gold, rng):
    """Yield the votes themselves, then cut and copied in many ways."""
    n, m = votes.matrix.shape
    k = votes.n_labels
    yield Case(lfs, "whole", votes, gold)
    if k > 2:
        subsets = [*combinations(range(k), 2), *(combinations(range(k), 3) if k > 3 else ())]
        for i in rng.choice(len(subsets), min(4, len(subsets)), replace=False):
            rows = np.flatnonzero(np.isin(gold, subsets[i]))
            some = chosen(votes, rows, labels=subsets[i])
            yield Case(lfs, "some classes", some, np.searchsorted(subsets[i], gold[rows]))
    for _ in range(3):
        yield Case(lfs, "half of the LFs", chosen(votes, lfs=rng.permutation(m)[: (m + 1) // 2]), gold)
    for _ in range(2):
        yield Case(lfs, "three LFs", chosen(votes, lfs=rng.permutation(m)[:3]), gold)
    for loss in (0.05, 0.4):  # near-copies, and copies that the label model does not take for such
        copied = votes.matrix[:, rng.permutation(m)[: max(m // 3, 1)]].copy()
        copied[rng.random(copied.shape) < loss] = -1
        yield Case(lfs, "copies", Votes(np.column_stack([votes.matrix, copied]), labels=votes.labels), gold)
    for c in rng.permutation(k)[:2]:
        rows = np.flatnonzero((gold != c) | (rng.random(n) < 0.2))
        yield Case(lfs, "a class of few rows", chosen(votes, rows), gold[rows])
    for _ in range(2):  # judged on all rows: 200 are too few to measure on
        yield Case(lfs, f"{FEW} rows", votes, gold, rng.permutation(n)[:FEW])


@cache
def bench(name):
    """Return the cases of a data set."""
    labels, texts, gold, lf_sets = sources(name)
    found = []
    for title, lfs in lf_sets.items():
        votes = lfs if isinstance(lfs, Votes) else LFSet(labels, list(lfs)).apply(texts, progress=lambda *_: None)
        rng = np.random.default_rng(zlib.crc32(f"{name} {title}".encode()))
        for case in cuts(title, votes, gold, rng):
            cast = case.fit_on.matrix
            if (cast >= 0).any(axis=1).sum() >= FEWEST and len(np.unique(cast[cast >= 0])) > 1:
                found.append(case)
    return found


def calibration_error(probs, votes, gold):
    """Return the debiased calibration error of the rows that get a label, as `evaluate` has it."""
    answers = decide(probs, votes.covered)
    said = answers >= 0
    return calibration.calibration_error(probs.max(axis=1)[said], (answers == gold)[said]).debiased
