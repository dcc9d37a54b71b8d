"""The models that LFs read texts with, by name.

This room opens none: `labelfns.models` can, and `labelfns` itself hands its way of doing so in (`provide`), so that
torch is imported when such an LF is applied, and not before.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.floating[Any]]
Task = Literal["vectors", "entailment"]


class Reader(Protocol):
    """A model that says some numbers of each text."""

    @property
    def digest(self) -> str:
        """A hash of the content of its files; it is told without the model in memory."""

    def read(self, texts: Sequence[str]) -> Numbers:
        """Return numbers of n texts, [n, d]."""


Open = Callable[..., Reader]
_WAYS: dict[Task, Open] = {}


def provide(task: Task, way: Open) -> None:
    """Say how models of a task are opened: `way` takes a model's name, and what else the task needs."""
    _WAYS[task] = way
    opened.cache_clear()


@lru_cache(maxsize=4)
def opened(task: Task, model: str, *more: Any) -> Reader:
    """Return a model; it stays open.

    Raises
    ------
    LabelFnsError
        If there is none of that name, or it cannot be opened.
    """
    return _WAYS[task](model, *more)
