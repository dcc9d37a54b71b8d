"""Runs that are killed, told to stop, out of disk, or run twice at once: nothing is lost, and they go on."""

import errno
import os
import random
import shlex
import signal
import subprocess
import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from labelfns.pipelines import load_settings, run_pipeline
from labelfns.progress import silent

from .campaign import count, seeded

KILLS = Path(__file__).parents[1] / "benchmarks" / "bench_kills.py"
SETTINGS = ["classifier.checkpoint_minutes=0", "classifier.batch_size=32"]
OPTIONS = [part for setting in SETTINGS for part in ("--set", setting)]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="signals and forks are those of POSIX"),
]


@pytest.fixture
def whole(tiny_project):
    from .commands import undisturbed

    return undisturbed(tiny_project, OPTIONS)


def resumed(project, folder, line):
    """Go on with the command that a message names; return the files."""
    from bench_kills import contents, half_written

    from .commands import finish

    assert half_written(folder) == []
    program, *arguments = shlex.split(line)
    assert program == "labelfns"
    code, said = finish(arguments, project / "said")
    assert code == 0, said
    return contents(folder)


def test_killed_at_random_and_resumed(tiny_project):
    """The short form of the benchmark, which has fifty kills."""
    found = subprocess.run(
        [sys.executable, KILLS, tiny_project / "pipeline.toml", "--kills", str(count(2, 100))],
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    assert f"{count(2, 100)} kills, 0 failures" in found.stdout


def test_told_to_stop_at_any_moment(tiny_project, whole):
    """One line, exit code 130 or 143, and the command that goes on to the same files."""
    from at_write import signal_at

    from .commands import start

    expected, writes = whole
    for number, rng in seeded(4, 400):
        sent, code, word = [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "told to stop")][number % 2]
        folder, said = tiny_project / f"my run {number}", tiny_project / "said"
        at = rng.randint(1, writes) if number % 4 < 2 else None
        watch = partial(signal_at, folder, at, sent) if at else None
        process = start(["run", tiny_project / "pipeline.toml", "--output", folder, *OPTIONS], said, watch)
        if at is None:
            process.join(rng.uniform(0.3, 3))
            with suppress(ProcessLookupError):
                os.kill(process.pid, sent)
        process.join()
        *before, last = said.read_text().strip().splitlines() or [""]
        if process.exitcode == 0 or not folder.exists():  # it had come to its end, or had not read its settings yet
            continue
        assert process.exitcode == code, (number, at, said.read_text())
        assert last.startswith(f"labelfns: {word}. To go on: labelfns run "), (number, at, said.read_text())
        assert not [line for line in before if "Traceback" in line or "Error" in line], (number, at, said.read_text())
        assert resumed(tiny_project, folder, last.partition("To go on: ")[2]) == expected, (number, at)


DISKS = ["full", "read-only", "small"]


@pytest.mark.parametrize("disk", DISKS)
def test_a_disk_that_takes_no_more_at_any_write(tiny_project, whole, disk):
    """One message, exit code 2, and the command that goes on to the same files."""
    from at_write import fail_at, limit_files

    from .commands import finish

    expected, writes = whole
    for number, rng in seeded(3, 400):
        folder, said = tiny_project / str(number), tiny_project / "said"
        if disk == "small":
            watch = partial(limit_files, folder, int(10 ** rng.uniform(3.6, 4.7)))
        else:
            watch = partial(fail_at, folder, rng.randint(1, writes), errno.ENOSPC if disk == "full" else errno.EROFS)
        code, text = finish(["run", tiny_project / "pipeline.toml", "--output", folder, *OPTIONS], said, watch)
        assert "Traceback" not in text, (number, text)
        if code == 0:  # the report alone was lost, or nothing
            continue
        assert code == 2, (number, text)
        last = text.strip().splitlines()[-1]
        assert "could not be written" in last, (number, text)
        assert resumed(tiny_project, folder, last.partition("To go on: ")[2]) == expected, (number, text)


@pytest.mark.parametrize("options", [[], ["--resume"], ["--overwrite"]], ids=["new", "resume", "overwrite"])
def test_two_runs_at_once(tiny_project, whole, options):
    from bench_kills import contents

    from .commands import finish, start

    expected, _ = whole
    line = ["run", tiny_project / "pipeline.toml", "--output", tiny_project / "out", *OPTIONS]
    for number, rng in seeded(2, 2000):
        pair = [start([*line, *options], tiny_project / f"said {i}") for i in range(2) if not time.sleep(rng.random())]
        for process in pair:
            process.join()
        said = [(tiny_project / f"said {i}").read_text() for i in range(2)]
        codes = sorted(process.exitcode for process in pair)
        assert codes in ([0, 2], [0, 0]) if options else codes == [0, 2], (number, said)
        assert not any("Traceback" in text for text in said), (number, said)
        assert contents(tiny_project / "out") == expected
        if not options:
            assert finish([*line, "--overwrite"], tiny_project / "said")[0] == 0
            break


def test_a_clock_that_jumps(tiny_project, whole, monkeypatch):
    from bench_kills import contents

    rng = random.Random(0)
    monkeypatch.setattr(time, "time", lambda: rng.choice([0.0, 1e9, 3e9, -1.0]))
    settings = load_settings(tiny_project / "pipeline.toml", SETTINGS)
    run_pipeline(settings, tiny_project / "out", progress=silent)
    assert contents(tiny_project / "out") == whole[0]
