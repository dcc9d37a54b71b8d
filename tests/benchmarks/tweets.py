"""Real tweets for the benchmarks, from the folder in LABELFNS_DATA; no test split is read."""

import json
import os
from itertools import cycle, islice
from pathlib import Path

FILES = (
    "tweeteval_sentiment/train.jsonl",
    "tweeteval_sentiment/val.jsonl",
    "tweeteval_emotion/train.jsonl",
    "tweeteval_emotion/val.jsonl",
    "vader_tweets/all.jsonl",
)


def load(n: int) -> list[str]:
    """Return n tweets; some 55,000 are distinct, then they come round again."""
    folder = Path(os.environ.get("LABELFNS_DATA", ""))
    missing = [file for file in FILES if not (folder / file).is_file()]
    if missing:
        raise SystemExit(f"LABELFNS_DATA={folder} lacks {', '.join(missing)}: nothing measured")
    texts: list[str] = []
    for file in FILES:
        lines = (folder / file).read_text(encoding="utf-8").splitlines()
        texts += [json.loads(line)["text"] for line in lines]
    return list(islice(cycle(texts), n))


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
