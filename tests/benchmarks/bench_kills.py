"""A tiny run, killed (SIGKILL) at random moments and resumed: the same files as undisturbed, none half written.

Each time a run is started in a fresh folder, killed at a moment drawn evenly from the time that a whole run takes, its
files are looked at, and it is resumed to its end. A checkpoint is saved after every step, so that many kills fall into
one. POSIX only.
"""

import argparse
import collections
import hashlib
import json
import multiprocessing
import random
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import polars as pl
import torch
from safetensors import safe_open
from transformers import BertConfig, BertForSequenceClassification

from labelfns.data import example
from labelfns.models.backbones import load_backbone
from labelfns.pipelines import load_settings, run_pipeline
from labelfns.progress import silent

PRELOAD = ["labelfns.pipelines.run", "transformers.trainer", "matplotlib.figure"]
FAST = ["classifier.checkpoint_minutes=0", "classifier.epochs=1", "classifier.min_steps=1", "classifier.batch_size=32"]
READERS = {
    ".json": lambda path: json.loads(path.read_text(encoding="utf-8")),
    ".toml": lambda path: tomllib.loads(path.read_text(encoding="utf-8")),
    ".parquet": pl.read_parquet,
    ".safetensors": lambda path: safe_open(path, "numpy").keys(),
    ".pt": lambda path: torch.load(path, weights_only=True),
}


def tiny_backbone(folder):
    """Save a BERT of two layers of 16 units with the embedded backbone's tokenizer."""
    _, tokenizer = load_backbone("embedded", ["a", "b"])
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=128,
    )
    torch.manual_seed(0)
    BertForSequenceClassification(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def run(pipeline, overrides, folder):
    torch.set_num_threads(1)
    run_pipeline(load_settings(pipeline, overrides), folder, resume=True, progress=silent)


def started(*arguments):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)  # imported once, by the server that forks the runs
    process = context.Process(target=run, args=arguments)
    process.start()
    return process


def contents(folder):
    """Return a hash of each file that a run leaves; figures of time are left out."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and path.name not in (".lock", "report.html"):
            data = path.read_bytes()
            if path == folder / "metrics.json":
                data = json.dumps({**json.loads(data), "seconds": None}).encode()
            found[path.relative_to(folder).as_posix()] = hashlib.sha256(data).hexdigest()
    return found


def half_written(folder):
    """Return the files that have their name, and cannot be read."""
    bad = []
    for path in folder.rglob("*"):
        unfinished = any(part.endswith(".part") or part == "unfinished" for part in path.relative_to(folder).parts)
        if path.is_file() and not unfinished and path.suffix in READERS:
            try:
                READERS[path.suffix](path)
            except Exception as error:
                bad.append(f"{path}: {error}")
    return bad


def stage(folder):
    """Say how far a run had come."""
    if not (folder / "made_from.json").is_file():
        return "before the votes were saved"
    if (folder / "metrics.json").is_file():
        return "after the end"
    done = len([path for path in (folder / "rounds").glob("*") if path.name.isdigit()])
    saved = "after" if list((folder / "checkpoints").glob("*/checkpoint-*")) else "before"
    return f"{done} rounds done, {saved} a checkpoint"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pipeline", nargs="?", type=Path, help="by default tweet_sentiment with a tiny transformer")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rng, failures, stages = random.Random(options.seed), [], collections.Counter()
    with tempfile.TemporaryDirectory() as name:
        home, overrides = Path(name), FAST
        if options.pipeline is None:
            overrides = [*FAST, f"classifier.backbone={tiny_backbone(home / 'tiny').as_posix()}"]
        pipeline = options.pipeline or example("tweet_sentiment") / "pipeline.toml"
        for folder in (home / "warm", home / "undisturbed"):
            start = time.perf_counter()
            whole = started(pipeline, overrides, folder)
            whole.join()
            seconds = time.perf_counter() - start
            if whole.exitcode:
                sys.exit("the undisturbed run failed")
        expected = contents(folder)
        print(f"{len(expected)} files in {seconds:.1f} s undisturbed", flush=True)
        for number in range(options.kills):
            folder = home / str(number)
            process = started(pipeline, overrides, folder)
            process.join(rng.uniform(0, seconds))
            process.kill()
            process.join()
            at = stage(folder)
            stages[at] += 1
            problems = half_written(folder) if folder.exists() else []
            process = started(pipeline, overrides, folder)
            process.join()
            found = contents(folder)
            problems += [f"exit code {process.exitcode}"] if process.exitcode else []
            problems += [f"{path} differs" for path in expected | found if expected.get(path) != found.get(path)]
            failures += [f"kill {number}, {at}: {problem}" for problem in problems]
    for at, count in sorted(stages.items()):
        print(f"{count:4} killed {at}")
    print(f"{options.kills} kills, {len(failures)} failures")
    sys.exit("\n".join(failures) or 0)


if __name__ == "__main__":
    main()
