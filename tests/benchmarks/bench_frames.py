"""LFs over Spark and Dask frames beside one process and beside Snorkel's appliers, in one run.

    LABELFNS_DATA=... python tests/benchmarks/bench_frames.py [--rows 1000000] [--turns 3]

50 LFs of all kinds on real tweets, with keys that are shuffled, unsorted, there several times and null, in partitions
of 100,000 rows that lie in memory. First the votes are compared, row by row under their keys. Then one process on one
core (`frames_alone.py`), Spark and Dask take turns; figures are rows a second and core, by the clock and by CPU seconds
of all processes, Java's among them, which others on the machine disturb less. Snorkel's appliers come last, on fewer
rows of the same frames, with LFs written by hand for speed.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import psutil
import pyarrow as pa
from bench_engine import word_lists
from snorkel.labeling import LabelingFunction as SnorkelLF
from styles import for_speed
from tweets import load

from labelfns import (
    Context,
    LFSet,
    column,
    count,
    emoji,
    hashtags,
    keywords,
    labeling_function,
    lexicon,
    regex,
    row_function,
)

LABELS = ["negative", "positive"]
PARTITION, CORES, SNORKEL_ROWS = 100_000, 2, 10_000
KEYS = ["id", "day"]
PATTERNS = [
    r"\bso+ (?:good|happy)\b",
    r"n[o0]+ way",
    r"(\w)\1\1",
    r"\b\d{1,2}:\d\d\b",
    r"https?://\S+",
    r"\b[A-Z]{4,}\b",
]
WEIGHTS = {"good": 1.5, "great": 2, "love": 2.5, "bad": -1.5, "hate": -2.5, "awful": -2, "happy": 2, "sad": -2}


@labeling_function
def ends_with_a_question(text: str) -> str | None:
    """Ask."""
    return "negative" if text.rstrip().endswith("?") else None


@labeling_function
def mentions_two(text: str) -> str | None:
    """Call two by name."""
    return "positive" if text.count("@") >= 2 else None


@labeling_function
def short(text: str) -> str | None:
    """Say little."""
    return "positive" if len(text) < 30 else None


@row_function
def liked(row: dict[str, Any]) -> str | None:
    """Be liked."""
    return "positive" if row["likes"] is not None and row["likes"] > 900 else None


def lf_set(texts: list[str]) -> LFSet:
    """Return 50 LFs: 30 word lists, 4 of them in a context, and 20 of all other kinds."""
    lists = word_lists(texts, 30)
    builders = (hashtags, keywords)
    places = {
        1: Context(not_negated=True),
        3: Context(not_negated=True),
        5: Context(first_words=5),
        7: Context(last_words=4),
    }
    lfs: list[Any] = [
        builders[j % 2](LABELS[j // 2 % 2], words, name=f"list{j}", where=places.get(j))
        for j, words in enumerate(lists)
    ]
    lfs += [regex(LABELS[j % 2], pattern, name=f"pattern{j}") for j, pattern in enumerate(PATTERNS)]
    lfs += [emoji("positive", ["😂", "❤️", ":)"], name="joy"), emoji("negative", ["😭", "😡", ":("], name="grief")]
    lfs += [
        lexicon("positive", WEIGHTS, threshold=1.5, name="good"),
        lexicon("negative", WEIGHTS, threshold=-1.5, name="bad"),
    ]
    lfs += [
        count("positive", what, at_least=n, name=what)
        for what, n in (("exclamations", 2), ("questions", 2), ("shouted", 2))
    ]
    lfs += [ends_with_a_question, mentions_two, short, liked]
    lfs += [
        column("negative", pl.col("likes") < 20, name="unliked"),
        column("positive", pl.col("likes") > 990, name="star"),
    ]
    lfs += [regex("negative", r"\bnever\b", where=Context(first_words=6), name="never")]
    assert len(lfs) == 50
    return LFSet(LABELS, lfs)


def rows(n: int) -> pa.Table:
    """Return n rows in no order: ids there several times or null, days that are unsorted, likes, tweets."""
    draw = np.random.default_rng(0)
    ids = draw.integers(0, n // 3, n)
    likes = draw.integers(0, 1000, n)
    texts = np.array(load(n), dtype=object)[draw.permutation(n)]
    return pa.table(
        {
            "id": pa.array(ids, mask=draw.random(n) < 0.05),
            "day": pa.array([f"day {d}" for d in draw.integers(0, 365, n)], mask=draw.random(n) < 0.02),
            "likes": pa.array(likes, mask=draw.random(n) < 0.01),
            "text": pa.array([None if i % 1000 == 0 else text for i, text in enumerate(texts)], pa.string()),
        }
    )


def cpu() -> float:
    """Return the CPU seconds of this process and all below it."""
    total = 0.0
    for process in [psutil.Process(), *psutil.Process().children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return total


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Return the seconds by the clock and of the CPU."""
    start, before = time.perf_counter(), cpu()
    work()
    return time.perf_counter() - start, cpu() - before


