"""CPU seconds of whole commands on the embedded example, beside an empty Python: median of five, in turn."""

import os
import statistics
import subprocess
import sys

from labelfns.data import example

RUNS = 5
PIPELINE = str(example("tweet_sentiment") / "pipeline.toml")


def labelfns(*arguments):
    return [sys.executable, "-m", "labelfns", *arguments]


COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import labelfns": [sys.executable, "-c", "import labelfns"],
    "from labelfns.models import LabelModel": [sys.executable, "-c", "from labelfns.models import LabelModel"],
    "labelfns --help": labelfns("--help"),
    "labelfns test-lfs": labelfns("test-lfs", PIPELINE),
    "labelfns suggest": labelfns("suggest", PIPELINE),
    "labelfns analyze, LabelModel": labelfns("analyze", PIPELINE, "--set", "label_model.kind=labelfns"),
    "labelfns analyze, Snorkel's model": labelfns("analyze", PIPELINE),
    "import snorkel.labeling": [sys.executable, "-c", "import snorkel.labeling"],
}


def cpu_seconds(command):
    before = os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def main():
    times = {name: [] for name in COMMANDS}
    for run in range(RUNS + 1):  # in turn, so that all see the same machine; the first warms the disk cache
        for name, command in COMMANDS.items():
            took = cpu_seconds(command)
            if run:
                times[name].append(took)
    for name, values in times.items():
        print(f"{name:40} median {statistics.median(values):.2f} s  ({min(values):.2f} to {max(values):.2f})")


if __name__ == "__main__":
    main()
