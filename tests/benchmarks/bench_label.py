"""What rows that `labelfns label` draws are worth beside as many drawn at random, and whether their intervals hold.

    LABELFNS_DATA=... python tests/benchmarks/bench_label.py [--cache FOLDER] [--sets ...] [--draws 5] [--intervals 500]

A third of the pool is held out for figures; gold rows are drawn from the rest by the answers of the model that was
trained on it. Answers to gold rows that calibrate are those of models that were not trained on them (of the other
thirds), as in a run on which they are `few_gold`. Macro F1, debiased calibration error and log-loss of the predictor,
over thirds, seeds and draws; the gain over rows at random is paired by third, seed and draw. Then how often the 95 %
intervals of accuracy hold the pool's accuracy. Models take 2 to 10 minutes each, a set
six; `--cache` keeps their answers.
"""

import argparse
import os
import sys
import warnings
from pathlib import Path

import numpy as np
from bench_rounds import hold_out, load, quiet

from labelfns import Votes
from labelfns.models import FineTuning, LabelModel, TransformerClassifier
from labelfns.models.arrays import decide
from labelfns.models.evaluation.calibration import calibration_error
from labelfns.models.evaluation.metrics import score, weighted_share
from labelfns.pipelines import Rounds, SelfTraining, rows_to_label, second_voter
from labelfns.pipelines.few_gold.rows import GoldRows
from labelfns.pipelines.prediction.predictor import Answers, with_view
from labelfns.pipelines.prediction.second_view import SecondView
from labelfns.pipelines.prediction.weight import vote_weight, with_gold, with_temperature

SETS = ["tweeteval_emotion", "wrench_youtube", "snorkel_spam", "tweeteval_sentiment"]
FIGURES = ("macro F1", "calibration error", "log-loss")


TRAINED = {}
"""Answers of models, by set, third and seed."""


def trained(name, third, seed, options):
    """Return the answers of a model trained on two thirds of a pool, from the cache where they are in it."""
    if (name, third, seed) in TRAINED:
        return TRAINED[name, third, seed]
    file = options.cache / f"{name}-{third}-{seed}.npz"
    if not file.exists():
        labels, everything, _ = load(name, options.data)
        (texts, gold, votes, cues), (there, there_gold, there_votes) = hold_out(everything, 3, third)
        template = TransformerClassifier("embedded", settings=FineTuning(), seed=seed)
        best = (
            done := SelfTraining(LabelModel(), template, Rounds()).run(texts, votes, cues=cues, progress=quiet)
        ).best
        judges, r = np.flatnonzero(done.judges), best.ledger.round
        plain = TransformerClassifier("embedded", labels=labels, seed=seed)
        hidden = [cues[i] for i in judges]
        np.savez_compressed(
            file,
            labels=np.array(labels),
            kept=r,
            held=done.judges,
            pool_votes=votes.matrix,
            pool_gold=gold,
            votes=there_votes.matrix,
            gold=there_gold,
            features=plain.frozen_features(texts, progress=quiet),
            features_there=plain.frozen_features(there, progress=quiet),
            **{
                f"pool_{r}": best.predicted,
                f"there_{r}": best.classifier.predict_proba(there, progress=quiet),
                f"judges_hidden_{r}": best.classifier.predict_proba(
                    [texts[i] for i in judges], hidden=hidden, progress=quiet
                ),
            },
        )
    found = dict(np.load(file))
    r, labels = int(found["kept"]), tuple(map(str, found["labels"]))
    for part in ("pool", "there", "judges_hidden"):
        found[part] = found[f"{part}_{r}"]
    found["pool_votes"] = votes = Votes(found["pool_votes"], labels=labels)
    found["votes"] = Votes(found["votes"], labels=labels, lf_names=votes.lf_names)
    found["label_model"] = LabelModel().fit(votes)
    found["weak"] = found["label_model"].predict_proba(votes)
    found["view"] = SecondView.fit(None, found["features"], found["weak"], votes.covered & ~found["held"])
    TRAINED[name, third, seed] = found
    return found


class Case:
    """A third held out for figures, and what a predictor is made of."""

    def __init__(self, name, third, seed, options):
        vars(self).update(now := trained(name, third, seed, options))
        n, k = len(self.pool_gold) + len(self.gold), len(self.pool_votes.labels)
        part = np.random.default_rng(0).permutation(n) % 3
        classifier, view = np.zeros((n, k)), np.zeros((n, k))
        for other in range(3):
            one = trained(name, other, seed, options)
            classifier[part == other] = one["there"]
            view[part == other] = one["view"].head.predict_proba(one["features_there"])
        self.held_out = with_view(classifier, view)[part != third]
        self.weak_there, judges = (
            self.label_model.predict_proba(self.votes),
            np.flatnonzero(now["held"] & self.pool_votes.covered),
        )
        seen = with_view(self.pool, self.view.head.predict_proba(self.features))
        found = vote_weight(self.judges_hidden, self.pool_votes.rows(judges), self.label_model)
        self.weight = with_temperature(found, seen[judges], self.pool_votes.rows(judges), self.label_model)
        texts = self.features.round(5)  # rows of one text have one vector
        _, self.texts = np.unique(texts, axis=0, return_inverse=True)

    def answers(self, weight, view):
        view_there = view.head.predict_proba(self.features_there)
        covered = self.votes.covered
        return Answers.of(self.there, self.weak_there, covered, weight.value, weight.temperature, view_there).probs

    def on_pool(self):
        view = self.view.head.predict_proba(self.features)
        covered = self.pool_votes.covered
        return Answers.of(self.pool, self.weak, covered, self.weight.value, self.weight.temperature, view).probs

    def with_gold(self, rows, weights):
        votes, gold = self.pool_votes.rows(rows), self.pool_gold[rows]
        found = GoldRows([str(row) for row in rows], gold, weights / weights.mean())
        weight = with_gold(self.weight, found, self.held_out[rows], votes, self.label_model)
        fitted = self.pool_votes.covered & ~self.held
        fitted[rows] = False
        view = SecondView.fit(None, self.features, self.weak, fitted, (self.features[rows], gold))
        return self.answers(weight, view)

    def drawn(self, k, seed, second="classifier"):
        answers = self.pool
        if second == "head":
            answers = second_voter(self.features, self.pool_votes, self.weak)
        return rows_to_label(self.texts.tolist(), self.pool_votes, self.weak, answers, k, seed=seed)

    def figures(self, probs):
        right = probs.argmax(axis=1) == self.gold
        loss = -np.log(np.maximum(probs[np.arange(len(probs)), self.gold], 1e-12)).mean()
        found = score(self.gold, probs.argmax(axis=1), probs.shape[1])
        return found.macro_f1, calibration_error(probs.max(axis=1), right).debiased, loss