class Alone:
    """One process on one core, with as many threads."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "POLARS_MAX_THREADS": "1", "OMP_NUM_THREADS": "1"}
        command = [sys.executable, str(Path(__file__).with_name("frames_alone.py")), str(folder)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
        )
        self.ask()  # imports, compiles

    def ask(self) -> tuple[float, float]:
        """Return the seconds by the clock and of the CPU for all rows."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print("go", file=self.process.stdin, flush=True)
        clock, used = json.loads(self.process.stdout.readline())
        return clock, used


def start_spark(folder: Path) -> tuple[Any, Any]:
    """Return a session, and the rows as a frame in memory."""
    from labelfns.frames import spark_session

    config = {"spark__driver__memory": "3g", "spark__ui__showConsoleProgress": "false"}
    session = spark_session(f"local[{CORES}]", **config)
    session.sparkContext.setLogLevel("ERROR")
    paths = [str(path) for path in sorted(folder.glob("*.parquet"))]
    frame = session.read.parquet(*paths).repartition(len(paths)).persist()
    frame.count()
    return session, frame


def start_dask(folder: Path) -> tuple[Any, Any]:
    """Return a client, and the rows as a frame in memory."""
    import dask.dataframe as dd
    from distributed import wait

    from labelfns.frames import dask_client

    client = dask_client(n_workers=CORES, memory_limit=0)
    frame = dd.from_map(pd_read, sorted(folder.glob("*.parquet"))).persist()
    wait(frame)
    return client, frame


def pd_read(path: Path) -> Any:
    """Read a partition as pandas."""
    import pandas as pd

    return pd.read_parquet(path, dtype_backend="pyarrow")


def on_spark(lfs: LFSet, frame: Any) -> None:
    """Apply, and throw the votes away."""
    lfs.apply(frame, keys=KEYS).write.format("noop").mode("overwrite").save()


def on_dask(lfs: LFSet, frame: Any) -> None:
    """Apply, and throw the votes away, in the workers."""
    lfs.apply(frame, keys=KEYS).map_partitions(len, meta=("rows", "int64")).compute()


def is_same(found: pa.Table, table: pa.Table, matrix: np.ndarray, names: tuple[str, ...]) -> bool:
    """Tell whether votes with keys are those of one process, however they are ordered."""
    ours = pl.DataFrame(table.select(KEYS)).with_columns(pl.Series(name, matrix[:, j]) for j, name in enumerate(names))
    ours, theirs = (
        frame.with_columns(pl.col(KEYS).cast(pl.String))
        for frame in (ours, pl.DataFrame(found.select([*KEYS, *names])))
    )
    return ours.sort(ours.columns).equals(theirs.sort(ours.columns))


def by_hand(lf: Any, words: list[str] | None, j: int) -> SnorkelLF:
    """Return a Snorkel LF that does what one of ours does, or nearly so, as one writes it for speed."""
    label = LABELS.index(lf.label) if hasattr(lf, "label") else 1
    if words is not None:
        fires = for_speed(words, j % 2 == 0)[1]
    elif lf.kind == "regex":
        found = re.compile(lf.pattern.pattern)
        fires = lambda x: found.search(x.text) is not None  # noqa: E731
    elif lf.kind in ("row_function", "column"):
        fires = lambda x: x.likes > 900  # noqa: E731
    else:
        fires = lambda x: lf(x.text) not in (None, -1)  # noqa: E731
    return SnorkelLF(lf.name, lambda x: label if fires(x) else -1)


