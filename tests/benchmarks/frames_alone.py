"""One process on one core, for `bench_frames.py`: applies to partitions whenever a line comes in, and says how long."""

import json
import os
import sys
import time
from pathlib import Path

import polars as pl
from bench_frames import lf_set
from tweets import load


def main(folder: Path) -> None:
    """Answer line by line."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    parts = [pl.read_parquet(path).drop_nulls("text") for path in sorted(folder.glob("*.parquet"))]
    lfs = lf_set(load(50_000))
    for _ in sys.stdin:
        start, before = time.perf_counter(), time.process_time()
        for part in parts:
            lfs.apply(part, progress=lambda *_: None)
        print(json.dumps([time.perf_counter() - start, time.process_time() - before]), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
