"""What campaigns share: how many inputs they try, a generator for each, and how long one may take.

`make test` tries a few inputs of each campaign; with the environment variable ``LABELFNS_FAULTS=N`` each tries N, or
fewer where one costs more. The few are the first of the many, and a failure names the number of its input.
"""

import faulthandler
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SECONDS = 5.0
"""How many seconds of processor time one input may take; of waiting, ten times as many: other work may be going on."""


def count(few: int, cost: int = 1) -> int:
    """Return how many inputs to try: `few`, or what ``LABELFNS_FAULTS`` says, divided by what one costs."""
    return max(few, int(os.environ["LABELFNS_FAULTS"]) // cost) if os.environ.get("LABELFNS_FAULTS") else few


def seeded(few: int, cost: int = 1) -> Iterator[tuple[int, random.Random]]:
    """Yield the number of each input and its generator, as many as `count` says."""
    for number in range(count(few, cost)):
        yield number, random.Random(number)


class Late(BaseException):
    """There was no answer in time; no `Exception`, which the code under test might take for its own."""


@contextmanager
def deadline(what: object, seconds: float = SECONDS) -> Iterator[None]:
    """Fail, naming the input, where a block takes longer, or raises.

    A block that hangs in Python is interrupted, one that hangs in a library ends the tests, with a traceback.
    """

    def late(*_: object) -> None:
        raise Late(f"input {what}: no answer after {seconds} s")

    timers = {} if os.name != "posix" else {"SIGPROF": ("ITIMER_PROF", 1), "SIGALRM": ("ITIMER_REAL", 10)}
    before = {name: signal.signal(getattr(signal, name), late) for name in timers}
    faulthandler.dump_traceback_later(20 * seconds, exit=True, file=sys.__stderr__)
    start = time.process_time()
    try:
        for timer, times in timers.values():
            signal.setitimer(getattr(signal, timer), times * seconds)
        yield
    except BaseException as error:
        error.add_note(f"input {what}")
        raise
    finally:
        for timer, _ in timers.values():
            signal.setitimer(getattr(signal, timer), 0)
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
        faulthandler.cancel_dump_traceback_later()
    if time.process_time() - start > seconds:
        late()


def try_all(few: int, check: Callable[[int, random.Random], object], seconds: float = SECONDS, cost: int = 1) -> None:
    """Call a check with number and generator of each input; after all were tried, raise what failed, together."""
    failed = []
    for number, rng in seeded(few, cost):
        try:
            with deadline(number, seconds):
                check(number, rng)
        except (Exception, Late) as error:
            failed.append(error)
    if failed:
        raise BaseExceptionGroup(f"{len(failed)} of {count(few, cost)} inputs", failed[:10])
