"""How long `import labelfns` and `labelfns --help` take, whole processes, beside an empty Python."""

import statistics
import subprocess
import sys
import time

RUNS = 7
COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import labelfns": [sys.executable, "-c", "import labelfns"],
    "labelfns --help": [sys.executable, "-c", "from labelfns.pipelines.cli import main; main()", "--help"],
    "import snorkel.labeling": [sys.executable, "-c", "import snorkel.labeling"],
}


def seconds(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    times = {name: [] for name in COMMANDS}
    for run in range(RUNS + 1):  # in turn, so that all see the same machine; the first warms the disk cache
        for name, command in COMMANDS.items():
            took = seconds(command)
            if run:
                times[name].append(took)
    for name, found in times.items():
        print(f"{name:24} median {statistics.median(found):.3f} s  ({min(found):.3f} to {max(found):.3f})")


if __name__ == "__main__":
    main()
