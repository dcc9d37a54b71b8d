"""Whether confidences mean what they say, on many votes of seven data sets (docs/label_models_measured.md).

    LABELFNS_DATA=... python tests/benchmarks/bench_calibration.py [--read-once]

Without `--read-once`, the data sets that the method was made on; with it, those that were read once, at the end. Error:
equal-mass bins, debiased; beside it what a model would show whose confidences are right (null), and how far the mean
confidence is from the accuracy (gap). "Before" is the label model whose vote was worth the same everywhere.
"""

import argparse
from collections import defaultdict
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
from calibration_data import MADE_ON, READ_ONCE, bench, calibration_error

from labelfns.models import LabelModel, MajorityVote, SnorkelLabelModel
from labelfns.models.arrays import credit
from labelfns.models.label_models import fit
from labelfns.models.label_models.one_accuracy import VoteWorth

GOLD = 50
DRAWS = 3


@contextmanager
def as_before():
    """Let a vote be worth what the prior says, as it was before agreement was asked."""

    def worth(pairs, near, lf_weights, prior, k):
        return VoteWorth(float(np.log(prior.accuracy * (k - 1) / (1 - prior.accuracy))), 0.0, 0.0)

    def untouched(worth, votes, start, *rest):
        return votes, start, ""

    with patch.object(fit, "vote_worth", worth), patch.object(fit, "tempered", untouched):
        yield


def fitted(case, model, gold=None):
    """Return the probabilities of all rows, fitted on the case's."""
    if gold is not None and case.rows is not None:
        gold = gold[case.rows]
    return model.fit(case.fit_on, gold).predict_proba(case.votes)


def with_gold(case, seed):
    """Return gold that is known on few rows of those fitted on."""
    there = np.arange(len(case.gold)) if case.rows is None else case.rows
    rows = np.random.default_rng(seed).choice(there, min(GOLD, len(there)), replace=False)
    known = np.full(len(case.gold), -1)
    known[rows] = case.gold[rows]
    return known


def figures(case, number):
    """Return the figures of a case by column."""
    votes, gold = case.votes, case.gold
    covered = votes.covered

    def error(probs):
        return calibration_error(probs, votes, gold)

    def accuracy(probs):
        return credit(probs[covered], gold[covered]).mean()

    now = fitted(case, LabelModel())
    with as_before():
        before = fitted(case, LabelModel())
        before_gold = [fitted(case, LabelModel(), with_gold(case, 100 * number + i)) for i in range(DRAWS)]
    now_gold = [fitted(case, LabelModel(), with_gold(case, 100 * number + i)) for i in range(DRAWS)]
    majority = fitted(case, MajorityVote())
    drawn = (now.cumsum(axis=1) > np.random.default_rng(number).random((len(now), 1))).argmax(axis=1)
    snorkel = fitted(case, SnorkelLabelModel(seed=0, n_epochs=500))
    return {
        "majority": error(majority),
        "snorkel": error(snorkel),
        "before": error(before),
        "now": error(now),
        "null": calibration_error(now, votes, drawn),
        "gap before": abs(before[covered].max(axis=1).mean() - accuracy(before)),
        "gap": abs(now[covered].max(axis=1).mean() - accuracy(now)),
        "gold before": np.mean([error(probs) for probs in before_gold]),
        "gold": np.mean([error(probs) for probs in now_gold]),
        "acc": accuracy(now),
        "acc before": accuracy(before),
        "acc majority": accuracy(majority),
        "acc gold before": np.mean([accuracy(probs) for probs in before_gold]),
        "acc gold": np.mean([accuracy(probs) for probs in now_gold]),
    }


def main():
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--read-once", action="store_true")
    args = parser.parse_args()
    rows, kinds, worst = defaultdict(list), defaultdict(list), 0.0
    for name in READ_ONCE if args.read_once else MADE_ON:
        for number, case in enumerate(bench(name)):
            found = figures(case, number)
            rows[name, case.lfs].append(found)
            kinds[case.kind].append(found)
            worst = min(worst, found["acc"] - found["acc before"])
    columns = list(found)

    def line(title, cells):
        print(
            f"| {title} | {len(cells)} | " + " | ".join(f"{np.mean([c[x] for c in cells]):.3f}" for x in columns) + " |"
        )

    def means(of):
        """Return the mean over LFs of a data set, of those in `of`, one a data set."""
        names = dict.fromkeys(name for name, _ in rows)
        per_lfs = {key: {x: np.mean([c[x] for c in cells]) for x in columns} for key, cells in rows.items()}
        return [
            {x: np.mean([per_lfs[key][x] for key in rows if key[0] == name and of(key[1])]) for x in columns}
            for name in names
        ]

    print("| votes | cases | " + " | ".join(columns) + " |")
    print("|---|---|" + "---|" * len(columns))
    for (name, lfs), cells in rows.items():
        line(f"{name}, {lfs}", cells)
    for kind, cells in kinds.items():
        line(kind, cells)
    line("mean of data sets", means(lambda lfs: True))
    line("mean without loose LFs", means(lambda lfs: lfs != "loose"))
    print(f"largest loss of accuracy without gold in a case: {worst:.6f}")


if __name__ == "__main__":
    main()
