"""Two processes that train together, and one of them is killed, slow, or out of disk: both end, and the run goes on.

They meet over gloo as those of torchrun do, which starts them in one of the tests; elsewhere they are forked from a
process that has imported everything.
"""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from bench_kills import contents, half_written, started

from .commands import command

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="signals and forks are those of POSIX"),
]

# Of several processes a checkpoint is due every tenth step at most: this run saves one at step 10 of 22.
SETTINGS = ["batch_size=6", "min_steps=22", "checkpoint_minutes=0", "precision=full"]
OPTIONS = [part for setting in SETTINGS for part in ("--set", f"classifier.{setting}")]
OPTIONS += ["--set", "self_training.rounds=0", "--set", "prediction.second_view=false"]
AT = 15
PATIENCE = 60  # seconds after which processes that still run have hung


def at_step(act, step, rank):
    """Have a process call `act` when that step is done."""
    from labelfns.models.transformer.trainer import ProgressCallback

    if int(os.environ["RANK"]) != rank:
        return
    before = ProgressCallback.on_step_end

    def watched(self, args, state, control, **kwargs):
        before(self, args, state, control, **kwargs)
        if state.global_step == step:
            act()

    ProgressCallback.on_step_end = watched


def kill():
    os.kill(os.getpid(), signal.SIGKILL)


def fill_the_disk():
    """Have torch, which writes the state of a process's generators, find no room."""
    import torch

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    torch.save = full


def as_rank(rank, port, fault):
    """Make this process one of two."""
    os.environ |= {"RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2"}
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1"}
    if fault is not None:
        fault()


def both(project, folder, *more, fault=None, timeout=60):
    """Run the pipeline in two processes to their end; return of each its exit code and what it said."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["run", str(project / "pipeline.toml"), "--output", str(folder), *OPTIONS, *more]
    arguments += ["--set", f"classifier.trainer={{ddp_timeout={timeout}}}"]
    said = [project / f"said{rank}" for rank in (0, 1)]
    processes = [started(command, arguments, said[rank], partial(as_rank, rank, port, fault)) for rank in (0, 1)]
    until = time.monotonic() + PATIENCE
    for process in processes:
        process.join(max(until - time.monotonic(), 0))
    hung = [rank for rank, process in enumerate(processes) if process.is_alive()]
    for process in processes:
        process.kill()
        process.join()
    texts = [path.read_text() for path in said]
    assert not hung, (hung, texts)
    return [(process.exitcode, text) for process, text in zip(processes, texts, strict=True)]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("ranks")


@pytest.fixture
def project(home, tiny_project):
    """One project for all runs: what a run leaves names its files."""
    if not (home / "project").exists():
        shutil.copytree(tiny_project, home / "project")
    return home / "project"


@pytest.fixture
def expected(home, project):
    """The files of an undisturbed run of two processes, made once."""
    if not (home / "undisturbed").exists():
        found = both(project, home / "undisturbed")
        assert [code for code, _ in found] == [0, 0], found
    return contents(home / "undisturbed")


def message(said):
    """Return the last line of what a process said, which nothing like a traceback may come before."""
    assert "Traceback" not in said, said
    return " ".join(said.strip().splitlines()[-1:])


def check_goes_on(project, folder, expected):
    """Resume from the checkpoint to the files of an undisturbed run."""
    assert half_written(folder) == []
    assert [path.name for path in folder.glob("checkpoints/*/checkpoint-*")] == ["checkpoint-10"]
    found = both(project, folder, "--resume")
    assert [code for code, _ in found] == [0, 0], found
    ours = contents(folder)
    assert {name for name in expected | ours if expected.get(name) != ours.get(name)} <= {"pipeline.toml"}


@pytest.mark.parametrize("lost", [1, 0])
def test_a_killed_process(project, expected, tmp_path, lost):
    folder = tmp_path / "out"
    found = both(project, folder, fault=partial(at_step, kill, AT, lost))
    assert found[lost][0] == -signal.SIGKILL
    code, said = found[1 - lost]
    assert code == 2, said
    assert f"labelfns: process {1 - lost} of 2 (the first is 0) ends, as another has stopped" in message(said)
    assert "To go on: torchrun --nproc-per-node 2 -m labelfns run " in message(said)
    check_goes_on(project, folder, expected)


def test_a_slow_process(project, expected, tmp_path):
    folder = tmp_path / "out"
    found = both(project, folder, fault=partial(at_step, partial(time.sleep, 8), AT, 1), timeout=3)
    assert [code for code, _ in found] == [2, 2], found
    assert "process 0 of 2 (the first is 0) ends, as another did not answer in time" in message(found[0][1])
    assert "classifier.trainer.ddp_timeout" in message(found[0][1])
    assert "process 1 of 2 (the first is 0) ends, as another has stopped" in message(found[1][1])
    check_goes_on(project, folder, expected)


@pytest.mark.parametrize("rank", [1, 0])
def test_a_full_disk_of_one_process(project, expected, tmp_path, rank):
    folder = tmp_path / "out"
    found = both(project, folder, fault=partial(at_step, fill_the_disk, AT, rank))
    assert [code for code, _ in found] == [2, 2], found
    for number, (_, said) in enumerate(found):
        assert "checkpoint-20 could not be written (OSError: " in message(said)
        assert "No space left on device" in message(said)
        assert (f"in process {rank}, " in message(said)) == (number != rank)
        assert "To go on: torchrun --nproc-per-node 2 -m labelfns run " in message(said)
    check_goes_on(project, folder, expected)


def test_torchrun_ends_with_its_processes_and_its_command_goes_on(tiny_project):
    """What a user sees: torchrun's exit code, our message, and the command in it, copied."""
    (tiny_project / "killed.py").write_text(
        "import os, sys\n"
        f"sys.path[:0] = [{str(Path(__file__).parents[2])!r}, {str(Path(__file__).parents[1] / 'benchmarks')!r}]\n"
        "from tests.faults.test_several_processes import AT, at_step, kill\n"
        "at_step(kill, AT, 1)\n"
        "from labelfns.pipelines import cli\n"
        "sys.argv[0] = 'labelfns'\n"
        "cli.main()\n"
    )
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    folder = tiny_project / "out"
    arguments = ["run", str(tiny_project / "pipeline.toml"), "--output", str(folder), *OPTIONS]
    found = subprocess.run([*torchrun, tiny_project / "killed.py", *arguments], capture_output=True, text=True)
    assert found.returncode == 1, found.stderr
    assert "Signal 9 (SIGKILL)" in found.stderr
    (line,) = set(re.findall(r"To go on: (torchrun .*)", found.stderr))
    program, *rest = shlex.split(line)
    assert (program, rest[:3]) == ("torchrun", ["--nproc-per-node", "2", "-m"])
    assert (folder / "made_from.json").is_file()
    found = subprocess.run([*torchrun, "-m", *rest[3:]], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert (folder / "metrics.json").is_file()
