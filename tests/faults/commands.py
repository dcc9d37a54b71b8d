"""Commands in processes of their own, forked from one that has imported everything."""

import os
import signal
import sys
from functools import partial
from pathlib import Path

from bench_kills import count_writes, started


def command(arguments, said, watch=None):
    """Run a command line; what it prints goes into the file `said`. `watch` is called first."""
    from labelfns.pipelines import cli

    with open(said, "w") as file:  # noqa: PTH123
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.stdout, sys.stderr = os.fdopen(1, "w", closefd=False), os.fdopen(2, "w", closefd=False)
    sys.argv = ["labelfns", *arguments]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if watch is not None:
        watch()
    cli.main()


def start(arguments, said, watch=None):
    """Start a command; return its process."""
    return started(command, list(map(str, arguments)), said, watch)


def finish(arguments, said, watch=None):
    """Run a command to its end; return its exit code and what it said."""
    process = start(arguments, said, watch)
    process.join()
    return process.exitcode, Path(said).read_text()


def undisturbed(project, settings):
    """Return the files of a run that nothing disturbs, and how many writes it takes."""
    from bench_kills import contents

    folder, numbers = project / "undisturbed", project / "writes"
    watch = partial(count_writes, numbers, folder)
    code, said = finish(["run", project / "pipeline.toml", "--output", folder, *settings], project / "said", watch)
    assert code == 0, said
    return contents(folder), int(numbers.read_text())
