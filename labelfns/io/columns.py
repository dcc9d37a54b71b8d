"""Which columns of a source are read."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ColumnNames:
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
        The label names, where there is `gold`.
    need_gold
        Whether the column of gold labels must be there.
    """

    text: str
    gold: str | None
    fields: Sequence[str] | None
    labels: Sequence[str] | None = None
    need_gold: bool = False

    @property
    def needed(self) -> list[str]:
        """The columns that must be there."""
        return [self.text, *(self.fields or ()), *([self.gold] if self.gold and self.need_gold else [])]

    def of(self, columns: Sequence[str]) -> list[str]:
        """Return those of the columns that are read, in their order."""
        names = {self.text, self.gold, *(self.fields or ())}
        return [name for name in columns if self.fields is None or name in names]
