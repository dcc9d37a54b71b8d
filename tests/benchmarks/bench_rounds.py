"""Quality of the rounds on four data sets: LF votes, a plain fine-tune, ours round by round, all gold.

The plain fine-tune is what one would do first: the covered rows with majority vote's hard labels, nothing
smoothed, selected or balanced. All gold is the same backbone fine-tuned on the pool's gold labels. Both have our
settings else. Rounds go on to the last, whether they are better or not, so that the gold-free choice can be judged: its
regret is the gold score of the best round less that of the round it kept. Below stand the kept model and the LFs
answering together, with each weight of the votes and with the weight that was found without gold.

`--sets`, `--seeds`, `--rounds` say what to run; figures are on val, with `--test` on test, which nothing is chosen by.
With `--held-out 3` a third of the pool, another for each seed, is taken from training, and figures are on its gold: on
all seeds together as many rows as the pool has, where a val may have a hundred. Defaults were chosen by these.
`--ablate` turns one part off, or another on, at a time. `--few-gold 20` draws so many rows of each class from val,
and shows what becomes of the kept model with them, and of the backbone alone.
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
from labelfns.models import (
    FineTuning,
    LabelModel,
    MajorityVote,
    SnorkelLabelModel,
    TransformerClassifier,
    WeakLabelLoss,
)
from labelfns.models.evaluation.metrics import score
from labelfns.pipelines import FewGold, Labeled, Rounds, SelfTraining
from labelfns.pipelines.few_gold import refine
from labelfns.pipelines.prediction.predictor import joined
from labelfns.pipelines.prediction.weight import WEIGHTS, vote_weight
from labelfns.settings import Reader

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


YOUTUBE_CUES = [  # what WRENCH's keyword LFs look for, as their votes show; the other four have no cue
    regex("spam", "my", name="keyword_my"),
    regex("spam", "subscribe", name="keyword_subscribe"),
    regex("spam", "http", name="keyword_link"),
    regex("spam", "please|plz", name="keyword_please"),
    regex("ham", "song", name="keyword_song"),
    regex("spam", "check.*out", name="regex_check_out"),
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
        texts = [texts[i] for i in rows]
        pool = texts, gold[rows], Votes(matrix[rows], labels=SPAM), LFSet(SPAM, YOUTUBE_CUES).cues(texts)
        sets = {
            new: (parts[old][0], parts[old][1], Votes(parts[old][2], labels=SPAM))
            for new, old in (("val", "valid"), ("test", "test"))
        }
        return SPAM, pool, sets
    if name == "tweeteval_emotion":
        labels, lfs = EMOTIONS, LFSet.from_file(example("tweet_emotion") / "lfs.py", EMOTIONS)
    elif name == "tweeteval_sentiment":
        labels, lfs = SENTIMENTS, LFSet.from_file(example("tweet_sentiment") / "lfs.py", SENTIMENTS)
    else:
        labels, lfs = SPAM, LFSet(SPAM, SPAM_LFS)
    texts, gold = read(folder / name / "train.jsonl")
    if name == "tweeteval_sentiment":
        texts, gold = texts[:SENTIMENT_POOL], gold[:SENTIMENT_POOL]
    found = {part: folder / name / f"{part}.jsonl" for part in ("val", "test")}
    sets = {part: (*read(path),) for part, path in found.items() if path.is_file()}
    sets = {part: (*given, lfs.apply(given[0])) for part, given in sets.items()}
    return labels, (texts, gold, lfs.apply(texts), lfs.cues(texts)), sets


def hold_out(pool, parts, part):
    """Split a pool into what is trained on and the held-out (texts, gold, votes)."""
    texts, gold, votes, cues = pool
    held_out = np.random.default_rng(0).permutation(len(texts)) % parts == part

    def of(rows):
        matrix = Votes(votes.matrix[rows], labels=votes.labels, lf_names=votes.lf_names)
        return [texts[i] for i in rows], gold[rows], matrix

    rest, there = np.flatnonzero(~held_out), np.flatnonzero(held_out)
    return (*of(rest), [cues[i] for i in rest]), of(there)


def quiet(what, done, total):
    pass


ROUND_0 = {}
"""Rounds 0 by what they depend on, so that ablations of later rounds share one."""


class Figures:
    """Scores by way of getting there, over seeds."""

    def __init__(self, k, figure):
        self.k, self.figure, self.found = k, figure, {}

    def add(self, way, gold, predicted):
        self.found.setdefault(way, []).append(getattr(score(gold, predicted, self.k), self.figure))

    def show(self):
        for way, values in self.found.items():
            print(f"  {way:34} {statistics.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})", flush=True)


def measure(name, folder, options, tuning, rounds, *, others):
    """Run one data set; return the regret of the choice for each seed, in the figure of the set."""
    labels, everything, sets = load(name, folder)
    part = "held out" if options.held_out else "test" if options.test else "val"
    if part not in (*sets, "held out"):
        sys.exit(f"{name} has no {part}; ask for --test or --held-out 3")
    k, figure = len(labels), "accuracy" if labels == SPAM else "macro_f1"
    if name == "tweeteval_sentiment":
        figure = "macro_recall"
    figures, regrets = Figures(k, figure), []
    coverage = everything[2].covered.mean()
    print(f"\n{name}: {len(everything[0])} rows, {coverage:.0%} covered; {part} {figure}, seeds {options.seeds}")
    for seed in options.seeds:
        (texts, gold, votes, cues), (there, there_gold, there_votes) = (
            hold_out(everything, options.held_out, seed % options.held_out)
            if options.held_out
            else (everything, sets[part])
        )
        majority = MajorityVote().fit(votes)
        hard = majority.predict(votes)
        most_common = int(np.bincount(hard[hard >= 0], minlength=k).argmax())
        answers = majority.predict(there_votes)
        figures.add("majority vote, all rows", there_gold, np.where(answers < 0, most_common, answers))
        if others:
            plain = dataclasses.replace(tuning, loss=WeakLabelLoss(smoothing=0.0, consistency="none"))
            for way, rows, target in (
                ("plain fine-tune, majority labels", np.flatnonzero(hard >= 0), hard),
                ("fine-tuned on all gold", np.flatnonzero(gold >= 0), gold),
            ):
                model = TransformerClassifier("embedded", labels=labels, settings=plain, seed=seed)
                model.fit([texts[i] for i in rows], np.eye(k)[target[rows]], progress=quiet)
                figures.add(way, there_gold, model.predict(there, progress=quiet))
        start = time.perf_counter()
        template = TransformerClassifier("embedded", settings=tuning, seed=seed)
        training = SelfTraining(LABEL_MODELS[options.label_model](seed), template, rounds)
        key = (name, seed, repr(tuning), repr(rounds.first), rounds.adjust_logits)
        labeled = {part: Labeled(there, there_gold)}
        result = training.run(texts, votes, cues=cues, labeled=labeled, done=ROUND_0.get(key, ()), progress=quiet)
        ROUND_0[key] = result.rounds[:1]
        found = [getattr(done.ledger.scores[part], figure) for done in result.rounds]
        for number, value in enumerate(found):
            figures.found.setdefault(f"ours, round {number}", []).append(value)
        kept = result.best.ledger.round
        figures.found.setdefault("ours, kept", []).append(found[kept])
        regrets.append(max(found) - found[kept])
        together(figures, result, training.label_model, (texts, votes, cues), (there, there_gold, there_votes))
        judged = " ".join(f"{done.ledger.judged:.3f}" for done in result.rounds)
        print(
            f"    seed {seed}: {part} {' '.join(f'{v:.3f}' for v in found)}, judged {judged}, kept {kept}, "
            f"{time.perf_counter() - start:.0f} s",
            flush=True,
        )
        if options.few_gold:
            refined = with_few_gold(result.best, sets["val"], options.few_gold, seed, labeled)
            figures.found.setdefault("ours, with a little gold", []).append(getattr(refined.refined[part], figure))
            figures.found.setdefault("a little gold alone", []).append(getattr(refined.gold_alone[part], figure))
            print(f"    seed {seed}: gain {refined.gain:.3f} +- {refined.gain_error:.3f}, {refined.rows} gold rows")
    figures.show()
    return regrets


def together(figures, result, label_model, pool, held_out):
    """Add the figures of LFs and classifier answering together, with each weight and the one found without gold."""
    (texts, votes, cues), (there, gold, there_votes) = pool, held_out
    classifier, judges = result.best.classifier, np.flatnonzero(result.judges)
    hidden = classifier.predict_proba([texts[i] for i in judges], hidden=[cues[i] for i in judges], progress=quiet)
    found = vote_weight(hidden, votes.rows(judges), label_model).value
    alone, weak = classifier.predict_proba(there, progress=quiet), label_model.predict_proba(there_votes)
    for weight in WEIGHTS:
        answers = joined(alone, weak, there_votes.covered, weight).argmax(axis=1)
        figures.add(f"ours and LFs, weight {weight:g}", gold, answers)
        if weight == found:
            figures.add("ours and LFs, weight found", gold, answers)


def with_few_gold(best, val, a_class, seed, labeled):
    """Return the figures of a kept round's model, and of gold alone, with so many rows a class of val."""
    texts, gold = val[:2]
    rng = np.random.default_rng(seed)
    rows = np.concatenate([rng.choice(np.flatnonzero(gold == c), a_class, replace=False) for c in np.unique(gold)])
    shares = best.predicted.mean(axis=0)
    chosen = [texts[i] for i in rows]
    return refine(best.classifier, chosen, gold[rows], shares, FewGold(), labeled, quiet).metrics


