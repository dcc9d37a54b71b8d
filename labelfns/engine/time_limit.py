"""A time limit for calls that Python cannot otherwise interrupt. A leaf: standard library only.

The limit rests on a timer signal, which `re` looks at while it searches. So it holds in the main thread of a process
on Unix; elsewhere (other threads, Windows) `Watch.active` is false, and `labelfns.engine.searching` takes its place.
"""

import signal
import threading
import time
from types import FrameType, TracebackType

_TICKS = 4


class TimeLimitError(Exception):
    """One call took longer than it may."""


class Watch:
    """Within a ``with`` block, interrupts a step that takes longer than a limit.

    Parameters
    ----------
    seconds
        The limit a step; more than 0. It may be passed by a quarter.

    Notes
    -----
    Tell each step by setting `step`; a signal comes four times a limit, and one that finds the same step after a
    whole limit raises `TimeLimitError` there. The cost a step is one assignment.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.step: object = None
        self.active = (
            hasattr(signal, "setitimer")
            and threading.current_thread() is threading.main_thread()
            and signal.getsignal(signal.SIGALRM) in (signal.SIG_DFL, signal.SIG_IGN)
        )
        self._seen: tuple[object, float] = (None, 0.0)

    def __enter__(self) -> "Watch":
        if self.active:
            self._before = signal.signal(signal.SIGALRM, self._tick)
            signal.setitimer(signal.ITIMER_REAL, self.seconds / _TICKS, self.seconds / _TICKS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.active:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)

    def _tick(self, number: int, frame: FrameType | None) -> None:
        now = time.monotonic()
        if self.step is None or self._seen[0] is not self.step:
            self._seen = (self.step, now)
        elif now - self._seen[1] >= self.seconds * (_TICKS - 1) / _TICKS:
            self._seen = (None, 0.0)
            raise TimeLimitError(f"took longer than the time limit of {self.seconds:g} s")
