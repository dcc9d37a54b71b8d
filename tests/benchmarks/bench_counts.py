"""A label model, and an analysis, of a billion rows of 50 LFs that are given as distinct rows with counts.

    python tests/benchmarks/bench_counts.py [--rows 1000000000] [--draws 2]

The counts are simulated: rows of a length drawn at random, on which LFs fire the more the longer it is, are drawn until
there are so many distinct ones; each stands there as often as it was drawn, times what the rows asked for take, and
once more by chance. On a smaller number of rows the fit is compared, bit for bit, with that on all rows one by one.
"""

import argparse
import json
import resource
import time

import numpy as np

from labelfns import Votes
from labelfns.models import LabelModel, MajorityVote, SnorkelLabelModel
from labelfns.models.label_models.base import plain
from labelfns.models.label_models.distinct_rows import collapse
from labelfns.pipelines.analysis.analyze import analyze_votes

LFS, LABELS, EXPANDED = 50, ["negative", "neutral", "positive"], 1_000_000
PATTERNS = (2_500, 20_000, 60_000)
TARGET = 60.0


def drawn(n, rng):
    """Return votes [n, m] of LFs that fire together on long rows, most of them for one label, three of four right."""
    truth, length = rng.integers(0, len(LABELS), n), rng.gamma(0.5, 2.0, n)
    votes_for, often = rng.integers(0, len(LABELS), LFS), 0.08 / np.arange(1, LFS + 1) ** 0.7
    right = votes_for[None, :] == truth[:, None]
    fires = rng.random((n, LFS)) < np.minimum(often * length[:, None] * np.where(right, 1.5, 0.5), 0.9)
    return np.where(fires, votes_for, -1).astype(np.int8)


def patterns(wanted, total, seed):
    """Return so many distinct rows of votes, and how often each stands among `total` rows."""
    rng, seen = np.random.default_rng(seed), {}
    while len(seen) < wanted:
        found = collapse(drawn(100_000, rng))  # sorts hashes: sorting rows takes sixty times as long
        for row, times in zip(found.rows, found.counts, strict=True):
            seen[row.tobytes()] = seen.get(row.tobytes(), 0) + int(times)
    common = sorted(seen, key=lambda row: (-seen[row], row))[:wanted]
    often = np.array([seen[row] for row in common], dtype=float)
    counts = 1 + rng.multinomial(total - wanted, often / often.sum())
    matrix = np.frombuffer(b"".join(common), dtype=np.int8).reshape(wanted, LFS)
    return Votes(matrix, labels=LABELS), counts


def learned(model):
    """Return all that a model learned, as text that shows every bit."""
    return json.dumps(plain([model._state(), model.notes_]))


def timed(work):
    """Return what a call gives, and the seconds it takes."""
    start = time.perf_counter()
    answer = work()
    return answer, time.perf_counter() - start


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10**9)
    parser.add_argument("--draws", type=int, default=2)
    options = parser.parse_args()
    models = {"LabelModel": LabelModel, "SnorkelLabelModel": SnorkelLabelModel, "MajorityVote": MajorityVote}
    for wanted in PATTERNS:
        seconds = {name: [] for name in [*models, "analyze_votes"]}
        for seed in range(options.draws):
            votes, counts = patterns(wanted, options.rows, seed)
            for name, kind in models.items():
                seconds[name].append(timed(lambda: kind().fit(votes, counts=counts))[1])  # noqa: B023
            found, took = timed(lambda: analyze_votes(votes, counts=counts, label_model=LabelModel()))  # noqa: B023
            seconds["analyze_votes"].append(took)
        assert found.coverage.rows == options.rows
        print(f"{counts.sum():,} rows, {wanted:,} distinct, {found.coverage.share:.0%} with a vote; seconds by draw")
        for name, took in seconds.items():
            print(f"  {name:<18} {', '.join(f'{one:.2f}' for one in took)}")
        print(f"  LabelModel under {TARGET:.0f} s: {max(seconds['LabelModel']) < TARGET}")
        few, counts = patterns(wanted, EXPANDED, 0)
        rows = np.random.default_rng(1).permutation(np.repeat(np.arange(len(few)), counts))
        equal = all(
            learned(kind().fit(few, counts=counts)) == learned(kind().fit(few.rows(rows))) for kind in models.values()
        )
        print(f"  by counts and one by one, {len(rows):,} rows in any order: equal to the last bit: {equal}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB, of which most is the million rows one by one")


if __name__ == "__main__":
    main()