ABLATIONS = {
    "as it is": {},
    "no smoothing": {"classifier": {"loss": {"smoothing": 0.0}}},
    "cues hidden half of the time": {"classifier": {"hide_cues": 0.5}},
    "cues hidden a quarter of the time": {"classifier": {"hide_cues": 0.25}},
    "moving average": {"classifier": {"average": 0.99}},
    "two passes": {"classifier": {"loss": {"consistency": "two_passes"}}},
    "all trained, embeddings too": {"classifier": {"frozen_layers": -1}},
    "lower half frozen": {"classifier": {"frozen_layers": 3}},
    "all covered rows": {"rounds": {"first": {"rule": "threshold"}}},
    "threshold .6": {"rounds": {"first": {"rule": "threshold", "min_confidence": 0.6}}},
    "quotas": {"rounds": {"first": {"rule": "quota"}}},
    "cut statistic, 60 %": {"rounds": {"first": {"keep": 0.6}}},
    "not balanced": {"rounds": {"adjust_logits": False}},
    "round 1: as it is": {"rounds": {"rounds": 1}},
    "round 1: warm start": {"rounds": {"rounds": 1, "warm_start": True}},
    "round 1: aligned": {"rounds": {"rounds": 1, "align_classes": True}},
    "round 1: the teacher's labels alone": {"rounds": {"rounds": 1, "use_votes": False}},
    "round 1: the teacher's alone, aligned": {"rounds": {"rounds": 1, "use_votes": False, "align_classes": True}},
    "round 1: all rows": {"rounds": {"rounds": 1, "later": {"rule": "threshold"}}},
    "round 1: quotas": {"rounds": {"rounds": 1, "later": {"rule": "quota"}}},
    "round 1: freematch": {"rounds": {"rounds": 1, "later": {"rule": "freematch"}}},
    "round 1: quotas, warm start": {"rounds": {"rounds": 1, "later": {"rule": "quota"}, "warm_start": True}},
    "three rounds": {"rounds": {"rounds": 2}},
}
LABEL_MODELS = {
    "labelfns": lambda seed: LabelModel(),
    "snorkel": lambda seed: SnorkelLabelModel(seed=seed),
}


