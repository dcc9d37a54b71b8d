"""`labelfns studio` as a user starts and ends it."""

import importlib
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from labelfns.errors import InputError, MissingExtraError
from labelfns.pipelines.studio.serve import HOST, listen

ROOT = Path(__file__).parents[3]


SIGNALS = [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "told to stop")]


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code", "said"), SIGNALS)
def test_it_starts_answers_and_ends(project, number, code, said):
    line = [sys.executable, "-m", "labelfns", "studio", str(project / "pipeline.toml"), "--no-browser"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            url = re.search(r"http://127\.0\.0\.1:\d+/\?key=\S+", process.stdout.readline())[0]
            with pytest.raises(urllib.error.HTTPError, match="403"):
                urllib.request.urlopen(url.partition("?")[0])
            opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            assert b"labelfns studio" in opener.open(url).read()
            process.send_signal(number)
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == code
    assert err.rstrip().splitlines()[-1] == f"labelfns: {said}"
    assert "Traceback" not in err
    assert "For another window: http://127.0.0.1" in out


def test_it_listens_on_this_machine_alone():
    with listen(0) as opened:
        assert opened.getsockname()[0] == HOST == "127.0.0.1"
        opened.listen()
        with pytest.raises(InputError, match=f"port {opened.getsockname()[1]} is in use"):
            listen(opened.getsockname()[1])


def test_without_the_extra_one_line_says_so(project, monkeypatch):
    command = importlib.import_module("labelfns.pipelines.cli.studio")
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "uvicorn" else socket)
    with pytest.raises(MissingExtraError, match=r"^the studio needs uvicorn: pip install 'labelfns\[studio\]'$"):
        command.studio(project / "pipeline.toml")
