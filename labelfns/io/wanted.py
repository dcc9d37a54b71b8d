"""Which columns of a source are read."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Wanted:
    """What is read of a source.

    Parameters
    ----------
    text
        The column of texts.
    gold
        The column of gold labels, if any.
    fields
        The other columns; None for all.
    labels
        The label names, by which a data set's own classes are told.
    """

    text: str
    gold: str | None
    fields: Sequence[str] | None
    labels: Sequence[str] | None = None

    def of(self, columns: Sequence[str]) -> list[str]:
        """Return those of the columns that are read, in their order."""
        names = {self.text, self.gold, *(self.fields or ())}
        return [name for name in columns if self.fields is None or name in names]
