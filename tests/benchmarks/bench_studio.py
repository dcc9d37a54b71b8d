"""The studio on 100,000 tweets and 50 LFs: start, the answer to each keystroke, memory.

    LABELFNS_DATA=... python tests/benchmarks/bench_studio.py [rows]

The command runs as a user starts it, in a process of its own, and is asked over HTTP as the page asks: a new LF of each
kind is typed letter by letter, each of ten LFs of the file is changed by a word and by one letter more.
"""

import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench_engine import LABELS, word_lists
from tweets import cores, load

ROWS, LFS = 100_000, 50
TYPED = {
    "keywords": ("entries", "disappoint*\nso happy\nlet down\ncan't wait\nterrible service\nmonday"),
    "hashtags": ("entries", "#happy #fail #monday #ugh*"),
    "emoji": ("entries", "\U0001f62d \U0001f602 :) :("),
    "regex": ("pattern", r"\b(still|never) (no|nothing|waiting)\b|not (even|again)"),
    "lexicon": ("entries", "good 1.5\nhappy 2\nawful -2\nsad -1.5"),
}
OTHERS = {
    "keywords, not negated": {"kind": "keywords", "not_negated": True, "entries": "good\nhappy\nlove"},
    "a pattern that only backtracking matches": {"kind": "regex", "pattern": r"(?<!not )\b(\w)\1{2,}\b"},
}


def project(folder: Path, rows: int) -> Path:
    """Write a pipeline of so many tweets and 50 LFs."""
    texts = load(rows)
    with (folder / "pool.jsonl").open("w", encoding="utf-8") as file:
        file.writelines(json.dumps({"text": text}) + "\n" for text in texts)
    lines = ["from labelfns import hashtags, keywords\n"]
    for j, words in enumerate(word_lists(texts[:50_000], LFS)):
        kind = ("hashtags", "keywords")[j % 2]
        lines.append(f'lf{j} = {kind}("{LABELS[j // 2 % 2]}", {json.dumps(words, ensure_ascii=False)})\n')
    (folder / "lfs.py").write_text("".join(lines), encoding="utf-8")
    (folder / "pipeline.toml").write_text(
        f'[data]\nlabels = {json.dumps(LABELS)}\npool = "pool.jsonl"\n[lfs]\nfile = "lfs.py"\n'
    )
    return folder / "pipeline.toml"


class Page:
    """Asks as the page does."""

    def __init__(self, url: str, pid: int) -> None:
        self.pid = pid
        self.cpu: list[float] = []
        host, key = re.fullmatch(r"http://([\d.:]+)(/\?key=.*)", url).groups()  # type: ignore[union-attr]
        self.connection = http.client.HTTPConnection(host)
        self.connection.request("GET", key)
        answer = self.connection.getresponse()
        answer.read()
        self.folder = answer.getheader("location") or "/"
        cookie = (answer.getheader("set-cookie") or "").partition(";")[0]
        self.headers = {
            "Cookie": cookie,
            "Origin": f"http://{host}",
            "X-Labelfns-Token": cookie.partition("=")[2],
            "Content-Type": "application/json",
        }

    def ask(self, call: str, **values: object) -> tuple[float, object]:
        """Return the seconds that an answer took, and the answer."""
        busy, start = cpu(self.pid), time.perf_counter()
        self.connection.request("POST", f"{self.folder}{call}", json.dumps(values), self.headers)
        answer = json.loads(self.connection.getresponse().read())
        seconds = time.perf_counter() - start
        self.cpu.append(cpu(self.pid) - busy)
        return seconds, answer

    def answer(self, form: dict[str, object], place: int | None = None) -> float:
        """Return the seconds that the answer to a form took."""
        return self.ask("answer", form=form, place=place, tab="new", search="", first=0)[0]


def cpu(pid: int) -> float:
    """Return the seconds of processor time that a process has taken, to a hundredth; 0 where that is not known."""
    stat = Path(f"/proc/{pid}/stat")
    return (
        sum(map(int, stat.read_text().rpartition(")")[2].split()[11:13])) / os.sysconf("SC_CLK_TCK")
        if stat.exists()
        else 0
    )


def said(name: str, seconds: list[float]) -> None:
    """Print a median and a 95th percentile."""
    top = sorted(seconds)[min(len(seconds) - 1, round(0.95 * len(seconds)))]
    print(f"  {name}: median {statistics.median(seconds):.3f} s, 95th percentile {top:.3f} s, of {len(seconds)}")


def main() -> None:
    """Measure and print."""
    rows = int(sys.argv[1]) if sys.argv[1:] else ROWS
    print(f"{cores()} cores, {rows:,} tweets, {LFS} LFs")
    with tempfile.TemporaryDirectory() as folder:
        pipeline = project(Path(folder), rows)
        command = [sys.executable, "-m", "labelfns", "studio", str(pipeline), "--no-browser"]
        start = time.perf_counter()
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
            try:
                measure(process, start)
            finally:
                process.terminate()


def measure(process: subprocess.Popen[str], start: float) -> None:
    """Ask a studio that is being started."""
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    page = Page(url, process.pid)
    first, overview = page.ask("overview")
    print(f"  start, to the first answer: {time.perf_counter() - start:.2f} s (asked: under 5)")
    print(f"    processor time {cpu(process.pid):.2f} s")
    page.cpu.clear()
    everything: list[float] = []
    for kind, (field, text) in TYPED.items():
        form = {"kind": kind, "label": 1, "threshold": "2"}
        seconds = [page.answer({**form, field: text[:end]}) for end in range(1, len(text) + 1)]
        said(kind, seconds)
        everything += seconds
    changed = []
    for place in range(10):
        form = overview["lfs"][place]["form"]  # type: ignore[index]
        more = form["entries"]
        for letter in "\nlovely":
            more += letter
            changed.append(page.answer({**form, "entries": more}, place))
    said("an LF of the file", changed)
    said("all keystrokes (asked: under 0.2 and 0.5)", everything + changed)
    said("  processor time of these, which other work does not change", list(page.cpu))
    for name, form in OTHERS.items():
        said(name, [page.answer({"label": 1, **form, "only_with": "\n" * turn}) for turn in range(1)])
    print(f"  words to suggest: {page.ask('suggest')[0]:.2f} s; list of LFs: {first:.2f} s")
    status = Path(f"/proc/{process.pid}/status")
    if status.exists():
        peak = re.search(r"VmHWM:\s+(\d+)", status.read_text())
        print(f"  peak memory {int(peak[1]) / 1024:,.0f} MB" if peak else "")


if __name__ == "__main__":
    main()
