"""A tiny run, killed (SIGKILL) at random moments and resumed: the same files as undisturbed, none half written.

Each time a run is started in a fresh folder and killed: in turn at a moment drawn evenly from the time that a whole run
takes, and at one of its writes, each as likely as the others (see `at_write`). Its files are looked at, and it is
resumed to its end. A checkpoint is saved after every step, so that many kills fall into one. POSIX only.
"""

import argparse
import collections
import hashlib
import json
import multiprocessing
import random
import shutil
import sys
import tempfile
import time
import tomllib
from functools import partial
from pathlib import Path

from at_write import at_write, signal_at

from labelfns.data import example
from labelfns.io.atomic import PART

PRELOAD = ["labelfns.pipelines.run.run", "transformers.trainer"]  # by the server that forks the runs
FAST = ["classifier.checkpoint_minutes=0", "classifier.epochs=1", "classifier.min_steps=1"]


def tiny_backbone(folder):
    """Save a BERT of two layers of 16 units with the embedded backbone's tokenizer."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    from labelfns.models.transformer.backbone import load_backbone

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


def run(pipeline, overrides, folder, watch=None):
    """Run a pipeline, resumed where it was begun; `watch` is called with the folder first."""
    import torch

    from labelfns.pipelines import load_settings, run_pipeline
    from labelfns.progress import silent

    torch.set_num_threads(1)
    if bad := half_written(folder):
        sys.exit("\n".join(bad))
    if watch is not None:
        watch(folder)
    run_pipeline(load_settings(pipeline, overrides), folder, resume=True, progress=silent)


def count_writes(numbers, folder):
    """Keep in a file how many writes there were so far."""
    at_write(folder, lambda count, event: numbers.write_text(str(count)))


def started(target, *arguments):
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOAD)
    process = context.Process(target=target, args=arguments)
    process.start()
    return process


def finished(target, *arguments):
    process = started(target, *arguments)
    process.join()
    return process.exitcode


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
    import polars as pl
    import torch
    from safetensors import safe_open

    from labelfns.models.transformer.checkpoints import UNFINISHED

    readers = {
        ".json": lambda path: json.loads(path.read_text(encoding="utf-8")),
        ".toml": lambda path: tomllib.loads(path.read_text(encoding="utf-8")),
        ".parquet": pl.read_parquet,
        ".safetensors": lambda path: safe_open(path, "numpy").keys(),
        ".pt": lambda path: torch.load(path, weights_only=True),
    }
    bad = []
    for path in folder.rglob("*"):
        unfinished = any(part.endswith((PART, UNFINISHED)) for part in path.relative_to(folder).parts)
        if path.is_file() and not unfinished and path.suffix in readers:
            try:
                readers[path.suffix](path)
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
            finished(tiny_backbone, home / "tiny")
            overrides = [*FAST, "classifier.batch_size=64", f"classifier.backbone={(home / 'tiny').as_posix()}"]
        pipeline = options.pipeline or example("tweet_sentiment") / "pipeline.toml"
        for name, watch in (("warm", partial(count_writes, home / "writes")), ("undisturbed", None)):
            start, folder = time.perf_counter(), home / name
            if finished(run, pipeline, overrides, folder, watch):
                sys.exit("the undisturbed run failed")
            seconds = time.perf_counter() - start
        expected, writes = contents(folder), int((home / "writes").read_text())
        print(f"{len(expected)} files in {seconds:.1f} s and {writes} writes undisturbed", flush=True)
        for number in range(options.kills):
            folder, at_a_write = home / str(number), number % 2
            watch = partial(signal_at, number=rng.randint(1, writes)) if at_a_write else None
            process = started(run, pipeline, overrides, folder, watch)
            process.join(None if at_a_write else rng.uniform(0, seconds))
            process.kill()
            process.join()
            at = f"{stage(folder)}, at {'a write' if at_a_write else 'some moment'}"
            stages[at] += 1
            problems = ["the resumed run failed"] if finished(run, pipeline, overrides, folder) else []
            found = contents(folder)
            problems += [f"{path} differs" for path in expected | found if expected.get(path) != found.get(path)]
            failures += [f"kill {number}, {at}: {problem}" for problem in problems]
            print(f"kill {number}, {at}: {len(problems)} problems", flush=True)
            shutil.rmtree(folder)
    for at, count in sorted(stages.items()):
        print(f"{count:4} killed {at}")
    print(f"{options.kills} kills, {len(failures)} failures")
    sys.exit("\n".join(failures) or 0)


if __name__ == "__main__":
    main()
