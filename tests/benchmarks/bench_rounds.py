"""Quality of the rounds on four data sets: LF votes, a plain fine-tune, ours round by round, all gold.

The plain fine-tune is what one would do first: the covered rows with majority vote's hard labels, no smoothing,
nothing hidden. All gold is the same backbone fine-tuned on the pool's gold labels. Both have our settings else. Rounds
go on to the last, whether they are better or not, so that the gold-free choice can be judged: its regret is the gold
score of the best round less that of the round it kept.

`--sets`, `--seeds`, `--rounds` say what to run; figures are on val, with `--test` on test, which nothing is chosen by.
`--ablate` turns one part off, or another on, at a time.
"""

import argparse
import dataclasses
import json
import os
import statistics
import sys
import time
from pathlib import Path

import numpy as np

from labelfns import LFSet, Votes, keywords, labeling_function, regex
from labelfns.data import example
from labelfns.models import FineTuning, LabelModel, MajorityVote, TransformerClassifier, WeakLabelLoss
from labelfns.models.metrics import score
from labelfns.pipelines import Labelled, Rounds, SelfTraining
from labelfns.pipelines.lf_file import load_lfs
from labelfns.settings import from_mapping

EMOTIONS = ["anger", "joy", "optimism", "sadness"]
SENTIMENTS = ["negative", "neutral", "positive"]
SPAM = ["ham", "spam"]
SENTIMENT_POOL = 6000


@labeling_function
def short(text):
    return "ham" if len(text.split()) < 5 else None


SPAM_LFS = [  # after Snorkel's spam tutorial
    keywords("spam", ["my"], name="my"),
    keywords("spam", ["subscribe"], name="subscribe"),
    regex("spam", r"https?:|www\.|\.com\b", name="link"),
    keywords("spam", ["please", "plz"], name="please"),
    keywords("ham", ["song"], name="song"),
    regex("spam", r"check.{0,20}out", name="check_out"),
    keywords("ham", ["love", "beautiful", "amazing", "best", "awesome"], name="praise"),
    short,
]


def read(path):
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [row["text"] for row in rows], np.array([row["label"] for row in rows])


def read_wrench(path):
    rows = list(json.loads(path.read_text(encoding="utf-8")).values())
    matrix = np.array([row["weak_labels"] for row in rows], dtype=np.int8)
    return [row["data"]["text"] for row in rows], np.array([row["label"] for row in rows]), matrix


def load(name, folder):
    """Return labels, the pool's (texts, gold, votes, cues), and the other sets' (texts, gold, votes)."""
    if name == "wrench_youtube":
        parts = {part: read_wrench(folder / name / f"{part}.json") for part in ("train", "valid", "test")}
        texts, gold, matrix = parts["train"]
        known = set(parts["valid"][0])  # WRENCH's train may hold rows of valid
        rows = [i for i, text in enumerate(texts) if text not in known]
        pool = [texts[i] for i in rows], gold[rows], Votes(matrix[rows], labels=SPAM), None
        sets = {
            new: (parts[old][0], parts[old][1], Votes(parts[old][2], labels=SPAM))
            for new, old in (("val", "valid"), ("test", "test"))
        }
        return SPAM, pool, sets
    if name == "tweeteval_emotion":
        labels, lfs = EMOTIONS, load_lfs(example("tweet_emotion") / "lfs.py", EMOTIONS)
    elif name == "tweeteval_sentiment":
        labels, lfs = SENTIMENTS, load_lfs(example("tweet_sentiment") / "lfs.py", SENTIMENTS)
    else:
        labels, lfs = SPAM, LFSet(SPAM, SPAM_LFS)
    texts, gold = read(folder / name / "train.jsonl")
    if name == "tweeteval_sentiment":
        texts, gold = texts[:SENTIMENT_POOL], gold[:SENTIMENT_POOL]
    found = {part: folder / name / f"{part}.jsonl" for part in ("val", "test")}
    sets = {part: (*read(path),) for part, path in found.items() if path.is_file()}
    sets = {part: (*given, lfs.apply(given[0])) for part, given in sets.items()}
    return labels, (texts, gold, lfs.apply(texts), lfs.cues(texts)), sets


def quiet(what, done, total):
    pass


class Figures:
    """Scores by way of getting there, over seeds."""

    def __init__(self, gold, k, figure):
        self.gold, self.k, self.figure, self.found = gold, k, figure, {}

    def add(self, way, predicted):
        value = getattr(score(self.gold, predicted, self.k), self.figure)
        self.found.setdefault(way, []).append(value)
        return value

    def show(self):
        for way, values in self.found.items():
            print(f"  {way:34} {statistics.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})", flush=True)


def fill(votes, predicted, most_common):
    return np.where(predicted < 0, most_common, predicted)


