"""What a run is for, beside what it could be instead: LFs and classifier together, on the same rows as their rivals.

    LABELFNS_DATA=... python tests/benchmarks/bench_predictor.py [--held-out 3 | --test] [--others] [--keep FOLDER]

Trained on the pool's weak labels: majority vote, the label model, the classifier that is kept, LFs and classifier
together with and without the second view; a linear head on the backbone's frozen vectors, and on TF-IDF of words and of
signs. With `--others`, which takes twice as long, the same backbone on majority vote's hard labels, nothing selected or
smoothed, and on all gold. VADER, which was made on other texts, where the labels are of sentiment. Voters that leave a
row without an answer get the commonest of their labels there. Figures are on val, with `--held-out 3` on a third of the
pool's gold for each seed, with `--test` on test, which nothing is chosen by. `--keep` keeps every probability for a
closer look.
"""

import argparse
import dataclasses
import os
import statistics
import sys
import time
from pathlib import Path

import numpy as np
from bench_rounds import LABEL_MODELS, SENTIMENTS, SPAM, hold_out, load, quiet

from labelfns.models import FineTuning, MajorityVote, TransformerClassifier, WeakLabelLoss
from labelfns.models.arrays import decide
from labelfns.models.evaluation.calibration import calibration_error
from labelfns.models.evaluation.metrics import score
from labelfns.pipelines import Rounds, SelfTraining
from labelfns.pipelines.prediction.predictor import Answers, Predictor, with_view
from labelfns.pipelines.prediction.second_view import SecondView
from labelfns.pipelines.prediction.weight import vote_weight, with_temperature

WITHOUT = "the same without the second view"
SETS = ["tweeteval_emotion", "wrench_youtube", "snorkel_spam", "tweeteval_sentiment"]


def filled(answers, on_pool):
    """Return answers [n] with the commonest of the pool's in place of none."""
    return np.where(answers < 0, np.bincount(on_pool[on_pool >= 0]).argmax(), answers)


def linear_head(features, weak, rows):
    """Return logistic regression fitted on soft labels: a copy of each row for each class, with its probability."""
    from scipy.sparse import issparse, vstack
    from sklearn.linear_model import LogisticRegression

    k, part = weak.shape[1], features[rows]
    stacked = (vstack if issparse(part) else np.vstack)([part] * k)
    labels, weights = np.repeat(np.arange(k), len(rows)), weak[rows].T.ravel()
    return LogisticRegression(max_iter=500).fit(stacked, labels, sample_weight=weights)


def tf_idf(texts):
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_union

    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    signs = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=2, sublinear_tf=True)
    return make_union(words, signs).fit(texts)


def vader(texts):
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    judge = SentimentIntensityAnalyzer()
    means = np.array([judge.polarity_scores(text)["compound"] for text in texts])
    return np.select([means <= -0.05, means >= 0.05], [0, 2], 1)


def answers_of(labels, pool, there, sets, seed, options):
    """Return what each voter says of the texts, probabilities [n, k] or class ids [n], and facts of the run."""
    (texts, gold, votes, cues), (new, _, new_votes) = pool, there
    k, found = len(labels), {}
    majority = MajorityVote().fit(votes)
    hard = majority.predict(votes)
    found["majority vote"] = filled(majority.predict(new_votes), hard)
    start = time.perf_counter()
    template = TransformerClassifier("embedded", settings=FineTuning(), seed=seed)
    training = SelfTraining(LABEL_MODELS[options.label_model](seed), template, Rounds())
    result = training.run(texts, votes, cues=cues, progress=quiet)
    weak, covered = training.label_model.predict_proba(new_votes), new_votes.covered
    on_pool = decide(result.weak_labels, votes.covered)
    found["label model"] = weak.copy()
    found["label model"][decide(weak, covered) < 0] = np.eye(k)[np.bincount(on_pool[on_pool >= 0]).argmax()]
    kept, judges = result.best.classifier, np.flatnonzero(result.judges)
    hidden = kept.predict_proba([texts[i] for i in judges], hidden=[cues[i] for i in judges], progress=quiet)
    on_judges, model = votes.rows(judges), training.label_model
    chosen, predicted = vote_weight(hidden, on_judges, model), result.best.predicted[judges]
    rows = votes.covered & ~result.judges
    view = SecondView.fit(template.unfitted(labels), result.features, result.weak_labels, rows)
    seen = with_view(predicted, view.head.predict_proba(result.features[judges]))
    weight = with_temperature(chosen, seen, on_judges, model)
    answers = Predictor(kept, model, weight, view).answer(new, new_votes, weak=weak, progress=quiet)
    found["classifier"], found["LFs and classifier"] = answers.classifier, answers.probs
    about = {"kept": result.best.ledger.round, "weight": weight.value, "temperature": weight.temperature}
    about["seconds"] = time.perf_counter() - start
    alone = with_temperature(chosen, predicted, on_judges, model)
    found[WITHOUT] = Answers.of(found["classifier"], weak, covered, alone.value, alone.temperature).probs
    rows = np.flatnonzero(votes.covered)
    plain = TransformerClassifier("embedded", labels=labels, seed=seed)
    features = plain.frozen_features(texts, progress=quiet)
    new_features = plain.frozen_features(new, progress=quiet)
    head = linear_head(features, result.weak_labels, rows)
    found["linear head on frozen vectors"] = head.predict_proba(new_features)
    words = tf_idf(texts)
    found["TF-IDF"] = linear_head(words.transform(texts), result.weak_labels, rows).predict_proba(words.transform(new))
    if labels == SENTIMENTS:
        found["VADER"] = vader(new)
    if options.others:
        nothing_else = dataclasses.replace(FineTuning(), loss=WeakLabelLoss(smoothing=0.0, consistency="none"))
        for way, chosen, target in (
            ("plain fine-tune, majority vote's labels", np.flatnonzero(hard >= 0), hard),
            ("fine-tuned on all gold", np.flatnonzero(gold >= 0), gold),
        ):
            model = TransformerClassifier("embedded", labels=labels, settings=nothing_else, seed=seed)
            model.fit([texts[i] for i in chosen], np.eye(k)[target[chosen]], progress=quiet)
            found[way] = model.predict_proba(new, progress=quiet)
    if options.keep:
        more = {"gold": there[1], "votes": new_votes.matrix, "weak": weak, "features": new_features, "hidden": hidden}
        more |= {"pool_votes": votes.matrix, "pool_weak": result.weak_labels, "pool_features": features}
        more |= {"judges": judges, "pool_predicted": result.best.predicted}
        if "val" in sets:
            more |= {"val_gold": sets["val"][1], "val_votes": sets["val"][2].matrix}
            more["val_classifier"] = kept.predict_proba(sets["val"][0], progress=quiet)
        np.savez_compressed(options.keep / f"{options.name}-{options.part}-{seed}.npz", **found, **more, **about)
    return found, about


