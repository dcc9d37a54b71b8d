"""What LFs, counting and scoring cost a core here, and what 100 million and 10 billion tweets would cost by that.

    LABELFNS_DATA=... python tests/benchmarks/bench_costs.py [--turns 5]

Everything runs on one core, in short turns of which the best counts, as others may use the machine. What is not
measured is assumed, and stands in capitals below.
"""

import argparse
import os
import resource
import time

import numpy as np
import polars as pl
import torch
from bench_frames import lf_set, rows
from simulate_cluster import Cluster, Stage, spread
from tweets import load

from labelfns.models.label_models.distinct_rows import collapse
from labelfns.models.transformer.backbone import load_backbone
from labelfns.models.transformer.inference import score

ROWS, SCORED, SIZES = 100_000, 1_000, (10**8, 10**10)
ON_SPARK = 0.7  # of one process's rate: the least that was asked for
GPU = 5_000.0  # tweets a second, one pass of MiniLM: as long on the GPU as one core takes for the tokens before
PASSES = 2  # classifier and second view
CORE_HOUR, GPU_HOUR = 0.05, 2.0  # dollars
WORKERS = {10**8: 16, 10**10: 64}  # of 4 cores
PARTITION = 100_000


def silent(*_):
    """Show nothing."""


def best(n, work, turns):
    """Return n over the shortest and over the longest time of some turns, and the last answer."""
    seconds = []
    for _ in range(turns):
        start = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - start)
    return n / min(seconds), n / max(seconds), answer


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--turns", type=int, default=5)
    turns = parser.parse_args().turns
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    torch.set_num_threads(1)
    frame = pl.from_arrow(rows(ROWS)).drop_nulls("text")
    lfs = lf_set(load(50_000))
    lf_rate, slowest, votes = best(len(frame), lambda: lfs.apply(frame, progress=silent), turns)
    print(f"50 LFs of all kinds: {lf_rate:,.0f} tweets a second (slowest turn {slowest:,.0f})")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process by then {peak:,.0f} MB")

    million = np.tile(votes.matrix, (10, 1))
    counted, slowest, _ = best(len(million), lambda: collapse(million), turns)
    print(f"distinct rows counted: {counted:,.0f} rows a second (slowest turn {slowest:,.0f})")
    once = lfs.apply(frame.unique("text", maintain_order=True), progress=silent).matrix
    once = once[np.random.default_rng(0).permutation(len(once))]
    sizes = [len(once) // 2**i for i in (4, 3, 2, 1, 0)]
    distinct = [len(collapse(once[:n]).rows) for n in sizes]
    power = float(np.log2(distinct[-1] / distinct[-2]))
    print("distinct rows of votes: " + ", ".join(f"{d:,} of {n:,}" for d, n in zip(distinct, sizes, strict=True)))
    print(f"the last doubling: to the power {power:.2f} of the tweets")

    model, tokenizer = load_backbone("embedded", ["negative", "neutral", "positive"])
    texts = load(55_000)[::55][:SCORED]
    scored, slowest, _ = best(
        SCORED, lambda: score(model.eval(), tokenizer, texts, max_length=128, progress=silent), turns
    )
    print(f"MiniLM, one pass: {scored:,.0f} tweets a second (slowest turn {slowest:,.0f})")
    tokens, slowest, found = best(SCORED, lambda: tokenizer(texts, truncation=True, max_length=128), turns)
    mean = np.mean([len(ids) for ids in found["input_ids"]])
    print(f"its tokens alone, {mean:.0f} a tweet: {tokens:,.0f} tweets a second (slowest turn {slowest:,.0f})")

    for n in SIZES:
        cluster = Cluster(workers=WORKERS[n], lost_per_hour=0.5)
        cores = cluster.workers * cluster.cores
        stage = Stage(rows=n, rate=lf_rate * ON_SPARK, partitions=n // PARTITION, skew=1.0)
        median, high, outcome = spread(stage, cluster, seeds=10)
        hours = outcome.ideal * median / 3600
        print(f"{n:,} tweets on {cores} cores, and one GPU")
        print(f"  LFs {outcome.ideal / 3600:.2f} h, times {median:.2f} (95th {high:.2f}): {hours:.2f} h, ", end="")
        print(f"{hours * cores:,.0f} core hours, ${hours * cores * CORE_HOUR:,.2f}")
        print(f"  counting, at the rate of one process: {n / counted / 3600:,.2f} core hours")
        print(f"  distinct rows, if they go on so: {distinct[-1] * (n / sizes[-1]) ** power:,.0f}")
        gpu, cpu = n * PASSES / GPU / 3600, n * PASSES / scored / 3600
        print(f"  scoring by one GPU {gpu:,.1f} h, ${gpu * GPU_HOUR:,.0f}; by the cores {cpu / cores:,.1f} h, ", end="")
        print(f"{cpu:,.0f} core hours, ${cpu * CORE_HOUR:,.0f}")
        print(f"  votes: {n * len(lfs) / 1e9:,.0f} GB before compression")


if __name__ == "__main__":
    main()