def worth(name, options):
    found, held = {}, {}
    for seed in options.seeds:
        for third in range(3):
            case = Case(name, third, seed, options)
            found.setdefault((0, "no gold"), []).append(case.figures(case.answers(case.weight, case.view)))
            for k in options.rows:
                for draw in range(options.draws):
                    rows = np.random.default_rng(draw).choice(len(case.pool_gold), k, replace=False)
                    ways = {"at random": (rows, np.ones(k))}
                    for way, second in (("label --run", "classifier"), ("label, no run", "head")):
                        chosen = case.drawn(k, draw, second)
                        ways[way] = chosen.rows, chosen.weights
                    for way, (rows, weights) in ways.items():
                        found.setdefault((k, way), []).append(case.figures(case.with_gold(rows, weights)))
                        answers = decide(case.weak, case.pool_votes.covered)
                        held.setdefault((k, way), []).append((answers[rows] != case.pool_gold[rows]).mean())
    print(f"\n{name}: mean (and, over thirds and seeds, standard deviation); gain over rows at random, paired")
    for (k, way), values in found.items():
        of_case = np.array(values).reshape(len(options.seeds) * 3, -1, 3)
        mean, spread = of_case.mean(axis=(0, 1)), of_case.mean(axis=1).std(axis=0, ddof=1)
        shown = "  ".join(f"{what} {m:.3f} ({s:.3f})" for what, m, s in zip(FIGURES, mean, spread, strict=True))
        if k and way != "at random":
            gain = (of_case - np.array(found[k, "at random"]).reshape(of_case.shape)).mean(axis=1)
            error = gain.std(axis=0, ddof=1) / len(gain) ** 0.5
            shown += "  gain " + " ".join(f"{m:+.4f}+-{e:.4f}" for m, e in zip(gain.mean(axis=0), error, strict=True))
        wrong = f"  label model not right on {np.mean(held[k, way]):.0%}" if k else ""
        print(f"  {k:3} {way:14} {shown}{wrong}", flush=True)


def intervals(name, options):
    case = Case(name, 0, options.seeds[0], options)
    answers, gold = case.on_pool().argmax(axis=1), case.pool_gold
    weak = decide(case.weak, case.pool_votes.covered)
    lf = int((case.pool_votes.matrix >= 0).sum(axis=0).argmax())
    column, rare = case.pool_votes.matrix[:, lf], int(np.bincount(gold).argmin())
    everywhere = np.ones(len(gold), dtype=bool)
    targets = {
        "predictor": (answers == gold, everywhere),
        "label model": (weak == gold, weak >= 0),
        "predictor, rarest class": (answers == gold, gold == rare),
        "LF that votes most": (column == gold, column >= 0),
    }
    copies = np.bincount(case.texts)[case.texts]
    print(f"\n{name}: how often the 95 % interval holds the pool's figure, {options.intervals} draws (mean width)")
    for k in options.rows:
        kept, width = {what: [] for what in targets}, {what: [] for what in targets}
        for seed in range(options.intervals):
            drawn = case.drawn(k, seed)
            weights = drawn.weights * copies[drawn.rows]  # all copies of a text are known with it
            for what, (right, rows) in targets.items():
                among = rows[drawn.rows]
                if not among.any():
                    continue
                low, high = weighted_share(right[drawn.rows][among], weights[among])[1]
                kept[what].append(low <= right[rows].mean() <= high)
                width[what].append(high - low)
        shown = "; ".join(f"{what} {np.mean(kept[what]):.3f} ({np.mean(width[what]):.2f})" for what in targets)
        print(f"  {k:3} rows: {shown}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1])
    parser.add_argument("--rows", nargs="+", type=int, default=[50, 100, 200])
    parser.add_argument("--draws", type=int, default=5)
    parser.add_argument("--intervals", type=int, default=500, metavar="DRAWS")
    parser.add_argument(
        "--cache", type=Path, default=Path("build/bench_label"), help="where answers of models are kept"
    )
    options = parser.parse_args()
    if "LABELFNS_DATA" not in os.environ:
        sys.exit("set LABELFNS_DATA to the folder that holds the data sets; see tests/benchmarks/README.md")
    options.data = Path(os.environ["LABELFNS_DATA"])
    options.cache.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    for name in options.sets:
        if options.draws:
            worth(name, options)
        if options.intervals:
            intervals(name, options)


if __name__ == "__main__":
    main()
