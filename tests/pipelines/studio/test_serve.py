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


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_starts_answers_and_ends_as_a_server_does(project, number):
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
    assert process.returncode == 0
    assert "interrupted" not in err
    assert "Traceback" not in err
    assert "For another window: http://127.0.0.1" in out
    assert out.endswith("The studio has ended.\n")


@pytest.mark.slow
def test_it_ends_while_an_lf_is_at_work(project):
    line = [sys.executable, "-m", "labelfns", "studio", str(project / "pipeline.toml"), "--no-browser"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            url = re.search(r"http://127\.0\.0\.1:\d+/\?key=\S+", process.stdout.readline())[0]
            opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            page = opener.open(url)
            token = re.search(r'name="token" content="([^"]+)"', page.read().decode())[1]
            source = (
                (project / "lfs.py")
                .read_text(encoding="utf-8")
                .replace("text.isupper()", "__import__('time').sleep(99)")
            )
            (project / "lfs.py").write_text(source, encoding="utf-8")
            headers = {"content-type": "application/json", "x-labelfns-token": token, "origin": url.partition("/?")[0]}
            asked = urllib.request.Request(f"{page.url}reload", b"{}", headers)
            with pytest.raises(TimeoutError):
                opener.open(asked, timeout=1)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "Traceback" not in err


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
