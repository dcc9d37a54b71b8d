"""Votes to measure label models on: four public sets, and synthetic votes with a known truth."""

import json
import os
from functools import cache
from pathlib import Path

import numpy as np

from labelfns import Votes
from labelfns.lfset import LFSet
from labelfns.models.arrays import credit

SETS = ("tweeteval_emotion", "wrench_youtube", "wrench_imdb_lite", "wrench_agnews_lite")
DATA = Path(os.environ.get("LABELFNS_DATA", ""))
EXAMPLE = Path(__file__).parents[2] / "data" / "tweet_emotion" / "lfs.py"


@cache
def real(name):
    """Return the votes and the gold labels of a set's training rows."""
    if name == "tweeteval_emotion":
        rows = [json.loads(line) for line in (DATA / name / "train.jsonl").read_text(encoding="utf-8").splitlines()]
        lfs = LFSet.from_file(EXAMPLE, ["anger", "joy", "optimism", "sadness"])
        return lfs.apply([row["text"] for row in rows]), np.array([row["label"] for row in rows])
    rows = json.loads((DATA / name / "train.json").read_text(encoding="utf-8")).values()
    labels = json.loads((DATA / name / "label.json").read_text(encoding="utf-8"))
    matrix = np.array([row["weak_labels"] for row in rows])
    return Votes(matrix, labels=list(labels.values())), np.array([row["label"] for row in rows])


def synthetic(seed, *, n, m, k, cov, acc, adverse=0, copies=0, one_label=True, balance=None):
    """Draw votes that are independent given the class.

    `cov` and `acc` are ranges of coverage (log-uniform) and precision (uniform); `adverse` LFs are wrong most of the
    time; the worst LF gets `copies` near-copies; with `one_label` LF j votes for class j mod k alone.
    """
    rng = np.random.default_rng(seed)
    balance = np.full(k, 1 / k) if balance is None else np.asarray(balance)
    truth = rng.choice(k, n, p=balance)
    matrix = np.full((n, m), -1)
    right = rng.uniform(*acc, m)
    right[:adverse] = rng.uniform(0.15, 0.35, adverse) if k == 2 else rng.uniform(0.05, 0.3, adverse)
    for j in range(m):
        coverage = np.exp(rng.uniform(*np.log(cov)))
        if one_label:
            c = j % k
            hit = min(coverage * right[j] / balance[c], 0.95)
            miss = min(coverage * (1 - right[j]) / (1 - balance[c]), 0.95)
            matrix[rng.random(n) < np.where(truth == c, hit, miss), j] = c
        else:
            wrong = (truth + rng.integers(1, k, n)) % k
            voted = rng.random(n) < coverage
            matrix[voted, j] = np.where(rng.random(n) < right[j], truth, wrong)[voted]
    if copies:
        worst = int(right.argmin())
        for j in [j for j in range(m - 1, -1, -1) if j != worst][:copies]:
            matrix[:, j] = np.where(rng.random(n) < 0.05, -1, matrix[:, worst])
    return Votes(matrix, labels=[str(c) for c in range(k)]), truth


def cells():
    """Return the settings of every cell of the synthetic suite, by name."""
    found = {}
    for k in (2, 3, 6):
        for cov in ((0.005, 0.03), (0.02, 0.1), (0.1, 0.6)):
            for m in (3, 6, 20, 100):
                for one in (True, False):
                    kind = "one label" if one else "all labels"
                    name = f"{k} classes, {m} LFs, coverage {cov[0]:g}-{cov[1]:g}, {kind}"
                    found[name] = {"n": 2000, "m": m, "k": k, "cov": cov, "acc": (0.55, 0.95), "one_label": one}
    twists = {
        "one adversary": {"m": 8, "adverse": 1},
        "two adversaries": {"adverse": 2},
        "three copies of an adversary": {"adverse": 1, "copies": 2},
        "three copies of the worst": {"acc": (0.55, 0.9), "copies": 2},
        "60 rows": {"n": 60},
        "200 rows, one adversary": {"n": 200, "adverse": 1},
        "one class of 70 %": {"acc": (0.6, 0.95), "uneven": True},
        "all weak": {"acc": (0.5, 0.65)},
        "all good": {"acc": (0.85, 0.98)},
    }
    for k in (2, 4):
        for cov in ((0.02, 0.1), (0.1, 0.6)):
            for one in (True, False):
                for title, twist in twists.items():
                    twist = dict(twist)
                    balance = [0.7] + [0.3 / (k - 1)] * (k - 1) if twist.pop("uneven", False) else None
                    base = {"n": 2000, "m": 10, "k": k, "cov": cov, "acc": (0.6, 0.9), "one_label": one}
                    kind = "one label" if one else "all labels"
                    name = f"{k} classes, {title}, coverage {cov[0]:g}-{cov[1]:g}, {kind}"
                    found[name] = base | twist | {"balance": balance}
    return found


def accuracy(probs, gold):
    """Return the share of right rows; a tie counts as a fair draw among the tied classes."""
    return float(credit(probs, gold).mean())


def first_accuracy(probs, gold):
    """Return the share of right rows where ties go to the lowest class id, as `argmax` has it."""
    return float((probs.argmax(axis=1) == gold).mean())
