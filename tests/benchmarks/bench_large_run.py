"""`labelfns run` on a pool larger than memory: peak memory and time by stage, and the same figures as in memory.

    LABELFNS_DATA=... python tests/benchmarks/bench_large_run.py [rows] [--sample N] [--fits N] [--without-pool-labels]

Round 0 with a tiny backbone on one core, 50 word lists, texts no two of which are alike, in a Parquet file with an id.
Memory is resident memory above that of the process with torch, transformers and all else imported, before anything is
read. Linux only: the peak of each stage is the kernel's.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import contextmanager, suppress
from pathlib import Path

import polars as pl
from bench_engine import LABELS, word_lists
from bench_kills import tiny_backbone
from tweets import load

MOST_MB = 2_000
TOML = """
[data]
labels = {labels}
pool = "{pool}"

[lfs]
file = "lfs.py"

[classifier]
backbone = "{backbone}"
epochs = 1

[self_training]
rounds = 0
max_rows = {sample}

[prediction]
label_pool = {label_pool}
"""


def write(rows: int, path: Path) -> None:
    """Write a file of tweets, no two alike, with an id each, without holding them all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts, schema = load(50_000), pa.schema([("id", pa.int64()), ("text", pa.string())])
    with pq.ParquetWriter(path, schema) as writer:
        for start in range(0, rows, len(texts)):
            part = [f"{text} {start + i}" for i, text in enumerate(texts[: rows - start])]
            writer.write_table(pa.table({"id": range(start, start + len(part)), "text": part}, schema=schema))


def project(home: Path, rows: int, sample: int, *, label_pool: bool) -> None:
    """Write a pool, LFs, a backbone and a pipeline file."""
    write(rows, home / "tweets.parquet")
    lines = [
        f"lf{j} = {('hashtags', 'keywords')[j % 2]}({LABELS[j // 2 % 2]!r}, {words!r})"
        for j, words in enumerate(word_lists(load(50_000), 50))
    ]
    (home / "lfs.py").write_text("\n".join(["from labelfns import hashtags, keywords", *lines]), encoding="utf-8")
    tiny_backbone(home / "backbone")
    about = {"labels": json.dumps(LABELS), "pool": "tweets.parquet", "backbone": home / "backbone", "sample": sample}
    text = TOML.format(**about, label_pool=json.dumps(label_pool))
    (home / "pipeline.toml").write_text(text, encoding="utf-8")


class Stages:
    """Peak memory and time of each stage; those inside another are left out of it."""

    def __init__(self) -> None:
        self.peaks: dict[str, float] = defaultdict(float)
        self.seconds: dict[str, float] = defaultdict(float)
        self._inside, self._since = ["the rest"], time.perf_counter()

    def wrap(self, owner: object, name: str, stage: str) -> None:
        """Count what a function does as a stage."""
        named = vars(owner)[name] if isinstance(owner, type) else getattr(owner, name)
        function = named.__func__ if isinstance(named, classmethod) else named

        def wrapped(*args, **options):
            with self.during(stage):
                found = function(*args, **options)
            if len(self._inside) == 1:
                what = f"  {stage}: {self.seconds[stage]:.0f} s, up to {self.peaks[stage]:,.0f} MB"
                print(what, file=sys.stderr, flush=True)
            return found

        setattr(owner, name, classmethod(wrapped) if isinstance(named, classmethod) else wrapped)

    @contextmanager
    def during(self, stage: str):
        """Count what the block does as a stage."""
        self.note()
        self._inside.append(stage)
        try:
            yield
        finally:
            self.note()
            self._inside.pop()

    def note(self) -> None:
        """Take note of the stage that is being left."""
        now, stage = time.perf_counter(), self._inside[-1]
        self.peaks[stage] = max(self.peaks[stage], peak_mb())
        self.seconds[stage] += now - self._since
        self._since = now
        with suppress(OSError):
            Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew


