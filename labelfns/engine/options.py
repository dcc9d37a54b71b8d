"""How LFs are applied: the options that every engine gets, and which LFs the compiled one answers."""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Literal

from labelfns.checks import Ints
from labelfns.errors import InputError, raise_all
from labelfns.lfs.base import LabelingFunction
from labelfns.lfs.declared import CountLF, LexiconLF, PatternLF, SymbolsLF, TagsLF, WordsLF

OnError = Literal["abstain", "raise"]
Engine = Literal["compiled", "plain"]
Declared = WordsLF | TagsLF | SymbolsLF | PatternLF | CountLF | LexiconLF
_DECLARED = frozenset(Declared.__args__)

MOST_WORKERS = 1024
"""In how many processes Python functions may run."""


@dataclass(frozen=True)
class ApplyOptions:
    """How LFs are applied: see `LFSet.apply`, and two that it does not have.

    Parameters
    ----------
    until
        When patterns are given up, by `time.monotonic`.
    note
        Called with each failure: the LF, the rows, the error as one line, and the error.

    Raises
    ------
    InputError
        If an option is not right; all at once.
    """

    on_error: OnError = "abstain"
    engine: Engine = "compiled"
    time_limit: float = 2.0
    workers: int = 1
    cache: str | Path | None = None
    until: float = inf
    note: Callable[[str, Ints, str, BaseException], None] | None = None

    def __post_init__(self) -> None:
        problems = []
        if self.on_error not in ("abstain", "raise"):
            problems.append(f'on_error must be "abstain" or "raise"; got {self.on_error!r}')
        if self.engine not in ("compiled", "plain"):
            problems.append(f'engine must be "compiled" or "plain"; got {self.engine!r}')
        if isinstance(self.time_limit, bool) or not isinstance(self.time_limit, int | float) or not self.time_limit > 0:
            problems.append(f"time_limit must be more than 0 seconds; got {self.time_limit!r}")
        if type(self.workers) is not int or not 1 <= self.workers <= MOST_WORKERS:
            problems.append(f"workers must be a whole number in 1..{MOST_WORKERS}; got {self.workers!r}")
        raise_all(InputError, problems)


def can_compile(lf: LabelingFunction) -> bool:
    """Tell whether the compiled engine answers an LF; a subclass may have a rule of its own, and is called."""
    return type(lf) in _DECLARED
