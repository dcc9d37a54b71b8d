"""The client of the docs against a small server that is slow, fails, talks nonsense, limits its rate, and dies."""

import json
import re
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from labelfns import LFSet, prompt
from labelfns.errors import LabelFnsWarning

PAGE = Path(__file__).parents[4] / "docs" / "how_to" / "lfs_that_read_meaning.md"
N, DIES_AFTER = 1000, 700
TEXTS = [f"tweet number {i}" for i in range(N)]
IN, OUT = 0.15e-6, 0.60e-6


class Listener(ThreadingHTTPServer):
    request_queue_size = 64  # with the usual 5 some connections wait for a second


class Server:
    """A chat endpoint whose troubles are the same in every run; it counts what it answered, and what that costs."""

    def __init__(self, dies_after=None):
        self.answered, self.tried, self.tokens, self.lock = Counter(), Counter(), [0, 0], threading.Lock()
        self.troubles = Counter()
        self.dies_after = dies_after
        outer = self

        class Handler(BaseHTTPRequestHandler):
            disable_nagle_algorithm = True

            def do_POST(self):
                outer.answer(self, json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def log_message(self, *_):
                pass

        self.http = Listener(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.http.server_port}/v1"

    def stop(self):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()

    def answer(self, request, body):
        number = int(re.search(r"tweet number (\d+)", body["messages"][0]["content"])[1])
        with self.lock:
            trouble = self.trouble(number)
            self.tried[number] += 1
            if trouble is None:
                self.answered[number] += 1
                self.tokens = [self.tokens[0] + 40 + number % 7, self.tokens[1] + 1 + number % 3]
        if trouble == "dead":
            request.close_connection = True  # hangs up without a word
            return
        if number % 29 == 0:
            time.sleep(0.02)
        content = b"<html>oops" if trouble == "garbage" else json.dumps(self.said(number)).encode()
        request.send_response({"fails": 500, "limited": 429}.get(trouble, 200))
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)

    def trouble(self, number):
        """Return what is wrong with this request; most troubles go away when it is tried again."""
        if self.dies_after is not None and self.answered.total() >= self.dies_after:
            return "dead"
        kinds = {11: "fails", 13: "garbage", 17: "limited"}
        found = next((kind for every, kind in kinds.items() if number % every == 1), None)
        found = found if self.tried[number] < (2 if found == "limited" else 1) else None
        self.troubles[found] += 1
        return found

    @staticmethod
    def said(number):
        reply = ("Yes", "no.", "As a language model I have no opinion, yes or no")[number % 3]
        usage = {"prompt_tokens": 40 + number % 7, "completion_tokens": 1 + number % 3}
        return {"choices": [{"message": {"role": "assistant", "content": reply}}], "usage": usage}


@pytest.fixture
def client(monkeypatch):
    """Give the client of the docs for a server, with waits that a test can wait for."""
    page = PAGE.read_text(encoding="utf-8")
    code = re.search(r"^```python\n(# ask_openai\.py\n.*?)^```$", page, re.DOTALL | re.MULTILINE)[1]
    monkeypatch.setenv("no_proxy", "*")

    def of(server):
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        names = {}
        exec(compile(code, str(PAGE), "exec"), names)
        names["reply"].__defaults__ = ((0.001, 0.001, None),)
        return names["ask"]

    return of


def asked_of(ask, folder):
    lf = prompt("Yes or no? {text}", answers={"yes": "yes", "no": "no"}, ask=ask, model="a server", cache=folder)
    return lf, LFSet(["no", "yes"], [lf]).apply(TEXTS)


@pytest.mark.slow
def test_a_server_that_dies_at_row_700_of_1000(client, tmp_path):
    first, second = Server(dies_after=DIES_AFTER), Server()
    try:
        with pytest.warns(LabelFnsWarning, match="not asked any more after 20 errors in a row"):
            lf, votes = asked_of(client(first), tmp_path)
        assert first.answered.total() == DIES_AFTER == lf.spending.replies
        expected = [(1, 0, -1)[i % 3] for i in range(N)]
        assert all(votes.matrix[i, 0] == (expected[i] if first.answered[i] else -1) for i in range(N))
        assert lf.dry_run(TEXTS).to_ask == N - DIES_AFTER
        lf, votes = asked_of(client(second), tmp_path)
        again = Server()
        try:
            asked_of(client(again), tmp_path)
            assert not again.tried
        finally:
            again.stop()
    finally:
        first.stop()
        second.stop()
    assert votes.matrix[:, 0].tolist() == expected
    assert not votes.faults
    answered = first.answered + second.answered
    assert set(answered.values()) == {1}  # no row was answered, and paid for, twice
    assert len(answered) == N
    for trouble in ("fails", "garbage", "limited"):
        assert first.troubles[trouble]
        assert second.troubles[trouble]
    cost = sum(IN * (40 + i % 7) + OUT * (1 + i % 3) for i in range(N))
    assert lf.spending.cost == pytest.approx(cost, rel=1e-12)
    assert first.tokens[0] + second.tokens[0] == sum(40 + i % 7 for i in range(N))


@pytest.mark.slow
def test_a_budget_holds_to_the_cent_against_a_server(client, tmp_path):
    server = Server()
    try:
        lf = prompt(
            "Yes or no? {text}",
            answers={"yes": "yes", "no": "no"},
            ask=client(server),
            model="a server",
            price=10e-6,  # no prompt costs more
            max_cost=0.002,
            cache=tmp_path,
        )
        with pytest.warns(LabelFnsWarning, match="budget is used up"):
            votes = LFSet(["no", "yes"], [lf]).apply(TEXTS)
    finally:
        server.stop()
    paid = IN * server.tokens[0] + OUT * server.tokens[1]
    assert lf.spending.cost == pytest.approx(paid, rel=1e-12)
    assert 0.002 - 10e-6 <= paid <= 0.002
    assert len(votes.faults[0].rows) == N - server.answered.total()