def peak_mb() -> float:
    """Return the largest resident memory since the peak began, in MB."""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(home: Path) -> None:
    """Run the pipeline, and print peak and time of each stage."""
    import sklearn.linear_model
    import sklearn.neighbors
    import torch
    from transformers import Trainer

    from labelfns.models import TransformerClassifier
    from labelfns.models.label_models.base import BaseLabelModel
    from labelfns.pipelines import load_settings
    from labelfns.pipelines.report import pages
    from labelfns.pipelines.run import run
    from labelfns.pipelines.self_training import loop
    from labelfns.progress import silent

    assert all((sklearn.linear_model, sklearn.neighbors, Trainer, pages))
    torch.set_num_threads(1)
    stages = Stages()
    for owner, name, stage in (
        (run.Inputs, "read", "reading: checked, and onto the disk"),
        (run, "prepare", "LFs"),
        (run, "made_from", "fingerprints"),
        (run.RunFolder, "begin", "votes written"),
        (BaseLabelModel, "fit", "label model"),
        (BaseLabelModel, "predict_proba", "label model"),
        (loop, "draw", "sample drawn"),
        (TransformerClassifier, "frozen_features", "features"),
        (TransformerClassifier, "fit", "fine-tuning"),
        (loop.TrainingSet, "of", "selection"),
        (run.RunFolder, "write_round", "round written"),
        (run, "write_pool_labels", "the whole pool labeled, and written"),
        (run.RunFolder, "write_weak_labels", "weak labels written"),
        (run, "run_metrics", "figures"),
        (run, "report", "report"),
    ):
        stages.wrap(owner, name, stage)
    before, start = peak_mb(), time.perf_counter()
    stages.note()
    metrics = run.run_pipeline(load_settings(home / "pipeline.toml"), home / "run", progress=silent)
    stages.note()
    for stage, peak in stages.peaks.items():
        print(f"  {stage:<38} {peak - before:>7,.0f} MB {stages.seconds[stage]:>8.1f} s")
    ledger, coverage = metrics["rounds"][0], metrics["coverage"]
    print(
        f"  {coverage['rows']:,} rows, {coverage['covered']:,} with a vote; {ledger['drawn']['rows']:,} drawn, "
        f"{ledger['trained_on']:,} trained on; warnings: {metrics['warnings']}"
    )
    print(
        f"  peak {max(stages.peaks.values()) - before:,.0f} MB above the interpreter's {before:,.0f} MB (asked: under "
        f"{MOST_MB:,}), {time.perf_counter() - start:,.0f} s",
        flush=True,
    )


def compared(home: Path) -> None:
    """Run a pool that fits from the disk and from memory, and say whether all figures and tables are the same."""
    from labelfns.io.read import read_texts
    from labelfns.pipelines import load_settings, run_pipeline
    from labelfns.pipelines.run import inputs
    from labelfns.progress import silent

    settings = load_settings(home / "pipeline.toml")
    found = []
    for name, read in (
        ("disk", inputs.read_or_store),
        ("memory", lambda *args, most, folder, **how: read_texts(*args, **how)),
    ):
        inputs.read_or_store = read
        figures = run_pipeline(settings, home / name, progress=silent) | {"seconds": None}
        files = [
            home / name / file
            for file in ("weak_labels.parquet", "pool_labels.parquet", "rounds/0/pseudo_labels.parquet")
        ]
        found.append((figures, [pl.read_parquet(file) for file in files]))
    (on_disk, tables), (in_memory, others) = found
    same = [a.equals(b) for a, b in zip(tables, others, strict=True)]
    print(f"  from the disk and from memory: figures equal {on_disk == in_memory}, tables equal {same}", flush=True)


def main() -> None:
    """Measure each in a process of its own."""
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", nargs="?", type=int, default=5_000_000)
    parser.add_argument("--sample", type=int, default=20_000)
    parser.add_argument("--fits", type=int, default=120_000)
    parser.add_argument("--without-pool-labels", action="store_true", help="leave out that the whole pool is labeled")
    given = parser.parse_args()
    print(f"labelfns run on {given.rows:,} tweets", flush=True)
    for rows, what in ((given.rows, "measured"), (given.fits, "compared")):
        with tempfile.TemporaryDirectory() as folder:
            label_pool = not given.without_pool_labels or what == "compared"
            project(Path(folder), rows, min(given.sample, rows // 10), label_pool=label_pool)
            command = f"import bench_large_run as b; from pathlib import Path; b.{what}(Path({folder!r}))"
            one = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}
            subprocess.run([sys.executable, "-c", command], cwd=Path(__file__).parent, env=os.environ | one, check=True)


if __name__ == "__main__":
    main()
