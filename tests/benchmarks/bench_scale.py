"""Memory over a million tweets, in one go and streamed, and what changing one LF costs with a cache.

    LABELFNS_DATA=... python tests/benchmarks/bench_scale.py [rows]

Each memory figure is the peak of a process of its own (its resident memory, libraries and texts included).
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench_engine import LABELS, by_hand, declared, silent, timed, word_lists
from styles import for_speed
from tweets import cores, load

from labelfns import LFSet, apply_file, labeling_function
from labelfns.engine import cache

IN_ONE_GO, TURNS = 1_000_000, 4


def peak_mb() -> float:
    """Return the largest resident memory of this process so far, in MB."""
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_one_go(rows: int) -> None:
    """Measure 100 LFs on all rows."""
    before, texts = peak_mb(), load(rows)
    texts = [f"{text} {i}" for i, text in enumerate(texts)]  # no two are one object
    held = peak_mb()
    lfs = declared(word_lists(texts[:50_000], 100))
    start = time.perf_counter()
    votes = lfs.apply(texts, progress=silent)
    seconds = time.perf_counter() - start
    print(
        f"  {len(votes):,} tweets at once, 100 LFs: {seconds:.1f} s, peak {peak_mb() - before:,.0f} MB above the start,"
    )
    print(f"    of which the texts {held - before:,.0f} MB (asked: under 1,500)")


def streamed(source: str, output: str) -> None:
    """Measure 100 LFs on a file."""
    lfs = declared(word_lists(load(50_000), 100))
    before, start = peak_mb(), time.perf_counter()
    done = apply_file(lfs, source, output=output)
    seconds = time.perf_counter() - start
    print(f"  {done.rows:,} tweets streamed from Parquet, 100 LFs: {seconds:.1f} s, peak {peak_mb():,.0f} MB in all,")
    print(f"    {peak_mb() - before:,.0f} MB above the start (asked: under 1,000)")


def write(rows: int, path: str) -> None:
    """Write a file of tweets without holding them all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts, schema = load(100_000), pa.schema([("text", pa.string())])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, rows, len(texts)):
            part = [f"{text} {start + i}" for i, text in enumerate(texts[: rows - start])]
            writer.write_table(pa.table({"text": part}, schema=schema))


def cached() -> None:
    """Measure a change of one LF of 50 with a cache: best of the turns, each with a folder of its own."""
    for name, rows in (("Python functions", 10_000), ("declared", 100_000)):
        texts = load(rows)
        lists = word_lists(texts, 52)
        lfs = list(declared(lists))
        if name != "declared":
            functions = [by_hand(for_speed(words, j % 2 == 0)[0], j) for j, words in enumerate(lists)]
            lfs = [labeling_function(name=f"f{j}")(f) for j, f in enumerate(functions)]
        first, second, third = (LFSet(LABELS, [one, *lfs[:49]]) for one in lfs[49:])
        full, again, elsewhere = [], [], []
        for _ in range(TURNS):
            with tempfile.TemporaryDirectory() as folder:
                cache.forget()
                full.append(timed(lambda: first.apply(texts, cache=folder, progress=silent), 1)[0])  # noqa: B023
                again.append(timed(lambda: second.apply(texts, cache=folder, progress=silent), 1)[0])  # noqa: B023
                cache.forget()  # as in another process, which knows nothing of the texts
                elsewhere.append(timed(lambda: third.apply(texts, cache=folder, progress=silent), 1)[0])  # noqa: B023
        print(f"  one of 50 {name} LFs changed, {rows:,} tweets: {min(again):.3f} s of {min(full):.3f} s, ", end="")
        print(f"{min(again) / min(full):.1%} (asked: under 10 %); in another process {min(elsewhere) / min(full):.1%}")


def main() -> None:
    """Run each measurement in a process of its own."""
    what, *rest = sys.argv[1:] or ["all"]
    if what == "at_once":
        in_one_go(int(rest[0]))
    elif what == "stream":
        streamed(*rest)
    elif what == "write":
        write(int(rest[0]), rest[1])
    elif what == "cache":
        cached()
    else:
        print(f"{cores()} cores")
        rows = int(what) if what.isdigit() else IN_ONE_GO

        def run(*arguments: object) -> None:
            subprocess.run([sys.executable, __file__, *map(str, arguments)], check=True)

        run("at_once", rows)
        with tempfile.TemporaryDirectory() as folder:
            for n in (rows, 2 * rows):
                source = Path(folder) / "in.parquet"
                run("write", n, source)
                run("stream", source, Path(folder) / f"votes{n}.parquet")
        run("cache")


if __name__ == "__main__":
    main()
