"""CPU seconds of `labelfns predict` on 1,000 tweets, split by what they go to, with and without the second view.

    python tests/benchmarks/bench_predict.py [--run FOLDER]

Each command runs in a process of its own, on one thread; median of three after one that is left out. A model's own time
is that of its forward passes; the target is that all else takes under 5 s. Without `--run` a small pipeline on the
embedded backbone is trained first, for a step: how good it is makes no difference. Measure on a machine that does
nothing else: beside other work the same takes half as much CPU time again.
"""

import argparse
import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

TEXTS, RUNS, TARGET = 1000, 3, 5.0
FORWARD = ("forward passes of the classifier", "forward passes of the second view")
REST = "all else"


def cpu():
    """Return the CPU seconds of this process so far, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class Clock:
    """CPU seconds by part; inside a part that is inside another, only the inner one's clock runs."""

    def __init__(self):
        self.seconds = {"starting Python": cpu()}
        self._part, self._since = REST, cpu()

    def _switch(self, part):
        now = cpu()
        self.seconds[self._part] = self.seconds.get(self._part, 0.0) + now - self._since
        self._part, self._since = part, now

    @contextmanager
    def within(self, part):
        """Count what happens here as of a part."""
        before = self._part
        self._switch(part)
        try:
            yield
        finally:
            self._switch(before)

    def watch(self, owner, name, part):
        """Count the calls of a function as of a part."""
        function = getattr(owner, name)

        def call(*args, **kwargs):
            with self.within(part):
                return function(*args, **kwargs)

        setattr(owner, name, call)

    def stop(self):
        """Return the seconds by part."""
        self._switch(REST)
        return self.seconds


def measured(arguments):
    """Run `labelfns predict` in this process, and print the CPU seconds of its parts as JSON."""
    clock = Clock()
    clock.watch(sys.modules["_frozen_importlib"], "_find_and_load", "imports")
    gc.disable()  # as `predict` does while it imports
    with clock.within("imports"):
        import labelfns.models.transformer.inference as inference
        from labelfns.lfset import LFSet
        from labelfns.models import LabelModel
        from labelfns.pipelines.cli import answers, main, runs
        from labelfns.pipelines.pipeline import Pipeline

    read = inference._read

    def reading(model, tokenizer, texts, answer, width, max_length, progress, what):
        forward = FORWARD[what == "embedding"]

        def timed(inputs):
            with clock.within(forward):
                return answer(inputs)

        with clock.within("tokens and batches"):
            return read(model, tokenizer, texts, timed, width, max_length, progress, what)

    inference._read = reading
    clock.watch(Pipeline, "load", "opening the run folder")
    clock.watch(answers, "read_input", "reading the texts")
    clock.watch(LFSet, "from_file", "LFs")
    clock.watch(LFSet, "apply", "LFs")
    clock.watch(LabelModel, "predict_proba", "label model")
    clock.watch(answers, "answer_table", "writing")
    clock.watch(answers, "write_rows", "writing")
    assert runs
    sys.argv = ["labelfns", "predict", *arguments]
    try:
        main()
    except SystemExit as stop:
        if stop.code:
            raise
    print(json.dumps(clock.stop()))


def small_pipeline(folder):
    """Save a pipeline on the embedded backbone, trained for a step, with a second view."""
    from labelfns import LFSet, read_texts
    from labelfns.data import example
    from labelfns.models import FineTuning, LabelModel, Selection
    from labelfns.pipelines import Pipeline, Rounds

    home = example("tweet_sentiment")
    lfs = LFSet.from_file(home / "lfs.py", ["negative", "neutral", "positive"])
    settings = FineTuning(epochs=0.01, min_steps=1)
    rounds = Rounds(rounds=0, first=Selection("threshold"))
    Pipeline(lfs, label_model=LabelModel(), settings=settings, rounds=rounds).fit(
        read_texts(home / "unlabeled.jsonl"), progress=lambda *_: None
    ).save(folder)


def tweets(file):
    """Write a thousand of the example's tweets."""
    from labelfns.data import example

    home = example("tweet_sentiment")
    lines = [
        line
        for name in ("unlabeled", "val", "test")
        for line in (home / f"{name}.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    ]
    file.write_text("".join(lines[:TEXTS]), encoding="utf-8")
    return min(len(lines), TEXTS)


def seconds(command, environment):
    """Return the CPU seconds of a command by part, its end among them, which it cannot measure itself."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    after, parts = resource.getrusage(resource.RUSAGE_CHILDREN), json.loads(done.stdout)
    whole = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return parts | {"leaving Python": whole - sum(parts.values())}


def report(title, found):
    """Print a table of medians."""
    parts = list(dict.fromkeys(part for seconds in found for part in seconds))
    print(f"\n{title}\n")
    for part in parts:
        values = [seconds.get(part, 0.0) for seconds in found]
        print(f"  {part:40} {statistics.median(values):6.2f} s  ({min(values):.2f} to {max(values):.2f})")
    others = [sum(took for part, took in seconds.items() if part not in FORWARD) for seconds in found]
    print(f"  {'total':40} {statistics.median(sum(seconds.values()) for seconds in found):6.2f} s")
    print(
        f"  {'beside the forward passes':40} {statistics.median(others):6.2f} s  ({min(others):.2f} to "
        f"{max(others):.2f}; target {TARGET:g})"
    )


def main():
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", type=Path)
    args = parser.parse_args()
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory() as home:
        run, texts, answers = args.run or Path(home) / "saved", Path(home) / "texts.jsonl", Path(home) / "answers.jsonl"
        n = tweets(texts)
        if args.run is None:
            small_pipeline(run)
        for title, options in ((f"{n:,} tweets", []), ("the classifier alone", ["--without-lfs"])):
            command = [sys.executable, __file__, "--measured", str(run), str(texts), *options]
            command += ["--output", str(answers), "--overwrite"]
            found = [seconds(command, environment) for _ in range(RUNS + 1)]
            report(title, found[1:])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measured"]:
        measured(sys.argv[2:])
    else:
        main()
