"""A pattern searched in another process, so that a search that backtracks forever can be ended anywhere.

`labelfns.engine.time_limit` ends one by a timer signal, which only a main thread on Unix has; this is for the other
places. The other process runs this very file, without labelfns, and gets and returns one line a search. A leaf:
standard library alone at the top, so that the other process can run it.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import IO

_START_SECONDS = 60.0
_OPTIONS = ("-I", "-S")  # nothing but the standard library: it starts in 20 ms


class Found:
    """Where a pattern was found; what is used of a `re.Match`."""

    def __init__(self, text: str, span: tuple[int, int]) -> None:
        self._text, self._span = text, span

    def span(self) -> tuple[int, int]:
        """Return start and end, in characters."""
        return self._span

    def group(self) -> str:
        """Return the text found."""
        return self._text[slice(*self._span)]


class Searcher:
    """A pattern with a time limit a search; takes the place of a `re.Pattern` within a ``with`` block.

    Parameters
    ----------
    pattern
        The pattern.
    seconds
        The limit; more than 0.

    Raises
    ------
    LFError
        At the first search, if no process can be started here.
    """

    def __init__(self, pattern: re.Pattern[str], seconds: float) -> None:
        self.pattern, self.seconds = pattern, seconds
        self._process: subprocess.Popen[str] | None = None
        self._answers: SimpleQueue[str] = SimpleQueue()

    def __enter__(self) -> "Searcher":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def search(self, text: str) -> Found | None:
        """Return where the pattern is found first.

        Raises
        ------
        TimeLimitError
            If that takes too long.
        """
        return next(self._ask(text, 1), None)

    def finditer(self, text: str) -> Iterator[Found]:
        """Yield where the pattern is found; errors as in `search`."""
        return self._ask(text, None)

    def _ask(self, text: str, most: int | None) -> Iterator[Found]:
        from labelfns.engine.time_limit import TimeLimitError

        if self._process is None:
            self._start()
        self._send([text, most])
        try:
            spans = json.loads(self._answers.get(timeout=self.seconds))
        except Empty:
            self._end()
            raise TimeLimitError(f"took longer than the time limit of {self.seconds:g} s") from None
        return (Found(text, (start, end)) for start, end in spans)

    def _send(self, task: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(task) + "\n")
        self._process.stdin.flush()

    def _start(self) -> None:
        self._answers = SimpleQueue()
        try:
            self._process = subprocess.Popen(
                [sys.executable or "python", *_OPTIONS, __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="ascii",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
            assert self._process.stdout is not None
            Thread(target=_pass_on, args=(self._process.stdout, self._answers), daemon=True).start()
            self._send([self.pattern.pattern, self.pattern.flags])
            self._answers.get(timeout=_START_SECONDS)
        except (OSError, Empty) as error:
            from labelfns.errors import LFError

            self._end()
            raise LFError(
                f"the pattern {self.pattern.pattern!r} may backtrack forever, and here neither a timer nor another "
                f"process can end it ({error or 'it does not answer'}). Apply in the main thread, write it without "
                "look-around and back references, or pass time_limit=math.inf to wait as long as it takes"
            ) from error

    def _end(self) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.kill()
            with suppress(OSError):  # what was still to be sent
                self._process.stdin.close()
            self._process.wait()
            self._process = None


def _pass_on(output: IO[str], answers: "SimpleQueue[str]") -> None:
    with output:
        for line in output:
            answers.put(line)


def _serve() -> None:
    """Answer what comes in: first a pattern and its flags, then a text and how many finds are wanted a line."""
    pattern: re.Pattern[str] | None = None
    for line in sys.stdin:
        first, second = json.loads(line)
        if pattern is None:
            pattern, spans = re.compile(first, second), []
        elif second == 1:
            found = pattern.search(first)
            spans = [found.span()] if found else []
        else:
            spans = [found.span() for found in pattern.finditer(first)]
        sys.stdout.write(json.dumps(spans) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
