"""The compiled engine beside Snorkel's `PandasLFApplier` and plain Python functions, in one run.

    LABELFNS_DATA=... python tests/benchmarks/bench_engine.py

The Python LFs come in three ways: as Snorkel's tutorial writes them (``any(word in x.text.lower() for word in
words)``, which finds parts of words too), with one compiled pattern each, and written for speed (one set operation).
All run the same word lists on the same tweets. The slow ones run on the first few thousand rows, as their time grows
with the rows (it is given a row); the fast one on all 100,000. Each figure is the best of its repeats.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
from snorkel.labeling import LabelingFunction as SnorkelLF
from snorkel.labeling import PandasLFApplier
from tweets import cores, load

from labelfns import LFSet, hashtags, keywords, labeling_function

ROWS, SLOW_ROWS, PANDAS_ROWS = 100_000, 4_000, 1_000
LABELS = ["negative", "positive"]
WORD = re.compile(r"(?<![#@\w])\w+(?:'\w+)*")
TAG = re.compile(r"#(\w+)")


def timed(work: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Return the shortest time in seconds, and the last answer."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        answer = work()
        best = min(best, time.perf_counter() - start)
    return best, answer


def word_lists(texts: list[str], m: int) -> list[list[str]]:
    """Return m lists of 10 entries from the tweets: hashtags for the even ones, words for the odd ones."""
    tags = [tag for tag, _ in Counter(t.lower() for text in texts for t in TAG.findall(text)).most_common()]
    words = [w for w, n in Counter(w.lower() for text in texts for w in WORD.findall(text)).most_common(20_000)]
    words = [word for word in words[200:] if len(word) > 3]
    take = {0: tags, 1: words}
    return [take[j % 2][(j // 2) :: m // 2][:10] for j in range(m)]


def plain_function(entries: list[str], tag: bool, label: str) -> Callable[[str], str | None]:
    """Return the LF that a person would write by hand."""
    wanted, pattern = frozenset(entries), TAG if tag else WORD

    def vote(text: str) -> str | None:
        return None if wanted.isdisjoint(pattern.findall(text.lower())) else label

    return vote


def sets(lists: list[list[str]]) -> tuple[LFSet, list[Callable[[str], str | None]]]:
    """Return the declared LFs and their hand-written equivalents."""
    builders = (hashtags, keywords)
    declared = [builders[j % 2](LABELS[j // 2 % 2], words, name=f"lf{j}") for j, words in enumerate(lists)]
    functions = [plain_function(words, j % 2 == 0, LABELS[j // 2 % 2]) for j, words in enumerate(lists)]
    return LFSet(LABELS, declared), functions


def main() -> None:
    """Measure and print."""
    texts = load(ROWS)
    lists = word_lists(texts[:50_000], 50)
    lfs, functions = sets(lists)
    fast, votes = timed(lambda: lfs.apply(texts, progress=lambda *_: None), 5)
    slow, plain = timed(lambda: [[f(text) for f in functions] for text in texts[:SLOW_ROWS]], 2)

    def tutorial_lf(j: int) -> SnorkelLF:
        return SnorkelLF(
            f"s{j}", lambda x: LABELS.index("positive") if any(w in x.text.lower() for w in lists[j]) else -1
        )

    def tutorial_function(words: list[str]) -> Callable[[str], str | None]:
        return lambda text: "positive" if any(w in text.lower() for w in words) else None

    def pattern_function(words: list[str], tag: bool) -> Callable[[str], str | None]:
        body = "|".join(map(re.escape, words))
        pattern = re.compile(rf"(?<![\w&])#(?:{body})(?!\w)" if tag else rf"(?<![\w#@])(?:{body})(?!\w)", re.IGNORECASE)
        return lambda text: "positive" if pattern.search(text) else None

    patterns = [pattern_function(words, j % 2 == 0) for j, words in enumerate(lists)]

    def pattern_lf(j: int) -> SnorkelLF:
        return SnorkelLF(f"s{j}", lambda x: -1 if patterns[j](x.text) is None else 1)

    def snorkel_lf(j: int) -> SnorkelLF:
        return SnorkelLF(f"s{j}", lambda x: -1 if (v := functions[j](x.text)) is None else LABELS.index(v))

    frame = pd.DataFrame({"text": texts[:PANDAS_ROWS]})

    def rate_of(lfs: list[SnorkelLF]) -> float:
        seconds, _ = timed(lambda: PandasLFApplier(lfs).apply(frame, progress_bar=False), 2)
        return PANDAS_ROWS / seconds

    def rate_in_set(functions: Sequence[Callable[[str], str | None]]) -> float:
        as_lfs = LFSet(LABELS, [labeling_function(name=f"f{j}")(f) for j, f in enumerate(functions)])
        seconds, _ = timed(lambda: as_lfs.apply(texts[:SLOW_ROWS], progress=lambda *_: None), 2)
        return SLOW_ROWS / seconds

    tutorials = [tutorial_function(words) for words in lists]
    slow_tutorial, _ = timed(lambda: [[f(text) for f in tutorials] for text in texts[:SLOW_ROWS]], 2)
    slow_pattern, _ = timed(lambda: [[f(text) for f in patterns] for text in texts[:SLOW_ROWS]], 2)
    rates = {
        "as the tutorial writes them": (
            rate_of([tutorial_lf(j) for j in range(50)]),
            SLOW_ROWS / slow_tutorial,
            rate_in_set(tutorials),
        ),
        "with one pattern each": (
            rate_of([pattern_lf(j) for j in range(50)]),
            SLOW_ROWS / slow_pattern,
            rate_in_set(patterns),
        ),
        "written for speed": (rate_of([snorkel_lf(j) for j in range(50)]), SLOW_ROWS / slow, rate_in_set(functions)),
    }
    by_hand = sum(plain[i][j] is not None for i in range(SLOW_ROWS) for j in range(50))
    by_set = int((votes.matrix[:SLOW_ROWS] >= 0).sum())
    reference, again = timed(lambda: lfs.apply(texts, engine="plain", progress=lambda *_: None), 1)
    compiled = ROWS / fast
    print(f"{cores()} cores, {ROWS:,} tweets, 50 LFs of 10 words, rows a second; slow ones on the first rows")
    print(f"  compiled                               {compiled:12,.0f}   ({fast:.3f} s)")
    print(f"  plain engine, the reference, all rows  {ROWS / reference:12,.0f}")
    for style, (snorkel, plain_rate, in_set) in rates.items():
        print(f"Python LFs {style}")
        print(f"  PandasLFApplier, {PANDAS_ROWS:,} rows            {snorkel:12,.0f}")
        print(f"  plain functions over a list, {SLOW_ROWS:,} rows {plain_rate:11,.0f}")
        print(f"  the functions as LFs of a set, {SLOW_ROWS:,} rows {in_set:9,.0f}")
        print(f"  compiled / PandasLFApplier {compiled / snorkel:.0f}x (asked: 500)")
        print(f"  compiled / plain functions {compiled / plain_rate:.0f}x (asked: 100)")
        print(f"  functions as LFs / PandasLFApplier {in_set / snorkel:.1f}x (asked: 4)")
    print(f"votes equal the plain reference on every row: {bool((votes.matrix == again.matrix).all())}")
    print(f"votes by hand-written functions on {SLOW_ROWS:,} rows: {by_hand}, by the set: {by_set}")
    many, _ = sets(word_lists(texts[:50_000], 500))
    tenfold, _ = timed(lambda: many.apply(texts, progress=lambda *_: None), 3)
    fast, _ = timed(lambda: lfs.apply(texts, progress=lambda *_: None), 3)
    print(f"500 LFs {tenfold:.3f} s, 50 LFs {fast:.3f} s: {tenfold / fast:.2f}x (asked: at most 2)")


if __name__ == "__main__":
    main()