def measure(name, options):
    labels, everything, sets = load(name, options.data)
    options.name, options.part = name, "held out" if options.held_out else "test" if options.test else "val"
    if options.part not in (*sets, "held out"):
        print(f"\n{name} has no {options.part}")
        return
    k = len(labels)
    figure = "accuracy" if labels == SPAM else "macro_recall" if name == "tweeteval_sentiment" else "macro_f1"
    rows = {}
    for seed in options.seeds:
        pool, there = (
            hold_out(everything, options.held_out, seed % options.held_out)
            if options.held_out
            else (everything, sets[options.part])
        )
        gold, covered = there[1], there[2].covered
        found, about = answers_of(labels, pool, there, sets, seed, options)
        for way, probs in found.items():
            answers = probs if probs.ndim == 1 else probs.argmax(axis=1)
            for part, known in (("all", gold), ("covered", covered), ("uncovered", ~covered)):
                known = gold if part == "all" else np.where(known, gold, -1)
                value = getattr(score(known, answers, k), figure) if (known >= 0).any() else float("nan")
                rows.setdefault(way, {}).setdefault(part, []).append(value)
            if probs.ndim == 2:
                known = covered if way == "label model" else np.ones(len(gold), dtype=bool)
                error = calibration_error(probs[known].max(axis=1), (answers == gold)[known])
                rows[way].setdefault("calibration error", []).append(error.debiased)
        print(
            f"    {name}, seed {seed}: {', '.join(f'{what} {value:.4g}' for what, value in about.items())}", flush=True
        )
    n, share = len(there[1]), there[2].covered.mean()
    print(f"\n{name}: {figure} on {options.part}, {n} rows, {share:.0%} of them covered; seeds {options.seeds}")
    print(f"  {'':40} {'all rows':24}{'with a vote':24}{'without':24}calibration error (label model: rows with a vote)")
    for way, parts in rows.items():
        shown = [f"{statistics.mean(v):.3f} ({min(v):.3f} to {max(v):.3f})" for v in parts.values()]
        print(f"  {way:40} {'  '.join(shown)}", flush=True)
    for other in ("classifier", WITHOUT):
        gains = np.subtract(rows["LFs and classifier"]["all"], rows[other]["all"])
        error = np.std(gains, ddof=1) / len(gains) ** 0.5 if len(gains) > 1 else float("nan")
        print(f"  together less {other}, paired: {100 * gains.mean():+.1f} +- {100 * error:.1f} points")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--label-model", choices=LABEL_MODELS, default="labelfns")
    parser.add_argument("--test", action="store_true")
    parser.add_argument("--held-out", type=int, metavar="PARTS", help="figures on parts of the pool")
    parser.add_argument("--others", action="store_true", help="a plain fine-tune and all gold too")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where to keep the probabilities")
    options = parser.parse_args()
    if "LABELFNS_DATA" not in os.environ:
        sys.exit("set LABELFNS_DATA to the folder that holds the data sets; see tests/benchmarks/README.md")
    options.data = Path(os.environ["LABELFNS_DATA"])
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
    for name in options.sets:
        measure(name, options)


if __name__ == "__main__":
    main()
