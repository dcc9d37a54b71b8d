"""How a command ends, seen from outside: each in a process of its own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[3]
SLEEP = "for _ in range(600): time.sleep(0.1)\n"  # a signal that comes just before one long sleep waits for its end
LFS = "from labelfns import keywords, labeling_function\nfirst = keywords(0, ['a'])\n"


def start(tmp_path, lfs, *arguments):
    (tmp_path / "pool.csv").write_text("text\n" + "a word\n" * 50)
    (tmp_path / "lfs.py").write_text(LFS + lfs)
    (tmp_path / "pipeline.toml").write_text(
        '[data]\nlabels = ["no", "yes"]\npool = "pool.csv"\n[lfs]\nfile = "lfs.py"\n[label_model]\nkind = "majority"\n'
    )
    line = [sys.executable, "-m", "labelfns", "analyze", tmp_path / "pipeline.toml", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


@pytest.mark.parametrize(
    "lfs",
    [
        "import sys; sys.exit(0)\n",
        "@labeling_function\ndef stop(text):\n    raise SystemExit(0)\n",
    ],
    ids=["in the file", "in an LF"],
)
def test_code_of_the_user_cannot_end_a_command_well(tmp_path, lfs):
    process = start(tmp_path, lfs)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 2 or "SystemExit" in out  # ended with a message, or a fault of that LF
    assert "Traceback" not in err


FAULTS = ("raise SystemExit(0)", "raise StopIteration", "return lf_2(text)", "return [0] * 10**14", "quit()")


def lfs_that(*bodies):
    return "import ctypes, os\n" + "".join(
        f"@labeling_function\ndef lf_{j}(text):\n    if text == 'a word':\n        {body}\n"
        for j, body in enumerate(bodies)
    )


@pytest.mark.parametrize("workers", [1, 2])
def test_what_lfs_raise_are_their_faults(tmp_path, workers):
    process = start(tmp_path, lfs_that(*FAULTS), "--set", f"lfs.workers={workers}")
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0
    assert all(f"lf_{j}" in out for j in range(len(FAULTS)))
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("body", "workers", "message"),
    [
        ("os._exit(0)", 2, "a process that called lf_0 ended"),
        ("return 10**5000", 1, "LF 'lf_0' returned on line 2"),
    ],
)
def test_one_message_where_a_process_ends_or_a_vote_is_none(tmp_path, body, workers, message):
    process = start(tmp_path, lfs_that(body), "--set", f"lfs.workers={workers}")
    out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (2, "")
    assert err.count("labelfns: ") == 1
    assert message in err
    assert "Traceback" not in err


IGNORED = """\
class Deleted:  # Python ignores what is raised here
    def __del__(self):
        {begun}
        {sleep}
Deleted()
{sleep}
"""


@pytest.mark.parametrize("where", ["in an LF", "where exceptions are ignored"])
@pytest.mark.parametrize(
    ("number", "code", "line"),
    [(signal.SIGINT, 130, "labelfns: interrupted"), (signal.SIGTERM, 143, "labelfns: told to stop")],
)
def test_signals(tmp_path, number, code, line, where):
    flag = tmp_path / "started"
    begun = f"pathlib.Path({str(flag)!r}).touch()"
    slow = f"@labeling_function\ndef slow(text):\n    {begun}\n    {SLEEP}"
    lfs = slow if where == "in an LF" else IGNORED.format(begun=begun, sleep=SLEEP)
    with start(tmp_path, f"import pathlib, time\n{lfs}") as process:
        until = time.monotonic() + 100
        while not flag.exists() and time.monotonic() < until:
            time.sleep(0.1)
        process.send_signal(number)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, out) == (code, "")
    assert err.rstrip().endswith(line)
    assert "Traceback" not in err
    assert "ignored" not in err


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["tables", "JSON"])
def test_nobody_reads_what_is_printed(tmp_path, options):
    process = start(tmp_path, "", *options)
    process.stdout.close()
    _, err = process.communicate(timeout=120)
    assert process.returncode == 141
    assert "Traceback" not in err
    assert "BrokenPipe" not in err


@pytest.mark.parametrize(
    ("number", "code", "said"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "told to stop")]
)
@pytest.mark.parametrize("module", ["numpy", "typer"])
def test_a_signal_while_python_still_imports(tmp_path, module, number, code, said):
    (tmp_path / f"{module}.py").write_text(f"import time\nprint('importing', flush=True)\n{SLEEP}")
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}
    line = [sys.executable, "-m", "labelfns", "--help"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout.readline() == "importing\n"
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (code, f"labelfns: {said}\n")


def test_other_programs_keep_their_own_signals():
    code = "import signal as s; before = s.getsignal(s.SIGINT); import labelfns; assert s.getsignal(s.SIGINT) is before"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