def snorkel_rates(lfs: LFSet, lists: list[list[str]], table: pa.Table, session: Any) -> dict[str, str]:
    """Return rows a second of Snorkel's appliers, or why there are none."""
    import dask.dataframe as dd
    from snorkel.labeling.apply.dask import DaskLFApplier
    from snorkel.labeling.apply.spark import SparkLFApplier

    hand = [by_hand(lf, lists[j] if j < len(lists) else None, j) for j, lf in enumerate(lfs)]
    few = table.filter(pa.compute.is_valid(table["text"]))[:SNORKEL_ROWS]
    pandas = few.to_pandas()
    pandas["likes"] = pandas["likes"].fillna(0)
    points = session.createDataFrame(pandas).repartition(CORES).rdd.persist()
    points.count()
    frame = dd.from_pandas(pandas, npartitions=CORES, sort=False)
    found = {}
    for name, work in (
        ("SparkLFApplier", lambda: SparkLFApplier(hand).apply(points)),
        ("DaskLFApplier", lambda: DaskLFApplier(hand).apply(frame, scheduler="processes")),
    ):
        try:
            clock, _ = timed(work)
            found[name] = f"{len(few) / clock / CORES:,.0f} rows a second and core by the clock"
        except Exception as error:
            found[name] = f"fails: {type(error).__name__}: {str(error).strip().splitlines()[0][:200]}"
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=3)
    given = parser.parse_args()
    warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
    table = rows(given.rows)
    lfs = lf_set(load(50_000))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for i, start in enumerate(range(0, len(table), PARTITION)):
            pl.DataFrame(table[start : start + PARTITION]).write_parquet(folder / f"{i:03}.parquet")
        has_text = table["text"].is_valid().to_numpy()
        matrix = np.full((len(table), len(lfs)), -1, dtype=np.int8)
        matrix[has_text] = lfs.apply(pl.DataFrame(table).filter(has_text), progress=lambda *_: None).matrix
        print(f"{len(table):,} tweets, {len(lfs)} LFs, {int((matrix >= 0).sum()):,} votes, {CORES} cores")
        session, spark = start_spark(folder)
        client, dask = start_dask(folder)
        for engine, found in (
            ("Spark", lfs.apply(spark, keys=KEYS).toArrow()),
            ("Dask", pa.Table.from_pandas(lfs.apply(dask, keys=KEYS).compute(), preserve_index=False)),
        ):
            print(
                flush=True,
                end=f"  {engine}: votes equal one process, row by row: {is_same(found, table, matrix, lfs.names)}\n",
            )
        alone = Alone(folder)
        works = {
            "one process": alone.ask,
            "Spark": lambda: timed(lambda: on_spark(lfs, spark)),
            "Dask": lambda: timed(lambda: on_dask(lfs, dask)),
        }
        seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in works}
        for _ in range(given.turns):
            for name, work in works.items():
                seconds[name].append(work())
        base_clock, base_cpu = (statistics.median(turn[k] for turn in seconds["one process"]) for k in (0, 1))
        for name, turns in seconds.items():
            cores = 1 if name == "one process" else CORES
            clock, used = (statistics.median(turn[k] for turn in turns) for k in (0, 1))
            print(
                f"  {name}: {len(table) / clock / cores:,.0f} rows a second and core by the clock, "
                f"{base_clock / clock / cores:.2f} of one process; {len(table) / used:,.0f} by CPU seconds, "
                f"{base_cpu / used:.2f}; turns {[f'{a:.1f} s, {b:.1f} s CPU' for a, b in turns]}"
            )
        for name, said in snorkel_rates(lfs, word_lists(load(50_000), 30), table, session).items():
            print(f"  {name}, {SNORKEL_ROWS:,} rows: {said}")
        client.close()
        session.stop()


if __name__ == "__main__":
    main()