def settings(cls, *given):
    merged, reader = {}, Reader(cls)
    for values in given:
        for key, value in values.items():
            merged[key] = {**merged.get(key, {}), **value} if isinstance(value, dict) else value
    found = reader.read(cls, merged, cls.__name__)
    if reader.problems:
        sys.exit("\n".join(reader.problems))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ["tweeteval_emotion", "wrench_youtube", "snorkel_spam", "tweeteval_sentiment"]
    parser.add_argument("--sets", nargs="+", choices=names, default=names)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--label-model", choices=LABEL_MODELS, default="labelfns")
    parser.add_argument("--test", action="store_true")
    parser.add_argument(
        "--held-out", type=int, metavar="PARTS", help="figures on parts of the pool, not on val or test"
    )
    parser.add_argument("--few-gold", type=int, metavar="ROWS", help="rows a class of val to go on with")
    parser.add_argument("--ablate", nargs="*", choices=ABLATIONS, help="which ablations; all where none is named")
    options = parser.parse_args()
    if "LABELFNS_DATA" not in os.environ:
        sys.exit("set LABELFNS_DATA to the folder that holds the data sets; see tests/benchmarks/README.md")
    folder = Path(os.environ["LABELFNS_DATA"])
    if options.few_gold and not (options.test or options.held_out):
        parser.error("--few-gold draws from val: ask for figures on --test or --held-out 3")
    if options.few_gold and "snorkel_spam" in options.sets:
        parser.error("--few-gold draws from val, and snorkel_spam has none: name others with --sets")
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
