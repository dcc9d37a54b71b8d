"""The compiled engine beside Snorkel's `PandasLFApplier` and plain Python functions, in one run.

    LABELFNS_DATA=... python tests/benchmarks/bench_engine.py

All run the same word lists on the same tweets, the Python LFs in the four ways of `styles.py`. The slow ones run on
the first rows, as their time grows with the rows (rates are given); the fast one on all 100,000. They take turns, and
each figure is the best of its turns.
"""

import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pandas as pd
from snorkel.labeling import LabelingFunction as SnorkelLF
from snorkel.labeling import PandasLFApplier
from styles import STYLES, TAG, WORD, Fires
from tweets import cores, load

from labelfns import LFSet, hashtags, keywords, labeling_function

ROWS, SLOW_ROWS, PANDAS_ROWS, TURNS = 100_000, 2_000, 500, 3
LABELS = ["negative", "positive"]


def timed(work: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """Return the shortest time in seconds, and the last answer."""
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        answer = work()
        best = min(best, time.perf_counter() - start)
    return best, answer


def rates(*works: tuple[int, Callable[[], Any]]) -> list[float]:
    """Return rows a second of each of several works, (rows, call) each; they take turns, the best turn counts."""
    best = [float("inf")] * len(works)
    for _ in range(TURNS):
        for k, (rows, work) in enumerate(works):
            best[k] = min(best[k], timed(work, 1)[0] / rows)
    return [1 / seconds for seconds in best]


def word_lists(texts: list[str], m: int) -> list[list[str]]:
    """Return m lists of 10 entries from the tweets: hashtags for the even ones, words for the odd ones."""
    tags = [tag for tag, _ in Counter(t.lower() for text in texts for t in TAG.findall(text)).most_common()]
    words = [w for w, n in Counter(w.lower() for text in texts for w in WORD.findall(text)).most_common(20_000)]
    words = [word for word in words[200:] if len(word) > 3]
    take = {0: tags, 1: words}
    return [take[j % 2][(j // 2) :: m // 2][:10] for j in range(m)]


def declared(lists: list[list[str]]) -> LFSet:
    """Return the declared LFs: hashtags and keywords in turn."""
    builders = (hashtags, keywords)
    return LFSet(LABELS, [builders[j % 2](LABELS[j // 2 % 2], words, name=f"lf{j}") for j, words in enumerate(lists)])


def by_hand(fires: Fires, j: int) -> Callable[[str], str | None]:
    """Return the function an LF is made of."""
    return lambda text: LABELS[j // 2 % 2] if fires(text) else None


def for_snorkel(fires: Fires, j: int) -> SnorkelLF:
    """Return a Snorkel LF."""
    return SnorkelLF(f"s{j}", lambda x: j // 2 % 2 if fires(x) else -1)


def silent(*_: object) -> None:
    """Show nothing."""


def main() -> None:
    """Measure and print."""
    texts = load(ROWS)
    lists = word_lists(texts[:50_000], 50)
    lfs = declared(lists)
    votes = lfs.apply(texts, progress=silent)
    given = int((votes.matrix[:SLOW_ROWS] >= 0).sum())
    print(f"{cores()} cores, {ROWS:,} tweets, 50 LFs of 10 words; rows a second")
    print(f"  the compiled ones give {given} votes on the first {SLOW_ROWS:,} rows")
    frame, few = pd.DataFrame({"text": texts[:PANDAS_ROWS]}), texts[:SLOW_ROWS]
    for style, build in STYLES.items():
        pairs = [build(words, j % 2 == 0) for j, words in enumerate(lists)]
        functions = [by_hand(on_text, j) for j, (on_text, _) in enumerate(pairs)]
        applier = PandasLFApplier([for_snorkel(on_row, j) for j, (_, on_row) in enumerate(pairs)])
        as_lfs = LFSet(LABELS, [labeling_function(name=f"f{j}")(f) for j, f in enumerate(functions)])
        compiled, pandas, plain, floor, in_set = rates(
            (ROWS, lambda: lfs.apply(texts, progress=silent)),
            (PANDAS_ROWS, lambda: applier.apply(frame, progress_bar=False)),  # noqa: B023
            (SLOW_ROWS, lambda: [[f(text) for f in functions] for text in few]),  # noqa: B023
            (SLOW_ROWS, lambda: [list(map(f, few)) for f in functions]),  # noqa: B023
            (SLOW_ROWS, lambda: as_lfs.apply(few, progress=silent)),  # noqa: B023
        )
        said = sum(f(text) is not None for f in functions for text in few)
        print(f"Python LFs, {style} ({said} votes)")
        print(f"  compiled {compiled:,.0f}, PandasLFApplier {pandas:,.0f}, plain functions {plain:,.0f}, ", end="")
        print(f"as LFs of a set {in_set:,.0f}")
        print(f"  compiled / PandasLFApplier {compiled / pandas:.0f}x (asked: 500)")
        print(f"  compiled / plain functions {compiled / plain:.0f}x (asked: 100)")
        print(f"  functions as LFs / PandasLFApplier {in_set / pandas:.1f}x (asked: 4), the bare calls alone, which no")
        print(f"    engine in one process can pass: {floor / pandas:.1f}x; reached: {in_set / floor:.0%}")
    many = declared(word_lists(texts[:50_000], 500))
    tenfold, fast = (
        ROWS / rate
        for rate in rates(
            (ROWS, lambda: many.apply(texts, progress=silent)), (ROWS, lambda: lfs.apply(texts, progress=silent))
        )
    )
    print(f"500 LFs {tenfold:.3f} s, 50 LFs {fast:.3f} s: {tenfold / fast:.2f}x (asked: at most 2)")
    again = lfs.apply(texts, engine="plain", progress=silent)
    print(f"votes equal the plain reference on every row: {bool((votes.matrix == again.matrix).all())}")


if __name__ == "__main__":
    main()
