"""What LFs share that read texts with a model on this machine: its numbers of each text, read once and kept."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from labelfns.errors import LabelFnsError, LFError
from labelfns.lfs.columns import TextsLF

from .kept import Kept, usual_folder
from .models import Numbers, Reader

_KEPT_AS = np.float16  # half the room; a cosine is off by 1e-4 at most, with a file or without, as all go through it


@dataclass(frozen=True)
class ReadingLF(TextsLF):
    """An LF that votes by what a model on this machine says of a text.

    Parameters
    ----------
    model
        ``"embedded"``, a folder, or a name on the Hugging Face hub.
    cache
        The folder where what the model says is kept; by default in the user's folder of caches.
    """

    model: str = field(kw_only=True)
    cache: str | Path | None = field(default=None, kw_only=True, compare=False)

    def problems(self) -> list[str]:
        problems = super().problems()
        if not isinstance(self.model, str) or not self.model.strip():
            problems.append(f"{self.kind}(): model must be a folder or a name on the hub; got {self.model!r}")
        return problems

    def reader(self) -> Reader:
        """Return the model, whose weights are not read yet."""
        raise NotImplementedError

    @property
    def digest(self) -> str:
        """A hash of the content of the model."""
        with self._named():
            return self.reader().digest

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Say whose model cannot be opened."""
        try:
            yield
        except LabelFnsError as error:
            raise LFError(f"LF {self.name!r}: {error}") from error

    def numbers(self, texts: Sequence[str]) -> Numbers:
        """Return what the model says of n texts, [n, d] float32.

        Raises
        ------
        LFError
            If the model cannot be opened, or what it says cannot be kept.
        """
        kept = Kept(Path(self.cache or usual_folder()), f"{self.kind}-{self.digest[:32]}")
        with self._named():
            known = kept.get(texts)
            new = [text for text in dict.fromkeys(texts) if text not in known]
            if new:
                read = np.asarray(self.reader().read(new)).astype(_KEPT_AS)
                known |= (added := {text: row.tobytes() for text, row in zip(new, read, strict=True)})
                kept.put(added)
        return np.stack([np.frombuffer(known[text], _KEPT_AS) for text in texts]).astype(np.float32)


def number_problems(kind: str, **values: Any) -> list[str]:
    """Return which settings are no numbers in [-1, 1]."""
    return [
        f"{kind}(): {name} must be a number in -1..1; got {value!r}"
        for name, value in values.items()
        if isinstance(value, bool) or not isinstance(value, int | float) or not -1 <= value <= 1
    ]