def measure(name, folder, options, tuning, rounds, *, others):
    """Run one data set; return the regret of the choice for each seed, in the figure of the set."""
    labels, (texts, gold, votes, cues), sets = load(name, folder)
    part = "test" if options.test or "val" not in sets else "val"
    if part == "test" and not options.test:
        sys.exit(f"{name} has no val; ask for --test")
    there, there_gold, there_votes = sets[part]
    k, figure = len(labels), "accuracy" if labels == SPAM else "macro_f1"
    if name == "tweeteval_sentiment":
        figure = "macro_recall"
    figures, regrets = Figures(there_gold, k, figure), []
    majority = MajorityVote().fit(votes)
    hard = majority.predict(votes)
    counts = np.bincount(hard[hard >= 0], minlength=k)
    answers = majority.predict(there_votes)
    print(f"\n{name}: {len(texts)} rows, {votes.covered.mean():.0%} covered; {part} {figure}, seeds {options.seeds}")
    for seed in options.seeds:
        figures.add("majority vote, all rows", fill(there_votes, answers, int(counts.argmax())))
        if others:
            plain = dataclasses.replace(tuning, hide_cues=0.0, loss=WeakLabelLoss(smoothing=0.0, consistency="none"))
            for way, rows, target in (
                ("plain fine-tune, majority labels", np.flatnonzero(hard >= 0), hard),
                ("fine-tuned on all gold", np.flatnonzero(gold >= 0), gold),
            ):
                model = TransformerClassifier("embedded", labels=labels, settings=plain, seed=seed)
                model.fit([texts[i] for i in rows], np.eye(k)[target[rows]], progress=quiet)
                figures.add(way, model.predict(there, progress=quiet))
        start = time.perf_counter()
        template = TransformerClassifier("embedded", settings=tuning, seed=seed)
        training = SelfTraining(LabelModel(), template, rounds)
        result = training.run(texts, votes, cues=cues, labelled={part: Labelled(there, there_gold)}, progress=quiet)
        found = [getattr(done.ledger.scores[part], figure) for done in result.rounds]
        for number, value in enumerate(found):
            figures.found.setdefault(f"ours, round {number}", []).append(value)
        kept = result.best.ledger.round
        figures.found.setdefault("ours, kept", []).append(found[kept])
        regrets.append(max(found) - found[kept])
        judged = " ".join(f"{done.ledger.judged:.3f}" for done in result.rounds)
        print(
            f"    seed {seed}: {part} {' '.join(f'{v:.3f}' for v in found)}, judged {judged}, kept {kept}, "
            f"{time.perf_counter() - start:.0f} s",
            flush=True,
        )
    figures.show()
    return regrets


ABLATIONS = {
    "as it is": {},
    "no smoothing": {"classifier": {"loss": {"smoothing": 0.0}}},
    "no cue hiding": {"classifier": {"hide_cues": 0.0}},
    "cut statistic in round 0": {"rounds": {"first": {"rule": "cut_statistic"}}},
    "threshold .6 in round 0": {"rounds": {"first": {"rule": "threshold", "min_confidence": 0.6}}},
    "two passes": {"classifier": {"loss": {"consistency": "two_passes"}}},
    "all trained, embeddings too": {"classifier": {"frozen_layers": -1}},
    "round 1: no alignment": {"rounds": {"rounds": 1, "align_classes": False}},
    "round 1: all rows": {"rounds": {"rounds": 1, "later": {"rule": "threshold"}}},
    "round 1: freematch": {"rounds": {"rounds": 1, "later": {"rule": "freematch"}}},
    "round 1: as it is": {"rounds": {"rounds": 1}},
}


def settings(cls, *given):
    merged, problems = {}, []
    for values in given:
        for key, value in values.items():
            merged[key] = {**merged.get(key, {}), **value} if isinstance(value, dict) else value
    found = from_mapping(cls, merged, cls.__name__, problems)
    if problems:
        sys.exit("\n".join(problems))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ["tweeteval_emotion", "wrench_youtube", "snorkel_spam", "tweeteval_sentiment"]
    parser.add_argument("--sets", nargs="+", choices=names, default=names)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--ablate", nargs="*", choices=ABLATIONS, help="which ablations; all where none is named")
    options = parser.parse_args()
    if "LABELFNS_DATA" not in os.environ:
        sys.exit("set LABELFNS_DATA to the folder that holds the data sets; see tests/benchmarks/README.md")
    folder = Path(os.environ["LABELFNS_DATA"])
    if options.ablate is not None:
        for title in options.ablate or ABLATIONS:
            print(f"\n== {title}", end="")
            changes = ABLATIONS[title]
            tuning = settings(FineTuning, changes.get("classifier", {}))
            rounds = settings(Rounds, {"rounds": 0, "patience": 0}, changes.get("rounds", {}))
            for name in options.sets:
                measure(name, folder, options, tuning, rounds, others=False)
        return
    rounds = Rounds(rounds=options.rounds, patience=0)
    regrets = [
        regret for name in options.sets for regret in measure(name, folder, options, FineTuning(), rounds, others=True)
    ]
    near = sum(regret <= 0.01 for regret in regrets)
    print(f"\nthe gold-free choice is within a point of the best round in {near} of {len(regrets)} (set, seed) pairs")


if __name__ == "__main__":
    main()
