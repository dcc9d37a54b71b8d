"""Progress of long work: one function type that every room calls (a leaf: no imports of ours)."""

import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many steps are done, and how many there are."""


SECONDS_A_LINE = 30


class Lines:
    """A line on standard error every half minute, where no bar can be shown: in a file, in a log of CI."""

    def __init__(self) -> None:
        self._said: float | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if self._said is None:
            self._said = now  # work begins with the first call
        if now - self._said >= SECONDS_A_LINE:
            self._said = now
            print(f"{what}: {done:,} of {total:,}", file=sys.stderr, flush=True)


class Bar:
    """One tqdm bar per task, shown in a terminal or notebook once the task takes over a second; the usual default.

    Elsewhere there are `Lines`.
    """

    def __init__(self) -> None:
        self._what = ""
        self._bar: Any = None
        self._lines = Lines()

    def __call__(self, what: str, done: int, total: int) -> None:
        with warnings.catch_warnings():  # a notebook without ipywidgets: a plain bar does
            warnings.simplefilter("ignore")
            from tqdm.auto import tqdm

        if self._bar is None or what != self._what:
            self._what, self._bar = what, tqdm(desc=what, total=total, delay=1.0, leave=False, disable=None)
        self._bar.update(done - self._bar.n)
        if self._bar.disable:
            self._lines(what, done, total)
        if done >= total:
            self._bar.close()
            self._bar = None


def silent(what: str, done: int, total: int) -> None:
    """Show nothing."""
